use std::sync::Arc;

use scimkit_filter::Related;
use scimkit_protocol::Projection;
use scimkit_schema::{Complex, Name, Resource, ResourceId, ResourceType, ScimType, Value};
use scimkit_store::{Relation, Store, StoreError, Stored};

use crate::{
    Authenticator, MembersShown,
    exchange::Exchange,
    problem::Problem,
    project::{Wanted, asks_for, project, wants},
};

impl<A: Authenticator> Exchange<'_, A> {
    /// A stored resource as an answer shows it: with `id`, `meta`, and what the membership relation says, if that is wanted.
    pub(crate) async fn render(
        &self,
        resource_type: &Arc<ResourceType>,
        stored: &Stored,
        wanted: Wanted<'_>,
    ) -> Result<Resource, Problem> {
        let mut attributes = stored.document.attributes().clone();
        attributes.insert(Name::from("id"), Value::from(stored.key.id.as_str()));
        if let Some((name, of)) = self.relation(resource_type, &stored.key.id, wanted.projection) {
            let related = self.all_related(&of).await?;
            if !related.is_empty() {
                attributes.insert(
                    Name::from(name),
                    related
                        .iter()
                        .map(|related| self.related(name, related))
                        .collect(),
                );
            }
        }
        attributes.insert(Name::from("meta"), self.meta(resource_type, stored).into());
        let mut resource = Resource::from(attributes);
        resource_type.arrange(&mut resource);
        Ok(project(resource, resource_type, wanted))
    }

    /// The side of the membership relation that an answer has to read; none costs nothing.
    fn relation(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        projection: &Projection,
    ) -> Option<(&'static str, Relation)> {
        let name = resource_type.relation_attribute()?;
        let profile = &self.service.profile;
        let shown = if name == "groups" {
            profile.user_groups && wants(projection, resource_type, name)
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

    /// Reads the relation page by page, a small one first, and no further than an answer may hold.
    async fn all_related(&self, of: &Relation) -> Result<Vec<Related>, Problem> {
        const FIRST: usize = 100;
        const PAGE: usize = 1_000;
        const BYTES: usize = 150;
        let most = self.service.limits.response / BYTES;
        let mut all: Vec<Related> = Vec::new();
        let mut limit = FIRST;
        loop {
            let after = all.last().map(|last| last.id.clone());
            let page = match self.store().members(of, after.as_ref(), limit).await {
                // Where there are no groups, nobody is in one.
                Err(StoreError::Unsupported(_)) if matches!(of, Relation::GroupsOf(_)) => {
                    return Ok(all);
                }
                page => page?,
            };
            let is_last = page.len() < limit;
            all.extend(page);
            if all.len() > most {
                let detail = "the group has more members than an answer may hold: exclude `members`, or filter by `members.value`";
                return Err(Problem::bad_request(ScimType::TooMany, detail));
            }
            if is_last {
                return Ok(all);
            }
            limit = PAGE;
        }
    }

    fn related(&self, relation: &str, related: &Related) -> Value {
        let endpoint = self.service.schemas.by_name(&related.type_name);
        let mut value = Complex::new().with("value", related.id.as_str());
        if let Some(known) = endpoint {
            value = value.with("$ref", self.location(known, related.id.as_str()));
        }
        if relation == "groups" {
            if let Some(display) = &related.display {
                value = value.with("display", &**display);
            }
            return value.with("type", "direct").into();
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
