use std::time::Duration;

/// Lets time pass, for whatever is asked to wait. Crates without a timer get it from whoever embeds them.
///
/// Any `Fn(Duration) -> impl Future` is one: with tokio, `tokio::time::sleep`.
pub trait Pause: Send + Sync {
    /// Waits that long; or says at once that it cannot.
    fn pause(&self, duration: Duration) -> impl Future<Output = Waited> + Send;
}

/// Whether the time has passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Waited {
    /// It has not: whoever is to wait comes back later.
    No,
    /// It has.
    Yes,
}

/// Never waits: what would have to is left for the next time.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPause;

impl Pause for NoPause {
    async fn pause(&self, _: Duration) -> Waited {
        Waited::No
    }
}

impl<F, W> Pause for F
where
    F: Fn(Duration) -> W + Send + Sync,
    W: Future<Output = ()> + Send,
{
    async fn pause(&self, duration: Duration) -> Waited {
        self(duration).await;
        Waited::Yes
    }
}
