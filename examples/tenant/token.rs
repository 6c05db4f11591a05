use std::error::Error;

use axum::{
    body::Body,
    extract::Request,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use scimkit::{
    server::{BearerTokens, ClientCredentials, SecretToken, bytes::Bytes},
    store::{Scope, Tenants, Tokens},
    system::SystemRandom,
};
use scimkit_examples::read_file;

use crate::arguments::Arguments;

/// The name under which the event log shows the client.
const CLIENT: &str = "provisioning";
/// What a guess takes long enough for.
const LONG_ENOUGH: usize = 24;

/// Lets the client in: with the token that it was given, or with a new one, which is returned to be shown.
pub(crate) async fn prepare<T: Tenants, K: Tokens>(
    tokens: &BearerTokens<T, K>,
    arguments: &Arguments,
) -> Result<Option<String>, Box<dyn Error>> {
    let given = match (&arguments.token_file, &arguments.token) {
        (Some(file), _) => Some(String::from_utf8(read_file(file)?)?.trim().to_owned()),
        (None, token) => token.clone(),
    };
    let Some(given) = given else {
        let known = tokens.list().await?;
        if known.iter().any(|token| token.revoked.is_none()) {
            return Ok(None);
        }
        let issued = tokens.issue(CLIENT, Scope::ReadWrite, None, &SystemRandom);
        return Ok(Some(issued.await?.secret.expose().to_owned()));
    };
    if given.len() < LONG_ENOUGH && !arguments.listen.ip().is_loopback() {
        return Err(format!("the token is too short for a public address: use {LONG_ENOUGH} random characters or more").into());
    }
    let secret = SecretToken::adopt(&given)?;
    tokens.adopt(secret, CLIENT, Scope::ReadWrite, None).await?;
    Ok(None)
}

/// Answers a request for an access token.
pub(crate) async fn endpoint<T: Tenants, K: Tokens>(
    clients: ClientCredentials<T, K>,
    request: Request,
) -> Response {
    const LARGEST: usize = 16 << 10;
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        let told = format!(
            r#"{{"error":"invalid_request","error_description":"the token request is larger than {LARGEST} bytes, or broken off"}}"#
        );
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "no-store"),
        ];
        return (StatusCode::BAD_REQUEST, headers, told).into_response();
    };
    let response = clients.token(Request::from_parts(head, body)).await;
    response.map(|body: Bytes| Body::from(body))
}
