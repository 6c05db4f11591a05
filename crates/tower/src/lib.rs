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

/// A SCIM [`Service`] as a tower service: give it to axum's `fallback_service` or `nest_service`, or to hyper.
///
/// It reads a request body to its end, but never further than [`Service::body_limit`]. Clones share the service.
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
            let read = Limited::new(body, service.body_limit()).collect().await;
            let response = match read {
                Ok(body) => {
                    service
                        .handle(Request::from_parts(head, body.to_bytes()))
                        .await
                }
                Err(error) if error.is::<LengthLimitError>() => service.refuse_oversize_body(),
                Err(_) => service.refuse_broken_body(),
            };
            Ok(response.map(Full::new))
        })
    }
}
