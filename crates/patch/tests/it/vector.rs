//! One row of a vector file, and how it is played.

use std::sync::Arc;

use scimkit_patch::{MemberChange, PatchOp, apply};
use scimkit_schema::{
    Compat, JsonLimits, Resource, ResourceType, Returned, Rule, Schema, Value, core, json,
};
use serde::Deserialize;

use crate::normal::normal;

#[derive(Clone, Deserialize)]
#[serde(from = "Row")]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) profile: String,
    rules: Vec<String>,
    before: serde_json::Value,
    body: serde_json::Value,
    unchanged: bool,
    pub(crate) expected: Expected,
    /// What is right without any rule; one of these.
    pub(crate) strict: Vec<Expected>,
}

#[derive(Clone, Debug)]
pub(crate) enum Expected {
    After(serde_json::Value),
    Error(String),
}

/// What came out of a row.
pub(crate) struct Done {
    after: serde_json::Value,
    changed: bool,
    pub(crate) bent: Compat,
}

pub(crate) fn load(file: &str) -> Vec<Vector> {
    serde_json::from_str(&fixture(file)).expect(file)
}

pub(crate) fn fixture(file: &str) -> String {
    let path = format!("{}/../../fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).expect(&path)
}

impl Vector {
    pub(crate) fn compat(&self) -> Compat {
        match self.profile.as_str() {
            "strict" => Compat::strict(),
            "entra" => Compat::entra(),
            "okta" => Compat::okta(),
            "lenient" => Compat::lenient(),
            other => panic!("no profile {other}"),
        }
    }

    pub(crate) fn rules(&self) -> Compat {
        let named = |name: &String| {
            let known = Rule::ALL.into_iter().find(|rule| rule.to_string() == *name);
            known.unwrap_or_else(|| panic!("no rule {name}"))
        };
        self.rules.iter().map(named).collect()
    }

    /// The outcome, or the `scimType` of the error.
    pub(crate) fn run(&self, compat: Compat) -> Result<Done, String> {
        let body = self.body.to_string();
        let body = json::parse_object(body.as_bytes(), JsonLimits::default())
            .map_err(|error| error.scim_type().to_string())?;
        let read = PatchOp::read(body, compat).map_err(|error| error.scim_type().to_string())?;
        let resource_type = self.resource_type();
        let before = self.before.to_string();
        let before = Resource::from_json(before.as_bytes(), JsonLimits::default()).unwrap();
        let mut document = resource_type.adopt(before);
        let relation = resource_type.relation_attribute() == Some("members");
        let members = document
            .attributes_mut()
            .remove("members")
            .filter(|_| relation);
        let ids: Vec<String> = members
            .iter()
            .flat_map(Value::elements)
            .map(|member| {
                member
                    .as_complex()
                    .unwrap()
                    .text("value")
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let applied = apply(&document, &read.patch, &resource_type, compat)
            .map_err(|error| error.scim_type().to_string())?;
        let changed_ids = changed(&ids, &applied.members);
        let changed = applied.document.is_some() || changed_ids != sorted(ids);
        let mut after = applied.document.unwrap_or(document);
        for attribute in resource_type.schema().attributes() {
            if attribute.returned() == Returned::Never {
                after.attributes_mut().remove(attribute.name());
            }
        }
        let mut after = serde_json::to_value(&after).unwrap();
        after["members"] = changed_ids
            .iter()
            .map(|id| serde_json::json!({ "value": id }))
            .collect();
        Ok(Done {
            after,
            changed,
            bent: read.bent.union(applied.bent),
        })
    }

    pub(crate) fn compare(
        &self,
        outcome: &Result<Done, String>,
        expected: &Expected,
    ) -> Result<(), String> {
        match (outcome, expected) {
            (Err(found), Expected::Error(wanted)) if found == wanted => Ok(()),
            (Err(found), _) => Err(format!("{found}, but expected {expected:?}")),
            (Ok(done), Expected::Error(wanted)) => {
                Err(format!("{}\nbut expected {wanted}", done.after))
            }
            (Ok(done), Expected::After(wanted_after)) => {
                let (found, wanted) = (normal(&done.after), normal(wanted_after));
                if found != wanted {
                    return Err(format!("{found}\nbut expected\n{wanted}"));
                }
                let unchanged = self.unchanged && !self.says_otherwise(wanted_after);
                if unchanged && done.changed {
                    return Err("reported as changed".to_owned());
                }
                Ok(())
            }
        }
    }

    /// Whether the expectation is another one than the row's own, which the strict reading may be.
    fn says_otherwise(&self, after: &serde_json::Value) -> bool {
        !matches!(&self.expected, Expected::After(own) if own == after)
    }

    fn resource_type(&self) -> ResourceType {
        match self.before["schemas"][0].as_str().unwrap() {
            core::USER => core::user_type(),
            core::GROUP => core::group_type(),
            _ => {
                let schemas = ["test-Widget", "test-WidgetAudit"].map(|name| {
                    let text = fixture(&format!("schemas/{name}.json"));
                    Arc::new(Schema::from_json(&text).unwrap())
                });
                let text = fixture("schemas/test-Widget-resourcetype.json");
                ResourceType::from_json(&text, &schemas).unwrap()
            }
        }
    }
}

/// The ids after a change of the relation.
fn changed(ids: &[String], change: &MemberChange) -> Vec<String> {
    let mut after = ids.to_vec();
    match change {
        MemberChange::None => {}
        MemberChange::Delta { add, remove } => {
            after.retain(|id| !remove.iter().any(|gone| gone.as_str() == id));
            after.extend(add.iter().map(ToString::to_string));
        }
        MemberChange::Exactly(exactly) => {
            after = exactly.iter().map(ToString::to_string).collect();
        }
    }
    sorted(after)
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids.dedup();
    ids
}

#[derive(Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    rules: Vec<String>,
    resource_before: serde_json::Value,
    operations: Option<serde_json::Value>,
    request_body: Option<serde_json::Value>,
    #[serde(default)]
    unchanged: bool,
    changed: Option<bool>,
    expected_after: Option<serde_json::Value>,
    expected_error: Option<RowError>,
    strict_error: Option<RowStrict>,
    strict_after: Option<serde_json::Value>,
    #[serde(default)]
    strict_alternatives: Vec<RowStrict>,
}

#[derive(Deserialize)]
struct RowError {
    #[serde(rename = "scimType")]
    scim_type: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RowStrict {
    Error(RowError),
    Word(String),
}

impl From<Row> for Vector {
    fn from(row: Row) -> Self {
        let expected = match (row.expected_after, row.expected_error) {
            (Some(after), None) => Expected::After(after),
            (None, Some(error)) => Expected::Error(error.scim_type),
            _ => panic!("{}: one expectation", row.id),
        };
        let strict = row
            .strict_error
            .into_iter()
            .chain(row.strict_alternatives)
            .map(|strict| match strict {
                RowStrict::Error(error) => Expected::Error(error.scim_type),
                RowStrict::Word(word) if word == "same" => expected.clone(),
                RowStrict::Word(_) => Expected::After(row.strict_after.clone().unwrap()),
            })
            .collect();
        let body = row.request_body.unwrap_or_else(
            || serde_json::json!({ "schemas": [PatchOp::SCHEMA], "Operations": row.operations }),
        );
        Self {
            id: row.id,
            profile: row.profile.unwrap_or_else(|| "strict".to_owned()),
            rules: row.rules,
            before: row.resource_before,
            body,
            unchanged: row.unchanged || row.changed == Some(false),
            expected,
            strict,
        }
    }
}
