use std::fmt;

use http::HeaderValue;

/// The secret that the server issued, sent as `Authorization: Bearer …`.
///
/// It is never printed: there is no `Display`, and `Debug` leaves it out.
///
/// ```
/// use scimkit_client::Token;
///
/// let token = Token::new("hl_9f2c77\n")?;
/// assert_eq!(token.expose(), "hl_9f2c77");
/// assert_eq!(format!("{token:?}"), "Token(..)");
/// assert!(Token::new("Bearer ").is_err());
/// # Ok::<(), scimkit_client::InvalidToken>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Token {
    secret: Box<str>,
    header: HeaderValue,
}

impl Token {
    /// Takes visible ASCII. White space around it is left off, since files end in a line break.
    ///
    /// # Errors
    /// [`InvalidToken`], which does not hold the text.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        let secret = text.trim();
        if secret.is_empty() || secret.eq_ignore_ascii_case("bearer") {
            return Err(InvalidToken::Empty);
        }
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidToken::Characters);
        }
        let mut header = HeaderValue::try_from(format!("Bearer {secret}"))
            .map_err(|_| InvalidToken::Characters)?;
        header.set_sensitive(true);
        Ok(Self {
            secret: secret.into(),
            header,
        })
    }

    /// The secret itself, for whoever must store it encrypted or compare it. Do not print it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.secret
    }

    /// The value of an `Authorization` header with it, which is marked as sensitive.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// A text that cannot be a token. It is not shown, since it may be most of one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// There is nothing but white space, or the word `Bearer`.
    #[error("the token is empty: paste the secret that the tenant showed when the token was made")]
    Empty,
    /// A character is not visible ASCII.
    #[error(
        "the token holds a blank or another character that no token has: paste it alone, without `Bearer`, quotation marks or line breaks"
    )]
    Characters,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_and_broken_tokens_are_refused_without_being_shown() {
        for text in ["", " \r\n", "Bearer", "bearer \n"] {
            assert_eq!(Token::new(text), Err(InvalidToken::Empty), "{text:?}");
        }
        for text in ["Bearer hl_9", "hl_\n9", "hl_\u{2026}", "hl_\u{7f}"] {
            let error = Token::new(text).unwrap_err();
            assert_eq!(error, InvalidToken::Characters, "{text:?}");
            assert!(!format!("{error:?} {error}").contains("hl_"));
        }
    }

    #[test]
    fn it_is_never_printed() {
        let token = Token::new("hl_9f2c77").unwrap();
        assert!(!format!("{token:?} {:?}", token.header()).contains("hl_9f2c77"));
    }
}
