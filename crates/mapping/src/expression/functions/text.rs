//! Functions that take texts apart and put them together.

use unicode_normalization::UnicodeNormalization;

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Dialect, Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "Append",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::required("suffix", ValueKind::Text),
        ],
        "Two texts, one after the other.",
        append,
    ),
    Function::new(
        "DNComponent",
        &[
            Parameter::required("dn", ValueKind::Text),
            Parameter::required("number", ValueKind::Integer),
        ],
        "The value of a component of a distinguished name, counted from 1.",
        dn_component,
    )
    .only_in(Dialect::CloudSync),
    Function::new(
        "InStr",
        &[
            Parameter::required("value1", ValueKind::Text),
            Parameter::required("value2", ValueKind::Text),
            Parameter::optional("start", ValueKind::Integer),
            Parameter::optional("compareType", ValueKind::Word(&[BINARY, IGNORING_CASE])),
        ],
        "Where a text stands in another, counted from 1; 0 if nowhere.",
        in_str,
    )
    .giving(ValueKind::Integer),
    Function::new(
        "Left",
        &[
            Parameter::required("String", ValueKind::Text),
            Parameter::required("NumChars", ValueKind::Integer),
        ],
        "The first characters of a text.",
        left,
    ),
    Function::new(
        "Mid",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::required("start", ValueKind::Integer),
            Parameter::required("length", ValueKind::Integer),
        ],
        "Characters from the middle of a text, counted from 1.",
        mid,
    ),
    Function::new(
        "NormalizeDiacritics",
        &[Parameter::required("source", ValueKind::Text)],
        "Base letters in the place of letters with marks.",
        normalize_diacritics,
    ),
    Function::new(
        "StripSpaces",
        &[Parameter::required("source", ValueKind::Text)],
        "A text without spaces.",
        strip_spaces,
    ),
    Function::new(
        "Trim",
        &[Parameter::required("source", ValueKind::Text)],
        "A text without white space at its ends.",
        trim,
    )
    .only_in(Dialect::CloudSync),
    Function::new(
        "Word",
        &[
            Parameter::required("String", ValueKind::Text),
            Parameter::required("WordNumber", ValueKind::Integer),
            Parameter::required("Delimiters", ValueKind::Text),
        ],
        "A word of a text, counted from 1.",
        word,
    ),
];

/// The words for how `InStr` compares; without one, it does not ignore case.
const BINARY: &str = "vbBinaryCompare";
const IGNORING_CASE: &str = "vbTextCompare";

/// Null is an empty text.
fn append(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let mut text = arguments.text(0)?.unwrap_or_default();
    text.push_str(&arguments.text(1)?.unwrap_or_default());
    Ok(text.into())
}

/// All characters for a negative number, an empty text for null.
fn left(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let text = arguments.text(0)?.unwrap_or_default();
    let count = arguments.integer(1)?;
    Ok(match usize::try_from(count) {
        Ok(count) => text.chars().take(count).collect::<String>().into(),
        Err(_) => text.into(),
    })
}

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

/// `ø` becomes `oe`, but `ü` becomes `u`. What is not in Microsoft's table and has no marks, such as `đ`, stays.
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

/// Only U+0020 is a space; other white space stays.
fn strip_spaces(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(|text| text.replace(' ', ""))
}

fn trim(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(|text| text.trim().to_owned())
}

/// An empty text if there is no such word, and for null. Delimiters that follow each other count once.
fn word(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let text = arguments.text(0)?.unwrap_or_default();
    let number = usize::try_from(arguments.integer(1)?).unwrap_or(0);
    let delimiters = arguments.text(2)?.unwrap_or_default();
    let mut words = text
        .split(|character| delimiters.contains(character))
        .filter(|word| !word.is_empty());
    let word = number
        .checked_sub(1)
        .and_then(|position| words.nth(position));
    Ok(word.unwrap_or_default().into())
}

/// As VB: an empty text is found where the search starts.
fn in_str(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let text = arguments.text(0)?.unwrap_or_default();
    let sought = arguments.text(1)?.unwrap_or_default();
    let start = arguments.integer_or_null(2)?.unwrap_or(1);
    let ignoring_case = arguments.text(3)?.as_deref() == Some(IGNORING_CASE);
    let Some(skipped) = usize::try_from(start)
        .ok()
        .and_then(|start| start.checked_sub(1))
    else {
        return Err(arguments.failure("counts from 1: it cannot start before"));
    };
    let (text, sought) = if ignoring_case {
        (folded(&text), folded(&sought))
    } else {
        (text, sought)
    };
    let begin = text.char_indices().nth(skipped).map(|(at, _)| at);
    let found = begin.and_then(|begin| {
        let rest = text.get(begin..)?;
        let before = rest.get(..rest.find(&sought)?)?;
        i64::try_from(skipped + before.chars().count() + 1).ok()
    });
    Ok(found.unwrap_or(0).into())
}

/// Small letters, one for one, so that positions stay.
fn folded(text: &str) -> String {
    text.chars()
        .map(|letter| letter.to_lowercase().next().unwrap_or(letter))
        .collect()
}

/// Null if there is no such component. A backslash takes a character, or a byte in two hexadecimal digits, as it is.
fn dn_component(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let Some(name) = arguments.text(0)? else {
        return Ok(Value::Null);
    };
    let number = usize::try_from(arguments.integer(1)?).unwrap_or(0);
    let component = number
        .checked_sub(1)
        .and_then(|position| components(&name).into_iter().nth(position));
    let value = component.map(|component| {
        let (_, value) = component.split_once('=').unwrap_or(("", component));
        unescaped(value.trim())
    });
    Ok(value.into())
}

/// The parts between commas that no backslash stands before.
fn components(name: &str) -> Vec<&str> {
    let mut escaped = false;
    name.split(|character| {
        let separates = character == ',' && !escaped;
        escaped = character == '\\' && !escaped;
        separates
    })
    .collect()
}

fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let mut ahead = rest.clone();
        let digits = [ahead.next(), ahead.next()]
            .map(|digit| char::from(digit.unwrap_or_default()).to_digit(16));
        let hex = if let [Some(high), Some(low)] = digits {
            u8::try_from(high * 16 + low).ok()
        } else {
            None
        };
        if let Some(hex) = hex {
            rest = ahead;
            bytes.push(hex);
        } else {
            bytes.extend(rest.next());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
