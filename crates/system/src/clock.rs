use std::time::SystemTime;

use scimkit_schema::{Clock, DateTime};

/// The clock of the machine, in microseconds. It jumps when the machine's clock is set.
///
/// ```
/// use scimkit_schema::Clock;
/// use scimkit_system::SystemClock;
///
/// let now = SystemClock.now();
/// assert!(now.to_string().ends_with('Z'));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime {
        let micros = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros)
            }
        };
        DateTime::from_unix_micros(micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_of_this_century_and_does_not_stand_still() {
        let first = SystemClock.now();
        assert!(first > "2026-01-01T00:00:00Z".parse().unwrap());
        assert!(first < "2100-01-01T00:00:00Z".parse().unwrap());
        while SystemClock.now() == first {}
    }
}
