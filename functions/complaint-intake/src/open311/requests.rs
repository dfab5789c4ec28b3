//! Requests that came in by Open311, as a list and one by one. An answer tells nothing that somebody wrote.

use super::format::{Format, answer_errors, answer_list, format_of_path, split_format};
use crate::figures;
use crate::inbox::due;
use axum::response::Response;
use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};
use domain::complaint::{Category, ComplaintStatus};
use domain::words::Word as _;
use http::{HeaderMap, StatusCode};
use registers::town_name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::context::CHINA;
use web::extract::{Path, Query};
use web::{Context, Problem, issuing};

/// Which requests are asked for.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "Open311Wanted")]
pub struct RequestFilter {
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
struct RequestRow {
    code: String,
    status: ComplaintStatus,
    category: Category,
    received_at: String,
    changed_at: String,
    town: Option<String>,
    due: Option<String>,
}

/// A request as anybody may read it: without what somebody wrote, and without the place.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311Request")]
pub struct RequestAnswer {
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

impl RequestRow {
    fn answer(&self, issuer: &str) -> RequestAnswer {
        let over = self.status.is_over();
        let station = |town: &String| format!("{town}监管所");
        RequestAnswer {
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

/// The longest span that may be asked for at once, and how far back a list goes where no date is given.
const SPAN: TimeDelta = TimeDelta::days(90);

/// Reads a moment as the specification has it (W3C datetime). A day alone is its beginning, or with `ends` its end; a moment without
/// a zone is China's.
fn read_moment(
    field: &str,
    typed: &str,
    ends: bool,
) -> Result<Option<DateTime<FixedOffset>>, Problem> {
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
    // A moment with a zone may come without seconds.
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
        // The library reads other years too, and 90 days from the last of them cannot be computed.
        .filter(|moment| (1..=9_999).contains(&moment.year()))
        .map(Some)
        .ok_or_else(|| Problem {
            detail: format!("{field}: 应为带时区的时刻，例如 2026-11-22T08:00:00+08:00"),
            ..Problem::unreadable("")
        })
}

/// The first and the last moment at which the requests came in.
fn read_span(
    filter: &RequestFilter,
    now: DateTime<FixedOffset>,
) -> Result<(DateTime<FixedOffset>, DateTime<FixedOffset>), Problem> {
    let from = read_moment("start_date", &filter.start_date, false)?;
    let until = read_moment("end_date", &filter.end_date, true)?;
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

/// Whether open and whether closed requests are asked for: both where no status is given.
fn read_statuses(typed: &str) -> Result<(bool, bool), Problem> {
    let (mut open, mut closed) = (false, false);
    for status in typed
        .split(',')
        .map(str::trim)
        .filter(|status| !status.is_empty())
    {
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

/// The parts of a list with commas.
fn split_list(text: &str) -> Vec<&str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The columns of a [`RequestRow`].
const COLUMNS: &str = concat!(
    "c.code, c.status, c.category, c.received_at, c.changed_at, ",
    town_name!("c.town"),
    " AS town, ",
    due!(),
    " AS due"
);

/// The requests that a filter asks for. One that was not filed by Open311 is nobody's to look up here.
async fn find_requests(
    context: &Context,
    filter: &RequestFilter,
) -> Result<Vec<RequestAnswer>, Problem> {
    let codes = split_list(&filter.service_request_id);
    let rows = match codes.is_empty() {
        true => requests_of_a_span(context, filter).await?,
        false => requests_of_codes(context, &codes).await?,
    };
    let answering = issuing::of_complaints(context).await?;
    Ok(rows.iter().map(|row| row.answer(&answering)).collect())
}

/// Whoever knows a number is told of its request, whatever else is asked.
async fn requests_of_codes(context: &Context, codes: &[&str]) -> Result<Vec<RequestRow>, Problem> {
    let sql = format!(
        "SELECT {COLUMNS} FROM complaint c WHERE c.channel = 'open311' AND NOT c.insider
            AND c.code IN (SELECT value FROM json_each(?1)) ORDER BY c.received_at DESC, c.id DESC LIMIT 1000"
    );
    let parameters = [json!(codes).to_string().into()];
    Ok(context.store.all(&sql, parameters).await?)
}

/// A list leaves out the requests of a month, town and kind of problem with fewer cases than the public figures tell (政策参数
/// `complaint_small_cell`), so that nobody can be found in it.
async fn requests_of_a_span(
    context: &Context,
    filter: &RequestFilter,
) -> Result<Vec<RequestRow>, Problem> {
    let (from, until) = read_span(filter, context.now)?;
    let (open, closed) = read_statuses(&filter.status)?;
    let least = figures::least_published(context).await?;
    let sql = format!(
        "WITH cell AS MATERIALIZED (
            SELECT substr(received_on, 1, 7) AS month, kind, category, coalesce({}, '') AS town, count(*) AS cases FROM complaint
            WHERE NOT insider AND received_on >= date(?2, 'start of month') AND received_on < date(?3, 'start of month', '+1 month')
            GROUP BY 1, 2, 3, 4)
        SELECT {COLUMNS} FROM complaint c
        JOIN cell ON cell.month = substr(c.received_on, 1, 7) AND cell.kind = c.kind AND cell.category = c.category AND cell.town = coalesce({}, '')
        WHERE c.channel = 'open311' AND NOT c.insider AND cell.cases >= ?8
            AND (json_array_length(?1) = 0 OR c.category IN (SELECT value FROM json_each(?1)))
            AND c.received_at >= ?4 AND c.received_at <= ?5
            AND iif(c.closed_on IS NOT NULL, ?7, ?6)
        ORDER BY c.received_at DESC, c.id DESC LIMIT 1000",
        town_name!("town"),
        town_name!("c.town")
    );
    let parameters: [store::Value; 8] = [
        json!(split_list(&filter.service_code)).to_string().into(),
        from.date_naive().to_string().into(),
        until.date_naive().to_string().into(),
        stored_moment(from).into(),
        stored_moment(until).into(),
        i64::from(open).into(),
        i64::from(closed).into(),
        i64::try_from(least).unwrap_or(i64::MAX).into(),
    ];
    Ok(context.store.all(&sql, parameters).await?)
}

/// A moment as the table has it.
fn stored_moment(moment: DateTime<FixedOffset>) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

fn answer_requests(format: Format, requests: Result<Vec<RequestAnswer>, Problem>) -> Response {
    match requests {
        Ok(requests) => answer_list(
            StatusCode::OK,
            format,
            "service_requests",
            "request",
            &requests,
        ),
        Err(problem) => answer_errors(format, &problem),
    }
}

pub async fn list_requests(
    context: Context,
    headers: HeaderMap,
    filter: Result<Query<RequestFilter>, Problem>,
) -> Response {
    let format = format_of_path(&context, &headers);
    let requests = match filter {
        Ok(Query(filter)) => find_requests(&context, &filter).await,
        Err(problem) => Err(problem),
    };
    answer_requests(format, requests)
}

pub async fn show_request(
    context: Context,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let (code, format) = split_format(&id, &headers);
    let filter = RequestFilter {
        service_request_id: code.to_owned(),
        ..RequestFilter::default()
    };
    let requests = match find_requests(&context, &filter).await {
        Ok(requests) if requests.is_empty() => Err(Problem {
            detail: "service_request_id: 没有这个编号".into(),
            ..Problem::not_found()
        }),
        other => other,
    };
    answer_requests(format, requests)
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
            // A browser that leaves a plus sign as it is sends a space.
            ("2026-11-22T10:00:00 08:00", "2026-11-22T10:00:00+08:00"),
            ("2026-11-21T21:00:00.5-05:00", "2026-11-22T10:00:00+08:00"),
            ("2026-11-22T10:00:00", "2026-11-22T10:00:00+08:00"),
            ("2026-11-22", "2026-11-22T00:00:00+08:00"),
        ] {
            let read = read_moment("start_date", typed, false).unwrap().unwrap();
            assert_eq!(stored_moment(read), moment, "{typed}");
        }
        let end = read_moment("end_date", "2026-11-22", true).unwrap();
        assert_eq!(stored_moment(end.unwrap()), "2026-11-22T23:59:59+08:00");
        assert!(read_moment("end_date", "", true).unwrap().is_none());
        for typed in [
            "yesterday",
            "2026-13-01",
            "2026-11-22T25:00:00Z",
            "1795312800",
            "+262142-12-31",
            "-262143-01-02",
            "0000-01-01",
        ] {
            let problem = read_moment("start_date", typed, false).unwrap_err();
            assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{typed}");
        }
    }

    #[test]
    fn several_statuses_are_all_of_them_and_an_unknown_one_is_refused() {
        assert_eq!(read_statuses("").unwrap(), (true, true));
        assert_eq!(read_statuses("open").unwrap(), (true, false));
        assert_eq!(read_statuses("open, closed").unwrap(), (true, true));
        assert!(read_statuses("banana").is_err() && read_statuses("open,banana").is_err());
    }
}
