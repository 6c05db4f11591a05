//! The shortest way from one list of values to another.

use scimkit_filter::{AttributePath, Filter, Literal, Path};
use scimkit_schema::{Attribute, AttributeType, Compat, Complex, Resource, Value, View, eq_folded};

use super::{Field, part, part_change, writable};
use crate::{Operation, PatchOp, apply};

impl Field<'_> {
    pub(super) fn compare_lists(
        &self,
        before: Option<&Value>,
        after: &Value,
        operations: &mut Vec<Operation>,
    ) {
        let before = before.map(Value::elements).unwrap_or_default();
        let wanted = self.normal(after.elements());
        let present = self.normal(before);
        if present == wanted {
            return;
        }
        let path = Path::from(self.path());
        let list: Value = after
            .elements()
            .iter()
            .map(|element| writable(self.attribute, element))
            .collect();
        let whole = vec![Operation::replace(path, list)];
        let ways = [
            self.by_type(before, after.elements()),
            self.by_value(before, after.elements()),
            Some(whole.clone()),
        ];
        let shortest = ways
            .into_iter()
            .flatten()
            .filter(|way| self.leads_to(before, way, &wanted))
            .min_by_key(|way| Self::length(way));
        operations.extend(shortest.unwrap_or(whole));
    }

    /// A way that only touches sub-attributes counts as shortest: it does not disturb what others changed meanwhile.
    fn length(way: &[Operation]) -> usize {
        let is_part = |operation: &Operation| {
            operation
                .path
                .as_ref()
                .is_some_and(|path| path.sub.is_some())
        };
        if way.iter().all(is_part) {
            return 0;
        }
        way.iter()
            .map(|operation| operation.to_value().to_string().len())
            .sum()
    }

    /// Compares the values whose `type` is the same; none unless each has a type of its own.
    fn by_type(&self, before: &[Value], after: &[Value]) -> Option<Vec<Operation>> {
        let by = self.attribute.sub_attribute("type")?;
        let types_before = distinct_texts(before, by)?;
        let types_after = distinct_texts(after, by)?;
        let mut changes = Vec::new();
        let mut added = Vec::new();
        for (kind, element) in types_after.iter().zip(after) {
            let same = types_before.iter().position(|other| other == kind);
            let Some(old) = same.and_then(|index| before.get(index)) else {
                added.push(writable(self.attribute, element));
                continue;
            };
            for sub in self.attribute.sub_attributes() {
                let path = self.selected(by, Literal::from(*kind), Some(sub));
                changes.extend(part_change(sub, part(old, sub), part(element, sub), path));
            }
        }
        // A value that becomes primary takes the mark from the others.
        if changes.iter().any(sets_primary) || added.iter().any(is_primary) {
            changes.retain(|change| !clears_primary(change));
        }
        if !added.is_empty() {
            changes.push(Operation::add(self.path().into(), added));
        }
        let gone = types_before
            .iter()
            .filter(|kind| !types_after.contains(kind));
        changes.extend(
            gone.map(|kind| Operation::remove(self.selected(by, Literal::from(*kind), None))),
        );
        Some(changes)
    }

    /// Adds the values that are new and removes those that are gone; none when a value that is gone cannot be told from the others.
    fn by_value(&self, before: &[Value], after: &[Value]) -> Option<Vec<Operation>> {
        let before: Vec<_> = before
            .iter()
            .map(|element| self.normal_element(element))
            .collect();
        let after: Vec<_> = after
            .iter()
            .map(|element| self.normal_element(element))
            .collect();
        let added: Vec<_> = after
            .iter()
            .filter(|element| !before.contains(element))
            .cloned()
            .collect();
        let gone = before.iter().filter(|element| !after.contains(element));
        if gone.clone().count() > MOST_REMOVED {
            return None;
        }
        let mut way = Vec::new();
        for element in gone {
            let (name, literal) = self.mark(element, &after)?;
            let filter = Filter::Compare {
                path: AttributePath::new(name),
                op: scimkit_filter::CompareOp::Eq,
                value: literal,
            };
            way.push(Operation::remove(Path {
                attribute: self.path(),
                filter: Some(filter),
                sub: None,
            }));
        }
        if !added.is_empty() {
            way.insert(0, Operation::add(self.path().into(), added));
        }
        Some(way)
    }

    /// A sub-attribute by which `element` differs from all the `others`.
    fn mark<'a>(&'a self, element: &Value, others: &[Value]) -> Option<(&'a str, Literal)> {
        if element.as_complex().is_none() {
            return Some(("value", literal(element)?));
        }
        let value_first = |sub: &&Attribute| (sub.name() != "value", sub.name() != "type");
        let mut subs: Vec<_> = self.attribute.sub_attributes().iter().collect();
        subs.sort_by_key(value_first);
        subs.into_iter()
            .filter(|sub| sub.attribute_type() != AttributeType::Boolean)
            .find_map(|sub| {
                let value = part(element, sub)?;
                let alone = !others.iter().any(|other| {
                    part(other, sub).is_some_and(|other| match (other.as_str(), value.as_str()) {
                        (Some(a), Some(b)) => eq_folded(a, b),
                        _ => other == value,
                    })
                });
                alone.then(|| Some((sub.name().as_str(), literal(value)?)))?
            })
    }

    fn selected(&self, by: &Attribute, text: Literal, sub: Option<&Attribute>) -> Path {
        Path {
            attribute: self.path(),
            filter: Some(Filter::Compare {
                path: AttributePath::new(by.name()),
                op: scimkit_filter::CompareOp::Eq,
                value: text,
            }),
            sub: sub.map(|sub| sub.name().as_str().into()),
        }
    }

    /// Whether the operations make of `before` a list of the `wanted` values.
    fn leads_to(&self, before: &[Value], way: &[Operation], wanted: &[Value]) -> bool {
        let name = self.attribute.name();
        let list = Complex::new().with(name, before.to_vec());
        let start = Resource::new(self.resource_type.schema().id());
        let start = match self.extension {
            None => start.with(name, before.to_vec()),
            Some(schema) => start.with(schema.id(), list),
        };
        let patch = PatchOp::new(way.iter().cloned());
        let Ok(applied) = apply(&start, &patch, self.resource_type, Compat::strict()) else {
            return false;
        };
        let end = applied.document.unwrap_or(start);
        let fields = match self.extension {
            None => Some(end.attributes()),
            Some(schema) => end.extension(schema.id()),
        };
        let list = fields.and_then(|fields| fields.get(name));
        self.normal(list.map(Value::elements).unwrap_or_default()) == wanted
    }

    /// The values as they count: in any order, without what the service provider adds.
    fn normal(&self, list: &[Value]) -> Vec<Value> {
        let mut list: Vec<_> = list
            .iter()
            .map(|element| self.normal_element(element))
            .collect();
        list.sort_by_cached_key(Value::to_string);
        list
    }

    fn normal_element(&self, element: &Value) -> Value {
        let mut element = writable(self.attribute, element);
        if let Some(fields) = element.as_complex_mut()
            && fields.get("primary").and_then(Value::as_bool) == Some(false)
        {
            fields.remove("primary");
        }
        element
    }
}

/// More single removals than this are not worth their requests' length; the whole list is replaced.
const MOST_REMOVED: usize = 32;

/// The text of a sub-attribute in every element; none unless all have one, and no two the same.
fn distinct_texts<'v>(elements: &'v [Value], by: &Attribute) -> Option<Vec<&'v str>> {
    let mut texts: Vec<&str> = Vec::new();
    for element in elements {
        let text = part(element, by)?
            .as_str()
            .filter(|text| !text.is_empty())?;
        if texts.iter().any(|other| eq_folded(other, text)) {
            return None;
        }
        texts.push(text);
    }
    Some(texts)
}

fn sets_primary(operation: &Operation) -> bool {
    is_about_primary(operation) && operation.value == Some(Value::from(true))
}

fn clears_primary(operation: &Operation) -> bool {
    is_about_primary(operation) && operation.value != Some(Value::from(true))
}

fn is_about_primary(operation: &Operation) -> bool {
    let sub = operation.path.as_ref().and_then(|path| path.sub.as_deref());
    sub == Some("primary")
}

fn is_primary(element: &Value) -> bool {
    let primary = element
        .as_complex()
        .and_then(|fields| fields.get("primary"));
    primary.and_then(Value::as_bool) == Some(true)
}

fn literal(value: &Value) -> Option<Literal> {
    match value.view() {
        View::String(text) => Some(Literal::from(text)),
        View::DateTime(instant) => Some(Literal::from(instant.to_string().as_str())),
        View::Boolean(value) => Some(Literal::Boolean(value)),
        View::Integer(_) | View::Decimal(_) => Some(Literal::Number(value.to_string().into())),
        View::Null | View::Complex(_) | View::List(_) => None,
    }
}
