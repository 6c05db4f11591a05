use std::sync::{Arc, Mutex};

use scimkit::client::{
    Transport, TransportError,
    bytes::Bytes,
    http::{Method, Request, Response},
};

/// A transport that notes every request it carries. Clones share the notes.
#[derive(Clone, Debug)]
pub struct Counting<T> {
    inner: T,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// A request that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// Path and query, as on the wire.
    pub target: String,
    /// The body as text.
    pub body: String,
}

impl<T> Counting<T> {
    /// Notes what `inner` carries.
    #[must_use]
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            sent: Arc::default(),
        }
    }

    /// Takes the notes, and begins anew.
    #[must_use]
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

impl Sent {
    /// Whether the request asks for a change.
    #[must_use]
    pub fn is_write(&self) -> bool {
        self.method != Method::GET
    }
}

impl<T: Transport> Transport for Counting<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let target = request
            .uri()
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default();
        let body = String::from_utf8_lossy(request.body()).into_owned();
        self.sent.lock().unwrap().push(Sent {
            method: request.method().clone(),
            target,
            body,
        });
        self.inner.send(request).await
    }
}
