//! Open311 GeoReport v2, so that existing clients can file a report and follow it. JSON and XML.
//!
//! Source: <https://wiki.open311.org/GeoReport_v2/>. A request that is read here tells nothing that somebody wrote.

use crate::filing::{Asked, Channel, Contact, check, file};
use crate::inbox::due;
use crate::{figures, limits};
use axum::extract::{FromRequest as _, Request};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};
use domain::complaint::{Category, ComplaintStatus};
use domain::words::Word as _;
use http::{HeaderMap, StatusCode, header};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use web::context::CHINA;
use web::extract::{Form, Path, Query};
use web::{Context, Problem, upload};

/// What stands in the place of a name where somebody left a telephone alone.
const NO_NAME: &str = "未留姓名";
/// Bytes of a form.
const DOCUMENT: usize = 1 << 20;

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
fn answer<T: Serialize>(
    status: StatusCode,
    format: Format,
    list: &str,
    item: &str,
    items: &[T],
) -> Response {
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

fn xml<T: Serialize>(list: &str, item: &str, items: &[T]) -> Result<Vec<u8>, std::io::Error> {
    let items: Vec<Json> = items
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()?;
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element(list).write_inner_content(|writer| {
        for object in &items {
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

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311Error")]
pub struct Refused {
    code: u16,
    description: String,
}

/// Errors as the specification has them; one for each field.
fn refused(format: Format, problem: &Problem) -> Response {
    let error = |description: &str| Refused {
        code: problem.status.as_u16(),
        description: description.to_owned(),
    };
    let errors: Vec<Refused> = match problem.errors.is_empty() {
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

fn service(category: Category) -> Service {
    Service {
        service_code: category.code(),
        service_name: category.chinese(),
        description: category.chinese(),
        metadata: false,
        r#type: "realtime",
        keywords: "食品安全,举报",
        group: "食品安全",
    }
}

pub async fn services(context: Context, headers: HeaderMap) -> Response {
    let path = context.here.split('?').next().unwrap_or("");
    let (_, format) = format(path, &headers);
    let all: Vec<Service> = Category::ALL.iter().copied().map(service).collect();
    answer(StatusCode::OK, format, "services", "service", &all)
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311ServiceDefinition")]
pub struct Definition {
    service_code: String,
    /// 没有更多要填的
    attributes: [String; 0],
}

/// No service asks for more than the standard fields.
pub async fn service_definition(headers: HeaderMap, Path(code): Path<String>) -> Response {
    let (code, format) = format(&code, &headers);
    match Category::ALL.iter().find(|known| known.code() == code) {
        Some(_) => {
            let definition = Definition {
                service_code: code.to_owned(),
                attributes: [],
            };
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

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "Open311Sent", extend("required" = ["service_code"]))]
pub struct Sent {
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

pub async fn file_request(context: Context, headers: HeaderMap, request: Request) -> Response {
    let path = context.here.split('?').next().unwrap_or("").to_owned();
    let (_, format) = format(&path, &headers);
    let receipt = match sent(request).await {
        Ok(sent) => filed(&context, &sent).await,
        Err(problem) => Err(problem),
    };
    match receipt {
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

/// What was sent, as a form of either kind. A file is refused: a picture is a link here (`media_url`).
async fn sent(request: Request) -> Result<Sent, Problem> {
    let boundary = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| multer::parse_boundary(kind).ok());
    let Some(boundary) = boundary else {
        return Form::from_request(request, &())
            .await
            .map(|Form(sent)| sent);
    };
    let body = upload::whole(request.into_body(), DOCUMENT).await?;
    let mut form = multer::Multipart::new(
        futures::stream::once(async { Ok::<_, std::convert::Infallible>(body) }),
        boundary,
    );
    let unreadable = |error| upload::form_error(error, DOCUMENT);
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

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311Receipt")]
pub struct Receipt {
    service_request_id: String,
    service_notice: String,
    account_id: Option<String>,
}

async fn filed(context: &Context, sent: &Sent) -> Result<Receipt, Problem> {
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
    // Chinese family names stand first.
    let name = format!("{}{}", sent.last_name.trim(), sent.first_name.trim());
    let (has_name, reachable) = (
        !domain::text::is_blank(&name),
        !domain::text::is_blank(&sent.phone),
    );
    let unreachable = if reachable { "" } else { name.as_str() };
    for (label, value) in [
        ("姓名", unreachable),
        ("电子邮箱", &sent.email),
        ("图片链接", &sent.media_url),
    ] {
        if !domain::text::is_blank(value) {
            text.push_str(&format!("\n{label}：{value}"));
        }
    }
    let asked = Asked {
        kind: "report".into(),
        category: sent.service_code.clone(),
        happened_on: context.today().to_string(),
        place: place.trim().to_owned(),
        text,
        anonymous: !reachable,
        contact: reachable.then(|| Contact {
            name: if has_name { name } else { NO_NAME.to_owned() },
            phone: sent.phone.clone(),
            address: String::new(),
        }),
        ..Asked::default()
    };
    let filing = check(context, &asked, &[])
        .await?
        .map_err(|errors| Problem {
            status: StatusCode::BAD_REQUEST,
            ..Problem::invalid(errors)
        })?;
    limits::admit(context, None).await?;
    let receipts = file(context, &[filing], Channel::Open311, None).await?;
    let receipt = receipts
        .first()
        .ok_or_else(|| Problem::internal("nothing was filed"))?;
    Ok(Receipt {
        service_request_id: receipt.code.clone(),
        service_notice: format!(
            "查询码 {}，凭编号和查询码在本站查看进展、收留言",
            receipt.passphrase
        ),
        account_id: None,
    })
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "Open311Wanted")]
pub struct Wanted {
    /// 编号，多个用逗号分开
    service_request_id: String,
    /// 问题类别，多个用逗号分开
    service_code: String,
    /// 时刻（RFC 3339）或日期
    start_date: String,
    end_date: String,
    /// open、closed，或者两个用逗号分开
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

/// What is told of a request: nothing that somebody wrote, and no place.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311Request")]
pub struct Told {
    service_request_id: String,
    #[schemars(extend("enum" = ["open", "closed"]))]
    status: &'static str,
    status_notes: &'static str,
    service_name: &'static str,
    service_code: &'static str,
    description: Option<String>,
    agency_responsible: String,
    service_notice: Option<String>,
    #[schemars(with = "DateTime<FixedOffset>")]
    requested_datetime: String,
    #[schemars(with = "DateTime<FixedOffset>")]
    updated_datetime: String,
    #[schemars(with = "Option<DateTime<FixedOffset>>")]
    expected_datetime: Option<String>,
    address: Option<String>,
    address_id: Option<String>,
    zipcode: Option<String>,
    lat: Option<f64>,
    long: Option<f64>,
    media_url: Option<String>,
}

impl Row {
    fn request(&self, issuer: &str) -> Told {
        let over = self.status.is_over();
        let station = |town: &String| format!("{town}监管所");
        Told {
            service_request_id: self.code.clone(),
            status: if over { "closed" } else { "open" },
            status_notes: self.status.chinese(),
            service_name: self.category.chinese(),
            service_code: self.category.code(),
            description: None,
            agency_responsible: self
                .town
                .as_ref()
                .map_or_else(|| issuer.to_owned(), station),
            service_notice: None,
            requested_datetime: self.received_at.clone(),
            updated_datetime: self.changed_at.clone(),
            expected_datetime: self.due.as_ref().map(|due| format!("{due}T23:59:59+08:00")),
            address: None,
            address_id: None,
            zipcode: None,
            lat: None,
            long: None,
            media_url: None,
        }
    }
}

/// The longest span that is asked for at once, and what is looked back where nothing is said.
const SPAN: TimeDelta = TimeDelta::days(90);

/// A moment as the specification has it (W3C datetime). A day alone begins or ends there, and what names no zone is China's time.
fn moment(field: &str, typed: &str, ends: bool) -> Result<Option<DateTime<FixedOffset>>, Problem> {
    // In a query a plus sign is a space.
    let text = typed.trim().replace(' ', "+");
    if text.is_empty() {
        return Ok(None);
    }
    let china = |local: NaiveDateTime| local.and_local_timezone(CHINA).single();
    let day = || {
        let day: NaiveDate = text.parse().ok()?;
        let (hour, minute, second) = if ends { (23, 59, 59) } else { (0, 0, 0) };
        china(day.and_hms_opt(hour, minute, second)?)
    };
    let without_zone = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
            .and_then(china)
    };
    // The form without seconds, with a zone.
    let short = || {
        let text = text.replace(['Z', 'z'], "+00:00");
        DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M%:z").ok()
    };
    DateTime::parse_from_rfc3339(&text)
        .ok()
        .or_else(short)
        .or_else(without_zone)
        .or_else(day)
        .map(|moment| moment.with_timezone(&CHINA))
        // Further years are written too, and 90 days from the last of them is none.
        .filter(|moment| (1..=9_999).contains(&moment.year()))
        .map(Some)
        .ok_or_else(|| Problem {
            detail: format!("{field}: 应为带时区的时刻，例如 2026-11-22T08:00:00+08:00"),
            ..Problem::unreadable("")
        })
}

/// From when to when requests came in.
fn span(
    wanted: &Wanted,
    now: DateTime<FixedOffset>,
) -> Result<(DateTime<FixedOffset>, DateTime<FixedOffset>), Problem> {
    let from = moment("start_date", &wanted.start_date, false)?;
    let until = moment("end_date", &wanted.end_date, true)?;
    let (from, until) = match (from, until) {
        (Some(from), Some(until)) => (from, until),
        (Some(from), None) => (from, from + SPAN),
        (None, until) => {
            let until = until.unwrap_or(now);
            (until - SPAN, until)
        }
    };
    if until - from > SPAN + TimeDelta::days(1) {
        return Err(Problem {
            detail: "start_date, end_date: 一次最多查 90 天".into(),
            ..Problem::unreadable("")
        });
    }
    Ok((from, until))
}

/// Whether open and closed requests are asked for; both where nothing is said.
fn statuses(asked: &str) -> Result<(bool, bool), Problem> {
    let (mut open, mut closed) = (false, false);
    for status in asked.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        match status {
            "open" => open = true,
            "closed" => closed = true,
            _ => {
                return Err(Problem {
                    detail: "status: 只有 open 和 closed，可以用逗号分开写两个".into(),
                    ..Problem::unreadable("")
                });
            }
        }
    }
    Ok(if open || closed {
        (open, closed)
    } else {
        (true, true)
    })
}

fn listed(text: &str) -> Vec<&str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// Requests that came in here; one that was filed elsewhere is nobody's to look up. Whoever knows a number is told of its request,
/// whatever else is asked; a list leaves out those of a month, town and kind of problem with fewer cases than the public figures tell
/// (政策参数 `complaint_small_cell`), so that nobody can be found in it.
async fn requests(context: &Context, wanted: &Wanted) -> Result<Vec<Told>, Problem> {
    const COLUMNS: &str = concat!(
        "c.code, c.status, c.category, c.received_at, c.changed_at, c.town, ",
        due!(),
        " AS due"
    );
    let ids = listed(&wanted.service_request_id);
    let rows: Vec<Row> = if ids.is_empty() {
        let (from, until) = span(wanted, context.now)?;
        let (open, closed) = statuses(&wanted.status)?;
        let least = figures::least(context).await?;
        let sql = format!(
            "WITH cell AS MATERIALIZED (
                SELECT substr(received_on, 1, 7) AS month, kind, category, coalesce(town, '') AS town, count(*) AS cases FROM complaint
                WHERE NOT insider AND received_on >= date(?2, 'start of month') AND received_on < date(?3, 'start of month', '+1 month')
                GROUP BY 1, 2, 3, 4)
            SELECT {COLUMNS} FROM complaint c
            JOIN cell ON cell.month = substr(c.received_on, 1, 7) AND cell.kind = c.kind AND cell.category = c.category AND cell.town = coalesce(c.town, '')
            WHERE c.channel = 'open311' AND NOT c.insider AND cell.cases >= ?8
                AND (json_array_length(?1) = 0 OR c.category IN (SELECT value FROM json_each(?1)))
                AND c.received_at >= ?4 AND c.received_at <= ?5
                AND iif(c.closed_on IS NOT NULL, ?7, ?6)
            ORDER BY c.received_at DESC, c.id DESC LIMIT 1000"
        );
        let parameters: [store::Value; 8] = [
            json!(listed(&wanted.service_code)).to_string().into(),
            from.date_naive().to_string().into(),
            until.date_naive().to_string().into(),
            at(from).into(),
            at(until).into(),
            i64::from(open).into(),
            i64::from(closed).into(),
            i64::try_from(least).unwrap_or(i64::MAX).into(),
        ];
        context.store.all(&sql, parameters).await?
    } else {
        let sql = format!(
            "SELECT {COLUMNS} FROM complaint c WHERE c.channel = 'open311' AND NOT c.insider
                AND c.code IN (SELECT value FROM json_each(?1)) ORDER BY c.received_at DESC, c.id DESC LIMIT 1000"
        );
        context
            .store
            .all(&sql, [json!(ids).to_string().into()])
            .await?
    };
    Ok(rows
        .iter()
        .map(|row| row.request(&context.issuer))
        .collect())
}

/// A moment as the table keeps it.
fn at(moment: DateTime<FixedOffset>) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

pub async fn list_requests(
    context: Context,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, Problem>,
) -> Response {
    let path = context.here.split('?').next().unwrap_or("").to_owned();
    let (_, format) = format(&path, &headers);
    let found = match wanted {
        Ok(Query(wanted)) => requests(&context, &wanted).await,
        Err(problem) => Err(problem),
    };
    match found {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn a_date_of_a_search_is_a_moment_in_its_zone() {
        for (typed, moment) in [
            ("2026-11-22T02:00:00Z", "2026-11-22T10:00:00+08:00"),
            ("2026-11-22T02:00Z", "2026-11-22T10:00:00+08:00"),
            ("2026-11-22T10:00:00+08:00", "2026-11-22T10:00:00+08:00"),
            // As a browser writes it that leaves the plus sign as it is.
            ("2026-11-22T10:00:00 08:00", "2026-11-22T10:00:00+08:00"),
            ("2026-11-21T21:00:00.5-05:00", "2026-11-22T10:00:00+08:00"),
            ("2026-11-22T10:00:00", "2026-11-22T10:00:00+08:00"),
            ("2026-11-22", "2026-11-22T00:00:00+08:00"),
        ] {
            let read = super::moment("start_date", typed, false).unwrap().unwrap();
            assert_eq!(at(read), moment, "{typed}");
        }
        let end = super::moment("end_date", "2026-11-22", true).unwrap();
        assert_eq!(at(end.unwrap()), "2026-11-22T23:59:59+08:00");
        assert!(super::moment("end_date", "", true).unwrap().is_none());
        for typed in [
            "yesterday",
            "2026-13-01",
            "2026-11-22T25:00:00Z",
            "1795312800",
            "+262142-12-31",
            "-262143-01-02",
            "0000-01-01",
        ] {
            let problem = super::moment("start_date", typed, false).unwrap_err();
            assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{typed}");
        }
    }

    #[test]
    fn several_statuses_are_all_of_them_and_an_unknown_one_is_refused() {
        assert_eq!(statuses("").unwrap(), (true, true));
        assert_eq!(statuses("open").unwrap(), (true, false));
        assert_eq!(statuses("open, closed").unwrap(), (true, true));
        assert!(statuses("banana").is_err() && statuses("open,banana").is_err());
    }
}
