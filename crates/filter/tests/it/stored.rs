use scimkit_filter::{BoundFilter, Candidate, Known, MembershipNeed, Related};
use scimkit_schema::{Complex, DateTime, Name, Resource, ResourceId, Value, Version};

/// A resource as a store keeps it.
pub(crate) struct Stored {
    document: Resource,
    id: ResourceId,
    type_name: Name,
    created: DateTime,
    modified: DateTime,
    version: Version,
    members: Vec<Related>,
}

impl Stored {
    pub(crate) fn matches(&self, filter: &BoundFilter) -> bool {
        let needs = filter.needs();
        let mut related = self.members.clone();
        match needs {
            MembershipNeed::Nothing => related.clear(),
            MembershipNeed::These(ids) => related.retain(|row| ids.contains(&row.id)),
            MembershipNeed::Any => related.truncate(1),
            MembershipNeed::All => {}
        }
        filter.matches(&Candidate {
            document: &self.document,
            known: Some(Known {
                id: &self.id,
                type_name: &self.type_name,
                created: &self.created,
                modified: &self.modified,
                version: &self.version,
            }),
            related: &related,
        })
    }
}

impl From<&Resource> for Stored {
    fn from(whole: &Resource) -> Self {
        let mut document = whole.clone();
        let mut take = |name| document.attributes_mut().remove(name);
        let id = take("id").unwrap();
        let meta = take("meta").unwrap().into_complex().unwrap();
        let members = take("members").unwrap_or(Value::NULL);
        let time = |name| {
            let text = meta.text(name).unwrap_or("2026-01-05T08:00:00Z");
            text.parse().unwrap()
        };
        Self {
            id: ResourceId::new(id.as_str().unwrap()).unwrap(),
            type_name: meta.text("resourceType").unwrap().into(),
            created: time("created"),
            modified: time("lastModified"),
            version: meta.text("version").unwrap_or("W/\"1\"").parse().unwrap(),
            members: members
                .elements()
                .iter()
                .filter_map(Value::as_complex)
                .map(related)
                .collect(),
            document,
        }
    }
}

fn related(member: &Complex) -> Related {
    Related {
        id: ResourceId::new(member.text("value").unwrap()).unwrap(),
        type_name: member.text("type").unwrap().into(),
        display: member.text("display").map(Into::into),
    }
}
