use std::sync::LazyLock;

use super::{
    Address, EnterpriseUser, Meta, MultiValued, Password, PersonName, declare,
    field::{Attributes, attributes},
};
use crate::{Resource, ResourceType, core};

attributes! {
    /// A user ([RFC 7643 §4.1](https://www.rfc-editor.org/rfc/rfc7643#section-4.1)), with the enterprise extension.
    ///
    /// ```
    /// use scimkit_schema::{Resource, core, typed::{EnterpriseUser, MultiValued, User}};
    ///
    /// let user = User {
    ///     emails: vec![MultiValued::new("mira@harborline.example").with_kind("work")],
    ///     active: Some(true),
    ///     enterprise_user: Some(EnterpriseUser {
    ///         department: Some("Pilotage".into()),
    ///         ..EnterpriseUser::default()
    ///     }),
    ///     ..User::new("mira@harborline.example")
    /// };
    /// let resource = Resource::from(user);
    /// assert_eq!(resource.schemas().collect::<Vec<_>>(), [core::USER, core::ENTERPRISE_USER]);
    /// assert_eq!(resource.extension(core::ENTERPRISE_USER).unwrap().text("department"), Some("Pilotage"));
    /// ```
    User {
        /// URNs of the schemas in use; the user's own and the enterprise extension's need not be among them.
        schemas: Vec<String> = "schemas",
        /// The `id` that the service provider gave.
        id: Option<String> = "id",
        /// The `externalId` by which the client knows the user.
        external_id: Option<String> = "externalId",
        /// The name that the user signs in with.
        user_name: Option<String> = "userName",
        /// The parts of the name.
        name: Option<PersonName> = "name",
        /// Name to show.
        display_name: Option<String> = "displayName",
        /// Casual name.
        nick_name: Option<String> = "nickName",
        /// URL of a page about the user.
        profile_url: Option<String> = "profileUrl",
        /// Job title.
        title: Option<String> = "title",
        /// Relation to the organization.
        user_type: Option<String> = "userType",
        /// Preferred languages, in the form of `Accept-Language`.
        preferred_language: Option<String> = "preferredLanguage",
        /// Locale for dates, numbers and currency, a language tag.
        locale: Option<String> = "locale",
        /// Time zone, as the IANA database names it.
        timezone: Option<String> = "timezone",
        /// Whether the user may sign in.
        active: Option<bool> = "active",
        /// The password to set; never in an answer.
        password: Option<Password> = "password",
        /// E-mail addresses.
        emails: Vec<MultiValued> = "emails",
        /// Phone numbers.
        phone_numbers: Vec<MultiValued> = "phoneNumbers",
        /// Instant messaging addresses.
        ims: Vec<MultiValued> = "ims",
        /// URLs of pictures.
        photos: Vec<MultiValued> = "photos",
        /// Postal addresses.
        addresses: Vec<Address> = "addresses",
        /// The groups that the user is in, which the service provider fills in.
        groups: Vec<UserGroup> = "groups",
        /// Entitlements.
        entitlements: Vec<MultiValued> = "entitlements",
        /// Roles.
        roles: Vec<MultiValued> = "roles",
        /// Certificates, DER in base64.
        x509_certificates: Vec<MultiValued> = "x509Certificates",
        /// The enterprise extension.
        enterprise_user: Option<EnterpriseUser> = core::ENTERPRISE_USER,
        /// What the service provider knows about the user.
        meta: Option<Meta> = "meta",
    }
}

attributes! {
    /// A group that a user is in ([RFC 7643 §4.1.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.1.2)).
    UserGroup {
        /// The group's `id`.
        value: Option<String> = "value",
        /// `$ref`: the group's URI.
        reference: Option<String> = "$ref",
        /// The group's name.
        display: Option<String> = "display",
        /// `type`: `direct`, or `indirect` through another group.
        kind: Option<String> = "type",
    }
}

impl User {
    /// A user with this `userName`.
    ///
    /// ```
    /// use scimkit_schema::{Resource, typed::User};
    ///
    /// assert_eq!(
    ///     Resource::from(User::new("mira")).to_string(),
    ///     r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira"}"#,
    /// );
    /// ```
    #[must_use]
    pub fn new(user_name: impl Into<String>) -> Self {
        Self {
            user_name: Some(user_name.into()),
            ..Self::default()
        }
    }
}

/// What has no field, or does not fit it, goes to `extra`.
impl From<Resource> for User {
    fn from(resource: Resource) -> Self {
        Self::from_fields(resource.into_attributes())
    }
}

/// In the fixed order, and with the URNs in `schemas` that the values need. A field counts more than an entry of the same name in
/// `extra`.
impl From<User> for Resource {
    fn from(user: User) -> Self {
        let is_enterprise_user = user.enterprise_user.is_some();
        let mut resource = Self::from(user.into_fields());
        declare(&mut resource, core::USER);
        if is_enterprise_user {
            declare(&mut resource, core::ENTERPRISE_USER);
        }
        TYPE.arrange(&mut resource);
        resource
    }
}

static TYPE: LazyLock<ResourceType> = LazyLock::new(core::user_type);
