//! Functions that make one text from another.

use unicode_normalization::UnicodeNormalization;

use super::{Arguments, Arity, Function};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("Append", Arity::exactly(2), append),
    Function::new("CStr", Arity::exactly(1), cstr),
    Function::new("Left", Arity::exactly(2), left),
    Function::new("Mid", Arity::exactly(3), mid),
    Function::new(
        "NormalizeDiacritics",
        Arity::exactly(1),
        normalize_diacritics,
    ),
    Function::new("StripSpaces", Arity::exactly(1), strip_spaces),
    Function::new("ToLower", Arity::between(1, 2), to_lower),
    Function::new("ToUpper", Arity::between(1, 2), to_upper),
    Function::new("Trim", Arity::exactly(1), trim),
];

/// `Append(source, suffix)`; null is an empty text.
fn append(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let mut text = arguments.text(0)?.unwrap_or_default();
    text.push_str(&arguments.text(1)?.unwrap_or_default());
    Ok(text.into())
}

/// `CStr(value)`: the value as text.
fn cstr(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(str::to_owned)
}

/// `Left(source, count)`: the first characters; all of them for a negative count, an empty text for null.
fn left(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let text = arguments.text(0)?.unwrap_or_default();
    let count = arguments.integer(1)?;
    Ok(match usize::try_from(count) {
        Ok(count) => text.chars().take(count).collect::<String>().into(),
        Err(_) => text.into(),
    })
}

/// `Mid(source, start, length)`: `length` characters from number `start`, counted from 1.
///
/// An empty text for null; the whole text for a start outside of it and for a negative length, as in Connect Sync, since
/// nothing else is written about them.
fn mid(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let text = arguments.text(0)?.unwrap_or_default();
    let start = usize::try_from(arguments.integer(1)?)
        .ok()
        .and_then(|start| start.checked_sub(1));
    let length = usize::try_from(arguments.integer(2)?).ok();
    Ok(match (start, length) {
        (Some(start), Some(length)) if start < text.chars().count() => text
            .chars()
            .skip(start)
            .take(length)
            .collect::<String>()
            .into(),
        _ => text.into(),
    })
}

/// `NormalizeDiacritics(source)`: base letters in the place of letters with marks; `ø` becomes `oe`, `ü` becomes `u`.
fn normalize_diacritics(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(|text| {
        let mut base = String::with_capacity(text.len());
        for character in text.nfd().filter(|character| !is_mark(*character)) {
            match character {
                'æ' => base.push_str("ae"),
                'Æ' => base.push_str("AE"),
                'ø' | 'œ' => base.push_str("oe"),
                'Ø' | 'Œ' => base.push_str("OE"),
                'ß' => base.push_str("ss"),
                'ł' => base.push('l'),
                'Ł' => base.push('L'),
                'ı' => base.push('i'),
                _ => base.push(character),
            }
        }
        base.nfc().collect()
    })
}

/// Marks of Latin, Greek and Cyrillic letters; those of other scripts are no decoration and stay.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// `StripSpaces(source)`: without U+0020; other white space stays.
fn strip_spaces(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(|text| text.replace(' ', ""))
}

/// `ToLower(source, [culture])`: letter by letter, so that the number of characters stays.
fn to_lower(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let turkic = turkic(arguments)?;
    arguments.map_source(|text| {
        let lower = |letter| match letter {
            'I' if turkic => 'ı',
            'İ' if turkic => 'i',
            _ => single(letter.to_lowercase(), letter),
        };
        text.chars().map(lower).collect()
    })
}

/// `ToUpper(source, [culture])`: letter by letter, so that the number of characters stays (`ß` remains).
fn to_upper(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let turkic = turkic(arguments)?;
    arguments.map_source(|text| {
        let upper = |letter| match letter {
            'i' if turkic => 'İ',
            _ => single(letter.to_uppercase(), letter),
        };
        text.chars().map(upper).collect()
    })
}

/// Whether the culture pairs `i` with `İ` and `ı` with `I`; no other culture differs from the invariant one.
fn turkic(arguments: &mut Arguments<'_, '_>) -> Result<bool, Error> {
    let culture = arguments.text(1)?.unwrap_or_default();
    let language = culture.split('-').next().unwrap_or_default();
    Ok(language.eq_ignore_ascii_case("tr") || language.eq_ignore_ascii_case("az"))
}

/// The one letter that `mapped` gives, or `letter` if there are more.
fn single(mut mapped: impl Iterator<Item = char>, letter: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

/// `Trim(source)`: without white space at both ends.
fn trim(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(|text| text.trim().to_owned())
}
