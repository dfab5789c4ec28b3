//! Who changed what: the audit rows that triggers write, newest first.

use chrono::DateTime;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::api::{ListPage, asks};
use web::extract::Query;
use web::form::{Errors, Field};
use web::navigation::Record;
use web::paging::{Page, blank_is_none};
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("变更记录")
        .get("/audit", OFFICE, page)
        .get("/api/v1/audit", OFFICE, list_audit)
        .api(
            "谁在什么时候改了什么",
            asks::<AuditQuery>().gives::<ListPage<AuditEntry>>(),
        )
}

#[derive(Deserialize, Default, JsonSchema)]
#[schemars(rename = "AuditAsked")]
struct AuditQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 只看一条记录，例如 enterprise/91330503MYYG3CWJ94
    #[schemars(with = "String")]
    record: Option<String>,
    #[serde(flatten)]
    page: Page,
}

/// A page of the audit as JSON.
async fn audit_json(context: &Context, query: &AuditQuery) -> Result<String, Problem> {
    let before = match query.page.after()? {
        0 => i64::MAX,
        cursor => cursor,
    };
    let sql = "WITH hit AS (SELECT * FROM audit WHERE (?1 IS NULL OR record = ?1) AND id < ?2 ORDER BY id DESC LIMIT ?3)
               SELECT json_object(
                   'items', json_group_array(json_object('id', CAST(id AS TEXT), 'at', at, 'actor', actor, 'record', record,
                       'action', action, 'before', json(before), 'after', json(after))),
                   'next', (SELECT CASE WHEN count(*) = ?3 THEN CAST(min(id) AS TEXT) END FROM hit),
                   'total', (SELECT count(*) FROM audit WHERE ?1 IS NULL OR record = ?1))
               FROM hit";
    let parameters = [
        query.record.clone().into(),
        before.into(),
        query.page.limit()?.into(),
    ];
    Ok(context.store.text(sql, parameters).await?)
}

async fn list_audit(context: Context, Query(query): Query<AuditQuery>) -> Answer {
    Ok(json_text(audit_json(&context, &query).await?))
}

#[derive(Deserialize)]
struct AuditPage {
    items: Vec<AuditEntry>,
    next: Option<String>,
    total: u64,
}

/// The fields of a record, by name; none before it was made.
type Fields = Option<BTreeMap<String, serde_json::Value>>;

#[derive(Deserialize, JsonSchema)]
struct AuditEntry {
    /// Pages do without it.
    #[expect(dead_code, reason = "for programs")]
    id: String,
    #[schemars(with = "DateTime<chrono::FixedOffset>")]
    at: String,
    actor: String,
    record: String,
    action: String,
    before: Fields,
    after: Fields,
}

async fn page(context: Context, Query(query): Query<AuditQuery>) -> Answer {
    let list: AuditPage =
        serde_json::from_str(&audit_json(&context, &query).await?).map_err(Problem::internal)?;
    let record = query.record.as_deref().unwrap_or("");
    Ok(page::page(
        &context,
        "变更记录",
        &html! {
            h1 { "变更记录" }
            form.filters method="get" {
                div.wide.field { (Field::text("record", "只看一条记录", record).hint("例如 enterprise/91330503MYYG3CWJ94").render(&Errors::default())) }
                div.actions { button.second { "查看" } }
            }
            p.note { "共 " (list.total) " 条，新的在前。" }
            @if list.items.is_empty() {
                p { "没有这样的记录。" }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="变更记录" {
                    table {
                        thead { tr { th scope="col" { "时间" } th scope="col" { "操作人" } th scope="col" { "记录" } th scope="col" { "变化" } } }
                        tbody {
                            @for entry in &list.items {
                                tr {
                                    td.tight { (time(&entry.at)) }
                                    td { (entry.actor) }
                                    td.name { (record_link(&entry.record)) }
                                    td.name { (changes(entry)) }
                                }
                            }
                        }
                    }
                }
                @if let Some(next) = &list.next {
                    p.pages { a href={ "/audit?record=" (page::encode(record)) "&cursor=" (next) } rel="next" { "更早的记录" } }
                }
            }
        },
    ))
}

fn time(at: &str) -> String {
    DateTime::parse_from_rfc3339(at).map_or_else(
        |_| at.to_owned(),
        |at| at.format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// The name of a record and the link to it, as its function declares them, and the link to all its audit rows.
fn record_link(record: &str) -> maud::Markup {
    html! {
        @match Record::of(record) {
            Some((known, rest)) => { (known.name) " " a href=(known.page_of(rest)) { (rest) } },
            None => (record),
        }
        br;
        a.note href={ "/audit?record=" (page::encode(record)) } { "只看这一条" span.hidden { "：" (record) } }
    }
}

/// What has changed, field by field.
fn changes(entry: &AuditEntry) -> maud::Markup {
    let blank = BTreeMap::new();
    let (before, after) = (
        entry.before.as_ref().unwrap_or(&blank),
        entry.after.as_ref().unwrap_or(&blank),
    );
    let value_text = |value: Option<&serde_json::Value>| match value {
        None | Some(serde_json::Value::Null) => "（空）".to_owned(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let record = Record::of(&entry.record);
    html! {
        @if entry.action == "created" {
            "新建"
        } @else {
            @for (field, new) in after.iter().filter(|(field, new)| before.get(*field) != Some(new)) {
                @let name = record.map_or(field.as_str(), |(record, _)| record.field(field));
                div { (name) "：" (value_text(before.get(field))) " → " (value_text(Some(new))) }
            }
        }
    }
}
