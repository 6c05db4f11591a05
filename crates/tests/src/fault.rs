use std::{
    fmt,
    sync::{Arc, Mutex},
};

use scimkit::client::{
    TransportError, TransportErrorKind,
    bytes::Bytes,
    http::{Response, StatusCode, header::CONTENT_TYPE},
};

use crate::Sent;

/// What goes wrong with a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// It does not arrive, and something in between answers with this status and body.
    Answer(u16, String),
    /// It is carried out, but something in between answers with this status and an empty body.
    DoneButStatus(u16),
    /// It is carried out, but the answer is lost.
    LoseAnswer,
}

/// Which requests go wrong, and how. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Option<Choice>>>);

type Choice = Box<dyn FnMut(&Sent) -> Option<Fault> + Send>;

impl Faults {
    pub(crate) fn set(&self, choice: Option<Choice>) {
        *self.0.lock().unwrap() = choice;
    }

    pub(crate) fn of(&self, sent: &Sent) -> Option<Fault> {
        self.0.lock().unwrap().as_mut()?(sent)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}

impl Fault {
    /// The answer in place of that of the server, for what does not arrive.
    pub(crate) fn instead(&self) -> Option<Response<Bytes>> {
        match self {
            Self::Answer(status, body) => Some(answer(*status, body.clone())),
            Self::DoneButStatus(_) | Self::LoseAnswer => None,
        }
    }

    /// What becomes of the answer of the server.
    pub(crate) fn spoil(&self) -> Result<Response<Bytes>, TransportError> {
        match self {
            Self::Answer(status, body) => Ok(answer(*status, body.clone())),
            Self::DoneButStatus(status) => Ok(answer(*status, String::new())),
            Self::LoseAnswer => Err(TransportError::new(TransportErrorKind::Body)),
        }
    }
}

fn answer(status: u16, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    let scim = "application/scim+json".parse().unwrap();
    response.headers_mut().insert(CONTENT_TYPE, scim);
    response
}
