use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The SHA-256 of `text`, in hexadecimal digits.
pub(crate) fn fingerprint(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |mut digits, byte| {
            // writing to a text cannot fail
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_the_sha_256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::fingerprint(""), empty);
    }
}
