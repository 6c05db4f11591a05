//! The new value of one attribute or sub-attribute.

use scimkit_schema::{
    Attribute, AttributeType, Complex, Mutability, ReadOnly, Rule, Value, ValueReader,
};

use super::{Fault, REMOVE_WITH_VALUE, Work, ordered};
use crate::{ErrorKind, OpKind};

impl Work<'_> {
    /// What an operation makes of the value `present`; null is no value, before and after.
    pub(super) fn change(
        &mut self,
        attribute: &Attribute,
        present: Value,
        op: OpKind,
        value: Option<Value>,
    ) -> Result<Value, Fault> {
        let Some(value) = operand(op, value)? else {
            check_removable(attribute, &present)?;
            return Ok(Value::NULL);
        };
        if attribute.mutability() == Mutability::ReadOnly {
            if self.repeats(attribute, &present, value) {
                return Ok(present);
            }
            return Err(ErrorKind::Mutability("readOnly").into());
        }
        let changed = if attribute.is_multi_valued() {
            self.change_list(attribute, present.clone(), op, value)?
        } else if attribute.attribute_type() == AttributeType::Complex {
            self.merge(attribute, present.clone(), op, value)?
        } else {
            self.single(attribute, value)?
        };
        check_change(attribute, &present, &changed)?;
        Ok(changed)
    }

    /// The same for a sub-attribute of a single-valued attribute.
    pub(super) fn change_sub(
        &mut self,
        attribute: &Attribute,
        sub: &Attribute,
        present: &Value,
        op: OpKind,
        value: Option<Value>,
    ) -> Result<Value, Fault> {
        let changed = self.change_part(attribute, sub, present.clone(), op, value)?;
        if attribute.mutability() == Mutability::ReadOnly && changed != *present {
            return Err(ErrorKind::Mutability("readOnly").into());
        }
        check_change(attribute, present, &changed)?;
        check_parts(attribute, &changed)?;
        Ok(changed)
    }

    /// The same for a sub-attribute of one complex value, whatever the attribute around it.
    pub(super) fn change_part(
        &mut self,
        attribute: &Attribute,
        sub: &Attribute,
        element: Value,
        op: OpKind,
        value: Option<Value>,
    ) -> Result<Value, Fault> {
        let mut fields = element.into_complex().unwrap_or_default();
        let present = fields.remove(sub.name()).unwrap_or(Value::NULL);
        let changed = self.change(sub, present, op, value)?;
        if !changed.is_unassigned() {
            fields.insert(sub.name().clone(), changed);
        }
        Ok(complex_or_null(attribute, fields))
    }

    /// Sets the sub-attributes that `value` names; the others stay. A plain text, where a rule allows it, is the whole new value.
    pub(super) fn merge(
        &mut self,
        attribute: &Attribute,
        present: Value,
        op: OpKind,
        value: Value,
    ) -> Result<Value, Fault> {
        let lone = value.as_list().is_some_and(|list| list.len() == 1);
        let value = if lone && self.bend(Rule::OneElementArrayForSingle) {
            value
                .into_list()
                .ok()
                .and_then(|mut list| list.pop())
                .unwrap_or(Value::NULL)
        } else {
            value
        };
        if value.is_unassigned() || self.is_cleared(&value) {
            return Ok(Value::NULL);
        }
        let fields = match value.into_complex() {
            Ok(fields) => fields,
            Err(other) => {
                let read = self.reader.element(attribute, other, "");
                return Ok(read.map_err(ErrorKind::Value)?);
            }
        };
        if let Some(value) = fields.get("value").filter(|_| !attribute.is_multi_valued())
            && self.is_cleared(value)
        {
            return Ok(Value::NULL);
        }
        let mut merged = present.into_complex().unwrap_or_default();
        for (name, value) in fields {
            let Some(sub) = attribute.sub_attribute(&name) else {
                let known = attribute
                    .sub_attributes()
                    .iter()
                    .map(|sub| sub.name().as_str());
                let prefix = format!("{}.", attribute.name());
                self.leave_out(&prefix, &name, known)
                    .map_err(|kind| Fault::from(kind).below(&name))?;
                continue;
            };
            let present = merged.remove(sub.name()).unwrap_or(Value::NULL);
            let changed = self
                .change(sub, present, op, Some(value))
                .map_err(|fault| fault.below(sub.name()))?;
            if !changed.is_unassigned() {
                merged.insert(sub.name().clone(), changed);
            }
        }
        let merged = complex_or_null(attribute, merged);
        check_parts(attribute, &merged)?;
        Ok(merged)
    }

    /// Reads the value of a simple attribute.
    fn single(&mut self, attribute: &Attribute, value: Value) -> Result<Value, Fault> {
        if attribute.is_required() && is_empty_text(&value) {
            return Err(ErrorKind::ValueUse("a required attribute cannot be empty").into());
        }
        if value.is_unassigned() || self.is_cleared(&value) {
            return Ok(Value::NULL);
        }
        let wrapped = value.as_str().is_none();
        let read = self
            .reader
            .element(attribute, value, "")
            .map_err(ErrorKind::Value)?;
        if wrapped && is_empty_text(&read) {
            return self.single(attribute, read);
        }
        Ok(read)
    }

    /// Whether the value is an empty text that stands for no value.
    pub(super) fn is_cleared(&mut self, value: &Value) -> bool {
        is_empty_text(value) && self.bend(Rule::NullOrEmptyUnassigns)
    }

    /// Whether a client only repeats what a readOnly attribute holds; that modifies nothing.
    fn repeats(&self, attribute: &Attribute, present: &Value, value: Value) -> bool {
        if value.is_unassigned() || value == *present {
            return value.is_unassigned() == present.is_unassigned();
        }
        ValueReader::new(self.compat, ReadOnly::Kept)
            .attribute(attribute, value, "")
            .is_ok_and(|value| value == *present)
    }
}

/// What `add` or `replace` works with; none for `remove`.
pub(super) fn operand(op: OpKind, value: Option<Value>) -> Result<Option<Value>, ErrorKind> {
    match (op, value) {
        (OpKind::Remove, Some(value)) if value != Value::NULL => {
            Err(ErrorKind::ValueUse(REMOVE_WITH_VALUE))
        }
        (OpKind::Remove, _) => Ok(None),
        (_, None) => Err(ErrorKind::ValueUse("`add` and `replace` need a `value`")),
        (_, value) => Ok(value),
    }
}

fn is_empty_text(value: &Value) -> bool {
    value.as_str() == Some("")
}

/// The sub-attributes in the schema's order; null when there are none.
pub(super) fn complex_or_null(attribute: &Attribute, fields: Complex) -> Value {
    if fields.is_empty() {
        Value::NULL
    } else {
        ordered(fields, attribute.sub_attributes()).into()
    }
}

/// Whether the attribute may lose its value.
fn check_removable(attribute: &Attribute, present: &Value) -> Result<(), ErrorKind> {
    match attribute.mutability() {
        Mutability::ReadOnly => Err(ErrorKind::Mutability("readOnly")),
        _ if attribute.is_required() => Err(ErrorKind::Required),
        Mutability::Immutable if !present.is_unassigned() => {
            Err(ErrorKind::Mutability("immutable"))
        }
        _ => Ok(()),
    }
}

/// Whether the attribute may go from one value to the other.
pub(super) fn check_change(
    attribute: &Attribute,
    present: &Value,
    changed: &Value,
) -> Result<(), ErrorKind> {
    if changed.is_unassigned() {
        if attribute.is_required() {
            return Err(ErrorKind::Required);
        }
        if is_state(attribute) {
            return Err(ErrorKind::ValueUse(
                "the state must be true or false; use `remove` to unassign it",
            ));
        }
    }
    let immutable = attribute.mutability() == Mutability::Immutable;
    if immutable && !present.is_unassigned() && present != changed {
        return Err(ErrorKind::Mutability("immutable"));
    }
    Ok(())
}

/// A boolean that every new resource has, such as `active`: it is never unassigned by an empty value.
fn is_state(attribute: &Attribute) -> bool {
    attribute.attribute_type() == AttributeType::Boolean && attribute.default().is_some()
}

/// Whether a complex value has what it must have.
pub(super) fn check_parts(attribute: &Attribute, value: &Value) -> Result<(), Fault> {
    let Some(fields) = value.as_complex() else {
        return Ok(());
    };
    let missing = attribute
        .sub_attributes()
        .iter()
        .find(|sub| sub.is_required() && fields.get(sub.name()).is_none());
    match missing {
        None => Ok(()),
        Some(sub) => Err(Fault::from(ErrorKind::ValueUse("a value is required")).below(sub.name())),
    }
}
