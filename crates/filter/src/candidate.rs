use scimkit_schema::{DateTime, Name, Resource, ResourceId, Version};

/// What a filter is evaluated on.
///
/// A store passes the document and what it knows beside it; elsewhere a resource alone is enough:
///
/// ```
/// use scimkit_filter::Candidate;
/// use scimkit_schema::{Resource, core};
///
/// let user = Resource::new(core::USER).with("userName", "mira@harborline.example");
/// let candidate = Candidate::from(&user);
/// assert!(candidate.known.is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The attributes.
    pub document: &'a Resource,
    /// What stands beside a stored document. Without it, `id`, `meta`, `members` and `groups` are read off the document.
    pub known: Option<Known<'a>>,
    /// The rows of the membership relation that [`BoundFilter::needs`](crate::BoundFilter::needs) asked for. Read only where
    /// `known` is there.
    pub related: &'a [Related],
}

impl<'a> From<&'a Resource> for Candidate<'a> {
    fn from(document: &'a Resource) -> Self {
        Self {
            document,
            known: None,
            related: &[],
        }
    }
}

/// What a store knows about a resource beside its document.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The `id`.
    pub id: &'a ResourceId,
    /// The name of the resource type.
    pub type_name: &'a Name,
    /// `meta.created`.
    pub created: &'a DateTime,
    /// `meta.lastModified`.
    pub modified: &'a DateTime,
    /// `meta.version`.
    pub version: &'a Version,
}

/// The resource at the other end of a membership: a member of the group, or a group that the user is in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Related {
    /// Its `id`: the `value` of the member.
    pub id: ResourceId,
    /// The name of its resource type.
    pub type_name: Name,
    /// Its name to show, if it has one.
    pub display: Option<Box<str>>,
}
