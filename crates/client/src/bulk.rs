//! Creating several resources in one request.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use scimkit_protocol::{BulkMethod, BulkOperation, BulkRequest, BulkResult};
use scimkit_schema::{Resource, ResourceId, ResourceType};

use crate::{
    Client, Error, ErrorKind, Transport,
    answer::{Answer, Context},
    request::Call,
};

impl<T: Transport> Client<T> {
    /// Creates several resources of one type in one request ([RFC 7644 §3.7](https://www.rfc-editor.org/rfc/rfc7644#section-3.7)). The
    /// result is what each of them came to, in their order: the id that the server gave it, or why it has none.
    ///
    /// How many operations and bytes the server takes stands in its
    /// [`ServiceProviderConfig`](scimkit_protocol::ServiceProviderConfig); the caller keeps to it.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::{Request, Response};
    /// use scimkit_client::{Client, ErrorKind, Token};
    /// use scimkit_schema::{Resource, core};
    ///
    /// # pollster::block_on(async {
    /// let server = async |_: Request<Bytes>| Ok(Response::new(Bytes::from_static(br#"{"Operations": [
    ///     {"method": "POST", "bulkId": "0", "status": "201", "location": "https://tenant.harborline.example/Users/u-1"},
    ///     {"method": "POST", "bulkId": "1", "status": "409", "response": {"status": "409", "scimType": "uniqueness"}}
    /// ]}"#)));
    /// let client = Client::new("https://tenant.harborline.example".parse()?, Token::new("hl_9f2c77")?, server);
    /// let user = core::user_type();
    /// let named = |name: &str| Resource::new(user.schema().id()).with("userName", name);
    ///
    /// let outcomes = client.create_all(&user, &[&named("mira"), &named("tomasz")]).await?;
    /// assert_eq!(outcomes[0].as_ref().unwrap().as_str(), "u-1");
    /// assert_eq!(*outcomes[1].as_ref().unwrap_err().kind(), ErrorKind::Conflict);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer about the single ones; after [`Error::may_have_happened`] each of them may have been created. An
    /// [`ErrorKind::Untold`] in the result stands for one that the answer says nothing of.
    pub async fn create_all(
        &self,
        resource_type: &ResourceType,
        resources: &[&Resource],
    ) -> Result<Vec<Result<ResourceId, Error>>, Error> {
        let endpoint = resource_type.endpoint();
        let operations = resources.iter().enumerate().map(|(number, resource)| {
            BulkOperation::new(BulkMethod::Post, endpoint)
                .with_bulk_id(&number.to_string())
                .with_data(resource.attributes().clone())
        });
        let answer = self
            .send(Call {
                body: Some(BulkRequest::new(operations).to_json().into()),
                ..Call::new(Method::POST, "/Bulk")
            })
            .await?;
        let (context, results) = answer.bulk()?;
        let mut told: Vec<Option<BulkResult>> = resources.iter().map(|_| None).collect();
        for result in results.operations {
            let number = result.bulk_id.as_deref().and_then(|name| name.parse().ok());
            let place = number.and_then(|number: usize| told.get_mut(number));
            if let Some(place) = place.filter(|place| place.is_none()) {
                *place = Some(result);
            }
        }
        let outcomes = told.into_iter().map(|result| {
            let context = Context {
                request: format!("POST {endpoint}").into(),
                base: context.base,
                token: context.token.clone(),
            };
            outcome(context, endpoint, result)
        });
        Ok(outcomes.collect())
    }
}

/// What one creation came to, as if it had been a request of its own.
fn outcome(
    context: Context<'_>,
    endpoint: &str,
    result: Option<BulkResult>,
) -> Result<ResourceId, Error> {
    let Some(result) = result else {
        return Err(context.untold());
    };
    let body = result.response.map(|response| response.to_json());
    let mut response = Response::new(Bytes::from(body.unwrap_or_default()));
    *response.status_mut() =
        StatusCode::from_u16(result.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let answer = Answer::new(context, response)?;
    let location = result.location.as_deref().unwrap_or_default();
    id_in(location, endpoint).ok_or_else(|| answer.refuse(ErrorKind::NoId))
}

/// The id at the end of the address of a resource below `endpoint`.
fn id_in(location: &str, endpoint: &str) -> Option<ResourceId> {
    let path = location.split(['?', '#']).next()?;
    let (above, id) = path.trim_end_matches('/').rsplit_once('/')?;
    if !above.ends_with(endpoint) {
        return None;
    }
    ResourceId::new(&percent_decode_str(id).decode_utf8().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::{
        future::ready,
        sync::{Arc, Mutex},
    };

    use http::Request;
    use pollster::block_on;
    use scimkit_schema::{JsonLimits, core, json};

    use super::*;
    use crate::Token;

    fn users(count: usize) -> Vec<Resource> {
        let user = core::user_type();
        let named =
            |number: usize| Resource::new(user.schema().id()).with("userName", number.to_string());
        (0..count).map(named).collect()
    }

    fn answered(status: u16, body: &'static str, count: usize) -> Vec<String> {
        let client = Client::new(
            "https://tenant.harborline.example/scim".parse().unwrap(),
            Token::new("hl_9f2c77").unwrap(),
            move |_| {
                let response = Response::builder().status(status);
                ready(Ok(response
                    .body(Bytes::from_static(body.as_bytes()))
                    .unwrap()))
            },
        );
        let users = users(count);
        let users: Vec<_> = users.iter().collect();
        match block_on(client.create_all(&core::user_type(), &users)) {
            Err(error) => vec![format!("all: {error} {}", error.may_have_happened())],
            Ok(outcomes) => outcomes
                .into_iter()
                .map(|outcome| match outcome {
                    Ok(id) => id.to_string(),
                    Err(error) => format!("{error} {}", error.may_have_happened()),
                })
                .collect(),
        }
    }

    #[test]
    fn each_result_goes_to_whom_it_is_about() {
        let told = answered(
            200,
            r#"{"Operations":[
                {"method":"POST","bulkId":"3","status":{"code":"201"},"location":"/scim/Users/a%2Fb?x=1"},
                {"method":"POST","bulkId":"0","status":"400","response":{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"no name"}},
                {"method":"POST","bulkId":"1","status":201,"location":"https://tenant.harborline.example/scim/Users/"},
                {"method":"POST","bulkId":"3","status":"500"},
                {"method":"POST","bulkId":"9","status":"201","location":"/Users/9"},
                {"method":"POST","bulkId":"4","status":"500"}
            ]}"#,
            5,
        );
        insta::assert_snapshot!(told.join("\n"), @r"
        `POST /Users`: the server refuses this (400 Bad Request); the server says: no name false
        `POST /Users`: the server created the resource but gave it no `id`: look for it there before trying again true
        `POST /Users`: the answer to the bulk request says nothing of it: look for it there before trying again true
        a/b
        `POST /Users`: the server has trouble (500 Internal Server Error): try again later true
        ");
    }

    #[test]
    fn an_answer_to_the_whole_is_about_the_whole() {
        let whole = [
            answered(404, "", 1),
            answered(413, "", 1),
            answered(500, "", 1),
            answered(200, "<html>", 1),
            answered(200, "{}", 1),
        ];
        insta::assert_snapshot!(whole.concat().join("\n"), @r"
        all: `POST /Bulk`: nothing is served at this address (404): is `https://tenant.harborline.example/scim` the SCIM base URL? false
        all: `POST /Bulk`: the server refuses this (413 Payload Too Large) false
        all: `POST /Bulk`: the server has trouble (500 Internal Server Error): try again later true
        all: `POST /Bulk`: the address answers with a web page instead of SCIM: is `https://tenant.harborline.example/scim` the SCIM base URL? true
        all: `POST /Bulk`: the address answers with something else (not a SCIM bulk message: `Operations` must be an array) instead of SCIM: is `https://tenant.harborline.example/scim` the SCIM base URL? true
        ");
    }

    #[test]
    fn the_request_is_one_that_can_be_read() {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let seen = sent.clone();
        let client = Client::new(
            "https://tenant.harborline.example/scim".parse().unwrap(),
            Token::new("hl_9f2c77").unwrap(),
            move |request: Request<Bytes>| {
                seen.lock().unwrap().push(request);
                ready(Ok(Response::new(Bytes::from_static(b"{}"))))
            },
        );
        let users = users(2);
        let users: Vec<_> = users.iter().collect();
        block_on(client.create_all(&core::user_type(), &users)).unwrap_err();
        let sent = sent.lock().unwrap();
        let [request] = sent.as_slice() else {
            panic!("one request")
        };
        assert_eq!(request.uri().path(), "/scim/Bulk");
        let body = json::parse_object(request.body(), JsonLimits::default()).unwrap();
        let read = BulkRequest::read(body).unwrap();
        assert_eq!(read.operations.len(), 2);
        assert!(read.operations.iter().all(|one| &*one.path == "/Users"));
    }
}
