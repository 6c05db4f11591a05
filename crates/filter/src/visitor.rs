use crate::{Bound, CompareOp, Operand, Target};

/// Translates a bound filter into something else: the condition of a query, the search of a directory, a description.
///
/// [`Bound::accept`] calls one method for each node, children first, so that an implementation only ever joins what it has made
/// already. Every output is made once; an error ends the walk.
///
/// Keep the meaning when you translate. There is no third value: a comparison with an attribute that is unassigned is true for
/// `ne` and for `eq null`, and false otherwise, also below a `not`. A multi-valued attribute matches if any of its values does.
/// What the other side cannot say is an error, or a weaker condition whose answer is then filtered with
/// [`BoundFilter::matches`](crate::BoundFilter::matches); below a `not`, only an error is safe.
///
/// ```
/// use std::{convert::Infallible, sync::Arc};
/// use scimkit_filter::{BoundFilter, CompareOp, Filter, Operand, Target, Visitor};
/// use scimkit_schema::{Compat, core};
///
/// /// Says a filter in words.
/// struct Words;
///
/// impl Visitor for Words {
///     type Output = String;
///     type Error = Infallible;
///
///     fn all(&mut self, terms: Vec<String>) -> Result<String, Infallible> {
///         Ok(format!("({})", terms.join(" as well as ")))
///     }
///     fn any(&mut self, terms: Vec<String>) -> Result<String, Infallible> {
///         Ok(format!("({})", terms.join(" or else ")))
///     }
///     fn not(&mut self, inner: String) -> Result<String, Infallible> {
///         Ok(format!("no {inner}"))
///     }
///     fn present(&mut self, target: &Target) -> Result<String, Infallible> {
///         Ok(format!("some {}", target.canonical()))
///     }
///     fn compare(&mut self, target: &Target, op: CompareOp, _: &Operand) -> Result<String, Infallible> {
///         Ok(format!("{} {op} this", target.canonical()))
///     }
///     fn value_path(&mut self, target: &Target, filter: String) -> Result<String, Infallible> {
///         Ok(format!("one of {} with {filter}", target.canonical()))
///     }
///     fn never(&mut self) -> Result<String, Infallible> {
///         Ok("nothing".into())
///     }
/// }
///
/// let filter: Filter = r#"TITLE pr and not (emails[type eq "work" and primary eq true])"#.parse()?;
/// let bound = BoundFilter::bind(&filter, &[Arc::new(core::user_type())], Compat::strict())?;
/// let said = bound.tree("User").unwrap().accept(&mut Words)?;
/// assert_eq!(
///     said,
///     "(some title as well as no one of emails with (emails.type eq this as well as emails.primary eq this))",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Visitor {
    /// What a node becomes.
    type Output;
    /// Why a filter cannot be translated.
    type Error;

    /// All of the terms are true; see [`Bound::And`].
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn all(&mut self, terms: Vec<Self::Output>) -> Result<Self::Output, Self::Error>;

    /// At least one of the terms is true; see [`Bound::Or`].
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn any(&mut self, terms: Vec<Self::Output>) -> Result<Self::Output, Self::Error>;

    /// The inner filter is not true; see [`Bound::Not`].
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn not(&mut self, inner: Self::Output) -> Result<Self::Output, Self::Error>;

    /// The target has a value that is not empty text; see [`Bound::Present`].
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn present(&mut self, target: &Target) -> Result<Self::Output, Self::Error>;

    /// Some value of the target compares so; see [`Bound::Compare`].
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn compare(
        &mut self,
        target: &Target,
        op: CompareOp,
        operand: &Operand,
    ) -> Result<Self::Output, Self::Error>;

    /// The brackets of a value path open: until [`value_path`](Self::value_path) is called for the same target, every target is a
    /// [`Place::Element`](crate::Place::Element) of it. Does nothing by default.
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn enter_value_path(&mut self, target: &Target) -> Result<(), Self::Error> {
        let _ = target;
        Ok(())
    }

    /// One value of the target makes the filter in the brackets true; see [`Bound::ValuePath`].
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn value_path(
        &mut self,
        target: &Target,
        filter: Self::Output,
    ) -> Result<Self::Output, Self::Error>;

    /// No resource; see [`Bound::Never`].
    ///
    /// # Errors
    /// What the implementation cannot say.
    fn never(&mut self) -> Result<Self::Output, Self::Error>;
}

impl Bound {
    /// Walks the filter with `visitor`, children before their parents, from left to right.
    ///
    /// The walk goes as deep as the groups of the filter do, which [`Limits`](crate::Limits) bound, however long its chains are.
    ///
    /// # Errors
    /// The first error of the visitor.
    pub fn accept<V: Visitor + ?Sized>(&self, visitor: &mut V) -> Result<V::Output, V::Error> {
        match self {
            Self::And(terms) => {
                let terms = accept_all(terms, visitor)?;
                visitor.all(terms)
            }
            Self::Or(terms) => {
                let terms = accept_all(terms, visitor)?;
                visitor.any(terms)
            }
            Self::Not(inner) => {
                let inner = inner.accept(visitor)?;
                visitor.not(inner)
            }
            Self::Present(target) => visitor.present(target),
            Self::Compare {
                target,
                op,
                operand,
            } => visitor.compare(target, *op, operand),
            Self::ValuePath { target, filter } => {
                visitor.enter_value_path(target)?;
                let filter = filter.accept(visitor)?;
                visitor.value_path(target, filter)
            }
            Self::Never => visitor.never(),
        }
    }
}

fn accept_all<V: Visitor + ?Sized>(
    terms: &[Bound],
    visitor: &mut V,
) -> Result<Vec<V::Output>, V::Error> {
    terms.iter().map(|term| term.accept(visitor)).collect()
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Arc};

    use scimkit_schema::{Compat, core};

    use super::*;
    use crate::{BoundFilter, Filter, Limits};

    /// Counts terms.
    struct Count;

    impl Visitor for Count {
        type Output = usize;
        type Error = Infallible;

        fn all(&mut self, terms: Vec<usize>) -> Result<usize, Infallible> {
            Ok(terms.into_iter().sum())
        }

        fn any(&mut self, terms: Vec<usize>) -> Result<usize, Infallible> {
            Ok(terms.into_iter().sum())
        }

        fn not(&mut self, inner: usize) -> Result<usize, Infallible> {
            Ok(inner)
        }

        fn present(&mut self, _: &Target) -> Result<usize, Infallible> {
            Ok(1)
        }

        fn compare(&mut self, _: &Target, _: CompareOp, _: &Operand) -> Result<usize, Infallible> {
            Ok(1)
        }

        fn value_path(&mut self, _: &Target, filter: usize) -> Result<usize, Infallible> {
            Ok(filter)
        }

        fn never(&mut self) -> Result<usize, Infallible> {
            Ok(1)
        }
    }

    fn bind(text: &str) -> BoundFilter {
        let limits = Limits::default()
            .with_bytes(usize::MAX)
            .with_nodes(usize::MAX)
            .with_depth(Limits::MAX_DEPTH);
        let filter = Filter::parse(text, limits, Compat::strict()).unwrap();
        let types = [Arc::new(core::user_type())];
        BoundFilter::bind(&filter.value, &types, Compat::strict()).unwrap()
    }

    fn count(bound: &BoundFilter) -> usize {
        let Ok(count) = bound.tree("User").unwrap().accept(&mut Count);
        count
    }

    #[test]
    fn long_chains_and_deep_groups_fit_a_small_stack() {
        let depth = Limits::MAX_DEPTH;
        let chain = bind(&vec!["title pr"; 100_000].join(" or "));
        let nested = bind(&format!(
            "{}title pr{}",
            "not (".repeat(depth),
            ")".repeat(depth)
        ));
        let small = std::thread::Builder::new().stack_size(64 * 1024);
        let walk = small.spawn(move || (count(&chain), count(&nested)));
        assert_eq!(walk.unwrap().join().unwrap(), (100_000, 1));
    }
}
