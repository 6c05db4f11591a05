use http::{HeaderMap, StatusCode, header::ACCEPT};
use scimkit_protocol::media_type::{JSON, SCIM_JSON};

use crate::problem::Problem;

/// The media type that a request wants ([RFC 7644 §3.8](https://www.rfc-editor.org/rfc/rfc7644#section-3.8)): SCIM's own unless plain JSON
/// is preferred.
///
/// # Errors
/// 406 when neither is accepted, if the service `obeys` the header.
pub(crate) fn media_type(headers: &HeaderMap, obeys: bool) -> Result<&'static str, Problem> {
    let values = headers.get_all(ACCEPT).iter();
    let mut ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .peekable();
    if ranges.peek().is_none() {
        return Ok(SCIM_JSON);
    }
    let (mut scim, mut json) = (Quality::default(), Quality::default());
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(quality).unwrap_or(1.0);
        match essence.as_str() {
            SCIM_JSON => scim.set(quality, 3),
            JSON => json.set(quality, 3),
            "application/*" => {
                scim.set(quality, 2);
                json.set(quality, 2);
            }
            "*/*" => {
                scim.set(quality, 1);
                json.set(quality, 1);
            }
            _ => {}
        }
    }
    if json.value > scim.value {
        Ok(JSON)
    } else if scim.value > 0.0 || !obeys {
        Ok(SCIM_JSON)
    } else {
        Err(Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "answers are `application/scim+json` or `application/json`: accept one of them",
        ))
    }
}

/// How much a media type is wanted, by the range that fits it best.
#[derive(Default)]
struct Quality {
    value: f32,
    fit: u8,
}

impl Quality {
    fn set(&mut self, value: f32, fit: u8) {
        if fit > self.fit {
            *self = Self { value, fit };
        }
    }
}

fn quality(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim().parse().ok()?;
    name.trim().eq_ignore_ascii_case("q").then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scims_own_media_type_wins_unless_plain_json_is_preferred() {
        for (accept, expected) in [
            ("", Some(SCIM_JSON)),
            ("*/*", Some(SCIM_JSON)),
            ("application/scim+json", Some(SCIM_JSON)),
            ("application/json, application/scim+json", Some(SCIM_JSON)),
            ("Application/JSON", Some(JSON)),
            ("application/json, */*;q=0.5", Some(JSON)),
            ("application/scim+json;q=0, */*", Some(JSON)),
            ("text/html, application/*; q=0.1", Some(SCIM_JSON)),
            ("text/html", None),
            ("application/json;q=0", None),
        ] {
            let headers = [(ACCEPT, accept.parse().unwrap())].into_iter().collect();
            assert_eq!(media_type(&headers, true).ok(), expected, "{accept}");
            assert!(media_type(&headers, false).is_ok(), "{accept}");
        }
    }
}
