//! 限时办结: what must be done by its day, a simple change of a licence on the day it comes (000 §三(三)). The due day is fixed in
//! the statement that receives the matter, by the rule that holds then; where a year's holidays are announced later and make it a later
//! one, that holds (`limited_matter_term`).

use crate::tabs::tabs;
use chrono::NaiveDate;
use domain::office_date::{self, chinese};
use domain::words::{MatterKind, Role, Word as _, choices};
use http::StatusCode;
use maud::html;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, LONGEST, List, Member, Questions, Submission,
    Usual,
};
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::form::{Errors, outcome};
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page, seal};

fn standings() -> Vec<(&'static str, &'static str)> {
    vec![
        ("open", "办理中"),
        ("late", "超期未办结"),
        ("done", "按时办结"),
        ("done_late", "超期办结"),
    ]
}

fn standing(code: &str) -> Option<&'static str> {
    standings()
        .into_iter()
        .find(|(known, _)| *known == code)
        .map(|(_, said)| said)
}

pub static MATTERS: List = List {
    name: "limited-matters",
    title: "限时办结事项",
    path: "/license-outreach/matters",
    api: "/api/v1/license-outreach/matters",
    from: "limited_matter m JOIN limited_matter_term t ON t.id = m.id",
    id: "m.rowid",
    sort: Some("due_on"),
    town: "m.town",
    nothing: "还没有限时办结事项。",
    item: &[
        Member::text("id", "m.id").always(),
        Member::word("kind", "m.kind", choices::<MatterKind>),
        Member::text("name", "m.applicant"),
        Member::text("uscc", "m.uscc"),
        Member::text("town", "m.town"),
        Member::date("received_on", "m.received_on"),
        Member::date("due_on", "t.due_on"),
        Member::yes_no(
            "provisional",
            "json(iif(t.provisional AND m.done_on IS NULL, 'true', 'false'))",
        ),
        Member::date("done_on", "m.done_on"),
        Member::text("note", "m.note"),
        Member::whole("version", "m.version").always(),
        Member::text(
            "standing",
            "CASE WHEN m.done_on IS NULL THEN iif(t.due_on < {today}, 'late', 'open') ELSE iif(m.done_on > t.due_on, 'done_late', 'done') END",
        ),
    ],
    filters: &[
        Filter::search("申请人", "{part m.applicant} OR {found m.uscc}"),
        Filter::town("m.town = {}"),
        Filter {
            name: "kind",
            label: "事项",
            input: Input::Choice(choices::<MatterKind>),
            condition: "m.kind = {}",
        },
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(standings),
            condition: "{} = CASE WHEN m.done_on IS NULL THEN iif(t.due_on < {today}, 'late', 'open') ELSE iif(m.done_on > t.due_on, 'done_late', 'done') END",
        },
    ],
    columns: &[
        Column::link("申请人", "name", "/license-outreach/matters/", "id").by("m.applicant"),
        Column::word::<MatterKind>("事项", "kind"),
        Column::text("镇街", "town").by("m.town"),
        Column::date("收到", "received_on").by("m.received_on"),
        Column::date("应办结", "due_on").by("t.due_on"),
        Column::date("办结", "done_on").by("m.done_on"),
        Column::named("情况", "standing", standing),
    ],
    above: tabs,
    actions: |context| {
        let may = context
            .caller
            .as_ref()
            .is_some_and(|caller| caller.role != Role::Town);
        html! { @if may { a.main href="/license-outreach/matters/new" { "登记一件" } } }
    },
    ..List::PLAIN
};

const KIND: Field = Field::word::<MatterKind>("kind", "事项").required();
const APPLICANT: Field = Field::text("applicant", "申请人", LONGEST).required();
const USCC: Field = Field::uscc();
const TOWN: Field = Field::town("town", "镇街").required();
const RECEIVED_ON: Field = Field::past_day("received_on", "收到日期").usually(Usual::Today);
const NOTE: Field = Field::text("note", "说明", LONGEST).usually(Usual::Text(""));

pub static RECEIVED: Questions = Questions::of(
    "NewMatter",
    &[KIND, APPLICANT, USCC, TOWN, RECEIVED_ON, NOTE],
);

pub async fn receive_matter(context: Context, Json(given): Json<Item>) -> Answer {
    let id = receive(&context, Submission::Document(&given)).await?;
    let mut response = json_text(find(&context, &id).await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn receive(context: &Context, sent: Submission<'_>) -> Result<String, Problem> {
    let received = RECEIVED.read(context, sent).await?;
    let id = seal::random_token()?;
    // With a term of 0 the due day is the day itself, or the next working day where that is a rest day.
    let sql = "INSERT INTO limited_matter (id, kind, applicant, uscc, town, received_on, due_on, note, changed_by, changed_at)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6,
                   (SELECT min(day.date) FROM calendar_day day WHERE day.is_workday AND day.date >= ?6
                        AND day.workdays >= (SELECT began.workdays FROM calendar_day began WHERE began.date = ?6) + p.value),
                   ?7, ?8, ?9
               FROM policy_ledger p WHERE p.name = 'matter_' || ?2 AND p.valid_from <= ?6 AND (p.valid_before IS NULL OR ?6 < p.valid_before)
               RETURNING id";
    let parameters = [
        id.as_str().into(),
        received.value(&KIND),
        received.value(&APPLICANT),
        received.value(&USCC),
        received.value(&TOWN),
        received.value(&RECEIVED_ON),
        received.value(&NOTE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(id),
        _ => Err(Problem::invalid(vec![FieldError::new(
            RECEIVED_ON.column,
            received.text(&RECEIVED_ON).unwrap_or_default(),
            "这一天还没有办结期限的规定，请在“政策参数”里设置",
        )])),
    }
}

async fn find(context: &Context, id: &str) -> Result<String, Problem> {
    let sql = "SELECT coalesce((SELECT json_object('id', m.id, 'kind', m.kind, 'applicant', m.applicant, 'uscc', m.uscc, 'town', m.town,
                   'received_on', m.received_on, 'due_on', t.due_on, 'provisional', json(iif(t.provisional AND m.done_on IS NULL, 'true', 'false')),
                   'done_on', m.done_on, 'note', m.note, 'version', m.version)
               FROM limited_matter m JOIN limited_matter_term t ON t.id = m.id
               WHERE m.id = ?1 AND (?2 IS NULL OR m.town IN (SELECT value FROM json_each(?2)))), '')";
    let towns = context.caller()?.only_towns_json();
    let text = context.store.text(sql, [id.into(), towns.into()]).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "LimitedMatter")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Matter {
    id: String,
    kind: MatterKind,
    applicant: String,
    uscc: Option<String>,
    town: String,
    received_on: NaiveDate,
    due_on: NaiveDate,
    /// A year that the day needs is not announced.
    provisional: bool,
    done_on: Option<NaiveDate>,
    note: String,
    version: i64,
}

const DONE_ON: Field = Field::past_day("done_on", "办结日期").usually(Usual::Today);
const DONE_NOTE: Field = Field::text("note", "说明", LONGEST);

pub static DONE: Questions = Questions::of("MatterDone", &[DONE_ON, DONE_NOTE]);

pub async fn finish_matter(
    context: Context,
    Path(id): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    finish(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(find(&context, &id).await?))
}

/// Done once; who comes second is told when it was.
async fn finish(context: &Context, id: &str, sent: Submission<'_>) -> Result<(), Problem> {
    let matter: Matter =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let done = DONE.read(context, sent).await?;
    if let Some(day) = done.day(&DONE_ON).filter(|day| *day < matter.received_on) {
        return Err(Problem::invalid(vec![FieldError::new(
            DONE_ON.column,
            day.to_string(),
            "办结日期早于收到日期",
        )]));
    }
    let sql = "UPDATE limited_matter SET done_on = ?2, note = coalesce(?3, note), version = version + 1, changed_by = ?4, changed_at = ?5
               WHERE id = ?1 AND done_on IS NULL RETURNING id";
    let parameters = [
        id.into(),
        done.value(&DONE_ON),
        done.value(&DONE_NOTE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    Err(Problem::changed_meanwhile("这件事项已经办结", now))
}

pub async fn new_page(context: Context) -> Answer {
    form(&context, &FormValues::new(), &Errors::default()).await
}

async fn form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
    let inputs = RECEIVED.inputs(context, typed, errors).await?;
    Ok(page::page(
        context,
        &errors.title("登记限时办结事项"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "登记限时办结事项" }
            p { "许可证简单变更和注销当日办结；其他事项的期限见“政策参数”。" }
            form.stack method="post" { (inputs) button.main { "登记" } }
        },
    ))
}

pub async fn new_submit(context: Context, Form(typed): Form<FormValues>) -> Answer {
    outcome(
        receive(&context, Submission::Form(&typed)).await,
        |id| format!("/license-outreach/matters/{id}"),
        async |errors| form(&context, &typed, &errors).await,
    )
    .await
}

pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    shown(&context, &id, &FormValues::new(), &Errors::default()).await
}

async fn shown(context: &Context, id: &str, typed: &FormValues, errors: &Errors) -> Answer {
    let matter: Matter =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let may = context.caller()?.role != Role::Town;
    let today = context.today();
    let inputs = registers::inputs(context, &[DONE_ON], typed, errors).await?;
    Ok(page::page(
        context,
        &errors.title(&matter.applicant),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (matter.applicant) }
            dl.facts {
                dt { "事项" } dd { (matter.kind.chinese()) }
                dt { "镇街" } dd { (matter.town) }
                @if let Some(uscc) = &matter.uscc { dt { "统一社会信用代码" } dd { a.code href={ "/enterprises/" (uscc) } { (uscc) } } }
                dt { "收到" } dd { (chinese(matter.received_on)) }
                dt { "应办结" } dd { (chinese(matter.due_on)) @if matter.provisional { "（那一年的节假日还没有公布，暂定）" } @if matter.done_on.is_none() && matter.due_on < today { "，" strong { "已超期" } } }
                dt { "办结" } dd { (matter.done_on.map_or_else(|| "还没有".to_owned(), office_date::chinese)) }
                @if !matter.note.is_empty() { dt { "说明" } dd { (matter.note) } }
            }
            @if may && matter.done_on.is_none() {
                form.stack method="post" { (inputs) button.main { "办结" } }
            }
        },
    ))
}

pub async fn done_submit(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    outcome(
        finish(&context, &id, Submission::Form(&typed)).await,
        |()| format!("/license-outreach/matters/{id}"),
        async |errors| shown(&context, &id, &typed, &errors).await,
    )
    .await
}
