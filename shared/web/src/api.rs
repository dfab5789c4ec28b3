//! What a route takes and gives, said where it is declared: `.get("/api/v1/x", WHO, handler).api("…", gives::<X>())`.
//!
//! The description of the API is made of this natively, by a test. In a component it is nothing: there no closure below is ever
//! called, and with them the linker leaves out all schemas.

use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;
use std::sync::Arc;

/// Makes a schema at the time when the document is made.
pub type SchemaMaker = Arc<dyn Fn(&mut SchemaGenerator) -> Schema + Send + Sync>;

/// What an operation takes and gives.
#[derive(Default, Clone)]
#[must_use]
pub struct Api {
    #[cfg(not(target_family = "wasm"))]
    description: OperationDescription,
}

/// The whole description of one operation.
#[derive(Default, Clone)]
pub struct OperationDescription {
    /// The operation's id; none where it is the handler's name, which it cannot be where several operations share a handler.
    pub name: Option<&'static str>,
    /// An object with a property for each part of the path that varies; none where all of them are text.
    pub path: Option<SchemaMaker>,
    /// An object with a property for each parameter of the query.
    pub query: Option<SchemaMaker>,
    /// Headers that the handler reads, and what they are for.
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: Vec<Content>,
    /// Whether a request without a body is right too.
    pub body_is_optional: bool,
    pub answers: Vec<(StatusCode, Option<Content>)>,
    /// Statuses with which it refuses besides those that follow from who may call it and what it takes.
    pub refuses: Vec<StatusCode>,
}

/// One form of a body.
#[derive(Clone)]
pub struct Content {
    pub kind: &'static str,
    /// Bytes where there is none.
    pub schema: Option<SchemaMaker>,
}

const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data";

/// A JSON document.
fn json<T: JsonSchema>() -> Content {
    content_of::<T>(JSON)
}

fn content_of<T: JsonSchema>(kind: &'static str) -> Content {
    Content {
        kind,
        schema: Some(Arc::new(|generator| generator.subschema_for::<T>())),
    }
}

fn schema_of_value(value: impl Fn() -> Value + Send + Sync + 'static) -> SchemaMaker {
    Arc::new(move |_| Schema::try_from(value()).unwrap_or_default())
}

/// A form with one file.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
struct OneFile {
    file: Bytes,
}

/// A file in a form, as it is described.
pub struct Bytes;

impl JsonSchema for Bytes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": "string", "contentMediaType": "application/octet-stream"})
    }
}

impl Api {
    #[cfg(not(target_family = "wasm"))]
    fn with(mut self, describe: impl FnOnce(&mut OperationDescription)) -> Self {
        describe(&mut self.description);
        self
    }

    #[cfg(target_family = "wasm")]
    fn with(self, _: impl FnOnce(&mut OperationDescription)) -> Self {
        self
    }

    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn into_description(self) -> OperationDescription {
        self.description
    }

    /// The operation's id, where several share a handler.
    pub fn named(self, name: &'static str) -> Self {
        self.with(|described| described.name = Some(name))
    }

    /// What varies in the path, by the fields of `P`.
    pub fn at<P: JsonSchema>(self) -> Self {
        self.with(|described| {
            described.path = Some(Arc::new(|generator| P::json_schema(generator)))
        })
    }

    /// The query, by the fields of `Q`.
    pub fn asks<Q: JsonSchema>(self) -> Self {
        self.with(|described| {
            described.query = Some(Arc::new(|generator| Q::json_schema(generator)))
        })
    }

    /// [`Self::asks`] of a schema that is made at run time: an object with a property for each parameter.
    pub fn asks_value(self, value: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        self.with(|described| described.query = Some(schema_of_value(value)))
    }

    /// A header that the handler reads.
    pub fn heeds(self, name: &'static str, what: &'static str) -> Self {
        self.with(|described| described.headers.push((name, what)))
    }

    /// A JSON document.
    pub fn takes<T: JsonSchema>(self) -> Self {
        self.with(|described| described.body.push(json::<T>()))
    }

    /// [`Self::takes`] of a schema that is made at run time.
    pub fn takes_value(self, value: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        self.with(|described| {
            described.body.push(Content {
                kind: JSON,
                schema: Some(schema_of_value(value)),
            });
        })
    }

    /// [`Self::takes`] of a schema that is made at run time and has a name of its own.
    pub fn takes_made(
        self,
        name: &'static str,
        value: impl Fn(&mut SchemaGenerator) -> Value + Send + Sync + 'static,
    ) -> Self {
        let make: SchemaMaker = Arc::new(move |generator| {
            let value = value(generator);
            generator.definitions_mut().insert(name.to_owned(), value);
            let definitions = &generator.settings().definitions_path;
            Schema::new_ref(format!("#{definitions}/{name}"))
        });
        self.with(|described| {
            described.body.push(Content {
                kind: JSON,
                schema: Some(make),
            });
        })
    }

    /// A JSON document, or none.
    pub fn may_take<T: JsonSchema>(self) -> Self {
        self.takes::<T>()
            .with(|described| described.body_is_optional = true)
    }

    /// Fields and files of a form, by the fields of `T`.
    pub fn takes_form<T: JsonSchema>(self) -> Self {
        self.with(|described| described.body.push(content_of::<T>(MULTIPART)))
    }

    /// What browsers send of a form without files.
    pub fn takes_fields<T: JsonSchema>(self) -> Self {
        self.with(|described| {
            described
                .body
                .push(content_of::<T>("application/x-www-form-urlencoded"));
        })
    }

    /// A file: as `file` of a form, or as the whole body.
    pub fn takes_file(self) -> Self {
        self.takes_form::<OneFile>().takes_bytes("*/*")
    }

    /// A body that is no JSON.
    pub fn takes_bytes(self, kind: &'static str) -> Self {
        self.with(|described| described.body.push(Content { kind, schema: None }))
    }

    /// 200 with a JSON document.
    pub fn gives<T: JsonSchema>(self) -> Self {
        self.gives_as::<T>(StatusCode::OK)
    }

    /// 201 with a JSON document.
    pub fn gives_new<T: JsonSchema>(self) -> Self {
        self.gives_as::<T>(StatusCode::CREATED)
    }

    /// A JSON document under another status.
    pub fn gives_as<T: JsonSchema>(self, status: StatusCode) -> Self {
        self.with(|described| described.answers.push((status, Some(json::<T>()))))
    }

    /// [`Self::gives`] of a schema that is made at run time.
    pub fn gives_value(self, value: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        self.with(|described| {
            let content = Content {
                kind: JSON,
                schema: Some(schema_of_value(value)),
            };
            described.answers.push((StatusCode::OK, Some(content)));
        })
    }

    /// [`Self::gives_new`] of a schema that is made at run time.
    pub fn gives_new_value(self, value: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        self.with(|described| {
            let content = Content {
                kind: JSON,
                schema: Some(schema_of_value(value)),
            };
            described.answers.push((StatusCode::CREATED, Some(content)));
        })
    }

    /// 204 and nothing else.
    pub fn gives_nothing(self) -> Self {
        self.gives_only(StatusCode::NO_CONTENT)
    }

    /// A status without a body.
    pub fn gives_only(self, status: StatusCode) -> Self {
        self.with(|described| described.answers.push((status, None)))
    }

    /// Something else than JSON.
    pub fn gives_bytes(self, status: StatusCode, kind: &'static str) -> Self {
        self.with(|described| {
            let content = Content { kind, schema: None };
            described.answers.push((status, Some(content)));
        })
    }

    /// Statuses of problems that follow neither from who may call nor from what is taken.
    pub fn refuses(self, statuses: &'static [u16]) -> Self {
        self.with(|described| {
            let statuses = statuses
                .iter()
                .flat_map(|status| StatusCode::from_u16(*status));
            described.refuses.extend(statuses);
        })
    }
}

/// Begins with [`Api::at`].
pub fn at<P: JsonSchema>() -> Api {
    Api::default().at::<P>()
}

/// Begins with [`Api::asks`].
pub fn asks<Q: JsonSchema>() -> Api {
    Api::default().asks::<Q>()
}

/// Begins with [`Api::takes`].
pub fn takes<T: JsonSchema>() -> Api {
    Api::default().takes::<T>()
}

/// Begins with [`Api::gives`].
pub fn gives<T: JsonSchema>() -> Api {
    Api::default().gives::<T>()
}

/// Begins with [`Api::takes_fields`].
pub fn takes_fields<T: JsonSchema>() -> Api {
    Api::default().takes_fields::<T>()
}

/// Begins with [`Api::takes_form`].
pub fn takes_form<T: JsonSchema>() -> Api {
    Api::default().takes_form::<T>()
}

/// Begins with [`Api::takes_file`].
pub fn takes_file() -> Api {
    Api::default().takes_file()
}

/// Begins with [`Api::may_take`].
pub fn may_take<T: JsonSchema>() -> Api {
    Api::default().may_take::<T>()
}

/// 204 and nothing else.
pub fn gives_nothing() -> Api {
    Api::default().gives_nothing()
}

/// A day as people write it (`domain::office_date`), as it is described.
pub struct Day;

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(Self::described("")).unwrap_or_default()
    }
}

impl Day {
    /// Its schema, with more said of it.
    pub fn described(more: &str) -> Value {
        let formats = "日期：YYYY-MM-DD，也接受 2026年10月1日、2026/10/1、20261001 等写法";
        serde_json::json!({
            "type": "string",
            "description": format!("{formats}{more}"),
            "examples": ["2026-10-01"],
        })
    }
}

/// A list that comes whole.
#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Items<T> {
    pub items: Vec<T>,
}

/// A page of a list.
#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ListPage<T> {
    pub items: Vec<T>,
    /// 下一页的 cursor；没有下一页时为 null
    pub next: Option<String>,
    /// 一共多少条
    pub total: u64,
}

impl<T> ListPage<T> {
    /// A list that fits one page.
    pub fn whole(items: Vec<T>) -> Self {
        Self {
            total: items.len() as u64,
            items,
            next: None,
        }
    }
}
