#![doc = include_str!("../README.md")]

#[cfg(feature = "client")]
#[doc(inline)]
pub use scimkit_client as client;
#[doc(inline)]
pub use scimkit_filter as filter;
#[cfg(feature = "mapping")]
#[doc(inline)]
pub use scimkit_mapping as mapping;
#[doc(inline)]
pub use scimkit_patch as patch;
#[cfg(feature = "postgres")]
#[doc(inline)]
pub use scimkit_postgres as postgres;
#[doc(inline)]
pub use scimkit_protocol as protocol;
#[cfg(feature = "provisioning")]
#[doc(inline)]
pub use scimkit_provisioning as provisioning;
#[cfg(feature = "reqwest")]
#[doc(inline)]
pub use scimkit_reqwest as reqwest;
#[doc(inline)]
pub use scimkit_schema as schema;
#[cfg(feature = "server")]
#[doc(inline)]
pub use scimkit_server as server;
#[cfg(feature = "sqlite")]
#[doc(inline)]
pub use scimkit_sqlite as sqlite;
#[cfg(feature = "store")]
#[doc(inline)]
pub use scimkit_store as store;
#[cfg(feature = "system")]
#[doc(inline)]
pub use scimkit_system as system;
#[cfg(feature = "tower")]
#[doc(inline)]
pub use scimkit_tower as tower;
