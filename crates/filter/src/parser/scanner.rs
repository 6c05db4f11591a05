//! The characters of a filter: blanks, tokens, JSON literals.

use crate::{Error, Literal};

/// A place in a text, and the small readers that move it.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    // INVARIANT: on a character boundary of `text`, at most its length.
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) const fn offset(&self) -> usize {
        self.at
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The next byte: a character where it is ASCII, and never one of those otherwise.
    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next character.
    pub(crate) fn peek_character(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The next character as text; empty at the end.
    pub(crate) fn next_character(&self) -> &'a str {
        let length = self.peek_character().map_or(0, char::len_utf8);
        self.rest().get(..length).unwrap_or_default()
    }

    /// Steps over `wanted`, which is ASCII, if it is next.
    #[inline]
    pub(crate) fn take(&mut self, wanted: u8) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.at += 1;
        }
        is_next
    }

    /// Steps over blanks and says whether there were any.
    #[inline]
    pub(crate) fn blanks(&mut self) -> bool {
        let start = self.at;
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
        self.at > start
    }

    /// Steps over the ASCII letters that are next.
    #[inline]
    pub(crate) fn word(&mut self) -> &'a str {
        self.run(|byte| byte.is_ascii_alphabetic())
    }

    /// Steps over everything up to a blank, a bracket, a quotation mark or the end.
    #[inline]
    pub(crate) fn token(&mut self) -> &'a str {
        self.run(|byte| !is_delimiter(byte))
    }

    /// Steps over the bytes that `belongs` is true for; it must not tell the bytes of one character apart.
    #[inline]
    pub(crate) fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| !belongs(*byte));
        self.at += length.unwrap_or(rest.len());
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Steps over a name, perhaps with a sub-attribute, up to the end of the token: what nearly every path is. Anything else is left
    /// where it is.
    #[inline]
    pub(crate) fn plain_path(&mut self) -> Option<&'a str> {
        let start = self.at;
        let is_plain = self.name()
            && (!self.take(b'.') || self.name())
            && self.peek().is_none_or(is_delimiter);
        if is_plain {
            return self.text.get(start..self.at);
        }
        self.at = start;
        None
    }

    #[inline]
    fn name(&mut self) -> bool {
        let starts_well = self.peek().is_some_and(|byte| byte.is_ascii_alphabetic());
        while self.peek().is_some_and(is_name_byte) {
            self.at += 1;
        }
        starts_well
    }

    /// Steps back to an offset where this has been.
    #[inline]
    pub(crate) const fn rewind(&mut self, offset: usize) {
        self.at = offset;
    }

    /// Reads the string whose opening quotation mark is next.
    pub(crate) fn string(&mut self) -> Result<Box<str>, Error> {
        let start = self.at;
        self.at += 1;
        let plain = self.plain_text();
        if self.take(b'"') {
            return Ok(plain.into());
        }
        let mut text = String::from(plain);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => {
                    let problem = "a control character: write it as an escape";
                    return Err(Error::bad_value(problem, self.at));
                }
                None => {
                    let problem = "a string without its closing quotation mark";
                    return Err(Error::bad_value(problem, start));
                }
            }
            text.push_str(self.plain_text());
        }
    }

    /// Steps over what stands for itself in a string: sixteen bytes in one step where all are such.
    #[inline]
    fn plain_text(&mut self) -> &'a str {
        let is_plain = |byte: &u8| *byte != b'"' && *byte != b'\\' && *byte >= b' ';
        let start = self.at;
        let mut rest = self.text.as_bytes().get(start..).unwrap_or_default();
        while let Some((chunk, behind)) = rest.split_first_chunk::<16>()
            && chunk.iter().fold(true, |all, byte| all & is_plain(byte))
        {
            rest = behind;
            self.at += 16;
        }
        self.at += rest.iter().take_while(|byte| is_plain(byte)).count();
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn escape(&mut self) -> Result<char, Error> {
        let start = self.at;
        self.at += 1;
        let next = self.peek_character();
        self.at += next.map_or(0, char::len_utf8);
        let read = match next {
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => return self.unicode_escape(start),
            _ => None,
        };
        read.ok_or_else(|| Error::bad_value("an escape that JSON does not have", start))
    }

    /// Reads what follows `\u`, and the second half of a surrogate pair.
    fn unicode_escape(&mut self, start: usize) -> Result<char, Error> {
        let first = self.hex4(start)?;
        let code = match first {
            0xD800..=0xDBFF => {
                let low = if self.take(b'\\') && self.take(b'u') {
                    self.hex4(start)?
                } else {
                    0
                };
                match low {
                    0xDC00..=0xDFFF => 0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00),
                    _ => first,
                }
            }
            0 => return Err(Error::bad_value("the character U+0000 in a string", start)),
            code => code,
        };
        char::from_u32(code)
            .ok_or_else(|| Error::bad_value("half of a surrogate pair in a string", start))
    }

    fn hex4(&mut self, start: usize) -> Result<u32, Error> {
        let digits = self.rest().get(..4).unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let problem = "a \\u escape without four hexadecimal digits";
            return Err(Error::bad_value(problem, start));
        }
        self.at += 4;
        u32::from_str_radix(digits, 16)
            .map_err(|_| Error::bad_value("an escape that JSON does not have", start))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// Whether a byte ends a token.
pub(crate) const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b' ' | b'[' | b']' | b'(' | b')' | b'"')
}

/// Whether a byte may stand in the name of an attribute; the first must be a letter.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    /// A table: looking at every byte of every name is a good part of a parser's work.
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler does it, not the program"
    )]
    static BELONGS: [bool; 256] = {
        let mut belongs = [false; 256];
        let mut byte = 0_u8;
        while byte.is_ascii() {
            belongs[byte as usize] =
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$');
            byte += 1;
        }
        belongs
    };
    BELONGS.get(usize::from(byte)) == Some(&true)
}

/// The literal that a token without quotation marks is in JSON, if it is one.
pub(crate) fn plain_literal(token: &str) -> Option<Literal> {
    match token {
        "true" => Some(Literal::Boolean(true)),
        "false" => Some(Literal::Boolean(false)),
        "null" => Some(Literal::Null),
        _ if is_json_number(token) => Some(Literal::Number(token.into())),
        _ => None,
    }
}

fn is_json_number(token: &str) -> bool {
    let mut scanner = Scanner::new(token);
    scanner.take(b'-');
    let whole = scanner.run(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 1 && whole.starts_with('0') {
        return false;
    }
    if scanner.take(b'.') && scanner.run(|byte| byte.is_ascii_digit()).is_empty() {
        return false;
    }
    if scanner.take(b'e') || scanner.take(b'E') {
        let _signed = scanner.take(b'+') || scanner.take(b'-');
        if scanner.run(|byte| byte.is_ascii_digit()).is_empty() {
            return false;
        }
    }
    scanner.is_at_end()
}
