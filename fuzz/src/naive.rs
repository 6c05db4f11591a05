//! What a filter means, written a second time and differently: recursively, over plain JSON, straight from the table of operators, and with no
//! thought for speed. The bound filter must agree with it.

use std::cmp::Ordering;

use scimkit_filter::{AttributePath, CompareOp, Filter, Literal};
use scimkit_schema::{Attribute, AttributeType, DateTime, ResourceType, decode_base64, fold};
use serde_json::Value;

/// Whether a resource, as JSON in the schema's spelling, matches a filter that fits its type.
pub fn matches(filter: &Filter, resource: &Value, resource_type: &ResourceType) -> bool {
    match filter {
        Filter::And(terms) => terms
            .iter()
            .all(|term| matches(term, resource, resource_type)),
        Filter::Or(terms) => terms
            .iter()
            .any(|term| matches(term, resource, resource_type)),
        Filter::Not(inner) => !matches(inner, resource, resource_type),
        Filter::ValuePath { path, filter } => {
            let (attribute, value) = look_up(path, resource, resource_type);
            // The server's own `meta` is there if anything in it is.
            let is_there = attribute.name() != "meta" || is_present(value);
            is_there
                && elements(value)
                    .iter()
                    .any(|element| inside(filter, element, attribute))
        }
        Filter::Present(path) if is_container(path, resource_type) => {
            is_present(&resource[container(path, resource_type)])
        }
        Filter::Present(path) => {
            let (attribute, value) = look_up(path, resource, resource_type);
            parts(path.sub(), attribute, value).iter().any(is_present)
        }
        Filter::Compare { path, op, value } if is_container(path, resource_type) => {
            let present = is_present(&resource[container(path, resource_type)]);
            null_test(*op, value, present)
        }
        Filter::Compare { path, op, value } => {
            let (attribute, stored) = look_up(path, resource, resource_type);
            test(path.sub(), attribute, stored, *op, value)
        }
        other => unreachable!("{other}"),
    }
}

/// The same inside the brackets of a value path, about one of its values.
fn inside(filter: &Filter, element: &Value, attribute: &Attribute) -> bool {
    match filter {
        Filter::And(terms) => terms.iter().all(|term| inside(term, element, attribute)),
        Filter::Or(terms) => terms.iter().any(|term| inside(term, element, attribute)),
        Filter::Not(inner) => !inside(inner, element, attribute),
        Filter::Present(path) => is_present(&sub_value(path.name(), element, attribute)),
        Filter::Compare { path, op, value } => {
            let mut stored = sub_value(path.name(), element, attribute);
            let assumed_false =
                path.name().eq_ignore_ascii_case("primary") && matches!(value, Literal::Boolean(_));
            if stored.is_null() && assumed_false {
                stored = Value::Bool(false);
            }
            one(sub_definition(path.name(), attribute), &stored, *op, value)
        }
        other => unreachable!("{other}"),
    }
}

fn test(
    sub: Option<&str>,
    attribute: &Attribute,
    stored: &Value,
    op: CompareOp,
    literal: &Literal,
) -> bool {
    let is_complex = attribute.attribute_type() == AttributeType::Complex;
    if sub.is_none() && is_complex && *literal == Literal::Null {
        return null_test(op, literal, is_assigned(stored));
    }
    let sub = sub.or(is_complex.then_some("value"));
    let definition = sub.map_or(attribute, |sub| sub_definition(sub, attribute));
    let values = parts(sub, attribute, stored);
    if values.is_empty() {
        return one(definition, &Value::Null, op, literal);
    }
    values
        .iter()
        .any(|value| one(definition, value, op, literal))
}

fn null_test(op: CompareOp, literal: &Literal, present: bool) -> bool {
    assert_eq!(*literal, Literal::Null);
    match op {
        CompareOp::Eq => !present,
        CompareOp::Ne => present,
        other => unreachable!("{other} null"),
    }
}

/// One value, or none, against a literal.
fn one(definition: &Attribute, stored: &Value, op: CompareOp, literal: &Literal) -> bool {
    use CompareOp::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
    if *literal == Literal::Null {
        return null_test(op, literal, !stored.is_null());
    }
    if stored.is_null() {
        return op == Ne;
    }
    let ordering = match (definition.attribute_type(), stored, literal) {
        (AttributeType::Boolean, Value::Bool(a), Literal::Boolean(b)) => a.cmp(b),
        (AttributeType::DateTime, Value::String(a), Literal::String(b)) => {
            let instant = |text: &str| text.parse::<DateTime>().expect("an instant");
            instant(a).cmp(&instant(b))
        }
        (AttributeType::Binary, Value::String(a), Literal::String(b)) => {
            decode_base64(a).cmp(&decode_base64(b))
        }
        (AttributeType::Integer | AttributeType::Decimal, Value::Number(a), Literal::Number(b)) => {
            let decimal = |number: &serde_json::Number| number.as_f64().expect("a number");
            match (a.as_i64(), b.parse::<i64>()) {
                (Some(a), Ok(b)) => a.cmp(&b),
                (Some(a), Err(_)) => against(a, b.parse().expect("a number")),
                (None, Ok(b)) => against(b, decimal(a)).reverse(),
                (None, Err(_)) => {
                    let b: f64 = b.parse().expect("a number");
                    decimal(a).partial_cmp(&b).expect("finite")
                }
            }
        }
        (_, Value::String(a), Literal::String(b)) => {
            let prepared = |text: &str| match definition.is_case_exact() {
                true => text.to_owned(),
                false => fold(text).into_owned(),
            };
            let (a, b) = (prepared(a), prepared(b));
            match op {
                Co => return a.contains(&b),
                Sw => return a.starts_with(&b),
                Ew => return a.ends_with(&b),
                _ => a.cmp(&b),
            }
        }
        other => unreachable!("{other:?}"),
    };
    match op {
        Eq => ordering.is_eq(),
        Ne => ordering.is_ne(),
        Gt => ordering.is_gt(),
        Ge => ordering.is_ge(),
        Lt => ordering.is_lt(),
        Le => ordering.is_le(),
        Co | Sw | Ew => unreachable!("{op} on no text"),
    }
}

/// A whole number against a decimal one, exactly: by the whole part, then by what is behind the point.
fn against(whole: i64, decimal: f64) -> Ordering {
    let wide = i128::from(whole);
    // Past what fits, the conversion gives the nearest end, which is farther out than any `i64`.
    let part = decimal.trunc() as i128;
    wide.cmp(&part)
        .then_with(|| 0.0.partial_cmp(&decimal.fract()).expect("finite"))
}

/// Something is there: no null, no empty text, and of a complex value at least one part.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(is_present),
        Value::Object(fields) => fields.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The values that a comparison picks from: of each element the sub-attribute, or null where it has none.
fn parts(sub: Option<&str>, attribute: &Attribute, value: &Value) -> Vec<Value> {
    let elements = elements(value);
    match sub {
        None => elements,
        Some(sub) => elements
            .iter()
            .map(|element| sub_value(sub, element, attribute))
            .collect(),
    }
}

/// The values that are assigned; an object without any part is none.
fn elements(value: &Value) -> Vec<Value> {
    let values = match value {
        Value::Array(values) => values.clone(),
        other => vec![other.clone()],
    };
    values.into_iter().filter(is_assigned).collect()
}

fn is_assigned(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(values) => values.iter().any(is_assigned),
        Value::Object(fields) => fields.values().any(is_assigned),
        _ => true,
    }
}

fn sub_value(sub: &str, element: &Value, attribute: &Attribute) -> Value {
    match element {
        Value::Object(fields) => fields
            .get(sub_definition(sub, attribute).name().as_str())
            .cloned()
            .unwrap_or_default(),
        simple => simple.clone(),
    }
}

fn sub_definition<'a>(sub: &str, attribute: &'a Attribute) -> &'a Attribute {
    attribute.sub_attribute(sub).unwrap_or(attribute)
}

fn look_up<'a>(
    path: &AttributePath,
    resource: &'a Value,
    resource_type: &'a ResourceType,
) -> (&'a Attribute, &'a Value) {
    let found = resource_type
        .find(path.uri(), path.name())
        .expect("a filter that was bound");
    let around = found
        .extension
        .map_or(resource, |schema| &resource[schema.id().as_str()]);
    (
        found.attribute,
        around
            .get(found.attribute.name().as_str())
            .unwrap_or(&Value::Null),
    )
}

fn is_container(path: &AttributePath, resource_type: &ResourceType) -> bool {
    resource_type.extension(&path.to_string()).is_some()
}

fn container<'a>(path: &AttributePath, resource_type: &'a ResourceType) -> &'a str {
    resource_type
        .extension(&path.to_string())
        .expect("a container")
        .schema
        .id()
}
