use super::lexer::{Lexer, Token};
use super::{Call, Comparison, Expression, Operator};
use crate::error::{Error, ErrorKind, excerpt};

/// The longest expression that Entra takes, in characters.
pub const MAX_LENGTH: usize = 10_000;

/// How deep calls may be nested.
pub const MAX_DEPTH: usize = 32;

pub(super) fn parse(text: &str) -> Result<Expression, Error> {
    if text.chars().nth(MAX_LENGTH).is_some() {
        return Err(Error::new(ErrorKind::TooLong { limit: MAX_LENGTH }));
    }
    let mut parser = Parser::new(text)?;
    loop {
        if let Some(operand) = parser.operand()?
            && let Some(whole) = parser.place(operand)?
        {
            return parser.finish(whole);
        }
    }
}

/// A parser with one token of look-ahead and its own stack, so that the input decides nothing about ours.
struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    /// The calls that are not closed yet, innermost last.
    open: Vec<OpenCall<'a>>,
}

struct OpenCall<'a> {
    name: &'a str,
    offset: usize,
    arguments: Vec<Expression>,
    /// The beginning of a comparison whose right side comes next.
    left: Option<(Expression, Operator)>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, Error> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next_token()?;
        Ok(Self {
            lexer,
            token,
            open: Vec::new(),
        })
    }

    /// Moves on and gives the token that was current.
    fn advance(&mut self) -> Result<Token<'a>, Error> {
        let next = self.lexer.next_token()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Reads one operand; none if it is a call whose arguments come next.
    fn operand(&mut self) -> Result<Option<Expression>, Error> {
        let offset = self.lexer.start();
        let operand = match self.token {
            Token::Comma | Token::Close
                if self.open.last().is_some_and(|call| call.left.is_none()) =>
            {
                return Ok(Some(Expression::Empty));
            }
            Token::Number(_) if self.open.is_empty() => return Err(self.unexpected_operand()),
            Token::Attribute(name) => Expression::Attribute(name.into()),
            Token::Number(number) => Expression::Number(number.into()),
            Token::Text(ref mut text) => Expression::Text(std::mem::take(text)),
            Token::Word(word) => Expression::Word(word.into()),
            _ => return Err(self.unexpected_operand()),
        };
        let first = self.advance()?;
        match (first, &self.token) {
            (Token::Attribute(""), _) => Err(Error::at(empty_name(), offset)),
            (Token::Word(name), Token::Open) => {
                self.advance()?;
                self.open(name, offset)?;
                Ok(None)
            }
            (Token::Word(_), _) if self.open.is_empty() => Err(self.unexpected("`(`")),
            _ => Ok(Some(operand)),
        }
    }

    fn open(&mut self, name: &'a str, offset: usize) -> Result<(), Error> {
        if self.open.len() == MAX_DEPTH {
            return Err(Error::at(ErrorKind::TooDeep { limit: MAX_DEPTH }, offset));
        }
        self.open.push(OpenCall {
            name,
            offset,
            arguments: Vec::new(),
            left: None,
        });
        Ok(())
    }

    /// Gives `operand` to the innermost open call, closing as many calls as end here. What comes back is the whole expression
    /// if no call is open any more, and nothing if another operand is to follow.
    fn place(&mut self, mut operand: Expression) -> Result<Option<Expression>, Error> {
        while let Some(mut call) = self.open.pop() {
            match self.token {
                Token::Operator(operator) if call.left.is_none() => {
                    self.advance()?;
                    call.left = Some((operand, operator));
                    self.open.push(call);
                    return Ok(None);
                }
                Token::Comma => {
                    self.advance()?;
                    call.push(operand);
                    self.open.push(call);
                    return Ok(None);
                }
                Token::Close => {
                    self.advance()?;
                    call.push(operand);
                    operand = Expression::Call(Call::new(call.name, call.arguments, call.offset));
                }
                _ => return Err(self.unexpected("`,` or `)`")),
            }
        }
        Ok(Some(operand))
    }

    fn finish(&self, whole: Expression) -> Result<Expression, Error> {
        match self.token {
            Token::End => Ok(whole),
            _ => Err(self.unexpected("the end of the expression")),
        }
    }

    fn unexpected_operand(&self) -> Error {
        self.unexpected(match self.open.last() {
            None => "a function, an [attribute] or a \"text\"",
            Some(OpenCall { left: None, .. }) => "an argument, `,` or `)`",
            Some(_) => "a function, an [attribute], a \"text\" or a number",
        })
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let kind = match self.token {
            Token::End => ErrorKind::UnexpectedEnd { expected },
            _ => ErrorKind::UnexpectedToken {
                expected,
                found: excerpt(self.lexer.lexeme()),
            },
        };
        Error::at(kind, self.lexer.start())
    }
}

impl OpenCall<'_> {
    fn push(&mut self, operand: Expression) {
        self.arguments.push(match self.left.take() {
            Some((left, operator)) => Expression::Comparison(Box::new(Comparison {
                left,
                operator,
                right: operand,
            })),
            None => operand,
        });
    }
}

fn empty_name() -> ErrorKind {
    ErrorKind::UnexpectedToken {
        expected: "the name of an attribute",
        found: "[]".into(),
    }
}
