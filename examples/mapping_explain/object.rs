use scimkit::mapping::{SourceObject, Value};
use serde_json::{Map, Value as Json};

/// Reads the attributes of an object from JSON.
pub(crate) fn read(object_type: &str, json: &[u8]) -> Result<SourceObject, serde_json::Error> {
    serde_json::from_slice(json).map(|attributes| of(object_type, attributes))
}

/// An object with these attributes.
pub(crate) fn of(object_type: &str, attributes: Map<String, Json>) -> SourceObject {
    let object = SourceObject::new(object_type);
    attributes
        .into_iter()
        .fold(object, |object, (name, value)| {
            object.with(name, attribute(value))
        })
}

fn attribute(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(value),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| number.to_string().into(), Value::Integer),
        Json::String(text) => Value::String(text),
        Json::Array(values) => values.into_iter().map(attribute).collect::<Vec<_>>().into(),
        Json::Object(parts) => {
            let parts = parts.into_iter();
            Value::Complex(parts.map(|(name, part)| (name, attribute(part))).collect())
        }
    }
}
