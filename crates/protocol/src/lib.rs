#![doc = include_str!("../README.md")]

pub mod discovery;
mod error;
mod error_response;
mod list_query;
mod list_response;
pub mod media_type;
mod service_provider_config;

pub use error::{Error, ErrorKind};
pub use error_response::{ERROR, ErrorResponse};
pub use list_query::{ListQuery, Projection};
pub use list_response::{LIST_RESPONSE, ListResponse};
pub use service_provider_config::{SERVICE_PROVIDER_CONFIG, ServiceProviderConfig};
