//! 抽检结果公布 (003 §三(五), 食品安全抽样检验管理办法): the office makes results public up to a day; one that failed not before the
//! business had time to ask for another test.

use crate::registers::SAMPLES;
use ::registers::search;
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::{self, chinese};
use domain::search::{SearchTerms, simplified};
use domain::text::{guarded, tidy};
use domain::words::{SampleResult, Word as _};
use futures::stream::try_unfold;
use http::header;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transparency::LICENCE;
use web::extract::{Form, OptionalJson, Query};
use web::paging::{Page, blank_is_none};
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "ResultsAsked")]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 食品、企业名称或代码
    #[schemars(with = "String")]
    q: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String")]
    town: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "SampleResult")]
    result: Option<String>,
    #[serde(flatten)]
    page: Page,
}

const ITEM: &str = "json_object('number', s.sample_no, 'uscc', s.uscc, 'name', e.name, 'town', e.town, 'food', s.food, 'batch', s.batch, 'sampled_on', s.sampled_on,
    'standard', s.standard, 'result', s.result, 'failed_items', s.failed_items, 'institution', s.institution, 'published_on', s.published_on)";
const PUBLISHED: &str = "sample s JOIN enterprise_ledger e ON e.uscc = s.uscc WHERE s.published_on IS NOT NULL AND s.revoked_on IS NULL";

async fn text(context: &Context, asked: &Asked) -> Result<String, Problem> {
    let result = match &asked.result {
        None => None,
        Some(result) => Some(SampleResult::read(result).ok_or_else(|| {
            Problem::invalid(vec![FieldError::new(
                "result",
                result,
                "应为 passed 或者 failed",
            )])
        })?),
    };
    let page = &asked.page;
    let sql = format!(
        "WITH fits AS MATERIALIZED (SELECT s.rowid AS id, s.sampled_on FROM {PUBLISHED}
            AND (?8 IS NULL OR {} OR instr(lower(s.food), ?8) OR instr(lower(s.food), ?9)) AND (?2 IS NULL OR e.town = ?2) AND (?3 IS NULL OR s.result = ?3)),
        behind AS MATERIALIZED (SELECT * FROM fits WHERE ?4 IS NULL OR sampled_on < ?4 OR sampled_on = ?4 AND id > ?5),
        shown AS MATERIALIZED (SELECT * FROM behind ORDER BY sampled_on DESC, id LIMIT ?6)
        SELECT json_object('items', json_group_array(json(item)),
            'next', CASE WHEN count(*) < (SELECT count(*) FROM behind)
                THEN (SELECT hex(json_array('sampled', json_array(sampled_on, id))) FROM shown ORDER BY sampled_on, id DESC LIMIT 1) END,
            'total', (SELECT count(*) FROM fits))
        FROM (SELECT {ITEM} AS item FROM shown x JOIN sample s ON s.rowid = x.id JOIN enterprise_ledger e ON e.uscc = s.uscc
            ORDER BY x.sampled_on DESC, x.id)",
        search::found("s.uscc", 1, 7)
    );
    // Of what is not seen nothing was asked.
    let q = asked.q.as_deref().map(tidy).filter(|q| !q.is_empty());
    let [words, code] = match &q {
        Some(q) => search::parameters(&SearchTerms::parse(q)),
        None => [store::Value::Null, store::Value::Null],
    };
    // Foods are kept as the register writes them.
    let typed = q.as_deref().map(str::to_lowercase);
    let simple = typed.as_deref().map(simplified);
    let (day, id): (Option<String>, Option<i64>) = page.place("sampled")?.unzip();
    let parameters = [
        words,
        asked.town.clone().into(),
        result.map(|result| result.code().to_owned()).into(),
        day.into(),
        id.into(),
        i64::from(page.limit()?).into(),
        code,
        typed.into(),
        simple.into(),
    ];
    Ok(context.store.text(&sql, parameters).await?)
}

#[derive(Deserialize)]
struct Found {
    items: Vec<Item>,
    next: Option<String>,
    total: u64,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SampleResultShown")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Item {
    number: String,
    uscc: String,
    name: String,
    town: Option<String>,
    food: String,
    batch: Option<String>,
    sampled_on: NaiveDate,
    standard: Option<String>,
    result: SampleResult,
    failed_items: Option<String>,
    institution: Option<String>,
    published_on: NaiveDate,
}

pub async fn list_results(context: Context, Query(asked): Query<Asked>) -> Answer {
    Ok(json_text(text(&context, &asked).await?))
}

/// Lines of the table that are read at a time.
const SLICE: i64 = 1000;

/// All of them, for download, in slices. What fails on the way breaks the download off, so that nobody takes a part for the whole.
pub async fn download_results(context: Context) -> Answer {
    let begun = lines(&context, None).await?;
    let first = try_unfold(Some((context, begun)), |under_way| async move {
        let Some((context, (bytes, behind))) = under_way else {
            return Ok(None);
        };
        let next = match behind {
            None => None,
            Some(place) => {
                let lines = lines(&context, Some(place)).await;
                let lines = lines.map_err(|problem| std::io::Error::other(problem.detail))?;
                Some((context, lines))
            }
        };
        Ok::<_, std::io::Error>(Some((bytes, next)))
    });
    let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
    Ok((kind, axum::body::Body::from_stream(first)).into_response())
}

/// Behind which result a slice begins.
type Place = (NaiveDate, i64);

#[derive(Deserialize)]
struct Line {
    id: i64,
    #[serde(flatten)]
    item: Item,
}

/// One slice of the table, the first with its headings; and where the next begins.
async fn lines(
    context: &Context,
    behind: Option<Place>,
) -> Result<(Vec<u8>, Option<Place>), Problem> {
    let sql = format!(
        "SELECT json_group_array(json(item)) FROM (SELECT json_set({ITEM}, '$.id', s.rowid) AS item FROM {PUBLISHED}
            AND (?1 IS NULL OR s.sampled_on < ?1 OR s.sampled_on = ?1 AND s.rowid > ?2) ORDER BY s.sampled_on DESC, s.rowid LIMIT ?3)"
    );
    let parameters = [
        behind.map(|(day, _)| day.to_string()).into(),
        behind.map(|(_, id)| id).into(),
        SLICE.into(),
    ];
    let lines: Vec<Line> = context.store.json(&sql, parameters).await?;
    let next = lines
        .last()
        .filter(|_| i64::try_from(lines.len()) == Ok(SLICE))
        .map(|line| (line.item.sampled_on, line.id));
    let mark: &[u8] = match behind {
        None => "\u{feff}".as_bytes(),
        Some(_) => b"",
    };
    let mut writer = csv::Writer::from_writer(mark.to_vec());
    let headings = [
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
    if behind.is_none() {
        writer.write_record(headings).map_err(Problem::internal)?;
    }
    for Line { item, .. } in &lines {
        let cell = |text: &Option<String>| guarded(text.as_deref().unwrap_or("")).into_owned();
        let line = [
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
        writer.write_record(line).map_err(Problem::internal)?;
    }
    let bytes = writer.into_inner().map_err(Problem::internal)?;
    Ok((bytes, next))
}

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    let found: Found =
        serde_json::from_str(&text(&context, &asked).await?).map_err(Problem::internal)?;
    let towns = ::registers::towns::all(&context.store).await?;
    let next = found.next.map(|next| {
        let query = page::query(&[
            ("q", &asked.q),
            ("town", &asked.town),
            ("result", &asked.result),
            ("cursor", &Some(next)),
        ]);
        format!("/facts/results?{query}")
    });
    Ok(page::page(
        &context,
        "抽检结果",
        &html! {
            (transparency::tabs::public("/facts/results"))
            h1 { "食品抽检结果" }
            p.lead { "抽到什么、合不合格，合格的不合格的都公布。不合格只说明这一批次。" }
            form.filters method="get" role="search" {
                div.field.wide { label for="q" { "食品、企业名称或代码" } input id="q" name="q" type="text" value=(asked.q.as_deref().unwrap_or("")); }
                div.field { label for="town" { "镇街" } select id="town" name="town" { option value="" { "全部" }
                    @for town in &towns { option value=(town) selected[asked.town.as_deref() == Some(town)] { (town) } } } }
                div.field { label for="result" { "结果" } select id="result" name="result" { option value="" { "全部" }
                    @for (code, name) in domain::words::choices::<SampleResult>() { option value=(code) selected[asked.result.as_deref() == Some(code)] { (name) } } } }
                div.actions { button.main { "查找" } }
            }
            p role="status" { "共 " (found.total) " 批次" }
            @if found.items.is_empty() {
                p { "没有符合条件的抽检结果。" }
            } @else {
                ul.cards.one { @for item in &found.items { li {
                    h2 { (item.food) " " span.tag { (item.result.chinese()) } }
                    p { (item.name) " · " (item.town.as_deref().unwrap_or("镇街未登记")) }
                    @if let Some(failed) = &item.failed_items { p { strong { "不合格项目：" (failed) } } }
                    p.note { (chinese(item.sampled_on)) "抽样" @if let Some(batch) = &item.batch { "，批次 " (batch) } @if let Some(standard) = &item.standard { "，依据 " (standard) }
                        @if let Some(institution) = &item.institution { "，" (institution) } "，编号 " (item.number) }
                } } }
                @if let Some(next) = next { p.pages { a href=(next) { "下一页" } } }
            }
            p { a href="/api/v1/lists/samples.csv" { "下载全部（csv）" } "，按" a href=(LICENCE) rel="license" { "知识共享 署名 4.0" } "开放。想让我们抽检什么，到" a href="/sampling" { "你点我检" } "说一声。" }
        },
    ))
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "PublishThrough")]
pub struct Through {
    /// 公布到哪一天抽样的；不写是今天
    #[schemars(with = "Option<web::api::Day>")]
    #[serde(deserialize_with = "blank_is_none")]
    through: Option<String>,
}

/// Makes results public: those that passed at once, those that failed after the working days of the policy.
async fn release(context: &Context, through: &Through) -> Result<usize, Problem> {
    let through = match &through.through {
        None => context.today(),
        Some(text) => office_date::parse(text).map_err(|error| {
            Problem::invalid(vec![FieldError::new("through", text, error.to_string())])
        })?,
    };
    let sql = "UPDATE sample SET published_on = ?2, changed_by = ?3, changed_at = ?4
        WHERE published_on IS NULL AND revoked_on IS NULL AND sampled_on <= ?1
            AND (result = 'passed' OR (SELECT t.workdays FROM calendar_day t WHERE t.date = ?2) > (SELECT d.workdays FROM calendar_day d WHERE d.date = sampled_on)
                + (SELECT p.value ->> '$' FROM policy_ledger p WHERE p.name = 'failed_sample_workdays' AND p.valid_from <= sampled_on AND (p.valid_before IS NULL OR sampled_on < p.valid_before)))
        RETURNING 1";
    let parameters = [
        through.to_string().into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    Ok(context.store.run(sql, parameters).await?)
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SamplesPublished")]
pub struct Published {
    published: usize,
}

pub async fn publish_samples(
    context: Context,
    OptionalJson(through): OptionalJson<Through>,
) -> Answer {
    let published = release(&context, &through).await?;
    Ok(axum::Json(Published { published }).into_response())
}

pub async fn publish_submit(context: Context, Form(through): Form<Through>) -> Answer {
    release(&context, &through).await?;
    Ok(Redirect::to("/facts/results").into_response())
}

/// The button on the register: results that failed wait for the days in which another test may be asked for (policy
/// `failed_sample_workdays`).
pub fn publish_button(context: &Context) -> Markup {
    html! {
        @if SAMPLES.may_change(context) {
            form method="post" action="/facts/publish" { button.second { "公布可以公布的结果" } }
        }
    }
}
