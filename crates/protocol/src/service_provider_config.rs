use scimkit_schema::{Complex, JsonLimits, Resource, Value, json};

use crate::{Error, ErrorKind};

/// The URN of the document.
pub const SERVICE_PROVIDER_CONFIG: &str =
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// What a service provider can do ([RFC 7643 §5](https://www.rfc-editor.org/rfc/rfc7643#section-5)).
///
/// ```
/// use scimkit_protocol::ServiceProviderConfig;
///
/// let config = ServiceProviderConfig { patch: true, filter_max_results: Some(200), ..Default::default() };
/// let json = config.to_resource("https://tenant.example/scim/v2").to_string();
/// assert_eq!(ServiceProviderConfig::from_json(json.as_bytes())?, config);
/// # Ok::<(), scimkit_protocol::Error>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the RFC's document is a list of supported-or-not answers"
)]
pub struct ServiceProviderConfig {
    /// PATCH works.
    pub patch: bool,
    /// `/Bulk` works.
    pub bulk: bool,
    /// How many operations a bulk request may hold; none when the server does not say.
    pub bulk_max_operations: Option<u64>,
    /// How many bytes a bulk request may hold; none when the server does not say.
    pub bulk_max_payload_size: Option<u64>,
    /// Filters work.
    pub filter: bool,
    /// How many resources a page may hold; none when the server does not say.
    pub filter_max_results: Option<u64>,
    /// Passwords can be changed.
    pub change_password: bool,
    /// Sorting works.
    pub sort: bool,
    /// Entity tags work.
    pub etag: bool,
}

impl ServiceProviderConfig {
    /// The document as it is served below `base`.
    #[must_use]
    pub fn to_resource(&self, base: &str) -> Resource {
        let supported = |yes: bool| Complex::new().with("supported", yes);
        let limited = |object: Complex, name: &str, limit: Option<u64>| match limit {
            Some(limit) => object.with(name, i64::try_from(limit).unwrap_or(i64::MAX)),
            None => object,
        };
        let bulk = limited(
            supported(self.bulk),
            "maxOperations",
            self.bulk_max_operations,
        );
        let bulk = limited(bulk, "maxPayloadSize", self.bulk_max_payload_size);
        let filter = limited(
            supported(self.filter),
            "maxResults",
            self.filter_max_results,
        );
        let bearer = Complex::new()
            .with("type", "oauthbearertoken")
            .with("name", "OAuth Bearer Token")
            .with("description", "A token in the Authorization header")
            .with("specUri", "https://www.rfc-editor.org/rfc/rfc6750")
            .with("primary", true);
        let meta = Complex::new()
            .with("resourceType", "ServiceProviderConfig")
            .with("location", format!("{base}/ServiceProviderConfig"));
        Resource::new(SERVICE_PROVIDER_CONFIG)
            .with("patch", supported(self.patch))
            .with("bulk", bulk)
            .with("filter", filter)
            .with("changePassword", supported(self.change_password))
            .with("sort", supported(self.sort))
            .with("etag", supported(self.etag))
            .with("authenticationSchemes", vec![Value::from(bearer)])
            .with("meta", meta)
    }

    /// Reads the document of any server. What it leaves out counts as not supported, except filtering and PATCH without a word on them,
    /// which practically every server has; limits that are left out stay unknown.
    ///
    /// # Errors
    /// [`ErrorKind::NotAConfig`] when the text is no JSON object.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        let body = json::parse_object(bytes, JsonLimits::default())
            .map_err(|error| Error::from(ErrorKind::NotAConfig(error.to_string().into())))?;
        let object = |name: &str| body.get(name).and_then(Value::as_complex);
        let supported = |name: &str, unsaid: bool| {
            object(name)
                .and_then(|object| object.get("supported"))
                .and_then(Value::as_bool)
                .unwrap_or(unsaid)
        };
        let limit = |name: &str, limit: &str| {
            let value = object(name)
                .and_then(|object| object.get(limit))
                .and_then(Value::as_integer)?;
            u64::try_from(value).ok().filter(|limit| *limit > 0)
        };
        Ok(Self {
            patch: supported("patch", true),
            bulk: supported("bulk", false),
            bulk_max_operations: limit("bulk", "maxOperations"),
            bulk_max_payload_size: limit("bulk", "maxPayloadSize"),
            filter: supported("filter", true),
            filter_max_results: limit("filter", "maxResults"),
            change_password: supported("changePassword", false),
            sort: supported("sort", false),
            etag: supported("etag", false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_without_limits_is_read() {
        let config = ServiceProviderConfig::from_json(
            br#"{"bulk":{"supported":true},"filter":{"supported":true,"maxResults":0}}"#,
        )
        .unwrap();
        assert!(config.patch && config.bulk && config.filter);
        assert_eq!(
            (config.bulk_max_operations, config.filter_max_results),
            (None, None)
        );
        assert!(ServiceProviderConfig::from_json(b"<html>").is_err());
    }
}
