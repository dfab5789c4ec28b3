//! Importing the yearly arrangement of days off when it is announced.

use crate::holidays::{DayException, DayKind, holidays_page, missing_by_year, read_days};
use axum::extract::Request;
use axum::response::IntoResponse as _;
use chrono::Datelike as _;
use domain::office_date::chinese;
use domain::workdays::{FIRST_DAY, LAST_DAY};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets::{Column, Rows, SheetRow};
use web::api::takes_file;
use web::form::outcome;
use web::problem::FieldError;
use web::routes::{OFFICE, Routes};
use web::upload::Upload;
use web::{Answer, Context, Problem, Token, upload};

/// The most bytes of a file.
const MOST_BYTES: usize = 1 << 20;

static COLUMNS: [Column; 3] = [
    Column::required("date", &["日期"]),
    Column::required("kind", &["类型"]),
    Column::required("name", &["名称", "节日"]),
];

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("政策")
        .post("/holidays", OFFICE, submit)
        .post(
            "/api/v1/holidays/import",
            OFFICE.or(Token::Import),
            import_holidays,
        )
        .api(
            "导入新一年的节假日安排",
            takes_file().gives::<HolidaysImported>(),
        )
}

#[derive(Serialize, JsonSchema)]
struct HolidaysImported {
    rows: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    /// The years of the file that are not announced yet, with the statutory holidays that they still lack.
    incomplete: Vec<IncompleteYear>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "YearIncomplete")]
struct IncompleteYear {
    year: i32,
    missing: Vec<&'static str>,
}

#[derive(Deserialize)]
struct WrittenDay {
    /// 1 where the day was not there before, else 0.
    created: i64,
}

async fn import_holidays(context: Context, request: Request) -> Answer {
    let imported = import_file(&context, request).await?;
    Ok(axum::Json(imported).into_response())
}

/// Takes the whole file in or nothing of it: a year with half its holidays would count every term wrongly.
async fn import_file(context: &Context, request: Request) -> Result<HolidaysImported, Problem> {
    let file = upload::file(request, MOST_BYTES).await?;
    let days = read_file(&file)?;
    let written = write_days(context, &days).await?;
    let created = written.iter().filter(|day| day.created != 0).count() as u64;
    let (rows, changed) = (days.len() as u64, written.len() as u64);
    let years: Vec<i32> = days.iter().map(|day| day.date.year()).collect();
    let incomplete = missing_by_year(&read_days(context).await?)
        .into_iter()
        .filter(|(year, missing)| !missing.is_empty() && years.contains(year))
        .map(|(year, missing)| IncompleteYear { year, missing })
        .collect();
    Ok(HolidaysImported {
        incomplete,
        rows,
        created,
        updated: changed - created,
        unchanged: rows - changed,
    })
}

/// The days of a file in their order, each once.
///
/// # Errors
///
/// 422 with everything that is wrong in any row.
fn read_file(file: &Upload) -> Result<Vec<DayException>, Problem> {
    let rows = Rows::open(&file.pieces, &COLUMNS)
        .map_err(|error| Problem::invalid(vec![FieldError::new("file", "", error.to_string())]))?;
    let mut days: Vec<DayException> = Vec::new();
    let mut errors = Vec::new();
    for row in rows {
        let place = row.place();
        let mut wrong = |field: &str, reason: String| {
            errors.push(FieldError::new(
                field,
                row.cell(field).shown(),
                format!("{place}：{reason}"),
            ));
        };
        let Some(day) = read_row(&row, &mut wrong) else {
            continue;
        };
        if days
            .iter()
            .any(|other| other.date == day.date && other.kind != day.kind)
        {
            wrong("date", "同一天既放假又上班".into());
        }
        days.push(day);
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    days.sort_by_key(|day| day.date);
    days.dedup_by_key(|day| day.date);
    Ok(days)
}

/// The day of a row; none where `wrong` was told what is wrong with it, field by field.
fn read_row(row: &SheetRow, wrong: &mut impl FnMut(&str, String)) -> Option<DayException> {
    if let Some(reason) = row.why_broken() {
        wrong("file", reason.to_owned());
        return None;
    }
    let date = match row.cell("date").date() {
        Ok(Some(date)) if (FIRST_DAY..=LAST_DAY).contains(&date) => Some(date),
        Ok(Some(_)) => {
            let (first, last) = (chinese(FIRST_DAY), chinese(LAST_DAY));
            let reason = format!("工作日历从 {first} 到 {last}，这一天不在其中，导入了也不起作用");
            wrong("date", reason);
            None
        }
        Ok(None) => {
            wrong("date", "日期不能为空".into());
            None
        }
        Err(error) => {
            wrong("date", error.to_string());
            None
        }
    };
    let kind = match row.text("kind").as_deref() {
        Some("holiday" | "休" | "放假") => Some(DayKind::Holiday),
        Some("workday" | "班" | "上班") => Some(DayKind::Workday),
        _ => {
            wrong("kind", "应为 holiday（放假）或 workday（上班）".into());
            None
        }
    };
    let name = row.text("name");
    if name.is_none() {
        wrong("name", "名称不能为空".into());
    }
    Some(DayException {
        date: date?,
        kind: kind?,
        name: name?,
    })
}

/// Writes the days that are new or another, in one statement, and gives those.
async fn write_days(context: &Context, days: &[DayException]) -> Result<Vec<WrittenDay>, Problem> {
    let sql = "INSERT INTO holiday (date, kind, name, changed_by, changed_at)
               SELECT value ->> '$.date', value ->> '$.kind', value ->> '$.name', ?2, ?3 FROM json_each(?1) WHERE true
               ON CONFLICT (date) DO UPDATE SET kind = excluded.kind, name = excluded.name,
                   changed_by = excluded.changed_by, changed_at = excluded.changed_at
               WHERE (kind, name) IS NOT (excluded.kind, excluded.name)
               RETURNING NOT EXISTS (SELECT 1 FROM audit WHERE record = 'holiday/' || date AND action = 'changed') AS created";
    let json = serde_json::to_string(days).map_err(Problem::internal)?;
    let by = context.caller()?.account.as_str();
    let parameters = [json.into(), by.into(), context.at().into()];
    Ok(context.store.all(sql, parameters).await?)
}

async fn submit(context: Context, request: Request) -> Answer {
    outcome(
        import_file(&context, request).await,
        |_| "/holidays".to_owned(),
        async |errors| holidays_page(&context, &errors).await,
    )
    .await
}
