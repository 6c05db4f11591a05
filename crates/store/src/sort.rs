use std::{borrow::Cow, cmp::Reverse, sync::Arc};

use scimkit_filter::{
    AttributePath, BindError, BindErrorKind, Bound, BoundFilter, Filter, Place, Target,
};
use scimkit_schema::{AttributeType, Compat, Name, ResourceId, ResourceType, Value, View, fold};

use crate::{Key, Stored};

/// The order in which a query gives its results ([RFC 7644 §3.4.2.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.3)).
///
/// Values go by their type: text as the attribute's `caseExact` says, by its first 200 characters; instants and numbers by what they stand
/// for. Of several values the primary one counts, else the first. A resource without a value is last, descending first. Equal ones are in
/// the order of the query without a sort.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_schema::core;
/// use scimkit_store::{Direction, Sort};
///
/// let users = [Arc::new(core::user_type())];
/// assert!(Sort::bind(&"name.familyName".parse()?, Direction::Ascending, &users).is_ok());
/// assert!(Sort::bind(&"password".parse()?, Direction::Ascending, &users).is_err());
/// # Ok::<(), scimkit_filter::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    by: Vec<(Name, Target)>,
    direction: Direction,
}

/// Which end of an order comes first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// The least value.
    Ascending,
    /// The greatest value.
    Descending,
}

/// Why an attribute gives no order.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SortError {
    /// There is no such attribute.
    #[error(transparent)]
    Attribute(BindError),
    /// The attribute is never returned, so an order must not give it away.
    #[error("`{0}`: the attribute is never returned and cannot be sorted by")]
    NeverReturned(Box<str>),
    /// The attribute has no value of its own.
    #[error("`{0}`: the attribute is complex, name one of its sub-attributes")]
    Complex(Box<str>),
    /// The attribute is a relation to other resources.
    #[error("`{0}`: nothing can be sorted by members or groups")]
    Relation(Box<str>),
}

/// What a resource is sorted by, as a place in a sorted query tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SortedBy {
    /// An instant, in microseconds since the start of 1970.
    Instant(i64),
    /// It has no value.
    Missing,
    /// Another kind of value.
    Other,
    /// The first 200 characters of a text, folded where the attribute ignores case.
    Text(Box<str>),
}

/// What a resource is sorted by. No value comes after every value.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum SortKey {
    Boolean(bool),
    /// The whole number below, and the rest, whose bits order like itself.
    Number(i64, u64),
    /// Microseconds.
    Instant(i64),
    Text(Box<str>),
    Missing,
}

/// The place of a resource in the order of a query.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Position {
    key: Directed,
    rank: usize,
    id: Box<str>,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Directed {
    Up(SortKey),
    Down(Reverse<SortKey>),
}

impl Sort {
    /// The order by an attribute among resources of these types. In a query over several types, one that a type does not have counts as
    /// missing there.
    ///
    /// # Errors
    /// [`SortError`], naming the attribute.
    pub fn bind(
        by: &AttributePath,
        direction: Direction,
        types: &[Arc<ResourceType>],
    ) -> Result<Self, SortError> {
        let present = Filter::Present(by.clone());
        let bound = BoundFilter::bind(&present, types, Compat::strict());
        let bound = bound.map_err(|error| match error.kind() {
            BindErrorKind::NeverReturned => SortError::NeverReturned(error.path().into()),
            _ => SortError::Attribute(error),
        })?;
        let mut targets = Vec::new();
        for known in types {
            // What is not bound to a target is unknown to this type.
            let Some(Bound::Present(target)) = bound.tree(known.name()) else {
                continue;
            };
            let name = || by.to_string().chars().take(80).collect();
            match target.place() {
                Place::Relation { .. } => return Err(SortError::Relation(name())),
                Place::Extension(_) => return Err(SortError::Complex(name())),
                _ => {}
            }
            let attribute = target.attribute();
            if attribute.attribute_type() == AttributeType::Complex
                && !(attribute.is_multi_valued() && attribute.sub_attribute("value").is_some())
            {
                return Err(SortError::Complex(name()));
            }
            targets.push((known.name().clone(), target.clone()));
        }
        Ok(Self {
            by: targets,
            direction,
        })
    }

    /// What resources of a type are sorted by; none when the type does not have the attribute.
    #[must_use]
    pub fn target(&self, type_name: &str) -> Option<&Target> {
        let mut by = self.by.iter();
        by.find(|(name, _)| name == type_name)
            .map(|(_, target)| target)
    }

    /// Which end comes first.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// What a place that a page of a sorted query named stands for, for a store whose index has the order.
    #[must_use]
    pub fn read(place: &[u8]) -> Option<(SortedBy, Key)> {
        let (value, type_name, id) = parse_place(place)?;
        let value = match value {
            SortKey::Instant(micros) => SortedBy::Instant(micros),
            SortKey::Text(text) => SortedBy::Text(text),
            SortKey::Missing => SortedBy::Missing,
            SortKey::Boolean(_) | SortKey::Number(..) => SortedBy::Other,
        };
        Some((value, Key::new(type_name.into(), ResourceId::new(id).ok()?)))
    }

    /// The place of a resource whose type stands at `rank` in the query.
    pub(crate) fn position(&self, stored: &Stored, rank: usize) -> Position {
        let target = self
            .by
            .iter()
            .find(|(name, _)| *name == stored.key.type_name);
        let key = target.map_or(SortKey::Missing, |(_, target)| sort_key(target, stored));
        self.directed(key, rank, stored.key.id.as_str())
    }

    fn directed(&self, key: SortKey, rank: usize, id: &str) -> Position {
        let key = match self.direction {
            Direction::Ascending => Directed::Up(key),
            Direction::Descending => Directed::Down(Reverse(key)),
        };
        Position {
            key,
            rank,
            id: id.into(),
        }
    }

    /// A place as bytes: what it is sorted by, then the resource.
    pub(crate) fn write_place(position: &Position, key: &Key) -> Box<[u8]> {
        let (Directed::Up(value) | Directed::Down(Reverse(value))) = &position.key;
        let value = match value {
            SortKey::Boolean(value) => format!("b{value}"),
            SortKey::Number(whole, rest) => format!("n{whole} {rest}"),
            SortKey::Instant(micros) => format!("i{micros}"),
            SortKey::Text(text) => format!("t{text}"),
            SortKey::Missing => "-".to_owned(),
        };
        let place = format!("{}:{value}{}/{}", value.len(), key.type_name, key.id);
        place.into_bytes().into()
    }

    /// Reads what [`Sort::write_place`] wrote; `rank` finds the place of a type in the query.
    pub(crate) fn read_place(
        &self,
        place: &[u8],
        rank: impl Fn(&str) -> Option<usize>,
    ) -> Option<Position> {
        let (value, type_name, id) = parse_place(place)?;
        Some(self.directed(value, rank(type_name)?, id))
    }
}

impl Position {
    /// The place in a query without a sort.
    pub(crate) fn unsorted(rank: usize, id: &str) -> Self {
        Self {
            key: Directed::Up(SortKey::Missing),
            rank,
            id: id.into(),
        }
    }
}

/// The value, the name of the type and the id.
fn parse_place(place: &[u8]) -> Option<(SortKey, &str, &str)> {
    let (length, rest) = std::str::from_utf8(place).ok()?.split_once(':')?;
    let (value, key) = rest.split_at_checked(length.parse().ok()?)?;
    let (type_name, id) = key.split_once('/')?;
    let kind = value.chars().next()?;
    let text = value.strip_prefix(kind)?;
    let value = match kind {
        'b' => SortKey::Boolean(text.parse().ok()?),
        'n' => {
            let (whole, rest) = text.split_once(' ')?;
            SortKey::Number(whole.parse().ok()?, rest.parse().ok()?)
        }
        'i' => SortKey::Instant(text.parse().ok()?),
        't' => SortKey::Text(text.into()),
        '-' => SortKey::Missing,
        _ => return None,
    };
    Some((value, type_name, id))
}

fn sort_key(target: &Target, stored: &Stored) -> SortKey {
    let text = |text: &str| SortKey::Text(text.into());
    match target.place() {
        Place::Id => text(stored.key.id.as_str()),
        Place::Type => text(&stored.key.type_name),
        Place::Created => SortKey::Instant(stored.created.unix_micros()),
        Place::LastModified => SortKey::Instant(stored.modified.unix_micros()),
        Place::Version => text(&stored.version.to_string()),
        Place::Document {
            extension,
            name,
            sub,
        } => {
            let fields = match extension {
                Some(urn) => stored.document.extension(urn),
                None => Some(stored.document.attributes()),
            };
            let value = fields.and_then(|fields| fields.get(name));
            let value = value.and_then(first).and_then(|value| {
                match (sub.as_deref(), value.as_complex()) {
                    (Some(sub), fields) => fields?.get(sub),
                    (None, Some(fields)) => fields.get("value"),
                    (None, None) => Some(value),
                }
            });
            value.map_or(SortKey::Missing, |value| of_value(value, target))
        }
        Place::Location | Place::Relation { .. } | Place::Element { .. } | Place::Extension(_) => {
            SortKey::Missing
        }
    }
}

/// The value that counts among several: the primary one, else the first.
fn first(value: &Value) -> Option<&Value> {
    let is_primary = |value: &&Value| {
        let fields = value.as_complex();
        fields.is_some_and(|fields| fields.get("primary").and_then(Value::as_bool) == Some(true))
    };
    let elements = value.elements();
    elements
        .iter()
        .find(is_primary)
        .or_else(|| elements.first())
}

fn of_value(value: &Value, target: &Target) -> SortKey {
    const LENGTH: usize = 200;
    match value.view() {
        View::Boolean(value) => SortKey::Boolean(value),
        View::Integer(value) => SortKey::Number(value, 0),
        View::Decimal(value) => {
            let below = value.floor();
            #[expect(
                clippy::cast_possible_truncation,
                reason = "decimals are below 2^63 in magnitude"
            )]
            let whole = below as i64;
            SortKey::Number(whole, (value - below).to_bits())
        }
        View::DateTime(value) => SortKey::Instant(value.unix_micros()),
        View::String("") | View::Null | View::Complex(_) | View::List(_) => SortKey::Missing,
        View::String(text) => {
            // The value of a multi-valued attribute is compared as that sub-attribute says.
            let attribute = target.attribute();
            let attribute = attribute.sub_attribute("value").unwrap_or(attribute);
            let text = if attribute.is_case_exact() {
                Cow::Borrowed(text)
            } else {
                fold(text)
            };
            SortKey::Text(text.chars().take(LENGTH).collect())
        }
    }
}

#[cfg(test)]
mod tests;
