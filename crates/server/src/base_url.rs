use http::{
    HeaderMap, HeaderName, Uri,
    header::{FORWARDED, HOST},
    uri::Authority,
};

/// Where locations begin: what clients see before the path of a resource.
#[derive(Clone, Debug, Default)]
pub(crate) enum Base {
    /// At the host of the request.
    #[default]
    Request,
    /// At the host that a proxy in front says the client asked for.
    Forwarded,
    /// At this URL.
    Fixed(Box<str>),
}

impl Base {
    /// The URL of the service for one request, without a slash at the end.
    pub(crate) fn of(&self, uri: &Uri, headers: &HeaderMap, base_path: &str) -> String {
        let mut scheme = uri.scheme_str().unwrap_or("http").to_owned();
        let mut host = text(headers, &HOST).and_then(authority);
        match self {
            Self::Fixed(url) => return url.to_string(),
            Self::Request => {}
            Self::Forwarded => {
                let (proto, forwarded) = forwarded(headers);
                scheme = proto.unwrap_or(scheme);
                host = forwarded.or(host);
            }
        }
        let host = host.or_else(|| uri.authority().cloned());
        let host = host.as_ref().map_or("localhost", Authority::as_str);
        format!("{scheme}://{host}{base_path}")
    }
}

/// Scheme and host of the first hop, by `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)) or by the older headers.
fn forwarded(headers: &HeaderMap) -> (Option<String>, Option<Authority>) {
    let first = |name: &HeaderName| text(headers, name)?.split(',').next().map(str::trim);
    let mut proto = first(&HeaderName::from_static("x-forwarded-proto"));
    let mut host = first(&HeaderName::from_static("x-forwarded-host"));
    for pair in first(&FORWARDED).unwrap_or_default().split(';') {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let value = Some(value.trim().trim_matches('"'));
        match name.trim().to_ascii_lowercase().as_str() {
            "proto" => proto = value,
            "host" => host = value,
            _ => {}
        }
    }
    let proto = proto.map(str::to_ascii_lowercase);
    let proto = proto.filter(|proto| matches!(proto.as_str(), "http" | "https"));
    (proto, host.and_then(authority))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A host, perhaps with a port; what could be more (a user, a path) is none.
fn authority(text: &str) -> Option<Authority> {
    let authority = Authority::try_from(text).ok();
    authority.filter(|authority| !authority.as_str().contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(base: &Base, headers: &[(&'static str, &'static str)]) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        base.of(&Uri::from_static("/scim/Users"), &headers, "/scim")
    }

    #[test]
    fn locations_follow_the_host_of_the_request() {
        let host = ("host", "tenant.example:8443");
        assert_eq!(
            base(&Base::Request, &[host]),
            "http://tenant.example:8443/scim"
        );
        assert_eq!(base(&Base::Request, &[]), "http://localhost/scim");
        assert_eq!(
            base(&Base::Request, &[("host", "a@evil.example/x")]),
            "http://localhost/scim"
        );
    }

    #[test]
    fn forwarded_headers_are_believed_only_on_demand() {
        let headers = [
            ("host", "inside"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "tenant.example, proxy.example"),
        ];
        assert_eq!(base(&Base::Request, &headers), "http://inside/scim");
        assert_eq!(
            base(&Base::Forwarded, &headers),
            "https://tenant.example/scim"
        );
        let standard = (
            "forwarded",
            r#"for=192.0.2.1;proto=https;host="other.example:444", for=x"#,
        );
        assert_eq!(
            base(&Base::Forwarded, &[standard]),
            "https://other.example:444/scim"
        );
        let hostile = [
            ("host", "inside"),
            ("x-forwarded-proto", "javascript"),
            ("x-forwarded-host", "a b"),
        ];
        assert_eq!(base(&Base::Forwarded, &hostile), "http://inside/scim");
    }
}
