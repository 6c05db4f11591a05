use scimkit_schema::{Complex, JsonLimits, Value, json};

use crate::{BulkMethod, Error, ErrorKind, ErrorResponse};

/// The URN of the message.
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What the operations of a bulk request came to ([RFC 7644 §3.7.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.7.3)).
///
/// ```
/// use scimkit_protocol::{BulkMethod, BulkResponse, BulkResult, ErrorResponse};
///
/// let mut gone = BulkResult::new(BulkMethod::Delete, 404);
/// gone.response = Some(ErrorResponse::new(404, "there is no such user"));
/// let response = BulkResponse::new([gone]);
/// assert_eq!(BulkResponse::from_json(response.to_json().as_bytes())?, response);
/// # Ok::<(), scimkit_protocol::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BulkResponse {
    /// One result for each operation that was tried.
    pub operations: Vec<BulkResult>,
}

/// What one operation came to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BulkResult {
    /// What was to be done.
    pub method: BulkMethod,
    /// The name that the request gave.
    pub bulk_id: Option<Box<str>>,
    /// The version of the resource, as an entity tag.
    pub version: Option<Box<str>>,
    /// The address of the resource; none for a creation that failed.
    pub location: Option<Box<str>>,
    /// The HTTP status that the operation would have had by itself.
    pub status: u16,
    /// Why it failed.
    pub response: Option<ErrorResponse>,
}

impl BulkResponse {
    /// The results of a request.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = BulkResult>) -> Self {
        Self {
            operations: operations.into_iter().collect(),
        }
    }

    /// The message as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let operations: Value = self.operations.iter().map(BulkResult::to_value).collect();
        let body = Complex::new().with("schemas", vec![Value::from(BULK_RESPONSE)]);
        Value::from(body.with("Operations", operations)).to_string()
    }

    /// Reads the answer of any server: a status as text, as a number, or as `{"code": …}`.
    ///
    /// # Errors
    /// [`ErrorKind::NotABulkMessage`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |why: &str| Error::from(ErrorKind::NotABulkMessage(why.into()));
        let mut body = json::parse_object(bytes, JsonLimits::default())
            .map_err(|error| wrong(&error.to_string()))?;
        let operations = body.remove("Operations").map(Value::into_list);
        let operations = operations.and_then(Result::ok);
        let operations = operations.ok_or_else(|| wrong("`Operations` must be an array"))?;
        let results = operations
            .iter()
            .map(|value| value.as_complex().and_then(BulkResult::read));
        let results: Option<Vec<_>> = results.collect();
        let why = "an operation needs `method` and `status`";
        Ok(Self::new(results.ok_or_else(|| wrong(why))?))
    }
}

impl BulkResult {
    /// A result of this status.
    #[must_use]
    pub const fn new(method: BulkMethod, status: u16) -> Self {
        Self {
            method,
            bulk_id: None,
            version: None,
            location: None,
            status,
            response: None,
        }
    }

    fn read(fields: &Complex) -> Option<Self> {
        let text = |name: &str| fields.text(name).map(Into::into);
        let status = fields.get("status")?;
        let status = status
            .as_complex()
            .and_then(|status| status.get("code"))
            .unwrap_or(status);
        let status = match status.as_str() {
            Some(text) => text.parse().ok(),
            None => status
                .as_integer()
                .and_then(|number| u16::try_from(number).ok()),
        };
        let response = fields.get("response").and_then(Value::as_complex);
        Some(Self {
            method: BulkMethod::from_word(fields.text("method")?)?,
            bulk_id: text("bulkId"),
            version: text("version"),
            location: text("location"),
            status: status?,
            response: response.and_then(ErrorResponse::from_value),
        })
    }

    fn to_value(&self) -> Value {
        let mut value = Complex::new().with("method", self.method.as_str());
        let members = [
            ("bulkId", &self.bulk_id),
            ("version", &self.version),
            ("location", &self.location),
        ];
        for (name, text) in members {
            if let Some(text) = text {
                value = value.with(name, &**text);
            }
        }
        value = value.with("status", self.status.to_string());
        if let Some(response) = &self.response {
            value = value.with("response", response.to_value());
        }
        value.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_shapes_of_a_status_are_read() {
        for status in [r#""204""#, "204", r#"{"code":"204"}"#] {
            let text = format!(r#"{{"Operations":[{{"method":"delete","status":{status}}}]}}"#);
            let read = BulkResponse::from_json(text.as_bytes()).unwrap();
            assert_eq!(
                read,
                BulkResponse::new([BulkResult::new(BulkMethod::Delete, 204)])
            );
        }
        assert!(BulkResponse::from_json(b"{}").is_err());
    }
}
