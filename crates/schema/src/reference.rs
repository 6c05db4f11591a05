//! The form of references ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)).

use crate::Attribute;

/// What is wrong with the form of a reference, if anything is.
///
/// A link to the outside cannot be relative to this service, so that it has a scheme; any other reference may be relative
/// ([RFC 7643 §2.3.7](https://www.rfc-editor.org/rfc/rfc7643#section-2.3.7)). Whether the target exists and is of the right resource
/// type is not seen here: that takes a store.
pub(crate) fn fault(attribute: &Attribute, text: &str) -> Option<&'static str> {
    let mut types = attribute.reference_types().peekable();
    let external = types.peek().is_some() && types.all(|known| known == "external");
    if external && !is_uri(text) {
        Some("not a URI such as `https://people.harborline.example/mira`")
    } else if !is_uri_reference(text) {
        Some("not a URI such as `https://tenant.example/v2/Users/7` or `Users/7`")
    } else {
        None
    }
}

/// Whether the text is a URI with a scheme, and something behind it.
pub(crate) fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
            && !rest.is_empty()
            && has_uri_characters(rest)
    })
}

/// Whether the text is a URI, or one that is relative to another.
fn is_uri_reference(text: &str) -> bool {
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    if first.contains(':') {
        is_uri(text)
    } else {
        !text.is_empty() && has_uri_characters(text)
    }
}

/// Whether what is behind the scheme holds only what a URI may, where it may: brackets stand around an address of the host only.
fn has_uri_characters(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (host, rest) = match text.strip_prefix("//") {
        None => ("", text),
        Some(behind) => behind
            .find(['/', '?'])
            .and_then(|end| behind.split_at_checked(end))
            .unwrap_or((behind, "")),
    };
    let plain = |text: &str| text.bytes().all(is_uri_byte) && escapes_are_whole(text);
    plain(rest) && plain(fragment) && plain(&host.replace(['[', ']'], ""))
}

fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=%".contains(&byte)
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|behind| {
        let mut digits = behind.bytes();
        let mut is_digit = || digits.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        is_digit() && is_digit()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AttributeType;

    fn fits(types: &[&str], text: &str) -> bool {
        let attribute = Attribute::new("link", AttributeType::Reference);
        fault(&attribute.with_reference_types(types.iter().copied()), text).is_none()
    }

    #[test]
    fn what_leads_outside_has_a_scheme() {
        for right in [
            "https://people.harborline.example/mira?size=2#top",
            "http://[2001:db8::1]:8080/mira",
            "data:image/png;base64,iVBORw0KGgo=",
            "https://harborline.example/Zo%C3%AB",
            "urn:example:mira",
        ] {
            assert!(fits(&["external"], right), "{right}");
            assert!(fits(&["User"], right), "{right}");
        }
        for wrong in [
            "people.harborline.example/mira",
            "/mira",
            "https:",
            ":x",
            "1a:b",
        ] {
            assert!(!fits(&["external"], wrong), "{wrong}");
        }
    }

    #[test]
    fn what_stays_inside_may_be_relative() {
        for right in [
            "Users/7",
            "../Users/7",
            "/Users",
            "7",
            "Users/a:b",
            "?x",
            "#x",
        ] {
            for types in [&["User", "Group"][..], &["uri"], &["external", "User"], &[]] {
                assert!(fits(types, right), "{right}");
            }
        }
    }

    #[test]
    fn what_is_no_uri_is_none_for_any_type() {
        for wrong in [
            "",
            " ",
            "my page",
            "https://harborline.example/my page",
            "https://harborline.example/%zz",
            "https://harborline.example/a#b#c",
            "https://harborline.example/[x]",
            "https://harborline.example/Zoë",
            "<https://harborline.example>",
            "a\\b",
            "9:x",
        ] {
            for types in [&["external"][..], &["User"], &["uri"], &[]] {
                assert!(!fits(types, wrong), "{wrong}");
            }
        }
    }
}
