mod resolve;

use scimkit_filter::{AttributePath, BoundFilter, CompareOp, Filter, Literal};
use scimkit_schema::{Compat, Name, ResourceId, SchemaSet, Value};
use scimkit_store::{Query, Start, Store, StoreError, Stored, Total, display_name};

pub use self::resolve::{Resolved, Standing};

/// Someone or something that a policy can name: a user or a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Principal {
    /// What a policy keeps: it survives a rename.
    pub id: ResourceId,
    /// Whether it is a user or a group.
    pub kind: PrincipalKind,
    /// What people call it, in the spelling that was sent.
    pub name: Box<str>,
    /// The e-mail address of a user, if there is one.
    pub email: Option<Box<str>>,
    /// Whether it can be picked: a user who was disabled cannot.
    pub is_active: bool,
}

/// The kinds of principals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PrincipalKind {
    /// A user.
    User,
    /// A group.
    Group,
}

impl PrincipalKind {
    /// The resource type.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }
}

/// Which principals are wanted: by default the first 50 of a kind, without inactive users.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PrincipalQuery {
    /// Users or groups.
    pub kind: PrincipalKind,
    /// Words that may each stand anywhere in the name (for users also in the e-mail address), in any letter case. None finds all.
    pub fragment: Box<str>,
    /// Only members of this group.
    pub group: Option<ResourceId>,
    /// Whether users who are not active are found, too.
    pub inactive: bool,
    /// Where the page begins: [`PrincipalPage::next`] of the one before.
    pub after: Option<Box<[u8]>>,
    /// At most so many.
    pub limit: usize,
}

impl PrincipalQuery {
    /// The first 50 of a kind.
    #[must_use]
    pub fn new(kind: PrincipalKind) -> Self {
        Self {
            kind,
            fragment: Box::default(),
            group: None,
            inactive: false,
            after: None,
            limit: 50,
        }
    }

    /// This, for what somebody typed.
    #[must_use]
    pub fn with_fragment(mut self, fragment: impl Into<Box<str>>) -> Self {
        self.fragment = fragment.into();
        self
    }

    /// This, among the members of a group.
    #[must_use]
    pub fn with_group(mut self, group: ResourceId) -> Self {
        self.group = Some(group);
        self
    }

    /// This, inactive users included.
    #[must_use]
    pub const fn with_inactive(mut self) -> Self {
        self.inactive = true;
        self
    }

    /// This, from where a page ended.
    #[must_use]
    pub fn with_after(mut self, next: Box<[u8]>) -> Self {
        self.after = Some(next);
        self
    }

    /// This, with at most `limit` principals.
    #[must_use]
    pub const fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

/// Some principals, in the order of their making.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PrincipalPage {
    /// The principals.
    pub items: Vec<Principal>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Box<[u8]>>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PrincipalCounts {
    /// Users, inactive ones included.
    pub users: u64,
    /// Groups.
    pub groups: u64,
}

/// What the consumers of a tenant's directory ask for: pages of users and groups, the picker of a policy editor, and the names behind
/// the ids that policies keep.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_schema::SchemaSet;
/// use scimkit_server::{PrincipalKind, PrincipalQuery, Principals, block_on};
/// use scimkit_store::MemoryStore;
///
/// let schemas = Arc::new(SchemaSet::core());
/// let store = MemoryStore::new(schemas.clone());
/// let typed = PrincipalQuery::new(PrincipalKind::User).with_fragment("okaf");
/// let page = block_on(Principals::new(&store, &schemas).find(&typed))?;
/// assert!(page.items.is_empty());
/// # Ok::<(), scimkit_store::StoreError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Principals<'a, S> {
    store: &'a S,
    schemas: &'a SchemaSet,
}

impl<'a, S: Store> Principals<'a, S> {
    /// Those of one tenant.
    #[must_use]
    pub const fn new(store: &'a S, schemas: &'a SchemaSet) -> Self {
        Self { store, schemas }
    }

    /// One page of what a query finds.
    ///
    /// # Errors
    /// What the store fails with; [`StoreError::Unsupported`] when the tenant has no type `User` or `Group`.
    pub async fn find(&self, wanted: &PrincipalQuery) -> Result<PrincipalPage, StoreError> {
        let type_name = wanted.kind.type_name();
        let resource_type = self
            .schemas
            .by_name(type_name)
            .ok_or(StoreError::Unsupported("such principals"))?;
        let types = std::slice::from_ref(resource_type);
        let filter = BoundFilter::bind(&filter(wanted), types, Compat::strict());
        let from = wanted.after.clone().map_or(Start::Index(0), Start::After);
        let query = Query::new([Name::from(type_name)])
            .with_filter(filter.map_err(StoreError::other)?)
            .with_page(from, wanted.limit)
            .with_total(Total::Skip);
        let page = self.store.query(&query).await?;
        let items = page.items.iter();
        Ok(PrincipalPage {
            items: items.map(|stored| principal(wanted.kind, stored)).collect(),
            next: page.next,
        })
    }

    /// How many users and groups there are.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn counts(&self) -> Result<PrincipalCounts, StoreError> {
        Ok(PrincipalCounts {
            users: self.count(PrincipalKind::User).await?,
            groups: self.count(PrincipalKind::Group).await?,
        })
    }

    async fn count(&self, kind: PrincipalKind) -> Result<u64, StoreError> {
        let query = Query::new([Name::from(kind.type_name())]).with_page(Start::Index(0), 0);
        let page = self.store.query(&query).await?;
        Ok(page.total.unwrap_or_default())
    }
}

/// Built as a tree, never as text: a fragment is always a literal.
fn filter(wanted: &PrincipalQuery) -> Filter {
    let names: &[&str] = match wanted.kind {
        PrincipalKind::Group => &["displayName"],
        PrincipalKind::User => &[
            "userName",
            "displayName",
            "name.formatted",
            "name.givenName",
            "name.familyName",
            "emails.value",
        ],
    };
    let named = |word: &str| Filter::Or(names.iter().map(|name| contains(name, word)).collect());
    let mut terms: Vec<Filter> = wanted.fragment.split_whitespace().map(named).collect();
    if let Some(group) = &wanted.group {
        let path = match wanted.kind {
            PrincipalKind::User => AttributePath::new("groups").with_sub("value"),
            // A group does not say what it is in.
            PrincipalKind::Group => return Filter::Or(Vec::new()),
        };
        terms.push(equals(path, Literal::String(group.as_str().into())));
    }
    if wanted.kind == PrincipalKind::User && !wanted.inactive {
        let disabled = equals(AttributePath::new("active"), Literal::Boolean(false));
        terms.push(Filter::Not(Box::new(disabled)));
    }
    Filter::And(terms)
}

fn equals(path: AttributePath, value: Literal) -> Filter {
    let op = CompareOp::Eq;
    Filter::Compare { path, op, value }
}

fn contains(name: &str, word: &str) -> Filter {
    let (name, sub) = name
        .split_once('.')
        .map_or((name, None), |(name, sub)| (name, Some(sub)));
    let path = sub
        .into_iter()
        .fold(AttributePath::new(name), AttributePath::with_sub);
    Filter::Compare {
        path,
        op: CompareOp::Co,
        value: Literal::String(word.into()),
    }
}

fn principal(kind: PrincipalKind, stored: &Stored) -> Principal {
    let document = &stored.document;
    let given = |name: &str| {
        document
            .get("name")
            .and_then(|parts| parts.as_complex())
            .and_then(|parts| parts.text(name))
    };
    let full: Vec<&str> = [given("givenName"), given("familyName")]
        .into_iter()
        .flatten()
        .collect();
    let name = match document.text("displayName") {
        None if !full.is_empty() => full.join(" "),
        _ => display_name(document).unwrap_or_default().to_owned(),
    };
    let email = document
        .get("emails")
        .and_then(|emails| emails.elements().first());
    let email = email
        .and_then(|email| email.as_complex())
        .and_then(|email| email.text("value"));
    Principal {
        id: stored.key.id.clone(),
        kind,
        name: name.into(),
        email: email.map(Into::into),
        is_active: document.get("active").and_then(Value::as_bool) != Some(false),
    }
}
