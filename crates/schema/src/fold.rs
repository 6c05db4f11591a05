//! Case folding, in one place: what "ignoring case" means for every string whose `caseExact` is false.

use std::{borrow::Cow, cmp::Ordering};

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// The form of `text` under which two strings that differ only in case are equal: full Unicode case folding of the NFC
/// text ([RFC 7643 §2.2](https://www.rfc-editor.org/rfc/rfc7643#section-2.2), `caseExact`).
///
/// Text that is already folded ASCII is borrowed.
///
/// ```
/// use scimkit_schema::fold;
///
/// assert_eq!(fold("Straße"), fold("STRASSE"));
/// assert_ne!(fold("a"), fold("ä"));
/// ```
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().default_case_fold().nfc().collect())
}

/// Whether two strings are equal when case is ignored. Does not allocate for ASCII.
#[must_use]
pub fn eq_folded(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    fold(a) == fold(b)
}

/// The order of two strings when case is ignored: by code point of the folded text. Does not allocate for ASCII.
#[must_use]
pub fn cmp_folded(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a
            .bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    fold(a).cmp(&fold(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_fully_and_composes() {
        assert_eq!(fold("ÅNGSTRÖM"), fold("A\u{30a}ngstro\u{308}m"));
        assert_eq!(fold("ﬁn"), "fin");
        assert!(matches!(fold("plain"), Cow::Borrowed("plain")));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
            let once = fold(&text).into_owned();
            prop_assert_eq!(fold(&once).into_owned(), once.clone());
        }

        #[test]
        fn the_fast_paths_agree_with_fold(a in "[a-zA-ZäÄß]{0,4}", b in "[a-zA-ZäÄß]{0,4}") {
            prop_assert_eq!(eq_folded(&a, &b), fold(&a) == fold(&b));
            prop_assert_eq!(cmp_folded(&a, &b), fold(&a).cmp(&fold(&b)));
        }
    }
}
