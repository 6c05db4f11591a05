//! Evaluates a bound filter: true or false, no third value.

mod compare;

use scimkit_schema::{Complex, DateTime, Value};

use self::compare::{compares, is_assigned, is_present, no_value_compares};
use crate::{Bound, Candidate, CompareOp, Operand, Place, Related, Target};

/// One value of a multi-valued attribute.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    Value(&'a Value),
    Related(&'a Related),
}

/// One value of a target.
#[derive(Clone, Copy)]
enum Datum<'a> {
    Value(&'a Value),
    Text(&'a str),
    Instant(&'a DateTime),
    Boolean(bool),
    /// A member or group as a whole.
    Row,
    /// An extension as a whole.
    Fields(&'a Complex),
}

#[derive(Clone, Copy)]
enum Scope<'a> {
    Candidate(&'a Candidate<'a>),
    Row(Row<'a>),
}

/// Whether the filter is true for a resource.
pub(crate) fn holds(bound: &Bound, candidate: &Candidate<'_>) -> bool {
    Scope::Candidate(candidate).holds(bound)
}

/// Whether the filter of a value path is true for one value.
pub(crate) fn holds_for_row(bound: &Bound, row: Row<'_>) -> bool {
    Scope::Row(row).holds(bound)
}

/// The name of the candidate's resource type.
pub(crate) fn type_name<'a>(candidate: &Candidate<'a>) -> Option<&'a str> {
    match candidate.known {
        Some(known) => Some(known.type_name),
        None => candidate
            .document
            .get("meta")
            .and_then(Value::as_complex)
            .and_then(|meta| meta.text("resourceType")),
    }
}

impl Scope<'_> {
    fn holds(self, bound: &Bound) -> bool {
        match bound {
            Bound::And(terms) => terms.iter().all(|term| self.holds(term)),
            Bound::Or(terms) => terms.iter().any(|term| self.holds(term)),
            Bound::Not(inner) => !self.holds(inner),
            Bound::Never => false,
            Bound::Present(target) => self.any(target, &mut |datum| datum.is_some_and(is_present)),
            Bound::Compare {
                target,
                op,
                operand,
            } => self.holds_comparison(target, *op, operand),
            Bound::ValuePath { target, filter } => {
                self.any_row(target, &mut |row| holds_for_row(filter, row))
            }
        }
    }

    /// Whether some value compares so. Where there are no values at all, no value is compared, once.
    fn holds_comparison(self, target: &Target, op: CompareOp, operand: &Operand) -> bool {
        let assumed = assumed(target, operand);
        let compare = |datum: Option<Datum<'_>>| match datum.or(assumed) {
            Some(datum) => compares(datum, op, operand),
            None => no_value_compares(op, operand),
        };
        let mut is_empty = true;
        let holds = self.any(target, &mut |datum| {
            is_empty = false;
            compare(datum)
        });
        holds || is_empty && compare(None)
    }

    /// Whether `check` is true for some value of the target. A value of a multi-valued attribute that lacks the sub-attribute
    /// is `None`.
    fn any(self, target: &Target, check: &mut dyn FnMut(Option<Datum<'_>>) -> bool) -> bool {
        match self {
            Self::Row(row) => any_in_row(row, target, check),
            Self::Candidate(candidate) => any_in_candidate(candidate, target, check),
        }
    }

    /// Whether `check` is true for one of the values that a value path looks at.
    fn any_row(self, target: &Target, check: &mut dyn FnMut(Row<'_>) -> bool) -> bool {
        let Self::Candidate(candidate) = self else {
            return false;
        };
        if is_related(candidate, target) {
            let mut related = candidate.related.iter();
            return related.any(|related| check(Row::Related(related)));
        }
        let value = document_place(target).and_then(|place| place.value(candidate));
        let mut elements = elements(value);
        elements.any(|element| check(Row::Value(element)))
    }
}

/// A missing `primary` is false inside a value path ([RFC 7643 §2.4](https://www.rfc-editor.org/rfc/rfc7643#section-2.4)).
fn assumed(target: &Target, operand: &Operand) -> Option<Datum<'static>> {
    let is_primary =
        matches!(target.place(), Place::Element { sub: Some(sub) } if sub == "primary");
    (is_primary && matches!(operand, Operand::Boolean(_))).then_some(Datum::Boolean(false))
}

fn any_in_row(
    row: Row<'_>,
    target: &Target,
    check: &mut dyn FnMut(Option<Datum<'_>>) -> bool,
) -> bool {
    let Place::Element { sub } = target.place() else {
        return false;
    };
    match row {
        Row::Value(value) => any_in_element(value, sub.as_deref(), check),
        Row::Related(related) => check(of_related(related, sub.as_deref(), target)),
    }
}

fn any_in_candidate(
    candidate: &Candidate<'_>,
    target: &Target,
    check: &mut dyn FnMut(Option<Datum<'_>>) -> bool,
) -> bool {
    if let Some(known) = candidate.known {
        match target.place() {
            Place::Id => return check(Some(Datum::Text(known.id.as_str()))),
            Place::Type => return check(Some(Datum::Text(known.type_name))),
            Place::Created => return check(Some(Datum::Instant(known.created))),
            Place::LastModified => return check(Some(Datum::Instant(known.modified))),
            Place::Version => return check(Some(Datum::Text(&known.version.to_string()))),
            Place::Relation { sub } => {
                let mut related = candidate.related.iter();
                return related.any(|row| check(of_related(row, sub.as_deref(), target)));
            }
            _ => {}
        }
    }
    if let Place::Extension(urn) = target.place() {
        let fields = candidate.document.extension(urn);
        return check(fields.map(Datum::Fields));
    }
    let Some(place) = document_place(target) else {
        return false;
    };
    let mut elements = elements(place.value(candidate));
    elements.any(|element| any_in_element(element, place.sub, check))
}

fn any_in_element(
    element: &Value,
    sub: Option<&str>,
    check: &mut dyn FnMut(Option<Datum<'_>>) -> bool,
) -> bool {
    let Some(sub) = sub else {
        return check(Some(Datum::Value(element)));
    };
    let value = element.as_complex().and_then(|fields| fields.get(sub));
    let mut values = elements(value).peekable();
    if values.peek().is_none() {
        return check(None);
    }
    values.any(|value| check(Some(Datum::Value(value))))
}

/// What is known about the other end of a membership. Its `$ref` is not: nothing here knows a base URL.
fn of_related<'a>(related: &'a Related, sub: Option<&str>, target: &Target) -> Option<Datum<'a>> {
    match sub {
        None => Some(Datum::Row),
        Some("value") => Some(Datum::Text(related.id.as_str())),
        Some("display") => related.display.as_deref().map(Datum::Text),
        // A user's group says how the user belongs to it, not what it is.
        Some("type") if target.canonical() == "groups.type" => Some(Datum::Text("direct")),
        Some("type") => Some(Datum::Text(&related.type_name)),
        Some(_) => None,
    }
}

fn is_related(candidate: &Candidate<'_>, target: &Target) -> bool {
    candidate.known.is_some() && matches!(target.place(), Place::Relation { .. })
}

/// Where a target is in a document that carries everything itself.
struct DocumentPlace<'a> {
    extension: Option<&'a str>,
    name: &'a str,
    sub: Option<&'a str>,
}

impl DocumentPlace<'_> {
    fn value<'c>(&self, candidate: &Candidate<'c>) -> Option<&'c Value> {
        match self.extension {
            None => candidate.document.get(self.name),
            Some(urn) => candidate.document.extension(urn)?.get(self.name),
        }
    }
}

fn document_place(target: &Target) -> Option<DocumentPlace<'_>> {
    let (extension, name, sub) = match target.place() {
        Place::Document {
            extension,
            name,
            sub,
        } => (extension.as_deref(), name.as_str(), sub.as_deref()),
        Place::Extension(_) | Place::Element { .. } => return None,
        // The rest are core attributes, which are in the document under their canonical name.
        _ => match target.canonical().split_once('.') {
            None => (None, target.canonical(), None),
            Some((name, sub)) => (None, name, Some(sub)),
        },
    };
    Some(DocumentPlace {
        extension,
        name,
        sub,
    })
}

/// The assigned values of an attribute.
fn elements(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let elements = value.map(Value::elements).unwrap_or_default();
    elements.iter().filter(|element| is_assigned(element))
}
