//! The users that the benches of stores are full of.

use std::{sync::Arc, time::Duration};

use scimkit_schema::{Complex, DateTime, Resource, ResourceId, Value, core};
use scimkit_store::{Action, Document, Draft, Expect, Key, Write};

/// Ids in the order of time, as they are in a service.
///
/// # Panics
/// Never.
#[must_use]
pub fn user_key(n: usize) -> Key {
    let id = format!("0190b2f0-{:04x}-7cc3-9a41-{n:012x}", n >> 16);
    Key::new("User".into(), ResourceId::new(&id).expect("an id"))
}

/// Every user has another one.
#[must_use]
pub fn name(n: usize) -> String {
    const GIVEN: [&str; 16] = [
        "mira", "tomas", "ines", "oskar", "lena", "pavel", "rosa", "emil", "nora", "jonas", "alba",
        "hugo", "greta", "milan", "vera", "anton",
    ];
    const FAMILY: [&str; 16] = [
        "okafor",
        "lindqvist",
        "marchetti",
        "novak",
        "duarte",
        "kowalski",
        "brandt",
        "ferreira",
        "haugen",
        "jansen",
        "moreau",
        "petrov",
        "santos",
        "weber",
        "yilmaz",
        "zeman",
    ];
    let (given, family) = (GIVEN[n % 16], FAMILY[n / 16 % 16]);
    format!("{given}.{family}.{:05}@harborline.example", n / 256)
}

/// A user of half a kilobyte.
#[must_use]
pub fn user(n: usize) -> Resource {
    let name = name(n);
    let mut parts = name.split('.');
    let (given, family) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let email = Complex::new()
        .with("value", &*name)
        .with("type", "work")
        .with("primary", true);
    Resource::new(core::USER)
        .with("userName", &*name)
        .with("externalId", format!("{n:08}-4c1e-4e53-9d0f-harborline"))
        .with(
            "name",
            Complex::new()
                .with("givenName", given)
                .with("familyName", family),
        )
        .with("displayName", format!("{given} {family}"))
        .with("title", ["Captain", "Pilot", "Purser", "Steward"][n % 4])
        .with("active", n % 20 != 0)
        .with("emails", vec![Value::from(email)])
        .with(
            core::ENTERPRISE_USER,
            Complex::new()
                .with("employeeNumber", format!("{n:07}"))
                .with("department", format!("Harbour {}", n % 200)),
        )
}

/// Some seconds into the day on which all of it happens.
#[must_use]
pub fn at(second: usize) -> DateTime {
    DateTime::from_unix_micros(1_767_600_000_000_000).plus_seconds(second as i64)
}

/// Makes a user, at a time of its own.
///
/// # Panics
/// When the key is not from [`user_key`].
#[must_use]
pub fn create(key: Key, document: Resource) -> Write {
    let n = usize::from_str_radix(&key.id.as_str()[24..], 16).expect("a number");
    let event = Draft::new(at(n), "bench", Action::Create);
    Write::new(
        key,
        Expect::Absent,
        Document::Put(Arc::new(document)),
        event,
    )
}

/// How many in a second.
#[must_use]
pub fn per_second(many: usize, took: Duration) -> f64 {
    many as f64 / took.as_secs_f64()
}

/// A number that whoever runs a bench has set.
#[must_use]
pub fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}
