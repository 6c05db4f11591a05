use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json, value::RawValue};

/// One request: a JSON object. What its members hold is kept as it was written, so that it is read just as it would be from a socket.
#[derive(Debug)]
pub struct Line {
    members: BTreeMap<String, Box<RawValue>>,
}

/// Why a line is no request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BrokenLine(pub String);

impl Line {
    /// The bytes of the member `name`, if it is there and not null.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&[u8]> {
        let text = self.members.get(name)?.get();
        (text != "null").then_some(text.as_bytes())
    }

    /// The member `name`, if it is there and not null.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, BrokenLine> {
        let Some(bytes) = self.raw(name) else {
            return Ok(None);
        };
        let value = serde_json::from_slice(bytes);
        value.map(Some).map_err(|error| {
            let error = error.to_string();
            let what = error.split(" at line ").next().unwrap_or_default();
            BrokenLine(format!("`{name}`: {what}"))
        })
    }

    /// The member `name`.
    ///
    /// # Errors
    /// When it is not there or holds something else.
    pub fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, BrokenLine> {
        self.optional(name)?.ok_or_else(|| missing(name))
    }

    /// The bytes of the member `name`.
    ///
    /// # Errors
    /// When it is not there.
    pub fn required_raw(&self, name: &str) -> Result<&[u8], BrokenLine> {
        self.raw(name).ok_or_else(|| missing(name))
    }
}

/// Answers every line of standard input with a line on standard output that repeats its `id`; an empty line gets none. A line that is
/// no request is answered with an `error`, and the next one is read all the same.
///
/// It is `true` when every line was a request.
///
/// # Errors
/// When standard input or output breaks.
pub fn answer_lines(answer: impl Fn(&Line) -> Result<Value, BrokenLine>) -> io::Result<bool> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut all_well = true;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(all_well);
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let (id, answer) = match serde_json::from_slice(&bytes) {
            Ok(members) => {
                let line = Line { members };
                let id = line.optional("id").unwrap_or_default();
                (id.unwrap_or(Value::Null), answer(&line))
            }
            Err(error) => {
                let what = format!("expected a JSON object in one line: {error}");
                (Value::Null, Err(BrokenLine(what)))
            }
        };
        let mut answer = answer.unwrap_or_else(|BrokenLine(what)| {
            all_well = false;
            json!({ "error": what })
        });
        if let Some(members) = answer.as_object_mut() {
            members.insert("id".to_owned(), id);
        }
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
}

fn missing(name: &str) -> BrokenLine {
    BrokenLine(format!("`{name}` is missing"))
}
