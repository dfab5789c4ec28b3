//! 限时办结: what must be done by its day, a simple change of a licence on the day it comes (000 §三(三)). The due day is fixed in
//! the statement that receives the matter, by the rule that holds then; where a year's holidays are announced later and make it a later
//! one, that holds (`limited_matter_term`).

use crate::cases::past_date;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{MatterKind, Role, Word as _, choices};
use domain::{Uscc, office_date};
use http::StatusCode;
use maud::html;
use registers::{Column, Filter, Input, List, Member};
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::form::{Errors, Field, select};
use web::problem::FieldError;
use web::respond::{json_text, refused};
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

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewMatter")]
pub struct Received {
    #[serde(default)]
    #[schemars(with = "MatterKind", required)]
    kind: String,
    #[serde(default)]
    #[schemars(required, length(min = 1))]
    applicant: String,
    #[serde(default)]
    uscc: Option<String>,
    #[serde(default)]
    #[schemars(required)]
    town: String,
    /// 不写是今天
    #[serde(default)]
    #[schemars(with = "web::api::Day")]
    received_on: String,
    #[serde(default)]
    note: String,
}

pub async fn receive_matter(context: Context, Json(received): Json<Received>) -> Answer {
    let id = receive(&context, &received).await?;
    let mut response = json_text(find(&context, &id).await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn receive(context: &Context, received: &Received) -> Result<String, Problem> {
    let mut errors = Vec::new();
    let kind = MatterKind::read(&received.kind);
    if kind.is_none() {
        errors.push(FieldError::new("kind", &*received.kind, "请选择事项"));
    }
    if domain::text::is_blank(&received.applicant) {
        errors.push(FieldError::new("applicant", "", "请填写申请人"));
    }
    let code = received.uscc.as_deref().unwrap_or("").trim();
    let uscc = if code.is_empty() {
        None
    } else {
        match code.parse::<Uscc>() {
            Ok(uscc) => Some(uscc),
            Err(error) => {
                errors.push(FieldError::new("uscc", code, error.to_string()));
                None
            }
        }
    };
    own_town(context, &received.town, &mut errors)?;
    let day = if domain::text::is_blank(&received.received_on) {
        Some(context.today())
    } else {
        past_date(context, "received_on", &received.received_on, &mut errors)
    };
    let (Some(kind), Some(day), true) = (kind, day, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
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
        kind.code().into(),
        received.applicant.trim().into(),
        uscc.map(|uscc| uscc.to_string()).into(),
        received.town.trim().into(),
        day.to_string().into(),
        received.note.trim().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(id),
        _ => Err(Problem::invalid(vec![FieldError::new(
            "received_on",
            day.to_string(),
            "这一天还没有办结期限的规定，请在“政策参数”里设置",
        )])),
    }
}

/// The town of something new: one of the caller's own.
pub fn own_town(
    context: &Context,
    town: &str,
    errors: &mut Vec<FieldError>,
) -> Result<(), Problem> {
    let own = context.caller()?.only_towns();
    if domain::text::is_blank(town) {
        errors.push(FieldError::new("town", "", "请选择镇街"));
    } else if own.is_some_and(|own| !own.iter().any(|known| known == town.trim())) {
        errors.push(FieldError::new("town", town, "这个镇街不在您的辖区"));
    }
    Ok(())
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

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MatterDone")]
pub struct Done {
    /// 不写是今天
    #[serde(default)]
    #[schemars(with = "web::api::Day")]
    done_on: String,
    note: Option<String>,
}

pub async fn finish_matter(
    context: Context,
    Path(id): Path<String>,
    Json(done): Json<Done>,
) -> Answer {
    finish(&context, &id, &done).await?;
    Ok(json_text(find(&context, &id).await?))
}

/// Done once; who comes second is told when it was.
async fn finish(context: &Context, id: &str, done: &Done) -> Result<(), Problem> {
    let matter: Matter =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let mut errors = Vec::new();
    let day = if domain::text::is_blank(&done.done_on) {
        Some(context.today())
    } else {
        past_date(context, "done_on", &done.done_on, &mut errors)
    };
    if day.is_some_and(|day| day < matter.received_on) {
        errors.push(FieldError::new(
            "done_on",
            &*done.done_on,
            "办结日期早于收到日期",
        ));
    }
    let (Some(day), true) = (day, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let sql = "UPDATE limited_matter SET done_on = ?2, note = coalesce(?3, note), version = version + 1, changed_by = ?4, changed_at = ?5
               WHERE id = ?1 AND done_on IS NULL RETURNING id";
    let by = context.caller()?.account.as_str();
    let note = done.note.as_deref().map(str::trim).map(str::to_owned);
    if context
        .store
        .run(
            sql,
            [
                id.into(),
                day.to_string().into(),
                note.into(),
                by.into(),
                context.at().into(),
            ],
        )
        .await?
        == 1
    {
        return Ok(());
    }
    let now = serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    Err(Problem::changed_meanwhile("这件事项已经办结", now))
}

pub async fn new_page(context: Context) -> Answer {
    form(&context, &Received::default(), &Errors::default()).await
}

async fn form(context: &Context, typed: &Received, errors: &Errors) -> Answer {
    let towns = registers::towns::of(&context.store, context.caller()?).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    let kinds: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(choices::<MatterKind>())
        .collect();
    let today = context.today().to_string();
    let received_on = if typed.received_on.is_empty() {
        &today
    } else {
        &typed.received_on
    };
    Ok(page::page(
        context,
        &errors.title("登记限时办结事项"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "登记限时办结事项" }
            p { "许可证简单变更和注销当日办结；其他事项的期限见“政策参数”。" }
            form.stack method="post" {
                (select("kind", "事项", &kinds, &typed.kind, errors))
                (Field::text("applicant", "申请人", &typed.applicant).render(errors))
                (Field::text("uscc", "统一社会信用代码（可以不填）", typed.uscc.as_deref().unwrap_or("")).render(errors))
                (select("town", "镇街", &towns, &typed.town, errors))
                (Field { kind: "date", ..Field::text("received_on", "收到日期", received_on) }.render(errors))
                (Field::text("note", "说明", &typed.note).render(errors))
                button.main { "登记" }
            }
        },
    ))
}

pub async fn new_submit(context: Context, Form(received): Form<Received>) -> Answer {
    match receive(&context, &received).await {
        Ok(id) => Ok(Redirect::to(&format!("/license-outreach/matters/{id}")).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let status = problem.status;
            let page = form(&context, &received, &Errors(problem.errors)).await?;
            Ok(refused(status, page))
        }
        Err(problem) => Err(problem),
    }
}

pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    shown(&context, &id, "", &Errors::default()).await
}

async fn shown(
    context: &Context,
    id: &str,
    done_on: &str,
    errors: &Errors,
) -> Result<Response, Problem> {
    let matter: Matter =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let may = context.caller()?.role != Role::Town;
    let today = context.today();
    let typed = if done_on.is_empty() {
        today.to_string()
    } else {
        done_on.to_owned()
    };
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
                form.stack method="post" {
                    (Field { kind: "date", ..Field::text("done_on", "办结日期", &typed) }.render(errors))
                    button.main { "办结" }
                }
            }
        },
    ))
}

pub async fn done_submit(
    context: Context,
    Path(id): Path<String>,
    Form(done): Form<Done>,
) -> Answer {
    match finish(&context, &id, &done).await {
        Ok(()) => Ok(Redirect::to(&format!("/license-outreach/matters/{id}")).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let status = problem.status;
            Ok(refused(
                status,
                shown(&context, &id, &done.done_on, &Errors(problem.errors)).await?,
            ))
        }
        Err(problem) => Err(problem),
    }
}
