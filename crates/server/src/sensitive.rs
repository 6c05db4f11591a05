use scimkit_filter::{Filter, Limits};
use scimkit_protocol::ListQuery;
use scimkit_schema::ScimType;

use crate::{Authenticator, exchange::Exchange, problem::Problem};

impl<A: Authenticator> Exchange<'_, A> {
    /// Looks for attributes in a URI that the service wants to see in bodies only
    /// ([RFC 7644 §7.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-7.5.2)).
    ///
    /// # Errors
    /// 403 `sensitive`, which does not repeat the value.
    pub(crate) fn check_uri(&self, query: &ListQuery) -> Result<(), Problem> {
        let sensitive = &self.service.sensitive;
        let Some(text) = query.filter.as_deref().filter(|_| !sensitive.is_empty()) else {
            return Ok(());
        };
        let filter = Filter::parse(text, Limits::default(), self.compat())?.value;
        match mentioned(&filter, sensitive) {
            None => Ok(()),
            Some(name) => {
                let detail = format!(
                    "`{name}` must not stand in the address, which many places keep: send the query as POST to `.search`"
                );
                Err(Problem::bad_request(ScimType::Sensitive, detail))
            }
        }
    }
}

/// The first of `names` that a filter is about.
fn mentioned<'a>(filter: &Filter, names: &'a [Box<str>]) -> Option<&'a str> {
    let mut left = vec![filter];
    while let Some(filter) = left.pop() {
        let path = match filter {
            Filter::And(terms) | Filter::Or(terms) => {
                left.extend(terms);
                continue;
            }
            Filter::Not(inner) => {
                left.push(inner);
                continue;
            }
            Filter::Present(path)
            | Filter::Compare { path, .. }
            | Filter::ValuePath { path, .. } => path,
            _ => continue,
        };
        let name = names
            .iter()
            .find(|name| name.eq_ignore_ascii_case(path.name()));
        if name.is_some() {
            return name.map(|name| &**name);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_found_wherever_a_filter_names_it() {
        let names = ["emails".into(), "externalId".into()];
        for (filter, expected) in [
            ("EMAILS.value eq \"a\"", Some("emails")),
            (
                "title pr and not (emails[type eq \"work\"])",
                Some("emails"),
            ),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:externalId pr",
                Some("externalId"),
            ),
            ("title pr or userName eq \"emails\"", None),
        ] {
            let filter: Filter = filter.parse().unwrap();
            assert_eq!(mentioned(&filter, &names), expected, "{filter}");
        }
    }
}
