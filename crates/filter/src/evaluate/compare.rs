//! One value against one operand.

use std::{borrow::Cow, cmp::Ordering};

use scimkit_schema::{Complex, DateTime, Value, View, cmp_folded, decode_base64, fold};

use super::Datum;
use crate::{CompareOp, Operand};

/// Whether a value compares so.
pub(super) fn compares(datum: Datum<'_>, op: CompareOp, operand: &Operand) -> bool {
    if *operand == Operand::Null {
        return op == CompareOp::Ne;
    }
    match op {
        CompareOp::Eq => order(datum, operand) == Some(Ordering::Equal),
        CompareOp::Ne => order(datum, operand) != Some(Ordering::Equal),
        CompareOp::Gt => order(datum, operand) == Some(Ordering::Greater),
        CompareOp::Lt => order(datum, operand) == Some(Ordering::Less),
        CompareOp::Ge => order(datum, operand).is_some_and(Ordering::is_ge),
        CompareOp::Le => order(datum, operand).is_some_and(Ordering::is_le),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => is_part(datum, op, operand),
    }
}

/// Whether an attribute without a value compares so.
pub(super) fn no_value_compares(op: CompareOp, operand: &Operand) -> bool {
    let is_null = *operand == Operand::Null;
    match op {
        CompareOp::Eq => is_null,
        CompareOp::Ne => !is_null,
        _ => false,
    }
}

/// Whether a value is there for `pr`: not empty text, and for complex values some sub-attribute.
pub(super) fn is_present(datum: Datum<'_>) -> bool {
    match datum {
        Datum::Value(value) => is_present_value(value),
        Datum::Text(text) => !text.is_empty(),
        Datum::Fields(fields) => any_present(fields),
        Datum::Boolean(_) | Datum::Instant(_) | Datum::Row => true,
    }
}

/// Whether a value is one at all: not null, not an empty list, not a complex value of only such.
pub(super) fn is_assigned(value: &Value) -> bool {
    match value.view() {
        View::Null => false,
        View::List(values) => values.iter().any(is_assigned),
        View::Complex(fields) => fields.iter().any(|(_, value)| is_assigned(value)),
        _ => true,
    }
}

// The recursion goes as deep as a value does, which reading JSON bounds.
fn is_present_value(value: &Value) -> bool {
    match value.view() {
        View::Null => false,
        View::String(text) => !text.is_empty(),
        View::Complex(fields) => any_present(fields),
        View::List(values) => values.iter().any(is_present_value),
        _ => true,
    }
}

fn any_present(fields: &Complex) -> bool {
    fields.iter().any(|(_, value)| is_present_value(value))
}

/// How a value stands to the operand; none where the two cannot be compared.
fn order(datum: Datum<'_>, operand: &Operand) -> Option<Ordering> {
    match operand {
        Operand::Null => None,
        Operand::Boolean(wanted) => Some(boolean(datum)?.cmp(wanted)),
        Operand::Integer(wanted) => match number(datum)? {
            Number::Integer(value) => Some(value.cmp(wanted)),
            Number::Decimal(value) => order_mixed(*wanted, value).map(Ordering::reverse),
        },
        Operand::Decimal(wanted) => match number(datum)? {
            Number::Integer(value) => order_mixed(value, *wanted),
            Number::Decimal(value) => value.partial_cmp(wanted),
        },
        Operand::Text { folded: true, text } => Some(cmp_folded(self::text(datum)?, text)),
        Operand::Text {
            folded: false,
            text,
        } => Some(self::text(datum)?.cmp(text)),
        Operand::DateTime(wanted) => Some(instant(datum)?.as_ref().cmp(wanted)),
        Operand::Binary(wanted) => Some(decode_base64(text(datum)?)?.cmp(wanted)),
    }
}

fn is_part(datum: Datum<'_>, op: CompareOp, operand: &Operand) -> bool {
    let (
        Some(value),
        Operand::Text {
            folded,
            text: wanted,
        },
    ) = (text(datum), operand)
    else {
        return false;
    };
    if *folded {
        return is_folded_part(value, op, wanted);
    }
    match op {
        CompareOp::Sw => value.starts_with(&**wanted),
        CompareOp::Ew => value.ends_with(&**wanted),
        _ => value.contains(&**wanted),
    }
}

/// Whether `wanted`, which is folded, is a part of `value` when case is ignored.
fn is_folded_part(value: &str, op: CompareOp, wanted: &str) -> bool {
    /// Up to this length, looking at every place is cheaper than a folded copy; above, it could take quadratic time.
    const SHORT: usize = 64;
    if value.is_ascii() && wanted.is_ascii() {
        let (bytes, wanted) = (value.as_bytes(), wanted.as_bytes());
        let length = wanted.len();
        let equal =
            |part: Option<&[u8]>| part.is_some_and(|part| part.eq_ignore_ascii_case(wanted));
        match op {
            CompareOp::Sw => return equal(bytes.get(..length)),
            CompareOp::Ew => {
                let start = bytes.len().checked_sub(length);
                return start.is_some_and(|start| equal(bytes.get(start..)));
            }
            _ if length == 0 => return true,
            _ if length <= SHORT => return contains_ignoring_case(bytes, wanted),
            _ => {}
        }
    }
    let value = fold(value);
    match op {
        CompareOp::Sw => value.starts_with(wanted),
        CompareOp::Ew => value.ends_with(wanted),
        _ => value.contains(wanted),
    }
}

/// Whether `wanted`, in lower case and not empty, is a part of `bytes`. Most places end at the first byte.
fn contains_ignoring_case(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some((first, rest)) = wanted.split_first() else {
        return true;
    };
    bytes.windows(wanted.len()).any(|part| {
        let part = part.split_first();
        part.is_some_and(|(byte, others)| {
            byte.to_ascii_lowercase() == *first && others.eq_ignore_ascii_case(rest)
        })
    })
}

fn boolean(datum: Datum<'_>) -> Option<bool> {
    match datum {
        Datum::Boolean(value) => Some(value),
        Datum::Value(value) => value.as_bool(),
        _ => None,
    }
}

fn text(datum: Datum<'_>) -> Option<&str> {
    match datum {
        Datum::Text(text) => Some(text),
        Datum::Value(value) => value.as_str(),
        _ => None,
    }
}

/// An instant; a document that no schema has read yet holds it as text.
fn instant(datum: Datum<'_>) -> Option<Cow<'_, DateTime>> {
    match datum {
        Datum::Instant(instant) => Some(Cow::Borrowed(instant)),
        Datum::Value(value) => match value.view() {
            View::DateTime(instant) => Some(Cow::Borrowed(instant)),
            View::String(text) => text.parse().ok().map(Cow::Owned),
            _ => None,
        },
        _ => None,
    }
}

enum Number {
    Integer(i64),
    Decimal(f64),
}

fn number(datum: Datum<'_>) -> Option<Number> {
    let Datum::Value(value) = datum else {
        return None;
    };
    match value.view() {
        View::Integer(value) => Some(Number::Integer(value)),
        View::Decimal(value) => Some(Number::Decimal(value)),
        _ => None,
    }
}

/// Compares exactly: converting the integer to a double would lose its low digits.
fn order_mixed(integer: i64, decimal: f64) -> Option<Ordering> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if decimal >= LIMIT {
        return Some(Ordering::Less);
    }
    if decimal < -LIMIT {
        return Some(Ordering::Greater);
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the range of i64")]
    let whole = decimal.trunc() as i64;
    let fraction = 0.0.partial_cmp(&decimal.fract())?;
    Some(integer.cmp(&whole).then(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_decimals_compare_by_value() {
        use Ordering::{Equal, Greater, Less};
        assert_eq!(order_mixed(7, 7.0), Some(Equal));
        assert_eq!(order_mixed(7, 7.5), Some(Less));
        assert_eq!(order_mixed(-7, -7.5), Some(Greater));
        assert_eq!(order_mixed(i64::MAX, 9.3e18), Some(Less));
        assert_eq!(order_mixed(i64::MIN, -9.3e18), Some(Greater));
        assert_eq!(
            order_mixed((1 << 53) + 1, 9_007_199_254_740_992.0),
            Some(Greater)
        );
        assert_eq!(order_mixed(0, f64::NAN), None);
    }

    #[test]
    fn parts_ignore_case_in_and_beyond_ascii() {
        for (value, op, wanted) in [
            ("BJensen", CompareOp::Sw, "bj"),
            ("BJensen", CompareOp::Ew, "SEN"),
            ("BJensen", CompareOp::Co, "JEN"),
            ("BJensen", CompareOp::Co, ""),
            ("Große Straße", CompareOp::Co, "SSE S"),
            ("ÅNGSTRÖM", CompareOp::Sw, "ångs"),
            ("plain", CompareOp::Ew, "ain"),
        ] {
            assert!(
                is_folded_part(value, op, &fold(wanted)),
                "{value} {op} {wanted}"
            );
        }
        let long = "ab".repeat(60);
        assert!(is_folded_part(
            &format!("x{}y", long.to_uppercase()),
            CompareOp::Co,
            &long
        ));
        assert!(!is_folded_part("b", CompareOp::Ew, "ab"));
        assert!(!is_folded_part("ä", CompareOp::Sw, "ab"));
    }
}
