//! Instants: how they are read and written, and how they are counted in.

mod format;
mod interval;
mod parse;

use chrono::{NaiveDateTime, TimeDelta};
use scimkit_schema::DateTime;

pub(super) use self::format::Format;
pub(super) use self::interval::Interval;
pub(super) use self::parse::Styles;

/// A date and a time of day, as .NET's `DateTime` has them: in UTC if anything is known about the zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Moment {
    pub(super) time: NaiveDateTime,
    pub(super) zone: Zone,
}

/// What is known about the zone of a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Zone {
    /// An offset was written. .NET goes over to the zone of the machine, which for the service is UTC too.
    Converted,
    Unknown,
    /// It was written as UTC.
    Utc,
}

/// What `CDate` reads: the ways in which ISO 8601, the United States and mail write dates.
const FORMATS: &[&str] = &[
    "yyyy-M-d",
    "M/d/yyyy",
    "yyyy/M/d",
    "d MMM yyyy",
    "d MMMM yyyy",
    "MMM d, yyyy",
    "MMMM d, yyyy",
    "ddd, d MMM yyyy",
];

/// How a time can follow. The empty one is midnight.
const TIMES: &[&str] = &[
    "K",
    "'T'H:m:s.FFFFFFFK",
    " H:m:s.FFFFFFFK",
    " h:m:s ttK",
    "'T'H:mK",
    " H:mK",
    " h:m ttK",
    " H:m:s 'GMT'",
];

/// The instant that `text` says; what says no zone is in UTC.
pub(crate) fn read(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let styles = Styles::default();
    // No date in these forms is longer.
    if text.len() > 64 {
        return None;
    }
    let forms = FORMATS
        .iter()
        .flat_map(|date| TIMES.iter().map(move |time| format!("{date}{time}")));
    let mut moments = forms.filter_map(|form| Format::new(&form).ok()?.parse(text, styles).ok());
    moments.next().and_then(|moment| instant(moment.time))
}

/// The years that .NET can count.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// A time in UTC as an instant; none outside of the years that .NET knows.
pub(super) fn instant(time: NaiveDateTime) -> Option<DateTime> {
    use chrono::Datelike;

    YEARS
        .contains(&time.year())
        .then(|| DateTime::from_unix_micros(time.and_utc().timestamp_micros()))
}

/// An instant as a time in UTC.
pub(super) fn utc(instant: &DateTime) -> NaiveDateTime {
    NaiveDateTime::UNIX_EPOCH
        .checked_add_signed(TimeDelta::microseconds(instant.unix_micros()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
