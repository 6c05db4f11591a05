#![doc = include_str!("../README.md")]

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
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
            let response = match read(body, limit).await {
                Read::Whole(body) => service.answer(admission, head, body).await,
                Read::Oversize => service.refuse_oversize_body(&admission),
                Read::Broken => service.refuse_broken_body(),
            };
            Ok(response.map(Full::new))
        })
    }
}

/// How the reading of a body ended.
enum Read {
    Whole(Bytes),
    Oversize,
    Broken,
}

/// Reads a body of at most `limit` bytes. What is past the limit is thrown away as it comes, up to a bound, because a client that is still
/// sending would not see the answer.
async fn read<B: Body>(body: B, limit: usize) -> Read {
    const THROWN_AWAY: usize = 64 << 20;
    let mut body = pin!(body);
    let mut kept = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Read::Broken;
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen = seen.saturating_add(data.remaining());
        if seen <= limit {
            kept.put(data);
        } else if seen > limit.saturating_add(THROWN_AWAY) {
            break;
        }
    }
    if seen <= limit {
        Read::Whole(kept.freeze())
    } else {
        Read::Oversize
    }
}
