//! A report that comes in by Open311.

use super::format::{answer_errors, answer_list, format_of_path};
use super::services::{is_service, no_such_service};
use crate::filing::{Channel, insert_filings};
use crate::limits;
use crate::new_complaint::{Contact, NewComplaint, check_complaint};
use axum::extract::{FromRequest as _, Request};
use axum::response::Response;
use domain::complaint::Category;
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::Form;
use web::{Context, Problem, upload};

/// What stands in the place of a name where somebody left a telephone alone.
const NO_NAME: &str = "未留姓名";
/// The most bytes that a form may have.
const MOST_BYTES: usize = 1 << 20;

/// The fields of a request, as the specification names them.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "Open311Sent", extend("required" = ["service_code"]))]
pub struct NewRequest {
    #[schemars(with = "Category")]
    service_code: String,
    description: String,
    lat: String,
    long: String,
    address_string: String,
    address_id: String,
    first_name: String,
    last_name: String,
    phone: String,
    email: String,
    media_url: String,
}

impl NewRequest {
    /// Where it happened, from all fields that say so.
    fn place(&self) -> String {
        let mut place = self.address_string.trim().to_owned();
        if !self.address_id.is_empty() {
            place.push_str(&format!(" 地址编号 {}", self.address_id));
        }
        if let (Ok(lat), Ok(long)) = (self.lat.parse::<f64>(), self.long.parse::<f64>()) {
            place.push_str(&format!(" 北纬 {lat}，东经 {long}"));
        }
        place.trim().to_owned()
    }

    /// The whole name, if any: Chinese family names stand first.
    fn name(&self) -> Option<String> {
        let name = format!("{}{}", self.last_name.trim(), self.first_name.trim());
        Some(name).filter(|name| !domain::text::is_blank(name))
    }

    /// Who reports; nobody without a telephone, for a named reporter must be reachable.
    fn contact(&self) -> Option<Contact> {
        (!domain::text::is_blank(&self.phone)).then(|| Contact {
            name: self.name().unwrap_or_else(|| NO_NAME.to_owned()),
            phone: self.phone.clone(),
            address: String::new(),
        })
    }

    /// The description, and behind it what has no field of its own here. A name without a telephone is text too.
    fn text(&self) -> String {
        let name = match self.contact() {
            Some(_) => None,
            None => self.name(),
        };
        let mut text = self.description.trim().to_owned();
        for (label, value) in [
            ("姓名", name.as_deref().unwrap_or("")),
            ("电子邮箱", &self.email),
            ("图片链接", &self.media_url),
        ] {
            if !domain::text::is_blank(value) {
                text.push_str(&format!("\n{label}：{value}"));
            }
        }
        text
    }

    /// The same as the form of this site takes it: a report, of today, for the specification asks for no day.
    fn as_complaint(&self, context: &Context) -> NewComplaint {
        let contact = self.contact();
        NewComplaint {
            kind: "report".into(),
            category: self.service_code.clone(),
            happened_on: context.today().to_string(),
            place: self.place(),
            text: self.text(),
            anonymous: contact.is_none(),
            contact,
            ..NewComplaint::default()
        }
    }
}

/// The number of a new request, and what its sender should know.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311Receipt")]
pub struct RequestReceipt {
    service_request_id: String,
    service_notice: String,
    account_id: Option<String>,
}

pub async fn file_request(context: Context, headers: HeaderMap, request: Request) -> Response {
    let format = format_of_path(&context, &headers);
    let receipt = match read_request(request).await {
        Ok(request) => file_report(&context, &request).await,
        Err(problem) => Err(problem),
    };
    match receipt {
        Ok(receipt) => answer_list(
            StatusCode::CREATED,
            format,
            "service_requests",
            "request",
            &[receipt],
        ),
        Err(problem) => answer_errors(format, &problem),
    }
}

/// Reads a form of either kind. A file is refused: a picture is a link here (`media_url`).
async fn read_request(request: Request) -> Result<NewRequest, Problem> {
    let Some(boundary) = upload::boundary(request.headers()) else {
        return Form::from_request(request, &())
            .await
            .map(|Form(request)| request);
    };
    let body = upload::whole(request.into_body(), MOST_BYTES).await?;
    let mut form = multer::Multipart::new(
        futures::stream::once(async { Ok::<_, std::convert::Infallible>(body) }),
        boundary,
    );
    let unreadable = |error| upload::form_error(error, MOST_BYTES);
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or("").to_owned();
        let is_file = field.file_name().is_some_and(|name| !name.is_empty());
        let value = field.text().await.map_err(unreadable)?;
        if is_file && !value.is_empty() {
            return Err(Problem {
                detail: format!(
                    "{name}: 这里不收文件，请把图片链接写在 media_url，或者在本站的投诉举报页面上传"
                ),
                ..Problem::unreadable("")
            });
        }
        fields.push((name, serde_json::Value::String(value)));
    }
    let fields = serde_json::Value::Object(fields.into_iter().collect());
    serde_json::from_value(fields).map_err(|error| Problem::unreadable(error.to_string()))
}

async fn file_report(context: &Context, request: &NewRequest) -> Result<RequestReceipt, Problem> {
    if request.service_code.is_empty() {
        return Err(Problem {
            detail: "service_code was not provided".into(),
            ..Problem::unreadable("")
        });
    }
    if !is_service(&request.service_code) {
        return Err(no_such_service());
    }
    let filing = check_complaint(context, &request.as_complaint(context), &[])
        .await?
        .map_err(|errors| Problem {
            status: StatusCode::BAD_REQUEST,
            ..Problem::invalid(errors)
        })?;
    limits::admit_filing(context, None).await?;
    let receipts = insert_filings(context, &[filing], Channel::Open311, None).await?;
    let receipt = receipts
        .first()
        .ok_or_else(|| Problem::internal("nothing was filed"))?;
    Ok(RequestReceipt {
        service_request_id: receipt.code.clone(),
        service_notice: format!(
            "查询码 {}，凭编号和查询码在本站查看进展、收留言",
            receipt.passphrase
        ),
        account_id: None,
    })
}
