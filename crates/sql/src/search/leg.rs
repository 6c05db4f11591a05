use std::fmt;

use scimkit_schema::Name;
use scimkit_store::{Direction, Key, Sort, SortedBy, Stored};

use crate::{
    Find, Indexed, Indexes, KeyRange,
    find::find,
    indexes::IndexedPath,
    statements,
    value_key::{after, head, successor},
};

/// An index that has the order of a sort.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Order<'a> {
    Id,
    Modified,
    By(&'a IndexedPath),
}

/// A stretch of an index, read in one direction, as far as the next statement.
#[derive(Clone, Debug)]
pub(super) struct Leg<'a> {
    from: From<'a>,
    way: Way,
    /// Whether those that are equal come in the order of the page, too.
    is_exact: bool,
}

/// Where the next statement begins.
#[derive(Clone, Debug)]
enum From<'a> {
    Id(Box<str>),
    Modified(i64, Box<str>),
    Unique(&'a IndexedPath, KeyRange),
    /// The id belongs to the end that is read first.
    Value(&'a IndexedPath, KeyRange, Box<str>),
}

/// The direction in which an index is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    Up,
    Down,
}

impl fmt::Display for Order<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "id",
            Self::Modified => "meta.lastModified",
            Self::By(path) => &path.path,
        })
    }
}

impl<'a> Order<'a> {
    /// The index, if there is one. Of several values none is the one that counts.
    pub(super) fn of(sort: &Sort, type_name: &Name, indexes: &'a Indexes) -> Option<Self> {
        let target = sort.target(type_name)?;
        match target.canonical() {
            "id" => Some(Self::Id),
            "meta.lastModified" => Some(Self::Modified),
            path => {
                let known = indexes.find(type_name, path)?;
                (known.is_single && known.is_text()).then_some(Self::By(known))
            }
        }
    }

    /// The legs that a page is found on, given where it begins. What is not there is beyond the beginning or the end.
    pub(super) fn legs(
        &self,
        direction: Direction,
        is_back: bool,
        start: Option<&(SortedBy, Key)>,
    ) -> Option<Vec<Leg<'a>>> {
        let way = match (direction, is_back) {
            (Direction::Ascending, false) | (Direction::Descending, true) => Way::Up,
            (Direction::Descending, false) | (Direction::Ascending, true) => Way::Down,
        };
        // What is equal is in the order of ids, whatever the direction.
        let is_exact = direction == Direction::Ascending;
        let from = match self {
            Self::Id => {
                let id = match (start, way) {
                    (Some((_, key)), _) => key.id.as_str(),
                    (None, Way::Up) => "",
                    (None, Way::Down) => LAST,
                };
                From::Id(id.into())
            }
            Self::Modified => match (start, way) {
                (None, Way::Up) => From::Modified(i64::MIN, "".into()),
                (None, Way::Down) => From::Modified(i64::MAX, LAST.into()),
                (Some((SortedBy::Instant(at), key)), _) if is_exact => {
                    From::Modified(*at, key.id.as_str().into())
                }
                (Some((SortedBy::Instant(at), _)), Way::Up) => From::Modified(*at, "".into()),
                (Some((SortedBy::Instant(at), _)), Way::Down) => From::Modified(*at, LAST.into()),
                _ => return None,
            },
            Self::By(path) => return legs_by(path, way, is_back, is_exact, start),
        };
        let is_exact = is_exact || *self == Self::Id;
        Some(vec![Leg {
            from,
            way,
            is_exact,
        }])
    }
}

/// Resources with a value and those without one: those are last, and first where the order descends.
fn legs_by<'a>(
    path: &'a IndexedPath,
    way: Way,
    is_back: bool,
    is_exact: bool,
    start: Option<&(SortedBy, Key)>,
) -> Option<Vec<Leg<'a>>> {
    let missing_way = if is_back { Way::Down } else { Way::Up };
    let missing = |id: Option<&str>| {
        let mut keys = KeyRange::missing();
        if missing_way == Way::Down {
            keys.to = keys.from.clone();
        }
        let id = id.unwrap_or(missing_way.edge()).into();
        Leg {
            from: From::Value(path, keys, id),
            way: missing_way,
            is_exact: true,
        }
    };
    let values = |keys: KeyRange, id: Option<&str>| Leg {
        from: if path.is_unique() {
            From::Unique(path, keys)
        } else {
            From::Value(path, keys, id.unwrap_or(way.edge()).into())
        },
        way,
        is_exact: is_exact || path.is_unique(),
    };
    let all = || values(KeyRange::texts(), None);
    // They come behind the values that ascend, and before those that descend, whichever way the index is read.
    let missing_is_last = way == Way::Up;
    Some(match start {
        None if missing_is_last => vec![all(), missing(None)],
        None => vec![missing(None), all()],
        Some((SortedBy::Missing, key)) => {
            let rest = missing(Some(key.id.as_str()));
            if missing_is_last {
                vec![rest]
            } else {
                vec![rest, all()]
            }
        }
        Some((SortedBy::Text(text), key)) => {
            let mut keys = KeyRange::texts();
            let is_short = text.len() < SHORT;
            let id = (is_short && is_exact).then(|| key.id.as_str());
            let first = head(short(text));
            match way {
                Way::Up => keys.from = first,
                Way::Down if id.is_some() && !path.is_unique() => keys.to = first,
                Way::Down if is_short => keys.to = after(&first),
                Way::Down => keys.to = successor(&first),
            }
            let mut legs = vec![values(keys, id)];
            if missing_is_last {
                legs.push(missing(None));
            }
            legs
        }
        Some(_) => return None,
    })
}

impl Leg<'_> {
    /// Those behind an id, in the order of ids, or those before it.
    pub(super) fn by_id(id: &str, way: Way) -> Self {
        Self {
            from: From::Id(id.into()),
            way,
            is_exact: true,
        }
    }

    /// What a resource shares with those that may come behind it in the index and yet stand before it in the page; none where there can
    /// be no such ones.
    pub(super) fn tie(&self, stored: &Stored, indexes: &Indexes) -> Option<Box<[u8]>> {
        match &self.from {
            From::Id(_) => None,
            From::Modified(..) if self.is_exact => None,
            From::Modified(..) => Some(stored.modified.unix_micros().to_be_bytes().into()),
            From::Unique(path, _) | From::Value(path, ..) => {
                let indexed = Indexed::of(indexes, &stored.key.type_name, &stored.document);
                let key = indexed.key_at(&path.path)?.as_bytes();
                if self.is_exact && key.len() <= SHORT {
                    return None;
                }
                Some(key.iter().copied().take(SHORT).collect())
            }
        }
    }

    /// The next statement.
    pub(super) fn find(&self, tid: i64, type_name: &str, limit: usize) -> Find {
        let is_up = self.way == Way::Up;
        match &self.from {
            From::Id(id) => {
                let sql = if is_up {
                    statements::SCAN
                } else {
                    statements::SCAN_BACK
                };
                find!(sql, tid, type_name, &**id, limit)
            }
            From::Modified(at, id) => {
                let sql = if is_up {
                    statements::BY_MODIFIED
                } else {
                    statements::BY_MODIFIED_BACK
                };
                find!(sql, tid, type_name, *at, &**id, limit)
            }
            From::Unique(path, keys) => {
                let sql = if is_up {
                    statements::BY_UNIQUE_ORDER
                } else {
                    statements::BY_UNIQUE_ORDER_BACK
                };
                find!(
                    sql,
                    tid,
                    type_name,
                    &*path.path,
                    &*keys.from,
                    &*keys.to,
                    limit
                )
            }
            From::Value(path, keys, id) => {
                let (sql, first, last) = if is_up {
                    (statements::BY_VALUE_ORDER, &keys.from, &keys.to)
                } else {
                    (statements::BY_VALUE_ORDER_BACK, &keys.to, &keys.from)
                };
                find!(
                    sql,
                    tid,
                    type_name,
                    &*path.path,
                    &**first,
                    &**id,
                    &**last,
                    limit
                )
            }
        }
    }

    /// Moves behind a resource that was read.
    pub(super) fn move_behind(&mut self, last: &Stored, indexes: &Indexes) {
        let id = || last.key.id.as_str().into();
        let key = |path: &IndexedPath| {
            let indexed = Indexed::of(indexes, &last.key.type_name, &last.document);
            indexed.key_at(&path.path).cloned()
        };
        match &mut self.from {
            From::Id(behind) => *behind = id(),
            From::Modified(at, behind) => {
                (*at, *behind) = (last.modified.unix_micros(), id());
            }
            From::Unique(path, keys) => {
                if let Some(key) = key(path) {
                    match self.way {
                        Way::Up => keys.from = after(key.as_bytes()),
                        Way::Down => keys.to = key.as_bytes().into(),
                    }
                }
            }
            From::Value(path, keys, behind) => {
                if let Some(key) = key(path) {
                    match self.way {
                        Way::Up => keys.from = key.as_bytes().into(),
                        Way::Down => keys.to = key.as_bytes().into(),
                    }
                }
                *behind = id();
            }
        }
    }
}

impl Way {
    /// An id that every other one is behind.
    pub(super) const fn edge(self) -> &'static str {
        match self {
            Self::Up => "",
            Self::Down => LAST,
        }
    }
}

/// The beginning of a text in whose order an index and a sort agree: an index keeps fewer bytes of a text than a sort does characters.
fn short(text: &str) -> &str {
    let mut end = text.len().min(SHORT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// How many bytes of a text an index and a sort both look at.
const SHORT: usize = 200;

/// Greater than every id.
const LAST: &str = "\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}";
