//! 达标提示: who meets the criteria, with the evidence. The desk decides what comes of it.

use crate::findings::{self, Suggestions};
use crate::tabs::desk_tabs;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::Query;
use web::paging::{Page, blank_is_none};
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "SuggestionsAsked")]
pub struct Asked {
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

impl Asked {
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

    async fn text(&self, context: &Context) -> Result<String, Problem> {
        let list = self.list()?;
        let page = &self.page;
        let asked = findings::Asked {
            uscc: None,
            town: self.town.as_deref(),
            q: self.q.as_deref(),
            with_cases: self.with_cases,
            behind: page.place(list)?,
            limit: page.limit()?.into(),
        };
        findings::text(context, list, &asked).await
    }
}

pub async fn list_suggestions(context: Context, Query(asked): Query<Asked>) -> Answer {
    Ok(json_text(asked.text(&context).await?))
}

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    let list = asked.list()?;
    let found: Suggestions =
        serde_json::from_str(&asked.text(&context).await?).map_err(Problem::internal)?;
    let towns = registers::towns::all(&context.store).await?;
    let fallen = match list {
        "red" => fallen(&context).await?,
        _ => Vec::new(),
    };
    let next = found.next.map(|next| {
        let query = page::query(&[
            ("list", &Some(list.to_owned())),
            ("town", &asked.town),
            ("q", &asked.q),
            ("cursor", &Some(next)),
        ]);
        format!("/lists/cases/suggestions?{query}")
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
                        @for town in &towns { option value=(town) selected[asked.town.as_deref() == Some(town)] { (town) } } } }
                div.field.wide { label for="q" { "企业名称或代码" } input id="q" name="q" type="text" value=(asked.q.as_deref().unwrap_or("")); }
                div.actions { button.main { "筛选" } }
            }
            @if !fallen.is_empty() {
                div.panel role="status" {
                    p { strong { "在红榜上、现在不再全部达标的：" } "请看是否撤回。" }
                    ul.tidy { @for (id, name) in &fallen { li { a href={ "/lists/cases/" (id) } { (name) } } } }
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
                        // Of the red list each one meets all the same.
                        details open[list != "red"] { summary { "达到的标准和证据" span.hidden { "：" (item.name) } } (crate::shown::rules(&item.rules)) }
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

/// Who stands on the red list and does not meet all its criteria any more. Nobody is taken off by a machine.
async fn fallen(context: &Context) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT json_group_array(json_array(id, uscc, name))
        FROM (SELECT c.id, c.uscc, coalesce(e.name, c.uscc) AS name FROM list_case c LEFT JOIN enterprise_ledger e ON e.uscc = c.uscc
            WHERE c.list = 'red' AND c.status = 'published' ORDER BY c.id)";
    let published: Vec<(String, String, String)> = context.store.json(sql, []).await?;
    if published.is_empty() {
        return Ok(Vec::new());
    }
    let meet = findings::all_that_meet(context, "red").await?;
    Ok(published
        .into_iter()
        .filter(|(_, uscc, _)| !meet.contains(uscc))
        .map(|(id, _, name)| (id, name))
        .collect())
}
