//! The page that tells people what to do knows every code.

use std::fs;

use scimkit_provisioning::ErrorCode;

#[test]
fn every_code_stands_in_the_book_with_its_advice() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/provisioning.md");
    let page = fs::read_to_string(page).unwrap();
    for code in ErrorCode::ALL {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{code}` |")));
        let row = row.unwrap_or_else(|| panic!("`docs/provisioning.md` has no row for `{code}`"));
        assert!(row.ends_with(&format!("| {} |", code.advice())), "{row}");
    }
}
