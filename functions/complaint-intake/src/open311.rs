//! Open311 GeoReport v2, so that existing clients can file a report and follow it. JSON and XML.
//!
//! Source: <https://wiki.open311.org/GeoReport_v2/>. A request that is read here tells nothing that somebody wrote.

use crate::filing::{Asked, Channel, Contact, check, file};
use crate::limits;
use axum::response::{IntoResponse as _, Response};
use domain::complaint::{Category, ComplaintStatus};
use domain::words::Word as _;
use http::{HeaderMap, StatusCode, header};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use web::extract::{Form, Path, Query};
use web::{Context, Problem};

#[derive(Clone, Copy)]
enum Format {
    Json,
    Xml,
}

/// By the ending of the path; without one, by what the client accepts.
fn format<'p>(path: &'p str, headers: &HeaderMap) -> (&'p str, Format) {
    if let Some(path) = path.strip_suffix(".json") {
        return (path, Format::Json);
    }
    if let Some(path) = path.strip_suffix(".xml") {
        return (path, Format::Xml);
    }
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or("");
    let xml = accept.contains("xml") && !accept.contains("json") && !accept.contains("html");
    (path, if xml { Format::Xml } else { Format::Json })
}

/// The same document in either form: a list of objects, under the names that the specification gives them in XML.
fn answer(status: StatusCode, format: Format, list: &str, item: &str, items: &[Json]) -> Response {
    match format {
        Format::Json => (status, axum::Json(items)).into_response(),
        Format::Xml => match xml(list, item, items) {
            Ok(text) => (
                status,
                [(header::CONTENT_TYPE, "text/xml; charset=utf-8")],
                text,
            )
                .into_response(),
            Err(error) => Problem::internal(error).into_response(),
        },
    }
}

fn xml(list: &str, item: &str, items: &[Json]) -> Result<Vec<u8>, std::io::Error> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element(list).write_inner_content(|writer| {
        for object in items {
            writer.create_element(item).write_inner_content(|writer| {
                for (name, value) in object.as_object().into_iter().flatten() {
                    let text = match value {
                        Json::Null => String::new(),
                        Json::String(text) => text.clone(),
                        Json::Array(_) => String::new(),
                        other => other.to_string(),
                    };
                    let element = writer.create_element(name.as_str());
                    if text.is_empty() {
                        element.write_empty()?;
                    } else {
                        element
                            .write_text_content(BytesText::new(&domain::text::printable(&text)))?;
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(writer.into_inner())
}

/// Errors as the specification has them; one for each field.
fn refused(format: Format, problem: &Problem) -> Response {
    let error =
        |description: &str| json!({ "code": problem.status.as_u16(), "description": description });
    let errors: Vec<Json> = match problem.errors.is_empty() {
        true => vec![error(&problem.detail)],
        false => problem
            .errors
            .iter()
            .map(|wrong| error(&format!("{}: {}", wrong.field, wrong.reason)))
            .collect(),
    };
    let mut response = answer(problem.status, format, "errors", "error", &errors);
    if let Some(seconds) = problem.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn service(category: Category) -> Json {
    json!({
        "service_code": category.code(), "service_name": category.chinese(), "description": category.chinese(), "metadata": false,
        "type": "realtime", "keywords": "食品安全,举报", "group": "食品安全",
    })
}

pub async fn services(context: Context, headers: HeaderMap) -> Response {
    let path = context.here.split('?').next().unwrap_or("");
    let (_, format) = format(path, &headers);
    let all: Vec<Json> = Category::ALL.iter().copied().map(service).collect();
    answer(StatusCode::OK, format, "services", "service", &all)
}

/// No service asks for more than the standard fields.
pub async fn service_definition(headers: HeaderMap, Path(code): Path<String>) -> Response {
    let (code, format) = format(&code, &headers);
    match Category::ALL.iter().find(|known| known.code() == code) {
        Some(_) => {
            let definition = json!({ "service_code": code, "attributes": [] });
            match format {
                Format::Json => axum::Json(definition).into_response(),
                Format::Xml => answer(
                    StatusCode::OK,
                    format,
                    "service_definitions",
                    "service_definition",
                    &[definition],
                ),
            }
        }
        None => refused(format, &no_service()),
    }
}

fn no_service() -> Problem {
    Problem {
        detail: "service_code: 没有这个服务".into(),
        ..Problem::not_found()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sent {
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

pub async fn file_request(
    context: Context,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let path = context.here.split('?').next().unwrap_or("").to_owned();
    let (_, format) = format(&path, &headers);
    match filed(&context, &sent).await {
        Ok(receipt) => answer(
            StatusCode::CREATED,
            format,
            "service_requests",
            "request",
            &[receipt],
        ),
        Err(problem) => refused(format, &problem),
    }
}

async fn filed(context: &Context, sent: &Sent) -> Result<Json, Problem> {
    if sent.service_code.is_empty() {
        return Err(Problem {
            detail: "service_code was not provided".into(),
            ..Problem::unreadable("")
        });
    }
    if !Category::ALL
        .iter()
        .any(|known| known.code() == sent.service_code)
    {
        return Err(no_service());
    }
    let mut place = sent.address_string.trim().to_owned();
    for (label, value) in [("地址编号", &sent.address_id)] {
        if !value.is_empty() {
            place.push_str(&format!(" {label} {value}"));
        }
    }
    if let (Ok(lat), Ok(long)) = (sent.lat.parse::<f64>(), sent.long.parse::<f64>()) {
        place.push_str(&format!(" 北纬 {lat}，东经 {long}"));
    }
    let mut text = sent.description.trim().to_owned();
    for (label, value) in [("电子邮箱", &sent.email), ("图片链接", &sent.media_url)] {
        if !value.is_empty() {
            text.push_str(&format!("\n{label}：{value}"));
        }
    }
    // Chinese family names stand first.
    let name = format!("{}{}", sent.last_name.trim(), sent.first_name.trim());
    let named = !domain::text::is_blank(&name) && !domain::text::is_blank(&sent.phone);
    let asked = Asked {
        kind: "report".into(),
        category: sent.service_code.clone(),
        happened_on: context.today().to_string(),
        place: place.trim().to_owned(),
        text,
        anonymous: !named,
        contact: named.then(|| Contact {
            name,
            phone: sent.phone.clone(),
            address: String::new(),
        }),
        ..Asked::default()
    };
    let filing = check(context, &asked, &[])
        .await
        .map_err(|errors| Problem {
            status: StatusCode::BAD_REQUEST,
            ..Problem::invalid(errors)
        })?;
    limits::admit(context, None).await?;
    let receipts = file(context, &[filing], Channel::Open311, None).await?;
    let receipt = receipts
        .first()
        .ok_or_else(|| Problem::internal("nothing was filed"))?;
    Ok(json!({
        "service_request_id": receipt.code,
        "service_notice": format!("查询码 {}，凭编号和查询码在本站查看进展、收留言", receipt.passphrase),
        "account_id": null,
    }))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    service_request_id: String,
    service_code: String,
    start_date: String,
    end_date: String,
    status: String,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    status: ComplaintStatus,
    category: Category,
    received_at: String,
    changed_at: String,
    town: Option<String>,
    due: Option<String>,
}

impl Row {
    fn request(&self, issuer: &str) -> Json {
        let over = self.status.is_over();
        json!({
            "service_request_id": self.code, "status": if over { "closed" } else { "open" }, "status_notes": self.status.chinese(),
            "service_name": self.category.chinese(), "service_code": self.category.code(), "description": null,
            "agency_responsible": self.town.as_ref().map_or_else(|| issuer.to_owned(), |town| format!("{town}监管所")),
            "service_notice": null, "requested_datetime": self.received_at, "updated_datetime": self.changed_at,
            "expected_datetime": self.due.as_ref().map(|due| format!("{due}T23:59:59+08:00")),
            "address": null, "address_id": null, "zipcode": null, "lat": null, "long": null, "media_url": null,
        })
    }
}

/// Requests that came in here; one that was filed elsewhere is nobody's to look up.
async fn requests(context: &Context, wanted: &Wanted) -> Result<Vec<Json>, Problem> {
    let ids: Vec<&str> = wanted
        .service_request_id
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    let codes: Vec<&str> = wanted
        .service_code
        .split(',')
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .collect();
    // A month back, as the specification has it where nothing is said.
    let month_ago = context.today() - chrono::TimeDelta::days(90);
    let day = |text: &str, other: String| match text.get(..10) {
        Some(day) if day.parse::<chrono::NaiveDate>().is_ok() => day.to_owned(),
        _ => other,
    };
    let from = match ids.is_empty() {
        true => day(&wanted.start_date, month_ago.to_string()),
        false => String::new(),
    };
    let sql = "SELECT code, status, category, received_at, changed_at, town,
            (SELECT min(d.due_on) FROM complaint_deadline d WHERE d.complaint_id = c.id AND d.met_on IS NULL AND d.ended_on IS NULL) AS due
        FROM complaint c WHERE channel = 'open311' AND NOT insider
            AND (json_array_length(?1) = 0 OR code IN (SELECT value FROM json_each(?1)))
            AND (json_array_length(?2) = 0 OR category IN (SELECT value FROM json_each(?2)))
            AND received_on >= ?3 AND received_on <= ?4
            AND (?5 = '' OR (status IN ('closed', 'refused', 'transferred', 'merged')) = (?5 = 'closed'))
        ORDER BY received_at DESC LIMIT 1000";
    let parameters = [
        json!(ids).to_string().into(),
        json!(codes).to_string().into(),
        from.into(),
        day(&wanted.end_date, context.today().to_string()).into(),
        wanted.status.as_str().into(),
    ];
    let rows: Vec<Row> = context.store.all(sql, parameters).await?;
    Ok(rows
        .iter()
        .map(|row| row.request(&context.issuer))
        .collect())
}

pub async fn list_requests(
    context: Context,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Response {
    let path = context.here.split('?').next().unwrap_or("").to_owned();
    let (_, format) = format(&path, &headers);
    match requests(&context, &wanted).await {
        Ok(found) => answer(
            StatusCode::OK,
            format,
            "service_requests",
            "request",
            &found,
        ),
        Err(problem) => refused(format, &problem),
    }
}

pub async fn show_request(
    context: Context,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let (id, format) = format(&id, &headers);
    let wanted = Wanted {
        service_request_id: id.to_owned(),
        ..Wanted::default()
    };
    match requests(&context, &wanted).await {
        Ok(found) if !found.is_empty() => answer(
            StatusCode::OK,
            format,
            "service_requests",
            "request",
            &found,
        ),
        Ok(_) => refused(
            format,
            &Problem {
                detail: "service_request_id: 没有这个编号".into(),
                ..Problem::not_found()
            },
        ),
        Err(problem) => refused(format, &problem),
    }
}
