use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    Method, Request,
    header::{AUTHORIZATION, CONTENT_TYPE},
};

use super::Refusal;

/// What a client asks of the token endpoint.
pub(super) struct TokenRequest {
    pub(super) client: Client,
}

/// How a client shows who it is.
pub(super) enum Client {
    Secret {
        id: String,
        secret: String,
    },
    Assertion {
        id: Option<String>,
        assertion: String,
    },
}

/// Bytes of a body that nobody needs to be larger.
const LARGEST: usize = 16 << 10;
const FORM: &str = "application/x-www-form-urlencoded";
const JWT_CLIENT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const JWT_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl TokenRequest {
    pub(super) fn read(request: &Request<Bytes>) -> Result<Self, Refusal> {
        if request.method() != Method::POST {
            return Err(Refusal::NotPost);
        }
        if request.body().len() > LARGEST {
            return Err(Refusal::InvalidRequest("the body is too large"));
        }
        let header = |name| {
            let value = request.headers().get(name)?;
            value.to_str().ok()
        };
        let is_form = header(CONTENT_TYPE).is_some_and(|media_type| {
            let essence = media_type.split(';').next().unwrap_or_default();
            essence.trim().eq_ignore_ascii_case(FORM)
        });
        if !is_form {
            return Err(Refusal::InvalidRequest(
                "the body must be `application/x-www-form-urlencoded`",
            ));
        }
        let mut form = Form::read(request.body())?;
        let grant = form.take("grant_type").ok_or(Refusal::InvalidRequest(
            "`grant_type` is missing: use `client_credentials`",
        ))?;
        let client = match grant.as_str() {
            "client_credentials" => form.client(header(AUTHORIZATION))?,
            JWT_GRANT => Client::Assertion {
                id: form.take("client_id"),
                assertion: form
                    .take("assertion")
                    .ok_or(Refusal::InvalidRequest("`assertion` is missing"))?,
            },
            _ => return Err(Refusal::UnsupportedGrantType),
        };
        Ok(Self { client })
    }
}

/// The parameters of a form, each once.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if read.iter().any(|(known, _)| *known == name) {
                return Err(Refusal::InvalidRequest("a parameter is there twice"));
            }
            // A parameter without a value counts as left out (RFC 6749 §3.2).
            if !value.is_empty() {
                read.push((name.into_owned(), value.into_owned()));
            }
        }
        Ok(Self(read))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let found = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(found).1)
    }

    /// Who asks, shown in exactly one way.
    fn client(&mut self, authorization: Option<&str>) -> Result<Client, Refusal> {
        let (id, secret) = (self.take("client_id"), self.take("client_secret"));
        let assertion = self.take("client_assertion");
        let several = Refusal::InvalidRequest(
            "the client is authenticated in several ways: use the header, the secret in the body, or an assertion",
        );
        match (authorization, secret, assertion) {
            (Some(header), None, None) => {
                let (basic_id, secret) = basic(header).ok_or(Refusal::InvalidClient)?;
                if id.is_some_and(|id| id != basic_id) {
                    return Err(several);
                }
                Ok(Client::Secret {
                    id: basic_id,
                    secret,
                })
            }
            (None, Some(secret), None) => {
                let id = id.ok_or(Refusal::InvalidRequest("`client_id` is missing"))?;
                Ok(Client::Secret { id, secret })
            }
            (None, None, Some(assertion)) => {
                if self.take("client_assertion_type").as_deref() != Some(JWT_CLIENT) {
                    return Err(Refusal::InvalidRequest(
                        "`client_assertion_type` must be that of a JWT bearer",
                    ));
                }
                Ok(Client::Assertion { id, assertion })
            }
            (None, None, None) => Err(Refusal::InvalidClient),
            _ => Err(several),
        }
    }
}

/// The id and the secret of a `Basic` header; both are form-encoded in it (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8();
        decoded.ok().map(std::borrow::Cow::into_owned)
    };
    Some((decode(id)?, decode(secret)?))
}
