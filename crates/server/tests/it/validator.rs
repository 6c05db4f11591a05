//! Microsoft's SCIM Validator and the tests of its application gallery, replayed as far as it is publicly known what they send and expect.
//! `docs/entra.md` has the list with the name of each test here.

mod gallery;
mod groups;
mod users;

use scimkit_server::Profile;
use serde_json::Value;

use crate::tenant::Tenant;

fn under_both(case: impl Fn(&Tenant)) {
    for profile in [Profile::default(), Profile::entra()] {
        case(&Tenant::new(profile));
    }
}

/// A user with all that the validator fills in; the text for each attribute is random there, and odd here.
const WHOLE: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "userName":"nash_wolff@schuster.example","externalId":"UUEWXCYJDKOF","active":true,"displayName":"QHBWAFZKQXGE","nickName":"MUNDLDRXJQBO","title":"YQXSNHJCRNIP",
    "userType":"KODLUBNCAGYO","profileUrl":"LJXEBQFSHTDP","preferredLanguage":"ss-ZA","locale":"ROTEBKDBRNQC","timezone":"America/Godthab",
    "name":{"formatted":"Elissa","familyName":"Esteban","givenName":"Kaela","middleName":"Melyna","honorificPrefix":"Zoie","honorificSuffix":"Danyka"},
    "emails":[{"type":"work","value":"ursula@stokes.example","primary":"True"}],
    "phoneNumbers":[{"type":"work","value":"70-165-8301","primary":true},{"type":"mobile","value":"70-165-8302"},{"type":"fax","value":"70-165-8303"}],
    "addresses":[{"type":"work","formatted":"UCSGAIRYXCQJ","streetAddress":"5823 Reichert Vista","locality":"IEPOVNSGZZNO","region":"OXDJJMDLSVAN","postalCode":"pt0 6ol","primary":true,"country":"Cyprus"}],
    "roles":[{"primary":"True","display":"PXAYPLGYCCEL","value":"AYCNVTGZPLBH","type":"DNTJNWKIQDHC"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"IVFJZKEDYUZM","department":"EQKGRDNTQUBN","costCenter":"VLKDYJCBRIPR","organization":"QVJTQVFFJIKM","division":"CTJYLBRKJJBE"}}"#;

fn create(tenant: &Tenant, endpoint: &str, body: &str) -> String {
    let created = tenant.post(endpoint, body);
    assert_eq!(created.status, 201, "{}", created.body);
    format!("{endpoint}/{}", created.body["id"].as_str().unwrap())
}

/// A PATCH that succeeds, and the resource as it is read back.
fn patch(tenant: &Tenant, path: &str, operations: &str) -> Value {
    let answer = tenant.patch(path, operations);
    assert!(
        matches!(answer.status.as_u16(), 200 | 204),
        "{operations}: {}",
        answer.body
    );
    tenant.get(path).body
}

/// What stands at a path of the validator's: `name.givenName`, `emails[type eq "work"].value`, or behind the URN of the extension.
fn at<'a>(resource: &'a Value, path: &str) -> &'a Value {
    const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    if let Some(name) = path.strip_prefix(URN) {
        return &resource[URN][name.trim_start_matches(':')];
    }
    if let Some((list, rest)) = path.split_once('[') {
        let (filter, part) = rest.split_once("].").unwrap();
        let (key, wanted) = filter.split_once(" eq ").unwrap();
        let wanted = wanted.trim_matches('"');
        let elements = resource[list]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let found = elements.iter().find(|element| match &element[key] {
            Value::String(text) => text == wanted,
            other => other.to_string().eq_ignore_ascii_case(wanted),
        });
        return found.map_or(&Value::Null, |element| &element[part]);
    }
    match path.split_once('.') {
        Some((name, part)) => &resource[name][part],
        None => &resource[path],
    }
}

/// Every attribute of the default mappings and of the validator's own list, with a new value.
const CHANGES: &[(&str, &str)] = &[
    ("emails[type eq \"work\"].value", "marquise@kuhn.example"),
    ("phoneNumbers[type eq \"work\"].value", "89-446-2211"),
    ("phoneNumbers[type eq \"mobile\"].value", "89-446-2212"),
    ("phoneNumbers[type eq \"fax\"].value", "89-446-2213"),
    ("addresses[type eq \"work\"].formatted", "XQTJEKZVLVEM"),
    (
        "addresses[type eq \"work\"].streetAddress",
        "9140 Hilll Cape",
    ),
    ("addresses[type eq \"work\"].locality", "MJSVIZQJSZRU"),
    ("addresses[type eq \"work\"].region", "PJZNMKDGARJG"),
    ("addresses[type eq \"work\"].postalCode", "vd8 4sp"),
    ("addresses[type eq \"work\"].country", "Saint Lucia"),
    ("roles[primary eq \"True\"].display", "BGBVHJGHFHAX"),
    ("roles[primary eq \"True\"].value", "DKLHAYJWWYKU"),
    ("roles[primary eq \"True\"].type", "ADEJDAZZNHXI"),
    ("displayName", "BNQEXFIIYWMG"),
    ("nickName", "RHSHUYNAPZQX"),
    ("title", "SDVPBLYHVAAT"),
    ("userType", "VXVZXGQMOHXS"),
    ("profileUrl", "NJFCCCNPNTBA"),
    ("preferredLanguage", "xh"),
    ("locale", "MNZYMTKVQNYE"),
    ("timezone", "Africa/Bissau"),
    ("externalId", "WEJNQIHCMQMH"),
    ("name.formatted", "Ludie"),
    ("name.familyName", "Bernice"),
    ("name.givenName", "Adan"),
    ("name.middleName", "Raven"),
    ("name.honorificPrefix", "Juwan"),
    ("name.honorificSuffix", "Eldora"),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
        "HKKZHYFHYVYU",
    ),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "VEHUTBOFGNNZ",
    ),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
        "ZPWLMKSPKVUH",
    ),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization",
        "NBNCOSLOABHQ",
    ),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division",
        "FHOCOXPHSDGC",
    ),
];

/// One operation for each of [`CHANGES`].
fn verbose(op: &str) -> String {
    let operations: Vec<_> = CHANGES
        .iter()
        .map(|(path, value)| {
            serde_json::json!({"op": op, "path": path, "value": value}).to_string()
        })
        .collect();
    format!("[{}]", operations.join(","))
}

/// The plain ones of [`CHANGES`] in one operation without a path, those with a filter each in its own.
fn merged(op: &str) -> String {
    let (filtered, plain): (Vec<_>, Vec<_>) = CHANGES
        .iter()
        .copied()
        .partition(|(path, _): &(&str, &str)| path.contains('['));
    let object: serde_json::Map<_, _> = plain
        .into_iter()
        .map(|(path, value)| (path.to_owned(), Value::from(value)))
        .collect();
    let mut operations: Vec<_> = filtered
        .into_iter()
        .map(|(path, value)| {
            serde_json::json!({"op": op, "path": path, "value": value}).to_string()
        })
        .collect();
    operations.push(serde_json::json!({"op": op, "value": object}).to_string());
    format!("[{}]", operations.join(","))
}

fn has_changed(user: &Value) {
    for (path, value) in CHANGES {
        assert_eq!(at(user, path), value, "{path}");
    }
}

#[test]
fn every_replay_that_the_page_names_is_here_and_the_other_way_round() {
    let page = include_str!("../../../../docs/entra.md");
    let sources = [
        include_str!("validator/users.rs"),
        include_str!("validator/groups.rs"),
        include_str!("validator/gallery.rs"),
    ]
    .concat();
    let tables = page.split_once("## Microsoft's SCIM Validator").unwrap().1;
    let mut named: Vec<_> = tables
        .split('`')
        .filter(|it| it.contains('_') && !it.contains(['/', '.', ':', ' ']))
        .collect();
    named.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    named.push("pagination");
    named.sort_unstable();
    let mut tests: Vec<_> = sources
        .split("#[test]\nfn ")
        .skip(1)
        .map(|it| it.split('(').next().unwrap())
        .collect();
    tests.sort_unstable();
    assert_eq!(named, tests);
}
