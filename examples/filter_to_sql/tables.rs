//! Where the attributes of a user are kept.

/// The tables. Text that ignores case is kept folded beside its own spelling, times as microseconds since 1970.
pub(crate) const TABLES: &str = "\
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  external_id TEXT,
  user_name_folded TEXT NOT NULL,
  display_name_folded TEXT,
  title_folded TEXT,
  given_name_folded TEXT,
  family_name_folded TEXT,
  department_folded TEXT,
  manager_id TEXT,
  active INTEGER,
  created INTEGER NOT NULL,
  last_modified INTEGER NOT NULL
);
CREATE TABLE emails (
  user_id TEXT NOT NULL REFERENCES users (id),
  value_folded TEXT,
  type_folded TEXT,
  is_primary INTEGER
);
";

/// The column that holds an attribute of users.
pub(crate) fn column(canonical: &str) -> Option<&'static str> {
    Some(match canonical {
        "id" => "users.id",
        "externalId" => "users.external_id",
        "userName" => "users.user_name_folded",
        "displayName" => "users.display_name_folded",
        "title" => "users.title_folded",
        "name.givenName" => "users.given_name_folded",
        "name.familyName" => "users.family_name_folded",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department" => {
            "users.department_folded"
        }
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value" => {
            "users.manager_id"
        }
        "active" => "users.active",
        "meta.created" => "users.created",
        "meta.lastModified" => "users.last_modified",
        _ => return None,
    })
}

/// The column that holds a part of an email.
pub(crate) fn email_column(canonical: &str) -> Option<&'static str> {
    Some(match canonical {
        "emails.value" => "emails.value_folded",
        "emails.type" => "emails.type_folded",
        "emails.primary" => "emails.is_primary",
        _ => return None,
    })
}
