//! Problems (RFC 9457): the one way in which a function says no. For an API a JSON document, for a page a page.
//!
//! Which error type belongs in which layer:
//!
//! - A pure rule (`domain`, `sheets`, `transparency`, the reading of files in `attachments`) has an enumeration of its own, made with
//!   `thiserror`, whose words a person can act on. It knows neither HTTP nor the log.
//! - The store has [`store::StoreError`]: not available now, a wrong statement, or a row of another shape.
//! - A handler and all that is called by it answers [`Problem`]. `?` makes one of a [`store::StoreError`]. What the caller can mend is made by
//!   a constructor: those for codes that several functions use stand here, a code of one function has its constructor in that function.
//!   What the caller cannot mend is [`Problem::internal`] or [`Problem::unavailable`], which write the cause to the log
//!   ([`crate::fault`]) and keep it from the client.
//! - Nothing that has become a problem is logged again. Where work goes on without what failed, [`crate::fault::log`] says so.

use crate::fault;
pub use crate::problem_code::Code;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use std::error::Error;
use store::StoreError;

/// One value that cannot be taken.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FieldError {
    /// 字段名
    pub field: String,
    /// The value as it was given; none for secrets.
    #[schemars(description = "填写的内容；密码、口令不重复")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// 哪里不对，应该怎么填
    pub reason: String,
}

impl FieldError {
    /// An error of a field whose value may be said again.
    pub fn new(field: &str, value: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            value: Some(value.into()),
            reason: reason.into(),
        }
    }

    /// An error of a change that does not say which version of the record it was made of.
    pub fn missing_version() -> Self {
        Self::new("version", "", "请带上读取时的 version")
    }

    /// An error of a password or token, whose value is never said again.
    pub fn secret(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            value: None,
            reason: reason.into(),
        }
    }
}

/// Why a request is refused or cannot be answered.
#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    pub code: Code,
    /// What happened and what to do, for people.
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// After so many seconds the caller may try again.
    pub retry_after: Option<u64>,
    /// What the record is now, where somebody else has changed it meanwhile; boxed, for it is rare.
    pub current: Option<Box<serde_json::Value>>,
}

/// The document of a problem. `title` is what the status is called, `detail` what happened, for people.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
struct Document<'p> {
    r#type: &'static str,
    title: &'p str,
    status: u16,
    code: Code,
    detail: &'p str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'p [FieldError],
    /// What the record is now, or what else the caller needs to go on; its fields are those of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<&'p serde_json::Value>,
}

impl Problem {
    /// A problem of this code, with the code's one status. Who refuses takes the constructor of the code, here or in `problem_code.rs`.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            current: None,
        }
    }

    /// 400: what is sent has no form that can be read.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unreadable, detail)
    }

    /// 401: nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::new(Code::NotSignedIn, "请先登录")
    }

    /// 403: the account may not.
    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, "您的账号没有这项权限")
    }

    /// 404: there is no such thing, or not for this caller.
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "没有这个页面或记录，可能已经移走，或者不在您的管辖范围内",
        )
    }

    /// 409: somebody else has changed the record since it was read; `current` is what it is now.
    pub fn changed_meanwhile(detail: impl Into<String>, current: serde_json::Value) -> Self {
        Self {
            current: Some(Box::new(current)),
            ..Self::new(Code::ChangedMeanwhile, detail)
        }
    }

    /// 409: the same of something that is not shown as data, so that nothing can be said of what it is now.
    pub fn changed_since(detail: impl Into<String>) -> Self {
        Self::new(Code::ChangedMeanwhile, detail)
    }

    /// 413: more bytes than are taken.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Code::TooLarge, detail)
    }

    /// 415: a format that is not taken.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(Code::UnsupportedMediaType, detail)
    }

    /// 422: values that cannot be taken, each with its field.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|error| error.reason.as_str())
            .collect::<Vec<_>>()
            .join("；");
        Self {
            errors,
            ..Self::new(Code::Invalid, detail)
        }
    }

    /// 409: the register has a record with this number already, or had one that was withdrawn.
    pub fn already_there(detail: impl Into<String>) -> Self {
        Self::new(Code::AlreadyThere, detail)
    }

    /// 403: a token asks for what only a person may do.
    pub fn person_required() -> Self {
        Self::new(Code::PersonRequired, "这件事必须由本人登录办理，不能用令牌")
    }

    /// 403: the token was not given the scope that the route asks.
    pub fn scope_required(detail: impl Into<String>) -> Self {
        Self::new(Code::ScopeRequired, detail)
    }

    /// 403: a form or a request that was sent from another site.
    pub fn cross_origin() -> Self {
        Self::new(
            Code::CrossOrigin,
            "这个请求来自别的网站，已被拒绝。请从本站页面重新操作",
        )
    }

    /// 401: a path of the schedules without their token.
    pub fn not_the_scheduler() -> Self {
        Self::new(Code::NotTheScheduler, "只有定时任务可以调用")
    }

    /// 403: an account with a first password asks for something else than to change it.
    pub fn password_change_required() -> Self {
        Self::new(Code::PasswordChangeRequired, "首次登录请先修改密码")
    }

    /// 405: the address does not take this method.
    pub fn method_not_allowed() -> Self {
        Self::new(Code::MethodNotAllowed, "这个地址不支持这种操作")
    }

    /// 414: the query is longer than is read.
    pub fn query_too_long() -> Self {
        Self::new(Code::QueryTooLong, "请写短一些再查")
    }

    /// 409: the first request with this `Idempotency-Key` is still being answered.
    pub fn in_progress() -> Self {
        Self {
            retry_after: Some(2),
            ..Self::new(Code::InProgress, "同一请求正在处理，请稍后再试")
        }
    }

    /// 422: the `Idempotency-Key` came with another body before.
    pub fn idempotency_key_reused(error: FieldError) -> Self {
        Self {
            code: Code::IdempotencyKeyReused,
            ..Self::invalid(vec![error])
        }
    }

    /// 503: so much is being done at once that there is no room for this.
    pub fn busy(detail: impl Into<String>, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(Code::Busy, detail)
        }
    }

    /// 503: a secret that protects nothing. The cause names it for the log.
    pub fn weak_secret(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        fault::log(
            "a secret protects nothing, and nothing is done with it",
            cause,
        );
        Self::new(
            Code::WeakSecret,
            "系统的密钥没有设好，暂时不能使用，请联系系统管理员",
        )
    }

    /// 503: the store was written with another key of this name.
    pub fn wrong_keys(name: &str) -> Self {
        fault::log(
            "nothing is done until the key of the store is set again",
            format!("the store was written with another `{name}`"),
        );
        Self::new(
            Code::WrongKeys,
            "系统的密钥和数据对不上，暂时不能使用，请联系系统管理员",
        )
    }

    /// 429: come back after so many seconds.
    pub fn too_many(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                Code::TooManyRequests,
                format!("尝试次数过多，请在 {seconds} 秒后再试"),
            )
        }
    }

    /// 500: what the caller cannot mend. The cause goes to the log, not to the client.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        fault::log("internal problem", cause);
        Self::new(Code::Internal, "系统出了问题，我们已记下，请稍后再试")
    }

    /// 503: a store cannot answer now. The cause goes to the log, not to the client.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        fault::log("not available", cause);
        Self {
            retry_after: Some(2),
            ..Self::new(Code::StoreUnavailable, "数据暂时无法读写，请稍后再试")
        }
    }

    /// What the status is called on a page.
    pub fn title(&self) -> &'static str {
        title(self.status)
    }
}

/// The schema of a problem's document.
#[cfg(not(target_family = "wasm"))]
pub fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<Document<'_>>()
}

/// What a status is called on pages and in the description of the API.
pub fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "请求无法读取",
        401 => "请先登录",
        403 => "没有权限",
        404 => "没有找到",
        405 => "不支持这种操作",
        409 => "内容已有变化",
        410 => "已经结束",
        413 => "文件太大",
        414 => "查找的内容太长",
        415 => "不支持这种格式",
        422 => "填写有误",
        429 => "请稍后再试",
        503 => "系统繁忙",
        _ => "系统出了问题",
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::unavailable(format!("the store: {cause}")),
            other => Self::internal(other),
        }
    }
}

impl IntoResponse for Problem {
    /// The JSON document; [`crate::routes`] makes a page of it where a page was asked for.
    fn into_response(self) -> Response {
        let document = Document {
            r#type: "about:blank",
            title: self.title(),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            errors: &self.errors,
            current: self.current.as_deref(),
        };
        // Strings and numbers always serialise.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
