//! `bulkId:` and a name, standing for an id that is not known yet
//! ([RFC 7644 §3.7.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.7.2)).
//!
//! A reference is the whole text of any value, the last segment of a `$ref` or of the operation's path, or a quoted text in the path of a
//! PATCH operation.

use std::collections::BTreeSet;

use scimkit_schema::{Complex, ResourceId, Value, View};

use crate::problem::Problem;

const PREFIX: &str = "bulkId:";

/// What a name stands for.
pub(super) enum Resolved {
    /// This resource.
    Id(ResourceId),
    /// One that is made later: what refers to it is left out for now.
    Later,
}

/// What tells a name's meaning.
pub(super) type Resolve<'a> = dyn FnMut(&str) -> Result<Resolved, Problem> + 'a;

/// The names that an operation refers to.
pub(super) fn names(path: &str, data: Option<&Complex>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut note = |name: &str| {
        seen.insert(name.to_owned());
        Ok(Resolved::Later)
    };
    // Nothing is refused while names are only noted.
    let _ = in_path(path, &mut note);
    if let Some(data) = data {
        let _ = in_data(data, &mut note);
    }
    seen
}

/// The path of an operation with the id in place of the name, if there is one.
///
/// # Errors
/// What `resolve` refuses.
pub(super) fn in_path(path: &str, resolve: &mut Resolve<'_>) -> Result<String, Problem> {
    Ok(last_segment(path, resolve)?.unwrap_or_else(|| path.to_owned()))
}

/// The body of an operation with ids in place of names. Attributes that refer to a resource of later are left out; of several values, only
/// those that do.
///
/// # Errors
/// What `resolve` refuses.
pub(super) fn in_data(data: &Complex, resolve: &mut Resolve<'_>) -> Result<Complex, Problem> {
    let mut resolved = Complex::new();
    for (name, value) in data.iter() {
        if let Some(value) = in_value(name, value, resolve)? {
            resolved.insert(name.clone(), value);
        }
    }
    Ok(resolved)
}

// The recursion goes as deep as a value does, which reading JSON bounds.
fn in_value(
    name: &str,
    value: &Value,
    resolve: &mut Resolve<'_>,
) -> Result<Option<Value>, Problem> {
    match value.view() {
        View::String(text) => Ok(in_text(name, text, resolve)?.map(Value::from)),
        View::List(values) => {
            let mut kept = Vec::with_capacity(values.len());
            for value in values {
                kept.extend(in_value(name, value, resolve)?);
            }
            let is_emptied = kept.is_empty() && !values.is_empty();
            Ok((!is_emptied).then(|| kept.into()))
        }
        View::Complex(fields) => {
            let mut kept = Complex::new();
            let mut is_whole = true;
            for (name, value) in fields.iter() {
                match in_value(name, value, resolve)? {
                    Some(value) => {
                        kept.insert(name.clone(), value);
                    }
                    None => is_whole = false,
                }
            }
            Ok(is_whole.then(|| kept.into()))
        }
        _ => Ok(Some(value.clone())),
    }
}

fn in_text(name: &str, text: &str, resolve: &mut Resolve<'_>) -> Result<Option<String>, Problem> {
    if let Some(name) = text.strip_prefix(PREFIX) {
        return Ok(match resolve(name)? {
            Resolved::Id(id) => Some(id.to_string()),
            Resolved::Later => None,
        });
    }
    if name == "$ref" {
        return last_segment(text, resolve);
    }
    if name.eq_ignore_ascii_case("path") {
        return quoted(text, resolve);
    }
    Ok(Some(text.to_owned()))
}

fn last_segment(text: &str, resolve: &mut Resolve<'_>) -> Result<Option<String>, Problem> {
    let (before, last) = text.rsplit_once('/').unwrap_or(("", text));
    let Some(name) = last.strip_prefix(PREFIX) else {
        return Ok(Some(text.to_owned()));
    };
    Ok(match resolve(name)? {
        Resolved::Id(id) => Some(format!("{before}/{id}")),
        Resolved::Later => None,
    })
}

fn quoted(text: &str, resolve: &mut Resolve<'_>) -> Result<Option<String>, Problem> {
    let mut resolved = String::with_capacity(text.len());
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            resolved.push('"');
        }
        match part.strip_prefix(PREFIX) {
            Some(name) if index % 2 == 1 => match resolve(name)? {
                Resolved::Id(id) => resolved.push_str(id.as_str()),
                Resolved::Later => return Ok(None),
            },
            _ => resolved.push_str(part),
        }
    }
    Ok(Some(resolved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::{JsonLimits, json};

    fn data() -> Complex {
        let text = concat!(
            r#"{"displayName":"bulkId: is a word","members":[{"value":"bulkId:a","$ref":"../Users/bulkId:a"},{"value":"7"}],"#,
            r#""urn:x":{"manager":{"value":"bulkId:b"}},"Operations":[{"path":"members[value eq \"bulkId:c\"]","op":"remove"}]}"#
        );
        json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap()
    }

    fn id(text: &str) -> Resolved {
        Resolved::Id(ResourceId::new(text).unwrap())
    }

    #[test]
    fn references_are_found_wherever_they_stand() {
        let text = data().text("displayName").unwrap().to_owned();
        let names = names("/Groups/bulkId:d", Some(&data()));
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            [text.strip_prefix(PREFIX).unwrap(), "a", "b", "c", "d"]
        );
    }

    #[test]
    fn references_become_ids() {
        let mut all = |name: &str| Ok(id(&format!("id-{}", name.trim())));
        let resolved = Value::from(in_data(&data(), &mut all).unwrap()).to_string();
        assert_eq!(
            resolved,
            concat!(
                r#"{"displayName":"id-is a word","members":[{"value":"id-a","$ref":"../Users/id-a"},{"value":"7"}],"#,
                r#""urn:x":{"manager":{"value":"id-b"}},"Operations":[{"path":"members[value eq \"id-c\"]","op":"remove"}]}"#
            )
        );
        assert_eq!(in_path("/Users/bulkId:x", &mut all).unwrap(), "/Users/id-x");
        assert_eq!(in_path("/Users", &mut all).unwrap(), "/Users");
    }

    #[test]
    fn what_refers_to_a_resource_of_later_is_left_out() {
        let mut later = |name: &str| {
            Ok(match name {
                "a" | "b" => Resolved::Later,
                other => id(other),
            })
        };
        let resolved = Value::from(in_data(&data(), &mut later).unwrap()).to_string();
        assert_eq!(
            resolved,
            concat!(
                r#"{"displayName":" is a word","members":[{"value":"7"}],"#,
                r#""Operations":[{"path":"members[value eq \"c\"]","op":"remove"}]}"#
            )
        );
    }
}
