use std::sync::Arc;

use scimkit_schema::{Attribute, Compat, Name, ResourceType, Value};

use crate::{
    BindError, Bound, Candidate, Filter, MembershipNeed,
    bind::{Binder, Unknown},
    evaluate::{self, Row},
};

/// A filter that fits the resource types it is asked of, ready to be evaluated
/// ([RFC 7644 §3.4.2.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2)).
///
/// ```
/// use std::sync::Arc;
/// use scimkit_filter::{BoundFilter, Candidate, Filter};
/// use scimkit_schema::{Compat, Resource, core};
///
/// let filter: Filter = r#"USERNAME sw "Mira""#.parse()?;
/// let bound = BoundFilter::bind(&filter, &[Arc::new(core::user_type())], Compat::strict())?;
/// let mira = Resource::new(core::USER).with("userName", "mira@harborline.example");
/// assert!(bound.matches(&Candidate::from(&mira)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BoundFilter {
    trees: Vec<(Name, Bound)>,
    needs: MembershipNeed,
    bent: Compat,
}

impl BoundFilter {
    /// Binds a filter to the resource types that the query is over.
    ///
    /// Every type error shows here, before any resource is looked at. An attribute that is not in the schema is an error in a query
    /// over one type, since an empty answer would make the client create duplicates; in a query over several types it has no value.
    ///
    /// `compat` may allow [`FilterComplexMeansValue`](scimkit_schema::Rule::FilterComplexMeansValue),
    /// [`FilterStringBoolean`](scimkit_schema::Rule::FilterStringBoolean) and
    /// [`FilterUnknownHasNoValue`](scimkit_schema::Rule::FilterUnknownHasNoValue).
    ///
    /// # Errors
    /// [`BindError`], naming the attribute.
    pub fn bind(
        filter: &Filter,
        types: &[Arc<ResourceType>],
        compat: Compat,
    ) -> Result<Self, BindError> {
        let unknown = if types.len() > 1 {
            Unknown::HasNoValue
        } else {
            Unknown::IsAnError
        };
        let mut binder = Binder::new(compat, unknown);
        let trees = types
            .iter()
            .map(|known| Ok((known.name().clone(), binder.bind(filter, known)?)))
            .collect::<Result<Vec<_>, _>>()?;
        let needs = trees
            .iter()
            .map(|(_, tree)| MembershipNeed::of(tree))
            .fold(MembershipNeed::Nothing, MembershipNeed::and);
        Ok(Self {
            trees,
            needs,
            bent: binder.bent(),
        })
    }

    /// Whether the filter is true for a resource.
    ///
    /// In a filter over several types, the candidate's own type decides how it is read: the store's word for it, else
    /// `meta.resourceType`.
    #[must_use]
    pub fn matches(&self, candidate: &Candidate<'_>) -> bool {
        let tree = match self.trees.as_slice() {
            [(_, only)] => Some(only),
            _ => evaluate::type_name(candidate).and_then(|name| self.tree(name)),
        };
        tree.is_some_and(|tree| evaluate::holds(tree, candidate))
    }

    /// The rows of the membership relation that [`Candidate::related`] must hold.
    #[must_use]
    pub fn needs(&self) -> MembershipNeed {
        self.needs.clone()
    }

    /// The rules without which binding would have failed.
    #[must_use]
    pub const fn bent(&self) -> Compat {
        self.bent
    }

    /// The filter as it reads for resources of the type `type_name`, for a planner.
    #[must_use]
    pub fn tree(&self, type_name: &str) -> Option<&Bound> {
        self.trees
            .iter()
            .find(|(name, _)| name == type_name)
            .map(|(_, tree)| tree)
    }
}

/// The filter in the brackets of a path, bound to the attribute before them: it selects among the attribute's values
/// ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)).
///
/// ```
/// use scimkit_filter::{ElementFilter, Path};
/// use scimkit_schema::{Compat, Complex, Value, core};
///
/// let path: Path = r#"emails[type eq "work"].value"#.parse()?;
/// let user = core::user_type();
/// let emails = user.find(None, path.attribute.name()).unwrap().attribute;
/// let selects = ElementFilter::bind(path.filter.as_ref().unwrap(), emails, Compat::strict())?;
/// assert!(selects.matches(&Value::from(Complex::new().with("type", "Work"))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ElementFilter {
    tree: Bound,
    bent: Compat,
}

impl ElementFilter {
    /// Binds a filter to the values of `attribute`. `compat` is as in [`BoundFilter::bind`].
    ///
    /// # Errors
    /// [`BindError`], naming the sub-attribute.
    pub fn bind(filter: &Filter, attribute: &Attribute, compat: Compat) -> Result<Self, BindError> {
        let mut binder = Binder::new(compat, Unknown::IsAnError);
        let tree = binder.bind_element(filter, attribute)?;
        Ok(Self {
            tree,
            bent: binder.bent(),
        })
    }

    /// Whether the filter is true for one value.
    #[must_use]
    pub fn matches(&self, element: &Value) -> bool {
        evaluate::holds_for_row(&self.tree, Row::Value(element))
    }

    /// The bound filter; every target is a [`Place::Element`](crate::Place::Element).
    #[must_use]
    pub const fn tree(&self) -> &Bound {
        &self.tree
    }

    /// The rules without which binding would have failed.
    #[must_use]
    pub const fn bent(&self) -> Compat {
        self.bent
    }
}

#[cfg(test)]
mod tests;
