use std::fmt::{self, Display, Formatter};

use scimkit::filter::Filter;

/// Whether a term is true; none if that cannot be said of it alone.
type Judge<'a> = dyn Fn(&Filter) -> Option<bool> + 'a;

/// A filter as an indented tree, one node a line.
pub(crate) struct Tree<'a> {
    filter: &'a Filter,
    judge: Option<&'a Judge<'a>>,
}

impl<'a> Tree<'a> {
    pub(crate) const fn of(filter: &'a Filter) -> Self {
        Self {
            filter,
            judge: None,
        }
    }

    /// Marks every node above brackets as true or false.
    pub(crate) const fn judged_by(self, judge: &'a Judge<'a>) -> Self {
        Self {
            judge: Some(judge),
            ..self
        }
    }

    fn line(
        &self,
        filter: &Filter,
        depth: usize,
        in_brackets: bool,
        f: &mut Formatter<'_>,
    ) -> fmt::Result {
        if let Some(judge) = self.judge {
            let mark = match judge(filter).filter(|_| !in_brackets) {
                Some(true) => "yes  ",
                Some(false) => "no   ",
                None => "     ",
            };
            f.write_str(mark)?;
        }
        write!(f, "{:width$}", "", width = 2 * depth)?;
        let below = |terms: &[Filter], f: &mut Formatter<'_>| {
            let mut terms = terms.iter();
            terms.try_for_each(|term| self.line(term, depth + 1, in_brackets, f))
        };
        match filter {
            Filter::And(terms) => {
                writeln!(f, "and")?;
                below(terms, f)
            }
            Filter::Or(terms) => {
                writeln!(f, "or")?;
                below(terms, f)
            }
            Filter::Not(inner) => {
                writeln!(f, "not")?;
                self.line(inner, depth + 1, in_brackets, f)
            }
            Filter::ValuePath { path, filter } => {
                writeln!(f, "one value of {path} with")?;
                self.line(filter, depth + 1, true, f)
            }
            term => writeln!(f, "{term}"),
        }
    }
}

impl Display for Tree<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.line(self.filter, 0, false, f)
    }
}
