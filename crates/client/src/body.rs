use std::fmt;

use bytes::Bytes;
use scimkit_protocol::ErrorResponse;
use scimkit_schema::{JsonLimits, json};

/// What stood in an answer that was no success, kept whole. Where it repeated the token, `[token]` stands instead.
///
/// Printing gives one line of at most 200 characters, with the rest left off and control characters escaped.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// A SCIM error, whatever media type it was declared as.
    Scim(ErrorResponse),
    /// Another JSON value, as a gateway in front of the server answers it.
    Json(String),
    /// Anything else.
    Raw(Bytes),
}

impl Body {
    /// None for an empty body.
    pub(crate) fn read(bytes: &Bytes, token: &str) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        let bytes = redact(bytes, token);
        if let Some(error) = ErrorResponse::from_json(&bytes) {
            return Some(Self::Scim(error));
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) if json::parse(&bytes, JsonLimits::default()).is_ok() => {
                Some(Self::Json(text.to_owned()))
            }
            _ => Some(Self::Raw(bytes)),
        }
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Scim(error) => match &error.scim_type {
                Some(scim_type) => format!("{scim_type}: {}", error.detail),
                None => error.detail.to_string(),
            },
            Self::Json(text) => text.clone(),
            Self::Raw(bytes) => {
                let start = bytes.get(..4 * SHOWN).unwrap_or(bytes);
                String::from_utf8_lossy(start).into_owned()
            }
        };
        f.write_str(&one_line(&text, SHOWN))
    }
}

/// `text` in one line of at most `limit` characters: white space runs together, and what does not print is escaped.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    let mut room = limit;
    for word in text.split_whitespace() {
        let escaped = word.chars().flat_map(|c| {
            // quotation marks print as they are; only what does not print is escaped
            let plain = matches!(c, '"' | '\'' | '\\').then_some(c);
            let escape = plain.is_none().then(|| c.escape_debug());
            plain.into_iter().chain(escape.into_iter().flatten())
        });
        let blank = (!shown.is_empty()).then_some(' ');
        for c in blank.into_iter().chain(escaped) {
            if room == 0 {
                shown.push('…');
                return shown;
            }
            room -= 1;
            shown.push(c);
        }
    }
    shown
}

/// Takes the token out of `bytes`, also where JSON escaped its slashes.
fn redact(bytes: &Bytes, token: &str) -> Bytes {
    [token.to_owned(), token.replace('/', r"\/")]
        .iter()
        .fold(bytes.clone(), |bytes, secret| {
            replace(bytes, secret.as_bytes())
        })
}

fn replace(bytes: Bytes, secret: &[u8]) -> Bytes {
    let mut kept = Vec::new();
    let mut rest = &bytes[..];
    while let Some(at) = rest
        .windows(secret.len())
        .position(|window| window == secret)
    {
        let (before, found) = rest.split_at(at);
        kept.extend_from_slice(before);
        kept.extend_from_slice(b"[token]");
        rest = found.get(secret.len()..).unwrap_or_default();
    }
    if kept.is_empty() {
        return bytes;
    }
    kept.extend_from_slice(rest);
    kept.into()
}

/// How many characters of a body a message shows.
const SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Body {
        Body::read(&Bytes::copy_from_slice(text.as_bytes()), "hl/9f2c").unwrap()
    }

    #[test]
    fn what_came_is_told_apart_by_its_content() {
        let scim = read(r#"{"status":"409","scimType":"uniqueness","detail":"taken"}"#);
        assert!(matches!(&scim, Body::Scim(error) if error.status == 409));
        assert_eq!(scim.to_string(), "uniqueness: taken");
        let gateway = r#"{"message":"no route"}"#;
        assert_eq!(read(gateway), Body::Json(gateway.into()));
        assert_eq!(read(gateway).to_string(), gateway);
        assert!(matches!(read("<html>"), Body::Raw(_)));
        assert_eq!(Body::read(&Bytes::new(), "hl"), None);
    }

    #[test]
    fn printing_gives_one_short_line() {
        let page = format!("<html>\r\n\t<p>\u{1b}[2J{}</p>", "é".repeat(5_000));
        let shown = read(&page).to_string();
        assert!(shown.starts_with(r"<html> <p>\u{1b}[2Jé"), "{shown}");
        assert_eq!(shown.chars().count(), 201);
        assert!(shown.ends_with('…'));
        let bytes = Body::Raw(Bytes::from_static(b"\xff\xfe\0"));
        assert_eq!(bytes.to_string(), "\u{fffd}\u{fffd}\\0");
    }

    #[test]
    fn the_token_is_taken_out_wherever_it_stands() {
        for text in [
            "<p>hl/9f2chl/9f2c</p>",
            "hl/9f2c",
            r#"{"seen":"Bearer hl\/9f2c"}"#,
            r#"{"status":401,"detail":"no such token hl\/9f2c"}"#,
        ] {
            let body = read(text);
            let shown = format!("{body:?} {body}");
            assert!(!shown.contains("9f2c"), "{shown}");
            assert!(shown.contains("[token]"), "{shown}");
        }
    }
}
