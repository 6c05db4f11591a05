use scimkit_filter::{Limits, Parsed, Path};
use scimkit_schema::{Compat, Complex, Rule, Value};

use crate::{
    Error, ErrorKind, OpKind, Operation, PatchOp,
    error::{Place, excerpt},
};

/// A PATCH message that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadPatch {
    /// The message.
    pub patch: PatchOp,
    /// The rules that were needed to read it.
    pub bent: Compat,
    /// Members of the message that were left out.
    pub ignored: Vec<Box<str>>,
}

impl PatchOp {
    /// Reads the body of a PATCH request: first its shape, then the paths. What needs the schema to be understood is left to
    /// [`apply`](crate::apply). How many operations there may be is the caller's to bound.
    ///
    /// # Errors
    /// [`ErrorKind::Body`], [`ErrorKind::NoPath`] or [`ErrorKind::Path`], with the index of the operation.
    ///
    /// ```
    /// use scimkit_patch::PatchOp;
    /// use scimkit_schema::{Compat, JsonLimits, Rule, json};
    ///
    /// let body = json::parse_object(
    ///     br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Remove","path":"nickName"}]}"#,
    ///     JsonLimits::default(),
    /// )?;
    /// let read = PatchOp::read(body.clone(), Compat::entra())?;
    /// assert!(read.bent.allows(Rule::OpCase));
    /// assert!(PatchOp::read(body, Compat::strict()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(body: Complex, compat: Compat) -> Result<ReadPatch, Error> {
        let mut reader = Reader {
            compat,
            bent: Compat::strict(),
            ignored: Vec::new(),
        };
        let shapes = reader.body(body)?;
        let operations = shapes
            .into_iter()
            .enumerate()
            .map(|(index, shape)| reader.operation(index, shape))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(ReadPatch {
            patch: Self::new(operations),
            bent: reader.bent,
            ignored: reader.ignored,
        })
    }
}

/// An operation whose path was not looked at yet.
struct Shape {
    op: OpKind,
    path: Option<Box<str>>,
    value: Option<Value>,
}

struct Reader {
    compat: Compat,
    bent: Compat,
    ignored: Vec<Box<str>>,
}

impl Reader {
    fn body(&mut self, body: Complex) -> Result<Vec<Shape>, Error> {
        let wrong = |what: &str| Error::new(ErrorKind::Body(what.into()), Place::default());
        let mut schemas = None;
        let mut operations = None;
        for (name, value) in body {
            if name == "Operations"
                || (name.matches("Operations") && self.bend(Rule::LowercaseOperations))
            {
                if operations.replace(value).is_some() {
                    return Err(wrong("`Operations` stands twice"));
                }
            } else if name.matches("schemas") {
                schemas = Some(value);
            } else if !self.leave_out(&name) {
                return Err(wrong(&format!(
                    "`{}` is no member of a PATCH message; put changes into `Operations`",
                    excerpt(&name)
                )));
            }
        }
        self.schemas(schemas.as_ref())?;
        let operations = operations
            .ok_or_else(|| wrong("`Operations` is missing; it holds the list of operations"))?
            .into_list()
            .map_err(|value| {
                wrong(&format!(
                    "`Operations` must be an array, found {}",
                    value.kind()
                ))
            })?;
        if operations.is_empty() {
            return Err(wrong("`Operations` must hold at least one operation"));
        }
        operations
            .into_iter()
            .enumerate()
            .map(|(index, operation)| self.shape(index, operation))
            .collect()
    }

    fn schemas(&mut self, schemas: Option<&Value>) -> Result<(), Error> {
        let named = match schemas {
            None => self.bend(Rule::MissingPatchSchemas),
            Some(urns) => urns
                .elements()
                .iter()
                .filter_map(Value::as_str)
                .any(|urn| urn.eq_ignore_ascii_case(PatchOp::SCHEMA)),
        };
        if named {
            return Ok(());
        }
        let what = format!("`schemas` must name `{}`", PatchOp::SCHEMA);
        Err(Error::new(ErrorKind::Body(what.into()), Place::default()))
    }

    fn shape(&mut self, index: usize, operation: Value) -> Result<Shape, Error> {
        let wrong = |what: &str| Error::new(ErrorKind::Body(what.into()), Place::operation(index));
        let members = operation.into_complex().map_err(|value| {
            wrong(&format!(
                "an operation must be an object, found {}",
                value.kind()
            ))
        })?;
        let mut op = None;
        let mut path = None;
        let mut value = None;
        for (name, content) in members {
            let stands_twice = if name.matches("op") {
                op.replace(content).is_some()
            } else if name.matches("path") {
                path.replace(content).is_some()
            } else if name.matches("value") {
                value.replace(content).is_some()
            } else if self.leave_out(&name) {
                false
            } else {
                return Err(wrong(&format!(
                    "`{}` is no member of an operation; it has `op`, `path` and `value`",
                    excerpt(&name)
                )));
            };
            if stands_twice {
                return Err(wrong(&format!("`{name}` stands twice")));
            }
        }
        let op = self
            .op(op.as_ref())
            .ok_or_else(|| wrong("`op` must be `add`, `remove` or `replace`, in lower case"))?;
        let path = match path {
            None => None,
            Some(path) if path.is_unassigned() => None,
            Some(path) => {
                let text = path.as_str().ok_or_else(|| {
                    wrong(&format!("`path` must be a string, found {}", path.kind()))
                })?;
                (!(text.is_empty() && self.bend(Rule::EmptyPathMeansNone))).then(|| text.into())
            }
        };
        Ok(Shape { op, path, value })
    }

    fn op(&mut self, op: Option<&Value>) -> Option<OpKind> {
        let text = op?.as_str()?;
        let known = OpKind::ALL
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(text))?;
        (known.as_str() == text || self.bend(Rule::OpCase)).then_some(known)
    }

    fn operation(&mut self, index: usize, shape: Shape) -> Result<Operation, Error> {
        let place = Place::operation(index).with_op(shape.op);
        let path = match &shape.path {
            None if shape.op == OpKind::Remove => {
                return Err(Error::new(ErrorKind::NoPath, place));
            }
            None => None,
            Some(text) => {
                let parsed = parse_path(text, self.compat)
                    .map_err(|kind| Error::new(kind, place.with_path(text)))?;
                self.bent = self.bent.union(parsed.bent);
                Some(parsed.value)
            }
        };
        Ok(Operation {
            op: shape.op,
            path,
            value: shape.value,
        })
    }

    fn leave_out(&mut self, name: &str) -> bool {
        let allowed = self.bend(Rule::UnknownOpMemberIgnored);
        if allowed {
            self.ignored.push(excerpt(name).into());
        }
        allowed
    }

    fn bend(&mut self, rule: Rule) -> bool {
        let allowed = self.compat.allows(rule);
        if allowed {
            self.bent.insert(rule);
        }
        allowed
    }
}

/// Reads a path, within the limits of a filter.
pub(crate) fn parse_path(text: &str, compat: Compat) -> Result<Parsed<Path>, ErrorKind> {
    if text.contains('[') && !text.contains(']') {
        return Err(ErrorKind::PathUse(
            "the filter of the path has no closing `]`".into(),
        ));
    }
    Path::parse(text, Limits::default(), compat).map_err(ErrorKind::Path)
}
