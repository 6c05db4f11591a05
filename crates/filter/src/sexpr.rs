//! Filters and paths as s-expressions: a form without precedence, for tests and for people who look at what was read.

use std::fmt::{self, Display, Formatter};

use crate::{AttributePath, Filter, Path};

impl Filter {
    /// The filter as an s-expression, such as `(and (pr title) (eq active true))`; `and` and `or` lean left.
    #[must_use]
    pub fn sexpr(&self) -> String {
        Sexpr(self).to_string()
    }
}

impl Path {
    /// The path as an s-expression, such as `(path (vp emails (eq type "work")) value)`.
    #[must_use]
    pub fn sexpr(&self) -> String {
        let attribute = Sexpr(&self.attribute);
        let sub = self.sub.as_ref().map(|sub| format!(" {sub}"));
        let sub = sub.unwrap_or_default();
        match &self.filter {
            None => format!("(path {attribute}{sub})"),
            Some(filter) => format!("(path (vp {attribute} {}){sub})", Sexpr(filter)),
        }
    }
}

struct Sexpr<'a, T>(&'a T);

impl Display for Sexpr<'_, Filter> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Filter::And(terms) => fmt_chain(terms, "(and ", f),
            Filter::Or(terms) => fmt_chain(terms, "(or ", f),
            Filter::Not(inner) => write!(f, "(not {})", Sexpr(&**inner)),
            Filter::Present(path) => write!(f, "(pr {})", Sexpr(path)),
            Filter::Compare { path, op, value } => write!(f, "({op} {} {value})", Sexpr(path)),
            Filter::ValuePath { path, filter } => {
                write!(f, "(vp {} {})", Sexpr(path), Sexpr(&**filter))
            }
        }
    }
}

/// The URN stands in braces: `{urn:…:User}name.givenName`.
impl Display for Sexpr<'_, AttributePath> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(uri) = self.0.uri() {
            write!(f, "{{{uri}}}")?;
        }
        f.write_str(self.0.name())?;
        match self.0.sub() {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// A flat chain as nested pairs, written without nesting.
fn fmt_chain(terms: &[Filter], open: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for _ in terms.iter().skip(1) {
        f.write_str(open)?;
    }
    for (index, term) in terms.iter().enumerate() {
        if index == 0 {
            write!(f, "{}", Sexpr(term))?;
        } else {
            write!(f, " {})", Sexpr(term))?;
        }
    }
    Ok(())
}
