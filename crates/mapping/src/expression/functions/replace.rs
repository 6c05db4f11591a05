//! `Replace`, which does one of five things by the arguments that it gets.

use std::ops::Range;

use fancy_regex::Captures;

use crate::error::{ErrorKind, excerpt};
use crate::expression::evaluate::Arguments;
use crate::expression::function::{Function, Parameter, ValueKind};
use crate::expression::pattern::Pattern;
use crate::expression::{Call, Expression};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "Replace",
    &[
        Parameter::required("source", ValueKind::Text),
        Parameter::optional("oldValue", ValueKind::Text),
        Parameter::optional("regexPattern", ValueKind::Pattern),
        Parameter::optional("regexGroupName", ValueKind::Text),
        Parameter::optional("replacementValue", ValueKind::Text),
        Parameter::optional("replacementAttributeName", ValueKind::Text),
        Parameter::optional("template", ValueKind::Text),
    ],
    "A text with some of it replaced, in one of five ways.",
    replace,
)
.checked_by(has_a_mode)];

const OLD: usize = 1;
const PATTERN: usize = 2;
const GROUP: usize = 3;
const REPLACEMENT: usize = 4;
const ATTRIBUTE: usize = 5;
const TEMPLATE: usize = 6;

/// What is to be done, chosen by which arguments are written.
#[derive(Clone, Copy)]
enum Mode {
    /// Each old value in the source becomes the replacement.
    Text,
    /// Each old value in the template becomes the source.
    Template,
    /// Each match in the source becomes the replacement.
    Match,
    /// The group in each match becomes the replacement.
    Group,
    /// If the source is empty, the group of the match in another attribute. Microsoft's page about cloud sync has this one the
    /// other way round; the page about app provisioning is newer and has an example.
    OtherAttribute,
}

impl Mode {
    fn of(is_written: impl Fn(usize) -> bool) -> Option<Self> {
        match [OLD, PATTERN, GROUP, REPLACEMENT, ATTRIBUTE, TEMPLATE].map(is_written) {
            [true, false, false, true, false, false] => Some(Self::Text),
            [true, false, false, false, false, true] => Some(Self::Template),
            [false, true, false, true, false, false] => Some(Self::Match),
            [false, true, true, true, false, false] => Some(Self::Group),
            [false, true, true, false, true, false] => Some(Self::OtherAttribute),
            _ => None,
        }
    }
}

fn has_a_mode(call: &Call, _: usize) -> Result<(), ErrorKind> {
    let is_written = |position| {
        let argument = call.arguments().get(position);
        argument.is_some_and(|argument| *argument != Expression::Empty)
    };
    match Mode::of(is_written) {
        Some(_) => Ok(()),
        None => Err(ErrorKind::WrongCall {
            function: "Replace",
            problem: "takes one of: oldValue with replacementValue or template; regexPattern with replacementValue; regexPattern and regexGroupName with replacementValue or replacementAttributeName",
        }),
    }
}

/// Null stays null, except where an empty source is what the other attribute is for.
fn replace(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let source = arguments.text(0)?;
    match (Mode::of(|position| arguments.is_written(position)), source) {
        (Some(Mode::OtherAttribute), None) => from_other_attribute(arguments),
        (Some(Mode::OtherAttribute), Some(source)) if source.is_empty() => {
            from_other_attribute(arguments)
        }
        (_, None) => Ok(Value::Null),
        (Some(Mode::Text), Some(source)) => {
            let new = arguments.text(REPLACEMENT)?.unwrap_or_default();
            replace_text(arguments, &source, &new)
        }
        (Some(Mode::Template), Some(source)) => {
            let template = arguments.text(TEMPLATE)?.unwrap_or_default();
            replace_text(arguments, &template, &source)
        }
        (Some(Mode::Match), Some(source)) => replace_matches(arguments, &source),
        (Some(Mode::Group), Some(source)) => replace_group(arguments, &source),
        (Some(Mode::OtherAttribute) | None, Some(source)) => Ok(source.into()),
    }
}

fn replace_text(arguments: &mut Arguments<'_, '_>, text: &str, new: &str) -> Result<Value, Error> {
    let old = arguments.text(OLD)?.unwrap_or_default();
    if old.is_empty() {
        return Err(arguments.needs("a text to look for", OLD));
    }
    let growth = text.matches(&old).count().saturating_mul(new.len());
    arguments.check_room(growth)?;
    Ok(text.replace(&old, new).into())
}

fn replace_matches(arguments: &mut Arguments<'_, '_>, text: &str) -> Result<Value, Error> {
    let pattern = arguments.pattern(PATTERN)?;
    let written = arguments.text(REPLACEMENT)?.unwrap_or_default();
    let pieces = pieces(&written, &pattern);
    each_match(arguments, &pattern, text, |arguments, captures, out| {
        let whole = range(captures, 0).unwrap_or_default();
        for piece in &pieces {
            let text = match *piece {
                Piece::Text(text) => text,
                Piece::Group(group) => range(captures, group)
                    .and_then(|group| text.get(group))
                    .unwrap_or_default(),
                Piece::Before => text.get(..whole.start).unwrap_or_default(),
                Piece::After => text.get(whole.end..).unwrap_or_default(),
                Piece::All => text,
            };
            push(arguments, out, text)?;
        }
        Ok(())
    })
}

fn replace_group(arguments: &mut Arguments<'_, '_>, text: &str) -> Result<Value, Error> {
    let pattern = arguments.pattern(PATTERN)?;
    let group = group(arguments, &pattern)?;
    let new = arguments.text(REPLACEMENT)?.unwrap_or_default();
    each_match(arguments, &pattern, text, |arguments, captures, out| {
        let whole = range(captures, 0).unwrap_or_default();
        let Some(group) = range(captures, group) else {
            return push(arguments, out, text.get(whole).unwrap_or_default());
        };
        let before = text.get(whole.start.min(group.start)..group.start);
        push(arguments, out, before.unwrap_or_default())?;
        push(arguments, out, &new)?;
        push(
            arguments,
            out,
            text.get(group.end..whole.end).unwrap_or_default(),
        )
    })
}

/// Null if the other attribute is null or does not match.
fn from_other_attribute(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let pattern = arguments.pattern(PATTERN)?;
    let group = group(arguments, &pattern)?;
    let Some(text) = arguments.text(ATTRIBUTE)? else {
        return Ok(Value::Null);
    };
    arguments.spend(pattern.search_steps(text.len()))?;
    let captures = pattern
        .captures(&text, 0)
        .map_err(|problem| arguments.failure(problem))?;
    let found = captures.as_ref().and_then(|captures| captures.get(group));
    Ok(found.map(|found| found.as_str()).into())
}

fn group(arguments: &mut Arguments<'_, '_>, pattern: &Pattern) -> Result<usize, Error> {
    let name = arguments.text(GROUP)?.unwrap_or_default();
    pattern.group(&name).ok_or_else(|| {
        arguments.failure(format!("has no group `{}` in its pattern", excerpt(&name)))
    })
}

/// The text with what `replace` writes in the place of each match.
///
/// As in .NET, an empty match can follow a match directly, and after an empty match the search goes on a character later.
fn each_match(
    arguments: &mut Arguments<'_, '_>,
    pattern: &Pattern,
    text: &str,
    replace: impl Fn(&Arguments<'_, '_>, &Captures<'_, str>, &mut String) -> Result<(), Error>,
) -> Result<Value, Error> {
    let mut out = String::new();
    let (mut copied, mut start) = (0, 0);
    while let Some(rest) = text.get(start..) {
        arguments.spend(pattern.search_steps(rest.len()))?;
        let captures = pattern
            .captures(text, start)
            .map_err(|problem| arguments.failure(problem))?;
        let Some(captures) = captures else { break };
        let found = range(&captures, 0).unwrap_or_default();
        push(
            arguments,
            &mut out,
            text.get(copied..found.start).unwrap_or_default(),
        )?;
        replace(arguments, &captures, &mut out)?;
        copied = found.end;
        start = if found.is_empty() {
            let skipped = text.get(found.end..).and_then(|rest| rest.chars().next());
            found.end + skipped.map_or(1, char::len_utf8)
        } else {
            found.end
        };
    }
    push(arguments, &mut out, text.get(copied..).unwrap_or_default())?;
    Ok(out.into())
}

fn range(captures: &Captures<'_, str>, group: usize) -> Option<Range<usize>> {
    captures.get(group).map(|group| group.range())
}

fn push(arguments: &Arguments<'_, '_>, out: &mut String, text: &str) -> Result<(), Error> {
    arguments.check_room(out.len() + text.len())?;
    out.push_str(text);
    Ok(())
}

/// A part of a replacement.
enum Piece<'a> {
    Text(&'a str),
    Group(usize),
    /// What stands before the match.
    Before,
    /// What stands after it.
    After,
    /// The whole text.
    All,
}

/// Cuts a replacement into its parts. What names no group of the pattern is text.
fn pieces<'a>(written: &'a str, pattern: &Pattern) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('$') {
        pieces.push(Piece::Text(before));
        let (piece, length) = substitution(after, pattern).unwrap_or((Piece::Text("$"), 0));
        pieces.push(piece);
        rest = after.get(length..).unwrap_or_default();
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// What a dollar sign before `after` means, and how many bytes of `after` belong to it.
fn substitution<'a>(after: &'a str, pattern: &Pattern) -> Option<(Piece<'a>, usize)> {
    let piece = match after.chars().next()? {
        '$' => Piece::Text("$"),
        '&' => Piece::Group(0),
        '`' => Piece::Before,
        '\'' => Piece::After,
        '_' => Piece::All,
        '+' => Piece::Group(pattern.last_group()),
        '{' => {
            let (name, _) = after.get(1..)?.split_once('}')?;
            return Some((Piece::Group(pattern.group(name)?), name.len() + 2));
        }
        _ => {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let number = after.get(..digits).filter(|number| !number.is_empty())?;
            return Some((Piece::Group(pattern.group(number)?), digits));
        }
    };
    Some((piece, 1))
}

#[cfg(test)]
mod tests {
    use crate::{Compiled, Context, SourceObject};

    /// Patterns that try a text in exponentially many ways, on 50 kB that almost match.
    #[test]
    fn a_pattern_that_explodes_is_given_up_by_name() {
        let text = format!("{}!", "a".repeat(50_000));
        let object = SourceObject::new("User").with("a", text);
        for pattern in [r"(a+)+\\1$", r"(a|aa)+\\1!!", "((?=a)a+)+$x", "(a(?!!!))*b"] {
            let written = format!("Replace([a], , \"{pattern}\", , \"x\", , )");
            let compiled: Compiled = written.parse().unwrap();
            let value = compiled.evaluate(&object, &Context::default());
            let error = value.map(|_| pattern).unwrap_err().to_string();
            let given_up = "`Replace` gave up: its pattern";
            assert!(error.starts_with(given_up), "{pattern}: {error}");
        }
        // Without look-around and back-references a pattern is linear, however it is nested.
        let linear: Compiled = r#"Replace([a], , "(a+)+$", , "x", , )"#.parse().unwrap();
        let value = linear.evaluate(&object, &Context::default()).unwrap();
        assert_eq!(value.as_text().map(|text| text.len()), Some(50_001));
    }
}
