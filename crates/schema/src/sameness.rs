//! When two values of an attribute are the same.

use std::fmt::Write;

use crate::{Attribute, AttributeType, Value, View, fold};

/// Whether the values are the same as the schema says: letter case counts only where it is exact, instants are compared as such, the
/// order of several values does not count, and a `primary` that is false is none.
pub(crate) fn same(attribute: &Attribute, a: &Value, b: &Value) -> bool {
    a == b || key(attribute, a) == key(attribute, b)
}

/// A text that is equal for the same values, and for no others.
// The recursion goes as deep as attributes do.
pub(crate) fn key(attribute: &Attribute, value: &Value) -> String {
    match value.view() {
        View::List(values) => {
            let mut keys: Vec<_> = values.iter().map(|value| key(attribute, value)).collect();
            keys.sort_unstable();
            format!("{keys:?}")
        }
        View::Complex(fields) => {
            let mut whole = String::new();
            for part in attribute.sub_attributes() {
                let name = part.name();
                let not_primary =
                    |value: &Value| name == "primary" && value.as_bool() == Some(false);
                let says_nothing = |value: &Value| value.is_unassigned() || not_primary(value);
                if let Some(value) = fields.get(name).filter(|value| !says_nothing(value)) {
                    let _ = write!(whole, "{name}:{:?},", key(part, value));
                }
            }
            whole
        }
        View::DateTime(instant) => instant.unix_micros().to_string(),
        View::String(text)
            if attribute.attribute_type() == AttributeType::String
                && !attribute.is_case_exact() =>
        {
            fold(text).into_owned()
        }
        View::String(text) => text.to_owned(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Complex, DateTime};

    #[test]
    fn values_are_compared_as_the_schema_says() {
        let text = Attribute::new("a", AttributeType::String);
        let exact = text.clone().with_case_exact(true);
        assert!(same(&text, &"Straße".into(), &"STRASSE".into()));
        assert!(!same(&exact, &"a".into(), &"A".into()));
        let link = Attribute::new("a", AttributeType::Reference).with_case_exact(false);
        assert!(!same(&link, &"Users/a".into(), &"Users/A".into()));

        let instant = |text: &str| Value::from(text.parse::<DateTime>().unwrap());
        let when = Attribute::new("a", AttributeType::DateTime).with_multi_valued(true);
        let two = |a: &str, b: &str| Value::from(vec![instant(a), instant(b)]);
        let (noon, one) = ("2026-01-05T12:00:00Z", "2026-01-05T13:00:00Z");
        assert!(same(
            &when,
            &two(noon, one),
            &two(one, "2026-01-05T13:00:00+01:00")
        ));
        assert!(!same(&when, &two(noon, one), &two(one, one)));
    }

    #[test]
    fn parts_stand_for_themselves() {
        let text = |name: &str| Attribute::new(name, AttributeType::String);
        let primary = Attribute::new("primary", AttributeType::Boolean);
        let part = Attribute::complex("parts", [text("value"), text("type"), primary]);
        let of = |value: &str, kind: &str| Complex::new().with("value", value).with("type", kind);
        let same = |a: Complex, b: Complex| same(&part, &a.into(), &b.into());
        assert!(same(
            of("x", "Work"),
            of("X", "work").with("primary", false)
        ));
        assert!(!same(
            of("x", "work"),
            of("x", "work").with("primary", true)
        ));
        assert!(!same(of("x", ""), of("", "x")));
        assert!(!same(of("x\",type:\"y", ""), of("x", "y")));
    }
}
