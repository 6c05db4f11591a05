//! Functions that change the case of letters, one by one as .NET does, so that the number of characters stays.

use unicode_normalization::char::is_combining_mark;

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "PCase",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::optional("wordSeparators", ValueKind::Text),
        ],
        "The first letter of each word upper, all others lower.",
        pcase,
    ),
    Function::new(
        "ToLower",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::optional("culture", ValueKind::Text),
        ],
        "All letters lower, by the rules of a culture if one is named.",
        to_lower,
    ),
    Function::new(
        "ToUpper",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::optional("culture", ValueKind::Text),
        ],
        "All letters upper, by the rules of a culture if one is named.",
        to_upper,
    ),
];

/// Without separators, words end as .NET's `ToTitleCase` ends them: an apostrophe is inside a word, though Microsoft's page
/// lists quotes as separators.
fn pcase(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let separators = arguments.text(1)?;
    let separates = |letter: char| match &separators {
        Some(separators) => separators.contains(letter),
        None => !letter.is_alphanumeric() && letter != '\'' && !is_combining_mark(letter),
    };
    arguments.map_source(|text| {
        let mut in_word = false;
        let change = |letter: char| {
            let starts = !in_word && letter.is_alphabetic();
            let inside = in_word;
            in_word = starts || in_word && !separates(letter);
            match (starts, inside) {
                (true, _) => upper(letter),
                (_, true) => lower(letter),
                _ => letter,
            }
        };
        text.chars().map(change).collect()
    })
}

fn to_lower(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let turkic = turkic(arguments)?;
    arguments.map_source(|text| {
        let change = |letter| match letter {
            'I' if turkic => 'ı',
            'İ' if turkic => 'i',
            _ => lower(letter),
        };
        text.chars().map(change).collect()
    })
}

fn to_upper(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let turkic = turkic(arguments)?;
    arguments.map_source(|text| {
        let change = |letter| match letter {
            'i' if turkic => 'İ',
            _ => upper(letter),
        };
        text.chars().map(change).collect()
    })
}

/// Whether the culture pairs `i` with `İ` and `ı` with `I`; no other culture differs from the invariant one.
fn turkic(arguments: &mut Arguments<'_, '_>) -> Result<bool, Error> {
    let culture = arguments.text(1)?.unwrap_or_default();
    let language = culture.split('-').next().unwrap_or_default();
    Ok(language.eq_ignore_ascii_case("tr") || language.eq_ignore_ascii_case("az"))
}

fn lower(letter: char) -> char {
    single(letter.to_lowercase(), letter)
}

fn upper(letter: char) -> char {
    single(letter.to_uppercase(), letter)
}

/// The one letter that `mapped` gives, or `letter` if there are more (`ß` remains).
fn single(mut mapped: impl Iterator<Item = char>, letter: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}
