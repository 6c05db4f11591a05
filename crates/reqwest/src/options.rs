use std::time::Duration;

/// The bounds of a [`ReqwestTransport`](crate::ReqwestTransport).
///
/// ```
/// use std::time::Duration;
/// use scimkit_reqwest::{Options, ReqwestTransport};
///
/// let transport = ReqwestTransport::with_options(Options::default().with_timeout(Duration::from_secs(5)))?;
/// # Ok::<(), scimkit_reqwest::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    pub(crate) timeout: Duration,
    pub(crate) body_limit: usize,
}

impl Options {
    /// This, giving up when a whole exchange, from the connection to the last byte of the answer, takes longer. 60 s by default.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// This, reading at most so many bytes of a body. 16 MiB by default.
    #[must_use]
    pub const fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            body_limit: 16 << 20,
        }
    }
}
