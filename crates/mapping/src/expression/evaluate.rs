use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use scimkit_schema::{Clock, DateTime, Random};

use super::Operator;
use super::compile::{CallNode, Node};
use super::date;
use super::pattern::{self, Pattern};
use super::trace::Record;
use crate::error::{Error, ErrorKind};
use crate::{SourceObject, Value};

/// What an evaluation needs beside the source object.
#[derive(Clone)]
pub struct Context {
    step_limit: usize,
    clock: Option<Arc<dyn Clock>>,
    random: Option<Arc<dyn Random>>,
    default_domain: Option<Box<str>>,
}

impl Context {
    /// The same with another bound for the work of one evaluation: a step is a part of the expression looked at, or a byte
    /// of text that is read or made. The default is 1,000,000.
    #[must_use]
    pub const fn with_step_limit(mut self, steps: usize) -> Self {
        self.step_limit = steps;
        self
    }

    /// The same with the clock that `Now` reads; without one, `Now` is an error.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The same with the randomness of `Guid` and `RandomString`; without it, they are an error.
    #[must_use]
    pub fn with_random(mut self, random: impl Random + 'static) -> Self {
        self.random = Some(Arc::new(random));
        self
    }

    /// The same with the answer of `DefaultDomain`; without it, that is an error.
    #[must_use]
    pub fn with_default_domain(mut self, domain: &str) -> Self {
        self.default_domain = Some(domain.into());
        self
    }
}

impl Default for Context {
    fn default() -> Self {
        Self {
            step_limit: 1_000_000,
            clock: None,
            random: None,
            default_domain: None,
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("step_limit", &self.step_limit)
            .field("clock", &self.clock.is_some())
            .field("random", &self.random.is_some())
            .field("default_domain", &self.default_domain)
            .finish()
    }
}

/// One run of an expression over one object. Compilation bounds how deep it recurses.
#[derive(Debug)]
pub(super) struct Evaluation<'a> {
    source: &'a SourceObject,
    context: &'a Context,
    steps: usize,
    /// What the operands that were looked at so far gave, if anybody wants to know.
    records: Option<Vec<Record>>,
}

impl<'a> Evaluation<'a> {
    pub(super) const fn new(source: &'a SourceObject, context: &'a Context) -> Self {
        Self {
            source,
            context,
            steps: 0,
            records: None,
        }
    }

    /// The value of the whole expression, and those of its operands.
    pub(super) fn recorded(mut self, node: &Node) -> (Result<Value, Error>, Vec<Record>) {
        self.records = Some(Vec::new());
        let value = self.value(node);
        (value, self.records.unwrap_or_default())
    }

    /// The value of an argument or of a side of a comparison, which is recorded if somebody wants to know.
    fn operand(&mut self, position: usize, node: &Node) -> Result<Value, Error> {
        let before = self.records.as_mut().map(std::mem::take);
        let value = self.value(node);
        if let Some(before) = before {
            self.record(position, node, &value, before);
        }
        value
    }

    /// Puts what was recorded after `before` under one record; a constant has none.
    fn record(
        &mut self,
        position: usize,
        node: &Node,
        value: &Result<Value, Error>,
        before: Vec<Record>,
    ) {
        let parts = self.records.replace(before).unwrap_or_default();
        if let (Some(records), false) = (&mut self.records, node.is_constant()) {
            records.push(Record {
                position,
                value: value.clone(),
                parts,
            });
        }
    }

    // Each kind of part has a function of its own, so that what they keep on the stack does not add up.
    pub(super) fn value(&mut self, node: &Node) -> Result<Value, Error> {
        self.spend(1)?;
        match node {
            Node::Attribute(name) => self.attribute(name),
            Node::Call(call) if call.function.is_lazy() => self.apply(call, Vec::new()),
            Node::Call(call) => self.call(call),
            Node::Comparison(comparison) => self.comparison(comparison),
            Node::Constant(value) => Ok(value.clone()),
            Node::Empty => Ok(Value::Null),
        }
    }

    fn attribute(&mut self, name: &str) -> Result<Value, Error> {
        let value = self.source.attribute(name);
        self.spend(size(value))?;
        Ok(value.clone())
    }

    fn call(&mut self, call: &CallNode) -> Result<Value, Error> {
        let mut values = Vec::with_capacity(call.arguments.len());
        for (position, argument) in call.arguments.iter().enumerate() {
            values.push(self.operand(position, argument)?);
        }
        self.apply(call, values)
    }

    fn apply(&mut self, call: &CallNode, values: Vec<Value>) -> Result<Value, Error> {
        let mut arguments = Arguments {
            evaluation: self,
            call,
            values,
        };
        let value = (call.function.body())(&mut arguments);
        self.spend(value.as_ref().map_or(0, size))?;
        value
    }

    fn comparison(&mut self, comparison: &(Node, Operator, Node)) -> Result<Value, Error> {
        let left = self.operand(0, &comparison.0)?;
        let right = self.operand(1, &comparison.2)?;
        Ok(Value::Boolean(compare(&left, comparison.1, &right)))
    }

    fn spend(&mut self, steps: usize) -> Result<(), Error> {
        self.check_room(steps)?;
        self.steps += steps;
        Ok(())
    }

    /// An error if `steps` more are more than allowed.
    fn check_room(&self, steps: usize) -> Result<(), Error> {
        let limit = self.context.step_limit;
        if self.steps.saturating_add(steps) > limit {
            return Err(Error::new(ErrorKind::StepLimit { limit }));
        }
        Ok(())
    }
}

/// The arguments of a call. Those of a lazy function are evaluated when asked for: only the branch that is taken costs
/// something or fails. Those of the others have been, each once.
///
/// Positions count from 0; an argument that is not there is null. Each is to be asked for once.
#[derive(Debug)]
pub(super) struct Arguments<'e, 'a> {
    evaluation: &'e mut Evaluation<'a>,
    call: &'e CallNode,
    values: Vec<Value>,
}

impl<'e> Arguments<'e, '_> {
    /// How many were written, empty ones included.
    pub(super) fn count(&self) -> usize {
        self.call.arguments.len()
    }

    pub(super) fn value(&mut self, position: usize) -> Result<Value, Error> {
        if let Some(value) = self.values.get_mut(position) {
            return Ok(std::mem::take(value));
        }
        match self.call.arguments.get(position) {
            Some(node) => self.evaluation.operand(position, node),
            None => Ok(Value::Null),
        }
    }

    /// The argument as one text; none for null.
    pub(super) fn text(&mut self, position: usize) -> Result<Option<String>, Error> {
        let value = self.value(position)?;
        match value.as_text() {
            Some(text) => Ok(Some(text.into_owned())),
            None if value.is_null() => Ok(None),
            None => Err(self.failure(format!(
                "takes one value as argument {}, found {}; pick one with `Item`",
                position + 1,
                value.values().len()
            ))),
        }
    }

    pub(super) fn integer(&mut self, position: usize) -> Result<i64, Error> {
        let number = self.integer_or_null(position)?;
        number.ok_or_else(|| self.needs("a whole number", position))
    }

    pub(super) fn integer_or_null(&mut self, position: usize) -> Result<Option<i64>, Error> {
        let number = match self.value(position)? {
            Value::Integer(number) => Some(number),
            value if value.is_null() => return Ok(None),
            value => value.as_text().and_then(|text| text.parse().ok()),
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(self.needs("a whole number", position)),
        }
    }

    /// The argument as an instant, if it says one; none for null and for an empty text.
    pub(super) fn date(&mut self, position: usize) -> Result<Option<DateTime>, Error> {
        match self.value(position)? {
            Value::DateTime(instant) => Ok(Some(*instant)),
            value if value.is_null_or_empty() => Ok(None),
            value => match value.as_text().and_then(|text| date::read(&text)) {
                Some(instant) => Ok(Some(instant)),
                None => Err(self.needs("a date such as 2021-07-02T15:33:38Z", position)),
            },
        }
    }

    /// Whether something was written at `position`; an attribute without a value is something.
    pub(super) fn is_written(&self, position: usize) -> bool {
        let argument = self.call.arguments.get(position);
        argument.is_some_and(|argument| !matches!(argument, Node::Empty))
    }

    /// The regular expression at `position`: compiled long ago if it is constant.
    pub(super) fn pattern(&mut self, position: usize) -> Result<Cow<'e, Pattern>, Error> {
        if let Some(pattern) = &self.call.pattern {
            return Ok(Cow::Borrowed(pattern));
        }
        let Some(text) = self.text(position)? else {
            return Err(self.needs("a regular expression", position));
        };
        self.evaluation.spend(pattern::COMPILE_STEPS)?;
        let compiled = Pattern::new(&text);
        compiled
            .map(Cow::Owned)
            .map_err(|problem| self.failure(format!("has an unusable pattern: {problem}")))
    }

    pub(super) fn now(&self) -> Result<DateTime, Error> {
        let clock = self.evaluation.context.clock.as_ref();
        let clock = clock.ok_or_else(|| self.failure("needs a clock in the context"))?;
        Ok(clock.now())
    }

    pub(super) fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        let random = self.evaluation.context.random.as_ref();
        let random = random.ok_or_else(|| self.failure("needs randomness in the context"))?;
        random.fill(bytes);
        Ok(())
    }

    pub(super) fn default_domain(&self) -> Option<&str> {
        self.evaluation.context.default_domain.as_deref()
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Error> {
        self.evaluation.spend(steps)
    }

    /// An error if a text of so many bytes would be more than this evaluation may still make. Functions whose result can be
    /// much longer than their arguments ask before they make it.
    pub(super) fn check_room(&self, bytes: usize) -> Result<(), Error> {
        self.evaluation.check_room(bytes)
    }

    pub(super) fn needs(&self, what: &str, position: usize) -> Error {
        self.failure(format!("needs {what} as argument {}", position + 1))
    }

    /// The first argument with `change` made to its text, or to each of its texts; null stays null.
    pub(super) fn map_source(&mut self, change: impl Fn(&str) -> String) -> Result<Value, Error> {
        let source = self.value(0)?;
        let mut changed = source
            .values()
            .iter()
            .filter_map(Value::as_text)
            .map(|text| Value::String(change(&text)));
        Ok(match source {
            Value::Multi(_) => Value::Multi(changed.collect()),
            _ => changed.next().unwrap_or_default(),
        })
    }

    /// An error that names the function; `problem` reads on after the name.
    pub(super) fn failure(&self, problem: impl Into<Cow<'static, str>>) -> Error {
        let kind = ErrorKind::Evaluation {
            function: self.call.function.name(),
            problem: problem.into().into(),
        };
        Error::at(kind, self.call.offset)
    }
}

/// Texts compare by code points, null as the empty text. Order is that of numbers if both sides are numbers; a number also
/// equals a text that writes it otherwise (`0` and `"00"`), but two texts are equal only if they are the same.
fn compare(left: &Value, operator: Operator, right: &Value) -> bool {
    let typed = matches!(left, Value::Integer(_)) || matches!(right, Value::Integer(_));
    let (left, right) = (comparable(left), comparable(right));
    let numbers = left.parse::<i64>().ok().zip(right.parse::<i64>().ok());
    let order = match (operator, numbers) {
        (Operator::Equal | Operator::NotEqual, Some(_)) if !typed => left.cmp(&right),
        (_, Some((left, right))) => left.cmp(&right),
        (_, None) => left.cmp(&right),
    };
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::NotEqual => order != Ordering::Equal,
    }
}

/// A list takes part in a comparison as its values one after the other.
fn comparable(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Multi(values) if values.len() > 1 => values
            .iter()
            .filter_map(Value::as_text)
            .collect::<String>()
            .into(),
        _ => value.as_text().unwrap_or_default(),
    }
}

/// The bytes of text in a value.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) | Value::Reference(text) => text.len(),
        Value::Binary(bytes) => bytes.len(),
        Value::Complex(parts) => parts.values().map(size).sum(),
        Value::Multi(values) | Value::Candidates(values) => values
            .iter()
            .map(size)
            .sum::<usize>()
            .saturating_add(values.len()),
        _ => 0,
    }
}
