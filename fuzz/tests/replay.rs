//! Every file of the corpus keeps its law, without a fuzzer.

use std::{fs, path::Path};

#[test]
fn the_corpus_keeps_the_laws() {
    for (name, law) in scimkit_fuzz::LAWS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name);
        let mut files = 0;
        for entry in
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.expect("a corpus file").path();
            law(&fs::read(&path).expect("a readable corpus file"));
            files += 1;
        }
        assert!(files > 0, "{name} has no corpus");
    }
}
