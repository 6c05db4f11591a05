use crate::error::{Error, ErrorKind};
use crate::mapping::to_schema;
use crate::{MappingRow, ObjectMapping, SynchronizationSchema};

/// All mappings of one application, and the synchronization schema that they come from.
///
/// ```
/// use scimkit_mapping::{ErrorKind, MappingSet};
///
/// let mut netskope = MappingSet::netskope_user_authentication();
/// let users = netskope.of("User").unwrap();
/// assert_eq!(users.describe().next().unwrap().target, "userName");
///
/// let refused = netskope.edit(|schema| schema.id = "mine".to_owned().into()).unwrap_err();
/// assert!(matches!(refused.kind(), ErrorKind::Locked { .. }));
/// ```
#[derive(Clone, Debug)]
pub struct MappingSet {
    name: Box<str>,
    schema: SynchronizationSchema,
    objects: Vec<ObjectMapping>,
}

impl MappingSet {
    /// The default mappings of the gallery application "Netskope User Authentication". They are locked.
    ///
    /// Microsoft shows this table only as screenshots; it is rebuilt from what Netskope says it takes over SCIM.
    #[must_use]
    pub fn netskope_user_authentication() -> Self {
        template(
            "Netskope User Authentication",
            include_str!("../templates/netskope-user-authentication.schema.json"),
        )
    }

    /// The default mappings of a SCIM application that is not in the gallery.
    #[must_use]
    pub fn generic_scim() -> Self {
        template(
            "SCIM",
            include_str!("../templates/generic-scim.schema.json"),
        )
    }

    /// Mappings that were made by hand. [`MappingSet::schema`] is a schema that says the same, fit to be given to Entra.
    ///
    /// ```
    /// use scimkit_mapping::{AttributeMapping, MappingSet, ObjectMapping};
    /// use scimkit_schema::core;
    ///
    /// let users = ObjectMapping::new("Users", "User", core::USER)
    ///     .with_attribute(AttributeMapping::direct("userName", "userPrincipalName")?.with_matching_priority(1))
    ///     .with_attribute(AttributeMapping::constant("userType", "Employee")?);
    /// let set = MappingSet::new("Quayside", [users]);
    /// assert_eq!(set.schema().check(), []);
    /// # Ok::<(), scimkit_mapping::Error>(())
    /// ```
    #[must_use]
    pub fn new(name: &str, objects: impl IntoIterator<Item = ObjectMapping>) -> Self {
        let mut objects: Vec<_> = objects.into_iter().collect();
        put_groups_last(&mut objects);
        Self {
            name: name.into(),
            schema: to_schema(name, &objects),
            objects,
        }
    }

    /// The mappings of a synchronization schema, under a name for people: groups last, since their members must be there first; rules
    /// in the order of their priority, then object mappings in the order of the file.
    ///
    /// # Errors
    /// [`Error`] that names the target attribute whose path or expression cannot be used.
    pub fn from_schema(name: &str, schema: SynchronizationSchema) -> Result<Self, Error> {
        let objects = object_mappings(&schema)?;
        Ok(Self {
            name: name.into(),
            schema,
            objects,
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema as it was read.
    #[must_use]
    pub const fn schema(&self) -> &SynchronizationSchema {
        &self.schema
    }

    /// Whether the mappings are not to be changed: a rule of the schema says that it is not editable.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        let mut rules = self.schema.synchronization_rules.as_slice().iter();
        rules.any(|rule| rule.editable.as_ref() == Some(&false))
    }

    /// The mappings of all types of objects, disabled ones too, in the order in which they are to be processed.
    #[must_use]
    pub fn objects(&self) -> &[ObjectMapping] {
        &self.objects
    }

    /// The enabled mapping of the source objects called `source_object`, such as `User`.
    #[must_use]
    pub fn of(&self, source_object: &str) -> Option<&ObjectMapping> {
        let mut enabled = self.objects.iter().filter(|mapping| mapping.is_enabled());
        enabled.find(|mapping| mapping.source_object() == source_object)
    }

    /// All mappings as lines of a table, each with the type of its source objects.
    pub fn describe(&self) -> impl Iterator<Item = (&str, MappingRow)> {
        self.objects.iter().flat_map(|mapping| {
            mapping
                .describe()
                .map(move |row| (mapping.source_object(), row))
        })
    }

    /// Changes the schema. If it cannot be used afterwards, nothing has changed.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] if the mappings are fixed, and as [`MappingSet::from_schema`].
    pub fn edit(&mut self, change: impl FnOnce(&mut SynchronizationSchema)) -> Result<(), Error> {
        if self.is_locked() {
            return Err(Error::new(ErrorKind::Locked {
                name: self.name.clone(),
            }));
        }
        let mut schema = self.schema.clone();
        change(&mut schema);
        self.objects = object_mappings(&schema)?;
        self.schema = schema;
        Ok(())
    }
}

fn object_mappings(schema: &SynchronizationSchema) -> Result<Vec<ObjectMapping>, Error> {
    let mut rules: Vec<_> = schema.synchronization_rules.as_slice().iter().collect();
    rules.sort_by_key(|rule| rule.priority.or_default());
    let mappings = rules.into_iter().flat_map(|rule| {
        let mappings = rule.object_mappings.as_slice().iter();
        mappings.map(move |mapping| (rule, mapping))
    });
    let mut compiled = mappings
        .map(|(rule, mapping)| {
            let object = |directory: &str, name: &str| schema.object(directory, name);
            let source = object(
                rule.source_directory_name.as_str(),
                mapping.source_object_name.as_str(),
            );
            let target = object(
                rule.target_directory_name.as_str(),
                mapping.target_object_name.as_str(),
            );
            ObjectMapping::from_schema(mapping, source, target)
        })
        .collect::<Result<Vec<_>, _>>()?;
    put_groups_last(&mut compiled);
    Ok(compiled)
}

fn put_groups_last(objects: &mut [ObjectMapping]) {
    objects.sort_by_key(|mapping| mapping.source_object() == GROUP);
}

fn template(name: &str, json: &str) -> MappingSet {
    let set = SynchronizationSchema::from_json(json)
        .and_then(|schema| MappingSet::from_schema(name, schema));
    #[expect(
        clippy::expect_used,
        reason = "the templates are part of the crate, and a test reads each of them"
    )]
    set.expect("a template of this crate")
}

/// The source objects that refer to all others.
const GROUP: &str = "Group";

#[cfg(test)]
mod tests;
