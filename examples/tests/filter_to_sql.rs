//! The condition that `filter_to_sql` writes selects exactly what the filter matches.

#![expect(
    clippy::unwrap_used,
    reason = "a test talks by panicking, in its functions beside the tests too"
)]

#[path = "../filter_to_sql/condition.rs"]
mod condition;
#[path = "../filter_to_sql/tables.rs"]
mod tables;

use std::{collections::BTreeSet, sync::Arc};

use rusqlite::{Connection, ToSql, params, params_from_iter, types::ToSqlOutput};
use scimkit::{
    filter::{BoundFilter, Filter},
    schema::{Compat, Complex, DateTime, JsonLimits, Resource, Value, core, fold},
};
use serde_json::json;

use crate::{
    condition::{Parameter, SqlWriter},
    tables::TABLES,
};

const FILTERS: &[&str] = &[
    r#"userName eq "MIRA@harborline.example""#,
    r#"userName ne "mira@harborline.example""#,
    r#"id eq "U1""#,
    r#"externalId ne "x""#,
    "externalId eq null",
    "title pr",
    r#"title eq """#,
    r#"not (title eq "pilot")"#,
    r#"title ne "pilot" and not (title pr)"#,
    r#"title co """#,
    r#"title co "LO""#,
    r#"title sw "pi""#,
    r#"title sw "pilots""#,
    r#"title ew "ot""#,
    r#"title ew """#,
    r#"title ew "a long way from here""#,
    r#"title co "%" or title co "_" or title co "'""#,
    r#"name.familyName eq "STRASSE""#,
    r#"name.familyName gt "p" and name.familyName le "strasse""#,
    "active eq true",
    "active ne true",
    "active pr",
    r#"department eq "Harbor" or manager.value eq "u1""#,
    r#"meta.created ge "2026-01-05T09:00:00+01:00""#,
    r#"meta.lastModified ne "2026-01-05T08:00:00Z""#,
    "emails pr",
    "emails eq null",
    "emails ne null",
    r#"emails co "home""#,
    r#"emails.type ne "work""#,
    r#"not (emails.type eq "work")"#,
    "emails.type eq null",
    "emails.value pr",
    r#"emails[type eq "work" and value ew "@harborline.example"]"#,
    r#"emails[not (type eq "work")]"#,
    "emails[primary eq false]",
    "emails[primary ne false]",
    "emails[primary eq null]",
    "emails.primary eq false",
    "emails.primary ne true",
    r#"not (emails[type ne "work"]) and (active eq true or title pr)"#,
];

fn users() -> Vec<Resource> {
    let user = |id: &str, rest: serde_json::Value| {
        let mut user = json!({
            "schemas": [core::USER],
            "id": id,
            "userName": format!("{id}@harborline.example"),
            "meta": { "created": "2026-01-05T08:00:00Z", "lastModified": "2026-01-05T08:00:00Z" },
        });
        let fields = rest.as_object().unwrap().clone();
        user.as_object_mut().unwrap().extend(fields);
        let user = user.to_string();
        let user = Resource::from_json(user.as_bytes(), JsonLimits::default()).unwrap();
        core::user_type().adopt(user)
    };
    vec![
        user("u0", json!({})),
        user(
            "u1",
            json!({ "userName": "mira@harborline.example", "title": "Pilot", "active": true, "externalId": "x",
            "emails": [{ "value": "mira@harborline.example", "type": "work", "primary": true }, { "value": "m@home.example" }] }),
        ),
        user(
            "U1",
            json!({ "title": "", "active": false, "externalId": "X", "name": { "familyName": "Straße" },
            "emails": [{ "value": "u@harborline.example", "type": "work", "primary": false }] }),
        ),
        user(
            "u3",
            json!({ "title": "100% 'pilot'_", "emails": [{ "value": "a@home.example", "type": "home" }],
            core::ENTERPRISE_USER: { "department": "harbor", "manager": { "value": "U1" } } }),
        ),
        user(
            "u4",
            json!({ "title": "ot", "name": { "familyName": "Quill" },
            "meta": { "created": "2026-01-05T07:59:59.999Z", "lastModified": "2026-02-05T08:00:00Z" },
            core::ENTERPRISE_USER: { "manager": { "value": "u1" } } }),
        ),
    ]
}

fn store(database: &Connection, user: &Resource) {
    let fields = |value: Option<&Value>| {
        let fields = value.and_then(Value::as_complex).cloned();
        fields.unwrap_or_default()
    };
    let folded =
        |fields: &Complex, name: &str| fields.text(name).map(|text| fold(text).into_owned());
    let (own, name, meta) = (
        user.attributes(),
        fields(user.get("name")),
        fields(user.get("meta")),
    );
    let enterprise = fields(user.get(core::ENTERPRISE_USER));
    let micros = |name: &str| {
        let instant = meta.get(name).and_then(Value::as_date_time);
        instant.map(DateTime::unix_micros)
    };
    database
        .execute(
            "INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                user.text("id"),
                user.text("externalId"),
                folded(own, "userName"),
                folded(own, "displayName"),
                folded(own, "title"),
                folded(&name, "givenName"),
                folded(&name, "familyName"),
                folded(&enterprise, "department"),
                fields(enterprise.get("manager")).text("value"),
                user.get("active").and_then(Value::as_bool),
                micros("created"),
                micros("lastModified"),
            ],
        )
        .unwrap();
    for email in user.get("emails").map(Value::elements).unwrap_or_default() {
        let email = email.as_complex().unwrap();
        database
            .execute(
                "INSERT INTO emails VALUES (?1, ?2, ?3, ?4)",
                params![
                    user.text("id"),
                    folded(email, "value"),
                    folded(email, "type"),
                    email.get("primary").and_then(Value::as_bool),
                ],
            )
            .unwrap();
    }
}

impl ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Integer(value) => value.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

#[test]
fn sql_selects_what_the_filter_matches() {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(TABLES).unwrap();
    let users = users();
    for user in &users {
        store(&database, user);
    }
    for text in FILTERS {
        let filter: Filter = text.parse().unwrap();
        let types = [Arc::new(core::user_type())];
        let bound = BoundFilter::bind(&filter, &types, Compat::strict()).unwrap();
        let matching = users.iter().filter(|user| bound.matches(&(*user).into()));
        let wanted: BTreeSet<_> = matching.filter_map(|user| user.text("id")).collect();

        let mut writer = SqlWriter::default();
        let condition = bound.tree("User").unwrap().accept(&mut writer);
        let condition = condition.unwrap_or_else(|reason| panic!("{text}: {reason}"));
        let query = format!("SELECT id FROM users WHERE {condition}");
        let mut statement = database.prepare(&query).unwrap();
        let found = statement
            .query_map(params_from_iter(&writer.parameters), |row| row.get(0))
            .unwrap()
            .collect::<Result<BTreeSet<String>, _>>()
            .unwrap();
        let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
        assert_eq!(found, wanted, "{text}\n{condition}");
    }
}
