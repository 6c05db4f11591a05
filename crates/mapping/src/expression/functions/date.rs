//! Functions of dates and times.

use scimkit_schema::DateTime;

use crate::error::excerpt;
use crate::expression::date::{self, Format, Interval, Styles};
use crate::expression::evaluate::Arguments;
use crate::expression::function::{Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "CDate",
        &[Parameter::required("expression", ValueKind::DateTime)],
        "The instant that a text says, in UTC.",
        cdate,
    )
    .giving(ValueKind::DateTime),
    Function::new(
        "DateAdd",
        &[
            Parameter::required("interval", ValueKind::Text),
            Parameter::required("value", ValueKind::Integer),
            Parameter::required("dateTime", ValueKind::DateTime),
        ],
        "An instant that is later by a number of intervals.",
        date_add,
    )
    .giving(ValueKind::DateTime),
    Function::new(
        "DateDiff",
        &[
            Parameter::required("interval", ValueKind::Text),
            Parameter::required("date1", ValueKind::DateTime),
            Parameter::required("date2", ValueKind::DateTime),
        ],
        "The number of intervals from one instant to another.",
        date_diff,
    )
    .giving(ValueKind::Integer),
    Function::new(
        "DateFromNum",
        &[Parameter::required("value", ValueKind::Integer)],
        "The instant of a number as Active Directory stores it.",
        date_from_num,
    )
    .giving(ValueKind::DateTime),
    Function::new(
        "FormatDateTime",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::optional("dateTimeStyles", ValueKind::Text),
            Parameter::required("inputFormat", ValueKind::Text),
            Parameter::required("outputFormat", ValueKind::Text),
        ],
        "A date in another format.",
        format_date_time,
    ),
    Function::new("Now", &[], "The present instant.", now).giving(ValueKind::DateTime),
    Function::new(
        "NumFromDate",
        &[Parameter::required("value", ValueKind::DateTime)],
        "The number of an instant as Active Directory stores it.",
        num_from_date,
    )
    .giving(ValueKind::Integer),
];

/// From the start of Active Directory's time, 1601, to that of Unix, 1970, in microseconds.
const EPOCHS_APART: i64 = 11_644_473_600_000_000;

/// How many of Active Directory's intervals are a microsecond.
const TICKS: i64 = 10;

fn cdate(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok(arguments.date(0)?.into())
}

fn date_add(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let interval = interval(arguments)?;
    let count = arguments.integer(1)?;
    let Some(start) = arguments.date(2)? else {
        return Ok(Value::Null);
    };
    let moved = interval
        .add(count, date::utc(&start))
        .and_then(date::instant);
    let moved = moved.ok_or_else(|| arguments.failure("leaves the years from 1 to 9999"))?;
    Ok(moved.into())
}

fn date_diff(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let interval = interval(arguments)?;
    let first = arguments.date(1)?;
    let second = arguments.date(2)?;
    let dates = first.zip(second);
    let count =
        dates.map(|(first, second)| interval.between(date::utc(&first), date::utc(&second)));
    Ok(count.into())
}

fn interval(arguments: &mut Arguments<'_, '_>) -> Result<Interval, Error> {
    let code = arguments.text(0)?.unwrap_or_default();
    Interval::new(&code).ok_or_else(|| {
        let code = excerpt(&code);
        arguments.failure(format!(
            "has no interval `{code}`, only yyyy, m, d, ww, h, n for minutes and s"
        ))
    })
}

fn date_from_num(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let Some(number) = arguments.integer_or_null(0)? else {
        return Ok(Value::Null);
    };
    let instant = DateTime::from_unix_micros(number.div_euclid(TICKS) - EPOCHS_APART);
    let instant = date::instant(date::utc(&instant)).filter(|_| number >= 0);
    match instant {
        Some(instant) => Ok(instant.into()),
        None => Err(arguments.failure("needs a number that is a date from 1601 to 9999")),
    }
}

fn num_from_date(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let Some(instant) = arguments.date(0)? else {
        return Ok(Value::Null);
    };
    let micros = instant.unix_micros().checked_add(EPOCHS_APART);
    let number = micros.filter(|micros| *micros >= 0);
    match number.and_then(|micros| micros.checked_mul(TICKS)) {
        Some(number) => Ok(number.into()),
        None => Err(arguments.failure("needs a date from 1601 to 9999")),
    }
}

/// Three arguments are the older form, without the styles.
fn format_date_time(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let (styles, input, output) = match arguments.count() {
        3 => (None, 1, 2),
        _ => (arguments.text(1)?, 2, 3),
    };
    let styles = match &styles {
        Some(written) => Styles::read(written)
            .map_err(|name| arguments.failure(format!("has no style `{}`", excerpt(name))))?,
        None => Styles::default(),
    };
    let input = format(arguments, input)?;
    let output = format(arguments, output)?;
    let Some(text) = arguments.text(0)? else {
        return Ok(Value::Null);
    };
    let today = || Some(date::utc(&arguments.now().ok()?).date());
    let read = input.parse(&text, styles, &today);
    match read {
        Ok(read) => Ok(output.print(read).into()),
        Err(problem) => Err(arguments.failure(format!("reads no date: {problem}"))),
    }
}

fn format(arguments: &mut Arguments<'_, '_>, position: usize) -> Result<Format, Error> {
    let written = arguments.text(position)?.unwrap_or_default();
    Format::read(&written)
        .map_err(|problem| arguments.failure(format!("has a format that is none: {problem}")))
}

fn now(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok(arguments.now()?.into())
}
