//! The schemas of what a service says about itself ([RFC 7643 §8.7.2](https://www.rfc-editor.org/rfc/rfc7643#section-8.7.2)).
//!
//! The errata are in: a type may be binary (5606), that of a sub-attribute never complex (8415), `referenceTypes` and
//! `schemaExtensions` hold several values (5607, 7522), an authentication scheme has a `type` (8011), references are case exact (6001).

use super::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG, reference, schema, string};
use crate::{Attribute, AttributeType, Mutability, Schema};

/// Nobody but the service writes these, so that every attribute is readOnly.
pub(super) fn schemas() -> [Schema; 3] {
    [
        schema(
            SERVICE_PROVIDER_CONFIG,
            "Service Provider Configuration",
            "What the service can do",
            service_provider_config().map(fixed).to_vec(),
        ),
        schema(
            RESOURCE_TYPE,
            "ResourceType",
            "A kind of resource",
            resource_type().map(fixed).to_vec(),
        ),
        schema(
            SCHEMA,
            "Schema",
            "The attributes of a kind of resource",
            schema_of_schemas().map(fixed).to_vec(),
        ),
    ]
}

fn schema_of_schemas() -> [Attribute; 4] {
    let types = AttributeType::ALL.map(AttributeType::as_str);
    let simple = types.into_iter().filter(|name| *name != "complex");
    let parts = several(Attribute::complex(
        "subAttributes",
        definition(simple.collect()),
    ))
    .with_description("Definitions of the sub-attributes of a complex attribute");
    let attributes = definition(types.to_vec()).into_iter().chain([parts]);
    [
        required(string("id", "URN of the schema")),
        required(string("name", "Name for people")),
        string("description", "What the schema is for"),
        required(several(Attribute::complex("attributes", attributes)))
            .with_description("Definitions of the attributes"),
    ]
}

/// The characteristics of an attribute of one of these types.
fn definition(types: Vec<&'static str>) -> Vec<Attribute> {
    let exact = |name, description| string(name, description).with_case_exact(true);
    vec![
        required(exact("name", "Name of the attribute")),
        required(string("type", "Data type")).with_canonical_values(types),
        required(boolean(
            "multiValued",
            "Whether there may be several values",
        )),
        exact("description", "What the attribute is for"),
        boolean("required", "Whether there must be a value"),
        several(exact("canonicalValues", "Suggested values")),
        boolean("caseExact", "Whether upper and lower case differ"),
        exact("mutability", "Who may change the value, and when").with_canonical_values([
            "readOnly",
            "readWrite",
            "immutable",
            "writeOnly",
        ]),
        exact("returned", "When the value is in an answer")
            .with_canonical_values(["always", "never", "default", "request"]),
        exact("uniqueness", "Where the value must be unique")
            .with_canonical_values(["none", "server", "global"]),
        several(exact("referenceTypes", "What a reference may point to")),
    ]
}

fn resource_type() -> [Attribute; 6] {
    let uri = |name, description| required(reference(name, description, &["uri"]));
    let extension = [
        uri("schema", "URN of the extension"),
        required(boolean("required", "Whether every resource must carry it")),
    ];
    [
        string("id", "Identifier, the name as a rule"),
        required(string("name", "Name of the resource type")),
        string("description", "What the type is for"),
        uri("endpoint", "Path below the base URL, such as /Users"),
        uri("schema", "URN of the main schema"),
        required(several(Attribute::complex("schemaExtensions", extension)))
            .with_description("Schemas that add attributes"),
    ]
}

fn service_provider_config() -> [Attribute; 10] {
    let option = |name, description, parts: Vec<Attribute>| {
        let supported = required(boolean("supported", "Whether the service does it"));
        let parts = std::iter::once(supported).chain(parts);
        required(Attribute::complex(name, parts)).with_description(description)
    };
    let limit = |name, description| required(integer(name, description));
    [
        documentation(),
        option("patch", "PATCH requests", Vec::new()),
        option(
            "bulk",
            "Bulk requests",
            vec![
                limit("maxOperations", "Most operations in one request"),
                limit("maxPayloadSize", "Most bytes in one request"),
            ],
        ),
        option(
            "filter",
            "Filters",
            vec![limit("maxResults", "Most resources in one answer")],
        ),
        option("changePassword", "Changes of passwords", Vec::new()),
        option("sort", "Sorted answers", Vec::new()),
        option("etag", "Entity tags", Vec::new()),
        required(several(Attribute::complex(
            "authenticationSchemes",
            authentication_scheme(),
        )))
        .with_description("Ways to sign in"),
        pagination(),
        security_events(),
    ]
}

fn authentication_scheme() -> [Attribute; 6] {
    [
        required(string("type", "Kind of the scheme")).with_canonical_values([
            "oauth",
            "oauth2",
            "oauthbearertoken",
            "httpbasic",
            "httpdigest",
        ]),
        required(string("name", "Name for people")),
        required(string("description", "How one signs in")),
        reference("specUri", "Page of its specification", &["external"]),
        documentation(),
        boolean("primary", "Whether this is the preferred scheme"),
    ]
}

/// Paging with cursors ([RFC 9865](https://www.rfc-editor.org/rfc/rfc9865)).
fn pagination() -> Attribute {
    let parts = [
        required(boolean("cursor", "Whether there are pages by cursor")),
        required(boolean("index", "Whether there are pages by index")),
        string(
            "defaultPaginationMethod",
            "What a request without either gets",
        )
        .with_canonical_values(["cursor", "index"]),
        integer(
            "defaultPageSize",
            "Resources on a page when no count is asked for",
        ),
        integer("maxPageSize", "Most resources on a page"),
        integer("cursorTimeout", "Seconds until a cursor may be forgotten"),
    ];
    Attribute::complex("pagination", parts).with_description("Pages")
}

/// Security event tokens ([RFC 9967](https://www.rfc-editor.org/rfc/rfc9967)).
fn security_events() -> Attribute {
    let parts = [
        string("asyncRequest", "Who may ask for an answer later")
            .with_canonical_values(["none", "long", "request"]),
        several(string("eventUris", "Events that the service sends")),
    ];
    Attribute::complex("securityEvents", parts).with_description("Security events")
}

fn documentation() -> Attribute {
    reference("documentationUri", "Page for people", &["external"])
}

fn boolean(name: &str, description: &str) -> Attribute {
    Attribute::new(name, AttributeType::Boolean).with_description(description)
}

fn integer(name: &str, description: &str) -> Attribute {
    Attribute::new(name, AttributeType::Integer).with_description(description)
}

fn required(attribute: Attribute) -> Attribute {
    attribute.with_required(true)
}

fn several(attribute: Attribute) -> Attribute {
    attribute.with_multi_valued(true)
}

/// The attribute as readOnly, and its parts.
// The recursion goes as deep as attributes do.
fn fixed(attribute: Attribute) -> Attribute {
    let parts = attribute.sub_attributes().iter().cloned().map(fixed);
    let parts: Vec<_> = parts.collect();
    attribute
        .with_sub_attributes(parts)
        .with_mutability(Mutability::ReadOnly)
}
