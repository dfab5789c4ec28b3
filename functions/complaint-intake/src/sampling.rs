//! 你点我检 (003 §四(三)): the public says what should be sampled and votes; the office takes up what most want and answers.

use crate::limits;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};

use domain::words::Word as _;
use http::{HeaderMap, StatusCode, header};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::caller::cookie;
use web::extract::{Form, Json, OptionalJson, Path};
use web::form::{Errors, Field, area};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Code, Context, Problem, page, seal};

const COOKIE: &str = "shian_voter";
const YEAR: i64 = 365 * 86_400;

domain::words::words! {
    /// What became of a proposal.
    SamplingStatus {
        /// Nobody has read it yet.
        Proposed = "proposed" "待审核",
        /// Shown, and can be voted for.
        Published = "published" "征集中",
        /// Not shown.
        Declined = "declined" "未采用",
        /// It will be sampled.
        TakenUp = "taken_up" "已列入抽检",
        /// The result is there.
        Answered = "answered" "已有结果",
    }
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SamplingProposal")]
pub struct Proposal {
    id: String,
    food: String,
    place: String,
    reason: String,
    status: SamplingStatus,
    votes: u64,
    said: Option<String>,
    version: i64,
}

const ITEM: &str = "json_object('id', CAST(id AS TEXT), 'food', food, 'place', place, 'reason', reason, 'status', status, 'votes', votes, 'said', said, 'version', version)";

fn list(status: &str, most: u32) -> String {
    format!(
        "SELECT json_object('items', json_group_array({ITEM}), 'next', NULL, 'total', count(*)) FROM (
            SELECT * FROM sampling_proposal WHERE status IN ({status}) ORDER BY status = 'published' DESC, votes DESC, id LIMIT {most})"
    )
}

const SHOWN: &str = "'published', 'taken_up', 'answered'";

#[derive(Deserialize)]
struct List {
    items: Vec<Proposal>,
}

pub async fn list_sampling(context: Context) -> Answer {
    Ok(json_text(context.store.text(&list(SHOWN, 200), []).await?))
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "NewSamplingProposal", !default)]
pub struct Proposed {
    #[schemars(length(min = 1, max = 60))]
    food: String,
    #[schemars(default, length(max = 100))]
    place: String,
    #[schemars(default, length(max = 500))]
    reason: String,
}

async fn propose(context: &Context, proposed: &Proposed) -> Result<(), Problem> {
    let mut errors = Vec::new();
    if domain::text::is_blank(&proposed.food) {
        errors.push(FieldError::new("food", "", "请写下想抽检的食品"));
    }
    for (field, text, most) in [
        ("food", &proposed.food, 60),
        ("place", &proposed.place, 100),
        ("reason", &proposed.reason, 500),
    ] {
        if text.chars().count() > most {
            errors.push(FieldError::secret(field, format!("最多 {most} 个字")));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    limits::admit(context, None).await?;
    let sql = "INSERT INTO sampling_proposal (food, place, reason, changed_by, changed_at) VALUES (?1, ?2, ?3, 'citizen', ?4) RETURNING id";
    let parameters = [
        proposed.food.trim().into(),
        proposed.place.trim().into(),
        proposed.reason.trim().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

pub async fn propose_sampling(context: Context, Json(proposed): Json<Proposed>) -> Answer {
    propose(&context, &proposed).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// One vote a browser; voting again changes nothing.
async fn vote_as(context: &Context, id: &str, token: &str) -> Result<(), Problem> {
    let voter = seal::keyed_hash("sampling voter", token).await?;
    let sql = "SELECT 1 FROM sampling_proposal WHERE id = ?1 AND status = 'published'";
    if context.store.run(sql, [id.into()]).await? == 0 {
        return Err(Problem::not_found());
    }
    let sql = "INSERT INTO sampling_vote (proposal_id, voter) SELECT id, ?2 FROM sampling_proposal WHERE id = ?1 AND status = 'published'
        ON CONFLICT (proposal_id, voter) DO NOTHING RETURNING voter";
    context.store.run(sql, [id.into(), voter.into()]).await?;
    Ok(())
}

async fn voted(context: &Context, headers: &HeaderMap, id: &str, mut response: Response) -> Answer {
    let id = id
        .parse::<i64>()
        .map_err(|_| Problem::not_found())?
        .to_string();
    let token = match cookie(headers, COOKIE) {
        Some(token) if !token.is_empty() => token.to_owned(),
        _ => {
            // A browser that keeps no cookies could vote without end.
            limits::admit(context, None).await?;
            seal::random_token()?
        }
    };
    vote_as(context, &id, &token).await?;
    let cookie = web::cookie::set(COOKIE, &token, "/", YEAR).await?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

pub async fn vote_sampling(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    voted(
        &context,
        &headers,
        &id,
        StatusCode::NO_CONTENT.into_response(),
    )
    .await
}

pub async fn vote_submit(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let target = format!("/sampling#proposal-{id}");
    voted(
        &context,
        &headers,
        &id,
        Redirect::to(&target).into_response(),
    )
    .await
}

pub async fn page(context: Context) -> Answer {
    shown(&context, &Proposed::default(), &Errors::default(), false).await
}

pub async fn thanks(context: Context) -> Answer {
    shown(&context, &Proposed::default(), &Errors::default(), true).await
}

async fn shown(context: &Context, typed: &Proposed, errors: &Errors, thanks: bool) -> Answer {
    let List { items } = context.store.json(&list(SHOWN, 200), []).await?;
    Ok(page::page(
        context,
        &errors.title("你点我检"),
        &html! {
            (errors.summary())
            h1 { "你点我检" }
            p.lead { "您最担心哪种食品？说出来，给别人提的投一票。票多的，我们去抽检，结果在这里公布。" }
            @if thanks { div.panel role="status" { p { "收到了，谢谢。审核以后会出现在下面。" } } }
            @if items.is_empty() { p { "还没有提议，您来提第一个。" } }
            ul.cards {
                @for item in &items {
                    li id={ "proposal-" (item.id) } {
                        h2 { (item.food) }
                        @if !item.place.is_empty() { p { (item.place) } }
                        @if !item.reason.is_empty() { p { (item.reason) } }
                        p { span.tag { (item.status.chinese()) } " " strong { (item.votes) } " 票" }
                        @if let Some(said) = &item.said { p.said { (said) } }
                        @if item.status == SamplingStatus::Published {
                            form method="post" action={ "/sampling/" (item.id) "/vote" } { button.second { "我也想检" span.hidden { "：" (item.food) } } }
                        }
                    }
                }
            }
            h2 { "提一种" }
            form.stack method="post" action="/sampling" {
                (Field::text("food", "什么食品", &typed.food).hint("例如：菜场的活虾、校门口的炸串").render(errors))
                (Field::text("place", "在哪里卖（可以不填）", &typed.place).render(errors))
                (area(("reason", "reason"), "为什么想检（可以不填）", Some("不要写自己的姓名和电话，审核后会公开"), &typed.reason, true, errors))
                button.main { "提交" }
            }
        },
    ))
}

pub async fn submit(context: Context, Form(typed): Form<Proposed>) -> Answer {
    match propose(&context, &typed).await {
        Ok(()) => Ok(Redirect::to("/sampling/thanks").into_response()),
        Err(problem) if !problem.errors.is_empty() || problem.retry_after.is_some() => {
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret("food", problem.detail.clone())],
                false => problem.errors.clone(),
            };
            let page = shown(&context, &typed, &Errors(errors), false).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "SamplingDecided")]
pub struct Decided {
    said: String,
    version: Option<i64>,
}

/// From where to where the office moves a proposal.
fn moved(verb: &str) -> Option<(&'static str, SamplingStatus)> {
    match verb {
        "publish" => Some(("'proposed', 'declined'", SamplingStatus::Published)),
        "decline" => Some(("'proposed', 'published'", SamplingStatus::Declined)),
        "take_up" => Some(("'published'", SamplingStatus::TakenUp)),
        "answer" => Some(("'taken_up', 'answered'", SamplingStatus::Answered)),
        _ => None,
    }
}

async fn decide(context: &Context, id: &str, verb: &str, decided: &Decided) -> Result<(), Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let (from, to) = moved(verb).ok_or_else(Problem::not_found)?;
    let said = decided.said.trim();
    if to == SamplingStatus::Answered && said.is_empty() {
        return Err(Problem::invalid(vec![FieldError::new(
            "said",
            "",
            "请写明抽检结果",
        )]));
    }
    let sql = format!(
        "UPDATE sampling_proposal SET status = ?2, said = coalesce(nullif(?3, ''), said), version = version + 1, changed_by = ?4, changed_at = ?5
         WHERE id = ?1 AND status IN ({from}) AND (?6 IS NULL OR version = ?6) RETURNING id"
    );
    let parameters = [
        id.into(),
        to.code().into(),
        said.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        decided.version.into(),
    ];
    match context.store.run(&sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::new(
            Code::NotAllowedNow,
            "这条提议现在不能这样处理，请刷新再看",
        )),
    }
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
enum Verb {
    Publish,
    Decline,
    TakeUp,
    Answer,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct OfVerb {
    /// 怎样处理
    verb: Verb,
}

pub async fn decide_sampling(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    OptionalJson(decided): OptionalJson<Decided>,
) -> Answer {
    decide(&context, &id, &verb, &decided).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn desk(context: Context) -> Answer {
    desk_page(&context, &Errors::default()).await
}

pub async fn desk_submit(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    Form(decided): Form<Decided>,
) -> Answer {
    match decide(&context, &id, &verb, &decided).await {
        Ok(()) => Ok(Redirect::to(&format!("/sampling/desk#proposal-{id}")).into_response()),
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Err(problem),
        Err(problem) => {
            let errors = Errors(vec![FieldError::secret(
                &format!("said-{id}"),
                problem.detail.clone(),
            )]);
            Ok(refused(problem.status, desk_page(&context, &errors).await?))
        }
    }
}

async fn desk_page(context: &Context, errors: &Errors) -> Answer {
    let all = "'proposed', 'published', 'taken_up', 'answered', 'declined'";
    let List { items } = context.store.json(&list(all, 500), []).await?;
    let doing: [(&str, &str, &[SamplingStatus]); 4] = [
        (
            "publish",
            "公开征集",
            &[SamplingStatus::Proposed, SamplingStatus::Declined],
        ),
        ("take_up", "列入抽检", &[SamplingStatus::Published]),
        (
            "answer",
            "公布结果",
            &[SamplingStatus::TakenUp, SamplingStatus::Answered],
        ),
        (
            "decline",
            "不采用",
            &[SamplingStatus::Proposed, SamplingStatus::Published],
        ),
    ];
    Ok(page::page(
        context,
        &errors.title("你点我检办理"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "你点我检办理" }
            p { "先审核再公开：写了个人信息、骂人的、和食品无关的不采用。" }
            @if items.is_empty() { p { "还没有提议。" } }
            @for item in &items {
                @let field = format!("said-{}", item.id);
                div.step id={ "proposal-" (item.id) } {
                    h2 { (item.food) }
                    p.note { (item.status.chinese()) " · " (item.votes) " 票" @if !item.place.is_empty() { " · " (item.place) } }
                    @if !item.reason.is_empty() { p.said { (item.reason) } }
                    @if let Some(said) = &item.said { p.said { "答复：" (said) } }
                    form.stack method="post" {
                        input type="hidden" name="version" value=(item.version);
                        (area((&field, "said"), "答复（公开显示）", None, "", true, errors))
                        div.actions {
                            @for (verb, title, from) in doing {
                                @if from.contains(&item.status) { button.second formaction={ "/sampling/" (item.id) "/" (verb) } { (title) span.hidden { "：" (item.food) } } }
                            }
                        }
                    }
                }
            }
        },
    ))
}
