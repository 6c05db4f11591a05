/// Something stored that cannot be read back, or an index that cannot be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct Error {
    what: What,
    source: Option<scimkit_schema::Error>,
}

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum What {
    #[error("the stored document cannot be read: restore the database from a backup")]
    Document,
    #[error("the stored event details cannot be read: restore the database from a backup")]
    Details,
    #[error("the stored event action cannot be read: restore the database from a backup")]
    Action,
    #[error("the stored token scope cannot be read: restore the database from a backup")]
    Scope,
    #[error("the stored id cannot be read: restore the database from a backup")]
    Id,
    #[error("the stored tenant name cannot be read: restore the database from a backup")]
    Tenant,
    #[error(
        "`{0}` cannot be indexed: name an attribute of the type, or a sub-attribute, whose values are texts"
    )]
    Index(Box<str>),
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
