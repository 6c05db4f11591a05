use super::Operator;
use crate::error::{Error, ErrorKind};

/// The smallest parts of an expression.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Token<'a> {
    /// The name between brackets.
    Attribute(&'a str),
    Close,
    Comma,
    End,
    Number(&'a str),
    Open,
    Operator(Operator),
    /// Something that begins no token.
    Other,
    /// The text between quotes, unescaped.
    Text(Box<str>),
    Word(&'a str),
}

/// Cuts an expression into tokens, white space between them left out.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            start: 0,
            end: 0,
        }
    }

    /// Where the last token starts, in bytes.
    pub(super) const fn start(&self) -> usize {
        self.start
    }

    /// The last token as it is written.
    pub(super) fn lexeme(&self) -> &'a str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn next_token(&mut self) -> Result<Token<'a>, Error> {
        let spaced = self.text.get(self.end..).unwrap_or_default();
        let rest = spaced.trim_start_matches([' ', '\t', '\r', '\n']);
        self.start = self.text.len() - rest.len();
        let (token, length) = self.read(rest)?;
        self.end = self.start + length;
        Ok(token)
    }

    /// The token at the beginning of `rest` and its length in bytes.
    fn read(&self, rest: &'a str) -> Result<(Token<'a>, usize), Error> {
        let mut following = rest.chars();
        let Some(first) = following.next() else {
            return Ok((Token::End, 0));
        };
        let second = following.next();
        Ok(match (first, second) {
            ('(', _) => (Token::Open, 1),
            (')', _) => (Token::Close, 1),
            (',', _) => (Token::Comma, 1),
            ('=', _) => (Token::Operator(Operator::Equal), 1),
            ('<', Some('>')) => (Token::Operator(Operator::NotEqual), 2),
            ('<', Some('=')) => (Token::Operator(Operator::LessOrEqual), 2),
            ('<', _) => (Token::Operator(Operator::Less), 1),
            ('>', Some('=')) => (Token::Operator(Operator::GreaterOrEqual), 2),
            ('>', _) => (Token::Operator(Operator::Greater), 1),
            ('"', _) => self.text_literal(rest)?,
            ('[', _) => self.attribute(rest)?,
            ('&', Some('H')) => digits(rest, "&H", |c| c.is_ascii_hexdigit()),
            ('-', _) => digits(rest, "-", |c| c.is_ascii_digit()),
            _ if first.is_ascii_digit() => digits(rest, "", |c| c.is_ascii_digit()),
            _ if first.is_ascii_alphabetic() => {
                let (word, length) = leading(rest, 0, |c| c.is_ascii_alphanumeric() || c == '_');
                (Token::Word(word), length)
            }
            _ => (Token::Other, first.len_utf8()),
        })
    }

    /// Only `\\` and `\"` are escapes; a backslash before anything else is kept, since how Microsoft reads it is
    /// written nowhere and dropping either character would change regular expressions.
    fn text_literal(&self, rest: &str) -> Result<(Token<'a>, usize), Error> {
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => return Ok((Token::Text(text.into()), at + 1)),
                '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                    Some((_, escaped)) => text.push(escaped),
                    None => text.push('\\'),
                },
                _ => text.push(character),
            }
        }
        Err(self.unterminated("text", '"'))
    }

    /// The name may contain brackets of its own in pairs, as in `emails[type eq "work"].value`, and anything in quotes.
    fn attribute(&self, rest: &'a str) -> Result<(Token<'a>, usize), Error> {
        let mut depth = 0_usize;
        let mut quoted = false;
        for (at, character) in rest.char_indices() {
            match character {
                '"' => quoted = !quoted,
                '[' if !quoted => depth += 1,
                ']' if !quoted && depth > 1 => depth -= 1,
                ']' if !quoted => {
                    let name = rest.get(1..at).unwrap_or_default();
                    return Ok((Token::Attribute(name), at + 1));
                }
                _ => {}
            }
        }
        Err(self.unterminated("attribute", ']'))
    }

    fn unterminated(&self, what: &'static str, closing: char) -> Error {
        Error::at(ErrorKind::Unterminated { what, closing }, self.start)
    }
}

/// A number: `prefix` and at least one digit. Without digits it is no token.
fn digits<'a>(rest: &'a str, prefix: &str, is_digit: fn(char) -> bool) -> (Token<'a>, usize) {
    let (number, length) = leading(rest, prefix.len(), is_digit);
    if length == prefix.len() {
        (Token::Other, 1)
    } else {
        (Token::Number(number), length)
    }
}

/// The longest beginning of `rest` whose characters fit, after `skipped` bytes that are not looked at.
fn leading(rest: &str, skipped: usize, fits: impl Fn(char) -> bool) -> (&str, usize) {
    let after = rest.get(skipped..).unwrap_or_default();
    let length = skipped + after.find(|c| !fits(c)).unwrap_or(after.len());
    (rest.get(..length).unwrap_or_default(), length)
}
