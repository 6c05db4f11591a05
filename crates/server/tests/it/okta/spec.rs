//! The twelve requests of Okta's "SCIM 2.0 SPEC Test", in its order, and the life that its CRUD suite leads a user through.

use scimkit_server::{
    bytes::Bytes,
    http::{Method, Request},
};
use serde_json::{Value, json};

use super::{get, person, send, under_both};
use crate::tenant::Tenant;

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What the suite wants to be there: one complete user.
fn complete_user(tenant: &Tenant) -> String {
    let created = send(
        tenant,
        Method::POST,
        "/Users",
        &person("Mira", "Holm", "mira@harborline.example"),
    );
    assert_eq!(created.status, 201, "{}", created.body);
    created.body["id"].as_str().unwrap().to_owned()
}

fn is_complete(user: &Value) {
    for pointer in [
        "/id",
        "/name/givenName",
        "/name/familyName",
        "/userName",
        "/emails/0/value",
    ] {
        assert!(
            user.pointer(pointer).is_some_and(Value::is_string),
            "{pointer}: {user}"
        );
    }
    assert!(user["active"].is_boolean());
}

#[test]
fn step_01_the_first_user_of_the_list() {
    under_both(|tenant| {
        let id = complete_user(tenant);
        let answer = get(tenant, "/Users?count=1&startIndex=1");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body["schemas"], json!([LIST]));
        for number in ["itemsPerPage", "startIndex", "totalResults"] {
            assert_eq!(answer.body[number], 1, "{number}");
        }
        is_complete(&answer.body["Resources"][0]);
        assert_eq!(answer.body["Resources"][0]["id"], id.as_str());
    });
}

#[test]
fn step_02_that_user_by_id() {
    under_both(|tenant| {
        let id = complete_user(tenant);
        let answer = get(tenant, &format!("/Users/{id}"));
        assert_eq!(answer.status, 200);
        is_complete(&answer.body);
        assert_eq!(answer.body["id"], id.as_str());
    });
}

/// Steps 3 and 5: nobody has the name. The suite does not encode what it writes into the address; a client of HTTP makes either of these of it.
#[test]
fn step_03_and_05_a_user_name_that_nobody_has() {
    under_both(|tenant| {
        complete_user(tenant);
        for filter in [
            "userName%20eq%20%22nobody@harborline.example%22",
            "userName+eq+%22nobody%40harborline.example%22",
            "userName%20eq%20%22Runscope300Kqwzxyti482@harborline.example%22",
        ] {
            let answer = get(tenant, &format!("/Users?filter={filter}"));
            assert_eq!(
                (answer.status.as_u16(), &answer.body["totalResults"]),
                (200, &json!(0)),
                "{filter}"
            );
            assert_eq!(answer.body["schemas"], json!([LIST]));
        }
    });
}

/// Steps 4 and 12: an id that nobody has.
#[test]
fn step_04_and_12_an_id_that_nobody_has() {
    under_both(|tenant| {
        complete_user(tenant);
        for id in ["010101001010101011001010101011", "00919288221112222"] {
            let answer = get(tenant, &format!("/Users/{id}"));
            assert_eq!(answer.status, 404);
            assert_eq!(
                (&answer.body["status"], &answer.body["schemas"]),
                (&json!("404"), &json!([ERROR]))
            );
            assert!(!answer.detail().is_empty());
        }
    });
}

/// Steps 6 to 9: a user is made, read, refused the second time, and found in capitals.
#[test]
fn step_06_to_09_a_new_user_is_made_read_refused_twice_and_found() {
    under_both(|tenant| {
        let body = person(
            "Runscope300",
            "Kqwzxyti482",
            "Runscope300Kqwzxyti482@harborline.example",
        );
        let created = send(tenant, Method::POST, "/Users", &body);
        assert_eq!(created.status, 201, "{}", created.body);
        assert_eq!(created.body["active"], true);
        assert_eq!(
            created.body["name"],
            json!({"givenName": "Runscope300", "familyName": "Kqwzxyti482"})
        );
        assert_eq!(
            created.body["userName"],
            "Runscope300Kqwzxyti482@harborline.example"
        );
        assert_eq!(
            created.body["schemas"],
            json!(["urn:ietf:params:scim:schemas:core:2.0:User"])
        );
        let read = get(
            tenant,
            &format!("/Users/{}", created.body["id"].as_str().unwrap()),
        );
        assert_eq!((read.status.as_u16(), &read.body), (200, &created.body));
        let again = send(tenant, Method::POST, "/Users", &body);
        assert_eq!(
            (again.status.as_u16(), again.body["scimType"].as_str()),
            (409, Some("uniqueness"))
        );
        let found = get(
            tenant,
            "/Users?filter=userName%20eq%20%22RUNSCOPE300KQWZXYTI482@HARBORLINE.EXAMPLE%22",
        );
        assert_eq!(found.body["Resources"][0]["id"], created.body["id"]);
    });
}

#[test]
fn step_10_groups_are_listed_even_when_there_are_none() {
    under_both(|tenant| {
        let answer = get(tenant, "/Groups");
        assert_eq!(
            (answer.status.as_u16(), &answer.body["totalResults"]),
            (200, &json!(0))
        );
        assert_eq!(answer.body["Resources"], json!([]));
    });
}

#[test]
fn step_11_what_is_no_token_is_401() {
    under_both(|tenant| {
        complete_user(tenant);
        let request =
            Request::get("/scim/v2/Users?filter=userName%20eq%20%22mira@harborline.example%22")
                .header("authorization", "non-token");
        let answer = tenant.answer(request.body(Bytes::new()).unwrap());
        assert_eq!(
            (answer.status.as_u16(), &answer.body["status"]),
            (401, &json!("401"))
        );
        assert_eq!(answer.body["schemas"], json!([ERROR]));
        assert!(!answer.detail().is_empty());
    });
}

/// An application of the integration network: matched by name, updated by PUT, disabled and woken by a PATCH without a path.
#[test]
fn a_user_is_updated_disabled_and_woken_under_one_id() {
    under_both(|tenant| {
        let id = complete_user(tenant);
        let path = format!("/Users/{id}");
        let found = get(
            tenant,
            "/Users?filter=userName%20eq%20%22mira%40harborline.example%22&startIndex=1&count=100",
        );
        assert_eq!(
            (
                &found.body["totalResults"],
                found.body["Resources"][0]["id"].as_str()
            ),
            (&json!(1), Some(&*id))
        );

        let mut whole = get(tenant, &path).body;
        whole["name"]["givenName"] = json!("Miranda");
        whole["groups"] = json!([]);
        let updated = send(tenant, Method::PUT, &path, &whole.to_string());
        assert_eq!(updated.status, 200, "{}", updated.body);
        assert_eq!(get(tenant, &path).body["name"]["givenName"], "Miranda");

        for active in [false, true] {
            let body = format!(
                r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"replace","value":{{"active":{active}}}}}]}}"#
            );
            assert_eq!(send(tenant, Method::PATCH, &path, &body).status, 200);
            let read = get(tenant, &path);
            assert_eq!(
                (read.status.as_u16(), &read.body["active"], &read.body["id"]),
                (200, &json!(active), &json!(id))
            );
            assert_eq!(read.body["name"]["givenName"], "Miranda");
        }
    });
}

/// A custom application has PUT for everything.
#[test]
fn a_custom_application_disables_by_put() {
    under_both(|tenant| {
        let path = format!("/Users/{}", complete_user(tenant));
        let body = person("Mira", "Holm", "mira@harborline.example")
            .replace(r#""active":true"#, r#""active":false"#);
        assert_eq!(
            send(tenant, Method::PUT, &path, &body).body["active"],
            false
        );
        assert_eq!(get(tenant, &path).body["active"], false);
    });
}

/// The password that comes with every user, even where nobody is to have one, is never shown again.
#[test]
fn the_placeholder_of_a_password_is_dropped() {
    under_both(|tenant| {
        let path = format!("/Users/{}", complete_user(tenant));
        for answer in [
            get(tenant, &path),
            get(tenant, "/Users?attributes=password"),
            get(tenant, "/Users"),
        ] {
            assert!(!answer.body.to_string().contains("1mz050nq"));
        }
        assert!(!format!("{:?}", tenant.events()).contains("1mz050nq"));
    });
}

/// The next page begins a hundred further on, and the last one says how many there are in all.
#[test]
fn an_import_walks_by_hundreds() {
    under_both(|tenant| {
        for number in 0..205 {
            tenant.user(&format!("u{number:03}@harborline.example"));
        }
        let sizes = [1, 101, 201, 301].map(|start| {
            let page = get(tenant, &format!("/Users?startIndex={start}&count=100")).body;
            assert_eq!(
                (&page["totalResults"], &page["startIndex"]),
                (&json!(205), &json!(start))
            );
            assert_eq!(
                page["itemsPerPage"].as_u64(),
                page["Resources"].as_array().map(|list| list.len() as u64)
            );
            page["itemsPerPage"].as_u64().unwrap()
        });
        assert_eq!(sizes, [100, 100, 5, 0]);
    });
}
