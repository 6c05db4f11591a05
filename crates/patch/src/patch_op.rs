use std::fmt;

use scimkit_schema::{Complex, Value};

use crate::Operation;

/// A PATCH message: operations to apply in order, all or none
/// ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)).
///
/// ```
/// use scimkit_patch::{Operation, PatchOp};
///
/// let patch = PatchOp::new([Operation::replace("displayName".parse()?, "Mira")]);
/// assert_eq!(
///     patch.to_string(),
///     r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"Mira"}]}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchOp {
    operations: Vec<Operation>,
}

impl PatchOp {
    /// The URN that `schemas` of the message holds.
    pub const SCHEMA: &'static str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

    /// A message of these operations.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = Operation>) -> Self {
        Self {
            operations: operations.into_iter().collect(),
        }
    }

    /// The operations, in the order in which they are applied.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The whole message, `schemas` included.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let operations: Value = self.operations.iter().map(Operation::to_value).collect();
        Complex::new()
            .with("schemas", vec![Value::from(Self::SCHEMA)])
            .with("Operations", operations)
            .into()
    }
}

/// As JSON.
impl fmt::Display for PatchOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_value(), f)
    }
}
