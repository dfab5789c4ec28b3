//! 限时办结: matters that must be done by a day, such as a simple change of a licence on the day on which it comes (000 §三(三)). The
//! due day is fixed in the statement that receives the matter, by the rule that holds then. Where the holidays of a year are announced
//! later and make it a later day, that day holds (view `limited_matter_term`).

use crate::tabs::tabs;
use crate::{DOOR, FIELD, goes_to_the_door};
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::{self, chinese};
use domain::words::{MatterKind, Word as _, choices, words};
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
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/license-outreach/matters/new", DOOR, new_matter_page)
        .post("/license-outreach/matters/new", DOOR, submit_new_matter)
        .get("/license-outreach/matters/{id}", FIELD, matter_page)
        .post("/license-outreach/matters/{id}", DOOR, submit_ending)
        .post(
            "/api/v1/license-outreach/matters",
            DOOR.or(Token::Write),
            receive_matter,
        )
        .api(
            "登记一件，办结期限按收到当天的规定计算",
            NEW_MATTER.taken().gives_new::<LimitedMatter>(),
        )
        .post(
            "/api/v1/license-outreach/matters/{id}/done",
            DOOR.or(Token::Write),
            finish_matter,
        )
        .api("办结", ENDING.taken().gives::<LimitedMatter>())
}

words! {
    /// Where a matter stands on a day.
    MatterStanding {
        /// Not done, and its day has not passed.
        Open = "open" "办理中",
        /// Not done, and its day has passed.
        Late = "late" "超期未办结",
        /// Done by its day.
        Done = "done" "按时办结",
        /// Done after its day.
        DoneLate = "done_late" "超期办结",
    }
}

/// The standing on the day `{today}`, of `limited_matter m` and `limited_matter_term t`.
macro_rules! standing {
    () => {
        "CASE WHEN m.done_on IS NULL THEN iif(t.due_on < {today}, 'late', 'open') ELSE iif(m.done_on > t.due_on, 'done_late', 'done') END"
    };
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
        Member::text("town", registers::town_name!("m.town")),
        Member::date("received_on", "m.received_on"),
        Member::date("due_on", "t.due_on"),
        Member::yes_no(
            "provisional",
            "json(iif(t.provisional AND m.done_on IS NULL, 'true', 'false'))",
        ),
        Member::date("done_on", "m.done_on"),
        Member::text("note", "m.note"),
        Member::whole("version", "m.version").always(),
        Member::text("standing", standing!()),
    ],
    filters: &[
        Filter::search("申请人", "{part m.applicant} OR {found m.uscc}"),
        Filter::town("m.town IN {towns}"),
        Filter {
            name: "kind",
            label: "事项",
            input: Input::Choice(choices::<MatterKind>),
            condition: "m.kind = {}",
        },
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(choices::<MatterStanding>),
            condition: concat!("{} = ", standing!()),
        },
    ],
    columns: &[
        Column::link("申请人", "name", "/license-outreach/matters/", "id").by("m.applicant"),
        Column::word::<MatterKind>("事项", "kind"),
        Column::text("镇街", "town").by(registers::town_name!("m.town")),
        Column::date("收到", "received_on").by("m.received_on"),
        Column::date("应办结", "due_on").by("t.due_on"),
        Column::date("办结", "done_on").by("m.done_on"),
        Column::word::<MatterStanding>("情况", "standing"),
    ],
    above: tabs,
    actions: |context| {
        html! { @if goes_to_the_door(context) { a.main href="/license-outreach/matters/new" { "登记一件" } } }
    },
    ..List::PLAIN
};

const KIND: Field = Field::word::<MatterKind>("kind", "事项").required();
const APPLICANT: Field = Field::text("applicant", "申请人", LONGEST).required();
const USCC: Field = Field::uscc();
const TOWN: Field = Field::town("town", "镇街").required();
const RECEIVED_ON: Field = Field::past_day("received_on", "收到日期").usually(Usual::Today);
const NOTE: Field = Field::text("note", "说明", LONGEST).usually(Usual::Text(""));

static NEW_MATTER: Questions = Questions::of(
    "NewMatter",
    &[KIND, APPLICANT, USCC, TOWN, RECEIVED_ON, NOTE],
);

async fn receive_matter(context: Context, Json(given): Json<Item>) -> Answer {
    let id = insert_matter(&context, Submission::Document(&given)).await?;
    let text = find_matter(&context, &id).await?;
    Ok((StatusCode::CREATED, json_text(text)).into_response())
}

/// Receives a matter, and gives its id; its due day is computed in the same statement.
async fn insert_matter(context: &Context, sent: Submission<'_>) -> Result<String, Problem> {
    let matter = NEW_MATTER.read(context, sent).await?;
    let id = seal::random_token()?;
    // A term of 0 working days makes the due day the day itself, or the next working day where that is a rest day.
    let sql = "INSERT INTO limited_matter (id, kind, applicant, uscc, town, received_on, due_on, note, changed_by, changed_at)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6,
                   (SELECT min(day.date) FROM calendar_day day WHERE day.is_workday AND day.date >= ?6
                        AND day.workdays >= (SELECT began.workdays FROM calendar_day began WHERE began.date = ?6) + p.value),
                   ?7, ?8, ?9
               FROM policy_ledger p WHERE p.name = 'matter_' || ?2 AND p.valid_from <= ?6 AND (p.valid_before IS NULL OR ?6 < p.valid_before)
               RETURNING id";
    let parameters = [
        id.as_str().into(),
        matter.value(&KIND),
        matter.value(&APPLICANT),
        matter.value(&USCC),
        matter.value(&TOWN),
        matter.value(&RECEIVED_ON),
        matter.value(&NOTE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(id),
        _ => Err(Problem::invalid(vec![FieldError::new(
            RECEIVED_ON.column,
            matter.text(&RECEIVED_ON).unwrap_or_default(),
            "这一天还没有办结期限的规定，请在“政策参数”里设置",
        )])),
    }
}

/// The matter as a JSON document; 404 where there is none, or none in the towns of the caller.
async fn find_matter(context: &Context, id: &str) -> Result<String, Problem> {
    let sql = concat!(
        "SELECT coalesce((SELECT json_object('id', m.id, 'kind', m.kind, 'applicant', m.applicant, 'uscc', m.uscc, 'town', ",
        registers::town_name!("m.town"),
        ",
                   'received_on', m.received_on, 'due_on', t.due_on, 'provisional', json(iif(t.provisional AND m.done_on IS NULL, 'true', 'false')),
                   'done_on', m.done_on, 'note', m.note, 'version', m.version)
               FROM limited_matter m JOIN limited_matter_term t ON t.id = m.id
               WHERE m.id = ?1 AND (?2 IS NULL OR m.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let towns = context.caller()?.only_towns_json();
    let text = context.store.text(sql, [id.into(), towns.into()]).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "LimitedMatter")]
#[expect(dead_code, reason = "programs read what the page does not show")]
struct LimitedMatter {
    id: String,
    kind: MatterKind,
    applicant: String,
    uscc: Option<String>,
    town: String,
    received_on: NaiveDate,
    due_on: NaiveDate,
    /// Whether the due day needs the holidays of a year that is not announced yet.
    provisional: bool,
    done_on: Option<NaiveDate>,
    note: String,
    version: i64,
}

const DONE_ON: Field = Field::past_day("done_on", "办结日期").usually(Usual::Today);
const DONE_NOTE: Field = Field::text("note", "说明", LONGEST);

static ENDING: Questions = Questions::of("MatterDone", &[DONE_ON, DONE_NOTE]);

async fn finish_matter(
    context: Context,
    Path(id): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    end_matter(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(find_matter(&context, &id).await?))
}

/// Whether a document says that the note is empty; one that leaves the note out keeps the note that the matter has.
fn clears_note(sent: Submission<'_>) -> bool {
    let note = match sent {
        Submission::Document(given) => given.get(DONE_NOTE.column),
        Submission::Form(_) => None,
    };
    note.and_then(serde_json::Value::as_str)
        .is_some_and(|text| text.trim().is_empty())
}

/// Ends a matter once; whoever comes second is told when it was ended.
async fn end_matter(context: &Context, id: &str, sent: Submission<'_>) -> Result<(), Problem> {
    let matter: LimitedMatter =
        serde_json::from_str(&find_matter(context, id).await?).map_err(Problem::internal)?;
    let ending = ENDING.read(context, sent).await?;
    if let Some(day) = ending.day(&DONE_ON).filter(|day| *day < matter.received_on) {
        return Err(Problem::invalid(vec![FieldError::new(
            DONE_ON.column,
            day.to_string(),
            "办结日期早于收到日期",
        )]));
    }
    let sql = "UPDATE limited_matter SET done_on = ?2, note = coalesce(?3, note), version = version + 1, changed_by = ?4, changed_at = ?5
               WHERE id = ?1 AND done_on IS NULL RETURNING id";
    let note = match clears_note(sent) {
        true => "".into(),
        false => ending.value(&DONE_NOTE),
    };
    let parameters = [
        id.into(),
        ending.value(&DONE_ON),
        note,
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = serde_json::from_str(&find_matter(context, id).await?).map_err(Problem::internal)?;
    Err(Problem::changed_meanwhile("这件事项已经办结", now))
}

async fn new_matter_page(context: Context) -> Answer {
    render_new_form(&context, &FormValues::new(), &Errors::default()).await
}

async fn render_new_form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
    let inputs = NEW_MATTER.inputs(context, typed, errors).await?;
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

async fn submit_new_matter(context: Context, Form(typed): Form<FormValues>) -> Answer {
    outcome(
        insert_matter(&context, Submission::Form(&typed)).await,
        |id| format!("/license-outreach/matters/{id}"),
        async |errors| render_new_form(&context, &typed, &errors).await,
    )
    .await
}

async fn matter_page(context: Context, Path(id): Path<String>) -> Answer {
    render_matter(&context, &id, &FormValues::new(), &Errors::default()).await
}

async fn render_matter(context: &Context, id: &str, typed: &FormValues, errors: &Errors) -> Answer {
    let matter: LimitedMatter =
        serde_json::from_str(&find_matter(context, id).await?).map_err(Problem::internal)?;
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
            @if goes_to_the_door(context) && matter.done_on.is_none() {
                form.stack method="post" { (inputs) button.main { "办结" } }
            }
        },
    ))
}

async fn submit_ending(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    outcome(
        end_matter(&context, &id, Submission::Form(&typed)).await,
        |()| format!("/license-outreach/matters/{id}"),
        async |errors| render_matter(&context, &id, &typed, &errors).await,
    )
    .await
}
