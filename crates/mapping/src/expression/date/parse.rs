use chrono::{Datelike, NaiveDate, TimeDelta};

use super::format::{DAYS, Format, MONTHS};
use super::pieces::Piece;
use super::{Read, Styles, YEARS, Zone};
use crate::error::excerpt;

/// Two digits up to this are a year of this century, above it one of the last, as in .NET today.
const LAST_SHORT_YEAR: u32 = 49;

impl Format {
    /// Reads `text`, which must be of this format exactly; an error says what is in the way.
    ///
    /// As in .NET, a year that is not said is that of `today`, and a time without any date is today's.
    pub(in crate::expression) fn parse(
        &self,
        text: &str,
        styles: Styles,
        today: &dyn Fn() -> Option<NaiveDate>,
    ) -> Result<Read, String> {
        let mut reader = Reader {
            rest: text,
            fields: Fields::default(),
        };
        if styles.white_before() {
            reader.skip_white();
        }
        for piece in self.pieces() {
            if styles.white_inside() {
                reader.skip_white();
                if matches!(piece, Piece::Literal(literal) if literal.is_whitespace()) {
                    continue;
                }
            }
            let before = reader.rest;
            reader
                .piece(*piece)
                .ok_or_else(|| unexpected(before, &format!("where {piece} should be")))?;
        }
        if styles.white_after() {
            reader.skip_white();
        }
        if !reader.rest.is_empty() {
            return Err(unexpected(reader.rest, "after its end"));
        }
        let mut read = reader.fields.read(today)?;
        if styles.to_utc() && read.zone == Zone::Converted {
            read.zone = Zone::Utc;
        }
        Ok(read)
    }
}

fn unexpected(found: &str, problem: &str) -> String {
    match found {
        "" => format!("found its end {problem}"),
        _ => format!("found `{}` {problem}", excerpt(found)),
    }
}

/// What a text says so far.
#[derive(Default)]
struct Fields {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_week: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    is_after_noon: Option<bool>,
    /// Minutes east of UTC.
    offset: Option<i32>,
    is_utc: bool,
}

impl Fields {
    fn read(&self, today: &dyn Fn() -> Option<NaiveDate>) -> Result<Read, String> {
        let date = self.date(today)?;
        let time = self
            .hour()
            .and_then(|hour| date.and_hms_nano_opt(hour, self.minute, self.second, self.nanosecond))
            .ok_or("there is no such hour")?;
        let offset = TimeDelta::minutes(self.offset.unwrap_or(0).into());
        let time = time
            .checked_sub_signed(offset)
            .filter(|time| YEARS.contains(&time.year()))
            .ok_or("its offset leaves the years from 1 to 9999")?;
        let zone = match self.offset {
            _ if self.is_utc => Zone::Utc,
            Some(_) => Zone::Converted,
            None => Zone::Unknown,
        };
        Ok(Read {
            instant: time.and_utc(),
            zone,
        })
    }

    fn date(&self, today: &dyn Fn() -> Option<NaiveDate>) -> Result<NaiveDate, String> {
        let today = || today().ok_or("the year is not said, and there is no clock to tell it");
        let date = match (self.year, self.month, self.day) {
            (None, None, None) => today()?,
            (year, month, day) => {
                let year = match year.map(i32::try_from) {
                    Some(year) => year.unwrap_or(0),
                    None => today()?.year(),
                };
                let (month, day) = (month.unwrap_or(1), day.unwrap_or(1));
                NaiveDate::from_ymd_opt(year, month, day)
                    .filter(|_| YEARS.contains(&year))
                    .ok_or_else(|| format!("there is no {year:04}-{month:02}-{day:02}"))?
            }
        };
        let day_of_week = date.weekday().num_days_from_sunday();
        if self.day_of_week.is_some_and(|said| said != day_of_week) {
            return Err(format!("{date} is another day of the week"));
        }
        Ok(date)
    }

    fn hour(&self) -> Option<u32> {
        match (self.is_after_noon, self.hour) {
            (Some(_), 13..) => None,
            (Some(false), 12) => Some(0),
            (Some(true), ..=11) => Some(self.hour + 12),
            _ => Some(self.hour),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    fields: Fields,
}

/// What is read is taken off; none if something else stands there.
impl<'a> Reader<'a> {
    fn skip_white(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn piece(&mut self, piece: Piece) -> Option<()> {
        match piece {
            Piece::Literal(literal) => self.literal(literal)?,
            Piece::Zulu => {
                self.literal('Z')?;
                self.fields.is_utc = true;
            }
            Piece::Year(digits @ 1..=2) => {
                let year = self.number(digits, 2)?;
                let century = if year > LAST_SHORT_YEAR { 1900 } else { 2000 };
                self.fields.year = Some(century + year);
            }
            Piece::Year(digits) => self.fields.year = Some(self.number(digits, digits.max(4))?),
            Piece::Month(digits @ 1..=2) => self.fields.month = Some(self.number(digits, 2)?),
            Piece::Month(letters) => self.fields.month = Some(1 + self.name(&MONTHS, letters)?),
            Piece::Day(digits @ 1..=2) => self.fields.day = Some(self.number(digits, 2)?),
            Piece::Day(letters) => self.fields.day_of_week = Some(self.name(&DAYS, letters)?),
            Piece::Hour(digits) | Piece::HourOfHalf(digits) => {
                self.fields.hour = self.number(digits, 2)?;
            }
            Piece::Minute(digits) => self.fields.minute = self.number(digits, 2)?,
            Piece::Second(digits) => self.fields.second = self.number(digits, 2)?,
            Piece::Fraction {
                digits,
                is_optional: false,
            } => self.fields.nanosecond = self.fraction(digits, digits)?,
            Piece::Fraction { digits, .. } => {
                if self.literal('.').is_some() {
                    self.fields.nanosecond = self.fraction(1, digits)?;
                }
            }
            Piece::Half(letters) => {
                let halves = ["AM", "PM"].map(|half| half.get(..letters).unwrap_or(half));
                self.fields.is_after_noon = Some(self.one_of(halves)? == 1);
            }
            Piece::Offset(letters) => self.fields.offset = Some(self.offset(letters)?),
            Piece::Kind => self.kind()?,
        }
        Some(())
    }

    fn literal(&mut self, literal: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(literal)?;
        Some(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let digits = self.rest.bytes().take(most).take_while(u8::is_ascii_digit);
        let (digits, rest) = self.rest.split_at_checked(digits.count())?;
        if digits.len() < least {
            return None;
        }
        self.rest = rest;
        Some(digits)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        self.digits(least, most)?.parse().ok()
    }

    /// A part of a second, in nanoseconds.
    fn fraction(&mut self, least: usize, most: usize) -> Option<u32> {
        format!("{:0<9}", self.digits(least, most)?).parse().ok()
    }

    /// The number of the name that stands here; three letters are enough if the format has three.
    fn name(&mut self, names: &[&'static str], letters: usize) -> Option<u32> {
        let short = |name: &'static str| name.get(..3).filter(|_| letters == 3).unwrap_or(name);
        self.one_of(names.iter().copied().map(short))
    }

    /// The number of the word that stands here, in any case.
    fn one_of<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) -> Option<u32> {
        for (number, word) in (0..).zip(words) {
            if let Some((found, rest)) = self.rest.split_at_checked(word.len())
                && found.eq_ignore_ascii_case(word)
            {
                self.rest = rest;
                return Some(number);
            }
        }
        None
    }

    /// `Z`, an offset, or nothing.
    fn kind(&mut self) -> Option<()> {
        if self.literal('Z').is_some() {
            self.fields.is_utc = true;
        } else if self.rest.starts_with(['+', '-']) {
            self.fields.offset = Some(self.offset(3)?);
        }
        Some(())
    }

    /// Minutes east of UTC: a sign and hours, with minutes for three letters. `Z` does as well.
    fn offset(&mut self, letters: usize) -> Option<i32> {
        if self.literal('Z').is_some() {
            self.fields.is_utc = true;
            return Some(0);
        }
        let sign = if self.literal('-').is_some() {
            -1
        } else {
            self.literal('+')?;
            1
        };
        let hours = self.number(1, 2)?;
        let minutes = match letters {
            3 => {
                // The colon can be left out.
                let _ = self.literal(':');
                self.number(2, 2)?
            }
            _ => 0,
        };
        let minutes = i32::try_from(60 * hours + minutes).ok()?;
        (minutes <= 14 * 60).then_some(sign * minutes)
    }
}
