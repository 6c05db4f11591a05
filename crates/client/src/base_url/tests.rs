use super::*;
use proptest::prelude::*;

fn message(text: &str) -> String {
    BaseUrl::parse(text, PlainHttp::OnLoopback)
        .unwrap_err()
        .to_string()
}

#[test]
fn messages_say_what_to_change() {
    let texts = [
        "",
        "https://tenant.harborline.example/scim /v2",
        "tenant.harborline.example/scim/v2",
        "tenant.harborline.example:8443/scim/v2",
        "ftp://tenant.harborline.example/scim",
        "https://",
        "https://tenant.harborline.example:99999/scim",
        "https://ada:pa55word@tenant.harborline.example/scim",
        "https://tenant.harborline.example/#/admin/scim",
        "http://tenant.harborline.example/scim/v2",
        "https://tenant.harborline.example/scim/v2/users/",
        "https://tenant.harborline.example/Groups?aadOptscim062020",
        "https://tenant.harborline.example/scim?token=hl_9f2c77",
    ];
    let messages: Vec<String> = texts.into_iter().map(message).collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    the base URL is empty: give the address of the SCIM service, such as `https://host/scim/v2`
    the address holds white space or a control character: paste it alone, in one line
    the address does not begin with `https://`: it must look like `https://host/scim/v2`
    the address does not begin with `https://`: it must look like `https://host/scim/v2`
    the address does not begin with `https://`: it must look like `https://host/scim/v2`
    this is no address (empty host): it must look like `https://host/scim/v2`
    this is no address (invalid port number): it must look like `https://host/scim/v2`
    the address holds a user name or password: leave it off, the token is given apart
    the address has a part behind `#`: leave it off
    plain http to `tenant.harborline.example` would show the token to everybody on the way: use `https://`; plain http is for this machine only
    the address ends in `/Users`, which is added by itself: use `https://tenant.harborline.example/scim/v2`
    the address ends in `/Groups`, which is added by itself: use `https://tenant.harborline.example?aadOptscim062020`
    the address has the query parameter `token`: leave it off, of a query only Entra's flags such as `aadOptscim062020` are understood
    ");
    for secret in ["pa55word", "hl_9f2c77"] {
        assert!(!messages.join("\n").contains(secret));
    }
}

#[test]
fn plain_http_is_for_loopback_unless_asked_for() {
    for text in [
        "http://localhost:8080/scim",
        "http://tenant.localhost/scim",
        "http://127.0.0.9/",
        "http://[::1]:9000",
    ] {
        assert!(
            BaseUrl::parse(text, PlainHttp::OnLoopback).is_ok(),
            "{text}"
        );
    }
    for text in [
        "http://localhost.harborline.example/scim",
        "http://10.0.0.1/scim",
        "http://[::ffff:127.0.0.1]/scim",
    ] {
        let error = BaseUrl::parse(text, PlainHttp::OnLoopback).unwrap_err();
        assert!(matches!(error, InvalidBaseUrl::PlainHttp(_)), "{text}");
        assert!(BaseUrl::parse(text, PlainHttp::Anywhere).is_ok(), "{text}");
    }
}

#[test]
fn what_people_paste_becomes_canonical() {
    for (text, canonical) in [
        (
            " https://TENANT.harborline.example:443/scim/v2// \n",
            "https://tenant.harborline.example/scim/v2",
        ),
        (
            "https://tenant.harborline.example/",
            "https://tenant.harborline.example",
        ),
        (
            "https://tenant.harborline.example/scim?AADoptSCIM062020=&aadOptscim062020",
            "https://tenant.harborline.example/scim?aadOptscim062020",
        ),
        (
            "https://tenant.harborline.example/Users/scim",
            "https://tenant.harborline.example/Users/scim",
        ),
    ] {
        assert_eq!(text.parse::<BaseUrl>().unwrap().to_string(), canonical);
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(
        scheme in "https?",
        host in "[a-z]{1,8}(\\.[a-z]{2,5})?|127\\.0\\.0\\.1|\\[::1\\]",
        port in prop::option::of(1_u16..),
        path in "(/[^?# \\\\/\\pC\\pZ]{0,8}){0,4}/?",
        query in "(\\?aadOptscim062020(&AzureAdScimPatch2017)?)?",
    ) {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let text = format!("{scheme}://{host}{port}{path}{query}");
        if let Ok(base) = BaseUrl::parse(&text, PlainHttp::Anywhere) {
            let again = BaseUrl::parse(&base.to_string(), PlainHttp::Anywhere);
            prop_assert_eq!(again, Ok(base));
        } else {
            prop_assert!(ENDPOINTS.iter().any(|name| text.to_ascii_lowercase().contains(&name.to_ascii_lowercase())), "{}", text);
        }
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,40}|https://\\PC{0,40}") {
        if let Ok(base) = BaseUrl::parse(&text, PlainHttp::Anywhere) {
            prop_assert_eq!(BaseUrl::parse(&base.to_string(), PlainHttp::Anywhere), Ok(base));
        }
    }
}
