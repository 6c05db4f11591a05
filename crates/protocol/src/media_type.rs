//! Media types of SCIM ([RFC 7644 §3.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.1)).

/// The media type of every SCIM message.
pub const SCIM_JSON: &str = "application/scim+json";

/// The media type that some clients and servers use instead.
pub const JSON: &str = "application/json";

/// Whether a `Content-Type` names a JSON that can hold a SCIM message; parameters such as `charset` do not count.
///
/// ```
/// use scimkit_protocol::media_type;
///
/// assert!(media_type::is_json("Application/SCIM+JSON; charset=utf-8"));
/// assert!(!media_type::is_json("text/html"));
/// ```
#[must_use]
pub fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(SCIM_JSON) || essence.eq_ignore_ascii_case(JSON)
}
