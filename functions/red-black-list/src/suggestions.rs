//! 达标提示: who meets the criteria of a list, with the evidence. The office decides what comes of it.

use crate::findings::{SuggestionFilter, Suggestions, businesses_that_meet, suggestions_json};
use crate::tabs::desk_tabs;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use transparency::wording;
use web::api::asks;
use web::extract::Query;
use web::paging::{Page, blank_is_none};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/cases/suggestions", OFFICE, page)
        .get("/api/v1/list-cases/suggestions", OFFICE, list_suggestions)
        .api(
            "谁达到了标准，证据是什么",
            asks::<SuggestionQuery>().gives::<Suggestions>(),
        )
}

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "SuggestionsAsked")]
struct SuggestionQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String", extend("enum" = ["red", "black", "key_help"]))]
    list: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String")]
    town: Option<String>,
    /// 企业名称或代码
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String")]
    q: Option<String>,
    /// 已经在办理的也列出
    #[serde(default)]
    with_cases: bool,
    #[serde(flatten)]
    page: Page,
}

const LISTS: [(&str, &str); 3] = [("red", "红榜"), ("black", "黑榜"), ("key_help", "重点帮扶")];

impl SuggestionQuery {
    fn list(&self) -> Result<&'static str, Problem> {
        let list = self.list.as_deref().unwrap_or("black");
        LISTS
            .iter()
            .find(|(code, _)| *code == list)
            .map(|(code, _)| *code)
            .ok_or_else(|| {
                Problem::invalid(vec![FieldError::new(
                    "list",
                    list,
                    "应为 red、black 或者 key_help",
                )])
            })
    }

    /// The page of suggestions that is asked for, as JSON.
    async fn fetch(&self, context: &Context) -> Result<String, Problem> {
        let list = self.list()?;
        let page = &self.page;
        let filter = SuggestionFilter {
            uscc: None,
            town: self.town.as_deref(),
            q: self.q.as_deref(),
            with_cases: self.with_cases,
            behind: page.place(list)?,
            limit: page.limit()?.into(),
        };
        suggestions_json(context, list, &filter).await
    }
}

async fn list_suggestions(context: Context, Query(query): Query<SuggestionQuery>) -> Answer {
    Ok(json_text(query.fetch(&context).await?))
}

async fn page(context: Context, Query(query): Query<SuggestionQuery>) -> Answer {
    let list = query.list()?;
    let found: Suggestions =
        serde_json::from_str(&query.fetch(&context).await?).map_err(Problem::internal)?;
    let towns = registers::towns::all(&context.store).await?;
    let no_longer_spotless = match list {
        "red" => no_longer_spotless(&context).await?,
        _ => Vec::new(),
    };
    let next = found.next.map(|next| {
        let address = page::query(&[
            ("list", &Some(list.to_owned())),
            ("town", &query.town),
            ("q", &query.q),
            ("cursor", &Some(next)),
        ]);
        format!("/lists/cases/suggestions?{address}")
    });
    Ok(page::page(
        &context,
        "达标提示",
        &html! {
            (desk_tabs(&context))
            h1 { "达标提示" }
            p { "系统按" a href="/lists/cases/criteria" { "列入标准" } "从台账和抽检、处罚、检查、事故记录里找出来的，只是提示。是否提名由您决定。" }
            form.filters method="get" {
                div.field { label for="list" { "榜单" }
                    select id="list" name="list" { @for (code, title) in LISTS { option value=(code) selected[code == list] { (title) } } } }
                div.field { label for="town" { "镇街" }
                    select id="town" name="town" { option value="" { "全部" }
                        @for town in &towns { option value=(town) selected[query.town.as_deref() == Some(town)] { (town) } } } }
                div.field.wide { label for="q" { "企业名称或代码" } input id="q" name="q" type="text" value=(query.q.as_deref().unwrap_or("")); }
                div.actions { button.main { "筛选" } }
            }
            @if !no_longer_spotless.is_empty() {
                div.panel role="status" {
                    p { strong { "在红榜上、现在不再全部达标的：" } "请看是否撤回。" }
                    ul.tidy { @for (id, name) in &no_longer_spotless { li { a href={ "/lists/cases/" (id) } { (name) } } } }
                }
            }
            p role="status" { "共 " (found.total) " 家" }
            @if found.items.is_empty() {
                p { "没有新的企业达到标准。已经在办理的见“提名和公布”。" }
            }
            ul.cards.one {
                @for item in &found.items {
                    li {
                        h2 { a href={ "/enterprises/" (item.uscc) } { (item.name) } }
                        p { (item.town.as_deref().unwrap_or("镇街未登记")) }
                        // On the red list everybody meets the same criteria: they are folded away.
                        details open[list != "red"] { summary { "达到的标准和证据" span.hidden { "：" (item.name) } } (wording::rules(&item.rules)) }
                        @match &item.case {
                            Some(_) => p { "已经在办理之中。" },
                            None if list == "key_help" => {
                                form method="post" action="/lists/cases/key-help" {
                                    input type="hidden" name="uscc" value=(item.uscc);
                                    button.second { "列入重点帮扶" span.hidden { "：" (item.name) } }
                                }
                            }
                            None => a.second href={ "/lists/cases/new?list=" (list) "&uscc=" (item.uscc) } { "提名" span.hidden { "：" (item.name) } },
                        }
                    }
                }
            }
            @if let Some(next) = next { p.pages { a href=(next) { "下一页" } } }
        },
    ))
}

/// The cases on the red list whose business no longer meets every criterion, as id and name. The program removes none of them: the office
/// decides.
async fn no_longer_spotless(context: &Context) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT json_group_array(json_array(id, uscc, name))
        FROM (SELECT c.id, c.uscc, coalesce(e.name, c.uscc) AS name FROM list_case c LEFT JOIN enterprise_ledger e ON e.uscc = c.uscc
            WHERE c.list = 'red' AND c.status = 'published' ORDER BY c.id)";
    let published: Vec<(String, String, String)> = context.store.json(sql, []).await?;
    if published.is_empty() {
        return Ok(Vec::new());
    }
    let meet = businesses_that_meet(context, "red").await?;
    Ok(published
        .into_iter()
        .filter(|(_, uscc, _)| !meet.contains(uscc))
        .map(|(id, _, name)| (id, name))
        .collect())
}
