//! The equalities of the vectors: null, `[]` and absent are one; so are `primary: false` and absent; lists have no order; `meta` and
//! the display names of members do not count.

use serde_json::{Map, Value};

pub(crate) fn normal(resource: &Value) -> Value {
    let fields = resource.as_object().expect("a resource");
    let mut kept = Map::new();
    for (name, value) in fields {
        let value = match name.as_str() {
            "meta" => continue,
            "members" => ids(value),
            _ => plain(value),
        };
        if !is_nothing(&value) {
            kept.insert(name.clone(), value);
        }
    }
    kept.into()
}

fn ids(members: &Value) -> Value {
    let members = members.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ids: Vec<_> = members
        .iter()
        .map(|member| member["value"].clone())
        .collect();
    ids.sort_by_key(Value::to_string);
    ids.into()
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Array(list) => {
            let mut list: Vec<_> = list.iter().map(plain).collect();
            list.sort_by_key(Value::to_string);
            list.into()
        }
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, value)| !(name.as_str() == "primary" && **value == Value::Bool(false)))
            .map(|(name, value)| (name.clone(), plain(value)))
            .filter(|(_, value)| !is_nothing(value))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
