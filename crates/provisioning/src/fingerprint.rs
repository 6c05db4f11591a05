use sha2::{Digest, Sha256};

/// The SHA-256 of `text`, in hexadecimal digits.
pub(crate) fn fingerprint(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
