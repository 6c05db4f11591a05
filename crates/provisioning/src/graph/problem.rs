use std::fmt;

use http::StatusCode;
use scimkit_client::{Error, ErrorKind, TransportError};
use serde_json::Value as Json;

/// Why Graph could not be read, with the mend.
#[derive(Debug)]
pub(super) enum Problem {
    /// The state that a link stands for is not known any more.
    Gone,
    /// The access token is not taken.
    Unauthorized,
    /// Something else, as a sentence.
    Other(String),
    /// There is no access token.
    Token(Error),
    /// Graph asks to come back later, or is in trouble.
    Transient(String),
}

impl Problem {
    /// Whether nothing at all will be read before a person does something.
    pub(super) fn is_about_credentials(&self) -> bool {
        match self {
            Self::Token(error) => *error.kind() == ErrorKind::Unauthorized,
            Self::Unauthorized => true,
            _ => false,
        }
    }

    /// What an answer that is no success means.
    pub(super) fn of(path: &str, status: StatusCode, body: &[u8]) -> Self {
        let said = said(body);
        match status.as_u16() {
            410 => Self::Gone,
            400 if SYNC_STATES
                .iter()
                .any(|code| said.code.eq_ignore_ascii_case(code)) =>
            {
                Self::Gone
            }
            401 => Self::Unauthorized,
            403 => Self::Other(format!(
                "the client may not read `/{path}` (403{said}): grant it the application permissions `User.Read.All`, `GroupMember.Read.All` and `Application.Read.All`, and an administrator's consent"
            )),
            404 if path.starts_with("servicePrincipals/") => Self::Other(format!(
                "there is no such service principal (404{said}): give the object id of the enterprise application, which is not the application id"
            )),
            429 => Self::Transient(format!("Graph asks to come back later (429{said})")),
            408 | 500.. => {
                Self::Transient(format!("Graph is in trouble ({}{said})", status.as_u16()))
            }
            _ => Self::Other(format!("`/{path}` is refused ({}{said})", status.as_u16())),
        }
    }

    pub(super) fn transport(error: &TransportError) -> Self {
        Self::Transient(format!("Graph could not be reached: {error}"))
    }

    pub(super) fn elsewhere(host: &str) -> Self {
        let host: String = host.chars().take(80).collect();
        Self::Other(format!(
            "a link to further pages leads to another host, `{host}`, and is not followed: the access token would go along"
        ))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("Graph does not know any more up to where it was read"),
            Self::Unauthorized => f.write_str("Graph does not take the access token (401): was it made for Graph, with the scope `https://graph.microsoft.com/.default`?"),
            Self::Other(why) | Self::Transient(why) => f.write_str(why),
            Self::Token(error) => error.fmt(f),
        }
    }
}

/// What Graph says about an error.
struct Said {
    code: String,
    message: String,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.is_empty() {
            return Ok(());
        }
        write!(f, ", `{}`: {}", self.code, self.message)
    }
}

fn said(body: &[u8]) -> Said {
    let body: Json = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str, limit: usize| -> String {
        let text = body
            .get("error")
            .and_then(|error| error.get(name)?.as_str());
        let text = text.unwrap_or_default().chars().take(limit);
        text.flat_map(char::escape_debug).collect()
    };
    Said {
        code: text("code", 60),
        message: text("message", 200),
    }
}

/// What Graph calls a link whose state is gone, when it does not answer 410.
const SYNC_STATES: [&str; 3] = ["resyncRequired", "syncStateInvalid", "syncStateNotFound"];
