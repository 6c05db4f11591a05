use std::fmt;

use scimkit_filter::Path;
use scimkit_schema::{Complex, Value};

/// What an operation does ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum OpKind {
    /// Gives a value, or one more value.
    Add,
    /// Takes values away.
    Remove,
    /// Gives a value in place of the present one.
    Replace,
}

impl OpKind {
    /// Every operation, in the RFC's order.
    pub const ALL: [Self; 3] = [Self::Add, Self::Remove, Self::Replace];

    /// The spelling on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

impl fmt::Display for OpKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One operation of a [`PatchOp`](crate::PatchOp).
///
/// Nothing is checked before [`apply`](crate::apply) sees the operation together with a resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What to do.
    pub op: OpKind,
    /// Where; without a path the target is the resource itself.
    pub path: Option<Path>,
    /// With what. `Some(Value::NULL)` is a null that was sent; it unassigns.
    pub value: Option<Value>,
}

impl Operation {
    /// Adds `value` at `path`.
    #[must_use]
    pub fn add(path: Path, value: impl Into<Value>) -> Self {
        Self {
            op: OpKind::Add,
            path: Some(path),
            value: Some(value.into()),
        }
    }

    /// Removes what is at `path`.
    #[must_use]
    pub const fn remove(path: Path) -> Self {
        Self {
            op: OpKind::Remove,
            path: Some(path),
            value: None,
        }
    }

    /// Replaces what is at `path`.
    #[must_use]
    pub fn replace(path: Path, value: impl Into<Value>) -> Self {
        Self {
            op: OpKind::Replace,
            path: Some(path),
            value: Some(value.into()),
        }
    }

    /// The operation as it stands in the message.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut message = Complex::new().with("op", self.op.as_str());
        if let Some(path) = &self.path {
            message = message.with("path", path.to_string());
        }
        if let Some(value) = &self.value {
            message = message.with("value", value.clone());
        }
        message.into()
    }
}
