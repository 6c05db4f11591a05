#![doc = include_str!("../README.md")]

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use scimkit_server::{Authenticator, Service};

/// A SCIM [`Service`] as a tower service: give it to axum's `fallback_service`, or to hyper.
///
/// It reads nothing of a body before the request is let in, and then never further than [`Admission::body_limit`]. Clones share the
/// service.
///
/// axum's `nest_service` takes the prefix off the path: there the service needs no base path, but a public URL, or its locations would
/// lack the prefix.
///
/// [`Admission::body_limit`]: scimkit_server::Admission::body_limit
pub struct ScimService<A> {
    service: Arc<Service<A>>,
}

impl<A: Authenticator> ScimService<A> {
    /// Wraps a service.
    #[must_use]
    pub fn new(service: Service<A>) -> Self {
        Self {
            service: Arc::new(service),
        }
    }
}

impl<A> Clone for ScimService<A> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
        }
    }
}

impl<A> fmt::Debug for ScimService<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScimService").field(&self.service).finish()
    }
}

impl<A, B> tower_service::Service<Request<B>> for ScimService<A>
where
    A: Authenticator + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.service.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let admission = match service.admit(&head).await {
                Ok(admission) => admission,
                Err(refusal) => return Ok(refusal.map(Full::new)),
            };
            let limit = admission.body_limit();
            let response = match Limited::new(body, limit).collect().await {
                Ok(body) => service.answer(admission, head, body.to_bytes()).await,
                Err(error) if error.is::<LengthLimitError>() => service.refuse_oversize_body(limit),
                Err(_) => service.refuse_broken_body(),
            };
            Ok(response.map(Full::new))
        })
    }
}
