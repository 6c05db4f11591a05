//! The credentials of whoever asks, good and bad.

use scimkit_schema::Clock;
use scimkit_server::block_on;
use scimkit_store::Scope;

use crate::tenant::{Counting, Tenant};

/// A tenant with something in it, its neighbour, and what `Authorization` may hold.
pub(super) struct Doors {
    pub(super) tenant: Tenant,
    pub(super) other: Tenant,
    pub(super) user: String,
    pub(super) group: String,
    pub(super) reader: String,
}

impl Doors {
    pub(super) fn new() -> Self {
        let [tenant, other] = Tenant::neighbours();
        let user = tenant.user("mira@harborline.example");
        let group = tenant.group("Crew", &[&user]);
        let reader = block_on(tenant.tokens.issue(
            "Report",
            Scope::Read,
            None,
            &Counting::from(100),
        ))
        .unwrap();
        Self {
            tenant,
            other,
            user,
            group,
            reader: format!("Bearer {}", reader.secret.expose()),
        }
    }

    pub(super) fn good(&self) -> String {
        format!("Bearer {}", self.tenant.token)
    }

    /// Every credential that opens nothing, with a name for messages.
    pub(super) fn bad(&self) -> Vec<(&'static str, Option<String>)> {
        let issue = |first, expires| {
            let random = Counting::from(first);
            block_on(
                self.tenant
                    .tokens
                    .issue("Okta", Scope::ReadWrite, expires, &random),
            )
            .unwrap()
        };
        let soon = self.tenant.clock.now().plus_seconds(60);
        let expired = issue(120, Some(soon));
        let revoked = issue(140, None);
        block_on(self.tenant.tokens.revoke(revoked.secret.lookup())).unwrap();
        self.tenant.clock.advance(61);
        let good = &self.tenant.token;
        vec![
            ("none", None),
            ("empty", Some(String::new())),
            ("scheme only", Some("Bearer".into())),
            ("blank", Some("Bearer  ".into())),
            ("garbage", Some("Bearer x".into())),
            (
                "garbage of every kind",
                Some("Bearer \u{e9}\t'\"<>&;--".into()),
            ),
            (
                "long garbage",
                Some(format!("Bearer {}", "a".repeat(60_000))),
            ),
            ("another scheme", Some(format!("Basic {good}"))),
            ("no scheme", Some(good.clone())),
            (
                "half of it",
                Some(format!("Bearer {}", good.split_at(good.len() / 2).0)),
            ),
            ("one letter more", Some(format!("Bearer {good}0"))),
            ("two tokens", Some(format!("Bearer {good} {good}"))),
            ("in quotes", Some(format!("Bearer \"{good}\""))),
            (
                "of the neighbour",
                Some(format!("Bearer {}", self.other.token)),
            ),
            (
                "expired",
                Some(format!("Bearer {}", expired.secret.expose())),
            ),
            (
                "revoked",
                Some(format!("Bearer {}", revoked.secret.expose())),
            ),
        ]
    }
}
