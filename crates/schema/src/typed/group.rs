use std::sync::LazyLock;

use super::{
    Meta, declare,
    field::{Attributes, attributes},
};
use crate::{Resource, ResourceType, core};

attributes! {
    /// A group ([RFC 7643 §4.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.2)).
    ///
    /// ```
    /// use scimkit_schema::{Resource, typed::{Group, Member}};
    ///
    /// let group = Group { members: vec![Member::new("u7")], ..Group::new("Pilots") };
    /// let resource = Resource::from(group.clone());
    /// assert_eq!(
    ///     resource.to_string(),
    ///     r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Pilots","members":[{"value":"u7"}]}"#,
    /// );
    /// assert_eq!(Group::from(resource).members, group.members);
    /// ```
    Group {
        /// URNs of the schemas in use; the group's own need not be among them.
        schemas: Vec<String> = "schemas",
        /// The `id` that the service provider gave.
        id: Option<String> = "id",
        /// The `externalId` by which the client knows the group.
        external_id: Option<String> = "externalId",
        /// Name to show.
        display_name: Option<String> = "displayName",
        /// Members.
        members: Vec<Member> = "members",
        /// What the service provider knows about the group.
        meta: Option<Meta> = "meta",
    }
}

attributes! {
    /// A member of a group ([RFC 7643 §4.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.2)).
    Member {
        /// The member's `id`.
        value: Option<String> = "value",
        /// `$ref`: the member's URI.
        reference: Option<String> = "$ref",
        /// `type`: the member's resource type, `User` or `Group`.
        kind: Option<String> = "type",
        /// The member's name, which the service provider fills in.
        display: Option<String> = "display",
    }
}

impl Group {
    /// A group with this `displayName`.
    ///
    /// ```
    /// assert_eq!(scimkit_schema::typed::Group::new("Pilots").display_name.as_deref(), Some("Pilots"));
    /// ```
    #[must_use]
    pub fn new(display_name: impl Into<String>) -> Self {
        Self {
            display_name: Some(display_name.into()),
            ..Self::default()
        }
    }
}

impl Member {
    /// The member with this `id`.
    ///
    /// ```
    /// assert_eq!(scimkit_schema::typed::Member::new("u7").value.as_deref(), Some("u7"));
    /// ```
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            value: Some(id.into()),
            ..Self::default()
        }
    }
}

/// What has no field, or does not fit it, goes to `extra`.
impl From<Resource> for Group {
    fn from(resource: Resource) -> Self {
        Self::from_fields(resource.into_attributes())
    }
}

/// In the fixed order, and with the group's URN in `schemas`. A field counts more than an entry of the same name in `extra`.
impl From<Group> for Resource {
    fn from(group: Group) -> Self {
        let mut resource = Self::from(group.into_fields());
        declare(&mut resource, core::GROUP);
        TYPE.arrange(&mut resource);
        resource
    }
}

static TYPE: LazyLock<ResourceType> = LazyLock::new(core::group_type);
