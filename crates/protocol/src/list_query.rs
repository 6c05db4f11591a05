use std::fmt;

use scimkit_filter::AttributePath;

use crate::{Error, ErrorKind};

/// A query: the parameters of a GET ([RFC 7644 §3.4.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2) and §3.9), or the members of
/// a `SearchRequest` in the body of a POST, which mean the same.
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
    /// The attribute that orders the result.
    pub sort_by: Option<AttributePath>,
    /// Which end of that order comes first.
    pub sort_order: SortOrder,
    /// The place of the first resource wanted, counted from 1.
    pub start_index: Option<u64>,
    /// How many resources are wanted at the most.
    pub count: Option<u64>,
    /// The page wanted, by its name: empty for the first one
    /// ([RFC 9865 §2](https://www.rfc-editor.org/rfc/rfc9865#section-2)).
    pub cursor: Option<Box<str>>,
    /// Which attributes are wanted.
    pub projection: Projection,
}

/// Which end of an order comes first ([RFC 7644 §3.4.2.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.3)).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SortOrder {
    /// The least value; resources without one are last.
    #[default]
    Ascending,
    /// The greatest value; resources without one are first.
    Descending,
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

/// The parameters as they were given, before they are held against each other.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) filter: Option<Box<str>>,
    pub(crate) sort_by: Option<Box<str>>,
    pub(crate) sort_order: Option<Box<str>>,
    pub(crate) start_index: Option<i64>,
    pub(crate) count: Option<i64>,
    pub(crate) cursor: Option<Box<str>>,
    pub(crate) attributes: Option<Vec<AttributePath>>,
    pub(crate) excluded: Option<Vec<AttributePath>>,
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

    /// This, in the order of an attribute.
    #[must_use]
    pub fn with_sort(mut self, by: AttributePath, order: SortOrder) -> Self {
        self.sort_by = Some(by);
        self.sort_order = order;
        self
    }

    /// This, for the page that starts at `start_index` and holds at most `count`.
    #[must_use]
    pub const fn with_page(mut self, start_index: u64, count: u64) -> Self {
        self.start_index = Some(start_index);
        self.count = Some(count);
        self
    }

    /// This, for the page that `cursor` names (empty for the first) and that holds at most `count`.
    #[must_use]
    pub fn with_cursor(mut self, cursor: &str, count: u64) -> Self {
        self.cursor = Some(cursor.into());
        self.count = Some(count);
        self
    }

    /// Reads a query string (the part behind `?`). Both `+` and `%20` are blanks; unknown parameters are passed over. A `startIndex`
    /// below 1 counts as 1, a negative `count` as 0.
    ///
    /// # Errors
    /// [`ErrorKind::RepeatedParameter`], [`ErrorKind::NotANumber`], [`ErrorKind::BothProjections`], [`ErrorKind::BothPagings`],
    /// [`ErrorKind::AttributeName`], [`ErrorKind::SortBy`], [`ErrorKind::SortOrder`].
    pub fn parse(query: &str) -> Result<Self, Error> {
        const NAMES: [&str; 8] = [
            "filter",
            "sortBy",
            "sortOrder",
            "startIndex",
            "count",
            "cursor",
            "attributes",
            "excludedAttributes",
        ];
        let mut texts: [Option<Box<str>>; 8] = [const { None }; 8];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let known = NAMES
                .iter()
                .zip(&mut texts)
                .find(|(known, _)| **known == name);
            let Some((parameter, slot)) = known else {
                continue;
            };
            if slot.replace(value.as_ref().into()).is_some() {
                return Err(ErrorKind::RepeatedParameter(parameter).into());
            }
        }
        let [
            filter,
            sort_by,
            sort_order,
            start_index,
            count,
            cursor,
            attributes,
            excluded,
        ] = texts;
        let number = |parameter, text: Option<Box<str>>| {
            text.map(|text| number(parameter, &text)).transpose()
        };
        let names = |parameter, text: Option<Box<str>>| {
            text.map(|text| names(parameter, &text)).transpose()
        };
        Self::assemble(Given {
            filter,
            sort_by,
            sort_order,
            start_index: number("startIndex", start_index)?,
            count: number("count", count)?,
            cursor,
            attributes: names("attributes", attributes)?,
            excluded: names("excludedAttributes", excluded)?,
        })
    }

    pub(crate) fn assemble(given: Given) -> Result<Self, Error> {
        let projection = match (given.attributes, given.excluded) {
            (None, None) => Projection::Default,
            (Some(only), None) => Projection::Only(only),
            (None, Some(without)) => Projection::Without(without),
            (Some(_), Some(_)) => return Err(ErrorKind::BothProjections.into()),
        };
        if given.cursor.is_some() && given.start_index.is_some() {
            return Err(ErrorKind::BothPagings.into());
        }
        let sort_by = given.sort_by.map(|text| {
            text.trim().parse().map_err(|error: scimkit_filter::Error| {
                Error::from(ErrorKind::SortBy(error.to_string().into()))
            })
        });
        let sort_order = given.sort_order.map(|text| SortOrder::read(&text));
        let start_index = given.start_index.map(|index| u64::try_from(index.max(1)));
        Ok(Self {
            filter: given.filter,
            sort_by: sort_by.transpose()?,
            sort_order: sort_order.transpose()?.unwrap_or_default(),
            start_index: start_index.and_then(Result::ok),
            count: given.count.map(|count| u64::try_from(count).unwrap_or(0)),
            cursor: given.cursor,
            projection,
        })
    }
}

impl SortOrder {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }

    fn read(text: &str) -> Result<Self, Error> {
        [Self::Ascending, Self::Descending]
            .into_iter()
            .find(|order| order.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ErrorKind::SortOrder(excerpt(text)).into())
    }
}

fn number(parameter: &'static str, text: &str) -> Result<i64, Error> {
    let found = || excerpt(text);
    let number = text.trim().parse();
    Ok(number.map_err(|_| ErrorKind::NotANumber {
        parameter,
        found: found(),
    })?)
}

pub(crate) fn excerpt(text: &str) -> Box<str> {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

pub(crate) fn names(parameter: &'static str, list: &str) -> Result<Vec<AttributePath>, Error> {
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

/// As a query string.
impl fmt::Display for ListQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let list = |paths: &[AttributePath]| {
            let names: Vec<_> = paths.iter().map(ToString::to_string).collect();
            names.join(",")
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
        if let Some(by) = &self.sort_by {
            query.append_pair("sortBy", &by.to_string());
        }
        if self.sort_order != SortOrder::default() {
            query.append_pair("sortOrder", self.sort_order.as_str());
        }
        if let Some(start_index) = self.start_index {
            query.append_pair("startIndex", &start_index.to_string());
        }
        if let Some(count) = self.count {
            query.append_pair("count", &count.to_string());
        }
        if let Some(cursor) = &self.cursor {
            query.append_pair("cursor", cursor);
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
        let parsed = ListQuery::parse("cursor&count=2").unwrap();
        assert_eq!(
            (parsed.cursor.as_deref(), parsed.count),
            (Some(""), Some(2))
        );
    }

    #[test]
    fn messages_name_the_parameter() {
        insta::assert_snapshot!(
            [
                message("count=1&count=2"),
                message("count=ten"),
                message("startIndex=99999999999999999999"),
                message("attributes=userName&excludedAttributes=emails"),
                message("sortBy=a..b"),
                message("sortBy=userName&sortOrder=up"),
                message("cursor=&startIndex=1"),
            ]
            .join("\n"),
            @r"
            the parameter `count` is given twice: give it once
            the parameter `count` must be a whole number, found `ten`
            the parameter `startIndex` must be a whole number, found `99999999999999999999`
            `attributes` and `excludedAttributes` exclude each other: give one of them
            the parameter `sortBy` must be the name of an attribute: expected at most one sub-attribute, found `.` at byte 2
            the parameter `sortOrder` must be `ascending` or `descending`, found `up`
            `startIndex` and `cursor` exclude each other: page with one of them
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
            place in prop::option::of(1_u64..1_000_000),
            cursor in prop::bool::ANY,
            count in prop::option::of(0_u64..1_000_000),
            names in prop::collection::vec("[a-z]{1,8}(\\.[a-z]{1,8})?", 1..4),
            kind in 0..3,
        ) {
            let paths: Vec<AttributePath> = names.iter().map(|name| name.parse().unwrap()).collect();
            let sort_by = paths.first().filter(|_| cursor).cloned();
            let sort_order = if place.is_some() { SortOrder::Descending } else { SortOrder::Ascending };
            let projection = match kind { 0 => Projection::Default, 1 => Projection::Only(paths), _ => Projection::Without(paths) };
            let start_index = place.filter(|_| !cursor);
            let cursor = place.filter(|_| cursor).map(|place| place.to_string().into());
            let query = ListQuery { filter: filter.map(Into::into), sort_by, sort_order, start_index, count, cursor, projection };
            prop_assert_eq!(ListQuery::parse(&query.to_string()).unwrap(), query);
        }
    }
}
