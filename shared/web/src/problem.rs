//! Problems (RFC 9457): the one way in which a function says no. For an API a JSON document, for a page a page.

pub use crate::problem_code::Code;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use store::StoreError;

/// One value that cannot be taken.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FieldError {
    /// 字段名
    pub field: String,
    /// As it was given; none for secrets.
    #[schemars(description = "填写的内容；密码、口令不重复")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// 哪里不对，应该怎么填
    pub reason: String,
}

impl FieldError {
    pub fn new(field: &str, value: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            value: Some(value.into()),
            reason: reason.into(),
        }
    }

    /// Of a password or token, whose value is never said again.
    pub fn secret(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            value: None,
            reason: reason.into(),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    pub code: Code,
    /// For people.
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Seconds.
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
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            current: None,
        }
    }

    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unreadable, detail)
    }

    pub fn not_signed_in() -> Self {
        Self::new(Code::NotSignedIn, "请先登录")
    }

    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, "您的账号没有这项权限")
    }

    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "没有这个页面或记录，可能已经移走，或者不在您的管辖范围内",
        )
    }

    /// Two people at one record: the second is told what it is now.
    pub fn changed_meanwhile(detail: impl Into<String>, current: serde_json::Value) -> Self {
        Self {
            current: Some(Box::new(current)),
            ..Self::new(Code::ChangedMeanwhile, detail)
        }
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Code::TooLarge, detail)
    }

    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(Code::UnsupportedMediaType, detail)
    }

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

    pub fn too_many(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                Code::TooManyRequests,
                format!("尝试次数过多，请在 {seconds} 秒后再试"),
            )
        }
    }

    /// Something that is our fault. The cause goes to the log, not to the client.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        eprintln!("internal problem: {cause}");
        Self::new(Code::Internal, "系统出了问题，我们已记下，请稍后再试")
    }

    /// A store cannot answer now. The cause goes to the log, not to the client.
    pub fn unavailable(cause: &str) -> Self {
        eprintln!("not available: {cause}");
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
            StoreError::Unavailable(cause) => Self::unavailable(&format!("the store: {cause}")),
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
