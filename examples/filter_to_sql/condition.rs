use std::fmt::{self, Display, Formatter};

use scimkit::filter::{CompareOp, Operand, Place, Target, Visitor};

use crate::tables::{column, email_column};

/// Writes conditions. Each is true or false for every row, never null, so that `NOT` means what it does in a filter.
#[derive(Debug, Default)]
pub(crate) struct SqlWriter {
    /// What the `?1`, `?2`, … of the conditions stand for.
    pub(crate) parameters: Vec<Parameter>,
}

/// A value that is bound to a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Parameter {
    Integer(i64),
    Text(Box<str>),
}

/// Why a filter cannot be a condition.
#[derive(Debug)]
pub(crate) struct NotPushed(String);

impl Visitor for SqlWriter {
    type Output = String;
    type Error = NotPushed;

    fn all(&mut self, terms: Vec<String>) -> Result<String, NotPushed> {
        Ok(format!("({})", terms.join(" AND ")))
    }

    fn any(&mut self, terms: Vec<String>) -> Result<String, NotPushed> {
        Ok(format!("({})", terms.join(" OR ")))
    }

    fn not(&mut self, inner: String) -> Result<String, NotPushed> {
        Ok(format!("NOT {inner}"))
    }

    fn present(&mut self, target: &Target) -> Result<String, NotPushed> {
        if target.canonical() == "emails" {
            return Ok(some_email("TRUE"));
        }
        // An empty text is a value, but not present.
        let present =
            |_: &mut Self, column: &str| Ok(format!("({column} IS NOT NULL AND {column} <> '')"));
        self.about(target, present, false)
    }

    fn compare(
        &mut self,
        target: &Target,
        op: CompareOp,
        operand: &Operand,
    ) -> Result<String, NotPushed> {
        let no_value = match (op, operand) {
            (CompareOp::Eq, operand) => *operand == Operand::Null,
            (CompareOp::Ne, operand) => *operand != Operand::Null,
            _ => false,
        };
        if target.canonical() == "emails" {
            let any = some_email("TRUE");
            return Ok(if no_value { format!("NOT {any}") } else { any });
        }
        let in_brackets = matches!(target.place(), Place::Element { .. });
        let is_primary = in_brackets && target.canonical() == "emails.primary";
        let compare = |writer: &mut Self, column: &str| {
            if is_primary && *operand != Operand::Null {
                // In brackets a missing `primary` is false.
                return writer.comparison(&format!("coalesce({column}, 0)"), op, operand);
            }
            writer.comparison(column, op, operand)
        };
        self.about(target, compare, no_value)
    }

    fn value_path(&mut self, target: &Target, filter: String) -> Result<String, NotPushed> {
        match target.canonical() {
            "emails" => Ok(some_email(&filter)),
            _ => Err(no_column(target)),
        }
    }

    fn never(&mut self) -> Result<String, NotPushed> {
        Ok("FALSE".to_owned())
    }
}

impl SqlWriter {
    /// A condition on the column of `target`; on any of the emails, if that is where it is. `no_value` is what holds where there are
    /// none.
    fn about(
        &mut self,
        target: &Target,
        condition: impl FnOnce(&mut Self, &str) -> Result<String, NotPushed>,
        no_value: bool,
    ) -> Result<String, NotPushed> {
        let canonical = target.canonical();
        if let Some(column) = column(canonical) {
            return condition(self, column);
        }
        let column = email_column(canonical).ok_or_else(|| no_column(target))?;
        let condition = condition(self, column)?;
        if matches!(target.place(), Place::Element { .. }) {
            return Ok(condition);
        }
        let some = some_email(&condition);
        Ok(if no_value {
            format!("({some} OR NOT {})", some_email("TRUE"))
        } else {
            some
        })
    }

    fn comparison(
        &mut self,
        column: &str,
        op: CompareOp,
        operand: &Operand,
    ) -> Result<String, NotPushed> {
        let parameter = match operand {
            Operand::Null if op == CompareOp::Eq => return Ok(format!("{column} IS NULL")),
            Operand::Null => return Ok(format!("{column} IS NOT NULL")),
            Operand::Boolean(value) => Parameter::Integer((*value).into()),
            // Folded already where the attribute ignores case, as the column is.
            Operand::Text { text, .. } => Parameter::Text(text.clone()),
            Operand::DateTime(instant) => Parameter::Integer(instant.unix_micros()),
            Operand::Integer(_) | Operand::Decimal(_) | Operand::Binary(_) => {
                return Err(NotPushed("numbers and octets have no column".to_owned()));
            }
        };
        self.parameters.push(parameter);
        let value = format!("?{}", self.parameters.len());
        let test = match op {
            CompareOp::Eq => format!("{column} = {value}"),
            CompareOp::Ne => return Ok(format!("{column} IS NOT {value}")),
            CompareOp::Gt => format!("{column} > {value}"),
            CompareOp::Ge => format!("{column} >= {value}"),
            CompareOp::Lt => format!("{column} < {value}"),
            CompareOp::Le => format!("{column} <= {value}"),
            CompareOp::Co => format!("instr({column}, {value}) > 0"),
            CompareOp::Sw => format!("substr({column}, 1, length({value})) = {value}"),
            // From the end; an empty text is the end of everything.
            CompareOp::Ew => format!(
                "substr({column}, length({column}) - length({value}) + 1) = {value} AND length({column}) >= length({value})"
            ),
        };
        Ok(format!("({column} IS NOT NULL AND {test})"))
    }
}

fn some_email(condition: &str) -> String {
    format!("EXISTS (SELECT 1 FROM emails WHERE emails.user_id = users.id AND {condition})")
}

fn no_column(target: &Target) -> NotPushed {
    NotPushed(format!("`{}` has no column", target.canonical()))
}

impl Display for Parameter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl Display for NotPushed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
