/// A statement with what is bound to it, in the order of its parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Find {
    /// The text, from [`statements`](crate::statements) or, where the engine was said to have it, from [`sqlite`](crate::sqlite).
    pub sql: &'static str,
    /// The values of `?1` and on.
    pub with: Vec<Bind>,
}

/// A value that is bound to a statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Bind {
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A number.
    Number(i64),
    /// A text.
    Text(Box<str>),
}

impl From<i64> for Bind {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A limit; more than the engine can count is no limit.
impl From<usize> for Bind {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Bind {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<&[u8]> for Bind {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// A [`Find`] of a statement and its values.
macro_rules! find {
    ($sql:expr, $($value:expr),* $(,)?) => {
        $crate::Find { sql: $sql, with: vec![$($crate::Bind::from($value)),*] }
    };
}

pub(crate) use find;
