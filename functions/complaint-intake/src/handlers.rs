//! The two handlers of insiders' reports: a change of them is proposed by one person and confirmed by another, and whoever handled
//! them until then is told.

use crate::access::HANDLER_CONFIRMERS;
use axum::response::IntoResponse as _;
use chrono::{DateTime, FixedOffset};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{gives, takes};
use web::extract::Json;
use web::problem::FieldError;
use web::routes::BUREAU;
use web::{Answer, Context, Problem, Routes, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/complaints/handlers",
            HANDLER_CONFIRMERS.or(Token::Person),
            show_insider_handlers,
        )
        .api(
            "内部举报的两名经办人，和等待确认的更换",
            gives::<Handlers>(),
        )
        .put(
            "/api/v1/complaints/handlers",
            BUREAU,
            propose_insider_handlers,
        )
        .api(
            "提议内部举报的两名经办人；由另一个人确认以后生效，原经办人会得到通知",
            takes::<HandlerNomination>().gives_as::<Handlers>(StatusCode::ACCEPTED),
        )
        .post(
            "/api/v1/complaints/handlers/confirm",
            HANDLER_CONFIRMERS,
            confirm_insider_handlers,
        )
        .api(
            "确认别人提议的经办人",
            takes::<HandlerChangeId>().gives::<Handlers>(),
        )
        .post(
            "/api/v1/complaints/handlers/withdraw",
            HANDLER_CONFIRMERS,
            withdraw_insider_handlers,
        )
        .api(
            "撤回还没有确认的提议",
            takes::<HandlerChangeId>().gives::<Handlers>(),
        )
}

/// A change that waits for a second person.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "HandlersChange")]
pub struct HandlerChange {
    pub id: String,
    pub first: String,
    pub second: String,
    pub proposed_by: String,
    pub proposed_at: DateTime<FixedOffset>,
}

/// Who handles now, and what is proposed.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Handlers {
    pub first: Option<String>,
    pub second: Option<String>,
    pub change: Option<HandlerChange>,
}

pub async fn read_handlers(context: &Context) -> Result<Handlers, Problem> {
    let sql = "SELECT json_object('first', (SELECT account FROM insider_handler WHERE place = 1),
        'second', (SELECT account FROM insider_handler WHERE place = 2),
        'change', json((SELECT json_object('id', CAST(id AS TEXT), 'first', first, 'second', second, 'proposed_by', proposed_by, 'proposed_at', proposed_at)
            FROM insider_handler_change WHERE outcome IS NULL)))";
    Ok(context.store.json(sql, []).await?)
}

/// The accounts that can be named, each with the name of its person.
pub async fn eligible_accounts(context: &Context) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT json_group_array(json_array(account, name)) FROM (SELECT account, name FROM case_handler ORDER BY account)";
    Ok(context.store.json(sql, []).await?)
}

/// The two accounts that are proposed.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HandlersNamed")]
pub struct HandlerNomination {
    pub first: String,
    pub second: String,
}

/// Proposes the two. Nothing changes by it, but those who handle now are told.
pub async fn propose_handlers(context: &Context, named: &HandlerNomination) -> Result<(), Problem> {
    let by = context.caller()?;
    let eligible = eligible_accounts(context).await?;
    let mut errors = Vec::new();
    for (field, account) in [("first", &named.first), ("second", &named.second)] {
        if !eligible.iter().any(|(known, _)| known == account) {
            errors.push(FieldError::new(
                field,
                account,
                "请选择区市场监管局、区食药安办（设在市场监管局的）或者监管所的账号",
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
    let current = read_handlers(context).await?;
    let is_named = |handler: &Option<String>| {
        [&named.first, &named.second]
            .iter()
            .any(|account| Some(account.as_str()) == handler.as_deref())
    };
    if is_named(&current.first) && is_named(&current.second) {
        return Err(Problem::handlers_already("这两个人已经是经办人"));
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
        _ => Err(Problem::change_waiting(
            "已经有一项更换在等另一个人确认，请先确认或者撤回它",
        )),
    }
}

/// How a change ends.
#[derive(Clone, Copy, PartialEq)]
pub enum ChangeOutcome {
    Confirmed,
    Withdrawn,
}

/// Confirms or withdraws the change of that id. Whoever proposed it cannot confirm it.
pub async fn end_change(
    context: &Context,
    id: &str,
    outcome: ChangeOutcome,
) -> Result<(), Problem> {
    let by = context.caller()?.account.as_str();
    let waiting = read_handlers(context).await?.change;
    let Some(change) = waiting.filter(|change| change.id == id) else {
        return Err(Problem::no_change_waiting(
            "没有这项等待确认的更换，可能已经有人处理过",
        ));
    };
    if outcome == ChangeOutcome::Confirmed && change.proposed_by == by {
        return Err(Problem::two_people(
            "更换经办人要由两个人办：提议的人不能自己确认",
        ));
    }
    let sql = "UPDATE insider_handler_change SET outcome = ?2, changed_by = ?3, changed_at = ?4
        WHERE CAST(id AS TEXT) = ?1 AND outcome IS NULL AND (?2 <> 'confirmed' OR (proposed_by <> ?3
            AND (SELECT count(*) FROM case_handler h WHERE h.account IN (first, second)) = 2)) RETURNING id";
    let outcome = match outcome {
        ChangeOutcome::Confirmed => "confirmed",
        ChangeOutcome::Withdrawn => "withdrawn",
    };
    let parameters = [id.into(), outcome.into(), by.into(), context.at().into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::handler_gone(
            "提议的账号已经停用或者不再办理投诉举报，请撤回以后重新提议",
        )),
    }
}

async fn show_insider_handlers(context: Context) -> Answer {
    Ok(axum::Json(read_handlers(&context).await?).into_response())
}

async fn propose_insider_handlers(
    context: Context,
    Json(named): Json<HandlerNomination>,
) -> Answer {
    propose_handlers(&context, &named).await?;
    let handlers = read_handlers(&context).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(handlers)).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeId")]
pub struct HandlerChangeId {
    pub id: String,
}

async fn confirm_insider_handlers(context: Context, Json(change): Json<HandlerChangeId>) -> Answer {
    end_change(&context, &change.id, ChangeOutcome::Confirmed).await?;
    show_insider_handlers(context).await
}

async fn withdraw_insider_handlers(
    context: Context,
    Json(change): Json<HandlerChangeId>,
) -> Answer {
    end_change(&context, &change.id, ChangeOutcome::Withdrawn).await?;
    show_insider_handlers(context).await
}

/// The name of the account's person, or the account itself where it is none of those.
pub fn name_of_account<'n>(eligible: &'n [(String, String)], account: &'n str) -> &'n str {
    let known = eligible.iter().find(|(known, _)| known == account);
    known.map_or(account, |(_, name)| name)
}
