use std::fmt::Write;

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::pieces::{Piece, pieces};
use super::{Read, Zone};

/// A .NET format of dates: a custom one, or a single letter for one that has a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::expression) struct Format(Vec<Piece>);

/// The months; the first three letters are their short names.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The days of the week; the first three letters are their short names.
pub(super) const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

impl Format {
    /// Reads a format; an error says what is wrong with it.
    pub(in crate::expression) fn read(written: &str) -> Result<Self, String> {
        let mut letters = written.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => pieces(standard(letter)?).map(Self),
            _ => pieces(written).map(Self),
        }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Writes an instant.
    pub(in crate::expression) fn print(&self, read: Read) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            // Writing to a text cannot fail.
            let _ = write(&mut text, read, *piece);
        }
        text
    }
}

/// The custom format of a standard one, for the United States: Microsoft documents that dates without a format are written
/// as there (`M/d/yyyy h:mm:ss tt`).
fn standard(letter: char) -> Result<&'static str, String> {
    Ok(match letter {
        'd' => "M/d/yyyy",
        'D' => "dddd, MMMM d, yyyy",
        'f' => "dddd, MMMM d, yyyy h:mm tt",
        'F' | 'U' => "dddd, MMMM d, yyyy h:mm:ss tt",
        'g' => "M/d/yyyy h:mm tt",
        'G' => "M/d/yyyy h:mm:ss tt",
        'm' | 'M' => "MMMM d",
        'o' | 'O' => "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
        'r' | 'R' => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        's' => "yyyy-MM-dd'T'HH:mm:ss",
        't' => "h:mm tt",
        'T' => "h:mm:ss tt",
        'u' => "yyyy-MM-dd HH:mm:ssZ",
        'y' | 'Y' => "MMMM yyyy",
        _ => return Err(format!("`{letter}` is no standard format")),
    })
}

fn write(text: &mut String, read: Read, piece: Piece) -> std::fmt::Result {
    let Read { instant, zone } = read;
    match piece {
        Piece::Literal(literal) => text.write_char(literal),
        Piece::Zulu => text.write_char('Z'),
        Piece::Year(digits @ 1..=2) => write!(text, "{:0digits$}", instant.year() % 100),
        Piece::Year(digits) => write!(text, "{:0digits$}", instant.year()),
        Piece::Month(digits @ 1..=2) => write!(text, "{:0digits$}", instant.month()),
        Piece::Month(letters) => text.write_str(name(&MONTHS, instant.month0(), letters)),
        Piece::Day(digits @ 1..=2) => write!(text, "{:0digits$}", instant.day()),
        Piece::Day(letters) => {
            let day = instant.weekday().num_days_from_sunday();
            text.write_str(name(&DAYS, day, letters))
        }
        Piece::Hour(digits) => write!(text, "{:0digits$}", instant.hour()),
        Piece::HourOfHalf(digits) => write!(text, "{:0digits$}", instant.hour12().1),
        Piece::Minute(digits) => write!(text, "{:0digits$}", instant.minute()),
        Piece::Second(digits) => write!(text, "{:0digits$}", instant.second()),
        Piece::Fraction {
            digits,
            is_optional,
        } => text.write_str(&fraction(instant, digits, is_optional)),
        Piece::Half(letters) => {
            let (is_after_noon, _) = instant.hour12();
            let half = if is_after_noon { "PM" } else { "AM" };
            text.write_str(half.get(..letters).unwrap_or(half))
        }
        Piece::Offset(1) => text.write_str("+0"),
        Piece::Offset(2) => text.write_str("+00"),
        Piece::Offset(_) => text.write_str("+00:00"),
        Piece::Kind => text.write_str(match zone {
            Zone::Converted => "+00:00",
            Zone::Unknown => "",
            Zone::Utc => "Z",
        }),
    }
}

/// Digits behind the point. If they can be left out, the point comes with them, and zeros at the end do not.
fn fraction(instant: DateTime<Utc>, digits: usize, is_optional: bool) -> String {
    // A leap second has more.
    let nanoseconds = instant.nanosecond() % 1_000_000_000;
    let mut written = format!("{nanoseconds:09}");
    written.truncate(digits);
    if !is_optional {
        return written;
    }
    let shortened = written.trim_end_matches('0');
    if shortened.is_empty() {
        String::new()
    } else {
        format!(".{shortened}")
    }
}

fn name(names: &[&'static str], index: u32, letters: usize) -> &'static str {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let name = names.get(index).copied().unwrap_or_default();
    if letters == 3 {
        name.get(..3).unwrap_or(name)
    } else {
        name
    }
}

#[cfg(test)]
mod tests;
