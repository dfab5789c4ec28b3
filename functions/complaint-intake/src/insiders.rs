//! 吹哨人: the two handlers whom the office names, and the list that they alone see.

use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use domain::complaint::{Category, ComplaintStatus};
use domain::office_date::chinese;
use domain::words::Word as _;
use http::StatusCode;
use maud::html;
use serde::Deserialize;
use web::extract::{Form, Json};
use web::form::{Errors, select};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Context, Problem, page};

#[derive(Deserialize)]
struct Item {
    code: String,
    status: ComplaintStatus,
    category: Category,
    received_on: chrono::NaiveDate,
    due: Option<chrono::NaiveDate>,
    waiting: bool,
}

const ITEMS: &str = "SELECT json_object('items', json_group_array(json_object('code', c.code, 'status', c.status, 'category', c.category,
        'received_on', c.received_on,
        'due', (SELECT min(d.due_on) FROM complaint_deadline d WHERE d.complaint_id = c.id AND d.met_on IS NULL AND d.ended_on IS NULL),
        'waiting', json(iif((SELECT m.from_office FROM complaint_message m WHERE m.complaint_id = c.id ORDER BY m.id DESC LIMIT 1) = 0, 'true', 'false')))),
        'next', NULL, 'total', count(*))
    FROM (SELECT * FROM complaint WHERE insider ORDER BY closed_on IS NOT NULL, received_at) c
    WHERE EXISTS (SELECT 1 FROM insider_handler h WHERE h.account = ?1)";

pub async fn list(context: Context) -> Answer {
    let account = context.caller()?.account.as_str();
    Ok(json_text(
        context.store.text(ITEMS, [account.into()]).await?,
    ))
}

pub async fn page(context: Context) -> Answer {
    #[derive(Deserialize)]
    struct List {
        items: Vec<Item>,
    }
    let account = context.caller()?.account.as_str();
    let List { items } = context.store.json(ITEMS, [account.into()]).await?;
    let named = handlers(&context).await?;
    let mine = named.iter().any(|handler| handler == account);
    Ok(page::page(
        &context,
        "内部举报",
        &html! {
            (tabs(&context))
            h1 { "内部举报" }
            @if !mine {
                p { "企业内部人员的举报，只有区食药安办指定的两名经办人能看到。您不是经办人。" }
            } @else if items.is_empty() {
                p { "还没有内部举报。" }
            } @else {
                p.note { "举报人冒着风险。不要在系统以外提起编号和内容，也不要在现场检查时让人猜到线索从哪里来。" }
                div.scroll tabindex="0" role="region" aria-label="内部举报" {
                    table {
                        thead { tr { th scope="col" { "编号" } th scope="col" { "问题" } th scope="col" { "状态" } th scope="col" { "收到" } th scope="col" { "期限" } th scope="col" { "留言" } } }
                        tbody { @for item in &items { tr {
                            td.tight { a href={ "/complaints/cases/" (item.code) } { (item.code) } }
                            td { (item.category.chinese()) }
                            td.tight { (item.status.chinese()) }
                            td.tight { (chinese(item.received_on)) }
                            td.tight { (item.due.map(chinese).unwrap_or_default()) }
                            td { @if item.waiting { "有新留言" } }
                        } } }
                    }
                }
            }
        },
    ))
}

/// The two accounts, in their places; empty where nobody has been named.
async fn handlers(context: &Context) -> Result<[String; 2], Problem> {
    let sql = "SELECT json_array(coalesce((SELECT account FROM insider_handler WHERE place = 1), ''), coalesce((SELECT account FROM insider_handler WHERE place = 2), ''))";
    Ok(context.store.json(sql, []).await?)
}

/// Accounts that can be named.
async fn eligible(context: &Context) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT json_group_array(json_array(account, name)) FROM (SELECT account, name FROM complaint_handler ORDER BY account)";
    Ok(context.store.json(sql, []).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    first: String,
    second: String,
}

async fn name(context: &Context, named: &Named) -> Result<(), Problem> {
    let eligible = eligible(context).await?;
    let mut errors = Vec::new();
    for (field, account) in [("first", &named.first), ("second", &named.second)] {
        if !eligible.iter().any(|(known, _)| known == account) {
            errors.push(FieldError::new(
                field,
                account,
                "请选择区食药安办或者监管所的账号",
            ));
        }
    }
    if named.first == named.second {
        errors.push(FieldError::new(
            "second",
            &named.second,
            "请指定两个不同的人",
        ));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sql = "INSERT INTO insider_handler (place, account, changed_by, changed_at) VALUES (1, ?1, ?3, ?4), (2, ?2, ?3, ?4)
        ON CONFLICT (place) DO UPDATE SET account = excluded.account, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        WHERE account IS NOT excluded.account";
    let parameters = [
        named.first.as_str().into(),
        named.second.as_str().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

pub async fn name_handlers(context: Context, Json(named): Json<Named>) -> Answer {
    name(&context, &named).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn handlers_page(context: Context) -> Answer {
    let [first, second] = handlers(&context).await?;
    shown(&context, &Named { first, second }, &Errors::default()).await
}

async fn shown(context: &Context, named: &Named, errors: &Errors) -> Answer {
    let eligible = eligible(context).await?;
    let choices: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(
            eligible
                .iter()
                .map(|(account, name)| (account.as_str(), name.as_str())),
        )
        .collect();
    let sql = "SELECT json_array(count(*)) FROM complaint WHERE insider AND closed_on IS NULL";
    let [waiting]: [u32; 1] = context.store.json(sql, []).await?;
    let nobody = named.first.is_empty();
    Ok(page::page(
        context,
        &errors.title("内部举报经办人"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "内部举报经办人" }
            p { "企业内部人员（吹哨人）的举报，只有这里指定的两个人能打开，其他人包括管理员都看不到。" }
            @if nobody && waiting > 0 {
                div.panel { p { "有 " strong { (waiting) } " 件内部举报在等经办人，请尽快指定。" } }
            }
            form.stack method="post" action="/complaints/handlers" {
                (select("first", "第一名经办人", &choices, &named.first, errors))
                (select("second", "第二名经办人", &choices, &named.second, errors))
                button.main { "指定" }
            }
        },
    ))
}

pub async fn submit(context: Context, Form(named): Form<Named>) -> Answer {
    match name(&context, &named).await {
        Ok(()) => Ok(Redirect::to("/complaints/handlers").into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let page = shown(&context, &named, &Errors(problem.errors)).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}
