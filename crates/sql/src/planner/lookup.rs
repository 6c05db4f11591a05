use std::fmt;

use scimkit_schema::ResourceId;

use crate::{Find, KeyRange, ValueKey, find::find, sqlite, statements};

/// One way to find candidates without a scan.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Lookup {
    /// The resource with this id.
    Id(ResourceId),
    /// The resource with this unique value.
    Unique {
        /// The canonical path.
        path: Box<str>,
        /// The value.
        key: ValueKey,
    },
    /// Resources with this indexed value.
    Value {
        /// The canonical path.
        path: Box<str>,
        /// The value.
        key: ValueKey,
    },
    /// Resources with this `externalId`.
    ExternalId(ValueKey),
    /// Groups that this resource is a member of.
    GroupsOf(ResourceId),
    /// Members of this group.
    MembersOf(ResourceId),
    /// Resources with a value in a range.
    Range {
        /// Whose values.
        of: Ranged,
        /// The keys.
        keys: KeyRange,
        /// About how many resources there are.
        cost: u64,
    },
    /// Resources that were last changed in a stretch of time, in microseconds.
    Modified {
        /// The first moment.
        from: i64,
        /// The moment to stop before.
        to: i64,
    },
    /// Resources with a text that holds all of these groups of three characters, at whatever path.
    Parts(Vec<Box<str>>),
}

/// Whose values a range is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ranged {
    /// An attribute whose values are unique.
    Unique(Box<str>),
    /// Another attribute that is indexed.
    Value(Box<str>),
    /// The `externalId`.
    ExternalId,
}

impl Lookup {
    /// About how many resources it finds.
    pub(super) fn cost(&self) -> u64 {
        match self {
            Self::Id(_) | Self::Unique { .. } => 1,
            Self::ExternalId(_) | Self::Value { .. } => 2,
            Self::GroupsOf(_) => 50,
            Self::MembersOf(_) => 10_000,
            Self::Range { cost, .. } => *cost,
            Self::Modified { from, to } if *from == i64::MIN || *to == i64::MAX => 50_000,
            Self::Modified { .. } => 5_000,
            Self::Parts(groups) if groups.len() < 3 => 4_000,
            Self::Parts(_) => 400,
        }
    }

    /// The statement whose rows are the ids that it finds, `most` of them at most; none for an id, which needs no look-up.
    #[must_use]
    pub fn find(&self, tid: i64, type_name: &str, most: usize) -> Option<Find> {
        Some(match self {
            Self::Id(_) => return None,
            Self::Unique { path, key } => {
                find!(
                    statements::BY_UNIQUE,
                    tid,
                    type_name,
                    &**path,
                    key.as_bytes(),
                    most
                )
            }
            Self::Value { path, key } => {
                find!(
                    statements::BY_VALUE,
                    tid,
                    type_name,
                    &**path,
                    key.as_bytes(),
                    most
                )
            }
            Self::ExternalId(key) => {
                find!(
                    statements::BY_EXTERNAL_ID,
                    tid,
                    type_name,
                    key.as_bytes(),
                    most
                )
            }
            Self::GroupsOf(member) => {
                find!(statements::GROUP_IDS_OF, tid, member.as_str(), most)
            }
            Self::MembersOf(group) => find!(statements::MEMBER_IDS_OF, tid, group.as_str(), most),
            Self::Range { of, keys, .. } => {
                let (from, to) = (&*keys.from, &*keys.to);
                match of {
                    Ranged::Unique(path) => {
                        find!(
                            statements::UNIQUE_BETWEEN,
                            tid,
                            type_name,
                            &**path,
                            from,
                            to,
                            most
                        )
                    }
                    Ranged::Value(path) => {
                        find!(
                            statements::VALUES_BETWEEN,
                            tid,
                            type_name,
                            &**path,
                            from,
                            to,
                            most
                        )
                    }
                    Ranged::ExternalId => {
                        find!(
                            statements::EXTERNAL_IDS_BETWEEN,
                            tid,
                            type_name,
                            from,
                            to,
                            most
                        )
                    }
                }
            }
            Self::Modified { from, to } => {
                find!(
                    statements::MODIFIED_BETWEEN,
                    tid,
                    type_name,
                    *from,
                    *to,
                    most
                )
            }
            Self::Parts(groups) => {
                let quoted = groups
                    .iter()
                    .map(|group| format!("\"{}\"", group.replace('"', "\"\"")));
                let wanted = quoted.collect::<Vec<_>>().join(" ");
                find!(sqlite::BY_PARTS, tid, type_name, &*wanted, most)
            }
        })
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(_) => f.write_str("id"),
            Self::Unique { path, .. } => write!(f, "unique {path}"),
            Self::Value { path, .. } => write!(f, "indexed {path}"),
            Self::ExternalId(_) => f.write_str("externalId"),
            Self::GroupsOf(_) => f.write_str("groups of a member"),
            Self::MembersOf(_) => f.write_str("members of a group"),
            Self::Range { of, .. } => match of {
                Ranged::Unique(path) | Ranged::Value(path) => write!(f, "range of {path}"),
                Ranged::ExternalId => f.write_str("range of externalId"),
            },
            Self::Modified { .. } => f.write_str("range of meta.lastModified"),
            Self::Parts(_) => f.write_str("parts of texts"),
        }
    }
}

/// Groups of three characters that a text is made of, which overlap only at its end; none where it is too short to have one.
pub(super) fn parts(text: &str) -> Option<Vec<Box<str>>> {
    const MOST: usize = 16;
    let characters: Vec<char> = text.chars().collect();
    let last = characters.len().checked_sub(3)?;
    let starts = (0..last).step_by(3).take(MOST).chain([last]);
    let group = |start: usize| characters.iter().skip(start).take(3).collect::<String>();
    let mut groups: Vec<Box<str>> = Vec::new();
    for group in starts.map(group) {
        if !groups.iter().any(|known| **known == *group) {
            groups.push(group.into());
        }
    }
    Some(groups)
}
