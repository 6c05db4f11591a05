use super::*;

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
