//! Functions whose values come from outside of the object: from randomness and the directory.

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Dialect, Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "DefaultDomain",
        &[],
        "The default domain of the directory.",
        default_domain,
    )
    .only_in(Dialect::CloudSync),
    Function::new("Guid", &[], "A random GUID.", guid),
    Function::new(
        "RandomString",
        &[
            Parameter::required("Length", ValueKind::Integer),
            Parameter::required("MinimumNumbers", ValueKind::Integer),
            Parameter::required("MinimumSpecialCharacters", ValueKind::Integer),
            Parameter::required("MinimumCapital", ValueKind::Integer),
            Parameter::required("MinimumLowerCase", ValueKind::Integer),
            Parameter::optional("CharactersToAvoid", ValueKind::Text),
        ],
        "A random text with at least so many characters of each kind.",
        random_string,
    ),
];

/// The most characters that `RandomString` gives.
const LONGEST: usize = 256;

/// Digits, the special characters of the Windows rule for complex passwords, capitals, small letters.
const KINDS: [&str; 4] = [
    "0123456789",
    "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
];

fn default_domain(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    match arguments.default_domain() {
        Some(domain) => Ok(domain.into()),
        None => Err(arguments.failure("needs to be told the default domain of the directory")),
    }
}

fn guid(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let mut bytes = [0; 16];
    arguments.fill_random(&mut bytes)?;
    let random = u128::from_be_bytes(bytes);
    // Version 4, and the variant of RFC 9562.
    let number = random & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let part = |bits: u32, digits: usize| {
        let mask = (1_u128 << (4 * digits)) - 1;
        format!("{:0digits$x}", number >> bits & mask)
    };
    let parts = [
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12),
    ];
    Ok(parts.join("-").into())
}

/// First the least of each kind, then any of the kinds, all in random order.
fn random_string(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let [length, least @ ..] = counts(arguments)?;
    let avoided = arguments.text(5)?.unwrap_or_default();
    let sum = least
        .iter()
        .fold(0_usize, |sum, count| sum.saturating_add(*count));
    if length > LONGEST {
        return Err(arguments.failure(format!("makes at most {LONGEST} characters")));
    }
    if sum > length {
        return Err(arguments.failure(format!(
            "cannot have {sum} characters of certain kinds in a length of {length}"
        )));
    }
    let kinds = KINDS.map(|kind| {
        kind.chars()
            .filter(|it| !avoided.contains(*it))
            .collect::<Vec<_>>()
    });
    let any = kinds.concat();
    let mut text = Vec::with_capacity(length);
    for (kind, count) in kinds.iter().zip(least) {
        for _ in 0..count {
            text.push(pick(arguments, kind)?);
        }
    }
    while text.len() < length {
        text.push(pick(arguments, &any)?);
    }
    for last in (1..text.len()).rev() {
        let other = below(arguments, last + 1)?;
        text.swap(last, other);
    }
    Ok(text.into_iter().collect::<String>().into())
}

fn counts(arguments: &mut Arguments<'_, '_>) -> Result<[usize; 5], Error> {
    let mut counts = [0; 5];
    for (position, count) in counts.iter_mut().enumerate() {
        let number = arguments.integer(position)?;
        *count = usize::try_from(number).map_err(|_| {
            arguments.failure(format!("cannot use {number} as argument {}", position + 1))
        })?;
    }
    Ok(counts)
}

fn pick(arguments: &mut Arguments<'_, '_>, from: &[char]) -> Result<char, Error> {
    let position = below(arguments, from.len())?;
    from.get(position).copied().ok_or_else(|| {
        arguments.failure("has no character left to choose from: fewer are to be avoided")
    })
}

/// A random number below `count`, from so many bits that all are equally likely for every purpose.
fn below(arguments: &mut Arguments<'_, '_>, count: usize) -> Result<usize, Error> {
    let mut bytes = [0; 8];
    arguments.fill_random(&mut bytes)?;
    let scaled = (u128::from(u64::from_be_bytes(bytes)) * count as u128) >> 64;
    Ok(usize::try_from(scaled).unwrap_or(0))
}
