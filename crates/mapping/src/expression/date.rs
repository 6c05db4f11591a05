//! Instants: how they are read and written, and what they are counted in.

mod format;
mod interval;
mod parse;
mod pieces;
mod styles;

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use chrono::{DateTime as Instant, Datelike, NaiveDateTime, Utc};
use scimkit_schema::DateTime;

pub(super) use self::format::Format;
pub(super) use self::interval::Interval;
pub(super) use self::styles::Styles;

/// What a text says by a format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Read {
    instant: Instant<Utc>,
    zone: Zone,
}

/// What a text said about its zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Zone {
    /// An offset. .NET goes over to the zone of the machine, which for the service is UTC too.
    Converted,
    /// Nothing; it is taken as UTC.
    Unknown,
    /// That it is UTC.
    Utc,
}

/// The years that .NET can count.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// What `CDate` reads: dates as ISO 8601, the United States and mail write them.
const DATES: [&str; 8] = [
    "yyyy-M-d",
    "M/d/yyyy",
    "yyyy/M/d",
    "d MMM yyyy",
    "d MMMM yyyy",
    "MMM d, yyyy",
    "MMMM d, yyyy",
    "ddd, d MMM yyyy",
];

/// How a time can follow a date. The first one is midnight.
const TIMES: [&str; 8] = [
    "K",
    "'T'H:m:s.FFFFFFFK",
    " H:m:s.FFFFFFFK",
    " h:m:s ttK",
    "'T'H:mK",
    " H:mK",
    " h:m ttK",
    " H:m:s 'GMT'",
];

static FORMS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let forms = DATES
        .iter()
        .flat_map(|date| TIMES.iter().map(move |time| format!("{date}{time}")));
    forms.filter_map(|form| Format::read(&form).ok()).collect()
});

/// The instant that `text` says in any of the forms; what says no zone is in UTC.
pub(super) fn read(text: &str) -> Option<DateTime> {
    let found = FORMS
        .iter()
        .find_map(|form| form.parse(text, Styles::default(), &|| None).ok())?;
    instant(found.instant.naive_utc())
}

/// A time in UTC as an instant; none outside of the years that .NET knows.
pub(super) fn instant(time: NaiveDateTime) -> Option<DateTime> {
    YEARS
        .contains(&time.year())
        .then(|| DateTime::from_unix_micros(time.and_utc().timestamp_micros()))
}

/// An instant as a time in UTC.
pub(super) fn utc(instant: &DateTime) -> NaiveDateTime {
    let instant = Instant::from_timestamp_micros(instant.unix_micros());
    instant.unwrap_or_default().naive_utc()
}

#[cfg(test)]
mod tests;
