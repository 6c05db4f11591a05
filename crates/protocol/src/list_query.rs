use std::fmt;

use scimkit_filter::AttributePath;

use crate::{Error, ErrorKind};

/// The query parameters of a GET ([RFC 7644 §3.4.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2) and §3.9).
///
/// ```
/// use scimkit_protocol::ListQuery;
///
/// let query = ListQuery::parse("filter=userName+eq+%22mira%22&count=5&aadOptscim062020")?;
/// assert_eq!(query.filter.as_deref(), Some(r#"userName eq "mira""#));
/// assert_eq!(query.to_string(), "filter=userName+eq+%22mira%22&count=5");
/// # Ok::<(), scimkit_protocol::Error>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListQuery {
    /// The filter, not parsed yet.
    pub filter: Option<Box<str>>,
    /// The place of the first resource wanted, counted from 1.
    pub start_index: Option<u64>,
    /// How many resources are wanted at the most.
    pub count: Option<u64>,
    /// Which attributes are wanted.
    pub projection: Projection,
}

/// Which attributes an answer should hold ([RFC 7644 §3.9](https://www.rfc-editor.org/rfc/rfc7644#section-3.9)).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Projection {
    /// Those that the schema returns by default.
    #[default]
    Default,
    /// Only these, and those that are always returned.
    Only(Vec<AttributePath>),
    /// Those returned by default, without these.
    Without(Vec<AttributePath>),
}

impl ListQuery {
    /// A query for what `filter` matches.
    #[must_use]
    pub fn filtered(filter: &scimkit_filter::Filter) -> Self {
        Self {
            filter: Some(filter.to_string().into()),
            ..Self::default()
        }
    }

    /// This, with a projection.
    #[must_use]
    pub fn with_projection(mut self, projection: Projection) -> Self {
        self.projection = projection;
        self
    }

    /// This, for the page that starts at `start_index` and holds at most `count`.
    #[must_use]
    pub const fn with_page(mut self, start_index: u64, count: u64) -> Self {
        self.start_index = Some(start_index);
        self.count = Some(count);
        self
    }

    /// Reads a query string (the part behind `?`). Both `+` and `%20` are blanks; unknown parameters are passed over. A `startIndex`
    /// below 1 counts as 1, a negative `count` as 0.
    ///
    /// # Errors
    /// [`ErrorKind::RepeatedParameter`], [`ErrorKind::NotANumber`], [`ErrorKind::BothProjections`],
    /// [`ErrorKind::AttributeName`].
    pub fn parse(query: &str) -> Result<Self, Error> {
        let (mut filter, mut start_index, mut count) = (None, None, None);
        let (mut attributes, mut excluded) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (slot, parameter) = match &*name {
                "filter" => (&mut filter, "filter"),
                "startIndex" => (&mut start_index, "startIndex"),
                "count" => (&mut count, "count"),
                "attributes" => (&mut attributes, "attributes"),
                "excludedAttributes" => (&mut excluded, "excludedAttributes"),
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(ErrorKind::RepeatedParameter(parameter).into());
            }
        }
        let projection = match (attributes, excluded) {
            (None, None) => Projection::Default,
            (Some(only), None) => Projection::Only(names("attributes", &only)?),
            (None, Some(without)) => Projection::Without(names("excludedAttributes", &without)?),
            (Some(_), Some(_)) => return Err(ErrorKind::BothProjections.into()),
        };
        Ok(Self {
            filter: filter.map(|text| text.as_ref().into()),
            start_index: start_index
                .map(|text| number("startIndex", &text))
                .transpose()?
                .map(|index| index.max(1)),
            count: count.map(|text| number("count", &text)).transpose()?,
            projection,
        })
    }
}

fn number(parameter: &'static str, text: &str) -> Result<u64, Error> {
    let found = || text.chars().take(40).flat_map(char::escape_debug).collect();
    let number: i64 = text.trim().parse().map_err(|_| ErrorKind::NotANumber {
        parameter,
        found: found(),
    })?;
    Ok(u64::try_from(number).unwrap_or(0))
}

fn names(parameter: &'static str, list: &str) -> Result<Vec<AttributePath>, Error> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| {
            name.parse().map_err(|error: scimkit_filter::Error| {
                ErrorKind::AttributeName {
                    parameter,
                    reason: error.to_string().into(),
                }
                .into()
            })
        })
        .collect()
}

/// As a query string, without the `?`.
impl fmt::Display for ListQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let list = |paths: &[AttributePath]| {
            paths
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        };
        match &self.projection {
            Projection::Default => {}
            Projection::Only(paths) => {
                query.append_pair("attributes", &list(paths));
            }
            Projection::Without(paths) => {
                query.append_pair("excludedAttributes", &list(paths));
            }
        }
        if let Some(filter) = &self.filter {
            query.append_pair("filter", filter);
        }
        if let Some(start_index) = self.start_index {
            query.append_pair("startIndex", &start_index.to_string());
        }
        if let Some(count) = self.count {
            query.append_pair("count", &count.to_string());
        }
        f.write_str(&query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(query: &str) -> String {
        ListQuery::parse(query).unwrap_err().to_string()
    }

    #[test]
    fn blanks_and_plus_signs_are_told_apart() {
        let parsed = ListQuery::parse("filter=userName%20eq+%22o'neil%2Bx%40a%22").unwrap();
        assert_eq!(
            parsed.filter.as_deref(),
            Some(r#"userName eq "o'neil+x@a""#)
        );
    }

    #[test]
    fn edge_values_are_taken_as_the_rfc_says() {
        let parsed = ListQuery::parse("startIndex=0&count=-3").unwrap();
        assert_eq!((parsed.start_index, parsed.count), (Some(1), Some(0)));
    }

    #[test]
    fn messages_name_the_parameter() {
        insta::assert_snapshot!(
            [
                message("count=1&count=2"),
                message("count=ten"),
                message("startIndex=99999999999999999999"),
                message("attributes=userName&excludedAttributes=emails"),
            ]
            .join("\n"),
            @r"
        the parameter `count` is given twice: give it once
        the parameter `count` must be a whole number, found `ten`
        the parameter `startIndex` must be a whole number, found `99999999999999999999`
        `attributes` and `excludedAttributes` exclude each other: give one of them
        "
        );
        assert!(
            message("attributes=a..b")
                .starts_with("the parameter `attributes` must list attribute names")
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(
            filter in prop::option::of("[^\0]{1,30}"),
            start_index in prop::option::of(1_u64..1_000_000),
            count in prop::option::of(0_u64..1_000_000),
            names in prop::collection::vec("[a-z]{1,8}(\\.[a-z]{1,8})?", 1..4),
            kind in 0..3,
        ) {
            let paths: Vec<AttributePath> = names.iter().map(|name| name.parse().unwrap()).collect();
            let projection = match kind { 0 => Projection::Default, 1 => Projection::Only(paths), _ => Projection::Without(paths) };
            let query = ListQuery { filter: filter.map(Into::into), start_index, count, projection };
            prop_assert_eq!(ListQuery::parse(&query.to_string()).unwrap(), query);
        }
    }
}
