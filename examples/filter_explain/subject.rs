use std::{path::Path, slice, sync::Arc};

use scimkit::{
    filter::{AttributePath, BoundFilter, Filter},
    schema::{Compat, JsonLimits, Resource, ResourceType, Rule},
};
use scimkit_examples::{KnownTypes, read_file};

/// A resource and its type, among the types there are.
pub(crate) struct Subject<'t> {
    pub(crate) resource: Resource,
    pub(crate) resource_type: Arc<ResourceType>,
    types: &'t KnownTypes,
}

impl<'t> Subject<'t> {
    pub(crate) fn read(file: &Path, types: &'t KnownTypes) -> Result<Self, String> {
        let bytes = read_file(file)?;
        Self::from_json(&bytes, types).map_err(|error| format!("`{}`: {error}", file.display()))
    }

    pub(crate) fn from_json(bytes: &[u8], types: &'t KnownTypes) -> Result<Self, String> {
        let resource = Resource::from_json(bytes, JsonLimits::default());
        let resource = resource.map_err(|error| error.to_string())?;
        let resource_type = types.of(resource.schemas())?;
        Ok(Self {
            resource: resource_type.adopt(resource),
            resource_type,
            types,
        })
    }

    /// Binds a filter to the type. What speaks of another type has no value here, as in a query over several; a name that no type
    /// has is a mistake.
    pub(crate) fn bind(&self, filter: &Filter, compat: Compat) -> Result<BoundFilter, String> {
        let compat = match self.judge(filter) {
            Judgement::Foreign => compat.with(Rule::FilterUnknownHasNoValue),
            Judgement::Own | Judgement::Mistake => compat,
        };
        BoundFilter::bind(filter, slice::from_ref(&self.resource_type), compat)
            .map_err(|error| error.to_string())
    }

    fn judge(&self, filter: &Filter) -> Judgement {
        match filter {
            Filter::And(terms) | Filter::Or(terms) => {
                let terms = terms.iter().map(|term| self.judge(term));
                terms.max().unwrap_or(Judgement::Own)
            }
            Filter::Not(inner) => self.judge(inner),
            Filter::Present(path)
            | Filter::Compare { path, .. }
            | Filter::ValuePath { path, .. } => self.judge_path(path),
            _ => Judgement::Own,
        }
    }

    fn judge_path(&self, path: &AttributePath) -> Judgement {
        let knows = |known: &ResourceType| {
            let found = known.find(path.uri(), path.name());
            found.is_some() || known.extension(&path.to_string()).is_some()
        };
        if knows(&self.resource_type) {
            return Judgement::Own;
        }
        let known_elsewhere = self.types.types().iter().any(|known| knows(known));
        if known_elsewhere || path.uri().is_some_and(|uri| !self.has_schema(uri)) {
            Judgement::Foreign
        } else {
            Judgement::Mistake
        }
    }

    fn has_schema(&self, uri: &str) -> bool {
        let own = &self.resource_type;
        own.schema().id().matches(uri) || own.extension(uri).is_some()
    }
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Judgement {
    Own,
    Foreign,
    Mistake,
}
