use chrono::{Datelike, Months, NaiveDateTime, TimeDelta};

/// What `DateAdd` and `DateDiff` count in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::expression) enum Interval {
    Day,
    Hour,
    Minute,
    Month,
    Second,
    Week,
    Year,
}

impl Interval {
    /// The interval with this code: `n` is a minute, `m` a month.
    pub(in crate::expression) fn new(code: &str) -> Option<Self> {
        Some(match code {
            "d" => Self::Day,
            "h" => Self::Hour,
            "n" => Self::Minute,
            "m" => Self::Month,
            "s" => Self::Second,
            "ww" => Self::Week,
            "yyyy" => Self::Year,
            _ => return None,
        })
    }

    /// `time` later by `count`, earlier if it is negative; a day that the month does not have becomes its last one.
    pub(in crate::expression) fn add(
        self,
        count: i64,
        time: NaiveDateTime,
    ) -> Option<NaiveDateTime> {
        let delta = match self {
            Self::Month => return add_months(count, time),
            Self::Year => return add_months(count.checked_mul(12)?, time),
            Self::Day => TimeDelta::try_days(count),
            Self::Hour => TimeDelta::try_hours(count),
            Self::Minute => TimeDelta::try_minutes(count),
            Self::Second => TimeDelta::try_seconds(count),
            Self::Week => TimeDelta::try_weeks(count),
        };
        time.checked_add_signed(delta?)
    }

    /// How many there are from `first` to `second`, as VB counts: time that has passed without what is left over, but
    /// calendar years and months by their numbers, and weeks by the Sundays at which they start.
    pub(in crate::expression) fn between(self, first: NaiveDateTime, second: NaiveDateTime) -> i64 {
        let passed = second.signed_duration_since(first);
        match self {
            Self::Day => passed.num_days(),
            Self::Hour => passed.num_hours(),
            Self::Minute => passed.num_minutes(),
            Self::Month => months(second) - months(first),
            Self::Second => passed.num_seconds(),
            Self::Week => {
                let passed = sunday(second).signed_duration_since(sunday(first));
                passed.num_days() / 7
            }
            Self::Year => i64::from(second.year()) - i64::from(first.year()),
        }
    }
}

fn add_months(count: i64, time: NaiveDateTime) -> Option<NaiveDateTime> {
    let months = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
    if count < 0 {
        time.checked_sub_months(months)
    } else {
        time.checked_add_months(months)
    }
}

fn months(time: NaiveDateTime) -> i64 {
    12 * i64::from(time.year()) + i64::from(time.month())
}

/// The same time of day on the Sunday that begins the week.
fn sunday(time: NaiveDateTime) -> NaiveDateTime {
    let days = i64::from(time.weekday().num_days_from_sunday());
    time.checked_sub_signed(TimeDelta::days(days))
        .unwrap_or(time)
}
