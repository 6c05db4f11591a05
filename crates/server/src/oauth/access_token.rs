use serde::{Deserialize, Serialize};

use crate::SigningKey;

/// What an access token says. It is signed, not secret: nothing is in it that its holder may not know.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct AccessToken {
    pub(super) tenant: Box<str>,
    pub(super) client: Box<str>,
    pub(super) expires: String,
}

impl AccessToken {
    const PURPOSE: &str = "access token";

    pub(super) fn sign(&self, key: &SigningKey) -> String {
        // Three texts always have a form in JSON.
        let payload = serde_json::to_vec(self).unwrap_or_default();
        key.sign(Self::PURPOSE, &payload)
    }

    pub(super) fn open(signed: &str, key: &SigningKey) -> Option<Self> {
        let payload = key.open(Self::PURPOSE, signed)?;
        serde_json::from_slice(&payload).ok()
    }
}
