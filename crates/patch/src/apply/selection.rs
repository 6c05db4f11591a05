//! The values of a multi-valued attribute that the filter of a path selects.

use std::sync::Arc;

use scimkit_filter::{AttributePath, BoundFilter, Candidate, CompareOp, Filter, Literal};
use scimkit_schema::{Attribute, AttributeType, Complex, Found, Resource, Value};

use super::Work;
use crate::ErrorKind;

pub(super) struct Selection<'t> {
    found: Found<'t>,
    bound: BoundFilter,
    described: Option<Vec<(&'t Attribute, Value)>>,
}

impl Selection<'_> {
    /// Whether the filter is true of `element`.
    pub(super) fn matches(&self, element: &Value) -> bool {
        let list = Value::from(vec![element.clone()]);
        let fields = Complex::new().with(self.found.attribute.name(), list);
        let fields = match self.found.extension {
            None => fields,
            Some(schema) => Complex::new().with(schema.id(), fields),
        };
        let probe = Resource::from(fields);
        self.bound.matches(&Candidate::from(&probe))
    }

    /// The sub-attributes of the one element that the filter describes: `eq` comparisons, all of which must hold. Any other filter
    /// describes none.
    pub(super) fn described(&self) -> Option<&[(&Attribute, Value)]> {
        self.described.as_deref()
    }
}

impl<'t> Work<'t> {
    /// Binds the filter behind an attribute.
    pub(super) fn selection(
        &mut self,
        found: Found<'t>,
        filter: &Filter,
    ) -> Result<Selection<'t>, ErrorKind> {
        let path = AttributePath::new(found.attribute.name());
        let path = match found.extension {
            None => path,
            Some(schema) => path.with_uri(schema.id()),
        };
        let filter_of_resources = Filter::ValuePath {
            path,
            filter: Box::new(filter.clone()),
        };
        let resource_type = self.resource_type;
        let shared = self
            .shared_type
            .get_or_insert_with(|| Arc::new(resource_type.clone()));
        let bound = BoundFilter::bind(
            &filter_of_resources,
            std::slice::from_ref(shared),
            self.compat,
        )
        .map_err(|error| ErrorKind::Filter(error.to_string().into()))?;
        self.bent = self.bent.union(bound.bent());
        Ok(Selection {
            found,
            bound,
            described: described(filter, found.attribute),
        })
    }
}

fn described<'t>(filter: &Filter, attribute: &'t Attribute) -> Option<Vec<(&'t Attribute, Value)>> {
    let terms = match filter {
        Filter::And(terms) => terms.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut element: Vec<(&Attribute, Value)> = Vec::new();
    for term in terms {
        let Filter::Compare {
            path,
            op: CompareOp::Eq,
            value,
        } = term
        else {
            return None;
        };
        let sub = attribute.sub_attribute(path.name())?;
        let value = literal(value, sub.attribute_type());
        if element
            .iter()
            .any(|(known, present)| known.name() == sub.name() && *present != value)
        {
            return None;
        }
        element.push((sub, value));
    }
    Some(element)
}

/// The literal as a value of the type; binding has seen that it fits.
fn literal(literal: &Literal, attribute_type: AttributeType) -> Value {
    match literal {
        Literal::Null => Value::NULL,
        Literal::Boolean(value) => Value::from(*value),
        Literal::Number(lexeme) => lexeme.parse::<i64>().map_or_else(
            |_| lexeme.parse().map_or(Value::NULL, Value::decimal),
            Value::from,
        ),
        Literal::String(text) if attribute_type == AttributeType::Boolean => {
            Value::from(text.eq_ignore_ascii_case("true"))
        }
        Literal::String(text) => Value::from(&**text),
    }
}
