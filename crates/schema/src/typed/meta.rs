use super::field::attributes;
use crate::DateTime;

attributes! {
    /// What the service provider knows about a resource ([RFC 7643 §3.1](https://www.rfc-editor.org/rfc/rfc7643#section-3.1)).
    ///
    /// It is the service provider's to write; what a client sends is ignored.
    Meta {
        /// Name of the resource type.
        resource_type: Option<String> = "resourceType",
        /// When the resource was made.
        created: Option<DateTime> = "created",
        /// When it last changed.
        last_modified: Option<DateTime> = "lastModified",
        /// URI of the resource.
        location: Option<String> = "location",
        /// Entity tag of the resource.
        version: Option<String> = "version",
    }
}
