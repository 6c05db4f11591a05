use std::sync::{Arc, Mutex};

use scimkit::client::{
    Transport, TransportError,
    bytes::Bytes,
    http::{Method, Request, Response},
};

use crate::{Fault, fault::Faults};

/// A transport that notes every request it carries, and spoils those it is told to. Clones share both.
#[derive(Clone, Debug)]
pub struct Counting<T> {
    inner: T,
    sent: Arc<Mutex<Vec<Sent>>>,
    faults: Faults,
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
            faults: Faults::default(),
        }
    }

    /// Asks `choice` about each request from now on, in their order, what goes wrong with it.
    pub fn spoil(&self, choice: impl FnMut(&Sent) -> Option<Fault> + Send + 'static) {
        self.faults.set(Some(Box::new(choice)));
    }

    /// Lets everything pass again.
    pub fn heal(&self) {
        self.faults.set(None);
    }

    /// Takes the notes, and begins anew.
    #[must_use]
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

impl Sent {
    /// Whether the request has this method, and `endpoint` in its path or query.
    #[must_use]
    pub fn is(&self, method: &Method, endpoint: &str) -> bool {
        self.method == *method && self.target.contains(endpoint)
    }

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
        let sent = Sent {
            method: request.method().clone(),
            target,
            body,
        };
        let fault = self.faults.of(&sent);
        self.sent.lock().unwrap().push(sent);
        let Some(fault) = fault else {
            return self.inner.send(request).await;
        };
        if let Some(answer) = fault.instead() {
            return Ok(answer);
        }
        self.inner.send(request).await?;
        fault.spoil()
    }
}
