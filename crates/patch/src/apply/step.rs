//! The door: an operation, in whatever dialect, becomes steps on attributes.

use scimkit_schema::{Complex, Found, Rule, Schema, Value};

use super::{
    Work,
    target::{Part, Target},
};
use crate::{Error, ErrorKind, OpKind, Operation, PatchOp, error::Place, read::parse_path};

/// One change at one target.
pub(super) struct Step<'t> {
    pub(super) place: Place,
    pub(super) op: OpKind,
    pub(super) target: Target<'t>,
    pub(super) value: Option<Value>,
}

impl<'t> Work<'t> {
    /// The steps of every operation. A wrong path anywhere is reported before a wrong value.
    pub(super) fn steps(&mut self, patch: &PatchOp) -> Result<Vec<Step<'t>>, Error> {
        let mut steps = Vec::new();
        let mut wrong_value = None;
        for (index, operation) in patch.operations().iter().enumerate() {
            let place = Place::operation(index).with_op(operation.op);
            match self.translate(operation, &place, &mut steps) {
                Ok(()) => {}
                Err(error) if matches!(error.kind(), ErrorKind::ValueUse(_)) => {
                    wrong_value.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match wrong_value {
            Some(error) => Err(error),
            None => Ok(steps),
        }
    }

    fn translate(
        &mut self,
        operation: &Operation,
        place: &Place,
        steps: &mut Vec<Step<'t>>,
    ) -> Result<(), Error> {
        let op = operation.op;
        let value = operation.value.as_ref();
        let Some(path) = &operation.path else {
            let fields = match (op, value.map(Value::as_complex)) {
                (OpKind::Remove, _) => return Err(Error::new(ErrorKind::NoPath, place.clone())),
                (_, Some(Some(fields))) => fields,
                (_, _) => {
                    let kind = ErrorKind::ValueUse(
                        "without a `path` the `value` must be an object of attributes",
                    );
                    return Err(Error::new(kind, place.clone()));
                }
            };
            return self.translate_resource(op, fields, place, steps);
        };
        let place = place.clone().with_path(&path.to_string());
        let target = self
            .target(op, path)
            .map_err(|kind| Error::new(kind, place.clone()))?;
        self.translate_target(op, target, value, place, steps)
    }

    /// The value of an operation without path: each key is an attribute, an extension, or, in some dialects, a path.
    fn translate_resource(
        &mut self,
        op: OpKind,
        fields: &Complex,
        place: &Place,
        steps: &mut Vec<Step<'t>>,
    ) -> Result<(), Error> {
        let resource_type = self.resource_type;
        for (key, value) in fields.iter() {
            let place = place.clone().with_path(key);
            let wrong = |kind| Error::new(kind, place.clone());
            let target = if let Some(extension) = resource_type.extension(key) {
                Target {
                    extension: Some(extension.schema.id()),
                    part: Part::Extension(&extension.schema),
                }
            } else if let Some(found) = resource_type
                .find(None, key)
                .filter(|found| found.extension.is_none())
            {
                Target::attribute(resource_type, found)
            } else if let Some(rule) = dialect(key) {
                if !self.bend(rule) {
                    return Err(wrong(ErrorKind::PathUse(
                        "a key of the `value` must be the name of an attribute; put a path into `path`".into(),
                    )));
                }
                let path = parse_path(key, self.compat).map_err(wrong)?;
                self.bent = self.bent.union(path.bent);
                self.target(op, &path.value).map_err(wrong)?
            } else {
                self.leave_out("", key, resource_type.attribute_names())
                    .map_err(wrong)?;
                continue;
            };
            self.translate_target(op, target, Some(value), place, steps)?;
        }
        Ok(())
    }

    fn translate_target(
        &mut self,
        op: OpKind,
        target: Target<'t>,
        value: Option<&Value>,
        place: Place,
        steps: &mut Vec<Step<'t>>,
    ) -> Result<(), Error> {
        if let Part::Extension(schema) = target.part
            && op != OpKind::Remove
            && value.is_none_or(|value| !value.is_unassigned())
        {
            let Some(fields) = value.and_then(Value::as_complex) else {
                let kind = ErrorKind::ValueUse(
                    "the `value` of an extension must be an object of its attributes",
                );
                return Err(Error::new(kind, place));
            };
            return self.translate_extension(op, schema, fields, &place, steps);
        }
        steps.push(Step {
            place,
            op,
            target,
            value: value.cloned(),
        });
        Ok(())
    }

    /// The value of an extension as a whole: each key is one of its attributes.
    fn translate_extension(
        &mut self,
        op: OpKind,
        schema: &'t Schema,
        fields: &Complex,
        place: &Place,
        steps: &mut Vec<Step<'t>>,
    ) -> Result<(), Error> {
        let prefix = format!("{}:", schema.id());
        for (key, value) in fields.iter() {
            let place = place.clone().with_path(&format!("{prefix}{key}"));
            let Some(attribute) = schema.attribute(key) else {
                let known = schema
                    .attributes()
                    .iter()
                    .map(|known| known.name().as_str());
                self.leave_out(&prefix, key, known)
                    .map_err(|kind| Error::new(kind, place))?;
                continue;
            };
            let found = Found {
                attribute,
                extension: Some(schema),
            };
            steps.push(Step {
                place,
                op,
                target: Target::attribute(self.resource_type, found),
                value: Some(value.clone()),
            });
        }
        Ok(())
    }
}

/// The rule that reads `key` as a path; none when it is a plain name.
fn dialect(key: &str) -> Option<Rule> {
    if key.contains('[') {
        Some(Rule::FilterKeyWithoutPath)
    } else if key.contains(':') {
        Some(Rule::UrnKeyWithoutPath)
    } else if key.contains('.') {
        Some(Rule::DottedKey)
    } else {
        None
    }
}
