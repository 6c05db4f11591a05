use scimkit_schema::ResourceType;

/// How much one request may ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a request body; 1 MiB.
    pub body: usize,
    /// Bytes of a request body for a type that has members; 16 MiB.
    pub group_body: usize,
    /// Bytes of a bulk request; 16 MiB.
    pub bulk_body: usize,
    /// Operations in a bulk request; 1,000.
    pub bulk_operations: usize,
    /// Resources on a page when the client does not say; 100.
    pub default_page: usize,
    /// Resources on a page at the most; 1,000.
    pub page: usize,
    /// For how many seconds a cursor works; an hour.
    pub cursor_seconds: u32,
    /// Resources that one query may look at; 1,000,000.
    pub query_budget: usize,
    /// Bytes of a response, past which a query fails with `tooMany`; 128 MiB, which hold a group of half a million members.
    pub response: usize,
    /// Operations in one PATCH; 1,000.
    pub patch_operations: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            group_body: 16 << 20,
            bulk_body: 16 << 20,
            bulk_operations: 1_000,
            default_page: 100,
            page: 1_000,
            cursor_seconds: 3_600,
            query_budget: 1_000_000,
            response: 128 << 20,
            patch_operations: 1_000,
        }
    }
}

impl Limits {
    /// The bytes that a body for this type may have.
    pub(crate) fn body_of(&self, resource_type: &ResourceType) -> usize {
        if resource_type.relation_attribute() == Some("members") {
            self.group_body
        } else {
            self.body
        }
    }
}
