//! 抽检结果 as the public reads them (003 §三(五)): found by food, by business, by town and by result.

use ::registers::{places, search, town_name, towns};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::search::{SearchTerms, simplified};
use domain::text::tidy;
use domain::words::{SampleResult, Word as _, choices};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;
use transparency::LICENCE;
use web::api::{ListPage, asks};
use web::extract::Query;
use web::paging::{Page, blank_is_none};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::Routes;
use web::routes::Who::Everybody;
use web::{Answer, Context, Problem, contacts, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("抽检处罚")
        .get_prepared("/facts/results", Everybody, page)
        .get("/api/v1/lists/samples", Everybody, list_results)
        .api(
            "已公布的抽检结果",
            asks::<ResultQuery>().gives::<ListPage<SampleResultItem>>(),
        )
}

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "ResultsAsked")]
struct ResultQuery {
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

/// SQL: the sample `s` of the enterprise `e` as JSON, as [`SampleResultItem`] reads it.
pub const ITEM_JSON: &str = concat!(
    "json_object('number', s.sample_no, 'uscc', s.uscc, 'name', e.name, 'town', ",
    town_name!("e.town"),
    ", 'food', s.food, 'batch', s.batch, 'sampled_on', s.sampled_on,
    'standard', s.standard, 'result', s.result, 'failed_items', s.failed_items, 'institution', s.institution, 'published_on', s.published_on)"
);
/// SQL: the FROM and WHERE of the samples whose results are public.
pub const PUBLISHED: &str = "sample s JOIN enterprise_ledger e ON e.uscc = s.uscc WHERE s.published_on IS NOT NULL AND s.revoked_on IS NULL";

/// A page of the public results, as JSON.
async fn results_json(context: &Context, query: &ResultQuery) -> Result<String, Problem> {
    let result = match &query.result {
        None => None,
        Some(result) => Some(SampleResult::read(result).ok_or_else(|| {
            Problem::invalid(vec![FieldError::new(
                "result",
                result,
                "应为 passed 或者 failed",
            )])
        })?),
    };
    let page = &query.page;
    let sql = format!(
        "WITH fits AS MATERIALIZED (SELECT s.rowid AS id, s.sampled_on FROM {PUBLISHED}
            AND (?8 IS NULL OR {} OR instr(lower(s.food), ?8) OR instr(lower(s.food), ?9)) AND (?2 IS NULL OR e.town IN ({})) AND (?3 IS NULL OR s.result = ?3)),
        behind AS MATERIALIZED (SELECT * FROM fits WHERE ?4 IS NULL OR sampled_on < ?4 OR sampled_on = ?4 AND id > ?5),
        shown AS MATERIALIZED (SELECT * FROM behind ORDER BY sampled_on DESC, id LIMIT ?6)
        SELECT json_object('items', json_group_array(json(item)),
            'next', CASE WHEN count(*) < (SELECT count(*) FROM behind)
                THEN (SELECT hex(json_array('sampled', json_array(sampled_on, id))) FROM shown ORDER BY sampled_on, id DESC LIMIT 1) END,
            'total', (SELECT count(*) FROM fits))
        FROM (SELECT {ITEM_JSON} AS item FROM shown x JOIN sample s ON s.rowid = x.id JOIN enterprise_ledger e ON e.uscc = s.uscc
            ORDER BY x.sampled_on DESC, x.id)",
        search::found("s.uscc", 1, 7),
        places::all_of_town("?2")
    );
    // Characters that nobody sees ask for nothing.
    let q = query.q.as_deref().map(tidy).filter(|q| !q.is_empty());
    let [words, code] = match &q {
        Some(q) => search::parameters(&SearchTerms::parse(q)),
        None => [store::Value::Null, store::Value::Null],
    };
    // Names of foods are stored as the register writes them, in traditional or simplified letters.
    let typed = q.as_deref().map(str::to_lowercase);
    let simple = typed.as_deref().map(simplified);
    let (day, id): (Option<String>, Option<i64>) = page.place("sampled")?.unzip();
    let parameters = [
        words,
        query.town.clone().into(),
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
struct FoundResults {
    items: Vec<SampleResultItem>,
    next: Option<String>,
    total: u64,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SampleResultShown")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct SampleResultItem {
    pub number: String,
    uscc: String,
    pub name: String,
    pub town: Option<String>,
    pub food: String,
    pub batch: Option<String>,
    pub sampled_on: NaiveDate,
    pub standard: Option<String>,
    pub result: SampleResult,
    pub failed_items: Option<String>,
    pub institution: Option<String>,
    published_on: NaiveDate,
}

async fn list_results(context: Context, Query(query): Query<ResultQuery>) -> Answer {
    Ok(json_text(results_json(&context, &query).await?))
}

async fn page(context: Context, Query(query): Query<ResultQuery>) -> Answer {
    let found: FoundResults =
        serde_json::from_str(&results_json(&context, &query).await?).map_err(Problem::internal)?;
    let towns = towns::all(&context.store).await?;
    let contacts = contacts::of_district(&context).await?;
    let next = found.next.map(|next| {
        let parameters = page::query(&[
            ("q", &query.q),
            ("town", &query.town),
            ("result", &query.result),
            ("cursor", &Some(next)),
        ]);
        format!("/facts/results?{parameters}")
    });
    Ok(page::page(
        &context,
        "抽检结果",
        &html! {
            (transparency::tabs::public("/facts/results"))
            h1 { "食品抽检结果" }
            p.lead { "抽到什么、合不合格，合格的不合格的都公布。不合格只说明这一批次。" }
            (filter_form(&query, &towns))
            p role="status" { "共 " (found.total) " 批次" }
            @if found.items.is_empty() {
                p { "没有符合条件的抽检结果。" }
            } @else {
                (result_cards(&found.items))
                @if let Some(next) = next { p.pages { a href=(next) { "下一页" } } }
            }
            p { a href="/api/v1/lists/samples.csv" { "下载全部（csv）" } "，按" a href=(LICENCE) rel="license" { "知识共享 署名 4.0" } "开放。想让我们抽检什么，到" a href="/sampling" { "你点我检" } "说一声。" }
            (contacts::directory("对结果有疑问，找谁", &contacts))
        },
    ))
}

fn filter_form(query: &ResultQuery, towns: &[String]) -> Markup {
    html! {
        form.filters method="get" role="search" {
            div.field.wide { label for="q" { "食品、企业名称或代码" } input id="q" name="q" type="text" value=(query.q.as_deref().unwrap_or("")); }
            div.field { label for="town" { "镇街" } select id="town" name="town" { option value="" { "全部" }
                @for town in towns { option value=(town) selected[query.town.as_deref() == Some(town)] { (town) } } } }
            div.field { label for="result" { "结果" } select id="result" name="result" { option value="" { "全部" }
                @for (code, name) in choices::<SampleResult>() { option value=(code) selected[query.result.as_deref() == Some(code)] { (name) } } } }
            div.actions { button.main { "查找" } }
        }
    }
}

fn result_cards(items: &[SampleResultItem]) -> Markup {
    html! {
        ul.cards.one { @for item in items { li {
            h2 { (item.food) " " span.tag { (item.result.chinese()) } }
            p { (item.name) " · " (item.town.as_deref().unwrap_or("镇街未登记")) }
            @if let Some(failed) = &item.failed_items { p { strong { "不合格项目：" (failed) } } }
            p.note { (chinese(item.sampled_on)) "抽样" @if let Some(batch) = &item.batch { "，批次 " (batch) } @if let Some(standard) = &item.standard { "，依据 " (standard) }
                @if let Some(institution) = &item.institution { "，" (institution) } "，编号 " (item.number) }
        } } }
    }
}
