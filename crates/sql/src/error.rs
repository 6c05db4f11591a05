/// Something stored that cannot be read back.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the stored {what} cannot be read: restore the database from a backup")]
pub struct Error {
    what: What,
    source: Option<scimkit_schema::Error>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum What {
    #[error("document")]
    Document,
    #[error("event details")]
    Details,
    #[error("event action")]
    Action,
    #[error("token scope")]
    Scope,
    #[error("id")]
    Id,
    #[error("tenant name")]
    Tenant,
}

impl Error {
    pub(crate) const fn new(what: What) -> Self {
        Self { what, source: None }
    }

    pub(crate) const fn with_source(what: What, source: scimkit_schema::Error) -> Self {
        Self {
            what,
            source: Some(source),
        }
    }
}
