use scimkit_schema::{Attribute, AttributeType, decode_base64, fold};

use crate::{BindErrorKind, CompareOp, Literal, Operand};

/// The literal in the attribute's type, if the type has this comparison and this kind of literal.
pub(super) fn of(
    attribute: &Attribute,
    op: CompareOp,
    value: &Literal,
) -> Result<Operand, BindErrorKind> {
    let attribute_type = attribute.attribute_type();
    let is_equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    if *value == Literal::Null {
        return if is_equality {
            Ok(Operand::Null)
        } else {
            Err(BindErrorKind::NullOperator { op })
        };
    }
    let is_order = matches!(
        op,
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le
    );
    let fits = match attribute_type {
        AttributeType::String | AttributeType::Reference | AttributeType::Complex => true,
        AttributeType::DateTime | AttributeType::Integer | AttributeType::Decimal => {
            is_equality || is_order
        }
        AttributeType::Boolean | AttributeType::Binary => is_equality,
    };
    if !fits {
        return Err(BindErrorKind::Operator { op, attribute_type });
    }
    read(attribute, value).ok_or_else(|| BindErrorKind::Operand {
        expected: expectation(attribute_type),
    })
}

/// Reads `true` and `false` in any letter case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn read(attribute: &Attribute, value: &Literal) -> Option<Operand> {
    match (attribute.attribute_type(), value) {
        (AttributeType::String, Literal::String(text)) => {
            let folded = !attribute.is_case_exact();
            let text = if folded {
                fold(text).into()
            } else {
                text.clone()
            };
            Some(Operand::Text { folded, text })
        }
        (AttributeType::Reference, Literal::String(text)) => Some(Operand::Text {
            folded: false,
            text: text.clone(),
        }),
        (AttributeType::DateTime, Literal::String(text)) => {
            text.parse().ok().map(Operand::DateTime)
        }
        (AttributeType::Binary, Literal::String(text)) => decode_base64(text).map(Operand::Binary),
        (AttributeType::Boolean, Literal::Boolean(truth)) => Some(Operand::Boolean(*truth)),
        (AttributeType::Integer | AttributeType::Decimal, Literal::Number(lexeme)) => {
            number(lexeme)
        }
        _ => None,
    }
}

/// A whole number if the lexeme is one that 64 bits hold, however it is written.
fn number(lexeme: &str) -> Option<Operand> {
    /// Below 2^53 every whole double is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(whole) = lexeme.parse() {
        return Some(Operand::Integer(whole));
    }
    let number: f64 = lexeme
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())?;
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return Some(Operand::Integer(number as i64));
    }
    Some(Operand::Decimal(number))
}

const fn expectation(attribute_type: AttributeType) -> &'static str {
    match attribute_type {
        AttributeType::String | AttributeType::Reference | AttributeType::Complex => "a string",
        AttributeType::Boolean => "true or false",
        AttributeType::Decimal | AttributeType::Integer => "a number in the range of doubles",
        AttributeType::DateTime => "a string that is a dateTime, such as \"2026-01-05T08:00:00Z\"",
        AttributeType::Binary => "a base64 string",
    }
}
