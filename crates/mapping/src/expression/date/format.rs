use std::fmt::Write;

use chrono::{Datelike, Timelike};

use super::{Moment, Zone};

/// A .NET format of dates: a custom one, or a single letter for one that has a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::expression) struct Format(Vec<Token>);

/// A part of a format.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Token {
    /// A letter with a meaning, and how often it stands there.
    Field(char, usize),
    Literal(char),
}

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
    pub(in crate::expression) fn new(written: &str) -> Result<Self, String> {
        let mut letters = written.chars();
        match (letters.next(), letters.next()) {
            (None, _) => Err("is empty".to_owned()),
            (Some(letter), None) => tokens(standard(letter)?).map(Self),
            _ => tokens(written).map(Self),
        }
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.0
    }

    /// Writes `moment`.
    pub(in crate::expression) fn write(&self, moment: &Moment) -> String {
        let mut text = String::new();
        for token in &self.0 {
            match *token {
                Token::Field(field, count) => write_field(&mut text, moment, field, count),
                Token::Literal(character) => text.push(character),
            }
        }
        text
    }
}

/// The custom format of a standard one, for the United States: it is there that a date without a format is written as
/// Microsoft documents it.
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
        'u' => "yyyy-MM-dd HH:mm:ss'Z'",
        'y' | 'Y' => "MMMM yyyy",
        _ => return Err(format!("`{letter}` is no standard format")),
    })
}

fn tokens(written: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = written.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            'd' | 'f' | 'F' | 'h' | 'H' | 'K' | 'm' | 'M' | 's' | 't' | 'y' | 'z' => {
                let mut count = 1;
                while character != 'K' && rest.next_if_eq(&character).is_some() {
                    count += 1;
                }
                if count > 7 {
                    return Err(format!("has more than 7 `{character}` in a row"));
                }
                tokens.push(Token::Field(character, count));
            }
            'g' => return Err("asks for the era with `g`, which is not available".to_owned()),
            // A percent sign only makes a single letter a custom format.
            '%' => {}
            '\\' => match rest.next() {
                Some(escaped) => tokens.push(Token::Literal(escaped)),
                None => return Err("ends in a backslash".to_owned()),
            },
            '\'' | '"' => {
                let mut closed = false;
                for quoted in rest.by_ref() {
                    if quoted == character {
                        closed = true;
                        break;
                    }
                    tokens.push(Token::Literal(quoted));
                }
                if !closed {
                    return Err(format!("does not close a quote: `{character}` is missing"));
                }
            }
            _ => tokens.push(Token::Literal(character)),
        }
    }
    Ok(tokens)
}

fn write_field(text: &mut String, moment: &Moment, field: char, count: usize) {
    let Moment { time, zone } = moment;
    let padded = count.min(2);
    let hour = time.hour();
    // Writing to a text cannot fail.
    let _ = match (field, count) {
        ('d', 1 | 2) => write!(text, "{:0padded$}", time.day()),
        ('d', _) => name(text, &DAYS, time.weekday().num_days_from_sunday(), count),
        ('f' | 'F', _) => {
            let digits = format!("{:09}", time.nanosecond() % 1_000_000_000);
            let digits = digits.get(..count).unwrap_or(&digits);
            if field == 'f' {
                text.push_str(digits);
            } else {
                write_shortened(text, digits.trim_end_matches('0'));
            }
            Ok(())
        }
        ('h', _) => write!(text, "{:0padded$}", (hour + 11) % 12 + 1),
        ('H', _) => write!(text, "{hour:0padded$}"),
        ('K', _) => {
            text.push_str(match zone {
                Zone::Converted => "+00:00",
                Zone::Unknown => "",
                Zone::Utc => "Z",
            });
            Ok(())
        }
        ('m', _) => write!(text, "{:0padded$}", time.minute()),
        ('M', 1 | 2) => write!(text, "{:0padded$}", time.month()),
        ('M', _) => name(text, &MONTHS, time.month0(), count),
        ('s', _) => write!(text, "{:0padded$}", time.second()),
        ('t', _) => {
            let half = if hour < 12 { "AM" } else { "PM" };
            text.push_str(half.get(..padded).unwrap_or(half));
            Ok(())
        }
        ('y', 1 | 2) => write!(text, "{:0padded$}", time.year() % 100),
        ('y', _) => write!(text, "{:0count$}", time.year()),
        ('z', 1) => write!(text, "+0"),
        ('z', 2) => write!(text, "+00"),
        _ => write!(text, "+00:00"),
    };
}

/// Digits of a fraction that may be none; then the point before them goes too.
fn write_shortened(text: &mut String, digits: &str) {
    if digits.is_empty() && text.ends_with('.') {
        text.pop();
    }
    text.push_str(digits);
}

fn name(text: &mut String, names: &[&str], index: u32, count: usize) -> std::fmt::Result {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let name = names.get(index).copied().unwrap_or_default();
    let short = name.get(..3).unwrap_or(name);
    text.write_str(if count == 3 { short } else { name })
}
