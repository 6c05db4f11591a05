use std::sync::Arc;

use crate::{Attribute, Error, ErrorKind, ResourceType, Schema, Uniqueness, core};

mod document;

/// The resource types of one tenant, and through them its schemas.
///
/// ```
/// use scimkit_schema::SchemaSet;
///
/// let set = SchemaSet::core();
/// assert_eq!(set.by_endpoint("users").unwrap().name(), "User");
/// assert_eq!(set.schemas().count(), 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaSet {
    types: Vec<Arc<ResourceType>>,
}

impl SchemaSet {
    /// These resource types.
    ///
    /// # Errors
    /// [`ErrorKind::Definition`] when two types share a name or an endpoint, or two different schemas share a URN.
    ///
    /// ```
    /// use scimkit_schema::{SchemaSet, core};
    ///
    /// let groups = SchemaSet::new([core::group_type()])?;
    /// assert!(groups.by_endpoint("/Users").is_none());
    /// assert!(SchemaSet::new([core::group_type(), core::group_type()]).is_err());
    /// # Ok::<(), scimkit_schema::Error>(())
    /// ```
    pub fn new(types: impl IntoIterator<Item = ResourceType>) -> Result<Self, Error> {
        let mut set = Self { types: Vec::new() };
        for resource_type in types {
            set.check(&resource_type)?;
            set.types.push(Arc::new(resource_type));
        }
        Ok(set)
    }

    /// Users, with the enterprise extension, and groups, as in RFC 7643.
    #[must_use]
    pub fn core() -> Self {
        Self {
            types: vec![Arc::new(core::user_type()), Arc::new(core::group_type())],
        }
    }

    /// The core types with a unique group `displayName`, as the senders that look groups up by name expect.
    #[must_use]
    pub fn core_with_unique_group_names() -> Self {
        let group = core::group_type();
        let unique = group
            .find(None, "displayName")
            .map(|found| found.attribute.clone().with_uniqueness(Uniqueness::Server));
        let group = unique
            .into_iter()
            .fold(group, |group, attribute: Attribute| {
                group.with_attribute(attribute)
            });
        Self {
            types: vec![Arc::new(core::user_type()), Arc::new(group)],
        }
    }

    /// The resource types, in the order in which they were given.
    #[must_use]
    pub fn types(&self) -> &[Arc<ResourceType>] {
        &self.types
    }

    /// The type called `name`, spelled exactly.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Arc<ResourceType>> {
        self.types.iter().find(|known| known.name() == name)
    }

    /// The type at `endpoint`, in any letter case and with or without the leading slash.
    #[must_use]
    pub fn by_endpoint(&self, endpoint: &str) -> Option<&Arc<ResourceType>> {
        let wanted = endpoint.trim_matches('/');
        self.types.iter().find(|known| {
            known
                .endpoint()
                .trim_matches('/')
                .eq_ignore_ascii_case(wanted)
        })
    }

    /// Every schema once, main schemas before their extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &Arc<Schema>> {
        let all = || self.types.iter().flat_map(|known| schemas_of(known));
        all()
            .enumerate()
            .filter(move |(index, schema)| {
                !all()
                    .take(*index)
                    .any(|earlier| earlier.id() == schema.id())
            })
            .map(|(_, schema)| schema)
    }

    fn check(&self, added: &ResourceType) -> Result<(), Error> {
        let clash = |what: &str, path: &str| Error::new(ErrorKind::Definition(what.into()), path);
        if self
            .types
            .iter()
            .any(|known| known.name().matches(added.name()))
        {
            return Err(clash("two resource types have this name", added.name()));
        }
        if self.by_endpoint(added.endpoint()).is_some() {
            return Err(clash(
                "two resource types have this endpoint",
                added.endpoint(),
            ));
        }
        for schema in schemas_of(added) {
            if self
                .schemas()
                .any(|known| known.id().matches(schema.id()) && known != schema)
            {
                return Err(clash("two different schemas have this URN", schema.id()));
            }
        }
        Ok(())
    }
}

fn schemas_of(resource_type: &ResourceType) -> impl Iterator<Item = &Arc<Schema>> {
    std::iter::once(resource_type.schema()).chain(
        resource_type
            .extensions()
            .iter()
            .map(|extension| &extension.schema),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clashes_are_refused() {
        let twice = SchemaSet::new([core::user_type(), core::user_type()]).unwrap_err();
        assert_eq!(
            twice.to_string(),
            "`User`: two resource types have this name"
        );
        let other = Schema::new(core::USER, "Other", []).unwrap();
        let same_urn = SchemaSet::new([
            core::user_type(),
            ResourceType::new("Other", "/Others", other),
        ])
        .unwrap_err();
        assert!(same_urn.to_string().contains("two different schemas"));
    }

    #[test]
    fn schemas_stand_once() {
        let ids: Vec<_> = SchemaSet::core()
            .schemas()
            .map(|schema| schema.id().to_string())
            .collect();
        assert_eq!(ids, [core::USER, core::ENTERPRISE_USER, core::GROUP]);
    }
}
