//! The OpenAPI document is made of what the routes declare, and the copy that is served is that document.

mod document;

use document::document;
use serde::Serialize as _;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use web::routes::DeclaredRoute;

/// What renews the document that is served.
const RENEW: &str = "SHIAN_RENEW=1 cargo test -p tests --test api description";

fn kept() -> PathBuf {
    tests::root().join("functions/portal/assets/openapi.json")
}

/// All routes that programs call.
fn routes() -> Vec<DeclaredRoute> {
    crate::access::all_routes()
        .into_iter()
        .filter(|route| {
            ["/api/v1/", "/internal/", "/open311/", "/healthz"]
                .iter()
                .any(|start| route.path.starts_with(start))
        })
        .collect()
}

/// As it is kept: a line for each thing, so that a change can be read.
fn written(document: &Value) -> String {
    let mut text = Vec::new();
    let lines = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut writer = serde_json::Serializer::with_formatter(&mut text, lines);
    document.serialize(&mut writer).unwrap();
    text.push(b'\n');
    String::from_utf8(text).unwrap()
}

fn made() -> Value {
    document(&routes())
}

#[test]
fn the_document_that_is_served_is_what_the_routes_declare() {
    let text = written(&made());
    if std::env::var_os("SHIAN_RENEW").is_some() {
        std::fs::write(kept(), &text).unwrap();
    }
    let kept = std::fs::read_to_string(kept()).unwrap();
    let differs = kept
        .lines()
        .zip(text.lines())
        .position(|(kept, made)| kept != made);
    assert!(
        kept == text,
        "openapi.json is not what the routes declare (line {}). This renews it: {RENEW}",
        differs.map_or(0, |line| line + 1)
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_a_line_for_people() {
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&made()) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(
            names.insert(name.to_owned()),
            "{method} {path}: {name} is another's name"
        );
        let summary = operation["summary"].as_str().unwrap();
        assert!(
            !summary.is_empty() && !summary.contains('\n'),
            "{method} {path}"
        );
        let answers = operation["responses"].as_object().unwrap();
        assert!(
            answers.keys().any(|status| status.starts_with(['2', '3'])),
            "{method} {path} never succeeds"
        );
    }
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = made();
    each(&document, &mut |value| {
        let reference = value.get("$ref").and_then(Value::as_str);
        if let Some(pointer) = reference.and_then(|reference| reference.strip_prefix('#')) {
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    });
}

/// A list of things says what each of them is.
#[test]
fn nothing_in_the_document_is_an_object_of_unknown_fields() {
    let document = made();
    for (path, method, operation) in operations(&document) {
        each(&operation, &mut |value| {
            says_its_fields(&format!("{method} {path}"), value)
        });
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        each(schema, &mut |value| says_its_fields(name, value));
    }
}

fn says_its_fields(place: &str, value: &Value) {
    if let Some(items) = value.get("items").filter(|_| value["type"] == "array") {
        assert!(
            items.as_object().is_some_and(|items| !items.is_empty()),
            "{place}: a list of anything"
        );
    }
    let is_object = match &value["type"] {
        Value::String(kind) => kind == "object",
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "object"),
        _ => false,
    };
    assert!(
        !is_object
            || [
                "properties",
                "additionalProperties",
                "oneOf",
                "anyOf",
                "$ref"
            ]
            .iter()
            .any(|says| value.get(says).is_some()),
        "{place}: {value}"
    );
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))
        })
        .collect()
}

fn each(value: &Value, look: &mut impl FnMut(&Value)) {
    look(value);
    match value {
        Value::Object(fields) => fields.values().for_each(|value| each(value, look)),
        Value::Array(items) => items.iter().for_each(|value| each(value, look)),
        _ => {}
    }
}
