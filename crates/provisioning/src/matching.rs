//! Finding an object of the directory in the target.

mod together;

use std::{collections::BTreeMap, sync::Arc};

use scimkit_client::{Client, Error, Transport};
use scimkit_filter::{AttributePath, BoundFilter, Candidate, Filter};
use scimkit_mapping::TargetValue;
use scimkit_protocol::{ListQuery, Projection};
use scimkit_schema::{Compat, Resource, ResourceId, ResourceType, fold};

use crate::{
    Named,
    engine::{Planted, PlantedBug},
};

pub(crate) use self::together::{Witness, look_up_together};

/// What a look-up found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: ResourceId,
    pub(crate) resource: Resource,
    /// The filter that found it.
    pub(crate) filter: Filter,
}

/// Asks with these filters, one after another, until somebody is found.
///
/// A hit counts only if the resource that came has the value that was asked for.
pub(crate) async fn look_up<T: Transport>(
    client: &Client<T>,
    resource_type: &Arc<ResourceType>,
    filters: &[Filter],
    planted: Planted,
) -> Result<Option<Found>, Mismatch> {
    for filter in filters {
        let query = ListQuery::filtered(filter).with_projection(without_relation(resource_type));
        let answer = client.list(resource_type, &query).await?;
        let filter_text = filter.to_string();
        let types = std::slice::from_ref(resource_type);
        let bound = BoundFilter::bind(filter, types, Compat::strict()).map_err(|error| {
            Mismatch::Filter(format!("`{filter}` cannot be asked for: {error}"))
        })?;
        let is_asked_for = |hit| bound.matches(&Candidate::from(hit));
        if !answer.resources.iter().all(is_asked_for) && !planted.is(PlantedBug::TrustHit) {
            return Err(Mismatch::Filter(format!(
                "the target was asked for `{filter_text}` and answered with an object that does not have this value; nothing was written to it"
            )));
        }
        let total = answer.total_results.unwrap_or(0);
        let mut hits = answer.resources.into_iter();
        match (hits.next(), hits.next()) {
            (None, _) if total == 0 => {}
            (None, _) => {
                return Err(Mismatch::Filter(format!(
                    "the target was asked for `{filter_text}` and says that it has {total}, but shows none"
                )));
            }
            (Some(_), Some(_)) => return Err(Mismatch::Several(filter_text)),
            (Some(_), None) if total > 1 => return Err(Mismatch::Several(filter_text)),
            (Some(resource), None) => {
                let id = resource
                    .id()
                    .ok_or_else(|| Mismatch::NoId(filter_text.clone()))?;
                return Ok(Some(Found {
                    id,
                    resource,
                    filter: filter.clone(),
                }));
            }
        }
    }
    Ok(None)
}

/// Why a look-up is of no use.
#[derive(Debug)]
pub(crate) enum Mismatch {
    /// The target does not do what the filter says.
    Filter(String),
    /// The object that was found has no `id`.
    NoId(String),
    /// The request failed.
    Request(Error),
    /// The filter matches several objects.
    Several(String),
}

impl From<Error> for Mismatch {
    fn from(error: Error) -> Self {
        Self::Request(error)
    }
}

/// Everything but members, which are many and never looked at.
pub(crate) fn without_relation(resource_type: &ResourceType) -> Projection {
    match resource_type.relation_attribute() {
        Some("members") => Projection::Without(vec![AttributePath::new("members")]),
        _ => Projection::Default,
    }
}

/// Who of the directory may be which matching value of the target: the first who claims it.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    holders: BTreeMap<(Box<str>, Box<str>), Named>,
}

impl Claims {
    /// Claims the matching values of an object, unless somebody else has them.
    pub(crate) fn claim(
        &mut self,
        matching: &[TargetValue],
        resource_type: &ResourceType,
        object: &Named,
    ) {
        for value in matching {
            self.holders
                .entry(key(value, resource_type))
                .or_insert_with(|| object.clone());
        }
    }

    /// Somebody else who holds one of the matching values.
    pub(crate) fn rival(
        &self,
        matching: &[TargetValue],
        resource_type: &ResourceType,
        object: &Named,
    ) -> Option<&Named> {
        let mut holders = matching
            .iter()
            .filter_map(|value| self.holders.get(&key(value, resource_type)));
        holders.find(|holder| holder.id != object.id)
    }
}

/// The attribute and its value, folded if the target ignores case there.
fn key(matching: &TargetValue, resource_type: &ResourceType) -> (Box<str>, Box<str>) {
    let path = &matching.path;
    let found = resource_type.find(path.uri(), path.attribute());
    let attribute = found.map(|found| found.attribute);
    let attribute = attribute.and_then(|attribute| match path.sub_attribute() {
        Some(sub) => attribute.sub_attribute(sub),
        None => Some(attribute),
    });
    let text = matching
        .value
        .as_str()
        .map_or_else(|| matching.value.to_string(), Into::into);
    let is_case_exact = attribute.is_some_and(scimkit_schema::Attribute::is_case_exact);
    let text = if is_case_exact {
        text
    } else {
        fold(&text).into_owned()
    };
    (path.as_str().into(), text.into())
}

#[cfg(test)]
mod tests;
