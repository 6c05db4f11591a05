//! Tokens that Microsoft signs: who made them, for whom, for which directory, and for how long.

use std::{collections::BTreeMap, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use scimkit::{
    schema::Clock,
    server::{
        Access, Authenticator, Denied,
        http::{header::AUTHORIZATION, request::Parts},
    },
    store::{MemoryStore, Scope},
};
use serde::Deserialize;

/// The audience of the tokens of all applications that are not in the gallery.
pub(crate) const NON_GALLERY: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
/// How far Microsoft's clock and ours may be apart.
const SKEW_SECONDS: i64 = 300;

/// The directories that may provision, each with resources of its own.
pub(crate) struct Directories {
    keys: JwkSet,
    audience: String,
    stores: BTreeMap<Box<str>, MemoryStore>,
    clock: Arc<dyn Clock>,
}

/// What a token says that matters here.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    tid: Box<str>,
    nbf: i64,
    exp: i64,
}

impl Directories {
    pub(crate) fn new(
        keys: JwkSet,
        audience: String,
        stores: BTreeMap<Box<str>, MemoryStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            keys,
            audience,
            stores,
            clock,
        }
    }

    /// The claims of a token with a good signature for this application. Which algorithm is used is not the token's to say.
    fn claims(&self, token: &str) -> Option<Claims> {
        let id = decode_header(token).ok()?.kid?;
        let key = DecodingKey::from_jwk(self.keys.find(&id)?).ok()?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&[&self.audience]);
        // The time is compared with the service's own clock, below.
        rules.validate_exp = false;
        Some(decode(token, &key, &rules).ok()?.claims)
    }
}

impl Authenticator for Directories {
    type Store = MemoryStore;

    async fn authenticate(&self, head: &Parts) -> Result<Access<MemoryStore>, Denied> {
        let header = head.headers.get(AUTHORIZATION).ok_or(Denied::Missing)?;
        let token = header.to_str().ok().and_then(|text| text.split_once(' '));
        let (_, token) = token
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .ok_or(Denied::Missing)?;
        let claims = self.claims(token.trim()).ok_or(Denied::Invalid)?;
        let now = self.clock.now().unix_micros() / 1_000_000;
        let is_now = claims.nbf <= now + SKEW_SECONDS && now < claims.exp + SKEW_SECONDS;
        let is_theirs = claims.iss == format!("https://sts.windows.net/{}/", claims.tid);
        let store = self.stores.get(&claims.tid);
        let store = store
            .filter(|_| is_now && is_theirs)
            .ok_or(Denied::Invalid)?;
        Ok(
            Access::new(store.clone(), "Microsoft Entra ID", Scope::ReadWrite)
                .with_tenant(claims.tid),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der},
        rsa::{KeyPair, KeySize},
        signature::KeyPair as _,
    };
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    use jsonwebtoken::{EncodingKey, Header, encode, jwk::Jwk};
    use scimkit::{
        schema::{DateTime, SchemaSet},
        server::{Service, bytes::Bytes, http::Request},
        system::UuidV7Ids,
    };
    use serde_json::{Value, json};

    const TENANT: &str = "8f2c6d1e-0000-4000-8000-5a1b2c3d4e5f";
    const NOW: i64 = 1_767_600_000;

    #[derive(Debug)]
    struct Then;

    impl Clock for Then {
        fn now(&self) -> DateTime {
            DateTime::from_unix_micros(NOW * 1_000_000)
        }
    }

    /// A key of a Microsoft of our own.
    struct Signer {
        key: EncodingKey,
        public: Jwk,
    }

    impl Signer {
        fn new(id: &str) -> Self {
            let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
            let key = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
            let pem = pem(key.as_ref());
            let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
            let public = pair.public_key();
            let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let public = json!({
                "kty": "RSA", "use": "sig", "kid": id,
                "n": part(public.modulus().big_endian_without_leading_zero()),
                "e": part(public.exponent().big_endian_without_leading_zero()),
            });
            Self {
                key,
                public: serde_json::from_value(public).unwrap(),
            }
        }

        fn sign(&self, id: &str, claims: &Value) -> String {
            let mut header = Header::new(Algorithm::RS256);
            header.kid = Some(id.to_owned());
            encode(&header, claims, &self.key).unwrap()
        }
    }

    fn pem(der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
    }

    fn service(keys: &[&Signer]) -> Service<Directories> {
        let schemas = Arc::new(SchemaSet::core());
        let stores = BTreeMap::from([(TENANT.into(), MemoryStore::new(schemas.clone()))]);
        let keys = JwkSet {
            keys: keys.iter().map(|signer| signer.public.clone()).collect(),
        };
        let directories = Directories::new(keys, NON_GALLERY.to_owned(), stores, Arc::new(Then));
        Service::new(
            directories,
            schemas,
            Arc::new(Then),
            Arc::new(UuidV7Ids::default()),
        )
    }

    fn status(service: &Service<Directories>, token: &str) -> u16 {
        let request = Request::get("/Users").header(AUTHORIZATION, format!("Bearer {token}"));
        let response = service.handle_blocking(request.body(Bytes::new()).unwrap());
        response.status().as_u16()
    }

    #[test]
    fn microsofts_tokens_open_their_directory_and_nothing_else_does() {
        let (microsoft, other) = (Signer::new("m1"), Signer::new("o1"));
        let service = service(&[&microsoft]);
        let good = json!({
            "iss": format!("https://sts.windows.net/{TENANT}/"), "aud": NON_GALLERY, "tid": TENANT,
            "nbf": NOW - 10, "exp": NOW + 3_600,
        });
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            microsoft.sign("m1", &claims)
        };
        let whole = microsoft.sign("m1", &good);
        assert_eq!(status(&service, &whole), 200);
        let (signed, _) = whole.rsplit_once('.').unwrap();
        for (what, token) in [
            ("no token", String::new()),
            ("another signer", other.sign("m1", &good)),
            ("a key that is not in the set", other.sign("o1", &good)),
            ("without a signature", format!("{signed}.")),
            ("another application", with("aud", "another".into())),
            ("another directory", with("tid", "9f2c6d1e".into())),
            (
                "an issuer of another directory",
                with("iss", "https://sts.windows.net/other/".into()),
            ),
            ("over", with("exp", (NOW - SKEW_SECONDS).into())),
            ("not yet", with("nbf", (NOW + SKEW_SECONDS + 1).into())),
            ("without an end", with("exp", Value::Null)),
        ] {
            assert_eq!(status(&service, &token), 401, "{what}");
        }
        assert_eq!(
            status(&service, &with("exp", (NOW - SKEW_SECONDS + 1).into())),
            200
        );
    }
}
