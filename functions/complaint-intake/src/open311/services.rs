//! The services of Open311: the kinds of problem that can be reported.

use super::format::{Format, answer_errors, answer_list, format_of_path, split_format};
use axum::response::{IntoResponse as _, Response};
use domain::complaint::Category;
use domain::words::Word as _;
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use web::extract::Path;
use web::{Context, Problem};

/// A kind of problem, as the specification describes a service.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311Service")]
pub struct Service {
    service_code: &'static str,
    service_name: &'static str,
    description: &'static str,
    metadata: bool,
    r#type: &'static str,
    keywords: &'static str,
    group: &'static str,
}

impl From<Category> for Service {
    fn from(category: Category) -> Self {
        Self {
            service_code: category.code(),
            service_name: category.chinese(),
            description: category.chinese(),
            metadata: false,
            r#type: "realtime",
            keywords: "食品安全,举报",
            group: "食品安全",
        }
    }
}

pub async fn list_services(context: Context, headers: HeaderMap) -> Response {
    let format = format_of_path(&context, &headers);
    let all: Vec<Service> = Category::ALL.iter().copied().map(Service::from).collect();
    answer_list(StatusCode::OK, format, "services", "service", &all)
}

/// What a service asks for beyond the standard fields: nothing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311ServiceDefinition")]
pub struct ServiceDefinition {
    service_code: String,
    /// 没有更多要填的
    attributes: [String; 0],
}

pub async fn service_definition(headers: HeaderMap, Path(code): Path<String>) -> Response {
    let (code, format) = split_format(&code, &headers);
    match is_service(code) {
        true => {
            let definition = ServiceDefinition {
                service_code: code.to_owned(),
                attributes: [],
            };
            match format {
                Format::Json => axum::Json(definition).into_response(),
                Format::Xml => answer_list(
                    StatusCode::OK,
                    format,
                    "service_definitions",
                    "service_definition",
                    &[definition],
                ),
            }
        }
        false => answer_errors(format, &no_such_service()),
    }
}

/// Whether there is a service of that code.
pub fn is_service(code: &str) -> bool {
    Category::ALL.iter().any(|category| category.code() == code)
}

pub fn no_such_service() -> Problem {
    Problem {
        detail: "service_code: 没有这个服务".into(),
        ..Problem::not_found()
    }
}
