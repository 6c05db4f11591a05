//! Requests to Graph, page after page.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use scimkit_client::{BaseUrl, Credential, Transport, url::Url};
use serde_json::{Map, Value as Json};

use super::{
    Problem,
    collection::{Collection, Reading},
};
use crate::{Pause, Waited};

/// Reads on behalf of one snapshot.
pub(super) struct Reader<'g, T, P> {
    base: &'g BaseUrl,
    credential: &'g Credential,
    transport: &'g T,
    pause: &'g P,
}

/// A page of an answer.
struct Page {
    objects: Vec<Map<String, Json>>,
    next: Option<Url>,
    delta: Option<Url>,
}

impl<'g, T: Transport, P: Pause> Reader<'g, T, P> {
    pub(super) const fn new(
        base: &'g BaseUrl,
        credential: &'g Credential,
        transport: &'g T,
        pause: &'g P,
    ) -> Self {
        Self {
            base,
            credential,
            transport,
            pause,
        }
    }

    /// Brings a collection up to date: all of it at `path` the first time, what changed since then from its link.
    pub(super) async fn update(
        &mut self,
        collection: &mut Collection,
        path: &str,
    ) -> Result<Reading, Problem> {
        match self.follow(collection, path).await {
            Err(Problem::Gone) => {
                collection.begin_anew();
                self.follow(collection, path).await
            }
            outcome => outcome,
        }
    }

    async fn follow(&self, collection: &mut Collection, path: &str) -> Result<Reading, Problem> {
        let mut link = match collection.link() {
            Some(link) => link.clone(),
            None => self.url(path)?,
        };
        for _ in 0..MOST_PAGES {
            let page = self.page(&link).await?;
            for object in page.objects {
                collection.merge(object);
            }
            match (page.next, page.delta) {
                (Some(next), _) if next == link => return Err(going_in_circles()),
                (Some(next), _) => {
                    collection.go_on_at(next.clone());
                    link = next;
                }
                (None, Some(delta)) => {
                    return Ok(collection.finish(delta));
                }
                (None, None) => {
                    return Err(Problem::Other(
                        "an answer has neither a link to further pages nor one for later changes"
                            .into(),
                    ));
                }
            }
        }
        Err(going_in_circles())
    }

    /// All objects of a list.
    pub(super) async fn list(&mut self, path: &str) -> Result<Vec<Map<String, Json>>, Problem> {
        let mut objects = Vec::new();
        let mut link = self.url(path)?;
        for _ in 0..MOST_PAGES {
            let mut page = self.page(&link).await?;
            objects.append(&mut page.objects);
            match page.next {
                Some(next) if next == link => return Err(going_in_circles()),
                Some(next) => link = next,
                None => return Ok(objects),
            }
        }
        Err(going_in_circles())
    }

    async fn page(&self, link: &Url) -> Result<Page, Problem> {
        let mut tries = 0;
        loop {
            let (problem, wait) = match self.get(link).await {
                Ok(response) if response.status().is_success() => {
                    return self.read_page(response.body());
                }
                Ok(response) => {
                    let path = self.shown(link);
                    let problem = Problem::of(path, response.status(), response.body());
                    (problem, retry_after(&response))
                }
                Err(problem) => (problem, None),
            };
            tries += 1;
            let wait = wait.unwrap_or(1 << tries);
            if !matches!(problem, Problem::Transient(_)) || tries >= TRIES || wait > LONGEST_WAIT {
                return Err(problem);
            }
            if self.pause.pause(Duration::from_secs(wait)).await == Waited::No {
                return Err(problem);
            }
        }
    }

    async fn get(&self, link: &Url) -> Result<Response<Bytes>, Problem> {
        let token = self.credential.token(self.transport).await;
        let token = token.map_err(no_token)?;
        let response = self.send(link, token.header()).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let renewed = self.credential.renewed(&token, self.transport).await;
        match renewed.map_err(no_token)? {
            Some(token) => self.send(link, token.header()).await,
            None => Ok(response),
        }
    }

    async fn send(
        &self,
        link: &Url,
        authorization: http::HeaderValue,
    ) -> Result<Response<Bytes>, Problem> {
        let request = Request::get(link.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, authorization)
            .body(Bytes::new())
            .map_err(|error| Problem::Other(format!("the request cannot be sent: {error}")))?;
        let sent = self.transport.send(request).await;
        sent.map_err(|error| Problem::transport(&error))
    }

    fn read_page(&self, body: &[u8]) -> Result<Page, Problem> {
        let not_graph = || {
            Problem::Other(format!(
                "`{}` answers with something else than a page of Graph: is it the address of Graph, such as `https://graph.microsoft.com/v1.0`?",
                self.base
            ))
        };
        let Ok(Json::Object(mut page)) = serde_json::from_slice(body) else {
            return Err(not_graph());
        };
        let Some(Json::Array(list)) = page.remove("value") else {
            return Err(not_graph());
        };
        let objects = list.into_iter().map(|object| match object {
            Json::Object(object) => Ok(object),
            _ => Err(not_graph()),
        });
        Ok(Page {
            objects: objects.collect::<Result<_, _>>()?,
            next: self.link(&page, "@odata.nextLink")?,
            delta: self.link(&page, "@odata.deltaLink")?,
        })
    }

    /// A link of an answer, if it leads to where the question went.
    fn link(&self, page: &Map<String, Json>, name: &str) -> Result<Option<Url>, Problem> {
        let Some(Json::String(text)) = page.get(name) else {
            return Ok(None);
        };
        match Url::parse(text) {
            Ok(link) if link.origin() == self.base.url().origin() => Ok(Some(link)),
            Ok(link) => Err(Problem::elsewhere(link.host_str().unwrap_or_default())),
            Err(_) => Err(Problem::Other(format!("`{name}` is no address"))),
        }
    }

    fn url(&self, path: &str) -> Result<Url, Problem> {
        let base = self.base.url().as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}/{path}"));
        url.map_err(|error| Problem::Other(format!("`{path}` makes no address: {error}")))
    }

    /// The path below the base, without the query, which holds tokens of Graph.
    fn shown<'u>(&self, link: &'u Url) -> &'u str {
        let base = self.base.url().path().trim_end_matches('/');
        let path = link.path();
        path.strip_prefix(base)
            .unwrap_or(path)
            .trim_start_matches('/')
    }
}

fn no_token(error: scimkit_client::Error) -> Problem {
    use scimkit_client::ErrorKind;
    match error.kind() {
        ErrorKind::Unauthorized => Problem::Token(error),
        _ => Problem::Transient(error.to_string()),
    }
}

fn going_in_circles() -> Problem {
    Problem::Other("the links to further pages come to no end".into())
}

fn retry_after(response: &Response<Bytes>) -> Option<u64> {
    let seconds = response.headers().get(header::RETRY_AFTER)?;
    seconds.to_str().ok()?.trim().parse().ok()
}

/// How often a page is asked for.
const TRIES: u32 = 5;

/// For how many seconds Graph is waited for at the most.
const LONGEST_WAIT: u64 = 300;

/// More pages than a tenant of millions has.
const MOST_PAGES: u32 = 1_000_000;
