//! What can be said against an expression before any object is there.

use super::compile::{bare_word, constant_pattern, unknown_function};
use super::function::ValueKind;
use super::functions::find;
use super::{Call, Expression, MAX_DEPTH};
use crate::error::{Error, ErrorKind};

impl Expression {
    /// Everything in this expression that can never work: functions that do not exist, that get too few or too many arguments, or an
    /// argument that cannot become what they need. `kind_of` tells what a source attribute holds, as far as it is known.
    ///
    /// [`Compiled`](super::Compiled) stops at the first of these, and does not look at kinds.
    ///
    /// ```
    /// use scimkit_mapping::expression::{Expression, ValueKind};
    ///
    /// let written: Expression = r#"Append(Left([mail], "two"), DateAdd([accountEnabled]))"#.parse()?;
    /// let found: Vec<_> = written.check(|name| (name == "mail").then_some(ValueKind::Text)).iter().map(ToString::to_string).collect();
    /// assert_eq!(found, [
    ///     "`Left` needs a whole number as argument 2, which a text cannot be (at byte 7)",
    ///     "`DateAdd` takes 3 arguments, found 1 (at byte 28)",
    /// ]);
    /// # Ok::<(), scimkit_mapping::Error>(())
    /// ```
    #[must_use]
    pub fn check(&self, kind_of: impl Fn(&str) -> Option<ValueKind>) -> Vec<Error> {
        let mut check = Check {
            kind_of: &kind_of,
            errors: Vec::new(),
        };
        check.operand(self, 0);
        check.errors
    }
}

struct Check<'a> {
    kind_of: &'a dyn Fn(&str) -> Option<ValueKind>,
    errors: Vec<Error>,
}

impl Check<'_> {
    fn operand(&mut self, expression: &Expression, depth: usize) {
        match expression {
            Expression::Call(call) => self.call(call, depth + 1),
            Expression::Comparison(comparison) => {
                self.operand(&comparison.left, depth);
                self.operand(&comparison.right, depth);
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &Call, depth: usize) {
        if depth > MAX_DEPTH {
            let limit = MAX_DEPTH;
            let error = Error::at(ErrorKind::TooDeep { limit }, call.offset());
            self.errors.push(error);
            return;
        }
        self.call_itself(call, depth);
        for argument in call.arguments() {
            self.operand(argument, depth);
        }
    }

    /// The call, without what is inside of its arguments.
    fn call_itself(&mut self, call: &Call, depth: usize) {
        let at_call = |kind| Error::at(kind, call.offset());
        let Some(function) = find(call.name()) else {
            self.errors.push(at_call(unknown_function(call.name())));
            return;
        };
        let shape = function.check(call, depth).err();
        let pattern = constant_pattern(function, call).err();
        self.errors.extend(shape.or(pattern).map(at_call));
        for (position, argument) in call.arguments().iter().enumerate() {
            let wanted = function.parameter(position).map(super::Parameter::kind);
            if let Expression::Word(word) = argument
                && !function.words(position).contains(&&**word)
            {
                self.errors.push(at_call(bare_word(word)));
            } else if let Some(wanted) = wanted
                && let Some(found) = self.misfit(argument, wanted)
            {
                self.errors.push(at_call(ErrorKind::NeverFits {
                    function: function.name(),
                    position: position + 1,
                    wanted,
                    found,
                }));
            }
        }
    }

    /// What the argument is, if it can never be what is wanted.
    fn misfit(&self, argument: &Expression, wanted: ValueKind) -> Option<ValueKind> {
        let found = match argument {
            Expression::Attribute(name) => (self.kind_of)(name)?,
            Expression::Call(call) => find(call.name())?.result(),
            Expression::Comparison(_) => ValueKind::Boolean,
            Expression::Number(_) => ValueKind::Integer,
            Expression::Text(text) if wanted == ValueKind::Integer => {
                let is_number = text.parse::<i64>().is_ok();
                return (!is_number).then_some(ValueKind::Text);
            }
            Expression::Empty | Expression::Text(_) | Expression::Word(_) => return None,
        };
        let fits = match wanted {
            // A text may turn out to be one.
            ValueKind::Integer => matches!(
                found,
                ValueKind::Any | ValueKind::Integer | ValueKind::Text | ValueKind::List
            ),
            ValueKind::DateTime => !matches!(
                found,
                ValueKind::Boolean | ValueKind::Binary | ValueKind::Integer | ValueKind::Roles
            ),
            ValueKind::Pattern => matches!(found, ValueKind::Any | ValueKind::Text),
            ValueKind::Word(_) => false,
            _ => true,
        };
        (!fits).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str) -> String {
        let expression: Expression = written.parse().expect("an expression");
        let errors = expression.check(|name| match name {
            "accountEnabled" => Some(ValueKind::Boolean),
            "mail" => Some(ValueKind::Text),
            _ => None,
        });
        let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    #[test]
    fn what_works_is_not_complained_of() {
        for written in [
            "[mail]",
            r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#,
            r#"Left([mail], "2")"#,
            r#"Mid([mail], InStr([mail], "@", , vbTextCompare), Count([proxyAddresses]))"#,
            r#"DateAdd("d", [days], CDate([hired]))"#,
            r#"IIF(DateDiff("d", Now(), CDate([hired])) > 5, "False", "True")"#,
        ] {
            assert_eq!(check(written), "", "{written}");
        }
    }

    #[test]
    fn everything_that_cannot_work_is_said() {
        insta::assert_snapshot!(check(
            r#"Join(Apend("a", Left([mail])), Left([mail], "x"), DateAdd("d", 1, [accountEnabled]), InStr("a", "b", 1, [mail]), Replace([mail], , "(", , "x"))"#
        ), @r"
        there is no function `Apend`; did you mean `Append`? (at byte 5)
        `Left` takes 2 arguments, found 1 (at byte 16)
        `Left` needs a whole number as argument 2, which a text cannot be (at byte 31)
        `DateAdd` needs a date as argument 3, which `True` or `False` cannot be (at byte 50)
        `InStr` needs one of the words vbBinaryCompare, vbTextCompare as argument 4, which a text cannot be (at byte 85)
        `Replace` has an unusable pattern: Parsing error at position 1: Opening parenthesis without closing parenthesis (at byte 113)
        ");
    }
}
