//! The members of a group beside its document, as a store keeps them.

use scimkit::{
    patch::{MemberChange, PatchOp},
    schema::{Complex, Membership, Resource, ResourceId, ResourceType, Value},
};

/// The members of a group; of anything else none.
pub(crate) struct Members(Vec<Value>);

impl Members {
    pub(crate) fn take(group: &mut Resource, resource_type: &ResourceType) -> Self {
        if resource_type.membership() != Some(Membership::Group) {
            return Self(Vec::new());
        }
        let members = group.attributes_mut().remove("members");
        Self(members.iter().flat_map(Value::elements).cloned().collect())
    }

    /// Whether anyone came or went.
    pub(crate) fn change(&mut self, change: &MemberChange, patch: &PatchOp) -> bool {
        let before: Vec<_> = self.0.iter().map(|member| id(member).to_owned()).collect();
        let (add, is_kept): (_, &dyn Fn(&str) -> bool) = match change {
            MemberChange::None => return false,
            MemberChange::Delta { add, remove } => {
                (add, &|id| !remove.iter().any(|gone| gone.as_str() == id))
            }
            MemberChange::Exactly(all) => (all, &|id| all.iter().any(|kept| kept.as_str() == id)),
        };
        self.0.retain(|member| is_kept(id(member)));
        for new in add {
            if !self.0.iter().any(|member| id(member) == new.as_str()) {
                self.0.push(member(new, patch));
            }
        }
        let after: Vec<_> = self.0.iter().map(id).collect();
        before != after
    }

    pub(crate) fn put_back(self, group: &mut Resource) {
        if !self.0.is_empty() {
            let attributes = group.attributes_mut();
            attributes.insert("members".into(), self.0.into());
        }
    }
}

fn id(member: &Value) -> &str {
    let fields = member.as_complex();
    fields
        .and_then(|fields| fields.text("value"))
        .unwrap_or_default()
}

/// A new member, of the type that the client says. A store would look it up.
fn member(id: &ResourceId, patch: &PatchOp) -> Value {
    let member = Complex::new().with("value", id.as_str());
    let values = patch.operations().iter().rev().filter_map(|operation| {
        let value = operation.value.as_ref()?;
        // Without a path the members are one attribute of several.
        let Some(fields) = value.as_complex().filter(|_| operation.path.is_none()) else {
            return Some(value);
        };
        let mut fields = fields.iter();
        let members = fields.find(|(name, _)| name.to_ascii_lowercase().ends_with("members"));
        members.map(|(_, value)| value)
    });
    let said = values.flat_map(Value::elements).find_map(|said| {
        let said = said.as_complex()?;
        let text = |name: &str| {
            let mut fields = said.iter();
            let field = fields.find(|(known, _)| known.matches(name));
            field.and_then(|(_, value)| value.as_str())
        };
        (text("value")? == id.as_str())
            .then(|| text("type"))
            .flatten()
    });
    match said {
        Some(name) => member.with("type", name).into(),
        None => member.into(),
    }
}
