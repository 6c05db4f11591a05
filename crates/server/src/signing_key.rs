use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use scimkit_schema::Random;
use sha2::Sha256;

/// The key of what a service hands out and takes back without keeping it: cursors and access tokens.
///
/// All processes of one service need the same key; with a new one, what was handed out before opens nothing. `Debug` shows nothing of it.
///
/// ```
/// use scimkit_server::SigningKey;
///
/// let kept: [u8; 32] = [7; 32]; // from wherever the service keeps its secrets
/// assert_eq!(format!("{:?}", SigningKey::new(kept)), "SigningKey { .. }");
/// ```
#[derive(Clone)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// This key, whose 256 bits nobody else knows.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        Self(key)
    }

    /// The payload and its HMAC-SHA256, as two parts in URL-safe base64 with a dot between them. What is signed for one purpose is not valid
    /// for another.
    pub(crate) fn sign(&self, purpose: &str, payload: &[u8]) -> String {
        let tag = self.mac(purpose, payload).finalize().into_bytes();
        format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(payload),
            URL_SAFE_NO_PAD.encode(tag)
        )
    }

    /// The payload of what was signed with this key for this purpose.
    pub(crate) fn open(&self, purpose: &str, signed: &str) -> Option<Vec<u8>> {
        let (payload, tag) = signed.split_once('.')?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let mac = self.mac(purpose, &payload);
        mac.verify_slice(&tag).ok().map(|()| payload)
    }

    fn mac(&self, purpose: &str, payload: &[u8]) -> Hmac<Sha256> {
        // HMAC fills a key up to the block with zeros.
        let mut block = [0; 64];
        for (byte, key) in block.iter_mut().zip(self.0) {
            *byte = key;
        }
        <Hmac<Sha256> as KeyInit>::new(&block.into())
            .chain_update(purpose)
            .chain_update([0])
            .chain_update(payload)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_for_the_purpose_opens() {
        let key = SigningKey::new([7; 32]);
        let signed = key.sign("cursor", b"after 7");
        assert_eq!(key.open("cursor", &signed).unwrap(), b"after 7");
        assert_eq!(key.open("token", &signed), None);
        assert_eq!(SigningKey::new([8; 32]).open("cursor", &signed), None);
        for cut in 0..signed.len() {
            let mut text = signed.clone();
            text.remove(cut);
            assert_eq!(key.open("cursor", &text), None);
        }
    }
}
