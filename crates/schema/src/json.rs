//! JSON at the door: text from outside becomes a [`Value`] here, or an error that says where it is wrong.
//!
//! Stricter than JSON itself where leniency is a danger: a name that stands twice in one object (also in other letter case), U+0000,
//! and numbers that a 64-bit integer or double does not hold are refused.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fmt::{self, Write},
};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{Complex, Error, ErrorKind, Name, Value};

/// How deep a JSON text may nest. Its size is the caller's to bound, before the text is here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct JsonLimits {
    /// The deepest nesting of arrays and objects: 32 by default and at most. What SCIM has to say needs about ten levels, and this many
    /// are read, printed, copied, compared and dropped on a stack of 64 KiB.
    pub depth: usize,
}

impl JsonLimits {
    const MAX_DEPTH: usize = 32;
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self {
            depth: Self::MAX_DEPTH,
        }
    }
}

/// Reads one JSON value.
///
/// # Errors
/// [`ErrorKind::Json`], [`ErrorKind::DuplicateName`], [`ErrorKind::Nul`], [`ErrorKind::NumberRange`] or
/// [`ErrorKind::TooDeep`], with the path to the place.
///
/// ```
/// use scimkit_schema::{JsonLimits, json};
///
/// let error = json::parse(br#"{"emails":[{"type":"work","TYPE":"home"}]}"#, JsonLimits::default()).unwrap_err();
/// assert_eq!(error.to_string(), "`emails[0].TYPE`: this name stands twice in one object");
/// ```
pub fn parse(bytes: &[u8], limits: JsonLimits) -> Result<Value, Error> {
    let place = Place::new(limits.depth.min(JsonLimits::MAX_DEPTH));
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = ValueSeed(&place)
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        let kind = place
            .kind
            .take()
            .unwrap_or_else(|| ErrorKind::Json(error.to_string().into()));
        Error::new(kind, place.path())
    })
}

/// Reads one JSON object.
///
/// # Errors
/// As [`parse`], and [`ErrorKind::NotAnObject`] for any other JSON value.
///
/// ```
/// use scimkit_schema::{JsonLimits, json};
///
/// let body = json::parse_object(br#"{"userName":"mira"}"#, JsonLimits::default())?;
/// assert_eq!(body.text("userName"), Some("mira"));
/// assert!(json::parse_object(b"[]", JsonLimits::default()).is_err());
/// # Ok::<(), scimkit_schema::Error>(())
/// ```
pub fn parse_object(bytes: &[u8], limits: JsonLimits) -> Result<Complex, Error> {
    let not_an_object = |value: Value| {
        Error::new(
            ErrorKind::NotAnObject {
                found: value.kind(),
            },
            "",
        )
    };
    parse(bytes, limits)?.into_complex().map_err(not_an_object)
}

/// What the values of one text share: the names read so far, the depth, and on the way out of an error, what is wrong and where.
struct Place {
    /// From the innermost segment to the outermost: every level adds its own as the error passes it.
    segments: RefCell<Vec<Segment>>,
    kind: RefCell<Option<ErrorKind>>,
    names: RefCell<Vec<Name>>,
    /// How many levels are open, and how many may be.
    depth: Cell<usize>,
    limit: usize,
}

enum Segment {
    Name(Name),
    Index(usize),
}

impl Place {
    fn new(limit: usize) -> Self {
        Self {
            segments: RefCell::default(),
            kind: RefCell::default(),
            names: RefCell::default(),
            depth: Cell::new(0),
            limit,
        }
    }

    /// Opens an array or object.
    fn enter<E: de::Error>(&self) -> Result<(), E> {
        let depth = self.depth.get() + 1;
        if depth > self.limit {
            return Err(self.fail(ErrorKind::TooDeep { limit: self.limit }));
        }
        self.depth.set(depth);
        Ok(())
    }

    fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    fn check_text<E: de::Error>(&self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            Err(self.fail(ErrorKind::Nul))
        } else {
            Ok(())
        }
    }

    /// Notes that an error came from below `segment`.
    #[cold]
    fn below<E>(&self, segment: Segment, error: E) -> E {
        self.segments.borrow_mut().push(segment);
        error
    }

    #[cold]
    fn fail<E: de::Error>(&self, kind: ErrorKind) -> E {
        let error = E::custom(&kind);
        self.kind.replace(Some(kind));
        error
    }

    /// The name spelled `text`; the same one as before where it was among the first names of the text. Most stand in it more than once.
    fn name(&self, text: &str) -> Name {
        const MOST: usize = 32;
        let mut names = self.names.borrow_mut();
        if let Some(known) = names.iter().find(|known| *known == text) {
            return known.clone();
        }
        let name = Name::from(text);
        if names.len() < MOST {
            names.push(name.clone());
        }
        name
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for segment in self.segments.borrow().iter().rev() {
            match segment {
                Segment::Name(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.extend(name.chars().take(80).flat_map(char::escape_debug));
                }
                Segment::Index(index) => {
                    let _ = write!(path, "[{index}]");
                }
            }
        }
        path
    }
}

/// Reads the name of a member.
struct NameSeed<'a>(&'a Place);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<Name, E> {
        Ok(self.0.name(text))
    }
}

/// Reads a value.
// What calls itself for every level (here, `visit_seq` and `visit_map`) leaves the work to others: their frames are gone while the
// inner value is read, so that even unoptimized code needs little stack for a level.
#[derive(Clone, Copy)]
struct ValueSeed<'a>(&'a Place);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::NULL)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value)
            .map(Value::from)
            .map_err(|_| self.0.fail(ErrorKind::NumberRange))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if value.abs() >= LIMIT {
            return Err(self.0.fail(ErrorKind::NumberRange));
        }
        Ok(Value::decimal(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        self.0.check_text(value)?;
        Ok(value.into())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        self.0.check_text(&value)?;
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let mut values = Vec::new();
        while self
            .0
            .add_element(&mut values, seq.next_element_seed(self))?
        {}
        self.0.leave();
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.0.enter()?;
        let mut object = Object::default();
        while let Some(name) = self.0.next_name(&mut object, &mut map)? {
            self.0
                .add_member(&mut object, name, map.next_value_seed(self))?;
        }
        self.0.leave();
        Ok(Complex::from_distinct(object.fields).into())
    }
}

/// An object that is being read.
#[derive(Default)]
struct Object {
    fields: Vec<(Name, Value)>,
    seen: Seen,
}

impl Place {
    /// Whether there was another element.
    fn add_element<E>(
        &self,
        values: &mut Vec<Value>,
        next: Result<Option<Value>, E>,
    ) -> Result<bool, E> {
        match next {
            Ok(Some(value)) => values.push(value),
            Ok(None) => return Ok(false),
            Err(error) => return Err(self.below(Segment::Index(values.len()), error)),
        }
        Ok(true)
    }

    /// The name of the next member, if there is one.
    fn next_name<'de, A: MapAccess<'de>>(
        &self,
        object: &mut Object,
        map: &mut A,
    ) -> Result<Option<Name>, A::Error> {
        let Some(name) = map.next_key_seed(NameSeed(self))? else {
            return Ok(None);
        };
        let mut fresh = self.check_text(&name);
        if fresh.is_ok() && !object.seen.insert(&object.fields, &name) {
            fresh = Err(self.fail(ErrorKind::DuplicateName));
        }
        match fresh {
            Ok(()) => Ok(Some(name)),
            Err(error) => Err(self.below(Segment::Name(name), error)),
        }
    }

    fn add_member<E>(
        &self,
        object: &mut Object,
        name: Name,
        value: Result<Value, E>,
    ) -> Result<(), E> {
        match value {
            Ok(value) => object.fields.push((name, value)),
            Err(error) => return Err(self.below(Segment::Name(name), error)),
        }
        Ok(())
    }
}

/// The names seen in one object: a look over the few there usually are, a set once there are many.
#[derive(Default)]
struct Seen {
    folded: BTreeSet<String>,
}

impl Seen {
    const FEW: usize = 32;

    fn insert(&mut self, fields: &[(Name, Value)], name: &Name) -> bool {
        if fields.len() < Self::FEW {
            return !fields.iter().any(|(known, _)| known.matches(name));
        }
        if self.folded.is_empty() {
            self.folded
                .extend(fields.iter().map(|(known, _)| known.to_ascii_lowercase()));
        }
        self.folded.insert(name.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(text: &str) -> Error {
        parse(text.as_bytes(), JsonLimits::default()).unwrap_err()
    }

    #[test]
    fn names_the_place() {
        assert_eq!(error(r#"{"a":[true,{"b":"\u0000"}]}"#).path(), "a[1].b");
        assert_eq!(
            error(r#"{"a":[true,{"b":9223372036854775808}]}"#).kind(),
            &ErrorKind::NumberRange
        );
        assert_eq!(error(r#"{"x":1e19}"#).kind(), &ErrorKind::NumberRange);
        assert_eq!(error(r#"{"x":{"y":1,"Y":2}}"#).path(), "x.Y");
        assert_eq!(error(r#"{"x\u0000":1}"#).kind(), &ErrorKind::Nul);
        assert!(matches!(error("{\"a\":").kind(), ErrorKind::Json(_)));
        assert!(matches!(error("{} x").kind(), ErrorKind::Json(_)));
        assert!(matches!(error("").kind(), ErrorKind::Json(_)));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(32).as_bytes(), JsonLimits::default()).is_ok());
        assert_eq!(error(&nested(33)).kind(), &ErrorKind::TooDeep { limit: 32 });
        assert_eq!(
            error(&"[".repeat(1_000_000)).kind(),
            &ErrorKind::TooDeep { limit: 32 }
        );
    }

    #[test]
    fn many_names_are_still_compared() {
        let names: Vec<_> = (0..100).map(|n| format!("\"k{n}\":1,")).collect();
        let text = format!("{{{}", names.concat());
        assert_eq!(error(&format!("{text}\"K7\":1}}")).path(), "K7");
        assert!(parse(format!("{text}\"z\":1}}").as_bytes(), JsonLimits::default()).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(value in arbitrary_value()) {
            let text = value.to_string();
            prop_assert_eq!(parse(text.as_bytes(), JsonLimits::default()).unwrap(), value);
        }
    }

    fn arbitrary_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::NULL),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e15..1e15).prop_map(Value::decimal),
            "[^\0]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,6}", inner, 0..5).prop_map(|fields| {
                    Value::from(
                        fields
                            .into_iter()
                            .map(|(name, value)| (Name::from(name), value))
                            .collect::<Complex>(),
                    )
                }),
            ]
        })
    }
}
