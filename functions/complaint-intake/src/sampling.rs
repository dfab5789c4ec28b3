//! 你点我检 (003 §四(三)): the public says what should be sampled and votes; the office takes up what most want and answers.

use crate::limits;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::words::Word as _;
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::{ListPage, at, gives, gives_nothing, takes};
use web::caller::cookie;
use web::extract::{Form, Json, OptionalJson, Path};
use web::form::{Errors, Field, area};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::routes::BUREAU;
use web::{Answer, Context, Problem, Routes, Who::Everybody, contacts, page, seal};

const COOKIE: &str = "shian_voter";
/// How long a browser is known as a voter, in seconds: a year.
const COOKIE_LASTS: i64 = 365 * 86_400;
/// The most characters that each field of a proposal may have.
const LONGEST_FOOD: usize = 60;
const LONGEST_PLACE: usize = 100;
const LONGEST_REASON: usize = 500;
/// The most proposals that everybody's list shows.
const MOST_PUBLIC: u32 = 200;
/// The most proposals that the office's page shows.
const MOST_ON_DESK: u32 = 500;

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("你点我检")
        .get_prepared("/sampling", Everybody, show_proposals)
        .post("/sampling", Everybody, submit_proposal)
        .get("/sampling/thanks", Everybody, show_thanks)
        .post("/sampling/{id}/vote", Everybody, submit_vote)
        .get("/sampling/desk", BUREAU, show_desk)
        .post("/sampling/{id}/{verb}", BUREAU, submit_decision)
        .get("/api/v1/sampling", Everybody, list_sampling)
        .api("你点我检：公开的提议", gives::<ListPage<Proposal>>())
        .post_filing("/api/v1/sampling", Everybody, propose_sampling)
        .api(
            "提议抽检一种食品；审核后公开",
            takes::<NewProposal>()
                .gives_only(StatusCode::ACCEPTED)
                .refuses(&[429]),
        )
        .post("/api/v1/sampling/{id}/vote", Everybody, vote_sampling)
        .api("投一票；一个浏览器一票", gives_nothing().refuses(&[429]))
        .post("/api/v1/sampling/{id}/{verb}", BUREAU, decide_sampling)
        .api(
            "审核、列入抽检、公布结果",
            at::<DecisionPath>().may_take::<Decision>().gives_nothing(),
        )
}

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

/// What somebody proposes to sample.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SamplingProposal")]
struct Proposal {
    id: String,
    food: String,
    place: String,
    reason: String,
    status: SamplingStatus,
    votes: u64,
    said: Option<String>,
    version: i64,
}

/// A [`Proposal`] as JSON.
const PROPOSAL: &str = "json_object('id', CAST(id AS TEXT), 'food', food, 'place', place, 'reason', reason, 'status', status, 'votes', votes, 'said', said, 'version', version)";

/// The proposals of these statuses as JSON, those that can be voted for and have the most votes first.
fn list_statement(statuses: &str, most: u32) -> String {
    format!(
        "SELECT json_object('items', json_group_array({PROPOSAL}), 'next', NULL, 'total', count(*)) FROM (
            SELECT * FROM sampling_proposal WHERE status IN ({statuses}) ORDER BY status = 'published' DESC, votes DESC, id LIMIT {most})"
    )
}

/// The statuses of proposals that everybody may see.
const PUBLIC: &str = "'published', 'taken_up', 'answered'";

#[derive(Deserialize)]
struct ProposalList {
    items: Vec<Proposal>,
}

async fn list_sampling(context: Context) -> Answer {
    Ok(json_text(
        context
            .store
            .text(&list_statement(PUBLIC, MOST_PUBLIC), [])
            .await?,
    ))
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "NewSamplingProposal", !default)]
struct NewProposal {
    #[schemars(length(min = 1, max = LONGEST_FOOD))]
    food: String,
    #[schemars(default, length(max = LONGEST_PLACE))]
    place: String,
    #[schemars(default, length(max = LONGEST_REASON))]
    reason: String,
}

async fn keep_proposal(context: &Context, proposed: &NewProposal) -> Result<(), Problem> {
    let mut errors = Vec::new();
    if domain::text::is_blank(&proposed.food) {
        errors.push(FieldError::new("food", "", "请写下想抽检的食品"));
    }
    for (field, text, most) in [
        ("food", &proposed.food, LONGEST_FOOD),
        ("place", &proposed.place, LONGEST_PLACE),
        ("reason", &proposed.reason, LONGEST_REASON),
    ] {
        if text.chars().count() > most {
            errors.push(FieldError::secret(field, format!("最多 {most} 个字")));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    limits::admit_filing(context, None).await?;
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

async fn propose_sampling(context: Context, Json(proposed): Json<NewProposal>) -> Answer {
    keep_proposal(&context, &proposed).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// Keeps the vote of a browser. Voting again changes nothing.
async fn keep_vote(context: &Context, id: &str, token: &str) -> Result<(), Problem> {
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

/// Votes for the proposal, and makes the browser a known voter.
async fn vote(context: &Context, headers: &HeaderMap, id: &str, mut response: Response) -> Answer {
    let id = id
        .parse::<i64>()
        .map_err(|_| Problem::not_found())?
        .to_string();
    let token = match cookie(headers, COOKIE) {
        Some(token) if !token.is_empty() => token.to_owned(),
        _ => {
            // A browser that keeps no cookies could vote without end, so each of its votes counts as a filing.
            limits::admit_filing(context, None).await?;
            seal::random_token()?
        }
    };
    keep_vote(context, &id, &token).await?;
    let cookie = web::cookie::set(COOKIE, &token, "/", COOKIE_LASTS).await?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn vote_sampling(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    vote(
        &context,
        &headers,
        &id,
        StatusCode::NO_CONTENT.into_response(),
    )
    .await
}

async fn submit_vote(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let target = format!("/sampling#proposal-{id}");
    vote(
        &context,
        &headers,
        &id,
        Redirect::to(&target).into_response(),
    )
    .await
}

async fn show_proposals(context: Context) -> Answer {
    proposals_page(&context, &NewProposal::default(), &Errors::default(), false).await
}

async fn show_thanks(context: Context) -> Answer {
    proposals_page(&context, &NewProposal::default(), &Errors::default(), true).await
}

async fn proposals_page(
    context: &Context,
    typed: &NewProposal,
    errors: &Errors,
    thanks: bool,
) -> Answer {
    let ProposalList { items } = context
        .store
        .json(&list_statement(PUBLIC, MOST_PUBLIC), [])
        .await?;
    let contacts = contacts::of_district(context).await?;
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
                @for proposal in &items { (public_card(proposal)) }
            }
            h2 { "提一种" }
            form.stack method="post" action="/sampling" {
                (Field::text("food", "什么食品", &typed.food).hint("例如：菜场的活虾、校门口的炸串").render(errors))
                (Field::text("place", "在哪里卖（可以不填）", &typed.place).render(errors))
                (area(("reason", "reason"), "为什么想检（可以不填）", Some("不要写自己的姓名和电话，审核后会公开"), &typed.reason, true, errors))
                button.main { "提交" }
            }
            (contacts::directory("联系我们", &contacts))
        },
    ))
}

fn public_card(proposal: &Proposal) -> Markup {
    html! {
        li id={ "proposal-" (proposal.id) } {
            h2 { (proposal.food) }
            @if !proposal.place.is_empty() { p { (proposal.place) } }
            @if !proposal.reason.is_empty() { p { (proposal.reason) } }
            p { span.tag { (proposal.status.chinese()) } " " strong { (proposal.votes) } " 票" }
            @if let Some(answer) = &proposal.said { p.said { (answer) } }
            @if proposal.status == SamplingStatus::Published {
                form method="post" action={ "/sampling/" (proposal.id) "/vote" } { button.second { "我也想检" span.hidden { "：" (proposal.food) } } }
            }
        }
    }
}

async fn submit_proposal(context: Context, Form(typed): Form<NewProposal>) -> Answer {
    match keep_proposal(&context, &typed).await {
        Ok(()) => Ok(Redirect::to("/sampling/thanks").into_response()),
        Err(problem) if !problem.errors.is_empty() || problem.retry_after.is_some() => {
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret("food", problem.detail.clone())],
                false => problem.errors.clone(),
            };
            let page = proposals_page(&context, &typed, &Errors(errors), false).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "SamplingDecided")]
struct Decision {
    said: String,
    version: Option<i64>,
}

/// What the office can decide on a proposal.
struct PossibleDecision {
    /// How the path names it.
    verb: &'static str,
    /// What the button says.
    title: &'static str,
    /// The statuses in which it can be decided.
    from: &'static [SamplingStatus],
    /// The status that it leads to.
    to: SamplingStatus,
}

const DECISIONS: [PossibleDecision; 4] = [
    PossibleDecision {
        verb: "publish",
        title: "公开征集",
        from: &[SamplingStatus::Proposed, SamplingStatus::Declined],
        to: SamplingStatus::Published,
    },
    PossibleDecision {
        verb: "take_up",
        title: "列入抽检",
        from: &[SamplingStatus::Published],
        to: SamplingStatus::TakenUp,
    },
    PossibleDecision {
        verb: "answer",
        title: "公布结果",
        from: &[SamplingStatus::TakenUp, SamplingStatus::Answered],
        to: SamplingStatus::Answered,
    },
    PossibleDecision {
        verb: "decline",
        title: "不采用",
        from: &[SamplingStatus::Proposed, SamplingStatus::Published],
        to: SamplingStatus::Declined,
    },
];

async fn decide_proposal(
    context: &Context,
    id: &str,
    verb: &str,
    decided: &Decision,
) -> Result<(), Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let possible = DECISIONS
        .iter()
        .find(|possible| possible.verb == verb)
        .ok_or_else(Problem::not_found)?;
    let said = decided.said.trim();
    if possible.to == SamplingStatus::Answered && said.is_empty() {
        return Err(Problem::invalid(vec![FieldError::new(
            "said",
            "",
            "请写明抽检结果",
        )]));
    }
    let from: Vec<&str> = possible.from.iter().map(|status| status.code()).collect();
    let sql = "UPDATE sampling_proposal SET status = ?2, said = coalesce(nullif(?3, ''), said), version = version + 1, changed_by = ?4, changed_at = ?5
        WHERE id = ?1 AND status IN (SELECT value FROM json_each(?7)) AND (?6 IS NULL OR version = ?6) RETURNING id";
    let parameters = [
        id.into(),
        possible.to.code().into(),
        said.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        decided.version.into(),
        serde_json::json!(from).to_string().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::not_allowed_now(
            "这条提议现在不能这样处理，请刷新再看",
        )),
    }
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
enum DecisionVerb {
    Publish,
    Decline,
    TakeUp,
    Answer,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct DecisionPath {
    /// 怎样处理
    verb: DecisionVerb,
}

async fn decide_sampling(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    OptionalJson(decided): OptionalJson<Decision>,
) -> Answer {
    decide_proposal(&context, &id, &verb, &decided).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn show_desk(context: Context) -> Answer {
    desk_page(&context, &Errors::default()).await
}

async fn submit_decision(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    Form(decided): Form<Decision>,
) -> Answer {
    match decide_proposal(&context, &id, &verb, &decided).await {
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
    let statement = list_statement(all, MOST_ON_DESK);
    let ProposalList { items } = context.store.json(&statement, []).await?;
    Ok(page::page(
        context,
        &errors.title("你点我检办理"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "你点我检办理" }
            p { "先审核再公开：写了个人信息、骂人的、和食品无关的不采用。" }
            @if items.is_empty() { p { "还没有提议。" } }
            @for proposal in &items { (desk_card(proposal, errors)) }
        },
    ))
}

fn desk_card(proposal: &Proposal, errors: &Errors) -> Markup {
    let field = format!("said-{}", proposal.id);
    html! {
        div.step id={ "proposal-" (proposal.id) } {
            h2 { (proposal.food) }
            p.note { (proposal.status.chinese()) " · " (proposal.votes) " 票" @if !proposal.place.is_empty() { " · " (proposal.place) } }
            @if !proposal.reason.is_empty() { p.said { (proposal.reason) } }
            @if let Some(answer) = &proposal.said { p.said { "答复：" (answer) } }
            form.stack method="post" {
                input type="hidden" name="version" value=(proposal.version);
                (area((&field, "said"), "答复（公开显示）", None, "", true, errors))
                div.actions {
                    @for decision in &DECISIONS {
                        @if decision.from.contains(&proposal.status) { button.second formaction={ "/sampling/" (proposal.id) "/" (decision.verb) } { (decision.title) span.hidden { "：" (proposal.food) } } }
                    }
                }
            }
        }
    }
}
