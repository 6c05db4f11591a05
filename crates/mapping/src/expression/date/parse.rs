use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::format::{DAYS, Format, MONTHS, Token};
use super::{Moment, Zone};

/// Two digits up to this are a year of this century, above it one of the last, as in .NET today.
const LAST_SHORT_YEAR: u32 = 49;

/// How much a text may differ from its format: some of .NET's `DateTimeStyles`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::expression) struct Styles {
    white_before: bool,
    white_inside: bool,
    white_after: bool,
    to_utc: bool,
}

/// White space at both ends.
impl Default for Styles {
    fn default() -> Self {
        Self {
            white_before: true,
            white_inside: false,
            white_after: true,
            to_utc: false,
        }
    }
}

impl Styles {
    /// Reads names of styles with commas between them. Where the machine is does not matter, as the service's is in UTC.
    pub(in crate::expression) fn new(written: &str) -> Option<Self> {
        let mut styles = Self {
            white_before: false,
            white_inside: false,
            white_after: false,
            to_utc: false,
        };
        for name in written.split(',') {
            match name.trim() {
                "AllowInnerWhite" => styles.white_inside = true,
                "AllowLeadingWhite" => styles.white_before = true,
                "AllowTrailingWhite" => styles.white_after = true,
                "AllowWhiteSpaces" => {
                    styles.white_before = true;
                    styles.white_inside = true;
                    styles.white_after = true;
                }
                "AdjustToUniversal" => styles.to_utc = true,
                "AssumeLocal"
                | "AssumeUniversal"
                | "NoCurrentDateDefault"
                | "None"
                | "RoundtripKind" => {}
                _ => return None,
            }
        }
        Some(styles)
    }
}

/// A text does not fit its format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::expression) struct Mismatch;

impl Format {
    /// Reads `text`, which must be of this format exactly. What the format does not have is the first of its kind: the year 1,
    /// January, midnight (.NET takes the current year instead, which would make the same input give different values).
    pub(in crate::expression) fn parse(
        &self,
        text: &str,
        styles: Styles,
    ) -> Result<Moment, Mismatch> {
        let mut reader = Reader {
            rest: text,
            fields: Fields::default(),
        };
        if styles.white_before {
            reader.skip_white();
        }
        for token in self.tokens() {
            if styles.white_inside {
                reader.skip_white();
            }
            reader.token(token)?;
        }
        if styles.white_after {
            reader.skip_white();
        }
        if !reader.rest.is_empty() {
            return Err(Mismatch);
        }
        let mut moment = reader.fields.moment().ok_or(Mismatch)?;
        if styles.to_utc && moment.zone == Zone::Converted {
            moment.zone = Zone::Utc;
        }
        Ok(moment)
    }
}

#[derive(Default)]
struct Fields {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    week_day: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    after_noon: Option<bool>,
    /// Minutes east of UTC; `Z` is UTC itself.
    offset: Option<i32>,
    is_utc: bool,
}

impl Fields {
    fn moment(&self) -> Option<Moment> {
        let year = i32::try_from(self.year.unwrap_or(1))
            .ok()
            .filter(|year| *year > 0)?;
        let date = NaiveDate::from_ymd_opt(year, self.month.unwrap_or(1), self.day.unwrap_or(1))?;
        let week_day = date.weekday().num_days_from_sunday();
        if self.week_day.is_some_and(|written| written != week_day) {
            return None;
        }
        let hour = match (self.after_noon, self.hour) {
            (None, hour) => hour,
            (Some(_), 13..) => return None,
            (Some(false), 12) => 0,
            (Some(true), hour @ 0..12) => hour + 12,
            (Some(_), hour) => hour,
        };
        let time = date.and_hms_nano_opt(hour, self.minute, self.second, self.nanosecond)?;
        let zone = match self.offset {
            _ if self.is_utc => Zone::Utc,
            Some(_) => Zone::Converted,
            None => Zone::Unknown,
        };
        let offset = TimeDelta::minutes(self.offset.unwrap_or(0).into());
        let time: NaiveDateTime = time.checked_sub_signed(offset)?;
        super::YEARS
            .contains(&time.year())
            .then_some(Moment { time, zone })
    }
}

struct Reader<'a> {
    rest: &'a str,
    fields: Fields,
}

impl Reader<'_> {
    fn skip_white(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn token(&mut self, token: &Token) -> Result<(), Mismatch> {
        match *token {
            Token::Field(field, count) => self.field(field, count),
            // .NET leaves out a point whose fraction is not there; `F` says that none need be.
            Token::Literal(literal) => match self.rest.strip_prefix(literal) {
                Some(rest) => {
                    self.rest = rest;
                    self.fields.is_utc |= literal == 'Z';
                    Ok(())
                }
                None if literal == '.' => Ok(()),
                None => Err(Mismatch),
            },
        }
    }

    fn field(&mut self, field: char, count: usize) -> Result<(), Mismatch> {
        // One letter takes one or two digits, two letters take two.
        let least = count.min(2);
        match (field, count) {
            ('d', 1 | 2) => self.fields.day = Some(self.number(least, 2)?),
            ('d', _) => self.fields.week_day = Some(self.name(&DAYS, count)?),
            ('f', _) => self.fields.nanosecond = self.fraction(count, count)?,
            ('F', _) => self.fields.nanosecond = self.fraction(0, count)?,
            ('h' | 'H', _) => self.fields.hour = self.number(least, 2)?,
            ('K', _) => self.optional_zone()?,
            ('m', _) => self.fields.minute = self.number(least, 2)?,
            ('M', 1 | 2) => self.fields.month = Some(self.number(least, 2)?),
            ('M', _) => self.fields.month = Some(self.name(&MONTHS, count)? + 1),
            ('s', _) => self.fields.second = self.number(least, 2)?,
            ('t', _) => self.fields.after_noon = Some(self.half(count)?),
            ('y', 1 | 2) => {
                let year = self.number(least, 2)?;
                let century = if year > LAST_SHORT_YEAR { 1900 } else { 2000 };
                self.fields.year = Some(century + year);
            }
            ('y', _) => self.fields.year = Some(self.number(count, count.max(4))?),
            _ => self.fields.offset = Some(self.offset(count)?),
        }
        Ok(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Result<&str, Mismatch> {
        let count = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        let (digits, rest) = self.rest.split_at_checked(count).ok_or(Mismatch)?;
        if count < least {
            return Err(Mismatch);
        }
        self.rest = rest;
        Ok(digits)
    }

    fn number(&mut self, least: usize, most: usize) -> Result<u32, Mismatch> {
        self.digits(least, most)?.parse().map_err(|_| Mismatch)
    }

    /// A fraction of a second, in nanoseconds.
    fn fraction(&mut self, least: usize, most: usize) -> Result<u32, Mismatch> {
        let digits = self.digits(least, most)?;
        format!("{digits:0<9}").parse().map_err(|_| Mismatch)
    }

    /// The number of the name that stands here, in any case; three letters are enough if the format has three.
    fn name(&mut self, names: &[&str], count: usize) -> Result<u32, Mismatch> {
        for (number, name) in (0..).zip(names) {
            let length = if count == 3 { 3 } else { name.len() };
            if let Some((found, rest)) = self.rest.split_at_checked(length)
                && name
                    .get(..length)
                    .is_some_and(|name| name.eq_ignore_ascii_case(found))
            {
                self.rest = rest;
                return Ok(number);
            }
        }
        Err(Mismatch)
    }

    /// Whether `PM`, or its first letter, stands here rather than `AM`.
    fn half(&mut self, count: usize) -> Result<bool, Mismatch> {
        let written = if count == 1 { ["A", "P"] } else { ["AM", "PM"] };
        for (half, after_noon) in written.into_iter().zip([false, true]) {
            if let Some((found, rest)) = self.rest.split_at_checked(half.len())
                && found.eq_ignore_ascii_case(half)
            {
                self.rest = rest;
                return Ok(after_noon);
            }
        }
        Err(Mismatch)
    }

    fn optional_zone(&mut self) -> Result<(), Mismatch> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            self.fields.is_utc = true;
        } else if self.rest.starts_with(['+', '-']) {
            self.fields.offset = Some(self.offset(3)?);
        }
        Ok(())
    }

    /// Minutes east of UTC: a sign and hours, with minutes if `count` is 3.
    fn offset(&mut self, count: usize) -> Result<i32, Mismatch> {
        if count == 3
            && let Some(rest) = self.rest.strip_prefix('Z')
        {
            self.rest = rest;
            self.fields.is_utc = true;
            return Ok(0);
        }
        let sign = match self.rest.chars().next() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return Err(Mismatch),
        };
        self.rest = self.rest.get(1..).unwrap_or_default();
        let hours = self.number(1, 2)?;
        let minutes = if count == 3 {
            self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
            self.number(2, 2)?
        } else {
            0
        };
        if hours > 14 || minutes > 59 {
            return Err(Mismatch);
        }
        i32::try_from(60 * hours + minutes)
            .map(|minutes| sign * minutes)
            .map_err(|_| Mismatch)
    }
}
