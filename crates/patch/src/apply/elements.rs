//! The new values of a multi-valued attribute.

use std::collections::BTreeSet;

use scimkit_schema::{
    Attribute, AttributeType, Complex, Mutability, Name, Rule, Value, check_primary,
};

use super::{
    Fault, Work,
    assign::{check_change, check_parts, complex_or_null, operand},
    selection::Selection,
};
use crate::{ErrorKind, OpKind};

impl Work<'_> {
    /// Adds values to all, or replaces all. One value may stand without its array.
    pub(super) fn change_list(
        &mut self,
        attribute: &Attribute,
        present: Value,
        op: OpKind,
        value: Value,
    ) -> Result<Value, Fault> {
        let mut read = Vec::new();
        if !self.is_cleared(&value) && !value.is_unassigned() {
            let values = value.into_list().unwrap_or_else(|one| vec![one]);
            for (index, value) in values.into_iter().enumerate() {
                let value = self
                    .reader
                    .element(attribute, value, &format!("[{index}]"))
                    .map_err(ErrorKind::Value)?;
                if !value.is_unassigned() {
                    read.push(value);
                }
            }
        }
        check_primary(&read, "").map_err(ErrorKind::Value)?;
        if op == OpKind::Replace {
            return Ok(list_or_null(read));
        }
        let mut list = present.into_list().unwrap_or_default();
        let mut known: BTreeSet<_> = list.iter().map(Value::to_string).collect();
        for value in read {
            if known.insert(value.to_string()) {
                list.push(value);
                let last = list.len() - 1;
                settle_primary(&mut list, last);
            }
        }
        Ok(list_or_null(list))
    }

    /// Changes the values that a filter selects, or a sub-attribute of each of them.
    pub(super) fn change_selected(
        &mut self,
        attribute: &Attribute,
        selection: &Selection<'_>,
        sub: Option<&Attribute>,
        present: Value,
        op: OpKind,
        value: Option<Value>,
    ) -> Result<Value, Fault> {
        if attribute.mutability() == Mutability::ReadOnly {
            return Err(ErrorKind::Mutability("readOnly").into());
        }
        let operand = operand(op, value)?;
        let mut list = present.as_list().unwrap_or_default().to_vec();
        let mut selected = Vec::new();
        for (index, element) in list.iter().enumerate() {
            if selection.matches(element) {
                selected.push(index);
            }
        }
        match (&operand, selected.is_empty()) {
            (None, true) => return Ok(present),
            (Some(value), true) => self.create(attribute, selection, sub, &mut list, op, value)?,
            (_, false) => {
                let mut promoted = Vec::new();
                for index in selected {
                    let Some(element) = list.get_mut(index) else {
                        continue;
                    };
                    let before = element.clone();
                    *element =
                        self.change_element(attribute, sub, before.clone(), op, operand.clone())?;
                    if is_primary(element) && !is_primary(&before) {
                        promoted.push(index);
                    }
                }
                match promoted.as_slice() {
                    [] => {}
                    [one] => settle_primary(&mut list, *one),
                    _ => {
                        return Err(ErrorKind::ValueUse(
                            "only one value may be primary, and the filter selects several",
                        )
                        .into());
                    }
                }
            }
        }
        list.retain(|element| !element.is_unassigned());
        let changed = list_or_null(list);
        check_change(attribute, &present, &changed)?;
        Ok(changed)
    }

    fn change_element(
        &mut self,
        attribute: &Attribute,
        sub: Option<&Attribute>,
        element: Value,
        op: OpKind,
        operand: Option<Value>,
    ) -> Result<Value, Fault> {
        if let Some(sub) = sub {
            return self.change_part(attribute, sub, element, op, operand);
        }
        let Some(value) = operand else {
            return Ok(Value::NULL);
        };
        if op == OpKind::Add && attribute.attribute_type() == AttributeType::Complex {
            return self.merge(attribute, element, op, value);
        }
        if self.is_cleared(&value) {
            return Ok(Value::NULL);
        }
        let changed = self
            .reader
            .element(attribute, value, "")
            .map_err(ErrorKind::Value)?;
        check_immutable_parts(attribute, &element, &changed)?;
        Ok(changed)
    }

    /// Makes the element that the filter describes, if a rule allows it.
    fn create(
        &mut self,
        attribute: &Attribute,
        selection: &Selection<'_>,
        sub: Option<&Attribute>,
        list: &mut Vec<Value>,
        op: OpKind,
        value: &Value,
    ) -> Result<(), Fault> {
        let Some(described) = selection.described() else {
            return Err(ErrorKind::NoTarget.into());
        };
        if !self.bend(Rule::FilteredPathCreates) {
            return Err(ErrorKind::NoTarget.into());
        }
        if value.is_unassigned() || self.is_cleared(value) {
            return Ok(());
        }
        let mut fields = Complex::new();
        for (part, value) in described {
            let value = self
                .change(part, Value::NULL, OpKind::Add, Some(value.clone()))
                .map_err(|fault| fault.below(part.name()))?;
            if !value.is_unassigned() {
                fields.insert(part.name().clone(), value);
            }
        }
        let element = complex_or_null(attribute, fields);
        let element = match sub {
            Some(sub) => self.change_part(attribute, sub, element, op, Some(value.clone()))?,
            None => self.merge(attribute, element, op, value.clone())?,
        };
        check_parts(attribute, &element)?;
        list.push(element);
        let last = list.len() - 1;
        settle_primary(list, last);
        Ok(())
    }
}

/// When the value at `chosen` is primary, no other one is
/// ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)).
fn settle_primary(list: &mut [Value], chosen: usize) {
    if !list.get(chosen).is_some_and(is_primary) {
        return;
    }
    for (index, element) in list.iter_mut().enumerate() {
        if index != chosen
            && is_primary(element)
            && let Some(fields) = element.as_complex_mut()
        {
            fields.insert(Name::from("primary"), Value::from(false));
        }
    }
}

fn is_primary(element: &Value) -> bool {
    element
        .as_complex()
        .and_then(|fields| fields.get("primary"))
        .and_then(Value::as_bool)
        == Some(true)
}

fn check_immutable_parts(
    attribute: &Attribute,
    present: &Value,
    changed: &Value,
) -> Result<(), Fault> {
    let part = |value: &Value, name: &Name| {
        value
            .as_complex()
            .and_then(|fields| fields.get(name))
            .cloned()
    };
    for sub in attribute.sub_attributes() {
        let before = part(present, sub.name());
        if sub.mutability() == Mutability::Immutable
            && before.is_some()
            && before != part(changed, sub.name())
        {
            return Err(Fault::from(ErrorKind::Mutability("immutable")).below(sub.name()));
        }
    }
    Ok(())
}

fn list_or_null(list: Vec<Value>) -> Value {
    if list.is_empty() {
        Value::NULL
    } else {
        list.into()
    }
}
