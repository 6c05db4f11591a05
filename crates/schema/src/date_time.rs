use std::{cmp::Ordering, fmt, hash, str::FromStr};

use chrono::{NaiveDateTime, SecondsFormat, TimeDelta, Utc};

/// An instant, with the text it was written in ([RFC 7643 §2.3.5](https://www.rfc-editor.org/rfc/rfc7643#section-2.3.5)).
///
/// Comparison is by instant; printing gives back the text that was read. A text without a zone is taken as UTC.
///
/// ```
/// use scimkit_schema::DateTime;
///
/// let noon: DateTime = "2026-01-05T12:00:00+01:00".parse()?;
/// assert_eq!(noon, "2026-01-05T11:00:00Z".parse()?);
/// assert_eq!(noon.to_string(), "2026-01-05T12:00:00+01:00");
/// # Ok::<(), scimkit_schema::InvalidDateTime>(())
/// ```
#[derive(Clone)]
pub struct DateTime {
    instant: chrono::DateTime<Utc>,
    /// The text as read; none stands for the canonical form in UTC.
    text: Option<Box<str>>,
}

impl DateTime {
    /// The instant `micros` microseconds after the start of 1970 in UTC.
    ///
    /// An instant that the calendar cannot hold (about 262,000 years away) becomes the nearest one that it can.
    #[must_use]
    pub fn from_unix_micros(micros: i64) -> Self {
        let limit = if micros < 0 {
            chrono::DateTime::<Utc>::MIN_UTC
        } else {
            chrono::DateTime::<Utc>::MAX_UTC
        };
        Self {
            instant: chrono::DateTime::from_timestamp_micros(micros).unwrap_or(limit),
            text: None,
        }
    }

    /// Microseconds since the start of 1970 in UTC; finer fractions are cut off.
    #[must_use]
    pub fn unix_micros(&self) -> i64 {
        self.instant.timestamp_micros()
    }

    /// This instant, later by `seconds` (earlier, if negative).
    #[must_use]
    pub fn plus_seconds(&self, seconds: i64) -> Self {
        let limit = if seconds < 0 {
            chrono::DateTime::<Utc>::MIN_UTC
        } else {
            chrono::DateTime::<Utc>::MAX_UTC
        };
        let instant = TimeDelta::try_seconds(seconds)
            .and_then(|delta| self.instant.checked_add_signed(delta))
            .unwrap_or(limit);
        Self {
            instant,
            text: None,
        }
    }
}

impl FromStr for DateTime {
    type Err = InvalidDateTime;

    fn from_str(text: &str) -> Result<Self, InvalidDateTime> {
        let invalid = || InvalidDateTime(text.chars().take(40).collect());
        if !text.is_ascii() || text.as_bytes().get(10) != Some(&b'T') {
            return Err(invalid());
        }
        let instant = chrono::DateTime::parse_from_rfc3339(text)
            .map(|zoned| zoned.to_utc())
            .or_else(|_| {
                NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                    .map(|naive| naive.and_utc())
            })
            .map_err(|_| invalid())?;
        Ok(Self {
            instant,
            text: Some(text.into()),
        })
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => f.write_str(text),
            None => f.write_str(&self.instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateTime({self})")
    }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.instant.cmp(&other.instant)
    }
}

impl hash::Hash for DateTime {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.instant.hash(state);
    }
}

#[cfg(feature = "chrono")]
impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(instant: chrono::DateTime<Utc>) -> Self {
        Self {
            instant,
            text: None,
        }
    }
}

#[cfg(feature = "chrono")]
impl From<&DateTime> for chrono::DateTime<Utc> {
    fn from(value: &DateTime) -> Self {
        value.instant
    }
}

/// A text that is no `xsd:dateTime`.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is no dateTime: write it like 2026-01-05T08:00:00Z")]
pub struct InvalidDateTime(Box<str>);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_no_xsd_date_time() {
        for text in [
            "",
            "yesterday",
            "2026-01-05",
            "2026-01-05 08:00:00Z",
            "2026-13-05T08:00:00Z",
            "2026-01-05T08:00",
        ] {
            assert!(text.parse::<DateTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_zone_is_utc() -> Result<(), InvalidDateTime> {
        assert_eq!(
            "2026-01-05T08:00:00.5".parse::<DateTime>()?,
            "2026-01-05T08:00:00.500Z".parse()?
        );
        Ok(())
    }

    proptest! {
        #[test]
        fn canonical_text_reads_back(micros in -60_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let instant = DateTime::from_unix_micros(micros);
            let read: DateTime = instant.to_string().parse().unwrap();
            prop_assert_eq!(read.unix_micros(), micros);
        }
    }
}
