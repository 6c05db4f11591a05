use std::fmt;

use scimkit_schema::Random;
use sha2::{Digest, Sha256};

/// A bearer token in the clear: `scimkit_`, a look-up id, a secret of 256 random bits and a checksum, with underscores between them.
///
/// It exists only between its making and its being shown, and while a request is checked; only its hash is kept. The prefix and the
/// checksum let secret scanners recognize a leaked one without asking anybody. `Debug` shows no secret.
///
/// ```
/// use scimkit_server::SecretToken;
/// # struct Counting;
/// # impl scimkit_schema::Random for Counting { fn fill(&self, bytes: &mut [u8]) { bytes.fill(7); } }
///
/// let token = SecretToken::generate(&Counting);
/// let read = SecretToken::parse(token.expose())?;
/// assert_eq!(read.lookup(), token.lookup());
/// assert!(SecretToken::parse("scimkit_0000").is_err());
/// # Ok::<(), scimkit_server::InvalidToken>(())
/// ```
#[derive(Clone)]
pub struct SecretToken {
    text: Box<str>,
    lookup: Box<str>,
}

impl SecretToken {
    const LOOKUP_BYTES: usize = 8;
    const SECRET_BYTES: usize = 32;

    /// Makes a token that nobody can guess.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self::generate_for(Kind::Bearer, random)
    }

    pub(crate) fn generate_for(kind: Kind, random: &dyn Random) -> Self {
        let (mut lookup, mut secret) = ([0; Self::LOOKUP_BYTES], [0; Self::SECRET_BYTES]);
        random.fill(&mut lookup);
        random.fill(&mut secret);
        let (lookup, secret) = (hex(&lookup), hex(&secret));
        let checksum = checksum(&lookup, &secret);
        Self {
            text: format!("{}_{lookup}_{secret}_{checksum}", kind.prefix()).into(),
            lookup: kind.lookup(&lookup),
        }
    }

    /// Reads the form of a token; whether it is one that was given is for the token store to say.
    ///
    /// # Errors
    /// [`InvalidToken`] when it has another form or its checksum is wrong, as it is when a letter was lost in copying.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        Self::parse_for(Kind::Bearer, text)
    }

    pub(crate) fn parse_for(kind: Kind, text: &str) -> Result<Self, InvalidToken> {
        let mut parts = text.split('_');
        let (Some(prefix), Some(lookup), Some(secret), Some(sum), None) = (
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ) else {
            return Err(InvalidToken);
        };
        let lengths_fit =
            lookup.len() == 2 * Self::LOOKUP_BYTES && secret.len() == 2 * Self::SECRET_BYTES;
        if prefix != kind.prefix() || !lengths_fit || checksum(lookup, secret) != sum {
            return Err(InvalidToken);
        }
        Ok(Self {
            text: text.into(),
            lookup: kind.lookup(lookup),
        })
    }

    /// Takes over a secret that was made elsewhere, such as the token that an identity provider already has.
    ///
    /// Its look-up id is made of its hash. Nothing here can tell how guessable it is: take one of at least 128 random bits.
    ///
    /// # Errors
    /// [`InvalidToken`] when it is empty, longer than 4,096 bytes, has other characters than visible ASCII, or begins as the tokens of
    /// this service do without being one.
    pub fn adopt(text: &str) -> Result<Self, InvalidToken> {
        const LONGEST: usize = 4_096;
        let own = text
            .strip_prefix(Kind::Bearer.prefix())
            .is_some_and(|rest| rest.starts_with('_'));
        if own {
            return Self::parse(text);
        }
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > LONGEST || !visible {
            return Err(InvalidToken);
        }
        let digest = Sha256::new()
            .chain_update("look-up of ")
            .chain_update(text)
            .finalize();
        Ok(Self {
            text: text.into(),
            lookup: hex(digest.get(..Self::LOOKUP_BYTES).unwrap_or_default()).into(),
        })
    }

    /// The public part, by which the token is found.
    #[must_use]
    pub fn lookup(&self) -> &str {
        &self.lookup
    }

    /// The whole token in the clear, to be shown once to the person who made it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the whole token: what is kept. A slow hash is for guessable secrets; this one is not.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

/// What a secret is for. One kind never passes for another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A token that is sent with each request.
    Bearer,
    /// The secret that a client gets its access tokens with.
    Client,
}

impl Kind {
    const CLIENT: &'static str = "client-";

    /// The kind of the secret with this look-up id.
    pub(crate) fn of(lookup: &str) -> Self {
        if lookup.starts_with(Self::CLIENT) {
            Self::Client
        } else {
            Self::Bearer
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Bearer => "scimkit",
            Self::Client => "scimclient",
        }
    }

    fn lookup(self, random: &str) -> Box<str> {
        match self {
            Self::Bearer => random.into(),
            Self::Client => format!("{}{random}", Self::CLIENT).into(),
        }
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretToken")
            .field("lookup", &self.lookup)
            .finish_non_exhaustive()
    }
}

/// A text that has not the form of a token. It is not shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this is no token of this service: copy it again, as a whole")]
pub struct InvalidToken;

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn checksum(lookup: &str, secret: &str) -> String {
    let digest = Sha256::new()
        .chain_update(lookup)
        .chain_update("_")
        .chain_update(secret)
        .finalize();
    hex(digest.get(..4).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(std::sync::atomic::AtomicU8);

    impl Random for Counter {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a_foreign_secret_is_taken_over_and_a_broken_own_one_is_not() {
        let adopted = SecretToken::adopt("a-token-of-the-old-service").unwrap();
        assert_eq!(adopted.lookup().len(), 16);
        assert!(!adopted.expose().contains(adopted.lookup()));
        let own = SecretToken::generate(&Counter(0.into()));
        assert_eq!(
            SecretToken::adopt(own.expose()).unwrap().lookup(),
            own.lookup()
        );
        let long = "x".repeat(4_097);
        for wrong in ["", "two words", "scimkit_0000", "n\u{e9}", &long] {
            assert!(SecretToken::adopt(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_lost_letter_is_noticed_and_debug_is_silent() {
        let token = SecretToken::generate(&Counter(0.into()));
        assert!(SecretToken::parse(token.expose()).is_ok());
        for cut in 0..token.expose().len() {
            let mut text = token.expose().to_owned();
            text.remove(cut);
            assert_eq!(SecretToken::parse(&text).err(), Some(InvalidToken));
        }
        let secret = token.expose().split('_').nth(2).unwrap();
        assert!(!format!("{token:?}").contains(secret));
    }

    #[test]
    fn a_token_holds_256_random_bits() {
        let token = SecretToken::generate(&Counter(0.into()));
        let secret = token.expose().split('_').nth(2).unwrap();
        let drawn: Vec<u8> = (8..40).collect();
        assert_eq!(secret, hex(&drawn));
    }
}
