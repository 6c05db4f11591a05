use std::error::Error as StdError;

/// The HTTP client could not be set up; what failed is the source.
#[derive(Debug, thiserror::Error)]
#[error(
    "the HTTP client cannot be set up: are the certificate authorities of this machine installed (often a package named `ca-certificates`)?"
)]
pub struct Error {
    #[source]
    source: Box<dyn StdError + Send + Sync>,
}

impl From<reqwest::Error> for Error {
    fn from(source: reqwest::Error) -> Self {
        Self {
            source: source.into(),
        }
    }
}
