//! Secrets.

use scimkit_server::{IssueError, Profile, SecretToken, block_on};
use scimkit_store::{Scope, StoreError, Tokens};

use crate::tenant::{Counting, Tenant};

/// GHSA-j8v8-g9cx-5qf4: the owner of a connection was not looked at when it had none, so that anybody could list and rotate. Here a
/// row cannot be without a tenant, and whoever asks is one.
#[test]
fn a_token_is_listed_rotated_and_revoked_by_its_own_tenant_only() {
    let [one, other] = Tenant::neighbours();
    let listed = |tenant: &Tenant| block_on(tenant.tokens.list()).unwrap();
    let [own] = listed(&one).try_into().unwrap();
    let [foreign] = listed(&other).try_into().unwrap();
    assert_ne!(own.lookup, foreign.lookup);
    let revoked = block_on(one.tokens.revoke(&foreign.lookup));
    assert!(matches!(revoked, Err(StoreError::Gone)));
    let random = Counting::from(9);
    let rotated = block_on(one.tokens.rotate(&foreign.lookup, None, 60, &random));
    assert!(matches!(rotated, Err(IssueError::Store(StoreError::Gone))));
    assert_eq!((listed(&one), listed(&other)), (vec![own], vec![foreign]));
    assert_eq!(
        (one.get("/Users").status, other.get("/Users").status),
        (200.try_into().unwrap(), 200.try_into().unwrap())
    );
}

/// vouch#317: a key that was good for one tenant was good for all.
#[test]
fn a_token_opens_its_own_tenant_only() {
    let [mut one, mut other] = Tenant::neighbours();
    one.user("mira@x");
    std::mem::swap(&mut one.token, &mut other.token);
    for tenant in [&one, &other] {
        let refused = tenant.get("/Users");
        assert_eq!(refused.status, 401);
        assert!(!refused.body.to_string().contains("mira"));
    }
}

/// ToolJet#16217: where no secret was set, an empty one was right.
#[test]
fn an_empty_secret_is_no_secret() {
    for text in [
        "",
        " ",
        "\t",
        "\n",
        "\u{a0}",
        "scimkit_",
        "scimkit___",
        "a b",
    ] {
        assert!(SecretToken::adopt(text).is_err(), "{text:?}");
    }
    let mut tenant = Tenant::new(Profile::default());
    for text in ["", " ", "\t", "null", "undefined", "Bearer"] {
        tenant.token = text.into();
        assert_eq!(tenant.get("/Users").status, 401, "{text:?}");
    }
}

/// different-ai/openwork#2240: tokens lay in the clear. gitlab#435096: they had no prefix by which a leaked one is recognised.
#[test]
fn only_the_hash_of_a_token_is_kept_and_it_has_a_prefix() {
    let tenant = Tenant::new(Profile::default());
    let rows = scimkit_store::MemoryTokens::new();
    let secret = SecretToken::generate(&Counting::from(3));
    assert!(secret.expose().starts_with("scimkit_"));
    let [_, lookup, hidden, _] = secret
        .expose()
        .split('_')
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let name = scimkit_store::TenantId::new("harborline").unwrap();
    let tokens = scimkit_server::BearerTokens::new(
        name,
        scimkit_store::MemoryTenants::new(),
        rows.clone(),
        tenant.clock.clone(),
    );
    let issued = block_on(tokens.adopt(secret.clone(), "Okta", Scope::Read, None)).unwrap();
    let kept = format!(
        "{:?} {tokens:?} {issued:?} {secret:?} {:?}",
        block_on(rows.find(lookup)).unwrap().unwrap(),
        tenant.service
    );
    assert!(!kept.contains(hidden), "{kept}");
    assert!(!kept.contains(secret.expose()));
}
