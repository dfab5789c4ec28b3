//! The two handlers of insiders' reports: a change of them is proposed by one person and confirmed by another, and whoever handled
//! before is told.

use crate::handover;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset};
use domain::office_date::chinese_time;
use domain::words::Role;
use http::StatusCode;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json};
use web::form::{Errors, select};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Code, Context, Problem, page};

/// A change that waits for a second person.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HandlersChange")]
pub struct Change {
    id: String,
    first: String,
    second: String,
    proposed_by: String,
    proposed_at: DateTime<FixedOffset>,
}

/// Who handles now, and what is proposed.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Handlers {
    first: Option<String>,
    second: Option<String>,
    change: Option<Change>,
}

async fn handlers(context: &Context) -> Result<Handlers, Problem> {
    let sql = "SELECT json_object('first', (SELECT account FROM insider_handler WHERE place = 1),
        'second', (SELECT account FROM insider_handler WHERE place = 2),
        'change', json((SELECT json_object('id', CAST(id AS TEXT), 'first', first, 'second', second, 'proposed_by', proposed_by, 'proposed_at', proposed_at)
            FROM insider_handler_change WHERE outcome IS NULL)))";
    Ok(context.store.json(sql, []).await?)
}

/// Accounts that can be named, with their names.
pub async fn eligible(context: &Context) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT json_group_array(json_array(account, name)) FROM (SELECT account, name FROM complaint_handler ORDER BY account)";
    Ok(context.store.json(sql, []).await?)
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HandlersNamed")]
pub struct Named {
    first: String,
    second: String,
}

/// Proposes the two. Nothing changes by it but that those who handle now are told.
async fn propose(context: &Context, named: &Named) -> Result<(), Problem> {
    let by = context.caller()?;
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
    let now = handlers(context).await?;
    let same = |place: &Option<String>| {
        [&named.first, &named.second]
            .iter()
            .any(|account| Some(account.as_str()) == place.as_deref())
    };
    if same(&now.first) && same(&now.second) {
        return Err(Problem::new(Code::HandlersAlready, "这两个人已经是经办人"));
    }
    let sql = "INSERT INTO insider_handler_change (first, second, proposed_by, proposed_at, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?3, ?4)
        ON CONFLICT DO NOTHING RETURNING id";
    let parameters = [
        named.first.as_str().into(),
        named.second.as_str().into(),
        by.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::new(
            Code::ChangeWaiting,
            "已经有一项更换在等另一个人确认，请先确认或者撤回它",
        )),
    }
}

/// How a change ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Confirmed,
    Withdrawn,
}

async fn end(context: &Context, id: &str, end: End) -> Result<(), Problem> {
    let by = context.caller()?.account.as_str();
    let waiting = handlers(context).await?.change;
    let Some(change) = waiting.filter(|change| change.id == id) else {
        return Err(Problem::new(
            Code::NoChangeWaiting,
            "没有这项等待确认的更换，可能已经有人处理过",
        ));
    };
    if end == End::Confirmed && change.proposed_by == by {
        return Err(Problem::new(
            Code::TwoPeople,
            "更换经办人要由两个人办：提议的人不能自己确认",
        ));
    }
    let sql = "UPDATE insider_handler_change SET outcome = ?2, changed_by = ?3, changed_at = ?4
        WHERE CAST(id AS TEXT) = ?1 AND outcome IS NULL AND (?2 <> 'confirmed' OR (proposed_by <> ?3
            AND (SELECT count(*) FROM complaint_handler h WHERE h.account IN (first, second)) = 2)) RETURNING id";
    let outcome = match end {
        End::Confirmed => "confirmed",
        End::Withdrawn => "withdrawn",
    };
    let parameters = [id.into(), outcome.into(), by.into(), context.at().into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::new(
            Code::HandlerGone,
            "提议的账号已经停用或者不再办理投诉举报，请撤回以后重新提议",
        )),
    }
}

pub async fn show_insider_handlers(context: Context) -> Answer {
    Ok(axum::Json(handlers(&context).await?).into_response())
}

pub async fn propose_insider_handlers(context: Context, Json(named): Json<Named>) -> Answer {
    propose(&context, &named).await?;
    let handlers = handlers(&context).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(handlers)).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeId")]
pub struct Which {
    id: String,
}

pub async fn confirm_insider_handlers(context: Context, Json(which): Json<Which>) -> Answer {
    end(&context, &which.id, End::Confirmed).await?;
    show_insider_handlers(context).await
}

pub async fn withdraw_insider_handlers(context: Context, Json(which): Json<Which>) -> Answer {
    end(&context, &which.id, End::Withdrawn).await?;
    show_insider_handlers(context).await
}

pub async fn page(context: Context) -> Answer {
    shown(&context, &Named::default(), &Errors::default()).await
}

/// An account's name, where it is one of those.
pub fn called<'n>(eligible: &'n [(String, String)], account: &'n str) -> &'n str {
    let known = eligible.iter().find(|(known, _)| known == account);
    known.map_or(account, |(_, name)| name)
}

async fn shown(context: &Context, named: &Named, errors: &Errors) -> Answer {
    let caller = context.caller()?;
    let office = caller.role == Role::Office;
    let eligible = eligible(context).await?;
    let choices: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(
            eligible
                .iter()
                .map(|(account, name)| (account.as_str(), name.as_str())),
        )
        .collect();
    let now = handlers(context).await?;
    let called = |account: &Option<String>| {
        let account = account.as_deref().unwrap_or("还没有指定");
        called(&eligible, account).to_owned()
    };
    let waiting = match office {
        true => Markup::default(),
        false => handover::waiting_part(context).await?,
    };
    Ok(page::page(
        context,
        &errors.title("内部举报经办人"),
        &html! {
            @if office { (tabs(context)) }
            (errors.summary())
            h1 { "内部举报经办人" }
            p { "企业内部人员（吹哨人）的举报，只有收到时的两名经办人能打开，其他人包括管理员都看不到。更换经办人要由两个人办：一个人提议，另一个人（区食药安办或者食药安委主任）确认；原经办人会得到通知。" }
            @if now.first.is_none() {
                div.panel { p { "还没有指定经办人。如果收到内部举报，没有人能办理，请尽快指定。" } }
            } @else {
                dl.facts { dt { "第一名经办人" } dd { (called(&now.first)) } dt { "第二名经办人" } dd { (called(&now.second)) } }
            }
            @match &now.change {
                Some(change) => {
                    h2 id="change" { "等待确认的更换" }
                    p { (called(&Some(change.proposed_by.clone()))) " 于 " (chinese_time(change.proposed_at)) " 提议：" strong { (called(&Some(change.first.clone()))) "、" (called(&Some(change.second.clone()))) } }
                    div.actions {
                        @if change.proposed_by != caller.account {
                            form method="post" action="/complaints/handlers/confirm" { input type="hidden" name="id" value=(change.id); button.main { "确认更换" } }
                        } @else { p { "要由另一个人确认。" } }
                        form method="post" action="/complaints/handlers/withdraw" { input type="hidden" name="id" value=(change.id); button.second { "撤回这项提议" } }
                    }
                },
                None if office => {
                    h2 id="change" { @if now.first.is_none() { "指定" } @else { "更换" } }
                    form.stack method="post" action="/complaints/handlers" {
                        (select("first", "第一名经办人", &choices, &named.first, errors))
                        (select("second", "第二名经办人", &choices, &named.second, errors))
                        button.main { "提议" }
                    }
                },
                None => { span id="change" {} },
            }
            (waiting)
        },
    ))
}

/// Back to the page, which says what was wrong.
pub async fn settled(context: &Context, done: Result<(), Problem>, named: &Named) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to("/complaints/handlers").into_response()),
        Err(problem) if problem.status == StatusCode::FORBIDDEN => Err(problem),
        Err(problem) => {
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret("change", problem.detail.clone())],
                false => problem.errors,
            };
            let page = shown(context, named, &Errors(errors)).await?;
            Ok(refused(problem.status, page))
        }
    }
}

pub async fn submit(context: Context, Form(named): Form<Named>) -> Answer {
    let done = propose(&context, &named).await;
    settled(&context, done, &named).await
}

pub async fn submit_confirm(context: Context, Form(which): Form<Which>) -> Answer {
    let done = end(&context, &which.id, End::Confirmed).await;
    settled(&context, done, &Named::default()).await
}

pub async fn submit_withdraw(context: Context, Form(which): Form<Which>) -> Answer {
    let done = end(&context, &which.id, End::Withdrawn).await;
    settled(&context, done, &Named::default()).await
}
