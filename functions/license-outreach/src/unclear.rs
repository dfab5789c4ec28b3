//! 需人工判断: the scopes that the rules cannot decide, and the decision that a person makes.

use crate::prospect_filters::{FROM_DAY, SEARCH, TO_DAY, TOWN};
use crate::tabs::tabs;
use crate::{DOOR, FIELD, goes_to_the_door};
use axum::response::IntoResponse as _;
use domain::scope::Reading;
use http::StatusCode;
use maud::html;
use registers::enterprises::find_number;
use registers::{Column, Field, FormValues, Item, LONGEST, List, Member, Questions, Submission};
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::form::{Errors, outcome};
use web::routes::Routes;
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/license-outreach/unclear/{uscc}", FIELD, decision_page)
        .post("/license-outreach/unclear/{uscc}", DOOR, submit_decision)
        .post("/api/v1/license-outreach/decisions", DOOR, decide_scope)
        .api(
            "人工判断一家企业的经营范围，经营范围变更后失效",
            DECISION.taken().gives_nothing().refuses(&[404]),
        )
}

pub static UNCLEAR: List = List {
    name: "license-unclear",
    title: "经营范围需人工判断",
    path: "/license-outreach/unclear",
    from: "prospect_today p",
    id: "p.ledger_id",
    sort: Some("-founded_on"),
    condition: "p.verdict IS NULL",
    town: "p.town",
    nothing: "没有需要人工判断的经营范围。",
    item: &[
        Member::text("uscc", "p.uscc"),
        Member::text("name", "p.name"),
        Member::text("town", registers::town_name!("p.town")),
        Member::text("village", registers::village_name!("p.town", "p.village")),
        Member::date("founded_on", "p.founded_on"),
        Member::text("business_scope", "p.business_scope"),
        Member::text(
            "unclear",
            "coalesce((SELECT group_concat(words, '；') FROM (SELECT m.value ->> '$.text' || '：' || (m.value ->> '$.reason') AS words FROM json_each(p.scope_reading, '$.unclear') m LIMIT 5)), '还没有读过')",
        ),
        Member::text("phone", "p.phone"),
        Member::text("person_in_charge", "p.person_in_charge"),
    ],
    filters: &[SEARCH, TOWN, FROM_DAY, TO_DAY],
    columns: &[
        Column::link("企业名称", "name", "/license-outreach/unclear/", "uscc").by("p.name"),
        Column::text("镇街", "town").by(registers::town_name!("p.town")),
        Column::date("成立日期", "founded_on").by("p.founded_on"),
        Column::wide("判断不了的文字", "unclear"),
        Column::text("电话", "phone"),
        Column::text("统一社会信用代码", "uscc"),
    ],
    above: tabs,
    ..List::PLAIN
};

#[derive(Deserialize)]
struct Prospect {
    name: String,
    town: Option<String>,
    business_scope: String,
    scope_reading: Option<String>,
    verdict: Option<i64>,
}

/// The business, where its scope may need a licence and the caller may know of it.
async fn find_prospect(context: &Context, uscc: &str) -> Result<Prospect, Problem> {
    let uscc = find_number(&context.store, uscc).await?;
    let sql = concat!(
        "SELECT p.name, ",
        registers::town_name!("p.town"),
        " AS town, p.business_scope, p.scope_reading, p.verdict FROM prospect_today p
               WHERE p.uscc = ?1 AND (?2 IS NULL OR p.town IN (SELECT value FROM json_each(?2)))"
    );
    let towns = context.caller()?.only_towns_json();
    let prospect: Option<Prospect> = context
        .store
        .first(sql, [uscc.as_str().into(), towns.into()])
        .await?;
    prospect.ok_or_else(Problem::not_found)
}

const USCC: Field = Field::uscc().required();
const NEEDS_LICENSE: Field = Field::yes_no("needs_license", "是否需要食品生产许可").required();
const NOTE: Field = Field::text("note", "判断的理由", LONGEST)
    .required()
    .hint("例如：电话确认只清洗分拣，不生产");

pub static DECISION: Questions = Questions::of("ScopeDecision", &[USCC, NEEDS_LICENSE, NOTE]);

async fn decide_scope(context: Context, Json(given): Json<Item>) -> Answer {
    write_decision(&context, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A person's decision holds for the scope as it is now: another scope is read anew.
async fn write_decision(context: &Context, sent: Submission<'_>) -> Result<(), Problem> {
    let decision = DECISION.read(context, sent).await?;
    let sql = "INSERT INTO scope_decision (uscc, business_scope, needs_license, note, changed_by, changed_at)
               SELECT e.uscc, e.business_scope, ?2, ?3, ?4, ?5 FROM enterprise_licensing e
               WHERE e.uscc = ?1 AND e.business_scope IS NOT NULL AND (?6 IS NULL OR e.town IN (SELECT value FROM json_each(?6)))
               ON CONFLICT (uscc) DO UPDATE SET business_scope = excluded.business_scope, needs_license = excluded.needs_license,
                   note = excluded.note, version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
               RETURNING uscc";
    let caller = context.caller()?;
    let parameters = [
        decision.value(&USCC),
        decision.value(&NEEDS_LICENSE),
        decision.value(&NOTE),
        caller.account.as_str().into(),
        context.at().into(),
        caller.only_towns_json().into(),
    ];
    match context.store.run(sql, parameters).await? {
        0 => Err(Problem::not_found()),
        _ => Ok(()),
    }
}

async fn decision_page(context: Context, Path(uscc): Path<String>) -> Answer {
    let prospect = find_prospect(&context, &uscc).await?;
    render_decision(
        &context,
        &uscc,
        &prospect,
        &FormValues::new(),
        &Errors::default(),
    )
    .await
}

async fn render_decision(
    context: &Context,
    uscc: &str,
    prospect: &Prospect,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let inputs = registers::inputs(context, &[NOTE], typed, errors).await?;
    let reading: Reading = prospect
        .scope_reading
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let may_decide = goes_to_the_door(context);
    Ok(page::page(
        context,
        &errors.title(&prospect.name),
        &html! {
            (errors.summary())
            p { a href="/license-outreach/unclear" { "经营范围需人工判断" } }
            h1 { (prospect.name) }
            p { (prospect.town.as_deref().unwrap_or("镇街未登记")) "　" a.code href={ "/enterprises/" (uscc) } { (uscc) } }
            h2 { "经营范围" }
            p { (prospect.business_scope) }
            @if !reading.unclear.is_empty() {
                h2 { "判断不了的文字" }
                ul { @for note in &reading.unclear { li { "“" mark { (note.text) } "”：" (note.reason) } } }
            }
            @if may_decide && prospect.verdict.is_none() {
                h2 { "您的判断" }
                p { "可以先打电话或上门问清楚再定。判断只对现在这份经营范围有效，企业变更经营范围后会重新识别。" }
                form.stack method="post" {
                    (inputs)
                    div.actions {
                        button.main name="needs_license" value="true" { "需要食品生产许可" }
                        button.second name="needs_license" value="false" { "不需要" }
                    }
                }
            }
        },
    ))
}

async fn submit_decision(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let prospect = find_prospect(&context, &uscc).await?;
    typed.insert(USCC.column.to_owned(), uscc.clone());
    outcome(
        write_decision(&context, Submission::Form(&typed)).await,
        |()| "/license-outreach/unclear".to_owned(),
        async |errors| render_decision(&context, &uscc, &prospect, &typed, &errors).await,
    )
    .await
}
