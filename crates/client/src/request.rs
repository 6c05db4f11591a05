use bytes::Bytes;
use http::{Method, Request, Uri, header};
use scimkit_protocol::media_type::SCIM_JSON;

use crate::{BaseUrl, Token};

/// A request for a server that is not named yet.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// The path below the base URL, such as `/Users`; it may have several segments.
    pub(crate) endpoint: &'a str,
    /// One more segment of the path, whatever characters it has.
    pub(crate) id: Option<&'a str>,
    /// Without the `?`; empty for none.
    pub(crate) query: String,
    pub(crate) body: Option<Bytes>,
}

impl<'a> Call<'a> {
    pub(crate) const fn new(method: Method, endpoint: &'a str) -> Self {
        Self {
            method,
            endpoint,
            id: None,
            query: String::new(),
            body: None,
        }
    }

    /// What the call is, for a person: without query, which may hold personal data.
    pub(crate) fn name(&self) -> Box<str> {
        let mut name = format!("{} {}", self.method, self.endpoint);
        if let Some(id) = self.id {
            let id: String = id.chars().take(80).flat_map(char::escape_debug).collect();
            name = format!("{name}/{id}");
        }
        name.into()
    }

    /// The request for the server at `base`, or why there cannot be one.
    pub(crate) fn request(
        &self,
        base: &BaseUrl,
        token: &Token,
    ) -> Result<Request<Bytes>, Unsendable> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.uri(base)?)
            .header(header::ACCEPT, SCIM_JSON)
            .header(header::AUTHORIZATION, token.header());
        if self.body.is_some() {
            request = request.header(header::CONTENT_TYPE, SCIM_JSON);
        }
        let body = self.body.clone().unwrap_or_default();
        request
            .body(body)
            .map_err(|error| Unsendable(error.to_string().into()))
    }

    fn uri(&self, base: &BaseUrl) -> Result<Uri, Unsendable> {
        let segments = self.endpoint.split('/').filter(|part| !part.is_empty());
        let mut url = base.url().clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            for segment in segments.chain(self.id) {
                // every HTTP stack takes these, even encoded, for steps in the tree: `DELETE /Users/.` would be `DELETE /Users/`
                if matches!(segment, "." | "..") {
                    return Err(Unsendable(
                        format!("`{segment}` cannot stand in the path of an address").into(),
                    ));
                }
                path.push(segment);
            }
        }
        if !self.query.is_empty() {
            url.set_query(Some(&self.query));
        }
        Uri::try_from(url.as_str()).map_err(|error| Unsendable(error.to_string().into()))
    }
}

/// Why HTTP cannot express a call.
#[derive(Debug)]
pub(crate) struct Unsendable(pub(crate) Box<str>);

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;
    use scimkit_schema::ResourceId;
    use url::Url;

    fn uri(base: &str, endpoint: &str, id: Option<&str>) -> Result<Uri, Unsendable> {
        let mut call = Call::new(Method::GET, endpoint);
        call.id = id;
        call.uri(&base.parse().unwrap())
    }

    #[test]
    fn paths_stand_below_the_base() {
        for (base, endpoint, expected) in [
            (
                "https://t.example",
                "/Users",
                "https://t.example/Users/a%20b%2Fc%3Fd%25e",
            ),
            (
                "https://t.example/scim/v2/?aadOptscim062020",
                "/x/Devices",
                "https://t.example/scim/v2/x/Devices/a%20b%2Fc%3Fd%25e",
            ),
        ] {
            assert_eq!(
                uri(base, endpoint, Some("a b/c?d%e")).unwrap().to_string(),
                expected
            );
        }
    }

    #[test]
    fn ids_that_no_address_can_hold_are_refused() {
        for id in [".", ".."] {
            assert!(uri("https://t.example/scim", "/Users", Some(id)).is_err());
        }
        let mut endless = Call::new(Method::GET, "/Users");
        endless.query = "x".repeat(70_000);
        assert!(endless.uri(&"https://t.example".parse().unwrap()).is_err());
    }

    proptest! {
        #[test]
        fn an_id_is_one_segment_and_comes_back(text in "\\PC{1,30}|[.%2eE/\\\\?#;:@&+ ]{1,8}") {
            prop_assume!(!matches!(&*text, "." | ".."));
            let id = ResourceId::new(&text);
            prop_assume!(id.is_ok());
            let uri = uri("https://t.example/scim", "/Users", Some(id.unwrap().as_str())).unwrap();
            // what any HTTP stack makes of the text
            let url = Url::parse(&uri.to_string()).unwrap();
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            let read = percent_decode_str(segments[2]).decode_utf8().unwrap();
            prop_assert_eq!(read, text);
            prop_assert_eq!((url.query(), url.fragment()), (None, None));
        }
    }
}
