//! Users and groups as structs, for programs that know at compile time what they need.
//!
//! A [`Resource`] fits every schema; [`User`], [`Group`] and [`EnterpriseUser`] have a field for each attribute of
//! [RFC 7643 §4](https://www.rfc-editor.org/rfc/rfc7643#section-4). Conversion loses nothing: what has no field, and a value of
//! another type than the attribute's, stands in `extra`, one at each level, and goes back to where it was. All fields are public and
//! the structs are closed: what another RFC or an extension adds is in `extra`.
//!
//! The fields are named as the attributes, but `type` is `kind` and `$ref` is `reference`. They are found by the schema's spelling, and
//! an instant must be one: give an answer of another server to [`ResourceType::adopt`](crate::ResourceType::adopt) first.
//!
//! ```
//! use scimkit_schema::{JsonLimits, Resource, core, typed::{MultiValued, User}};
//!
//! let answer = Resource::from_json(
//!     br#"{
//!         "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
//!         "id": "u7",
//!         "userName": "mira@harborline.example",
//!         "shoeSize": 43
//!     }"#,
//!     JsonLimits::default(),
//! )?;
//! let mut user = User::from(core::user_type().adopt(answer));
//! assert_eq!(user.user_name.as_deref(), Some("mira@harborline.example"));
//!
//! user.emails.push(MultiValued::new("mira@harborline.example").with_kind("work").with_primary(true));
//! let resource = Resource::from(user);
//! assert_eq!(resource.get("emails").map(|emails| emails.elements().len()), Some(1));
//! assert_eq!(resource.get("shoeSize").and_then(|size| size.as_integer()), Some(43));
//! # Ok::<(), scimkit_schema::Error>(())
//! ```

use crate::{Complex, Resource};

mod address;
mod enterprise_user;
mod field;
mod group;
mod meta;
mod multi_valued;
mod password;
mod person_name;
mod user;

pub use address::Address;
pub use enterprise_user::{EnterpriseUser, Manager};
pub use group::{Group, Member};
pub use meta::Meta;
pub use multi_valued::MultiValued;
pub use password::Password;
pub use person_name::PersonName;
pub use user::{User, UserGroup};

macro_rules! parts {
    ($($part:ident),+) => {
        $(
            /// What has no field, or does not fit it, goes to `extra`.
            impl From<Complex> for $part {
                fn from(fields: Complex) -> Self {
                    field::Attributes::from_fields(fields)
                }
            }

            /// In the schema's order, and what has no field behind; a field counts more than an entry of the same name in `extra`.
            impl From<$part> for Complex {
                fn from(part: $part) -> Self {
                    field::Attributes::into_fields(part)
                }
            }
        )+
    };
}

parts!(
    Address,
    EnterpriseUser,
    Manager,
    Member,
    Meta,
    MultiValued,
    PersonName,
    UserGroup
);

/// Puts `urn` into `schemas`, unless that is something that cannot hold it.
fn declare(resource: &mut Resource, urn: &str) {
    let schemas = resource.get("schemas");
    if schemas.is_none_or(|value| value.is_unassigned() || value.as_list().is_some()) {
        resource.add_schema(urn);
    }
}

#[cfg(test)]
mod tests;
