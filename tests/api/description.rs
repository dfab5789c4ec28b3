//! The OpenAPI document is about the routes that there are.

use serde_json::Value;
use std::collections::BTreeMap;
use web::routes::{Declared, Who};
use web::scope::Token;

fn who(who: Who) -> String {
    use domain::words::Word as _;
    match who {
        Who::Everybody => "everybody".to_owned(),
        Who::SignedIn => "signed_in".to_owned(),
        Who::Scheduler => "scheduler".to_owned(),
        Who::Roles(roles) => roles
            .iter()
            .map(|role| role.code())
            .collect::<Vec<_>>()
            .join(" "),
    }
}

fn token(route: &Declared) -> String {
    match route.token {
        Token::Nothing => "nothing".to_owned(),
        Token::Person => "person".to_owned(),
        token => token.scope(route.path).unwrap().code(),
    }
}

#[test]
fn every_api_route_is_described_with_who_may_call_it_and_no_other() {
    let document: Value = serde_json::from_slice(
        &std::fs::read(tests::root().join("functions/portal/assets/openapi.json")).unwrap(),
    )
    .unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(
                !operation["summary"].as_str().unwrap().is_empty()
                    && operation["responses"].is_object(),
                "{id}"
            );
            described.insert(
                (path.clone(), method.to_uppercase()),
                (
                    operation["x-who"].as_str().unwrap().to_owned(),
                    operation["x-token"].as_str().unwrap().to_owned(),
                ),
            );
        }
    }
    let declared: BTreeMap<_, _> = crate::access::all_routes()
        .into_iter()
        .filter(|route| {
            ["/api/v1/", "/internal/", "/healthz"]
                .iter()
                .any(|start| route.path.starts_with(start))
        })
        .map(|route| {
            (
                (route.path.to_owned(), route.method.to_string()),
                (who(route.who), token(&route)),
            )
        })
        .collect();
    assert_eq!(described, declared);
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let text = std::fs::read_to_string(tests::root().join("functions/portal/assets/openapi.json"))
        .unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    for reference in text
        .split("\"$ref\": \"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}
