//! 岗位: an official takes another post, beside the ones they hold or in place of one (调动), and a post ends. What hangs on a post that ends
//! ends with it, and each business is to be given to somebody again (001 §三.2).

use crate::backdating::{BACKDATED_REASON, closed_day_error};
use crate::cadre_page::{CadreFacts, find_cadre};
use crate::cadres::{DUTY, Duty, FIELDS, TIER, TITLE, TOWN, VILLAGE};
use crate::post_identity::next_number;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::words::{Tier, Word as _};
use http::StatusCode;
use registers::{Field, Item, Questions, Record, Submission, Usual, places};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Json, Path};
use web::form::Errors;
use web::problem::FieldError;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/cadres/{cadre_no}/posts",
            OFFICE.or(Token::Write),
            take_post,
        )
        .api(
            "增加岗位，或者调动：写明 replaces 时，那个岗位前一天结束",
            NEW_POST
                .taken()
                .named("take_post")
                .gives_new::<PostNumber>()
                .refuses(&[404, 409]),
        )
        .patch("/api/v1/posts/{post_no}", OFFICE.or(Token::Write), end_post)
        .api(
            "结束一个岗位：所包保的关系同日结束",
            END_OF_POST
                .taken()
                .named("end_post")
                .gives_nothing()
                .refuses(&[404, 409]),
        )
}

pub const REPLACES: Field = Field::text("replaces", "和原来的岗位", 48)
    .hint("前一天结束的岗位编号；不写则原来的岗位照旧（兼任）");

const STARTS_ON: Field = Field::any_day("starts_on", "从哪天起").required();

const TIER_ASKED: Field = TIER.required();

static NEW_POST: Questions = Questions::of(
    "NewPost",
    &[
        REPLACES,
        STARTS_ON,
        TIER_ASKED,
        TOWN,
        VILLAGE,
        TITLE,
        DUTY_ASKED,
        FIELDS,
        BACKDATED_REASON,
    ],
);

const DUTY_ASKED: Field = DUTY.usually(Usual::Text("cadre"));

/// What the page asks, besides which post it follows. A reason for dating back is asked for where the day lies in a closed period.
pub fn asked_of_post(errors: &Errors) -> Vec<Field> {
    let reason = errors.of(STARTS_ON.column).map(|_| BACKDATED_REASON);
    [
        STARTS_ON, TIER_ASKED, TOWN, VILLAGE, TITLE, DUTY_ASKED, FIELDS,
    ]
    .into_iter()
    .chain(reason)
    .collect()
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PostMade")]
pub struct PostNumber {
    post_no: String,
}

async fn take_post(
    context: Context,
    Path(cadre_no): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    let post_no = write_post(&context, &cadre_no, Submission::Document(&given)).await?;
    Ok((StatusCode::CREATED, axum::Json(PostNumber { post_no })).into_response())
}

/// What keeps the official from taking the post.
fn post_errors(new: &Record, official: &CadreFacts) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let is_local = new
        .word::<Tier>(&TIER)
        .is_some_and(|tier| tier != Tier::District);
    if is_local && new.text(&TOWN).is_none() {
        errors.push(FieldError::new(
            TOWN.column,
            "",
            "镇街和村社区的干部应有所属镇街",
        ));
    }
    let Some(replaces) = new.text(&REPLACES) else {
        return errors;
    };
    let replaced = official.posts.iter().find(|post| post.post_no == replaces);
    match replaced {
        None => errors.push(FieldError::new(
            REPLACES.column,
            replaces,
            "这名干部没有这个岗位",
        )),
        Some(post) => {
            let starts_on = new.day(&STARTS_ON);
            let days = post.starts_on.zip(starts_on);
            let ended = post.ends_on.zip(starts_on);
            let reason = if ended.is_some_and(|(ended, starts)| ended < starts) {
                Some("原来的岗位在这天以前已经结束，不用选它")
            } else if days.is_some_and(|(began, starts)| began >= starts) {
                Some("应晚于原来岗位的起始日期")
            } else {
                None
            };
            let typed = new.text(&STARTS_ON).unwrap_or_default();
            errors.extend(reason.map(|reason| FieldError::new(STARTS_ON.column, typed, reason)));
        }
    }
    errors
}

/// Gives an official another post, and gives its number. The post that it follows ends the day before (a trigger).
///
/// # Errors
///
/// 404 where there is no such official; 422 for each field that cannot be taken; 409 `changed_meanwhile` where the official took another post
/// in the same moment.
pub async fn write_post(
    context: &Context,
    cadre_no: &str,
    sent: Submission<'_>,
) -> Result<String, Problem> {
    let official = find_cadre(context, cadre_no).await?;
    let new = NEW_POST.read(context, sent).await?;
    let mut errors = post_errors(&new, &official);
    if new.text(&REPLACES).is_some() {
        errors.extend(closed_day_error(context, &new, &STARTS_ON, new.day(&STARTS_ON)).await?);
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let taken = official.posts.iter().map(|post| post.post_no.as_str());
    let post_no = next_number(&official.cadre_no, taken);
    let sql = format!(
        "INSERT INTO post (post_no, cadre_no, name, phone, title, duty, fields, tier, town, village, starts_on, replaces, backdated_reason, changed_by, changed_at)
         SELECT ?1, c.cadre_no, c.name, c.phone, ?3, ?4, ?5, ?6, ?7, {}, ?9, ?10, ?11, ?12, ?13 FROM cadre c WHERE c.cadre_no = ?2
         ON CONFLICT DO NOTHING RETURNING 1",
        places::village_kept("?7", "?8")
    );
    let parameters = [
        post_no.as_str().into(),
        official.cadre_no.as_str().into(),
        new.value(&TITLE),
        new.word::<Duty>(&DUTY).unwrap_or(Duty::Cadre).code().into(),
        new.value(&FIELDS),
        new.value(&TIER),
        new.value(&TOWN),
        new.value(&VILLAGE),
        new.value(&STARTS_ON),
        new.value(&REPLACES),
        new.value(&BACKDATED_REASON),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(&sql, parameters).await? == 1 {
        return Ok(post_no);
    }
    let now = serde_json::json!({"post_no": post_no});
    Err(Problem::changed_meanwhile(
        "这名干部刚有了另一个岗位，请看过以后再办",
        now,
    ))
}

const ENDS_ON: Field = Field::any_day("ends_on", "最后一天").required();
const VERSION: Field = Field::version();

static END_OF_POST: Questions = Questions::of("PostEnd", &[ENDS_ON, BACKDATED_REASON, VERSION]);

async fn end_post(
    context: Context,
    Path(post_no): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    write_end_of_post(&context, &post_no, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Notes the last day of a post, with which its assignments end (a trigger).
///
/// # Errors
///
/// 404 where there is no such post; 409 `changed_meanwhile` where it has ended, or is at another version.
pub async fn write_end_of_post(
    context: &Context,
    post_no: &str,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct PostState {
        starts_on: Option<NaiveDate>,
        ends_on: Option<NaiveDate>,
        version: i64,
    }
    let sql = "SELECT starts_on, ends_on, version FROM post WHERE post_no = ?1";
    let found: Option<PostState> = context.store.first(sql, [post_no.into()]).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let end = END_OF_POST.read(context, sent).await?;
    let mut errors = Vec::new();
    let days = end.day(&ENDS_ON).zip(found.starts_on);
    if let Some((ends_on, _)) = days.filter(|(ends_on, starts_on)| ends_on < starts_on) {
        let reason = "最后一天早于起始日期";
        errors.push(FieldError::new(ENDS_ON.column, ends_on.to_string(), reason));
    }
    let from = end.day(&ENDS_ON).and_then(|day| day.succ_opt());
    errors.extend(closed_day_error(context, &end, &ENDS_ON, from).await?);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sql = "UPDATE post SET ends_on = ?2, backdated_reason = ?6, version = version + 1, changed_by = ?4, changed_at = ?5
        WHERE post_no = ?1 AND ends_on IS NULL AND (?3 IS NULL OR version = ?3) RETURNING 1";
    let parameters = [
        post_no.into(),
        end.value(&ENDS_ON),
        end.value(&VERSION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        end.value(&BACKDATED_REASON),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = serde_json::json!({"ends_on": found.ends_on, "version": found.version});
    Err(Problem::changed_meanwhile("这个岗位刚被修改过", now))
}
