//! The OpenAPI document, made of what the routes say of themselves.

use schemars::Schema;
use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use web::api::{Content, OperationDescription, SchemaMaker};
use web::problem::{self, Code};
use web::routes::{DeclaredRoute, Who};
use web::token::Token;

/// What varies in paths, where the route itself says no more of it.
const SEGMENTS: [(&str, &str); 12] = [
    ("account", "账号"),
    ("cadre_no", "工号"),
    ("post_no", "岗位编号"),
    ("code", "编号"),
    ("id", "记录的 id"),
    ("list", "red 红榜，black 黑榜"),
    ("name", "参数名"),
    ("rule", "规则名"),
    ("kind", "哪种文书"),
    ("owing", "谁的事项：town、station、department、host"),
    ("rung", "第几级文书，1 是提醒敦促函"),
    ("uscc", "统一社会信用代码"),
];

/// The whole document.
pub fn document(routes: &[DeclaredRoute]) -> Value {
    let mut taken = generator(Contract::Deserialize);
    let mut given = generator(Contract::Serialize);
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut silent: Vec<String> = Vec::new();
    for route in routes {
        let method = route.method.as_str().to_lowercase();
        let operation = match &route.description {
            Some((summary, said)) => operation(route, summary, said, &mut taken, &mut given),
            None => {
                silent.push(format!("{method} {}", route.path));
                continue;
            }
        };
        paths
            .entry(route.path)
            .or_default()
            .insert(method, operation);
    }
    assert!(
        silent.is_empty(),
        "{silent:?} say neither what they take nor what they give"
    );
    let problem = problem::schema(&mut given);
    let mut schemas = definitions(&mut given, Strictness::Closed);
    let mut shared = Vec::new();
    for (name, schema) in definitions(&mut taken, Strictness::AsDeclared) {
        match schemas.get(&name) {
            Some(given) if *given != schema => shared.push(name),
            _ => {
                schemas.insert(name, schema);
            }
        }
    }
    assert!(
        shared.is_empty(),
        "{shared:?}: taken in one form and given in another. Give one of them another type, or another name by #[schemars(rename)]"
    );
    let numbered: Vec<&String> = schemas
        .keys()
        .filter(|name| name.ends_with(|last: char| last.is_ascii_digit()))
        .collect();
    assert!(
        numbered.is_empty(),
        "{numbered:?}: several types have one name. Give them names by #[schemars(rename)]"
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "食安 shian",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "区县食药安办的数据接口",
            "description": "JSON，UTF-8；时间为 RFC 3339 加 +08:00，日期为 YYYY-MM-DD，缺失为 null。出错时按 RFC 9457 返回。",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "shian_session" },
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "令牌按角色、镇街和 scopes 限定；每个接口的 x-token 写明要哪一项，person 表示必须由本人登录办理",
                },
                "scheduler": { "type": "http", "scheme": "bearer", "description": "scheduler_token" },
            },
            "responses": problems(&problem),
            "schemas": schemas,
        },
    })
}

fn generator(contract: Contract) -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.contract = contract;
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .into_generator()
}

#[derive(Clone, Copy, PartialEq)]
enum Strictness {
    /// Only what is declared may stand in it.
    Closed,
    /// The type itself says whether it refuses what it does not know.
    AsDeclared,
}

/// An object with declared fields has no others.
struct Closed;

impl Transform for Closed {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".into(), false.into());
        }
        transform_subschemas(self, schema);
    }
}

fn tidied(mut schema: Schema, strictness: Strictness) -> Value {
    if strictness == Strictness::Closed {
        Closed.transform(&mut schema);
    }
    let mut value = schema.to_value();
    without_asides(&mut value);
    value
}

/// What the code says of a type is for its readers, and a default that says nothing for nobody; the document speaks to those who call.
fn without_asides(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let english = fields
                .get("description")
                .and_then(Value::as_str)
                .is_some_and(|text| {
                    text.chars()
                        .all(|letter| !('\u{4e00}'..='\u{9fff}').contains(&letter))
                });
            if english {
                fields.remove("description");
            }
            // What is missing or blank is nothing, and needs no default.
            if fields
                .get("default")
                .is_some_and(|default| default.is_null() || default == "")
            {
                fields.remove("default");
            }
            fields.values_mut().for_each(without_asides);
        }
        Value::Array(items) => items.iter_mut().for_each(without_asides),
        _ => {}
    }
}

fn definitions(generator: &mut SchemaGenerator, strictness: Strictness) -> BTreeMap<String, Value> {
    let definitions = generator.take_definitions(true);
    definitions
        .into_iter()
        .map(|(name, value)| {
            let schema = Schema::try_from(value).unwrap();
            (name, tidied(schema, strictness))
        })
        .collect()
}

fn operation(
    route: &DeclaredRoute,
    summary: &str,
    said: &OperationDescription,
    taken: &mut SchemaGenerator,
    given: &mut SchemaGenerator,
) -> Value {
    let mut parameters = in_path(route.path, said.path.as_ref(), taken);
    if let Some(make) = &said.query {
        parameters.extend(each_of(make, "query", taken));
    }
    if route.keyed && !route.method.is_safe() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "24 小时内同一键和同一内容只做一次，再次得到第一次的回答",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        }));
    }
    for (name, what) in &said.headers {
        parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": what, "schema": { "type": "string" },
        }));
    }
    let mut responses: BTreeMap<String, Value> = refusals(route, said)
        .into_iter()
        .map(|status| {
            let reference = json!({ "$ref": format!("#/components/responses/{status}") });
            (status.to_string(), reference)
        })
        .collect();
    for (status, _) in &said.answers {
        let contents: Vec<&Content> = said
            .answers
            .iter()
            .filter(|(same, _)| same == status)
            .filter_map(|(_, content)| content.as_ref())
            .collect();
        let mut response = json!({ "description": succeeded(status.as_u16()) });
        if !contents.is_empty() {
            response["content"] = content(&contents, given, Strictness::Closed);
        }
        // What stands before the handler refuses in its own way.
        if status.as_u16() >= 400 {
            response["content"]["application/problem+json"] =
                json!({ "schema": problem::schema(given) });
        }
        responses.insert(status.as_u16().to_string(), response);
    }
    let id = said
        .name
        .unwrap_or_else(|| route.handler.rsplit("::").next().unwrap());
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "tags": [route.section],
        "x-who": who(route.who),
        "x-token": token(route),
        "security": security(route),
        "responses": responses,
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if !said.body.is_empty() {
        let contents: Vec<&Content> = said.body.iter().collect();
        operation["requestBody"] = json!({
            "required": !said.body_is_optional,
            "content": content(&contents, taken, Strictness::AsDeclared),
        });
    }
    operation
}

fn content(
    contents: &[&Content],
    generator: &mut SchemaGenerator,
    strictness: Strictness,
) -> Value {
    let each = contents.iter().map(|content| {
        let described = match &content.schema {
            Some(make) => json!({ "schema": tidied(make(generator), strictness) }),
            None => json!({}),
        };
        (content.kind.to_owned(), described)
    });
    Value::Object(each.collect())
}

/// A parameter for each property of an object.
fn each_of(make: &SchemaMaker, place: &str, generator: &mut SchemaGenerator) -> Vec<Value> {
    let object = tidied(make(generator), Strictness::AsDeclared);
    let required: BTreeSet<&str> = object["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = object["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    properties
        .into_iter()
        .map(|(name, mut schema)| {
            let mut parameter = json!({
                "name": name, "in": place, "required": required.contains(name.as_str()) || place == "path",
            });
            if let Some(description) = schema.as_object_mut().and_then(|schema| schema.remove("description")) {
                parameter["description"] = description;
            }
            parameter["schema"] = schema;
            parameter
        })
        .collect()
}

fn in_path(path: &str, make: Option<&SchemaMaker>, generator: &mut SchemaGenerator) -> Vec<Value> {
    let names: Vec<&str> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .collect();
    let said = make.map_or_else(Vec::new, |make| each_of(make, "path", generator));
    for parameter in &said {
        let name = parameter["name"].as_str().unwrap();
        assert!(names.contains(&name), "{path} has no {{{name}}}");
    }
    names
        .into_iter()
        .map(|name| {
            said.iter().find(|parameter| parameter["name"] == name).cloned().unwrap_or_else(|| {
                let known = SEGMENTS.iter().find(|(segment, _)| *segment == name);
                let (_, what) = known.unwrap_or_else(|| panic!("{path}: say by at::<…>() what {{{name}}} is"));
                json!({ "name": name, "in": "path", "required": true, "description": what, "schema": { "type": "string", "minLength": 1 } })
            })
        })
        .collect()
}

/// With which statuses an operation can refuse: what follows from its declaration, and what it says itself.
fn refusals(route: &DeclaredRoute, said: &OperationDescription) -> BTreeSet<u16> {
    let mut statuses: BTreeSet<u16> = [401, 414, 500, 503].into();
    let safe = route.method.is_safe();
    let signed_in = matches!(route.who, Who::SignedIn | Who::Roles(_));
    if signed_in || !safe {
        statuses.insert(403);
    }
    if route.path.contains('{') {
        statuses.insert(404);
    }
    if said.query.is_some() {
        statuses.extend([400, 422]);
    }
    if !said.body.is_empty() {
        statuses.extend([400, 413, 415, 422]);
    }
    if route.keyed && !safe {
        statuses.extend([409, 413, 422]);
    }
    statuses.extend(said.refuses.iter().map(|status| status.as_u16()));
    statuses
}

fn succeeded(status: u16) -> &'static str {
    match status {
        200 => "成功",
        201 => "已建立",
        202 => "已收到",
        204 => "已办好",
        304 => "没有变化",
        410 => "已经结束",
        _ => "见内容",
    }
}

/// One response for each status of a problem, with the codes that come with it.
fn problems(schema: &Schema) -> Value {
    let statuses: BTreeSet<u16> = Code::ALL
        .iter()
        .map(|code| code.status().as_u16())
        .collect();
    let each = statuses.into_iter().map(|status| {
        let codes: Vec<String> = Code::ALL
            .iter()
            .filter(|code| code.status().as_u16() == status)
            .map(|code| format!("{}：{}", json!(code).as_str().unwrap(), code.meaning()))
            .collect();
        let title = problem::title(http::StatusCode::from_u16(status).unwrap());
        let mut response = json!({
            "description": format!("{title}。{}。", codes.join("。")),
            "content": { "application/problem+json": { "schema": schema } },
        });
        if [429, 503].contains(&status) {
            response["headers"] = json!({
                "Retry-After": { "description": "过多少秒再试", "schema": { "type": "integer", "minimum": 0 } },
            });
        }
        (status.to_string(), response)
    });
    Value::Object(each.collect())
}

fn security(route: &DeclaredRoute) -> Value {
    match (route.who, route.token) {
        (Who::Everybody, _) => json!([]),
        (Who::Scheduler, _) => json!([{ "scheduler": [] }]),
        (_, Token::Person) => json!([{ "session": [] }]),
        _ => json!([{ "session": [] }, { "token": [] }]),
    }
}

pub fn who(who: Who) -> String {
    use domain::words::Word as _;
    match who {
        Who::Everybody => "everybody".to_owned(),
        Who::SignedIn => "signed_in".to_owned(),
        Who::Scheduler => "scheduler".to_owned(),
        Who::Roles(roles) => {
            let roles: Vec<&str> = roles.iter().map(|role| role.code()).collect();
            roles.join(" ")
        }
    }
}

pub fn token(route: &DeclaredRoute) -> String {
    match route.token {
        Token::Nothing => "nothing".to_owned(),
        Token::Person => "person".to_owned(),
        token => token.scope(route.path).unwrap().code(),
    }
}
