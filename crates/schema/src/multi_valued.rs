//! What holds of the values of one attribute together ([RFC 7643 §2.4](https://www.rfc-editor.org/rfc/rfc7643#section-2.4)).

use std::cmp::Ordering;

use crate::{Attribute, AttributeType, Complex, Error, ErrorKind, Value, cmp_folded};

/// At most one value may be primary ([RFC 7643 §2.4](https://www.rfc-editor.org/rfc/rfc7643#section-2.4)).
///
/// # Errors
/// [`ErrorKind::BadValue`] at `path` when there are two.
///
/// ```
/// use scimkit_schema::{Complex, check_primary};
///
/// let emails = ["a@x.example", "b@x.example"]
///     .map(|value| Complex::new().with("value", value).with("primary", true).into());
/// assert!(check_primary(&emails, "emails").is_err());
/// ```
pub fn check_primary(values: &[Value], path: &str) -> Result<(), Error> {
    if has_two_primaries(values) {
        return Err(Error::new(TWO_PRIMARIES, path));
    }
    Ok(())
}

pub(crate) const TWO_PRIMARIES: ErrorKind = ErrorKind::BadValue("only one value may be primary");

pub(crate) fn has_two_primaries(values: &[Value]) -> bool {
    let primary = |value: &&Value| {
        value
            .as_complex()
            .and_then(|fields| fields.get("primary"))
            .and_then(Value::as_bool)
            == Some(true)
    };
    values.iter().filter(primary).count() > 1
}

/// Makes one value of those that have the same `value` and `type`, since they should not be returned twice: it stands where the first
/// stood, and what a later one says counts.
///
/// Only texts are compared, as every `value` is one in practice; an element without `value` is like no other.
pub(crate) fn merge_twins(attribute: &Attribute, values: &mut Vec<Value>) {
    let Some(part) = attribute
        .sub_attribute("value")
        .filter(|_| values.len() > 1)
    else {
        return;
    };
    let kind = attribute.sub_attribute("type");
    let elements = values.iter().map(Value::as_complex).enumerate();
    let mut known: Vec<(usize, &str, &str)> = elements
        .filter_map(|(index, fields)| {
            let kind = fields?.text("type").unwrap_or_default();
            Some((index, fields?.text("value")?, kind))
        })
        .collect();
    let by_value_and_type = |a: &(usize, &str, &str), b: &(usize, &str, &str)| {
        let types = || kind.map_or(Ordering::Equal, |kind| compare(kind, a.2, b.2));
        compare(part, a.1, b.1).then_with(types)
    };
    // Twins are neighbours then, the first of them in front.
    known.sort_by(by_value_and_type);
    let twins: Vec<Vec<_>> = known
        .chunk_by(|a, b| by_value_and_type(a, b).is_eq())
        .filter(|twins| twins.len() > 1)
        .map(|twins| twins.iter().map(|twin| twin.0).collect())
        .collect();
    for indexes in twins {
        merge(attribute, values, &indexes);
    }
    values.retain(|value| !value.is_unassigned());
}

/// Puts what is at these indexes into the first of them, and leaves null at the others.
fn merge(attribute: &Attribute, values: &mut [Value], indexes: &[usize]) {
    let mut whole = Complex::new();
    for index in indexes {
        let value = values.get_mut(*index).map(std::mem::take);
        for (name, value) in value
            .and_then(|value| value.into_complex().ok())
            .into_iter()
            .flatten()
        {
            whole.insert(name, value);
        }
    }
    attribute.arrange(&mut whole);
    if let Some(first) = indexes.first().and_then(|first| values.get_mut(*first)) {
        *first = whole.into();
    }
}

fn compare(attribute: &Attribute, a: &str, b: &str) -> Ordering {
    if attribute.attribute_type() == AttributeType::String && !attribute.is_case_exact() {
        cmp_folded(a, b)
    } else {
        a.cmp(b)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Compat, JsonLimits, Purpose, core, json};

    fn emails(list: &str) -> Result<String, String> {
        let body = format!(r#"{{"userName":"a","emails":[{list}]}}"#);
        let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
        let accepted = core::user_type().read(body, Purpose::Create, Compat::lenient());
        accepted
            .map(|accepted| accepted.resource.get("emails").unwrap().to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_same_value_of_the_same_type_stands_once() {
        let merged = emails(
            r#"{"value":"m@x.example","type":"work","display":"old"},{"value":"n@x.example"},
               {"display":"at work","value":"M@x.example","type":"Work","primary":true}"#,
        );
        let wanted = r#"[{"value":"M@x.example","display":"at work","type":"Work","primary":true},{"value":"n@x.example"}]"#;
        assert_eq!(merged.as_deref(), Ok(wanted));
        assert_eq!(
            emails(r#"{"value":"m","primary":true},{"value":"m","primary":true}"#).as_deref(),
            Ok(r#"[{"value":"m","primary":true}]"#)
        );
        let two = emails(r#"{"value":"m","primary":true},{"value":"n","primary":true}"#);
        assert!(two.is_err());
    }

    #[test]
    fn other_values_and_other_types_stand_as_they_came() {
        for list in [
            r#"{"value":"m","type":"work"},{"value":"m","type":"home"},{"value":"m"}"#,
            r#"{"value":"n","type":"work"},{"value":"m","type":"work"}"#,
            r#"{"type":"work"},{"type":"work"}"#,
        ] {
            assert_eq!(emails(list), Ok(format!("[{list}]")));
        }
    }

    #[test]
    fn letter_case_tells_ids_apart() {
        let body = json::parse_object(
            br#"{"displayName":"Crew","members":[{"value":"a"},{"value":"A"},{"value":"a"}]}"#,
            JsonLimits::default(),
        );
        let accepted = core::group_type().read(body.unwrap(), Purpose::Create, Compat::lenient());
        assert_eq!(
            accepted
                .unwrap()
                .resource
                .get("members")
                .unwrap()
                .to_string(),
            r#"[{"value":"a"},{"value":"A"}]"#
        );
    }
}
