//! Checks of [`Tokens`].

use super::at;
use crate::{Scope, TenantId, TokenRow, Tokens};

fn row(lookup: &str, tenant: &str, created: i64) -> TokenRow {
    TokenRow {
        lookup: lookup.into(),
        tenant: TenantId::new(tenant).unwrap(),
        name: "Azure AD".into(),
        hash: [7; 32],
        scope: Scope::ReadWrite,
        created: at(created),
        expires: Some(at(1_000)),
        revoked: None,
        last_used: None,
    }
}

pub async fn keeps_tokens(tokens: &impl Tokens) {
    assert_eq!(tokens.find("a").await.unwrap(), None);
    tokens.put(row("b", "one", 2)).await.unwrap();
    tokens.put(row("a", "one", 3)).await.unwrap();
    tokens.put(row("c", "two", 1)).await.unwrap();
    assert_eq!(tokens.find("a").await.unwrap(), Some(row("a", "one", 3)));
    let listed = tokens.list(&TenantId::new("one").unwrap()).await.unwrap();
    assert_eq!(
        listed.iter().map(|row| &*row.lookup).collect::<Vec<_>>(),
        ["b", "a"]
    );
    let revoked = TokenRow {
        revoked: Some(at(9)),
        ..row("a", "one", 3)
    };
    tokens.put(revoked.clone()).await.unwrap();
    assert_eq!(tokens.find("a").await.unwrap(), Some(revoked));
}

pub async fn touch_never_goes_back(tokens: &impl Tokens) {
    tokens.put(row("a", "one", 0)).await.unwrap();
    tokens.touch("a", at(10)).await.unwrap();
    assert_eq!(
        tokens.find("a").await.unwrap().unwrap().last_used,
        Some(at(10))
    );
    tokens.touch("a", at(5)).await.unwrap();
    assert_eq!(
        tokens.find("a").await.unwrap().unwrap().last_used,
        Some(at(10))
    );
    tokens.touch("a", at(11)).await.unwrap();
    let listed = tokens.list(&TenantId::new("one").unwrap()).await.unwrap();
    assert_eq!(listed.first().unwrap().last_used, Some(at(11)));
    tokens.put(row("a", "one", 0)).await.unwrap();
    let kept = tokens.find("a").await.unwrap().unwrap().last_used;
    assert_eq!(
        kept,
        Some(at(11)),
        "a row that was read before a use does not undo it"
    );
    tokens.touch("unknown", at(1)).await.unwrap();
}
