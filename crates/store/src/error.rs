use std::error::Error;

use scimkit_schema::ResourceId;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such resource.
    #[error("there is no such resource")]
    Gone,
    /// The resource has another version, or exists where it must not.
    #[error("the resource has changed since it was read")]
    Stale,
    /// A value that must be unique is taken.
    #[error("the value of `{path}` is taken")]
    Taken {
        /// The canonical path of the attribute.
        path: Box<str>,
    },
    /// A member is unknown to the tenant.
    #[error("there is no resource `{0}` that could be a member")]
    NoSuchMember(ResourceId),
    /// The query would look at more than its budget.
    #[error("the query would look at more than {budget} resources: narrow its filter")]
    TooMuch {
        /// How many it may look at.
        budget: usize,
    },
    /// The query took longer than a store allows.
    #[error("the query took longer than {seconds} seconds: narrow its filter")]
    TooLong {
        /// How long it may take.
        seconds: u64,
    },
    /// The store cannot do this at all.
    #[error("this store has no {0}")]
    Unsupported(&'static str),
    /// The store is too busy right now; trying again later may work.
    #[error("the store is busy")]
    Busy,
    /// Anything else that happened to the storage.
    #[error("the storage failed")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// A failure of the storage, with its cause.
    #[must_use]
    pub fn other(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Other(cause.into())
    }
}
