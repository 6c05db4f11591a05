use scimkit_schema::{Complex, Value};

use crate::{Error, ErrorKind};

/// The URN of the message.
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// Several writes in one message ([RFC 7644 §3.7](https://www.rfc-editor.org/rfc/rfc7644#section-3.7)).
///
/// ```
/// use scimkit_protocol::{BulkMethod, BulkOperation, BulkRequest};
/// use scimkit_schema::{JsonLimits, json};
///
/// let delete = BulkOperation::new(BulkMethod::Delete, "/Users/u-1");
/// let request = BulkRequest::new([delete]);
/// let body = json::parse_object(request.to_json().as_bytes(), JsonLimits::default())?;
/// assert_eq!(BulkRequest::read(body)?, request);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BulkRequest {
    /// After how many failures the server stops; none for never.
    pub fail_on_errors: Option<u64>,
    /// The writes.
    pub operations: Vec<BulkOperation>,
}

/// One write of a bulk request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BulkOperation {
    /// What is done.
    pub method: BulkMethod,
    /// What the other operations call the resource that this one creates: `bulkId:` and this name stands for its id.
    pub bulk_id: Option<Box<str>>,
    /// The version that the resource must have, as an entity tag.
    pub version: Option<Box<str>>,
    /// The endpoint or resource, relative to the base URL.
    pub path: Box<str>,
    /// The body that the same request would have by itself.
    pub data: Option<Complex>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BulkMethod {
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

impl BulkRequest {
    /// A request that is done as far as possible.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = BulkOperation>) -> Self {
        Self {
            fail_on_errors: None,
            operations: operations.into_iter().collect(),
        }
    }

    /// This, stopping after so many failures.
    #[must_use]
    pub const fn with_fail_on_errors(mut self, errors: u64) -> Self {
        self.fail_on_errors = Some(errors);
        self
    }

    /// Reads a message: its whole shape is judged before anything is done. How many operations there may be is the caller's to bound.
    ///
    /// # Errors
    /// [`ErrorKind::NotABulkMessage`], with the index of the operation.
    pub fn read(body: Complex) -> Result<Self, Error> {
        let mut request = Self::default();
        let (mut is_bulk, mut operations) = (false, None);
        for (name, value) in body {
            match name.as_str().to_ascii_lowercase().as_str() {
                "schemas" => {
                    is_bulk = value.elements().iter().any(|urn| {
                        urn.as_str()
                            .is_some_and(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST))
                    });
                }
                "failonerrors" if value != Value::NULL => {
                    let errors = value
                        .as_integer()
                        .and_then(|count| u64::try_from(count).ok());
                    let errors = errors.filter(|errors| *errors > 0);
                    let why = "`failOnErrors` must be a whole number above 0";
                    request.fail_on_errors = Some(errors.ok_or_else(|| wrong(why))?);
                }
                "operations" => operations = Some(value),
                _ => {}
            }
        }
        if !is_bulk {
            return Err(wrong(&format!("`schemas` must hold `{BULK_REQUEST}`")));
        }
        let operations = operations.and_then(|operations| operations.into_list().ok());
        let operations = operations.ok_or_else(|| wrong("`Operations` must be an array"))?;
        for (index, operation) in operations.into_iter().enumerate() {
            let read = BulkOperation::read(operation);
            let place = |why| wrong(&format!("`Operations[{index}]`: {why}"));
            request.operations.push(read.map_err(place)?);
        }
        Ok(request)
    }

    /// The message as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut body = Complex::new().with("schemas", vec![Value::from(BULK_REQUEST)]);
        if let Some(errors) = self.fail_on_errors {
            body = body.with("failOnErrors", i64::try_from(errors).unwrap_or(i64::MAX));
        }
        let operations: Value = self
            .operations
            .iter()
            .map(BulkOperation::to_value)
            .collect();
        Value::from(body.with("Operations", operations)).to_string()
    }
}

impl BulkOperation {
    /// An operation without body, name and condition.
    #[must_use]
    pub fn new(method: BulkMethod, path: &str) -> Self {
        Self {
            method,
            bulk_id: None,
            version: None,
            path: path.into(),
            data: None,
        }
    }

    /// This, with a body.
    #[must_use]
    pub fn with_data(mut self, data: Complex) -> Self {
        self.data = Some(data);
        self
    }

    /// This, under a name for the other operations.
    #[must_use]
    pub fn with_bulk_id(mut self, name: &str) -> Self {
        self.bulk_id = Some(name.into());
        self
    }

    /// This, only if the resource has this version.
    #[must_use]
    pub fn with_version(mut self, version: &str) -> Self {
        self.version = Some(version.into());
        self
    }

    fn read(value: Value) -> Result<Self, String> {
        let fields = value.into_complex();
        let fields =
            fields.map_err(|other| format!("expected an object, found {}", other.kind()))?;
        let (mut method, mut path) = (None, None);
        let (mut bulk_id, mut version, mut data) = (None, None, None);
        for (name, value) in fields {
            let text = |member: &str, value: &Value| {
                let text = value.as_str().map(Box::from);
                text.ok_or_else(|| format!("`{member}` must be a string, found {}", value.kind()))
            };
            if value == Value::NULL {
                continue;
            }
            match name.as_str().to_ascii_lowercase().as_str() {
                "method" => method = Some(text("method", &value)?),
                "path" => path = Some(text("path", &value)?),
                "bulkid" => bulk_id = Some(text("bulkId", &value)?),
                "version" => version = Some(text("version", &value)?),
                "data" => {
                    let object = value.into_complex();
                    data = Some(object.map_err(|_| "`data` must be an object".to_owned())?);
                }
                _ => {}
            }
        }
        let method = method.and_then(|word: Box<str>| BulkMethod::from_word(&word));
        let method = method.ok_or("`method` must be POST, PUT, PATCH or DELETE")?;
        if method == BulkMethod::Post && bulk_id.as_deref().is_none_or(str::is_empty) {
            return Err("a POST needs a `bulkId`, which names it in the answer".into());
        }
        if method != BulkMethod::Delete && data.is_none() {
            return Err(format!("a {} needs `data`: the body", method.as_str()));
        }
        Ok(Self {
            method,
            bulk_id,
            version,
            path: path.ok_or("`path` is missing: the endpoint or resource, such as `/Users`")?,
            data,
        })
    }

    fn to_value(&self) -> Value {
        let mut value = Complex::new().with("method", self.method.as_str());
        if let Some(bulk_id) = &self.bulk_id {
            value = value.with("bulkId", &**bulk_id);
        }
        if let Some(version) = &self.version {
            value = value.with("version", &**version);
        }
        value = value.with("path", &*self.path);
        if let Some(data) = &self.data {
            value = value.with("data", data.clone());
        }
        value.into()
    }
}

impl BulkMethod {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method that a word stands for, in any letter case.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

fn wrong(why: &str) -> Error {
    ErrorKind::NotABulkMessage(why.into()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::{JsonLimits, json};

    fn read(text: &str) -> Result<BulkRequest, String> {
        let body = json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap();
        BulkRequest::read(body).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_reads_back() {
        let data = Complex::new().with("userName", "mira");
        let post = BulkOperation::new(BulkMethod::Post, "/Users").with_data(data.clone());
        let put = BulkOperation::new(BulkMethod::Put, "/Users/1").with_data(data);
        let request = BulkRequest::new([post.with_bulk_id("a"), put.with_version("W/\"1\"")]);
        let request = request.with_fail_on_errors(2);
        assert_eq!(read(&request.to_json()).unwrap(), request);
    }

    #[test]
    fn messages_name_the_operation() {
        let message = |operations: &str| {
            read(&format!(
                r#"{{"schemas":["{BULK_REQUEST}"],"Operations":{operations}}}"#
            ))
            .unwrap_err()
        };
        insta::assert_snapshot!(
            [
                read("{}").unwrap_err(),
                message("{}"),
                message("[1]"),
                message(r#"[{"method":"GET","path":"/Users"}]"#),
                message(r#"[{"method":"DELETE","path":"/Users/1"},{"method":"POST","path":"/Users","data":{}}]"#),
                message(r#"[{"method":"PUT","path":"/Users/1"}]"#),
                message(r#"[{"method":"DELETE"}]"#),
                message(r#"[{"method":"DELETE","path":7}]"#),
            ]
            .join("\n"),
            @r"
            not a SCIM bulk message: `schemas` must hold `urn:ietf:params:scim:api:messages:2.0:BulkRequest`
            not a SCIM bulk message: `Operations` must be an array
            not a SCIM bulk message: `Operations[0]`: expected an object, found an integer
            not a SCIM bulk message: `Operations[0]`: `method` must be POST, PUT, PATCH or DELETE
            not a SCIM bulk message: `Operations[1]`: a POST needs a `bulkId`, which names it in the answer
            not a SCIM bulk message: `Operations[0]`: a PUT needs `data`: the body
            not a SCIM bulk message: `Operations[0]`: `path` is missing: the endpoint or resource, such as `/Users`
            not a SCIM bulk message: `Operations[0]`: `path` must be a string, found an integer
            "
        );
    }
}
