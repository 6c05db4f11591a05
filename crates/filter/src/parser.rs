//! Reads the grammar from left to right. Open groups are on a stack of its own, whose depth is checked before it grows, so that no
//! input can exhaust the thread's.

pub(crate) mod scanner;
mod terms;

use scimkit_schema::{Compat, Rule};

use self::{
    scanner::{Scanner, is_delimiter, plain_literal},
    terms::Terms,
};
use crate::{
    AttributePath, CompareOp, Error, ErrorKind, Filter, Limits, Literal, Parsed, Path,
    attribute_path::{NameScope, check_sub_name, scan_path},
    error::{HIDDEN, Part, escaped},
};

pub(crate) struct Parser<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    limits: Limits,
    compat: Compat,
    bent: Compat,
    depth: usize,
    nodes: usize,
    /// Whether the term just read ended in a value: what follows may be a part of it, and is not shown in errors.
    behind_value: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Logical {
    And,
    Or,
}

impl<'a> Parser<'a> {
    pub(crate) const fn new(text: &'a str, limits: Limits, compat: Compat) -> Self {
        Self {
            text,
            scanner: Scanner::new(text),
            limits,
            compat,
            bent: Compat::strict(),
            depth: 0,
            nodes: 0,
            behind_value: false,
        }
    }

    pub(crate) fn filter(&mut self) -> Result<Parsed<Filter>, Error> {
        self.check_length()?;
        let value = self.filter_in(NameScope::Attribute)?;
        if !self.scanner.is_at_end() {
            return Err(self.unexpected("`and`, `or` or the end"));
        }
        Ok(Parsed {
            value,
            bent: self.bent,
        })
    }

    pub(crate) fn path(&mut self) -> Result<Parsed<Path>, Error> {
        let value = self.whole_path().map_err(|error| {
            if self.depth == 0 {
                error.in_part(Part::Path)
            } else {
                error
            }
        })?;
        Ok(Parsed {
            value,
            bent: self.bent,
        })
    }

    fn check_length(&self) -> Result<(), Error> {
        let limit = self.limits.bytes();
        if self.text.len() > limit {
            return Err(Error::new(ErrorKind::TooLong { limit }, limit));
        }
        Ok(())
    }

    fn whole_path(&mut self) -> Result<Path, Error> {
        self.check_length()?;
        self.scanner.blanks();
        let attribute = scan_path(&mut self.scanner, NameScope::Attribute)?;
        let mut path = Path::from(AttributePath::new(attribute));
        if self.scanner.peek() == Some(b'[') {
            path.filter = Some(self.brackets()?);
            if self.scanner.take(b'.') {
                path.sub = Some(self.sub_name()?.into());
            }
        }
        self.scanner.blanks();
        if !self.scanner.is_at_end() {
            return Err(self.unexpected("the end of the path"));
        }
        Ok(path)
    }

    /// Reads a filter up to the end or a bracket that it did not open.
    ///
    /// It calls itself for the brackets of a value path, in which there are none.
    fn filter_in(&mut self, scope: NameScope) -> Result<Filter, Error> {
        let mut terms = Terms::default();
        loop {
            while let Some(is_negated) = self.opens_group()? {
                terms.open(is_negated);
            }
            self.term(scope, &mut terms)?;
            loop {
                let is_first = match self.logical()? {
                    Some(Logical::And) => terms.and(),
                    Some(Logical::Or) => terms.or(),
                    None if terms.end() => {
                        self.close(b')', "`and`, `or` or `)`")?;
                        continue;
                    }
                    None => {
                        let filter = terms.pop();
                        return filter.ok_or_else(|| self.unexpected("a term"));
                    }
                };
                // The operators of a chain count as one.
                if is_first {
                    self.count_node()?;
                }
                break;
            }
        }
    }

    /// Steps over a logical operator with its blanks; none where the filter, the group or the brackets end.
    fn logical(&mut self) -> Result<Option<Logical>, Error> {
        const EXPECTED: &str = "`and`, `or` or the end";
        let has_blank = self.scanner.blanks();
        if matches!(self.scanner.peek(), None | Some(b')' | b']')) {
            return Ok(None);
        }
        let start = self.scanner.offset();
        let word = self.scanner.word();
        let logical = if word.eq_ignore_ascii_case("and") {
            Logical::And
        } else if word.eq_ignore_ascii_case("or") {
            Logical::Or
        } else {
            self.scanner.rewind(start);
            return Err(self.unexpected(EXPECTED));
        };
        if !has_blank {
            self.scanner.rewind(start);
            return Err(self.unexpected("a blank before the operator"));
        }
        if !matches!(self.scanner.peek(), None | Some(b' ')) {
            return Err(self.unexpected("a blank after the operator"));
        }
        Ok(Some(logical))
    }

    /// Steps over blanks, and over the parenthesis that opens a group. Says whether `not` stands before it; elsewhere that is the
    /// name of an attribute.
    fn opens_group(&mut self) -> Result<Option<bool>, Error> {
        self.scanner.blanks();
        let start = self.scanner.offset();
        let mut is_negated = false;
        if matches!(self.scanner.peek(), Some(b'n' | b'N')) {
            is_negated = self.scanner.word().eq_ignore_ascii_case("not");
            self.scanner.blanks();
        }
        if self.scanner.peek() != Some(b'(') || !is_negated && self.scanner.offset() > start {
            self.scanner.rewind(start);
            return Ok(None);
        }
        if is_negated {
            self.count_node()?;
        }
        self.open()?;
        Ok(Some(is_negated))
    }

    /// Reads a comparison or a value path.
    fn term(&mut self, scope: NameScope, terms: &mut Terms) -> Result<(), Error> {
        self.count_node()?;
        let path = scan_path(&mut self.scanner, scope)?;
        if self.scanner.peek() != Some(b'[') {
            return self.comparison(path, terms);
        }
        if scope == NameScope::SubAttribute {
            return Err(self.unexpected("an operator: brackets do not nest"));
        }
        self.value_path(path, terms)
    }

    fn value_path(&mut self, path: &str, terms: &mut Terms) -> Result<(), Error> {
        let mut filter = self.brackets()?;
        if self.scanner.peek() == Some(b'.') && self.allows(Rule::FilterSubAttributeAfterValuePath)
        {
            self.scanner.take(b'.');
            let sub = self.sub_name()?;
            self.count_node()?;
            if !matches!(filter, Filter::And(_)) {
                self.count_node()?;
            }
            let mut both = Terms::default();
            both.push(filter);
            both.and();
            self.comparison(sub, &mut both)?;
            self.bent.insert(Rule::FilterSubAttributeAfterValuePath);
            both.end();
            filter = both.pop().ok_or_else(|| self.unexpected("a term"))?;
        }
        terms.push(Filter::ValuePath {
            path: AttributePath::new(path),
            filter: Box::new(filter),
        });
        Ok(())
    }

    /// Reads the brackets that are next and the filter in them.
    fn brackets(&mut self) -> Result<Filter, Error> {
        self.open()?;
        let filter = self.filter_in(NameScope::SubAttribute)?;
        self.close(b']', "`and`, `or` or `]`")?;
        Ok(filter)
    }

    fn open(&mut self) -> Result<(), Error> {
        let limit = self.limits.depth();
        if self.depth >= limit {
            return Err(Error::new(
                ErrorKind::TooDeep { limit },
                self.scanner.offset(),
            ));
        }
        self.depth += 1;
        let _bracket = self.scanner.take(b'(') || self.scanner.take(b'[');
        Ok(())
    }

    fn close(&mut self, bracket: u8, expected: &'static str) -> Result<(), Error> {
        self.scanner.blanks();
        if !self.scanner.take(bracket) {
            return Err(self.unexpected(expected));
        }
        self.depth -= 1;
        self.behind_value = false;
        Ok(())
    }

    /// Reads the name behind the dot that follows a value path.
    fn sub_name(&mut self) -> Result<&'a str, Error> {
        let start = self.scanner.offset();
        let sub = self.scanner.token();
        check_sub_name(sub, start)?;
        Ok(sub)
    }

    fn comparison(&mut self, path: &str, terms: &mut Terms) -> Result<(), Error> {
        if !self.scanner.blanks() {
            return Err(self.unexpected("a blank and an operator"));
        }
        let start = self.scanner.offset();
        let word = self.scanner.word();
        if word.eq_ignore_ascii_case("pr") {
            self.behind_value = false;
            terms.push(Filter::Present(AttributePath::new(path)));
            return Ok(());
        }
        let Some(op) = CompareOp::from_word(word) else {
            self.scanner.rewind(start);
            return Err(self.unknown_operator(path));
        };
        if !self.scanner.blanks() {
            let is_text = self.scanner.peek() == Some(b'"');
            if is_text && self.allows(Rule::FilterMissingBlank) {
                self.bent.insert(Rule::FilterMissingBlank);
            } else if !self.scanner.is_at_end() {
                self.behind_value = !is_text;
                return Err(self.unexpected("a blank after the operator"));
            }
        }
        if self.scanner.peek() == Some(b'"') {
            let text = self.scanner.string()?;
            terms.push(Filter::Compare {
                path: AttributePath::new(path),
                op,
                value: Literal::String(text),
            });
        } else {
            let value = self.plain_literal()?;
            terms.push(Filter::Compare {
                path: AttributePath::new(path),
                op,
                value,
            });
        }
        self.behind_value = true;
        Ok(())
    }

    #[cold]
    fn unknown_operator(&self, path: &str) -> Error {
        let offset = self.scanner.offset();
        let mut scanner = self.scanner.clone();
        if scanner.is_at_end() {
            return self.unexpected("an operator");
        }
        if path.eq_ignore_ascii_case("not") {
            return self.unexpected("`(` after `not`");
        }
        let mut found = scanner.word();
        if found.is_empty() {
            found = scanner.run(|byte| !is_delimiter(byte) && !byte.is_ascii_alphanumeric());
        }
        if found.is_empty() {
            return self.unexpected("an operator");
        }
        let found = escaped(found).into();
        Error::new(ErrorKind::UnknownOperator { found }, offset)
    }

    fn plain_literal(&mut self) -> Result<Literal, Error> {
        let start = self.scanner.offset();
        let token = self.scanner.token();
        if let Some(literal) = plain_literal(token) {
            return Ok(literal);
        }
        let problem = match token.chars().next() {
            None if self.scanner.is_at_end() => "the end",
            None => "a bracket",
            Some('\'') => "a single quotation mark: put text into double ones",
            Some('{') => "an object",
            Some(_) if token.contains(char::is_control) => "a control character",
            Some(_) if self.allows(Rule::FilterBareWord) => {
                self.bent.insert(Rule::FilterBareWord);
                return Ok(Literal::String(token.into()));
            }
            Some(_) => "a bare word: put text into double quotation marks",
        };
        Err(Error::bad_value(problem, start))
    }

    #[inline]
    const fn allows(&self, rule: Rule) -> bool {
        self.compat.allows(rule)
    }

    #[inline]
    fn count_node(&mut self) -> Result<(), Error> {
        self.nodes += 1;
        let limit = self.limits.nodes();
        if self.nodes > limit {
            let offset = self.scanner.offset();
            return Err(Error::new(ErrorKind::TooManyNodes { limit }, offset));
        }
        Ok(())
    }

    /// An error about what is next: a bracket or the end as it is, other text only where it cannot be a part of a value.
    #[cold]
    fn unexpected(&self, expected: &'static str) -> Error {
        let offset = self.scanner.offset();
        let mut found = self.scanner.clone();
        let next = found.next_character();
        let word = found.word();
        let text = match next {
            "" | ")" | "]" | "(" | "[" => next,
            _ if self.behind_value => HIDDEN,
            _ if word.is_empty() => next,
            _ => word,
        };
        Error::unexpected(expected, text, offset)
    }
}
