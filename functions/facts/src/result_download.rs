//! All public results of samples as one table, for download.

use crate::results::{ITEM_JSON, PUBLISHED, SampleResultItem};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::text::guarded;
use domain::words::Word as _;
use futures::stream::try_unfold;
use http::StatusCode;
use http::header;
use serde::Deserialize;
use web::api::Api;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("抽检处罚")
        .get(
            "/api/v1/lists/samples.csv",
            Who::Everybody,
            download_results,
        )
        .api(
            "已公布的抽检结果，全部",
            Api::default().gives_bytes(StatusCode::OK, "text/csv"),
        )
}

/// The headings of the table.
const HEADINGS: [&str; 10] = [
    "抽样编号",
    "企业名称",
    "镇街",
    "食品名称",
    "批次",
    "抽样日期",
    "检验依据",
    "结果",
    "不合格项目",
    "检验机构",
];

/// The number of rows of the table that are read at a time.
const SLICE: i64 = 1000;

/// All public results for download, in slices. An error on the way breaks the download off, so that nobody takes a part for the whole.
async fn download_results(context: Context) -> Answer {
    let first = read_slice(&context, None).await?;
    let slices = try_unfold(Some((context, first)), |slice| async move {
        let Some((context, (bytes, behind))) = slice else {
            return Ok(None);
        };
        let next = match behind {
            None => None,
            Some(place) => {
                let slice = read_slice(&context, Some(place)).await;
                let slice = slice.map_err(|problem| std::io::Error::other(problem.detail))?;
                Some((context, slice))
            }
        };
        Ok::<_, std::io::Error>(Some((bytes, next)))
    });
    let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
    Ok((kind, axum::body::Body::from_stream(slices)).into_response())
}

/// The result after which a slice begins: its day and its row.
type ResultPlace = (NaiveDate, i64);

#[derive(Deserialize)]
struct ResultRow {
    id: i64,
    #[serde(flatten)]
    item: SampleResultItem,
}

/// One slice of the table, the first one with the headings, and the place where the next one begins.
async fn read_slice(
    context: &Context,
    behind: Option<ResultPlace>,
) -> Result<(Vec<u8>, Option<ResultPlace>), Problem> {
    let sql = format!(
        "SELECT json_group_array(json(item)) FROM (SELECT json_set({ITEM_JSON}, '$.id', s.rowid) AS item FROM {PUBLISHED}
            AND (?1 IS NULL OR s.sampled_on < ?1 OR s.sampled_on = ?1 AND s.rowid > ?2) ORDER BY s.sampled_on DESC, s.rowid LIMIT ?3)"
    );
    let parameters = [
        behind.map(|(day, _)| day.to_string()).into(),
        behind.map(|(_, id)| id).into(),
        SLICE.into(),
    ];
    let rows: Vec<ResultRow> = context.store.json(&sql, parameters).await?;
    let next = rows
        .last()
        .filter(|_| i64::try_from(rows.len()) == Ok(SLICE))
        .map(|row| (row.item.sampled_on, row.id));
    let bytes = write_rows(&rows, behind.is_none())?;
    Ok((bytes, next))
}

/// The rows as csv, after the headings where it is the beginning. Texts of others are guarded, for spreadsheets run formulas.
fn write_rows(rows: &[ResultRow], is_beginning: bool) -> Result<Vec<u8>, Problem> {
    // Excel reads UTF-8 only after this mark.
    let mark: &[u8] = match is_beginning {
        true => "\u{feff}".as_bytes(),
        false => b"",
    };
    let mut writer = csv::Writer::from_writer(mark.to_vec());
    if is_beginning {
        writer.write_record(HEADINGS).map_err(Problem::internal)?;
    }
    for ResultRow { item, .. } in rows {
        let cell = |text: &Option<String>| guarded(text.as_deref().unwrap_or("")).into_owned();
        let cells = [
            guarded(&item.number).into_owned(),
            guarded(&item.name).into_owned(),
            cell(&item.town),
            guarded(&item.food).into_owned(),
            cell(&item.batch),
            item.sampled_on.to_string(),
            cell(&item.standard),
            item.result.chinese().to_owned(),
            cell(&item.failed_items),
            cell(&item.institution),
        ];
        writer.write_record(cells).map_err(Problem::internal)?;
    }
    writer.into_inner().map_err(Problem::internal)
}
