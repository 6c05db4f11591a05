use std::fmt;

use scimkit_schema::{Complex, JsonLimits, ScimType, Value, json};

/// The URN of the message.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The body that says why a request failed ([RFC 7644 §3.12](https://www.rfc-editor.org/rfc/rfc7644#section-3.12)).
///
/// ```
/// use scimkit_protocol::ErrorResponse;
/// use scimkit_schema::ScimType;
///
/// let taken = ErrorResponse::new(409, "`userName` is taken: choose another").with_scim_type(ScimType::Uniqueness);
/// let read = ErrorResponse::from_json(taken.to_json().as_bytes()).unwrap();
/// assert_eq!(read, taken);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The HTTP status, also in the body.
    pub status: u16,
    /// The keyword of table 9, where one applies.
    pub scim_type: Option<ScimType>,
    /// What happened, for a person.
    pub detail: Box<str>,
}

impl ErrorResponse {
    /// An error without keyword.
    #[must_use]
    pub fn new(status: u16, detail: impl Into<Box<str>>) -> Self {
        Self {
            status,
            scim_type: None,
            detail: detail.into(),
        }
    }

    /// This, with a keyword.
    #[must_use]
    pub fn with_scim_type(mut self, scim_type: ScimType) -> Self {
        self.scim_type = Some(scim_type);
        self
    }

    /// The body as JSON; `status` is a string there.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    pub(crate) fn to_value(&self) -> Value {
        let mut body = Complex::new()
            .with("schemas", vec![Value::from(ERROR)])
            .with("status", self.status.to_string());
        if let Some(scim_type) = &self.scim_type {
            body = body.with("scimType", scim_type.as_str());
        }
        body.with("detail", &*self.detail).into()
    }

    /// Reads the error of any server, tolerantly: `status` as text or number, `schemas` or not. None when it is no such object.
    #[must_use]
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        Self::from_value(&json::parse_object(bytes, JsonLimits::default()).ok()?)
    }

    pub(crate) fn from_value(body: &Complex) -> Option<Self> {
        let declared = body.get("schemas").map(Value::elements).unwrap_or_default();
        let is_error = declared.iter().any(|urn| {
            urn.as_str()
                .is_some_and(|urn| urn.eq_ignore_ascii_case(ERROR))
        });
        let status = body.get("status").and_then(|status| match status.as_str() {
            Some(text) => text.parse().ok(),
            None => status
                .as_integer()
                .and_then(|number| u16::try_from(number).ok()),
        });
        let detail = body.text("detail");
        if !is_error && (status.is_none() || detail.is_none()) {
            return None;
        }
        Some(Self {
            status: status.unwrap_or_default(),
            scim_type: body.text("scimType").map(ScimType::from),
            detail: detail.unwrap_or_default().into(),
        })
    }
}

impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(scim_type) = &self.scim_type {
            write!(f, " {scim_type}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn foreign_shapes_are_read_or_left_alone() {
        let numeric = ErrorResponse::from_json(br#"{"status":404,"detail":"gone"}"#).unwrap();
        assert_eq!(numeric, ErrorResponse::new(404, "gone"));
        let bare =
            ErrorResponse::from_json(format!(r#"{{"schemas":["{ERROR}"]}}"#).as_bytes()).unwrap();
        assert_eq!(bare, ErrorResponse::new(0, ""));
        for other in [&b"<html>"[..], br#"{"message":"no route"}"#, b"[]", b""] {
            assert_eq!(ErrorResponse::from_json(other), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(status in 400_u16..600, detail in "[^\0]{0,30}", scim_type in "[a-zA-Z]{1,12}") {
            let error = ErrorResponse::new(status, detail).with_scim_type(ScimType::from(scim_type.as_str()));
            prop_assert_eq!(ErrorResponse::from_json(error.to_json().as_bytes()), Some(error));
        }
    }
}
