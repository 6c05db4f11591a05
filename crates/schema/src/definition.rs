//! Schema and resource type documents, read member by member so that an error can name the place.

use crate::{Complex, Error, ErrorKind, JsonLimits, Value, json, nearest};

/// One object of a document, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Definition<'a> {
    fields: &'a Complex,
    path: String,
}

impl<'a> Definition<'a> {
    /// The object at `path`, which is empty for the whole document.
    pub(crate) const fn new(fields: &'a Complex, path: String) -> Self {
        Self { fields, path }
    }

    /// Where the member `name` stands, such as `attributes[3].type`.
    pub(crate) fn place(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// The value of a member, whose name may be in any letter case; null is the same as absence.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        let named = self.fields.iter().find(|(known, _)| known.matches(name));
        named
            .map(|(_, value)| value)
            .filter(|value| !matches!(value.view(), crate::View::Null))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let text = value.as_str();
        text.map(Some)
            .ok_or_else(|| wrong_type("a string", value, self.place(name)))
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, name: &str) -> Result<&'a str, Error> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Error::new(ErrorKind::Required, self.place(name)))
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let boolean = value.as_bool();
        boolean
            .map(Some)
            .ok_or_else(|| wrong_type("true or false", value, self.place(name)))
    }

    /// Texts in an array, or one text without it: the RFC's own schema of schemas had `referenceTypes` so (erratum 5607).
    pub(crate) fn text_or_texts(&self, name: &str) -> Result<Vec<&'a str>, Error> {
        match self.value(name).and_then(Value::as_str) {
            Some(lone) => Ok(vec![lone]),
            None => self.texts(name),
        }
    }

    /// Texts in an array.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&'a str>, Error> {
        let elements = self.array(name)?.iter().enumerate();
        elements
            .map(|(index, value)| {
                let place = || format!("{}[{index}]", self.place(name));
                value
                    .as_str()
                    .ok_or_else(|| wrong_type("a string", value, place()))
            })
            .collect()
    }

    /// Objects in an array.
    pub(crate) fn objects(&self, name: &str) -> Result<Vec<Self>, Error> {
        objects(self.array(name)?, &self.place(name))
    }

    /// One of the words that `all` spell, in any letter case.
    pub(crate) fn keyword<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        spelled: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let mut words = all.iter().copied();
        if let Some(known) = words.find(|known| spelled(*known).eq_ignore_ascii_case(text)) {
            return Ok(Some(known));
        }
        let words: Vec<_> = all.iter().map(|known| spelled(*known)).collect();
        let meant = nearest(text, words.iter().copied())
            .map(|word| format!(", did you mean `{word}`?"))
            .unwrap_or_default();
        let message = format!(
            "`{}` is none of `{}`{meant}",
            shown(text),
            words.join("`, `")
        );
        Err(definition(self.place(name), message))
    }

    fn array(&self, name: &str) -> Result<&'a [Value], Error> {
        let Some(value) = self.value(name) else {
            return Ok(&[]);
        };
        let list = value.as_list();
        list.ok_or_else(|| wrong_type("an array", value, self.place(name)))
    }
}

/// Every element of an array as an object.
pub(crate) fn objects<'a>(values: &'a [Value], path: &str) -> Result<Vec<Definition<'a>>, Error> {
    let elements = values.iter().enumerate();
    elements
        .map(|(index, value)| {
            let place = format!("{path}[{index}]");
            match value.as_complex() {
                Some(fields) => Ok(Definition::new(fields, place)),
                None => Err(wrong_type("an object", value, place)),
            }
        })
        .collect()
}

/// The object that a text holds.
pub(crate) fn parse(text: &str) -> Result<Complex, Error> {
    json::parse_object(text.as_bytes(), JsonLimits::default())
}

/// An error in a definition.
pub(crate) fn definition(path: impl Into<Box<str>>, message: impl Into<Box<str>>) -> Error {
    Error::new(ErrorKind::Definition(message.into()), path)
}

/// What was there, short and in one line.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

fn wrong_type(expected: &'static str, found: &Value, path: String) -> Error {
    let found = found.kind();
    Error::new(ErrorKind::WrongType { expected, found }, path)
}
