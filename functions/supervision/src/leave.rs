//! The page of one official, and the day on which they leave. With it all their assignments end, and for each business begin the 20
//! working days within which another official is to be found (001 §三.2).

use crate::backdating::{BACKDATED_REASON, closed_day_error};
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{Tier, Word as _};
use http::StatusCode;
use maud::html;
use registers::town_name;
use registers::{Field, FormValues, Item, Questions, Submission};
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::form::{Errors, outcome};
use web::routes::{DESK, OFFICE, Routes};
use web::{Answer, Context, Problem, Token, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/cadres/{cadre_no}", DESK, cadre_page)
        .post("/supervision/cadres/{cadre_no}", OFFICE, submit_leaving)
        .patch(
            "/api/v1/cadres/{cadre_no}",
            OFFICE.or(Token::Write),
            record_leaving,
        )
        .api(
            "登记离任：所包保的关系同日结束",
            LEAVE.taken().named("leave").gives_nothing(),
        )
}

#[derive(Deserialize)]
struct CadreFacts {
    cadre_no: String,
    name: String,
    title: Option<String>,
    tier: Tier,
    town: Option<String>,
    phone: Option<String>,
    left_on: Option<NaiveDate>,
    version: i64,
    /// How many businesses the official answers for.
    enterprises: i64,
}

async fn find_cadre(context: &Context, cadre_no: &str) -> Result<CadreFacts, Problem> {
    let sql = concat!(
        "SELECT c.cadre_no, c.name, c.title, c.tier, ",
        town_name!("c.town"),
        " AS town, c.phone, c.left_on, c.version,
            (SELECT count(*) FROM assignment a WHERE a.cadre_no = c.cadre_no AND (a.ends_on IS NULL OR a.ends_on > ?3)) AS enterprises
        FROM cadre c WHERE c.cadre_no = ?1 AND (?2 IS NULL OR c.town IN (SELECT value FROM json_each(?2)))"
    );
    let parameters = [
        cadre_no.into(),
        context.caller()?.only_towns_json().into(),
        context.today().to_string().into(),
    ];
    let official: Option<CadreFacts> = context.store.first(sql, parameters).await?;
    official.ok_or_else(Problem::not_found)
}

const LEFT_ON: Field = Field::any_day("left_on", "最后一天").required();
const VERSION: Field = Field::version();

static LEAVE: Questions = Questions::of("Leave", &[LEFT_ON, BACKDATED_REASON, VERSION]);

async fn record_leaving(
    context: Context,
    Path(cadre_no): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    write_leaving(&context, &cadre_no, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Notes the last day of an official, with which all their assignments end (a trigger).
///
/// # Errors
///
/// 404 where there is none in the towns of the caller; 409 `changed_meanwhile` where they have left already, or are at another version.
async fn write_leaving(
    context: &Context,
    cadre_no: &str,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    let official = find_cadre(context, cadre_no).await?;
    let leave = LEAVE.read(context, sent).await?;
    let from = leave.day(&LEFT_ON).and_then(|day| day.succ_opt());
    if let Some(error) = closed_day_error(context, &leave, &LEFT_ON, from).await? {
        return Err(Problem::invalid(vec![error]));
    }
    let sql =
        "UPDATE cadre SET left_on = ?2, backdated_reason = ?6, version = version + 1, changed_by = ?4, changed_at = ?5
        WHERE cadre_no = ?1 AND left_on IS NULL AND (?3 IS NULL OR version = ?3) RETURNING 1";
    let parameters = [
        cadre_no.into(),
        leave.value(&LEFT_ON),
        leave.value(&VERSION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        leave.value(&BACKDATED_REASON),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = serde_json::json!({"left_on": official.left_on, "version": official.version});
    Err(Problem::changed_meanwhile("这名干部的资料已有变化", now))
}

async fn cadre_page(context: Context, Path(cadre_no): Path<String>) -> Answer {
    let today = FormValues::from([("left_on".to_owned(), context.today().to_string())]);
    render_cadre(&context, &cadre_no, &today, &Errors::default()).await
}

async fn render_cadre(
    context: &Context,
    cadre_no: &str,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let official = find_cadre(context, cadre_no).await?;
    let may_record = OFFICE.admits(context.caller.as_ref());
    // A reason for dating back is asked for where the day lies in a closed period.
    let asked: &[Field] = match errors.of(LEFT_ON.column) {
        Some(_) => &[LEFT_ON, BACKDATED_REASON],
        None => &[LEFT_ON],
    };
    let inputs = registers::inputs(context, asked, typed, errors).await?;
    let list = format!(
        "/supervision/assignments?cadre_no={}",
        frame::encode(&official.cadre_no)
    );
    Ok(frame::page(
        context,
        &errors.title(&official.name),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (official.name) }
            dl.facts {
                dt { "工号" } dd.code { (official.cadre_no) }
                @if let Some(title) = &official.title { dt { "职务" } dd { (title) } }
                dt { "层级" } dd { (official.tier.chinese()) }
                dt { "所属镇街" } dd { (official.town.as_deref().unwrap_or("区级")) }
                @if let Some(phone) = &official.phone { dt { "手机" } dd { (phone) } }
                dt { "现在包保" } dd { a href=(list) { (official.enterprises) " 家" } }
                @if let Some(left) = official.left_on { dt { "离任" } dd { (chinese(left)) } }
            }
            @if may_record && official.left_on.is_none() {
                h2 { "离任" }
                p { "从这天起不再包保任何企业；每一家都应在 20 个工作日内重新确定包保干部，逾期会督办。" }
                form.stack method="post" {
                    input type="hidden" name="version" value=(official.version);
                    (inputs)
                    button.main { "登记离任" }
                }
            }
        },
    ))
}

async fn submit_leaving(
    context: Context,
    Path(cadre_no): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    outcome(
        write_leaving(&context, &cadre_no, Submission::Form(&typed)).await,
        |()| format!("/supervision/cadres/{}", frame::encode(&cadre_no)),
        async |errors| render_cadre(&context, &cadre_no, &typed, &errors).await,
    )
    .await
}
