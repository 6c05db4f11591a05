#![doc = include_str!("../README.md")]

mod bulk_request;
mod bulk_response;
pub mod discovery;
mod error;
mod error_response;
mod list_query;
mod list_response;
pub mod media_type;
mod search_request;
mod service_provider_config;

pub use bulk_request::{BULK_REQUEST, BulkMethod, BulkOperation, BulkRequest};
pub use bulk_response::{BULK_RESPONSE, BulkResponse, BulkResult};
pub use error::{Error, ErrorKind};
pub use error_response::{ERROR, ErrorResponse};
pub use list_query::{ListQuery, Projection, SortOrder};
pub use list_response::{LIST_RESPONSE, ListResponse};
pub use search_request::SEARCH_REQUEST;
pub use service_provider_config::{
    Pagination, PaginationMethod, SERVICE_PROVIDER_CONFIG, ServiceProviderConfig,
};
