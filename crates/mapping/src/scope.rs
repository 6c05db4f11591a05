//! Scoping filters: which objects of the source are provisioned at all.

mod clause;
mod operator;

use std::fmt;

use self::clause::Clause;
pub use self::operator::Operator;
use crate::error::{Error, excerpt};
use crate::{SourceObject, Value, schema};

/// The scoping filter of an object mapping, ready to be asked.
///
/// Groups are alternatives; all clauses of a group must hold. A filter without groups has everybody in scope.
///
/// ```
/// use scimkit_mapping::schema::Filter;
/// use scimkit_mapping::{Scope, SourceObject};
///
/// let filter: Filter = serde_json::from_str(
///     r#"{ "groups": [{ "name": "Nordics", "clauses": [
///         { "sourceOperandName": "country", "operatorName": "EQUALS", "targetOperand": { "values": ["NO"] } }
///     ] }] }"#,
/// )?;
/// let scope = Scope::new(&filter)?;
/// let mira = SourceObject::new("User").with("country", "NL");
/// let verdict = scope.judge(&mira)?;
/// assert!(!verdict.is_in_scope());
/// assert_eq!(verdict.to_string(), "the filter `Nordics` asks for `country EQUALS \"NO\"`, and it is `NL`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    schema: schema::Filter,
    filters: Vec<(ScopeFilter, Vec<Group>)>,
}

/// Which of the three filters of a scope is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScopeFilter {
    /// `categoryFilterGroups`: whether an object belongs to this mapping at all. One that does not is left alone.
    Category,
    /// `groups`, the filter that the portal shows: one who leaves it is deprovisioned.
    Groups,
    /// `inputFilterGroups`: one who leaves it is left alone in the target.
    Input,
}

/// Whether an object is in scope, and if not, why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ScopeVerdict {
    /// It is.
    InScope,
    /// It is not.
    OutOfScope(Exclusion),
}

/// What excludes an object.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Exclusion {
    /// The filter that does.
    pub filter: ScopeFilter,
    /// The first clause that fails in each of its groups.
    pub failed: Vec<FailedClause>,
}

/// A clause that does not hold.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FailedClause {
    /// The name of its group, or its number if it has none.
    pub group: String,
    /// The clause as it is written, such as `country EQUALS "NO"`.
    pub clause: String,
    /// What the object has for the attribute.
    pub value: Value,
}

#[derive(Clone, Debug)]
struct Group {
    name: Box<str>,
    clauses: Vec<Clause>,
}

impl Scope {
    /// Compiles a filter.
    ///
    /// # Errors
    /// [`Error`] that names the clause whose operator is not known or whose operands do not fit it.
    pub fn new(filter: &schema::Filter) -> Result<Self, Error> {
        let mut filters = Vec::new();
        for (kind, groups) in lists(filter) {
            if !groups.is_empty() {
                filters.push((kind, compile(kind, groups)?));
            }
        }
        Ok(Self {
            schema: filter.clone(),
            filters,
        })
    }

    /// The filter as it was given.
    #[must_use]
    pub const fn as_schema(&self) -> &schema::Filter {
        &self.schema
    }

    /// The source attributes that clauses ask about.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        let groups = self.filters.iter().flat_map(|(_, groups)| groups);
        let clauses = groups.flat_map(|group| &group.clauses);
        clauses.map(|clause| &*clause.attribute)
    }

    /// Whether `source` is in scope.
    ///
    /// # Errors
    /// [`Error`] if a regular expression takes too long on a value.
    pub fn judge(&self, source: &SourceObject) -> Result<ScopeVerdict, Error> {
        for (kind, groups) in &self.filters {
            let mut failed = Vec::new();
            for group in groups {
                match group.first_failure(source)? {
                    Some(clause) => failed.push(FailedClause {
                        group: group.name.to_string(),
                        clause: clause.to_string(),
                        value: source.attribute(&clause.attribute).clone(),
                    }),
                    None => break,
                }
            }
            if failed.len() == groups.len() {
                let filter = *kind;
                return Ok(ScopeVerdict::OutOfScope(Exclusion { filter, failed }));
            }
        }
        Ok(ScopeVerdict::InScope)
    }
}

impl Group {
    fn first_failure(&self, source: &SourceObject) -> Result<Option<&Clause>, Error> {
        for clause in &self.clauses {
            if !clause.holds(source.attribute(&clause.attribute))? {
                return Ok(Some(clause));
            }
        }
        Ok(None)
    }
}

/// The three filters of a scope, in the order in which they are asked.
pub(crate) fn lists(filter: &schema::Filter) -> [(ScopeFilter, &[schema::FilterGroup]); 3] {
    [
        (
            ScopeFilter::Category,
            filter.category_filter_groups.as_slice(),
        ),
        (ScopeFilter::Input, filter.input_filter_groups.as_slice()),
        (ScopeFilter::Groups, filter.groups.as_slice()),
    ]
}

/// Whether a clause can be used.
pub(crate) fn check_clause(clause: &schema::FilterClause) -> Result<(), Error> {
    Clause::new(clause).map(drop)
}

fn compile(kind: ScopeFilter, groups: &[schema::FilterGroup]) -> Result<Vec<Group>, Error> {
    let mut compiled = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let mut clauses = Vec::new();
        for (position, clause) in group.clauses.as_slice().iter().enumerate() {
            let clause = Clause::new(clause);
            clauses.push(clause.map_err(|error| {
                error.in_scope_at(&format!("{kind}[{number}].clauses[{position}]"))
            })?);
        }
        let name = match group.name.as_str() {
            "" => (number + 1).to_string(),
            name => name.to_owned(),
        };
        compiled.push(Group {
            name: name.into(),
            clauses,
        });
    }
    Ok(compiled)
}

impl ScopeVerdict {
    /// Whether the object is in scope.
    #[must_use]
    pub const fn is_in_scope(&self) -> bool {
        matches!(self, Self::InScope)
    }
}

/// The name of its member in a schema.
impl fmt::Display for ScopeFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Category => "categoryFilterGroups",
            Self::Groups => "groups",
            Self::Input => "inputFilterGroups",
        })
    }
}

/// As part of a sentence for a log.
impl fmt::Display for ScopeVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InScope => f.write_str("in scope"),
            Self::OutOfScope(exclusion) => exclusion.fmt(f),
        }
    }
}

/// As part of a sentence for a log.
impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, failed) in self.failed.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            failed.fmt(f)?;
        }
        Ok(())
    }
}

/// As part of a sentence for a log.
impl fmt::Display for FailedClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the filter `{}` asks for `{}`, and it ",
            self.group, self.clause
        )?;
        match self.value.values() {
            [] => f.write_str("has no value"),
            [value] => write!(f, "is `{}`", excerpt(&value.as_text().unwrap_or_default())),
            values => write!(f, "has {} values", values.len()),
        }
    }
}

#[cfg(test)]
mod tests;
