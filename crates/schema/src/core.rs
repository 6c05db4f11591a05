//! The schemas of RFC 7643, as data.

use std::sync::{Arc, LazyLock};

use crate::{
    Attribute, AttributeType, Membership, Mutability, ResourceType, Returned, Schema, Uniqueness,
    Value,
};

mod service;

/// The URN of the core User schema.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of the core Group schema.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The URN of the enterprise User extension.
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The URN of the schema of schemas ([RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7)).
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// The URN of the schema of resource types ([RFC 7643 §6](https://www.rfc-editor.org/rfc/rfc7643#section-6)).
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

/// The URN of the schema of the service's configuration ([RFC 7643 §5](https://www.rfc-editor.org/rfc/rfc7643#section-5)).
pub const SERVICE_PROVIDER_CONFIG: &str =
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// The resource type `User` at `/Users` ([RFC 7643 §4.1](https://www.rfc-editor.org/rfc/rfc7643#section-4.1)), with the enterprise
/// extension (§4.3).
///
/// ```
/// use scimkit_schema::core;
///
/// let users = core::user_type();
/// assert_eq!(users.extension(core::ENTERPRISE_USER).map(|known| known.required), Some(false));
/// ```
#[must_use]
pub fn user_type() -> ResourceType {
    ResourceType::new("User", "/Users", CORE.user.clone())
        .with_description("User Account")
        .with_extension(CORE.enterprise_user.clone(), false)
        .with_membership(Membership::Member)
}

/// The resource type `Group` at `/Groups` ([RFC 7643 §4.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.2)).
#[must_use]
pub fn group_type() -> ResourceType {
    ResourceType::new("Group", "/Groups", CORE.group.clone())
        .with_description("Group")
        .with_membership(Membership::Group)
}

/// The attributes that every resource has: `schemas`, `id`, `externalId`, `meta`
/// ([RFC 7643 §3.1](https://www.rfc-editor.org/rfc/rfc7643#section-3.1)). They stand in no schema document.
#[must_use]
pub fn common() -> &'static Schema {
    &CORE.common
}

/// The schemas of what a service says about itself: of its configuration, its resource types and its schemas
/// ([RFC 7643 §8.7.2](https://www.rfc-editor.org/rfc/rfc7643#section-8.7.2)).
///
/// They stand beside those of [`SchemaSet::schemas`](crate::SchemaSet::schemas) in `/Schemas`. No resource type has them: nobody
/// creates, changes or queries these resources.
///
/// ```
/// use scimkit_schema::core;
///
/// let ids: Vec<_> = core::service_schemas().iter().map(|schema| schema.id().as_str()).collect();
/// assert_eq!(ids, [core::SERVICE_PROVIDER_CONFIG, core::RESOURCE_TYPE, core::SCHEMA]);
/// ```
#[must_use]
pub fn service_schemas() -> &'static [Arc<Schema>] {
    &CORE.service
}

struct Core {
    common: Schema,
    user: Arc<Schema>,
    group: Arc<Schema>,
    enterprise_user: Arc<Schema>,
    service: [Arc<Schema>; 3],
}

static CORE: LazyLock<Core> = LazyLock::new(|| Core {
    common: schema(
        "urn:scimkit:common",
        "Common",
        "What every resource has",
        common_attributes(),
    ),
    user: schema(USER, "User", "User Account", user_attributes()).into(),
    group: schema(GROUP, "Group", "Group", group_attributes()).into(),
    enterprise_user: schema(
        ENTERPRISE_USER,
        "EnterpriseUser",
        "Enterprise User",
        enterprise_user_attributes(),
    )
    .into(),
    service: service::schemas().map(Arc::new),
});

fn schema(id: &str, name: &str, description: &str, attributes: Vec<Attribute>) -> Schema {
    #[expect(
        clippy::expect_used,
        reason = "the tables below are constant, and a test builds each of them"
    )]
    Schema::new(id, name, attributes)
        .expect("a core schema")
        .with_description(description)
}

fn common_attributes() -> Vec<Attribute> {
    vec![
        string("schemas", "URNs of the schemas that the resource uses")
            .with_multi_valued(true)
            .with_required(true)
            .with_returned(Returned::Always),
        string("id", "Identifier given by the service provider")
            .with_case_exact(true)
            .with_mutability(Mutability::ReadOnly)
            .with_returned(Returned::Always)
            .with_uniqueness(Uniqueness::Server),
        string("externalId", "Identifier given by the client").with_case_exact(true),
        read_only(Attribute::complex(
            "meta",
            [
                string("resourceType", "Name of the resource type").with_case_exact(true),
                Attribute::new("created", AttributeType::DateTime)
                    .with_description("When it was made"),
                Attribute::new("lastModified", AttributeType::DateTime)
                    .with_description("When it last changed"),
                reference("location", "URI of the resource", &["uri"]),
                string("version", "Entity tag of the resource").with_case_exact(true),
            ]
            .map(|sub| sub.with_mutability(Mutability::ReadOnly)),
        ))
        .with_description("What the service provider knows about the resource"),
    ]
}

fn user_attributes() -> Vec<Attribute> {
    vec![
        string("userName", "Name that the user signs in with")
            .with_required(true)
            .with_uniqueness(Uniqueness::Server),
        Attribute::complex(
            "name",
            [
                string("formatted", "Full name, ready to show"),
                string("familyName", "Family name"),
                string("givenName", "Given name"),
                string("middleName", "Middle name"),
                string("honorificPrefix", "Title before the name"),
                string("honorificSuffix", "Suffix behind the name"),
            ],
        )
        .with_description("Parts of the user's name"),
        string("displayName", "Name to show"),
        string("nickName", "Casual name"),
        reference("profileUrl", "Page about the user", &["external"]),
        string("title", "Job title"),
        string("userType", "Relation to the organization"),
        string(
            "preferredLanguage",
            "Preferred languages, as in Accept-Language",
        ),
        string("locale", "Locale for dates, numbers and currency"),
        string("timezone", "Time zone, as in the IANA database"),
        Attribute::new("active", AttributeType::Boolean)
            .with_description("Whether the user may sign in")
            .with_default(Value::from(true)),
        string("password", "Clear text password to set")
            .with_mutability(Mutability::WriteOnly)
            .with_returned(Returned::Never),
    ]
    .into_iter()
    .chain(plural_user_attributes())
    .collect()
}

fn plural_user_attributes() -> [Attribute; 9] {
    [
        plural(
            "emails",
            "E-mail addresses",
            string("value", "Address"),
            &["work", "home", "other"],
        ),
        plural(
            "phoneNumbers",
            "Phone numbers",
            string("value", "Number"),
            &["work", "home", "mobile", "fax", "pager", "other"],
        ),
        plural(
            "ims",
            "Instant messaging addresses",
            string("value", "Address"),
            &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
        ),
        plural(
            "photos",
            "Pictures",
            reference("value", "URI of the picture", &["external"]),
            &["photo", "thumbnail"],
        ),
        Attribute::complex(
            "addresses",
            [
                string("formatted", "Whole address, ready to show"),
                string("streetAddress", "Street, number, floor"),
                string("locality", "City"),
                string("region", "State or region"),
                string("postalCode", "Postal code"),
                string("country", "Country, two letters"),
                kind(&["work", "home", "other"]),
                primary(),
            ],
        )
        .with_multi_valued(true)
        .with_description("Postal addresses"),
        read_only(
            Attribute::complex(
                "groups",
                [
                    string("value", "Id of the group").with_case_exact(true),
                    reference("$ref", "URI of the group", &["User", "Group"]),
                    string("display", "Name of the group"),
                    string("type", "How the user belongs to it")
                        .with_canonical_values(["direct", "indirect"]),
                ]
                .map(read_only),
            )
            .with_multi_valued(true)
            .with_description("Groups that the user is in"),
        ),
        plural(
            "entitlements",
            "Entitlements",
            string("value", "Entitlement"),
            &[],
        ),
        plural("roles", "Roles", string("value", "Role"), &[]),
        plural(
            "x509Certificates",
            "Certificates",
            Attribute::new("value", AttributeType::Binary).with_description("DER, in base64"),
            &[],
        ),
    ]
}

fn group_attributes() -> Vec<Attribute> {
    let immutable = |attribute: Attribute| attribute.with_mutability(Mutability::Immutable);
    vec![
        string("displayName", "Name to show").with_required(true),
        Attribute::complex(
            "members",
            [
                string("value", "Id of the member").with_case_exact(true),
                reference("$ref", "URI of the member", &["User", "Group"]),
                string("type", "Resource type of the member")
                    .with_canonical_values(["User", "Group"]),
                string("display", "Name of the member"),
            ]
            .map(immutable),
        )
        .with_multi_valued(true)
        .with_description("Members"),
    ]
}

fn enterprise_user_attributes() -> Vec<Attribute> {
    vec![
        string("employeeNumber", "Number that the organization gave"),
        string("costCenter", "Cost center"),
        string("organization", "Organization"),
        string("division", "Division"),
        string("department", "Department"),
        Attribute::complex(
            "manager",
            [
                string("value", "Id of the manager").with_case_exact(true),
                reference("$ref", "URI of the manager", &["User"]),
                read_only(string("displayName", "Name of the manager")),
            ],
        )
        .with_description("Manager of the user"),
    ]
}

fn string(name: &str, description: &str) -> Attribute {
    Attribute::new(name, AttributeType::String).with_description(description)
}

fn reference(name: &str, description: &str, types: &[&str]) -> Attribute {
    Attribute::new(name, AttributeType::Reference)
        .with_description(description)
        .with_reference_types(types.iter().copied())
}

fn read_only(attribute: Attribute) -> Attribute {
    attribute.with_mutability(Mutability::ReadOnly)
}

fn kind(values: &[&str]) -> Attribute {
    string("type", "What the value is for").with_canonical_values(values.iter().copied())
}

fn primary() -> Attribute {
    Attribute::new("primary", AttributeType::Boolean)
        .with_description("Whether this is the preferred value")
}

/// A multi-valued attribute with the default sub-attributes of RFC 7643 §2.4.
fn plural(name: &str, description: &str, value: Attribute, kinds: &[&str]) -> Attribute {
    Attribute::complex(
        name,
        [
            value,
            string("display", "Text to show"),
            kind(kinds),
            primary(),
        ],
    )
    .with_multi_valued(true)
    .with_description(description)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The corrected documents of RFC 7643 §8.7, without their descriptions.
    fn published(file: &str) -> Schema {
        let path = format!(
            "{}/../../fixtures/schemas/{file}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        Schema::from_json(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn characteristics(attributes: &[Attribute], depth: &str, into: &mut Vec<String>) {
        for a in attributes {
            let mut suggested: Vec<_> = a.canonical_values().collect();
            suggested.sort_unstable();
            into.push(format!(
                "{depth}{} {:?} multi={} required={} exact={} {:?} {:?} {:?} {:?} {:?}",
                a.name(),
                a.attribute_type(),
                a.is_multi_valued(),
                a.is_required(),
                a.is_case_exact(),
                a.mutability(),
                a.returned(),
                a.uniqueness(),
                suggested,
                a.reference_types().collect::<Vec<_>>(),
            ));
            characteristics(a.sub_attributes(), "  ", into);
        }
    }

    #[test]
    fn the_tables_say_what_the_rfc_says() {
        let [service, resource_type, schema] = &CORE.service;
        for (ours, file) in [
            (&CORE.user, "User"),
            (&CORE.group, "Group"),
            (&CORE.enterprise_user, "EnterpriseUser"),
            (service, "ServiceProviderConfig"),
            (resource_type, "ResourceType"),
            (schema, "Schema"),
        ] {
            let (mut here, mut there) = (Vec::new(), Vec::new());
            characteristics(ours.attributes(), "", &mut here);
            characteristics(published(file).attributes(), "", &mut there);
            assert_eq!(here, there, "{file}");
        }
    }
}
