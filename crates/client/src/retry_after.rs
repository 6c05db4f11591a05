//! How long a server asks to be left alone.

use http::{HeaderMap, HeaderValue, header};

/// The seconds of `Retry-After` ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)). A date counts from the `Date` of
/// the same answer, so that no clock but the server's has a part in it; one that is over is no seconds.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let asked = text(headers.get(header::RETRY_AFTER)?)?;
    if let Ok(seconds) = asked.parse() {
        return Some(seconds);
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let now = httpdate::parse_http_date(text(headers.get(header::DATE)?)?).ok()?;
    Some(until.duration_since(now).map_or(0, |wait| wait.as_secs()))
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, retry_after.parse().unwrap());
        if let Some(date) = date {
            headers.insert(header::DATE, date.parse().unwrap());
        }
        self::retry_after(&headers)
    }

    #[test]
    fn seconds_and_dates_are_seconds() {
        let now = Some("Wed, 21 Oct 2026 07:26:30 GMT");
        assert_eq!(asked(" 30 ", None), Some(30));
        assert_eq!(asked("1000000000", now), Some(1_000_000_000));
        assert_eq!(asked("Wed, 21 Oct 2026 07:28:00 GMT", now), Some(90));
        assert_eq!(asked("Wednesday, 21-Oct-26 07:28:00 GMT", now), Some(90));
        assert_eq!(asked("Wed, 21 Oct 2026 07:26:00 GMT", now), Some(0));
    }

    #[test]
    fn what_says_no_time_is_nothing() {
        let now = Some("Wed, 21 Oct 2026 07:26:30 GMT");
        for text in ["-1", "", "soon", "1.5", "Wed, 41 Oct 2026 07:28:00 GMT"] {
            assert_eq!(asked(text, now), None, "{text}");
        }
        assert_eq!(asked("Wed, 21 Oct 2026 07:28:00 GMT", None), None);
        let late = Some("whenever");
        assert_eq!(asked("Wed, 21 Oct 2026 07:28:00 GMT", late), None);
    }
}
