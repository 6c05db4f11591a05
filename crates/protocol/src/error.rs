use scimkit_schema::ScimType;

/// A message or query string that could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
}

impl Error {
    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The keyword that a SCIM error carries for this.
    #[must_use]
    pub const fn scim_type(&self) -> ScimType {
        match &self.kind {
            ErrorKind::NotAListResponse(_)
            | ErrorKind::NotAConfig(_)
            | ErrorKind::NotASearchRequest(_)
            | ErrorKind::NotABulkMessage(_) => ScimType::InvalidSyntax,
            ErrorKind::RepeatedParameter(_)
            | ErrorKind::NotANumber { .. }
            | ErrorKind::BothProjections
            | ErrorKind::BothPagings
            | ErrorKind::SortBy(_)
            | ErrorKind::SortOrder(_)
            | ErrorKind::AttributeName { .. } => ScimType::InvalidValue,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}

/// What was wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The body is no `ListResponse`.
    #[error("not a SCIM ListResponse: {0}")]
    NotAListResponse(Box<str>),
    /// The body is no `ServiceProviderConfig`.
    #[error("not a SCIM ServiceProviderConfig: {0}")]
    NotAConfig(Box<str>),
    /// The body is no `SearchRequest`.
    #[error("not a SCIM SearchRequest: {0}")]
    NotASearchRequest(Box<str>),
    /// The body is no `BulkRequest` or `BulkResponse`.
    #[error("not a SCIM bulk message: {0}")]
    NotABulkMessage(Box<str>),
    /// A query parameter stands twice.
    #[error("the parameter `{0}` is given twice: give it once")]
    RepeatedParameter(&'static str),
    /// A query parameter that must be a number is none.
    #[error("the parameter `{parameter}` must be a whole number, found `{found}`")]
    NotANumber {
        /// The parameter.
        parameter: &'static str,
        /// Its first 40 characters.
        found: Box<str>,
    },
    /// `attributes` and `excludedAttributes` stand in one request.
    #[error("`attributes` and `excludedAttributes` exclude each other: give one of them")]
    BothProjections,
    /// `startIndex` and `cursor` stand in one request.
    #[error("`startIndex` and `cursor` exclude each other: page with one of them")]
    BothPagings,
    /// `sortBy` is no name of an attribute.
    #[error("the parameter `sortBy` must be the name of an attribute: {0}")]
    SortBy(Box<str>),
    /// `sortOrder` is another word.
    #[error("the parameter `sortOrder` must be `ascending` or `descending`, found `{0}`")]
    SortOrder(Box<str>),
    /// A list of attribute names holds something else.
    #[error(
        "the parameter `{parameter}` must list attribute names with commas between them: {reason}"
    )]
    AttributeName {
        /// The parameter.
        parameter: &'static str,
        /// What is wrong with the name.
        reason: Box<str>,
    },
}
