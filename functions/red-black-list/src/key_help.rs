//! 重点帮扶 (000 §三(五)): who is helped, by which expert, and how it ended. Not public.

use crate::findings::{MET, criteria_met_by};
use crate::tabs::desk_tabs;
use axum::response::{IntoResponse as _, Redirect};
use domain::office_date::chinese;
use http::StatusCode;
use maud::html;
use registers::{
    Column, Declares as _, Field, Filter, FormValues, Input, Item, List, Member, Questions,
    Submission,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use transparency::{CriterionMet, wording};
use web::api::{at, gives};
use web::extract::{Form, Json, Path};
use web::form::{self, Errors, area, outcome};
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .list(OFFICE, &KEY_HELP)
        .post("/lists/cases/key-help", OFFICE, submit_new)
        .get("/lists/cases/key-help/{id}", OFFICE, page)
        .post("/lists/cases/key-help/{id}/{verb}", OFFICE, submit)
        .post("/api/v1/key-help", OFFICE, begin_key_help)
        .api(
            "列入重点帮扶",
            NEW_KEY_HELP.taken().gives_new::<KeyHelpBegun>(),
        )
        .get("/api/v1/key-help/{id}", OFFICE, show_key_help)
        .api("一个重点帮扶对象", gives::<KeyHelp>())
        .post("/api/v1/key-help/{id}/{verb}", OFFICE, move_key_help)
        .api(
            "结对专家（pair），结束帮扶（end）",
            at::<KeyHelpVerbPath>()
                .takes::<KeyHelpOrder>()
                .gives::<KeyHelp>(),
        )
}

/// How far a help is: the code and its name.
fn help_states() -> Vec<(&'static str, &'static str)> {
    vec![("running", "帮扶中"), ("ended", "已结束")]
}

fn help_state(code: &str) -> Option<&'static str> {
    help_states()
        .into_iter()
        .find(|(known, _)| *known == code)
        .map(|(_, name)| name)
}

static KEY_HELP: List = List {
    name: "key-help",
    title: "重点帮扶",
    path: "/lists/cases/key-help",
    api: "/api/v1/key-help",
    from: "key_help h LEFT JOIN enterprise_ledger e ON e.uscc = h.uscc",
    id: "h.id",
    sort: Some("-since"),
    town: "e.town",
    nothing: "还没有重点帮扶对象。到“达标提示”里选“重点帮扶”，看系统找出了哪些企业。",
    item: &[
        Member::text("id", "CAST(h.id AS TEXT)").always(),
        Member::text("uscc", "h.uscc"),
        Member::text("name", "coalesce(e.name, h.uscc)"),
        Member::text("town", registers::town_name!("e.town")),
        Member::text("reason", "h.reason"),
        Member::objects("rules", "json(h.rules)", MET).always(),
        Member::date("since", "h.since"),
        Member::text("expert", "h.expert"),
        Member::text("expert_from", "h.expert_from"),
        Member::date("paired_on", "h.paired_on"),
        Member::text("standing", "iif(h.ended_on IS NULL, 'running', 'ended')"),
        Member::date("ended_on", "h.ended_on"),
        Member::text("outcome", "h.outcome"),
        Member::whole("version", "h.version").always(),
    ],
    filters: &[
        Filter::search("企业名称或代码、专家", "{found h.uscc} OR {part h.expert}"),
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(help_states),
            condition: "iif(h.ended_on IS NULL, 'running', 'ended') = {}",
        },
        Filter::town("e.town IN {towns}"),
    ],
    columns: &[
        Column::link("企业名称", "name", "/lists/cases/key-help/", "id").by("e.name"),
        Column::text("镇街", "town").by(registers::town_name!("e.town")),
        Column::wide("原因", "reason"),
        Column::date("列入", "since").by("h.since"),
        Column::text("结对专家", "expert").by("h.expert"),
        Column::date("结对", "paired_on"),
        Column::named("情况", "standing", help_state),
        Column::date("结束", "ended_on"),
    ],
    above: desk_tabs,
    actions: |_| {
        html! { a.second href="/lists/cases/suggestions?list=key_help" { "达标提示" } }
    },
    ..List::PLAIN
};

const USCC: Field = Field::uscc().required();
const REASON: Field =
    Field::text("reason", "列入的原因", 500).hint("没有达到标准而要列入的，写明原因");

static NEW_KEY_HELP: Questions = Questions::of("NewKeyHelp", &[USCC, REASON]);

#[derive(Serialize, JsonSchema)]
struct KeyHelpBegun {
    id: String,
}

async fn begin_key_help(context: Context, Json(answers): Json<Item>) -> Answer {
    let id = begin_help(&context, Submission::Document(&answers)).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(KeyHelpBegun { id: id.to_string() }),
    )
        .into_response())
}

async fn submit_new(context: Context, Form(typed): Form<FormValues>) -> Answer {
    let id = begin_help(&context, Submission::Form(&typed)).await?;
    Ok(Redirect::to(&format!("/lists/cases/key-help/{id}")).into_response())
}

/// Makes a business one that is helped, and gives the id of the help.
///
/// # Errors
///
/// 422 without a criterion that is met or a reason, 409 where the business is helped already.
async fn begin_help(context: &Context, sent: Submission<'_>) -> Result<i64, Problem> {
    let answers = NEW_KEY_HELP.read(context, sent).await?;
    let uscc = answers.text(&USCC).unwrap_or_default();
    let met = criteria_met_by(context, "key_help", uscc).await?;
    let rules = met.map_or_else(Vec::new, |met| met.rules);
    let titles: Vec<&str> = rules.iter().map(|rule| rule.title.as_str()).collect();
    let reason = match answers.text(&REASON) {
        Some(reason) => reason.to_owned(),
        None if !titles.is_empty() => titles.join("；"),
        None => {
            return Err(Problem::invalid(vec![FieldError::new(
                REASON.column,
                "",
                "这家企业没有达到重点帮扶的标准，要列入请写明原因",
            )]));
        }
    };
    let sql = "INSERT INTO key_help (uscc, reason, rules, since, changed_by, changed_at)
        SELECT e.uscc, ?2, ?3, ?4, ?5, ?6 FROM enterprise_ledger e WHERE e.uscc = ?1
        ON CONFLICT (uscc) WHERE ended_on IS NULL DO NOTHING RETURNING id";
    #[derive(Deserialize)]
    struct NewHelp {
        id: i64,
    }
    let parameters = [
        uscc.into(),
        reason.into(),
        json!(rules).to_string().into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    let help: Option<NewHelp> = context.store.first(sql, parameters).await?;
    help.map(|help| help.id)
        .ok_or_else(|| Problem::already_helped("这家企业已经是重点帮扶对象，或者不在台账里"))
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "programs read what the page does not show")]
struct KeyHelp {
    id: String,
    uscc: String,
    name: String,
    town: Option<String>,
    reason: String,
    rules: Vec<CriterionMet>,
    since: chrono::NaiveDate,
    expert: Option<String>,
    expert_from: Option<String>,
    paired_on: Option<chrono::NaiveDate>,
    #[schemars(extend("enum" = ["running", "ended"]))]
    standing: String,
    ended_on: Option<chrono::NaiveDate>,
    outcome: Option<String>,
    version: i64,
}

/// The help of an id, as JSON.
async fn help_json(context: &Context, id: &str) -> Result<String, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    KEY_HELP.one(context, "h.id = {}", &id.to_string()).await
}

async fn show_key_help(context: Context, Path(id): Path<String>) -> Answer {
    Ok(json_text(help_json(&context, &id).await?))
}

async fn page(context: Context, Path(id): Path<String>) -> Answer {
    help_page(&context, &id, &KeyHelpOrder::default(), &Errors::default()).await
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
enum KeyHelpVerb {
    Pair,
    End,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct KeyHelpVerbPath {
    /// pair 结对专家，end 结束帮扶
    verb: KeyHelpVerb,
}

/// `pair` names the expert, `end` says how it ended.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct KeyHelpOrder {
    #[serde(deserialize_with = "blank_is_none")]
    expert: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    expert_from: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    outcome: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    version: Option<String>,
}

async fn move_key_help(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    Json(order): Json<KeyHelpOrder>,
) -> Answer {
    change_help(&context, &id, &verb, &order).await?;
    show_key_help(context, Path(id)).await
}

async fn submit(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    Form(order): Form<KeyHelpOrder>,
) -> Answer {
    outcome(
        change_help(&context, &id, &verb, &order).await,
        |()| format!("/lists/cases/key-help/{id}"),
        async |errors| help_page(&context, &id, &order, &errors).await,
    )
    .await
}

/// The most characters of what is typed about a help.
const LONGEST: usize = 500;

/// Names the expert, or ends the help.
async fn change_help(
    context: &Context,
    id: &str,
    verb: &str,
    order: &KeyHelpOrder,
) -> Result<(), Problem> {
    let required = |field: &str, value: &Option<String>, reason: &str| {
        value
            .clone()
            .filter(|value| value.chars().count() <= LONGEST)
            .ok_or_else(|| Problem::invalid(vec![FieldError::new(field, "", reason)]))
    };
    let (assignments, values): (&str, [Option<String>; 2]) = match verb {
        "pair" => (
            "expert = ?2, expert_from = ?3, paired_on = coalesce(paired_on, ?4)",
            [
                Some(required("expert", &order.expert, "请填写结对的专家")?),
                order.expert_from.clone(),
            ],
        ),
        "end" => (
            "outcome = ?2, ended_on = coalesce(?3, ?4)",
            [
                Some(required("outcome", &order.outcome, "请写明帮扶的结果")?),
                None,
            ],
        ),
        _ => return Err(Problem::not_found()),
    };
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let version: Option<i64> = order
        .version
        .as_deref()
        .and_then(|version| version.parse().ok());
    let sql = format!(
        "UPDATE key_help SET {assignments}, version = version + 1, changed_by = ?5, changed_at = ?6
        WHERE id = ?1 AND ended_on IS NULL AND (?7 IS NULL OR version = ?7) RETURNING id"
    );
    let [first, second] = values;
    let parameters = [
        id.into(),
        first.into(),
        second.into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        version.into(),
    ];
    match context.store.run(&sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::changed_since(
            "这条记录刚被别人改过，或者帮扶已经结束",
        )),
    }
}

async fn help_page(context: &Context, id: &str, typed: &KeyHelpOrder, errors: &Errors) -> Answer {
    let help: KeyHelp =
        serde_json::from_str(&help_json(context, id).await?).map_err(Problem::internal)?;
    let title = format!("重点帮扶：{}", help.name);
    let field = |typed: &Option<String>, stored: &Option<String>| {
        typed.clone().or_else(|| stored.clone()).unwrap_or_default()
    };
    let expert = field(&typed.expert, &help.expert);
    let from = field(&typed.expert_from, &help.expert_from);
    let version = field(&typed.version, &Some(help.version.to_string()));
    Ok(page::page(
        context,
        &errors.title(&title),
        &html! {
            (errors.summary())
            (desk_tabs(context))
            h1 { (title) }
            dl.facts {
                dt { "企业" } dd { a href={ "/enterprises/" (help.uscc) } { (help.name) } }
                dt { "镇街" } dd { (help.town.as_deref().unwrap_or("—")) }
                dt { "原因" } dd { (help.reason) }
                dt { "列入" } dd { (chinese(help.since)) }
                dt { "结对专家" } dd { (help.expert.as_deref().unwrap_or("还没有")) @if let Some(from) = &help.expert_from { "（" (from) "）" } @if let Some(day) = help.paired_on { "，" (chinese(day)) } }
                @if let Some(day) = help.ended_on { dt { "结束" } dd { (chinese(day)) "，" (help.outcome.as_deref().unwrap_or("")) } }
            }
            @if !help.rules.is_empty() { h2 { "依据" } (wording::rules(&help.rules)) }
            @if help.ended_on.is_none() {
                h2 { "结对专家" }
                form.stack method="post" action={ "/lists/cases/key-help/" (id) "/pair" } {
                    input type="hidden" name="version" value=(version);
                    (form::Field::text("expert", "专家姓名", &expert).render(errors))
                    (form::Field::text("expert_from", "单位、专长", &from).render(errors))
                    button.main { "保存专家" }
                }
                h2 { "结束帮扶" }
                form.stack method="post" action={ "/lists/cases/key-help/" (id) "/end" } {
                    input type="hidden" name="version" value=(version);
                    (area(("outcome", "outcome"), "结果", Some("问题解决了没有，怎样解决的"), "", true, errors))
                    button.second { "结束帮扶" }
                }
            }
        },
    ))
}
