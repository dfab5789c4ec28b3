//! 任务均衡: the load of each official, its spread by tier and town, and a proposal that evens it out (001 §三.1: 防止畸轻畸重).

use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use domain::balance::{HeldBusiness, even_out};
use domain::office_date;
use domain::words::{Tier, Word as _};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::extract::{Form, OptionalJson, Query};
use web::form::{Errors, Field, outcome, select};
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::{Answer, Context, Problem, page as frame};

#[derive(Deserialize, Default, JsonSchema)]
#[schemars(rename = "BalanceAsked")]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "Option<String>")]
    town: Option<String>,
}

/// An official, with all that they hold today.
#[derive(Deserialize)]
struct Official {
    cadre_no: String,
    name: String,
    tier: Tier,
    town: Option<String>,
    held: Vec<Business>,
}

#[derive(Deserialize)]
struct Business {
    /// Of the assignment.
    id: String,
    uscc: String,
    enterprise: String,
    village: Option<String>,
}

async fn officials(context: &Context, town: Option<&str>) -> Result<Vec<Official>, Problem> {
    // Where several hold a business (组团包保), it is the load of the one whose assignment began last, who owes it.
    let sql = "WITH holder AS (
            SELECT a.id, a.uscc, a.cadre_no, row_number() OVER (PARTITION BY a.uscc ORDER BY a.starts_on DESC, a.id DESC) AS place
            FROM assignment a WHERE (a.starts_on IS NULL OR a.starts_on <= ?1) AND (a.ends_on IS NULL OR a.ends_on >= ?1))
        SELECT json_group_array(json_object('cadre_no', c.cadre_no, 'name', c.name, 'tier', c.tier, 'town', c.town, 'held', json(c.held))) FROM (
            SELECT cadre_no, name, tier, town, coalesce(json_group_array(json_object('id', CAST(id AS TEXT), 'uscc', uscc, 'enterprise', enterprise, 'village', village))
                FILTER (WHERE uscc IS NOT NULL), '[]') AS held
            FROM (SELECT c.cadre_no, c.name, c.tier, c.town, h.id, e.uscc, e.name AS enterprise, e.village
            FROM cadre c LEFT JOIN holder h ON h.cadre_no = c.cadre_no AND h.place = 1 LEFT JOIN supervised_enterprise e ON e.uscc = h.uscc
            WHERE c.left_on IS NULL AND (?2 IS NULL OR c.town = ?2) AND (?3 IS NULL OR c.town IN (SELECT value FROM json_each(?3)))
            ORDER BY c.cadre_no, e.village, e.uscc) GROUP BY cadre_no ORDER BY town, tier, cadre_no) c";
    let parameters = [
        context.today().to_string().into(),
        town.map(str::to_owned).into(),
        context.caller()?.only_towns_json().into(),
    ];
    Ok(context.store.json(sql, parameters).await?)
}

/// How evenly a group is loaded.
#[derive(Serialize, Clone, JsonSchema)]
pub struct Spread {
    town: Option<String>,
    tier: Tier,
    officials: usize,
    total: usize,
    least: usize,
    most: usize,
    /// To one decimal.
    mean: f64,
}

fn spread(town: Option<String>, tier: Tier, loads: &[usize]) -> Spread {
    let total: usize = loads.iter().sum();
    let mean = if loads.is_empty() {
        0.0
    } else {
        (total as f64 * 10.0 / loads.len() as f64).round() / 10.0
    };
    Spread {
        town,
        tier,
        officials: loads.len(),
        total,
        least: loads.iter().copied().min().unwrap_or(0),
        most: loads.iter().copied().max().unwrap_or(0),
        mean,
    }
}

type Groups<'o> = BTreeMap<(Option<String>, Tier), Vec<&'o Official>>;

/// By town and tier: within such a group officials stand for each other.
fn groups(officials: &[Official]) -> Groups<'_> {
    let mut groups = Groups::new();
    for official in officials {
        groups
            .entry((official.town.clone(), official.tier))
            .or_default()
            .push(official);
    }
    groups
}

fn spreads(groups: &Groups<'_>) -> Vec<Spread> {
    groups
        .iter()
        .map(|((town, tier), officials)| {
            let loads: Vec<usize> = officials.iter().map(|one| one.held.len()).collect();
            spread(town.clone(), *tier, &loads)
        })
        .collect()
}

/// How many businesses an official holds.
#[derive(Serialize, JsonSchema)]
pub struct Load {
    cadre_no: String,
    name: String,
    tier: Tier,
    town: Option<String>,
    load: usize,
}

#[derive(Serialize, JsonSchema)]
pub struct Balance {
    items: Vec<Load>,
    /// It comes whole.
    next: Option<String>,
    total: usize,
    spread: Vec<Spread>,
}

pub async fn show_balance(context: Context, Query(asked): Query<Asked>) -> Answer {
    let all = officials(&context, asked.town.as_deref()).await?;
    let spread = spreads(&groups(&all));
    let items: Vec<Load> = all
        .into_iter()
        .map(|one| Load {
            cadre_no: one.cadre_no,
            name: one.name,
            tier: one.tier,
            town: one.town,
            load: one.held.len(),
        })
        .collect();
    let balance = Balance {
        total: items.len(),
        items,
        next: None,
        spread,
    };
    Ok(axum::Json(balance).into_response())
}

/// One business to another official, as it is proposed and as it is accepted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProposedMove")]
pub struct Proposed {
    /// Of the assignment that would end.
    assignment: String,
    uscc: String,
    enterprise: String,
    village: Option<String>,
    from: String,
    from_name: String,
    to: String,
    to_name: String,
}

#[derive(Serialize, JsonSchema)]
pub struct Proposal {
    before: Vec<Spread>,
    after: Vec<Spread>,
    moves: Vec<Proposed>,
}

fn propose(all: &[Official]) -> Proposal {
    let groups = groups(all);
    let before = spreads(&groups);
    let mut after = Vec::new();
    let mut moves = Vec::new();
    for ((town, tier), officials) in &groups {
        let names: Vec<String> = officials.iter().map(|one| one.cadre_no.clone()).collect();
        let held: Vec<HeldBusiness> = officials
            .iter()
            .flat_map(|one| {
                one.held.iter().map(|business| HeldBusiness {
                    business: business.id.clone(),
                    official: one.cadre_no.clone(),
                    village: business.village.clone().unwrap_or_default(),
                })
            })
            .collect();
        let made = even_out(&names, &held, *tier == Tier::Village);
        let loads: Vec<usize> = officials
            .iter()
            .map(|one| {
                one.held.len() + made.iter().filter(|step| step.to == one.cadre_no).count()
                    - made.iter().filter(|step| step.from == one.cadre_no).count()
            })
            .collect();
        after.push(spread(town.clone(), *tier, &loads));
        let name = |number: &str| {
            officials
                .iter()
                .find(|one| one.cadre_no == number)
                .map_or_else(String::new, |one| one.name.clone())
        };
        for step in made {
            let business = officials
                .iter()
                .flat_map(|one| &one.held)
                .find(|business| business.id == step.business);
            if let Some(business) = business {
                moves.push(Proposed {
                    assignment: business.id.clone(),
                    uscc: business.uscc.clone(),
                    enterprise: business.enterprise.clone(),
                    village: business.village.clone(),
                    from_name: name(&step.from),
                    to_name: name(&step.to),
                    from: step.from,
                    to: step.to,
                });
            }
        }
    }
    Proposal {
        before,
        after,
        moves,
    }
}

pub async fn show_proposal(context: Context, OptionalJson(asked): OptionalJson<Asked>) -> Answer {
    let all = officials(&context, asked.town.as_deref()).await?;
    Ok(axum::Json(propose(&all)).into_response())
}

#[derive(Deserialize, Default, JsonSchema)]
#[schemars(rename = "ProposalAccepted")]
pub struct Accepted {
    /// 每条是 包保关系 id:接手干部工号，如 17:Q001
    #[serde(default)]
    moves: Vec<String>,
    #[serde(default)]
    #[schemars(with = "web::api::Day", !default)]
    starts_on: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProposalMoved")]
pub struct Moved {
    moved: usize,
    asked: usize,
}

pub async fn accept_proposal(
    context: Context,
    OptionalJson(accepted): OptionalJson<Accepted>,
) -> Answer {
    let moved = accept(&context, &accepted).await?;
    Ok(axum::Json(Moved {
        moved,
        asked: accepted.moves.len(),
    })
    .into_response())
}

/// All in one statement. An assignment that has ended meanwhile, or an official who has left, is passed over; so is another town's.
async fn accept(context: &Context, accepted: &Accepted) -> Result<usize, Problem> {
    let wrong = |reason: String| {
        Problem::invalid(vec![FieldError::new(
            "starts_on",
            &*accepted.starts_on,
            reason,
        )])
    };
    let starts_on =
        office_date::parse(&accepted.starts_on).map_err(|error| wrong(error.to_string()))?;
    let moves: Vec<(&str, &str)> = accepted
        .moves
        .iter()
        .filter_map(|step| step.split_once(':'))
        .collect();
    let sql = "INSERT INTO assignment (uscc, cadre_no, starts_on, replaces, lifted_reason, changed_by, changed_at)
        SELECT a.uscc, c.cadre_no, ?2, a.id, a.lifted_reason, ?4, ?5
        FROM json_each(?1) step
        JOIN assignment a ON a.id = CAST(step.value ->> 0 AS INTEGER)
        JOIN cadre was ON was.cadre_no = a.cadre_no
        JOIN cadre c ON c.cadre_no = step.value ->> 1 AND c.left_on IS NULL AND c.tier = was.tier AND c.town IS was.town
        JOIN supervised_enterprise e ON e.uscc = a.uscc
        WHERE (a.ends_on IS NULL OR a.ends_on >= ?2) AND (a.starts_on IS NULL OR a.starts_on < ?2) AND c.cadre_no <> a.cadre_no
            AND (?3 IS NULL OR e.town IN (SELECT value FROM json_each(?3)))
        ON CONFLICT DO NOTHING RETURNING 1";
    let parameters = [
        serde_json::json!(moves).to_string().into(),
        starts_on.to_string().into(),
        context.caller()?.only_towns_json().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    Ok(context.store.run(sql, parameters).await?)
}

fn bars(spreads: &[Spread], after: Option<&[Spread]>) -> Markup {
    let most = spreads
        .iter()
        .map(|spread| spread.most)
        .max()
        .unwrap_or(0)
        .max(1);
    let bar = |spread: &Spread| {
        html! {
            svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.ground x="0" y="0" width="100" height="10" {}
                rect.fill x=(spread.least * 100 / most) y="0" width=(((spread.most - spread.least) * 100 / most).max(1)) height="10" {}
            }
        }
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="各组任务" { table {
            thead { tr { th scope="col" { "镇街" } th scope="col" { "层级" } th.number scope="col" { "干部" } th.number scope="col" { "包保" } th.number scope="col" { "人均" }
                th scope="col" { "最少到最多" } th.number scope="col" { "最少" } th.number scope="col" { "最多" } @if after.is_some() { th.number scope="col" { "调整后最少" } th.number scope="col" { "调整后最多" } } } }
            tbody { @for (place, spread) in spreads.iter().enumerate() {
                tr { th scope="row" { (spread.town.as_deref().unwrap_or("区级")) } td.tight { (spread.tier.chinese()) } td.number { (spread.officials) } td.number { (spread.total) }
                    td.number { (spread.mean) } td.bar-cell { (bar(spread)) } td.number { (spread.least) } td.number { (spread.most) }
                    @if let Some(after) = after.and_then(|after| after.get(place)) { td.number { (after.least) } td.number { (after.most) } } }
            } }
        } }
    }
}

/// Moves that one page shows; the next come after these are taken.
const SHOWN: usize = 200;

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    shown(&context, asked.town.as_deref(), &Errors::default()).await
}

async fn shown(context: &Context, town: Option<&str>, errors: &Errors) -> Answer {
    let all = officials(context, town).await?;
    let proposal = propose(&all);
    let towns = registers::towns::of(&context.store, context.caller()?).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "全部"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    let tomorrow = (context.today() + chrono::Days::new(1)).to_string();
    let may = crate::may_assign(context);
    let mut loads: Vec<&Official> = all.iter().collect();
    loads.sort_by_key(|one| std::cmp::Reverse(one.held.len()));
    Ok(frame::page(
        context,
        &errors.title("任务均衡"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "任务均衡" }
            form.filters method="get" { (select("town", "镇街", &towns, town.unwrap_or(""), &Errors::default())) div.actions { button.main { "查看" } } }
            @if all.is_empty() { p { "没有包保干部。" } } @else { (bars(&proposal.before, Some(&proposal.after))) }
            h2 { "调整建议" }
            @if proposal.moves.is_empty() {
                p { "同一镇街、同一层级的干部之间相差不超过一家，或者再调就要跨村，不需要调整。" }
            } @else {
                p { "按片区就近、移动最少的办法，建议调整 " strong { (proposal.moves.len()) } " 家；村社区干部只接自己村里的企业。可以全部采纳，也可以去掉几条。" }
                form method="post" {
                    @if let Some(town) = town { input type="hidden" name="town" value=(town); }
                    div.scroll tabindex="0" role="region" aria-label="调整建议" { table {
                        thead { tr { @if may { th scope="col" { "采纳" } } th scope="col" { "企业" } th scope="col" { "村社区" } th scope="col" { "现在" } th scope="col" { "改由" } } }
                        tbody { @for step in proposal.moves.iter().take(SHOWN) {
                            tr {
                                @if may { td.tight { label.hidden for={ "move-" (step.assignment) } { "采纳：" (step.enterprise) }
                                    input id={ "move-" (step.assignment) } type="checkbox" name="move" value={ (step.assignment) ":" (step.to) } checked; } }
                                td.name { (step.enterprise) } td.tight { (step.village.as_deref().unwrap_or("")) }
                                td.tight { (step.from_name) } td.tight { (step.to_name) }
                            }
                        } }
                    } }
                    @if proposal.moves.len() > SHOWN { p { "另有 " (proposal.moves.len() - SHOWN) " 家，采纳这些以后再列出。" } }
                    @if may {
                        (Field { kind: "date", ..Field::text("starts_on", "从哪天起", &tomorrow) }.render(errors))
                        div.actions { button.main { "采纳选中的" } }
                    }
                }
            }
            h2 { "每名干部" }
            div.scroll tabindex="0" role="region" aria-label="每名干部" { table {
                thead { tr { th scope="col" { "干部" } th scope="col" { "镇街" } th scope="col" { "层级" } th.number scope="col" { "包保" } } }
                tbody { @for one in loads.iter().take(SHOWN) {
                    tr { td { a href={ "/supervision/cadres/" (frame::encode(&one.cadre_no)) } { (one.name) } } td.tight { (one.town.as_deref().unwrap_or("区级")) } td.tight { (one.tier.chinese()) }
                        td.number { a href={ "/supervision/assignments?cadre_no=" (frame::encode(&one.cadre_no)) } { (one.held.len()) } } }
                } }
            } }
        },
    ))
}

pub async fn submit(context: Context, Form(sent): Form<Vec<(String, String)>>) -> Answer {
    let all = |name: &str| {
        sent.iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.clone())
            .collect::<Vec<String>>()
    };
    let town = all("town").pop();
    let accepted = Accepted {
        moves: all("move"),
        starts_on: all("starts_on").pop().unwrap_or_default(),
    };
    outcome(
        accept(&context, &accepted).await,
        |_| {
            let town = town.as_deref().unwrap_or("");
            format!("/supervision/balance?town={}", frame::encode(town))
        },
        async |errors| shown(&context, town.as_deref(), &errors).await,
    )
    .await
}
