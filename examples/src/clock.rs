use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use scimkit::{
    schema::{Clock, DateTime},
    system::SystemClock,
};

/// The machine's clock, set forward by hand: forty minutes pass in no time.
#[derive(Clone, Debug, Default)]
pub struct JourneyClock {
    ahead: Arc<AtomicI64>,
}

impl JourneyClock {
    /// Lets `seconds` pass at once.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for JourneyClock {
    fn now(&self) -> DateTime {
        SystemClock
            .now()
            .plus_seconds(self.ahead.load(Ordering::SeqCst))
    }
}
