//! Requests and answers held against the description of the API, so that it cannot say what is not so.

use crate::client::Reply;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = crate::root().join("functions/portal/assets/openapi.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
});

/// By the place of the schema in the document.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// A request that was sent.
pub struct SentRequest<'r> {
    pub method: &'r str,
    /// With its query.
    pub path: &'r str,
    pub kind: Option<&'r str>,
    pub body: &'r [u8],
}

/// Fails the test where the answer, or a request that was taken, is not as the document describes it. What the document does not
/// name is no part of the API: of that there is nothing to hold it against.
#[track_caller]
pub fn check(sent: &SentRequest<'_>, reply: &Reply) {
    let (path, query) = sent.path.split_once('?').unwrap_or((sent.path, ""));
    let Some(operation) = Operation::find(sent.method, path) else {
        return;
    };
    if (200..300).contains(&reply.status) {
        operation.took_path(path);
        operation.took_query(query);
        operation.took_body(sent);
    }
    operation.gave(reply);
}

struct Operation {
    name: String,
    template: &'static str,
    /// Where it stands in the document.
    pointer: String,
    value: &'static Value,
}

impl Operation {
    /// The operation of a path: where several templates fit, the one with the fewest parts that vary.
    fn find(method: &str, path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        let paths = DOCUMENT["paths"].as_object()?;
        let fits = paths.iter().filter(|(template, _)| {
            let template: Vec<&str> = template.split('/').collect();
            template.len() == parts.len()
                && template.iter().zip(&parts).all(|(template, part)| {
                    template == part || template.starts_with('{') && !part.is_empty()
                })
        });
        let (template, methods) = fits.min_by_key(|(template, _)| template.matches('{').count())?;
        let method = method.to_lowercase();
        let value = methods.get(&method)?;
        Some(Self {
            name: format!(
                "{} ({} {template})",
                value["operationId"].as_str()?,
                method.to_uppercase()
            ),
            template,
            pointer: format!(
                "#/paths/{}/{method}",
                template.replace('~', "~0").replace('/', "~1")
            ),
            value,
        })
    }

    #[track_caller]
    fn fails(&self, what: &str) -> ! {
        panic!(
            "{}: {what}. The description is wrong, or what it describes",
            self.name
        )
    }

    #[track_caller]
    fn took_path(&self, path: &str) {
        for (name, part) in self.template.split('/').zip(path.split('/')) {
            let Some(name) = name
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            else {
                continue;
            };
            self.parameter("path", name, &decoded(part));
        }
    }

    #[track_caller]
    fn took_query(&self, query: &str) {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value);
            // A field of a form that was left blank asks for nothing.
            if !value.trim().is_empty() {
                self.parameter("query", &decoded(name), &value);
            }
        }
    }

    /// One parameter as it was written: a number or a word.
    #[track_caller]
    fn parameter(&self, place: &str, name: &str, text: &str) {
        let parameters = self.value["parameters"].as_array();
        let found = parameters.and_then(|all| {
            all.iter()
                .position(|one| one["in"] == place && one["name"] == name)
        });
        let Some(position) = found else {
            self.fails(&format!("the {place} has {name}, which is not described"));
        };
        let place = format!("{}/parameters/{position}/schema", self.pointer);
        let whole: Option<Value> = serde_json::from_str(text).ok();
        let values = [
            Some(Value::String(text.to_owned())),
            whole.filter(|value| !value.is_string()),
        ];
        let taken = values
            .iter()
            .flatten()
            .any(|value| wrong(&place, value).is_none());
        if !taken {
            self.fails(&format!("{name}={text} was taken and is not described"));
        }
    }

    #[track_caller]
    fn took_body(&self, sent: &SentRequest<'_>) {
        let Some(described) = self.value.get("requestBody") else {
            return;
        };
        if sent.body.is_empty() {
            if described["required"] == true && sent.kind.is_some() {
                self.fails("a request without a body was taken");
            }
            return;
        }
        let kind = sent.kind.unwrap_or("application/octet-stream");
        let Some(kind) = kind_of(&described["content"], kind) else {
            self.fails(&format!("{kind} was taken and is not described"));
        };
        let place = format!(
            "{}/requestBody/content/{}",
            self.pointer,
            kind.replace('/', "~1")
        );
        if kind == "application/json" {
            let document = serde_json::from_slice(sent.body).unwrap();
            if let Some(wrong) = wrong(&format!("{place}/schema"), &document) {
                self.fails(&format!("{document} was taken, and {wrong}"));
            }
        }
    }

    #[track_caller]
    fn gave(&self, reply: &Reply) {
        let status = reply.status.to_string();
        let responses = &self.value["responses"];
        let Some(response) = responses.get(&status) else {
            self.fails(&format!("{status} is not described: {}", reply.text()));
        };
        let (response, pointer) = match response["$ref"].as_str() {
            Some(reference) => {
                let there = DOCUMENT.pointer(reference.trim_start_matches('#'));
                (there.unwrap(), reference.to_owned())
            }
            None => (response, format!("{}/responses/{status}", self.pointer)),
        };
        let Some(contents) = response.get("content") else {
            if !reply.body.is_empty() {
                self.fails(&format!(
                    "{status} has no body by its description, and has one: {}",
                    reply.text()
                ));
            }
            return;
        };
        let kind = reply.header("content-type").unwrap_or("");
        let Some(kind) = kind_of(contents, kind) else {
            self.fails(&format!(
                "{status} comes as {kind:?}, which is not described"
            ));
        };
        if kind.ends_with("json") {
            let document = reply.json();
            let place = format!("{pointer}/content/{}/schema", kind.replace('/', "~1"));
            if let Some(wrong) = wrong(&place, &document) {
                self.fails(&format!("{status}: {wrong} in {document}"));
            }
        }
    }
}

/// The described kind of content that fits.
fn kind_of<'d>(contents: &'d Value, kind: &str) -> Option<&'d str> {
    let kind = kind
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let contents = contents.as_object()?;
    contents
        .keys()
        .find(|described| **described == kind)
        .or_else(|| contents.keys().find(|described| *described == "*/*"))
        .map(String::as_str)
}

/// Why a value does not fit the schema at that place of the document.
fn wrong(place: &str, value: &Value) -> Option<String> {
    let known = VALIDATORS.lock().unwrap().get(place).cloned();
    let validator = known.unwrap_or_else(|| {
        let made = Arc::new(made(place));
        let mut known = VALIDATORS.lock().unwrap();
        known.entry(place.to_owned()).or_insert(made).clone()
    });
    let error = validator.iter_errors(value).next()?;
    Some(format!("{} is wrong: {error}", error.instance_path()))
}

fn made(place: &str) -> Validator {
    let mut schema = DOCUMENT
        .pointer(place.trim_start_matches('#'))
        .unwrap()
        .clone();
    schema["components"] = json!({ "schemas": DOCUMENT["components"]["schemas"] });
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{place}: {error}"))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).filter(|_| *byte == b'%');
        let hex = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (byte, hex) {
            (_, Some(decoded)) => {
                bytes.push(decoded);
                rest = &behind[2..];
                continue;
            }
            (b'+', None) => bytes.push(b' '),
            (other, None) => bytes.push(*other),
        }
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
