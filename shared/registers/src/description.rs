//! What lists and registers take and give, for the description of the API: made from the same declarations as the answers.

use crate::field::{Field, Kind, Usual};
use crate::import::report::ImportReport;
use crate::list::{Input, List, Member, Shape};
use crate::register::Register;
use serde_json::{Map, Value as Json, json};
use web::api::Day;

/// An object with these properties and no other.
fn object(properties: Map<String, Json>, required: Vec<&str>) -> Json {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A schema that takes null too.
fn or_null(schema: Json) -> Json {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

pub(crate) fn one_of(words: fn() -> Vec<(&'static str, &'static str)>) -> Json {
    let (codes, names): (Vec<&str>, Vec<&str>) = words().into_iter().unzip();
    json!({ "type": "string", "enum": codes, "description": names.join("、") })
}

fn day() -> Json {
    json!({ "type": "string", "format": "date" })
}

fn member(member: &Member) -> Json {
    let schema = match member.shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Date => day(),
        Shape::Time => json!({ "type": "string", "format": "date-time" }),
        Shape::Whole => json!({ "type": "integer" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::YesNo => json!({ "type": "boolean" }),
        Shape::Word(words) => one_of(words),
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Object(of) => members(of),
        Shape::Objects(of) => json!({ "type": "array", "items": members(of) }),
        Shape::Evidence => json!({
            "type": "object",
            "description": "所依据的事实，各项规则有各自的内容",
            "additionalProperties": true,
        }),
    };
    match member.always {
        true => schema,
        false => or_null(schema),
    }
}

fn members(of: &[Member]) -> Json {
    let properties = of
        .iter()
        .map(|one| (one.name.to_owned(), member(one)))
        .collect();
    object(properties, of.iter().map(|one| one.name).collect())
}

impl List {
    /// One item.
    pub fn described_item(&self) -> Json {
        members(self.item)
    }

    /// One page of the list.
    pub fn described_page(&self) -> Json {
        json!({
            "type": "object",
            "properties": {
                "items": { "type": "array", "items": self.described_item() },
                "next": { "type": ["string", "null"], "description": "下一页的 cursor；没有下一页时为 null" },
                "total": { "type": "integer", "minimum": 0 },
            },
            "required": ["items", "next", "total"],
            "additionalProperties": false,
        })
    }

    /// What can be asked.
    pub fn described_query(&self) -> Json {
        let mut properties: Map<String, Json> = self
            .filters
            .iter()
            .map(|filter| {
                let mut schema = match filter.input {
                    Input::Date => day(),
                    Input::Choice(words) => one_of(words),
                    Input::Text | Input::Town | Input::Hidden => json!({ "type": "string" }),
                };
                schema["title"] = filter.label.into();
                (filter.name.to_owned(), schema)
            })
            .collect();
        let sorts: Vec<String> = self
            .columns
            .iter()
            .filter(|column| column.by.is_some())
            .flat_map(|column| [column.field.to_owned(), format!("-{}", column.field)])
            .collect();
        if !sorts.is_empty() {
            let known = format!("{}；别的值按原来的顺序", sorts.join("、"));
            properties.insert(
                "sort".to_owned(),
                json!({ "type": "string", "title": "排序，前面加 - 为倒序", "description": known }),
            );
        }
        properties.insert(
            "limit".to_owned(),
            json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
        );
        properties.insert("cursor".to_owned(), json!({ "type": "string" }));
        object(properties, Vec::new())
    }
}

/// What a field takes as data. Words and days are read as in a sheet: by their codes and in Chinese, in all forms that offices write.
pub(crate) fn field_schema(field: &Field) -> Json {
    let mut schema = match field.kind {
        Kind::Word(words) => {
            let known: Vec<String> = (words.choices)()
                .iter()
                .map(|(code, name)| format!("{code} {name}"))
                .collect();
            json!({ "type": "string", "description": known.join("、") })
        }
        Kind::PastDay | Kind::AnyDay => Day::described(match field.usual {
            Usual::Today => "；不写是今天",
            _ => "",
        }),
        Kind::Money => json!({ "type": "integer", "minimum": 0, "description": "分" }),
        Kind::Number { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::YesNo => json!({ "type": "boolean" }),
        Kind::Uscc | Kind::CreditCode => json!({ "type": "string" }),
        Kind::Code(longest) | Kind::Text(longest) | Kind::LongText(longest) => {
            let shortest = u8::from(field.required);
            json!({ "type": "string", "minLength": shortest, "maxLength": longest })
        }
        Kind::LicenseNumber | Kind::Telephone | Kind::Town | Kind::Village(_) => {
            json!({ "type": "string" })
        }
    };
    schema["title"] = field.heading.into();
    if let (Some(hint), None) = (field.hint, schema.get("description")) {
        schema["description"] = hint.into();
    }
    match field.required {
        true => schema,
        false => or_null(schema),
    }
}

/// These fields; those without which it cannot be taken are required.
pub(crate) fn fields_schema(fields: &[Field], schema_of: impl Fn(&Field) -> Json) -> Json {
    let properties = fields
        .iter()
        .map(|field| (field.api.to_owned(), schema_of(field)))
        .collect();
    let required = fields
        .iter()
        .filter(|field| field.required && matches!(field.usual, Usual::Nothing))
        .map(|field| field.api)
        .collect();
    object(properties, required)
}

impl Register {
    /// A record that is added.
    pub fn described_new(&self) -> Json {
        fields_schema(self.fields, field_schema)
    }

    /// One of several records that are given at once: what cannot be taken of it is named in the answer, and so it is described by the
    /// names of its fields alone.
    pub fn described_row(&self) -> Json {
        let value = json!({ "type": ["string", "number", "boolean", "null"] });
        let properties = self
            .fields
            .iter()
            .map(|field| (field.api.to_owned(), value.clone()))
            .collect();
        object(properties, Vec::new())
    }

    /// What may change of one, and the version that was read.
    pub fn described_change(&self) -> Json {
        change_schema(self.fields)
    }
}

/// What may change of these fields, and the version that was read.
pub(crate) fn change_schema(fields: &[Field]) -> Json {
    let mut properties: Map<String, Json> = fields
        .iter()
        .filter(|field| !field.key)
        .map(|field| (field.api.to_owned(), field_schema(field)))
        .collect();
    properties.insert("version".to_owned(), json!({ "type": "integer" }));
    object(properties, vec!["version"])
}

impl ImportReport {
    /// What came of a sheet.
    pub fn described() -> Json {
        let flaw = object(
            [
                ("sheet", json!({ "type": ["string", "null"] })),
                (
                    "row",
                    json!({ "type": "integer", "description": "Excel 显示的行号" }),
                ),
                ("field", json!({ "type": "string" })),
                ("value", json!({ "type": "string" })),
                ("reason", json!({ "type": "string" })),
                (
                    "reason_code",
                    json!({ "type": "string", "description": "needs_confirmation：要由人确认是哪一家" }),
                ),
                (
                    "candidates",
                    json!({ "type": "array", "items": object(
                        [
                            ("enterprise_no", json!({ "type": "string" })),
                            ("name", json!({ "type": "string" })),
                            ("address", json!({ "type": ["string", "null"] })),
                        ]
                        .map(|(name, schema)| (name.to_owned(), schema))
                        .into_iter()
                        .collect(),
                        vec!["enterprise_no", "name", "address"],
                    ) }),
                ),
            ]
            .map(|(name, schema)| (name.to_owned(), schema))
            .into_iter()
            .collect(),
            vec!["sheet", "row", "field", "value", "reason"],
        );
        let flaws = json!({ "type": "array", "items": flaw });
        let count = json!({ "type": "integer", "minimum": 0 });
        let sheet = object(
            [
                ("name", json!({ "type": "string" })),
                (
                    "state",
                    json!({ "enum": ["read", "header_only", "no_header", "hidden"] }),
                ),
            ]
            .map(|(name, schema)| (name.to_owned(), schema))
            .into_iter()
            .collect(),
            vec!["name", "state"],
        );
        let members = [
            ("rows", count.clone()),
            ("created", count.clone()),
            ("updated", count.clone()),
            ("unchanged", count),
            ("rejected", flaws.clone()),
            ("warnings", flaws),
            (
                "ignored_columns",
                json!({ "type": "array", "items": { "type": "string" } }),
            ),
            ("sheets", json!({ "type": "array", "items": sheet })),
        ];
        let required = members.iter().map(|(name, _)| *name).collect();
        let properties = members
            .iter()
            .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
            .collect();
        object(properties, required)
    }
}
