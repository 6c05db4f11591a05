use scimkit::{
    patch::PatchOp,
    schema::{Complex, JsonLimits, Resource, Value as Scim, json as door},
};
use scimkit_examples::{BrokenLine, KnownTypes, Line, Profile, profile};
use serde_json::{Value, json};

use crate::outcome::{Outcome, Refusal};

/// Answers requests of other programs.
pub(crate) struct Lines {
    types: KnownTypes,
    profile: Profile,
}

impl Lines {
    pub(crate) const fn new(types: KnownTypes, profile: Profile) -> Self {
        Self { types, profile }
    }

    pub(crate) fn answer(&self, line: &Line) -> Result<Value, BrokenLine> {
        let name: Option<String> = line.optional("profile")?;
        let compat = profile(name.as_deref(), self.profile).map_err(BrokenLine)?;
        let in_resource = |error: String| BrokenLine(format!("`resource`: {error}"));
        let before = line.required_raw("resource")?;
        let before = Resource::from_json(before, JsonLimits::default())
            .map_err(|error| in_resource(error.to_string()))?;
        let resource_type = match line.optional::<Vec<String>>("schemas")? {
            Some(urns) => self.types.in_force(&urns).map_err(BrokenLine)?,
            None => self.types.of(before.schemas()).map_err(in_resource)?,
        };
        let before = resource_type.adopt(before);
        let outcome =
            body(line)?.and_then(|body| Outcome::of(before, body, &resource_type, compat));
        Ok(match outcome {
            Ok(outcome) => {
                let rules = outcome.rules.rules().map(|rule| rule.to_string());
                json!({
                    "changed": outcome.changed,
                    "resource": outcome.resource,
                    "rules": rules.collect::<Vec<_>>(),
                })
            }
            Err(refusal) => json!({ "error": {
                "status": refusal.status,
                "scimType": refusal.scim_type.as_str(),
                "detail": refusal.detail,
            } }),
        })
    }
}

/// The body of the request, or a message of the operations; what is wrong inside is a refusal, as from a server.
fn body(line: &Line) -> Result<Result<Complex, Refusal>, BrokenLine> {
    if let Some(body) = line.raw("request_body") {
        return Ok(door::parse_object(body, JsonLimits::default()).map_err(Refusal::from));
    }
    let Some(operations) = line.raw("operations") else {
        let what = "`operations` or `request_body` is missing";
        return Err(BrokenLine(what.to_owned()));
    };
    let operations = door::parse(operations, JsonLimits::default());
    Ok(operations.map_err(Refusal::from).map(|operations| {
        let schemas = vec![Scim::from(PatchOp::SCHEMA)];
        Complex::new()
            .with("schemas", schemas)
            .with("Operations", operations)
    }))
}
