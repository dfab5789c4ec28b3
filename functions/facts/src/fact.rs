//! One fact: what it says, and the documents behind it.

use crate::registers::{ACCIDENTS, HONOURS, INSPECTIONS, PENALTIES, SAMPLES, fact_tabs};
use ::registers::Register;
use domain::office_date::chinese;
use domain::words::{FactKind, Word as _};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::asks;
use web::extract::Query;
use web::form::{Errors, around};
use web::respond::json_text;
use web::routes::{BUREAU, DESK, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("抽检处罚")
        .get("/facts/fact", DESK, show)
        .get("/api/v1/list-facts", DESK, show_fact)
        .api(
            "一条事实和它的材料",
            asks::<FactQuery>().gives::<Fact>().refuses(&[404]),
        )
}

/// The register of a kind of fact.
pub fn register_of(kind: FactKind) -> &'static Register {
    match kind {
        FactKind::Sample => &SAMPLES,
        FactKind::Penalty => &PENALTIES,
        FactKind::Inspection => &INSPECTIONS,
        FactKind::Honour => &HONOURS,
        FactKind::Accident => &ACCIDENTS,
    }
}

/// The fact that a request is about.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "FactAsked")]
pub struct FactQuery {
    pub kind: FactKind,
    pub number: String,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "programs read what the page does not show")]
struct Fact {
    kind: FactKind,
    number: String,
    uscc: String,
    name: Option<String>,
    title: String,
    said: String,
    happened_on: chrono::NaiveDate,
    documents: Vec<FactDocument>,
}

#[derive(Deserialize, JsonSchema)]
struct FactDocument {
    id: String,
    name: String,
    #[schemars(with = "chrono::DateTime<chrono::FixedOffset>")]
    at: String,
}

/// SQL: the fact `f` as JSON, with its documents.
const FACT_JSON: &str = "json_object('uscc', f.uscc, 'name', e.name, 'kind', f.kind, 'number', f.number, 'title', f.title, 'said', f.said, 'happened_on', f.happened_on,
    'documents', json((SELECT json_group_array(json_object('id', d.id, 'name', d.name, 'at', d.changed_at))
        FROM (SELECT * FROM fact_document WHERE kind = f.kind AND number = f.number ORDER BY changed_at) d)))";

/// The table of a kind of fact, and the column of its numbers.
pub fn table_of(kind: FactKind) -> (&'static str, &'static str) {
    let register = register_of(kind);
    let key = register.fields.first().map_or("", |field| field.column);
    (register.table, key)
}

/// The fact as JSON.
///
/// # Errors
///
/// 404 where there is none that holds, or the caller may not know of it.
pub async fn fact_json(context: &Context, fact: &FactQuery) -> Result<String, Problem> {
    let (table, key) = table_of(fact.kind);
    let towns = context.caller()?.only_towns_json();
    let sql = format!(
        "SELECT coalesce((SELECT {FACT_JSON} FROM enterprise_fact f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc
        WHERE f.uscc = (SELECT t.uscc FROM {table} t WHERE t.{key} = ?2) AND f.kind = ?1 AND f.number = ?2
            AND (?3 IS NULL OR e.town IN (SELECT value FROM json_each(?3)))), '')"
    );
    let parameters = [
        fact.kind.code().into(),
        fact.number.as_str().into(),
        towns.into(),
    ];
    let text = context.store.text(&sql, parameters).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

/// The address of the page of a fact.
pub fn address(fact: &FactQuery) -> String {
    format!(
        "/facts/fact?kind={}&number={}",
        fact.kind.code(),
        page::encode(&fact.number)
    )
}

async fn show(context: Context, Query(query): Query<FactQuery>) -> Answer {
    fact_page(&context, &query, &Errors::default()).await
}

async fn show_fact(context: Context, Query(query): Query<FactQuery>) -> Answer {
    Ok(json_text(fact_json(&context, &query).await?))
}

/// The page of a fact, with the errors of a form on it.
pub async fn fact_page(context: &Context, query: &FactQuery, errors: &Errors) -> Answer {
    let fact: Fact =
        serde_json::from_str(&fact_json(context, query).await?).map_err(Problem::internal)?;
    let may_change = BUREAU.admits(context.caller.as_ref());
    let title = format!("{}：{}", query.kind.chinese(), query.number);
    let address = address(query);
    let (_, parameters) = address.split_once('?').unwrap_or_default();
    Ok(page::page(
        context,
        &errors.title(&title),
        &html! {
            (errors.summary())
            (fact_tabs(context))
            h1 { (title) }
            dl.facts {
                dt { "企业" } dd { a href={ "/enterprises/" (fact.uscc) } { (fact.name.as_deref().unwrap_or(&fact.uscc)) } }
                dt { "日期" } dd { (chinese(fact.happened_on)) }
                dt { "内容" } dd { (fact.title) }
                dt { "结果" } dd { (fact.said) }
            }
            @if may_change {
                div.actions { a.second href={ (register_of(query.kind).path) "/" (page::encode(&query.number)) "/edit" } { "修改" } }
            }
            h2 { "材料" }
            @if fact.documents.is_empty() { p { "还没有材料。请上传检验报告、处罚决定书等原件的扫描件或者照片。" } }
            ul.files { @for document in &fact.documents {
                li { a href={ "/facts/documents/" (document.id) } { (document.name) } "，" (document.at.get(..10).unwrap_or("")) }
            } }
            @if may_change {
                form.stack method="post" action={ "/facts/documents?" (parameters) } enctype="multipart/form-data" {
                    (around("file", "上传材料", Some("PDF 或者照片，不超过 20 MB"), errors.of("file"), &html! { input id="file" name="file" type="file" accept="application/pdf,image/jpeg,image/png,image/webp" required; }))
                    button.main { "上传" }
                }
                h2 { "撤销这条记录" }
                p { "录错了，或者决定被依法撤销、变更的，撤销以后不再作为依据；以它为依据的黑榜条目会自动撤下。" }
                form.stack method="post" action="/facts/revoke" {
                    input type="hidden" name="kind" value=(query.kind.code()); input type="hidden" name="number" value=(query.number);
                    p { label.choice { input type="checkbox" name="sure" value="yes" id="sure"; "我确认要撤销这条记录" } }
                    @if let Some(error) = errors.of("sure") { p.error { strong { "错误：" } (error) } }
                    button.second { "撤销" }
                }
            }
        },
    ))
}
