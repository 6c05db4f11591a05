//! A SCIM service without any async: one thread, one request after the other.
//!
//! ```console
//! cargo run --example embed_blocking
//! curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/Users
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

use std::{error::Error, io::Read, sync::Arc};

use scimkit::{
    schema::SchemaSet,
    server::{
        BearerTokens, Service, block_on,
        bytes::Bytes,
        http::{self, Response},
    },
    store::{MemoryTenants, MemoryTokens, Scope, TenantId},
    system::{SystemClock, SystemRandom, UuidV7Ids},
};
use tiny_http::{Header, Request, Server};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let schemas = Arc::new(SchemaSet::core());
    let (tenant, tenants) = (TenantId::new("harborline")?, MemoryTenants::new());
    let _ = tenants.create(tenant.clone(), schemas.clone());
    let clock = Arc::new(SystemClock);
    let tokens = BearerTokens::new(tenant, tenants, MemoryTokens::new(), clock.clone());
    let issued = block_on(tokens.issue("directory", Scope::ReadWrite, None, &SystemRandom))?;
    let service = Service::new(tokens, schemas, clock, Arc::new(UuidV7Ids::default()));

    let server = Server::http("127.0.0.1:8080")?;
    println!("SCIM base URL  http://{}", server.server_addr());
    println!("token          {}", issued.secret.expose());
    for mut request in server.incoming_requests() {
        let head = head(&request)?;
        // Who is not let in is not read any further.
        let response = match block_on(service.admit(&head)) {
            Err(refusal) => refusal,
            Ok(admission) => {
                let limit = admission.body_limit();
                let mut body = Vec::new();
                let mut rest = request.as_reader().take(limit as u64 + 1);
                match rest.read_to_end(&mut body) {
                    Err(_) => service.refuse_broken_body(),
                    Ok(_) if body.len() > limit => service.refuse_oversize_body(&admission),
                    Ok(_) => block_on(service.answer(admission, head, Bytes::from(body))),
                }
            }
        };
        // A client that is gone is no reason to stop.
        let _ = request.respond(answer(&response));
    }
    Ok(())
}

/// The request without its body, in the types that the service takes.
fn head(request: &Request) -> http::Result<http::request::Parts> {
    let mut head = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.url());
    for header in request.headers() {
        head = head.header(header.field.as_str().as_str(), header.value.as_str());
    }
    Ok(head.body(())?.into_parts().0)
}

fn answer(response: &Response<Bytes>) -> tiny_http::Response<&[u8]> {
    let headers = response.headers().iter();
    let headers = headers
        .filter_map(|(name, value)| Header::from_bytes(name.as_str(), value.as_bytes()).ok());
    let status = response.status().as_u16();
    let body = response.body().as_ref();
    tiny_http::Response::new(
        status.into(),
        headers.collect(),
        body,
        Some(body.len()),
        None,
    )
}
