use std::{error::Error as StdError, io};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use scimkit_client::{Transport, TransportError, TransportErrorKind, is_loopback};

use crate::{Error, Options};

/// Sends requests over the network.
///
/// Clones are cheap and share their connections.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    /// For this machine: what the environment says about proxies is not meant for it.
    direct: reqwest::Client,
    body_limit: usize,
}

impl ReqwestTransport {
    /// A transport with the default bounds.
    ///
    /// # Errors
    /// [`Error`] when the machine's TLS settings cannot be read.
    pub fn new() -> Result<Self, Error> {
        Self::with_options(Options::default())
    }

    /// A transport with these bounds.
    ///
    /// # Errors
    /// [`Error`] when the machine's TLS settings cannot be read.
    pub fn with_options(options: Options) -> Result<Self, Error> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("scimkit/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .timeout(options.timeout)
        };
        Ok(Self {
            client: builder().build()?,
            direct: builder().no_proxy().build()?,
            body_limit: options.body_limit,
        })
    }

    async fn read(&self, mut answer: reqwest::Response) -> Result<Bytes, TransportError> {
        let limit = self.body_limit;
        let too_large = || TransportError::new(TransportErrorKind::TooLarge { limit });
        let announced = answer.content_length().unwrap_or(0);
        if announced > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(translate)? {
            if chunk.len() > limit - body.len() {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

impl Transport for ReqwestTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(translate)?;
        let client = if is_loopback(request.url()) {
            &self.direct
        } else {
            &self.client
        };
        let mut answer = client.execute(request).await.map_err(translate)?;
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        *response.body_mut() = self.read(answer).await?;
        Ok(response)
    }
}

/// Without the URL, whose query may hold personal data.
fn translate(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let kind = if error.is_builder() {
        TransportErrorKind::Other
    } else if error.is_dns() {
        TransportErrorKind::Dns
    } else if error.is_connect() && is_tls(&error) {
        TransportErrorKind::Tls
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Body
    };
    TransportError::new(kind).with_source(error)
}

/// A failed handshake is an I/O error of its own kind somewhere among the causes, often inside another I/O error.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        // what an I/O error wraps is not its source, but stands in its place
        cause = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
