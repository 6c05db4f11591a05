use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use libtest_mimic::Failed;
use scimkit_filter::{BoundFilter, Candidate, Filter, Limits, Path};
use scimkit_schema::{Compat, JsonLimits, Resource, ResourceType, Rule};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{schemas, stored::Stored};

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) run: Box<dyn FnOnce() -> Result<(), Failed> + Send>,
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let rows: Vec<ParseRow> = read(include_str!("../../../../fixtures/filter-vectors.json"));
    for row in rows {
        if row.schema_check.is_some() {
            cases.push(case(
                format!("{}-bind", row.id),
                row.clone(),
                refuses_to_bind,
            ));
        }
        cases.push(case(row.id.clone(), row, parses));
    }
    let set: EvalSet = read(include_str!("../../../../fixtures/filter-eval.json"));
    for row in set.vectors {
        let resource = resource(&set.resources[&row.resource]);
        cases.push(case(row.id.clone(), (row, resource), evaluates));
    }
    let rows: Vec<DialectRow> = read(include_str!(
        "../../../../fixtures/filter-dialect-vectors.json"
    ));
    for row in rows {
        let resource = row
            .resource
            .as_ref()
            .map(|name| resource(&set.resources[name]));
        cases.push(case(row.id.clone(), (row, resource), speaks_dialect));
    }
    cases
}

#[derive(Clone, Deserialize)]
struct ParseRow {
    id: String,
    kind: String,
    input: String,
    accept: bool,
    sexpr: Option<String>,
    schema_check: Option<Json>,
}

fn parses(row: &ParseRow) -> Result<(), Failed> {
    let read = match row.kind.as_str() {
        "filter" => row.input.parse::<Filter>().map(|filter| {
            let again = filter.to_string().parse::<Filter>();
            assert_eq!(
                again.as_ref(),
                Ok(&filter),
                "prints what does not read back"
            );
            filter.sexpr()
        }),
        "path" => row.input.parse::<Path>().map(|path| {
            let again = path.to_string().parse::<Path>();
            assert_eq!(again.as_ref(), Ok(&path), "prints what does not read back");
            path.sexpr()
        }),
        kind => return Err(format!("no such kind: {kind}").into()),
    };
    same(&read.as_ref().ok(), &row.sexpr.as_ref(), &read)?;
    same(&read.is_ok(), &row.accept, &read)
}

/// Parses, but fits none of the types that know the attribute.
fn refuses_to_bind(row: &ParseRow) -> Result<(), Failed> {
    let filter: Filter = row.input.parse()?;
    for known in schemas::types() {
        let bound = BoundFilter::bind(&filter, &[known], Compat::strict());
        same(&bound.is_err(), &true, &bound)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct EvalSet {
    resources: BTreeMap<String, Json>,
    vectors: Vec<EvalRow>,
}

#[derive(Clone, Deserialize)]
struct EvalRow {
    id: String,
    resource: String,
    filter: String,
    #[serde(rename = "match")]
    is_match: bool,
}

/// Evaluates over all types and over the resource's own, on the document as it is and as a store keeps it: with `id`, `meta` and
/// members beside it, and only the members that the filter asks for.
fn evaluates((row, raw): &(EvalRow, Resource)) -> Result<(), Failed> {
    let filter: Filter = row.filter.parse()?;
    let over_all = BoundFilter::bind(&filter, &schemas::types(), Compat::strict())?;
    let over_one = BoundFilter::bind(
        &filter,
        &own_type(raw),
        Compat::strict().with(Rule::FilterUnknownHasNoValue),
    )?;
    for bound in [over_all, over_one] {
        same(&bound.matches(&Candidate::from(raw)), &row.is_match, &bound)?;
        let stored = Stored::from(raw);
        same(&stored.matches(&bound), &row.is_match, &bound)?;
    }
    Ok(())
}

#[derive(Clone, Deserialize)]
struct DialectRow {
    id: String,
    input: String,
    rule: String,
    strict: String,
    stage: String,
    lenient_sexpr: Option<String>,
    resource_type: String,
    resource: Option<String>,
    #[serde(rename = "match")]
    is_match: Option<bool>,
    lenient: String,
}

fn speaks_dialect((row, resource): &(DialectRow, Option<Resource>)) -> Result<(), Failed> {
    let types = schemas::one(&row.resource_type);
    let strict = outcome(&row.input, &types, Compat::strict());
    same(&strict.is_ok(), &(row.strict == "accept"), &strict)?;
    if row.strict == "reject" {
        let parses = row.input.parse::<Filter>();
        same(&parses.is_ok(), &(row.stage == "bind"), &parses)?;
    }
    let lenient = outcome(&row.input, &types, Compat::lenient());
    same(&lenient.is_ok(), &(row.lenient == "accept"), &lenient)?;
    let Ok((sexpr, bound, bent)) = lenient else {
        return Ok(());
    };
    same(&Some(&sexpr), &row.lenient_sexpr.as_ref(), &bound)?;
    let rule = Rule::ALL
        .into_iter()
        .find(|rule| rule.to_string() == row.rule);
    if let Some(rule) = rule.filter(|_| row.strict == "reject") {
        same(&bent.allows(rule), &true, &bent)?;
        let without = outcome(&row.input, &types, Compat::lenient().without(rule));
        same(&without.is_err(), &true, &without)?;
    }
    same(&bent.is_empty(), &(row.strict == "accept"), &bent)?;
    if let (Some(resource), Some(is_match)) = (resource, row.is_match) {
        same(
            &bound.matches(&Candidate::from(resource)),
            &is_match,
            &bound,
        )?;
    }
    Ok(())
}

fn outcome(
    input: &str,
    types: &[Arc<ResourceType>],
    compat: Compat,
) -> Result<(String, BoundFilter, Compat), String> {
    let parsed = Filter::parse(input, Limits::default(), compat).map_err(|e| e.to_string())?;
    let bound = BoundFilter::bind(&parsed.value, types, compat).map_err(|e| e.to_string())?;
    let bent = parsed.bent.union(bound.bent());
    Ok((parsed.value.sexpr(), bound, bent))
}

fn own_type(resource: &Resource) -> Vec<Arc<ResourceType>> {
    let mut types = schemas::types();
    types.retain(|known| {
        resource
            .schemas()
            .any(|urn| known.schema().id().matches(urn))
    });
    types
}

fn resource(json: &Json) -> Resource {
    Resource::from_json(json.to_string().as_bytes(), JsonLimits::default()).unwrap()
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

fn case<T: Send + 'static>(
    name: String,
    row: T,
    check: impl FnOnce(&T) -> Result<(), Failed> + Send + 'static,
) -> Case {
    Case {
        name,
        run: Box::new(move || check(&row)),
    }
}

fn same<T: Debug + PartialEq>(found: &T, wanted: &T, about: &dyn Debug) -> Result<(), Failed> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("wanted {wanted:?}, found {found:?}; {about:#?}").into())
}
