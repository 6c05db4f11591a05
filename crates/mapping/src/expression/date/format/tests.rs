use proptest::prelude::*;

use chrono::{DateTime as Instant, NaiveDate};

use super::*;
use crate::expression::date::Styles;

fn convert(text: &str, from: &str, to: &str) -> Result<String, String> {
    let today = || NaiveDate::from_ymd_opt(2021, 7, 2);
    let read = Format::read(from)?.parse(text, Styles::default(), &today)?;
    Ok(Format::read(to)?.print(read))
}

#[test]
fn custom_formats_read_and_write() {
    for (text, from, to, expected) in [
        ("2020-03-05", "yyyy-MM-dd", "M/d/yyyy", "3/5/2020"),
        (
            "2020-03-05",
            "yyyy-MM-dd",
            "dddd, MMMM d 'in' yyyy",
            "Thursday, March 5 in 2020",
        ),
        ("2020-03-05", "yyyy-MM-dd", "ddd d-MMM-yy", "Thu 5-Mar-20"),
        ("5/3/99", "d/M/yy", "yyyy", "1999"),
        ("050320", "ddMMyy", "yyyy-MM-dd", "2020-03-05"),
        (
            "12:05 am",
            "h:mm tt",
            "yyyy-MM-dd HH:mm",
            "2021-07-02 00:05",
        ),
        ("12 P", "h t", "HH", "12"),
        (
            "20150123105347.1Z",
            "yyyyMMddHHmmss.fZ",
            "yyyy-MM-dd'T'HH:mm:ss.fffK",
            "2015-01-23T10:53:47.100Z",
        ),
        (
            "2020-12-31-08:00",
            "yyyy-MM-ddzzz",
            "yyyy-MM-dd HH zz",
            "2020-12-31 08 +00",
        ),
        (
            "2021-06-30+08",
            "yyyy-MM-ddzz",
            "M/d/yyyy h:mm:ss tt",
            "6/29/2021 4:00:00 PM",
        ),
        ("March", "MMMM", "yyyy-MM-dd", "2021-03-01"),
        ("2020-03-05", "yyyy-MM-dd", r"\d\a\y %d", "day 5"),
        ("1:02:03", "H:m:s", "%h", "1"),
        (
            "2020-03-05T01:02:03.5",
            "yyyy-MM-dd'T'HH:mm:ss.FFF",
            "ss.fff|ss.FF|s.FFFFFFF",
            "03.500|03.5|3.5",
        ),
        (
            "2020-03-05T01:02:03",
            "yyyy-MM-dd'T'HH:mm:ss.FFF",
            "s.FF",
            "3",
        ),
    ] {
        assert_eq!(
            convert(text, from, to).as_deref(),
            Ok(expected),
            "{text} {from} {to}"
        );
    }
}

#[test]
fn standard_formats_write() {
    for (format, expected) in [
        ("d", "3/5/2020"),
        ("D", "Thursday, March 5, 2020"),
        ("F", "Thursday, March 5, 2020 2:07:09 PM"),
        ("g", "3/5/2020 2:07 PM"),
        ("G", "3/5/2020 2:07:09 PM"),
        ("m", "March 5"),
        ("o", "2020-03-05T14:07:09.0000000Z"),
        ("r", "Thu, 05 Mar 2020 14:07:09 GMT"),
        ("s", "2020-03-05T14:07:09"),
        ("t", "2:07 PM"),
        ("u", "2020-03-05 14:07:09Z"),
        ("y", "March 2020"),
    ] {
        let written = convert("2020-03-05T14:07:09Z", "yyyy-MM-dd'T'HH:mm:ssK", format);
        assert_eq!(written.as_deref(), Ok(expected), "{format}");
    }
}

#[test]
fn what_does_not_fit_is_said() {
    for (text, format, expected) in [
        (
            "05/03/2020",
            "yyyy-MM-dd",
            "found `05/03/2020` where a year should be",
        ),
        (
            "2020-3-5",
            "yyyy-MM-dd",
            "found `3-5` where a month should be",
        ),
        ("2020-03-05x", "yyyy-MM-dd", "found `x` after its end"),
        ("2021-02-29", "yyyy-MM-dd", "there is no 2021-02-29"),
        (
            "Friday 2020-03-05",
            "dddd yyyy-MM-dd",
            "2020-03-05 is another day of the week",
        ),
        ("13 PM", "h tt", "there is no such hour"),
        ("2020-03-05", "yyyy-MM-dd'", "a quote is not closed"),
        ("2020-03-05", "x", "`x` is no standard format"),
        ("2020-03-05", "", "it is empty"),
    ] {
        assert_eq!(
            convert(text, format, "s"),
            Err(expected.to_owned()),
            "{text} {format}"
        );
    }
    let no_clock =
        Format::read("h tt").and_then(|format| format.parse("1 PM", Styles::default(), &|| None));
    assert_eq!(
        no_clock.map(|read| read.instant),
        Err("the year is not said, and there is no clock to tell it".to_owned())
    );
}

#[test]
fn styles_say_which_blanks_matter() {
    let parse = |text: &str, styles: &str| {
        let styles = Styles::read(styles).expect("styles");
        Format::read("yyyy-MM-dd HH:mm")
            .and_then(|format| format.parse(text, styles, &|| None))
            .is_ok()
    };
    assert!(parse(
        " 2020-03-05 01:02 ",
        "AllowLeadingWhite, AllowTrailingWhite"
    ));
    assert!(!parse(" 2020-03-05 01:02", "None"));
    assert!(!parse("2020-03-05  01:02", "AllowLeadingWhite"));
    assert!(parse(" 2020 - 03-05   01:02 ", "AllowWhiteSpaces"));
    assert_eq!(Styles::read("None, Sideways"), Err("Sideways"));
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same(seconds in -62_135_596_800_i64..253_402_300_799, micros in 0_u32..1_000_000) {
        let instant = Instant::from_timestamp(seconds, micros * 1_000).expect("in range");
        let read = Read { instant, zone: Zone::Utc };
        for format in ["o", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "dddd, d MMMM yyyy h:m:s.ffffff tt"] {
            let format = Format::read(format).expect("a format");
            let written = format.print(read);
            let again = format.parse(&written, Styles::default(), &|| None);
            prop_assert_eq!(again.map(|again| again.instant), Ok(instant), "{}", written);
        }
    }

    #[test]
    fn no_format_and_no_text_panic(format in "[yMdHhmsfFtzK'\"\\\\%:/ .-]{0,12}", text in "[0-9A-Za-z:/ .+-]{0,24}") {
        if let Ok(format) = Format::read(&format) {
            let _ = format.parse(&text, Styles::default(), &|| NaiveDate::from_ymd_opt(2021, 7, 2));
        }
    }
}
