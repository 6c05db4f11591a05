//! Binary values ([RFC 7643 §2.3.6](https://www.rfc-editor.org/rfc/rfc7643#section-2.3.6)).

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// The octets of a base64 text ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648)), in the standard or the URL-safe alphabet, with
/// its whole padding or none. An empty text is no octets.
///
/// ```
/// use scimkit_schema::decode_base64;
///
/// assert_eq!(decode_base64("-_8="), Some(vec![0xfb, 0xff]));
/// assert_eq!(decode_base64("+/8"), Some(vec![0xfb, 0xff]));
/// assert_eq!(decode_base64("+_8="), None);
/// ```
#[must_use]
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let cut_short = text.ends_with('=') && !text.len().is_multiple_of(4);
    let decode = |engine: &GeneralPurpose| engine.decode(text).ok().filter(|_| !cut_short);
    decode(&STANDARD).or_else(|| decode(&URL_SAFE))
}

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_whole_or_absent() {
        for right in ["", "AQ==", "AQ", "AQI=", "AQI", "AQID", "-_8=", "+/8="] {
            assert!(decode_base64(right).is_some(), "{right}");
        }
        for wrong in [
            "A", "A===", "AQ=", "AQI==", "AQID=", "=", "==", "AQ==AQ==", "AQ\n==", "AR==", "+_8=",
        ] {
            assert!(decode_base64(wrong).is_none(), "{wrong}");
        }
    }
}
