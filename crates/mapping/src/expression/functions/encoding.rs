//! Functions between bytes and text.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Dialect, Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "ConvertFromBase64",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::optional("encoding", ValueKind::Word(&["Unicode", "ASCII", "UTF8"])),
        ],
        "The text whose UTF-16LE bytes, or those of another encoding, are in Base64.",
        convert_from_base64,
    )
    .only_in(Dialect::CloudSync),
    Function::new(
        "ConvertToBase64",
        &[Parameter::required("source", ValueKind::Text)],
        "The UTF-16LE bytes of a text in Base64.",
        convert_to_base64,
    ),
    Function::new(
        "ConvertToUTF8Hex",
        &[Parameter::required("source", ValueKind::Text)],
        "The UTF-8 bytes of a text in hexadecimal.",
        convert_to_utf8_hex,
    ),
    Function::new(
        "StringFromSid",
        &[Parameter::required("objectSID", ValueKind::Binary)],
        "A security identifier as text, as in `S-1-5-21-…`.",
        string_from_sid,
    )
    .only_in(Dialect::CloudSync),
];

/// What is no character in its encoding becomes the replacement character, as in .NET.
fn convert_from_base64(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let encoding = arguments.text(1)?;
    let Some(bytes) = bytes(arguments)? else {
        return Ok(Value::Null);
    };
    let text = match encoding.as_deref() {
        Some("UTF8") => String::from_utf8_lossy(&bytes).into_owned(),
        Some("ASCII") => bytes.iter().map(|byte| ascii(*byte)).collect(),
        Some("Unicode") | None => utf16(&bytes),
        Some(_) => return Err(arguments.failure("knows the encodings Unicode, ASCII and UTF8")),
    };
    Ok(text.into())
}

fn ascii(byte: u8) -> char {
    if byte.is_ascii() { byte.into() } else { '?' }
}

fn utf16(bytes: &[u8]) -> String {
    let (units, odd) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().copied().map(u16::from_le_bytes).collect();
    let mut text = String::from_utf16_lossy(&units);
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

fn convert_to_base64(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(|text| {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        BASE64_STANDARD.encode(bytes)
    })
}

fn convert_to_utf8_hex(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(|text| {
        text.bytes().fold(String::new(), |mut hex, byte| {
            // Writing to a text cannot fail.
            let _ = write!(hex, "{byte:02X}");
            hex
        })
    })
}

/// A version, the number of parts, the authority in six bytes with the highest first, and the parts in four bytes each with
/// the lowest first.
fn string_from_sid(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let Some(bytes) = bytes(arguments)? else {
        return Ok(Value::Null);
    };
    let sid = match bytes.as_slice() {
        [version, count, rest @ ..] if rest.len() == 6 + 4 * usize::from(*count) => {
            let (authority, parts) = rest.split_at(6);
            let authority = authority
                .iter()
                .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
            let (parts, _) = parts.as_chunks::<4>();
            parts
                .iter()
                .fold(format!("S-{version}-{authority}"), |sid, part| {
                    format!("{sid}-{}", u32::from_le_bytes(*part))
                })
        }
        _ => return Err(arguments.failure("needs the bytes of a security identifier")),
    };
    Ok(sid.into())
}

/// The first argument as bytes, which its text has in Base64.
fn bytes(arguments: &mut Arguments<'_, '_>) -> Result<Option<Vec<u8>>, Error> {
    let text = match arguments.value(0)? {
        Value::Binary(bytes) => return Ok(Some(bytes)),
        value if value.is_null() => return Ok(None),
        value => value.as_text().map(|text| BASE64_STANDARD.decode(&*text)),
    };
    match text {
        Some(Ok(bytes)) => Ok(Some(bytes)),
        _ => Err(arguments.failure("needs one value in Base64")),
    }
}
