use super::*;

fn reformatted(text: &str, input: &str, output: &str) -> Option<String> {
    let moment = Format::new(input)
        .unwrap()
        .parse(text, Styles::default())
        .ok()?;
    Some(Format::new(output).unwrap().write(&moment))
}

#[test]
fn custom_formats() {
    let input = "yyyy-MM-ddTHH:mm:ss.fffK";
    for (output, expected) in [
        ("yyyy yyy yy y", "2021 2021 21 21"),
        ("MMMM MMM MM M", "July Jul 07 7"),
        ("dddd ddd dd d", "Friday Fri 02 2"),
        ("HH H hh h tt t", "15 15 03 3 PM P"),
        ("mm m ss s", "04 4 05 5"),
        ("f ff fff ffff .FFFF", "1 12 120 1200 .12"),
        ("zzz zz z K", "+00:00 +00 +0 Z"),
        ("'day' d \\d \"q\"", "day 2 d q"),
        ("%d", "2"),
        ("d", "7/2/2021"),
        ("s", "2021-07-02T15:04:05"),
        ("u", "2021-07-02 15:04:05Z"),
        ("R", "Fri, 02 Jul 2021 15:04:05 GMT"),
        ("o", "2021-07-02T15:04:05.1200000Z"),
        ("G", "7/2/2021 3:04:05 PM"),
        ("D", "Friday, July 2, 2021"),
    ] {
        let found = reformatted("2021-07-02T15:04:05.120Z", input, output);
        assert_eq!(found.as_deref(), Some(expected), "{output}");
    }
}

#[test]
fn a_text_must_fit_its_format() {
    let output = "yyyy-MM-dd HH:mm:ss";
    for (text, input, expected) in [
        ("1/2/2021", "M/d/yyyy", Some("2021-01-02 00:00:00")),
        ("01/02/21", "MM/dd/yy", Some("2021-01-02 00:00:00")),
        ("01/02/50", "MM/dd/yy", Some("1950-01-02 00:00:00")),
        ("  20210102 ", "yyyyMMdd", Some("2021-01-02 00:00:00")),
        ("12:05 am", "hh:mm tt", Some("0001-01-01 00:05:00")),
        ("12:05 PM", "hh:mm tt", Some("0001-01-01 12:05:00")),
        (
            "2021-01-02+08:00",
            "yyyy-MM-ddzzz",
            Some("2021-01-01 16:00:00"),
        ),
        (
            "SAT 2 january 2021",
            "ddd d MMMM yyyy",
            Some("2021-01-02 00:00:00"),
        ),
        ("sun 2 January 2021", "ddd d MMMM yyyy", None),
        ("2021-1-2", "yyyy-MM-dd", None),
        ("2021-02-30", "yyyy-MM-dd", None),
        ("2021-01-02x", "yyyy-MM-dd", None),
        ("13:00 PM", "hh:mm tt", None),
        ("24:00", "HH:mm", None),
        ("0000-01-01", "yyyy-MM-dd", None),
        ("0001-01-01+08:00", "yyyy-MM-ddzzz", None),
        ("é", "yyyy", None),
    ] {
        assert_eq!(
            reformatted(text, input, output).as_deref(),
            expected,
            "{text} as {input}"
        );
    }
}

#[test]
fn formats_that_say_nothing_are_refused() {
    for format in ["", "q", "yyyy 'x", "yyyy\\", "ffffffff", "yyyy g"] {
        assert!(Format::new(format).is_err(), "{format}");
    }
}

#[test]
fn dates_are_read_in_many_forms() {
    for (text, expected) in [
        ("2020-03-16-07:00", "2020-03-16T07:00:00Z"),
        ("2020-03-16", "2020-03-16T00:00:00Z"),
        ("2020-03-16T10:20", "2020-03-16T10:20:00Z"),
        ("2020-12-31 23:59:59-08:00", "2021-01-01T07:59:59Z"),
        (
            "2020-03-16T10:20:30.1234567Z",
            "2020-03-16T10:20:30.123456Z",
        ),
        ("7/2/2021 3:33:38 PM", "2021-07-02T15:33:38Z"),
        ("7/2/2021", "2021-07-02T00:00:00Z"),
        ("July 2, 2021", "2021-07-02T00:00:00Z"),
        ("Fri, 02 Jul 2021 15:04:05 GMT", "2021-07-02T15:04:05Z"),
    ] {
        let expected: DateTime = expected.parse().unwrap();
        assert_eq!(
            read(text).map(|it| it.unix_micros()),
            Some(expected.unix_micros()),
            "{text}"
        );
    }
    for text in ["", "yesterday", "2020-13-01", "20200316", "12"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn intervals_count_as_in_vb() {
    let time = |text: &str| utc(&read(text).unwrap());
    for (interval, first, second, count) in [
        (Interval::Week, "2021-08-21", "2021-08-22", 1),
        (Interval::Week, "2021-08-22", "2021-08-28", 0),
        (Interval::Day, "2021-01-01T23:00", "2021-01-02T01:00", 0),
        (
            Interval::Day,
            "2021-08-25T17:41:18Z",
            "2012-03-16-07:00",
            -3449,
        ),
        (Interval::Month, "2021-01-31", "2021-02-01", 1),
        (Interval::Year, "2020-12-31", "2021-01-01", 1),
        (
            Interval::Minute,
            "2021-01-01T00:00:59Z",
            "2021-01-01T00:01:30Z",
            0,
        ),
    ] {
        assert_eq!(
            interval.between(time(first), time(second)),
            count,
            "{first} {second}"
        );
    }
    assert_eq!(
        Interval::Month.add(1, time("2021-01-31")),
        Some(time("2021-02-28"))
    );
    assert_eq!(
        Interval::Year.add(-1, time("2020-02-29")),
        Some(time("2019-02-28"))
    );
    assert_eq!(Interval::Year.add(i64::MAX, time("2020-02-29")), None);
    assert_eq!(Interval::Week.add(i64::MIN, time("2020-02-29")), None);
}
