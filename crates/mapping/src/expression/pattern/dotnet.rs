//! From .NET's way of writing regular expressions to that of the engine.
//!
//! What .NET refuses and the engine would take is refused, so that a pattern which works here works there. Not translated:
//! the options `n` and `x`, conditions, balancing groups. `$` without the option `m` is the end of the text; .NET also takes
//! it before a line feed that ends the text.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) backtracks: bool,
}

pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 8),
        backtracks: false,
    };
    translator.run()?;
    Ok(Translated {
        pattern: translator.out,
        backtracks: translator.backtracks,
    })
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    backtracks: bool,
}

/// What an escape stands for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Escape {
    One,
    Several,
}

/// How many times classes can be taken away from each other.
const DEPTH: usize = 8;

impl Translator<'_> {
    fn run(&mut self) -> Result<(), String> {
        // What stands before: something that is not repeated, something that is, or a repetition that takes as little as it can.
        let mut repeated = 0;
        while let Some(character) = self.rest.next() {
            let is_count = character == '{' && self.count_follows();
            if matches!(character, '*' | '+' | '?') || is_count {
                repeated += 1;
                if repeated > 2 || repeated == 2 && character != '?' {
                    return Err(format!("`{character}` repeats a repetition"));
                }
                self.out.push(character);
                if is_count {
                    self.copy_through('}')?;
                }
                continue;
            }
            repeated = 0;
            match character {
                '\\' => {
                    self.escape(false)?;
                }
                '[' => self.class(DEPTH)?,
                '(' => self.group()?,
                '{' | '}' | ']' => self.literal(character),
                _ => self.out.push(character),
            }
        }
        Ok(())
    }

    /// Whether what follows a brace makes it a count, as in `{2}` or `{2,5}`; otherwise .NET takes it literally.
    fn count_follows(&self) -> bool {
        let inside: String = self
            .rest
            .clone()
            .take_while(|it| *it != '}')
            .take(16)
            .collect();
        let closed = self.rest.clone().nth(inside.len()) == Some('}');
        let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        closed && !least.is_empty() && digits(least) && digits(most)
    }

    fn copy_through(&mut self, last: char) -> Result<(), String> {
        let copied = self.until(last)?;
        self.out.push_str(&copied);
        self.out.push(last);
        Ok(())
    }

    /// What stands before the next `last`, which is passed over.
    fn until(&mut self, last: char) -> Result<String, String> {
        let mut passed = String::new();
        for character in self.rest.by_ref() {
            if character == last {
                return Ok(passed);
            }
            passed.push(character);
        }
        Err(format!("`{last}` is missing"))
    }

    /// What follows an opening parenthesis.
    fn group(&mut self) -> Result<(), String> {
        if self.rest.next_if_eq(&'?').is_none() {
            self.out.push('(');
            return Ok(());
        }
        match self.rest.next() {
            Some(':') => self.out.push_str("(?:"),
            Some(kind @ ('=' | '!' | '>')) => {
                self.backtracks = true;
                self.out.extend(['(', '?', kind]);
            }
            Some('#') => {
                self.until(')')?;
            }
            Some('<') => match self.rest.next_if(|next| matches!(next, '=' | '!')) {
                Some(kind) => {
                    self.backtracks = true;
                    self.out.extend(['(', '?', '<', kind]);
                }
                None => self.name("(?<", '>')?,
            },
            Some('\'') => self.name("(?<", '\'')?,
            Some(option @ ('i' | 'm' | 's' | '-')) => {
                self.out.extend(['(', '?', option]);
                while let Some(next) = self
                    .rest
                    .next_if(|next| matches!(next, 'i' | 'm' | 's' | '-'))
                {
                    self.out.push(next);
                }
                match self.rest.next() {
                    Some(end @ (')' | ':')) => self.out.push(end),
                    _ => return Err("only the options `i`, `m` and `s` can be set".to_owned()),
                }
            }
            Some(other) => return Err(format!("`(?{other}` is not available")),
            None => return Err("`)` is missing".to_owned()),
        }
        Ok(())
    }

    /// The name of a group, up to `last`.
    fn name(&mut self, before: &str, last: char) -> Result<(), String> {
        let name = self.until(last)?;
        let word = name
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_');
        let number = name.starts_with(|letter: char| letter.is_ascii_digit());
        if name.is_empty() || !word || number {
            return Err("the name of a group is a word".to_owned());
        }
        // Writing to a text cannot fail.
        let _ = write!(self.out, "{before}{name}>");
        Ok(())
    }

    /// What follows a backslash.
    fn escape(&mut self, in_class: bool) -> Result<Escape, String> {
        let Some(character) = self.rest.next() else {
            return Err("a backslash ends it".to_owned());
        };
        match character {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                self.out.extend(['\\', character]);
                return Ok(Escape::Several);
            }
            'p' | 'P' => {
                if self.rest.next() != Some('{') {
                    return Err(format!("`{{` is missing after `\\{character}`"));
                }
                self.out.extend(['\\', character, '{']);
                self.copy_through('}')?;
                return Ok(Escape::Several);
            }
            'a' | 'f' | 'n' | 'r' | 't' | 'v' => self.out.extend(['\\', character]),
            'e' => self.code(0x1b)?,
            'b' if in_class => self.code(8)?,
            'c' => {
                let letter = self.rest.next().filter(char::is_ascii_alphabetic);
                let letter = letter.ok_or("a letter is missing after `\\c`")?;
                self.code(u32::from(letter) & 0x1f)?;
            }
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            '0'..='7' if in_class || character == '0' || self.octal_follows() => {
                self.octal(character)?;
            }
            '1'..='9' if !in_class => {
                self.backtracks = true;
                self.out.extend(['\\', character]);
                while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
                    self.out.push(digit);
                }
            }
            'A' | 'B' | 'b' | 'G' | 'z' if !in_class => {
                self.backtracks |= character == 'G';
                self.out.extend(['\\', character]);
            }
            'Z' if !in_class => {
                self.backtracks = true;
                self.out.push_str(r"(?=\n?\z)");
            }
            'k' if !in_class => {
                self.backtracks = true;
                match self.rest.next() {
                    Some('<') => self.name("\\k<", '>')?,
                    Some('\'') => self.name("\\k<", '\'')?,
                    _ => return Err("a name is missing after `\\k`".to_owned()),
                }
            }
            _ if character.is_alphanumeric() || character == '_' => {
                return Err(format!("`\\{character}` is no escape"));
            }
            _ => self.literal(character),
        }
        Ok(Escape::One)
    }

    /// Three octal digits are a character, fewer a group.
    fn octal_follows(&self) -> bool {
        let mut digits = self.rest.clone().take(2);
        digits.all(|digit| digit.is_digit(8)) && self.rest.clone().nth(1).is_some()
    }

    fn octal(&mut self, first: char) -> Result<(), String> {
        let mut code = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            if let Some(digit) = self.rest.next_if(|next| next.is_digit(8)) {
                code = code * 8 + digit.to_digit(8).unwrap_or(0);
            }
        }
        self.code(code & 0xff)
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<(), String> {
        let mut code = 0;
        for _ in 0..digits {
            let digit = self.rest.next().and_then(|digit| digit.to_digit(16));
            code = code * 16
                + digit.ok_or_else(|| format!("{digits} hexadecimal digits are missing"))?;
        }
        self.code(code)
    }

    fn code(&mut self, code: u32) -> Result<(), String> {
        if char::from_u32(code).is_none() {
            return Err("half of a surrogate pair is no character".to_owned());
        }
        // Writing to a text cannot fail.
        let _ = write!(self.out, "\\x{{{code:x}}}");
        Ok(())
    }

    fn literal(&mut self, character: char) {
        // The engine gives `\<` and `\>` a meaning of its own.
        if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
            self.out.push('\\');
        }
        self.out.push(character);
    }

    /// A character class after its opening bracket. Inside of it, the engine knows operators that .NET takes literally.
    fn class(&mut self, depth: usize) -> Result<(), String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err("too many classes are taken away from each other".to_owned());
        };
        self.out.push('[');
        self.out.extend(self.rest.next_if_eq(&'^'));
        let mut is_first = true;
        // Whether a character stands before that a range can begin with, and whether a range waits for its end.
        let (mut begins, mut waits) = (false, false);
        while let Some(character) = self.rest.next() {
            match character {
                ']' if !is_first => {
                    self.out.push(']');
                    return Ok(());
                }
                '-' if !is_first && self.rest.next_if_eq(&'[').is_some() => {
                    self.out.push_str("--");
                    self.class(depth)?;
                }
                '-' if begins && self.rest.peek() != Some(&']') => {
                    self.out.push('-');
                    (begins, waits) = (false, true);
                }
                '\\' => {
                    if self.escape(true)? == Escape::One {
                        (begins, waits) = (!waits, false);
                    } else if waits {
                        return Err("a range cannot end in a class".to_owned());
                    } else {
                        begins = false;
                    }
                }
                _ => {
                    self.literal(character);
                    (begins, waits) = (!waits, false);
                }
            }
            is_first = false;
        }
        Err("`]` is missing".to_owned())
    }
}
