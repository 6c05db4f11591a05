use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
};

use scimkit_filter::Related;
use scimkit_protocol::Projection;
use scimkit_schema::{Complex, Name, Resource, ResourceId, ResourceType, ScimType, Value};
use scimkit_store::{Relation, Store, StoreError, Stored};
use serde::{Serialize, Serializer};

use crate::{
    Authenticator, MembersShown, UserGroups,
    exchange::Exchange,
    problem::Problem,
    project::{Wanted, asks_for, project, wants},
};

impl<A: Authenticator> Exchange<'_, A> {
    /// A stored resource as an answer shows it: with `id`, `meta`, and what the membership relation says, if that is wanted. `groups` are
    /// its [`first_groups`](Self::first_groups), if somebody read them.
    pub(crate) async fn render(
        &self,
        resource_type: &Arc<ResourceType>,
        stored: &Stored,
        wanted: Wanted<'_>,
        groups: Option<Vec<Related>>,
    ) -> Result<Resource, Problem> {
        let fields = self.fields(resource_type, stored, wanted, groups).await?;
        let fields = fields.into_iter();
        let owned = fields.map(|(name, value)| (name, value.into_owned()));
        Ok(owned.collect::<Complex>().into())
    }

    /// The same as text; `first` are the first of its relation, if somebody read them. The members of a group are written as they are read, a page at a time: however many they are, no more than one
    /// page of them is in memory beside the text, which may be as long as a response.
    pub(crate) async fn render_text(
        &self,
        resource_type: &Arc<ResourceType>,
        stored: &Stored,
        wanted: Wanted<'_>,
        mut first: Option<Vec<Related>>,
    ) -> Result<String, Problem> {
        let of = self.relation(resource_type, &stored.key.id, wanted.projection);
        let Some((name, of @ Relation::MembersOf(_))) = of else {
            let fields = self.fields(resource_type, stored, wanted, first).await?;
            return serde_json::to_string(&Object(&fields))
                .map_err(|error| StoreError::other(error).into());
        };
        // Stands where the members are to come.
        let place = Value::from_iter([Value::from(Complex::new().with("value", ""))]);
        let fields = self.with_relation(resource_type, stored, wanted, Some((name, place)));
        let mut text = String::from("{");
        for (attribute, value) in fields {
            if attribute.as_str() == name {
                self.write_members(resource_type, &of, first.take(), wanted, &mut text)
                    .await?;
            } else {
                separate(&mut text);
                let _ = write!(text, "{}:{value}", Value::from(attribute.as_str()));
            }
        }
        text.push('}');
        Ok(text)
    }

    /// What an answer holds of a resource, in the fixed order.
    async fn fields<'a>(
        &self,
        resource_type: &Arc<ResourceType>,
        stored: &'a Stored,
        wanted: Wanted<'_>,
        groups: Option<Vec<Related>>,
    ) -> Result<Vec<Field<'a>>, Problem> {
        let of = self.relation(resource_type, &stored.key.id, wanted.projection);
        let related = match &of {
            None => Vec::new(),
            Some((name, of)) => self.all_shown(name, of, groups).await?,
        };
        let related = of
            .filter(|_| !related.is_empty())
            .map(|(name, _)| (name, Value::from_iter(related)));
        Ok(self.with_relation(resource_type, stored, wanted, related))
    }

    async fn write_members(
        &self,
        resource_type: &ResourceType,
        of: &Relation,
        first: Option<Vec<Related>>,
        wanted: Wanted<'_>,
        text: &mut String,
    ) -> Result<(), Problem> {
        let most = self.service.limits.response;
        let mut is_begun = false;
        self.each_page(of, first, |page| {
            let members = page
                .iter()
                .map(|one| self.related("members", one, "direct"));
            let members: Value = members.collect();
            let members = project(&Name::from("members"), &members, resource_type, wanted);
            for member in members.as_deref().map(Value::elements).unwrap_or_default() {
                if is_begun {
                    text.push(',');
                } else {
                    separate(text);
                    text.push_str("\"members\":[");
                    is_begun = true;
                }
                let _ = write!(text, "{member}");
            }
            if text.len() > most {
                return Err(too_many());
            }
            Ok(())
        })
        .await?;
        if is_begun {
            text.push(']');
        }
        Ok(())
    }

    fn with_relation<'a>(
        &self,
        resource_type: &Arc<ResourceType>,
        stored: &'a Stored,
        wanted: Wanted<'_>,
        relation: Option<(&'static str, Value)>,
    ) -> Vec<Field<'a>> {
        let id = stored.key.id.as_str();
        let own = [
            Some(("id", Value::from(id))),
            relation,
            Some(("meta", self.meta(resource_type, stored).into())),
        ];
        let own = own.into_iter().flatten().filter_map(|(name, value)| {
            let name = Name::from(name);
            let kept = project(&name, &value, resource_type, wanted)?;
            let part = match kept {
                Cow::Borrowed(_) => None,
                Cow::Owned(part) => Some(part),
            };
            Some((name, Cow::Owned(part.unwrap_or(value))))
        });
        let own: Vec<Field<'a>> = own.collect();
        let document = stored.document.attributes().iter();
        let document = document.filter(|(name, _)| own.iter().all(|(own, _)| own != *name));
        let kept = document.filter_map(|(name, value)| {
            let value = project(name, value, resource_type, wanted)?;
            Some((name.clone(), value))
        });
        let mut fields: Vec<_> = kept.collect();
        fields.extend(own);
        fields.sort_by_cached_key(|(name, _)| resource_type.rank(name));
        fields
    }

    /// The first groups of those of some resources whose groups an answer shows, read at once.
    pub(crate) async fn first_groups<'a>(
        &self,
        resources: impl Iterator<Item = &'a (&'a Arc<ResourceType>, &'a Stored)> + Send,
        projection: &Projection,
    ) -> Result<BTreeMap<ResourceId, Vec<Related>>, Problem> {
        let shown = resources.filter_map(|(resource_type, stored)| {
            match self.relation(resource_type, &stored.key.id, projection)? {
                (_, Relation::GroupsOf(id)) => Some(id),
                _ => None,
            }
        });
        let shown: Vec<_> = shown.collect();
        if shown.is_empty() {
            return Ok(BTreeMap::new());
        }
        let groups = match self.store().groups_of_all(&shown, FIRST).await {
            // Where there are no groups, nobody is in one.
            Err(StoreError::Unsupported(_)) => vec![Vec::new(); shown.len()],
            groups => groups?,
        };
        Ok(shown.into_iter().zip(groups).collect())
    }

    /// One side of the relation as an answer shows it; `first` is what was already read of it.
    async fn all_shown(
        &self,
        name: &str,
        of: &Relation,
        first: Option<Vec<Related>>,
    ) -> Result<Vec<Value>, Problem> {
        let direct = self.all_related(of, first).await?;
        let indirect = match (of, self.service.profile.user_groups) {
            (Relation::GroupsOf(_), UserGroups::Nested) => self.nested(&direct).await?,
            _ => Vec::new(),
        };
        let direct = direct.iter().map(|one| self.related(name, one, "direct"));
        let indirect = indirect
            .iter()
            .map(|one| self.related(name, one, "indirect"));
        Ok(direct.chain(indirect).collect())
    }

    /// The side of the membership relation that an answer has to read; none costs nothing.
    pub(crate) fn relation(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        projection: &Projection,
    ) -> Option<(&'static str, Relation)> {
        let name = resource_type.relation_attribute()?;
        let profile = &self.service.profile;
        let shown = if name == "groups" {
            profile.user_groups != UserGroups::Hidden && wants(projection, resource_type, name)
        } else {
            match profile.members {
                MembersShown::ByDefault => wants(projection, resource_type, name),
                MembersShown::OnRequest => asks_for(projection, resource_type, name),
            }
        };
        let of = if name == "groups" {
            Relation::GroupsOf
        } else {
            Relation::MembersOf
        };
        shown.then(|| (name, of(id.clone())))
    }

    /// Reads the relation, and no further than an answer may hold.
    async fn all_related(
        &self,
        of: &Relation,
        first: Option<Vec<Related>>,
    ) -> Result<Vec<Related>, Problem> {
        const BYTES: usize = 150;
        let most = self.service.limits.response / BYTES;
        let mut all: Vec<Related> = Vec::new();
        self.each_page(of, first, |page| {
            all.extend(page);
            if all.len() > most {
                Err(too_many())
            } else {
                Ok(())
            }
        })
        .await?;
        Ok(all)
    }

    /// Reads the relation page by page, a small one first, unless that was already read.
    async fn each_page(
        &self,
        of: &Relation,
        mut first: Option<Vec<Related>>,
        mut take: impl FnMut(Vec<Related>) -> Result<(), Problem> + Send,
    ) -> Result<(), Problem> {
        const PAGE: usize = 1_000;
        let mut after: Option<ResourceId> = None;
        let mut limit = FIRST;
        loop {
            let page = match first.take() {
                Some(page) => page,
                None => match self.store().members(of, after.as_ref(), limit).await {
                    // Where there are no groups, nobody is in one.
                    Err(StoreError::Unsupported(_)) if matches!(of, Relation::GroupsOf(_)) => {
                        return Ok(());
                    }
                    page => page?,
                },
            };
            let is_last = page.len() < limit;
            after = page.last().map(|last| last.id.clone());
            take(page)?;
            if is_last {
                return Ok(());
            }
            limit = PAGE;
        }
    }

    /// The groups that these groups are in, and so on up, each once and none of these. Groups may be members of each other in a circle.
    async fn nested(&self, direct: &[Related]) -> Result<Vec<Related>, Problem> {
        const MOST: usize = 1_000;
        let mut known: BTreeSet<ResourceId> = direct.iter().map(|group| group.id.clone()).collect();
        let mut left: Vec<ResourceId> = known.iter().cloned().collect();
        let mut found = Vec::new();
        while let Some(group) = left.pop() {
            for above in self.all_related(&Relation::GroupsOf(group), None).await? {
                if known.insert(above.id.clone()) {
                    left.push(above.id.clone());
                    found.push(above);
                }
            }
            if found.len() > MOST {
                let detail = "the groups are nested in more groups than an answer may hold: exclude `groups`";
                return Err(Problem::bad_request(ScimType::TooMany, detail));
            }
        }
        found.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(found)
    }

    /// `kind` is the type of a group that a user is in.
    fn related(&self, relation: &str, related: &Related, kind: &str) -> Value {
        let endpoint = self.service.schemas.by_name(&related.type_name);
        let mut value = Complex::new().with("value", related.id.as_str());
        if let Some(known) = endpoint {
            value = value.with("$ref", self.location(known, related.id.as_str()));
        }
        if relation == "groups" {
            if let Some(display) = &related.display {
                value = value.with("display", &**display);
            }
            return value.with("type", kind).into();
        }
        value = value.with("type", related.type_name.as_str());
        if let Some(display) = &related.display {
            value = value.with("display", &**display);
        }
        value.into()
    }

    fn meta(&self, resource_type: &ResourceType, stored: &Stored) -> Complex {
        Complex::new()
            .with("resourceType", resource_type.name().as_str())
            .with("created", stored.created.clone())
            .with("lastModified", stored.modified.clone())
            .with(
                "location",
                self.location(resource_type, stored.key.id.as_str()),
            )
            .with("version", stored.version.to_string())
    }
}

/// An attribute that an answer holds.
type Field<'a> = (Name, Cow<'a, Value>);

/// Attributes, written as one object.
struct Object<'a>(&'a [Field<'a>]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.iter();
        serializer.collect_map(fields.map(|(name, value)| (name.as_str(), value)))
    }
}

/// How many of a relation are read at first.
pub(crate) const FIRST: usize = 100;

/// Puts a comma before the next member of an object, unless it is the first.
fn separate(text: &mut String) {
    if !text.ends_with('{') {
        text.push(',');
    }
}

fn too_many() -> Problem {
    let detail = "the group has more members than an answer may hold: exclude `members`, or filter by `members.value`";
    Problem::bad_request(ScimType::TooMany, detail)
}
