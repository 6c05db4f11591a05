use scimkit::{
    filter::{Filter, Limits, Path},
    schema::Compat,
};
use scimkit_examples::{BrokenLine, KnownTypes, Line, Profile, profile};
use serde_json::{Value, json};

use crate::subject::Subject;

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
        let input: String = line.required("input")?;
        let kind: Option<String> = line.optional("kind")?;
        let name: Option<String> = line.optional("profile")?;
        let compat = profile(name.as_deref(), self.profile).map_err(BrokenLine)?;
        let outcome = match kind.as_deref() {
            None | Some("filter") => {
                let subject = line
                    .raw("resource")
                    .map(|bytes| Subject::from_json(bytes, &self.types));
                let subject = subject.transpose();
                let subject =
                    subject.map_err(|error| BrokenLine(format!("`resource`: {error}")))?;
                filter(&input, compat, subject.as_ref())
            }
            Some("path") => path(&input, compat),
            Some(_) => {
                let what = "`kind` must be `filter` or `path`";
                return Err(BrokenLine(what.to_owned()));
            }
        };
        Ok(outcome.unwrap_or_else(|error| json!({ "accept": false, "error": error })))
    }
}

fn filter(input: &str, compat: Compat, subject: Option<&Subject<'_>>) -> Result<Value, String> {
    let parsed = Filter::parse(input, Limits::default(), compat);
    let filter = parsed.map_err(|error| error.to_string())?.value;
    let sexpr = filter.sexpr();
    let Some(subject) = subject else {
        return Ok(json!({ "accept": true, "sexpr": sexpr }));
    };
    let bound = subject.bind(&filter, compat)?;
    let is_match = bound.matches(&(&subject.resource).into());
    Ok(json!({ "accept": true, "sexpr": sexpr, "match": is_match }))
}

fn path(input: &str, compat: Compat) -> Result<Value, String> {
    let parsed = Path::parse(input, Limits::default(), compat);
    let path = parsed.map_err(|error| error.to_string())?.value;
    Ok(json!({ "accept": true, "sexpr": path.sexpr() }))
}
