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
/// let config = ServiceProviderConfig::default().with_patch().with_filter(Some(200));
/// let json = config.to_resource("https://tenant.example/scim/v2").to_string();
/// assert_eq!(ServiceProviderConfig::from_json(json.as_bytes())?, config);
/// # Ok::<(), scimkit_protocol::Error>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
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
    /// How results come in pages; none when the server does not say.
    pub pagination: Option<Pagination>,
}

/// How results come in pages ([RFC 9865 §4](https://www.rfc-editor.org/rfc/rfc9865#section-4)).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Pagination {
    /// `cursor` works.
    pub cursor: bool,
    /// `startIndex` works.
    pub index: bool,
    /// How a request is answered that asks for neither.
    pub default_method: Option<PaginationMethod>,
    /// How many resources a page holds when the request does not say.
    pub default_page_size: Option<u64>,
    /// How many resources a page holds at the most.
    pub max_page_size: Option<u64>,
    /// For how many seconds a cursor works at least.
    pub cursor_timeout: Option<u64>,
}

/// A way to ask for pages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PaginationMethod {
    /// By `cursor`.
    Cursor,
    /// By `startIndex`.
    Index,
}

impl ServiceProviderConfig {
    /// This, with PATCH.
    #[must_use]
    pub const fn with_patch(mut self) -> Self {
        self.patch = true;
        self
    }

    /// This, with `/Bulk` for so many operations and bytes.
    #[must_use]
    pub const fn with_bulk(mut self, max_operations: u64, max_payload_size: u64) -> Self {
        self.bulk = true;
        self.bulk_max_operations = Some(max_operations);
        self.bulk_max_payload_size = Some(max_payload_size);
        self
    }

    /// This, with filters that give pages of at most `max_results`.
    #[must_use]
    pub const fn with_filter(mut self, max_results: Option<u64>) -> Self {
        self.filter = true;
        self.filter_max_results = max_results;
        self
    }

    /// This, saying whether passwords can be changed.
    #[must_use]
    pub const fn with_change_password(mut self, supported: bool) -> Self {
        self.change_password = supported;
        self
    }

    /// This, with sorting.
    #[must_use]
    pub const fn with_sort(mut self) -> Self {
        self.sort = true;
        self
    }

    /// This, with entity tags.
    #[must_use]
    pub const fn with_etag(mut self) -> Self {
        self.etag = true;
        self
    }

    /// This, saying how results come in pages.
    #[must_use]
    pub const fn with_pagination(mut self, pagination: Pagination) -> Self {
        self.pagination = Some(pagination);
        self
    }

    /// The document as it is served below `base`. A limit that is not known is written as 0, because the RFC wants one there.
    #[must_use]
    pub fn to_resource(&self, base: &str) -> Resource {
        let supported = |yes: bool| Complex::new().with("supported", yes);
        let number = |limit: Option<u64>| i64::try_from(limit.unwrap_or(0)).unwrap_or(i64::MAX);
        let bulk = supported(self.bulk)
            .with("maxOperations", number(self.bulk_max_operations))
            .with("maxPayloadSize", number(self.bulk_max_payload_size));
        let filter = supported(self.filter).with("maxResults", number(self.filter_max_results));
        let bearer = Complex::new()
            .with("type", "oauthbearertoken")
            .with("name", "OAuth Bearer Token")
            .with("description", "A token in the Authorization header")
            .with("specUri", "https://www.rfc-editor.org/rfc/rfc6750")
            .with("primary", true);
        let meta = Complex::new()
            .with("resourceType", "ServiceProviderConfig")
            .with("location", format!("{base}/ServiceProviderConfig"));
        let mut document = Resource::new(SERVICE_PROVIDER_CONFIG)
            .with("patch", supported(self.patch))
            .with("bulk", bulk)
            .with("filter", filter)
            .with("changePassword", supported(self.change_password))
            .with("sort", supported(self.sort))
            .with("etag", supported(self.etag));
        if let Some(pagination) = &self.pagination {
            document = document.with("pagination", pagination.to_complex());
        }
        document
            .with("authenticationSchemes", vec![Value::from(bearer)])
            .with("meta", meta)
    }

    /// Reads the document of any server. What it leaves out counts as not supported, except filtering and PATCH without a word on them,
    /// which practically every server has; limits that are left out or 0 stay unknown.
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
        let limit = |name: &str, limit: &str| positive(object(name)?, limit);
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
            pagination: object("pagination").map(Pagination::read),
        })
    }
}

impl Pagination {
    /// Pages by `startIndex`, which is also what a request gets that asks for nothing.
    #[must_use]
    pub fn by_index(default_page_size: u64, max_page_size: u64) -> Self {
        Self {
            index: true,
            default_method: Some(PaginationMethod::Index),
            default_page_size: Some(default_page_size),
            max_page_size: Some(max_page_size),
            ..Self::default()
        }
    }

    /// This, with cursors that work for so many seconds.
    #[must_use]
    pub const fn with_cursor(mut self, timeout: u64) -> Self {
        self.cursor = true;
        self.cursor_timeout = Some(timeout);
        self
    }

    fn to_complex(&self) -> Complex {
        let mut object = Complex::new()
            .with("cursor", self.cursor)
            .with("index", self.index);
        if let Some(method) = self.default_method {
            object = object.with("defaultPaginationMethod", method.as_str());
        }
        let numbers = [
            ("defaultPageSize", self.default_page_size),
            ("maxPageSize", self.max_page_size),
            ("cursorTimeout", self.cursor_timeout),
        ];
        for (name, number) in numbers {
            if let Some(number) = number.and_then(|number| i64::try_from(number).ok()) {
                object = object.with(name, number);
            }
        }
        object
    }

    fn read(object: &Complex) -> Self {
        let supported = |name| object.get(name).and_then(Value::as_bool).unwrap_or(false);
        let method = object.text("defaultPaginationMethod");
        Self {
            cursor: supported("cursor"),
            index: supported("index"),
            default_method: method.and_then(PaginationMethod::from_word),
            default_page_size: positive(object, "defaultPageSize"),
            max_page_size: positive(object, "maxPageSize"),
            cursor_timeout: positive(object, "cursorTimeout"),
        }
    }
}

impl PaginationMethod {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::Index => "index",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Cursor, Self::Index]
            .into_iter()
            .find(|method| method.as_str() == word)
    }
}

fn positive(object: &Complex, name: &str) -> Option<u64> {
    let value = object.get(name).and_then(Value::as_integer)?;
    u64::try_from(value).ok().filter(|number| *number > 0)
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
        assert_eq!(config.pagination, None);
        assert!(ServiceProviderConfig::from_json(b"<html>").is_err());
    }

    #[test]
    fn a_full_document_reads_back() {
        let config = ServiceProviderConfig::default()
            .with_patch()
            .with_bulk(1_000, 1 << 20)
            .with_filter(Some(500))
            .with_change_password(true)
            .with_sort()
            .with_etag()
            .with_pagination(Pagination::by_index(100, 500).with_cursor(3_600));
        let json = config.to_resource("https://tenant.example").to_string();
        assert_eq!(
            ServiceProviderConfig::from_json(json.as_bytes()).unwrap(),
            config
        );
    }

    #[test]
    fn the_limits_that_the_rfc_requires_are_there_even_when_unsupported() {
        let document = ServiceProviderConfig::default().to_resource("").to_string();
        for required in ["maxOperations", "maxPayloadSize", "maxResults"] {
            assert!(document.contains(required), "{document}");
        }
    }
}
