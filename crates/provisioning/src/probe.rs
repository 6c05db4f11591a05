//! The question whose right answer is nobody.

use scimkit_client::{Client, Error, Transport};
use scimkit_filter::{AttributePath, Filter};
use scimkit_mapping::{MappingSet, ObjectMapping, TargetPath};
use scimkit_protocol::ListQuery;
use scimkit_schema::{IdSource, SchemaSet};

/// Asks for the user whose matching attribute is an id that was just made up. It must not be there.
pub(crate) async fn probe<T: Transport>(
    client: &Client<T>,
    mappings: &MappingSet,
    target: &SchemaSet,
    ids: &dyn IdSource,
) -> Result<(), ProbeError> {
    let mapping = mappings.of("User").or_else(|| mappings.of("Group"));
    let mapping = mapping.ok_or(ProbeError::NoMapping)?;
    let resource_type = mapping.resource_type(target).map_err(ProbeError::Mapping)?;
    let path = matching_attribute(mapping).ok_or(ProbeError::NoMatching)?;
    let nobody = equals(path, ids.next_id().as_str());
    let answer = client
        .list(resource_type, &ListQuery::filtered(&nobody))
        .await?;
    if answer.resources.is_empty() && answer.total_results.unwrap_or(0) == 0 {
        return Ok(());
    }
    Err(ProbeError::IgnoresFilter {
        attribute: path.as_str().into(),
    })
}

/// Why the probe failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    #[error(
        "the target found someone whose `{attribute}` is an id that was just made up: it ignores the filter, and provisioning into it would change the wrong people"
    )]
    IgnoresFilter { attribute: Box<str> },
    #[error(transparent)]
    Mapping(scimkit_mapping::Error),
    #[error("the mappings have neither users nor groups: enable one of them")]
    NoMapping,
    #[error("no attribute of the mapping is for matching: give one a matching priority")]
    NoMatching,
    #[error(transparent)]
    Request(#[from] Error),
}

/// The attribute that is looked up first.
fn matching_attribute(mapping: &ObjectMapping) -> Option<&TargetPath> {
    let matching = mapping.attributes().iter();
    let matching =
        matching.filter_map(|attribute| Some((attribute.matching_priority()?, attribute.target())));
    matching
        .min_by_key(|(priority, _)| *priority)
        .map(|(_, path)| path)
}

/// The filter for those whose `path` is `text`.
fn equals(path: &TargetPath, text: &str) -> Filter {
    let attribute = path.path().attribute.clone();
    match &path.path().filter {
        None => Filter::eq(attribute, text),
        Some(filter) => {
            let value = AttributePath::new(path.sub_attribute().unwrap_or("value"));
            Filter::ValuePath {
                path: attribute,
                filter: Filter::And(vec![filter.clone(), Filter::eq(value, text)]).into(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_names_the_whole_path() {
        let filter = |path: &str| equals(&path.parse().unwrap(), "77aa").to_string();
        assert_eq!(filter("userName"), r#"userName eq "77aa""#);
        assert_eq!(
            filter(r#"emails[type eq "work"].value"#),
            r#"emails[type eq "work" and value eq "77aa"]"#
        );
    }

    #[test]
    fn the_first_matching_attribute_is_asked_for() {
        let set = MappingSet::netskope_user_authentication();
        assert_eq!(
            matching_attribute(set.of("Group").unwrap())
                .unwrap()
                .as_str(),
            "displayName"
        );
    }
}
