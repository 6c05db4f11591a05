#![doc = include_str!("../README.md")]

mod error;
mod options;
mod transport;

pub use error::Error;
pub use options::Options;
pub use transport::ReqwestTransport;
