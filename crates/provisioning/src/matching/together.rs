//! Finding many objects of the directory in the target with one question.

use std::sync::Arc;

use scimkit_client::{Client, Error, Transport};
use scimkit_filter::{BoundFilter, Candidate, Filter};
use scimkit_protocol::ListQuery;
use scimkit_schema::{Compat, Resource, ResourceId, ResourceType};

use super::{Found, Mismatch, without_relation};

/// Somebody who is in the target, and the filter that finds them. They stand at both ends of a question about many, and an answer without
/// them is not trusted.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    pub(crate) filter: Filter,
    pub(crate) target: ResourceId,
}

/// What each of `filters` finds, asked for in one filter that joins them with `or`. None if the answer does not prove that the target took
/// the whole of it.
pub(crate) async fn look_up_together<T: Transport>(
    client: &Client<T>,
    resource_type: &Arc<ResourceType>,
    filters: &[&Filter],
    [first, last]: [&Witness; 2],
) -> Result<Option<Vec<Result<Option<Found>, Mismatch>>>, Error> {
    let asked = filters.iter().map(|filter| (*filter).clone());
    let ends = (first.filter.clone(), last.filter.clone());
    let terms: Vec<Filter> = [ends.0].into_iter().chain(asked).chain([ends.1]).collect();
    let count = u64::try_from(terms.len()).unwrap_or(u64::MAX);
    let any = Filter::Or(terms);
    let query = ListQuery::filtered(&any)
        .with_projection(without_relation(resource_type))
        .with_page(1, count);
    let answer = client.list(resource_type, &query).await?;
    let types = std::slice::from_ref(resource_type);
    let bind = |filter: &Filter| BoundFilter::bind(filter, types, Compat::strict()).ok();
    let bound: Option<Vec<BoundFilter>> = filters.iter().map(|filter| bind(filter)).collect();
    let (Some(any), Some(bound)) = (bind(&any), bound) else {
        return Ok(None);
    };
    let resources = answer.resources;
    let is_whole = answer.total_results == u64::try_from(resources.len()).ok();
    let has = |witness: &Witness| {
        let mut ids = resources.iter().filter_map(Resource::id);
        ids.any(|id| id == witness.target)
    };
    let is_asked_for = |hit: &Resource| any.matches(&Candidate::from(hit));
    if !is_whole || !has(first) || !has(last) || !resources.iter().all(is_asked_for) {
        return Ok(None);
    }
    let found = filters
        .iter()
        .zip(&bound)
        .map(|(filter, bound)| of(filter, bound, &resources));
    Ok(Some(found.collect()))
}

/// The only one of the resources that the filter finds, if it finds any.
fn of(
    filter: &Filter,
    bound: &BoundFilter,
    resources: &[Resource],
) -> Result<Option<Found>, Mismatch> {
    let mut hits = resources
        .iter()
        .filter(|hit| bound.matches(&Candidate::from(*hit)));
    let Some(resource) = hits.next() else {
        return Ok(None);
    };
    if hits.next().is_some() {
        return Err(Mismatch::Several(filter.to_string()));
    }
    let id = resource.id();
    let id = id.ok_or_else(|| Mismatch::NoId(filter.to_string()))?;
    Ok(Some(Found {
        id,
        resource: resource.clone(),
        filter: filter.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use bytes::Bytes;
    use http::Response;
    use pollster::block_on;
    use scimkit_client::Token;
    use scimkit_filter::AttributePath;
    use scimkit_schema::core;

    use super::*;

    fn filter(name: &str) -> Filter {
        Filter::eq(AttributePath::new("userName"), name)
    }

    fn witness(name: &str) -> Witness {
        Witness {
            filter: filter(name),
            target: ResourceId::new(name).unwrap(),
        }
    }

    /// What comes of the question for Mira and Tomasz, between Ada and Zoe, if the target answers with these and this total.
    fn asked(names: &[&str], total: usize) -> Option<Vec<String>> {
        let users: Vec<_> = names
            .iter()
            .map(|name| format!(r#"{{"id":"{name}","userName":"{name}"}}"#))
            .collect();
        let users = users.join(",");
        let body = format!(r#"{{"totalResults":{total},"Resources":[{users}]}}"#);
        let base = "https://tenant.harborline.example".parse().unwrap();
        let client = Client::new(base, Token::new("hl_9f2c77").unwrap(), move |_| {
            ready(Ok(Response::new(Bytes::from(body.clone()))))
        });
        let (mira, tomasz) = (filter("mira"), filter("tomasz"));
        let witnesses = [&witness("ada"), &witness("zoe")];
        let user = Arc::new(core::user_type());
        let found = async { look_up_together(&client, &user, &[&mira, &tomasz], witnesses).await };
        let found = block_on(found).unwrap()?.into_iter();
        Some(
            found
                .map(|found| match found {
                    Ok(None) => "nobody".to_owned(),
                    Ok(Some(found)) => found.id.to_string(),
                    Err(mismatch) => format!("{mismatch:?}"),
                })
                .collect(),
        )
    }

    #[test]
    fn an_answer_with_both_ends_is_trusted() {
        assert_eq!(asked(&["ada", "zoe"], 2).unwrap(), ["nobody", "nobody"]);
        assert_eq!(
            asked(&["zoe", "tomasz", "ada"], 3).unwrap(),
            ["nobody", "tomasz"]
        );
        assert_eq!(
            asked(&["ada", "zoe", "mira", "mira"], 4).unwrap(),
            [r#"Several("userName eq \"mira\"")"#, "nobody"]
        );
    }

    #[test]
    fn an_answer_that_may_not_be_the_whole_is_not() {
        assert_eq!(asked(&["ada"], 1), None, "it took the first term only");
        assert_eq!(asked(&["zoe"], 1), None, "it took the last term only");
        assert_eq!(asked(&[], 0), None);
        assert_eq!(asked(&["ada", "zoe"], 3), None, "it holds back one");
        assert_eq!(asked(&["ada", "zoe", "eve"], 3), None, "it ignores filters");
    }
}
