use scimkit_filter::{AttributePath, BoundFilter, CompareOp, Filter, Literal};
use scimkit_schema::{Compat, Name, ResourceId, SchemaSet};
use scimkit_store::{Query, Start, Store, StoreError, Stored, Total, display_name};

/// Someone or something that a policy can name: an active user or a group.
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
}

/// The kinds of principals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PrincipalKind {
    /// A user.
    User,
    /// A group.
    Group,
}

/// Finds principals of one kind for a picker: at most `limit`, in the order of their making. Each word of `fragment` may
/// stand anywhere in the name (for users also in the e-mail address), in any letter case; none finds all. Inactive users are left out.
///
/// # Errors
/// What the store fails with; [`StoreError::Unsupported`] when the tenant has no type `User` or `Group`.
pub async fn principals(
    store: &impl Store,
    schemas: &SchemaSet,
    kind: PrincipalKind,
    fragment: &str,
    limit: usize,
) -> Result<Vec<Principal>, StoreError> {
    let type_name = match kind {
        PrincipalKind::User => "User",
        PrincipalKind::Group => "Group",
    };
    let resource_type = schemas
        .by_name(type_name)
        .ok_or(StoreError::Unsupported("such principals"))?;
    let filter = BoundFilter::bind(
        &filter(kind, fragment),
        std::slice::from_ref(resource_type),
        Compat::strict(),
    )
    .map_err(StoreError::other)?;
    let query = Query::new([Name::from(type_name)])
        .with_filter(filter)
        .with_page(Start::Index(0), limit)
        .with_total(Total::Skip);
    let page = store.query(&query).await?;
    Ok(page
        .items
        .iter()
        .map(|stored| principal(kind, stored))
        .collect())
}

/// Built as a tree, never as text: a fragment is always a literal.
fn filter(kind: PrincipalKind, fragment: &str) -> Filter {
    let names: &[&str] = match kind {
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
    let mut terms: Vec<Filter> = fragment.split_whitespace().map(named).collect();
    if kind == PrincipalKind::User {
        let (path, op, value) = (
            AttributePath::new("active"),
            CompareOp::Eq,
            Literal::Boolean(false),
        );
        terms.push(Filter::Not(Box::new(Filter::Compare { path, op, value })));
    }
    Filter::And(terms)
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
    }
}
