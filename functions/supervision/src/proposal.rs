//! The proposal that evens out the loads, and its acceptance in part or whole (001 §三.1: 防止畸轻畸重).

use crate::ASSIGNING;
use crate::backdating::closed_until;
use crate::balance::{
    BalanceQuery, LoadedOfficial, Spread, group_by_town_and_tier, load_officials, spread_of,
    spreads_of,
};
use axum::response::IntoResponse as _;
use domain::balance::{HeldBusiness, Move, even_out};
use domain::office_date::{self, chinese};
use domain::words::{Role, Tier};
use registers::town_today;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{may_take, takes};
use web::extract::OptionalJson;
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/assignments/proposal",
            ASSIGNING.or(Token::Read),
            show_proposal,
        )
        .api(
            "把任务调匀的建议：片区就近、移动最少",
            may_take::<BalanceQuery>().gives::<Proposal>(),
        )
        .post(
            "/api/v1/assignments/proposal/accept",
            ASSIGNING.or(Token::Write),
            accept_proposal,
        )
        .api(
            "采纳建议：全部或者其中几条",
            takes::<ProposalAcceptance>().gives::<AcceptedCount>(),
        )
}

/// One business that would go to another official.
#[derive(Serialize, JsonSchema)]
pub struct ProposedMove {
    /// The id of the assignment that would end.
    pub assignment: String,
    uscc: String,
    pub enterprise: String,
    pub village: Option<String>,
    pub from: String,
    pub from_name: String,
    pub to: String,
    pub to_name: String,
}

#[derive(Serialize, JsonSchema)]
pub struct Proposal {
    pub before: Vec<Spread>,
    pub after: Vec<Spread>,
    pub moves: Vec<ProposedMove>,
}

/// The moves that even out the loads of each group.
pub fn propose(all: &[LoadedOfficial]) -> Proposal {
    let groups = group_by_town_and_tier(all);
    let before = spreads_of(&groups);
    let mut after = Vec::new();
    let mut moves = Vec::new();
    for ((town, tier), officials) in &groups {
        let steps = even_out_group(*tier, officials);
        let loads: Vec<usize> = officials
            .iter()
            .map(|one| load_after(one, &steps))
            .collect();
        after.push(spread_of(town.clone(), *tier, &loads));
        moves.extend(
            steps
                .iter()
                .filter_map(|step| proposed_move(officials, step)),
        );
    }
    Proposal {
        before,
        after,
        moves,
    }
}

fn even_out_group(tier: Tier, officials: &[&LoadedOfficial]) -> Vec<Move> {
    let numbers: Vec<String> = officials.iter().map(|one| one.post_no.clone()).collect();
    let held: Vec<HeldBusiness> = officials
        .iter()
        .flat_map(|one| {
            one.enterprises.iter().map(|enterprise| HeldBusiness {
                business: enterprise.id.clone(),
                official: one.post_no.clone(),
                village: enterprise.village.clone().unwrap_or_default(),
            })
        })
        .collect();
    even_out(&numbers, &held, tier == Tier::Village)
}

fn load_after(official: &LoadedOfficial, steps: &[Move]) -> usize {
    let taken = steps.iter().filter(|step| step.to == official.post_no);
    let left = steps.iter().filter(|step| step.from == official.post_no);
    official.enterprises.len() + taken.count() - left.count()
}

fn proposed_move(officials: &[&LoadedOfficial], step: &Move) -> Option<ProposedMove> {
    let name = |number: &str| {
        let official = officials.iter().find(|one| one.post_no == number);
        official.map_or_else(String::new, |one| one.name.clone())
    };
    let enterprise = officials
        .iter()
        .flat_map(|one| &one.enterprises)
        .find(|enterprise| enterprise.id == step.business)?;
    Some(ProposedMove {
        assignment: enterprise.id.clone(),
        uscc: enterprise.uscc.clone(),
        enterprise: enterprise.enterprise.clone(),
        village: enterprise.village.clone(),
        from_name: name(&step.from),
        to_name: name(&step.to),
        from: step.from.clone(),
        to: step.to.clone(),
    })
}

async fn show_proposal(
    context: Context,
    OptionalJson(query): OptionalJson<BalanceQuery>,
) -> Answer {
    let all = load_officials(&context, query.town.as_deref()).await?;
    Ok(axum::Json(propose(&all)).into_response())
}

#[derive(Deserialize, Default, JsonSchema)]
#[schemars(rename = "ProposalAccepted")]
pub struct ProposalAcceptance {
    /// 每条是 包保关系 id:接手的岗位编号（首个岗位就是工号），如 17:Q001
    #[serde(default)]
    pub moves: Vec<String>,
    #[serde(default)]
    #[schemars(with = "web::api::Day", !default)]
    pub starts_on: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProposalMoved")]
struct AcceptedCount {
    moved: usize,
    asked: usize,
}

async fn accept_proposal(
    context: Context,
    OptionalJson(acceptance): OptionalJson<ProposalAcceptance>,
) -> Answer {
    let moved = write_moves(&context, &acceptance).await?;
    Ok(axum::Json(AcceptedCount {
        moved,
        asked: acceptance.moves.len(),
    })
    .into_response())
}

/// Makes the accepted moves in one statement, and gives how many. A move is passed over where its assignment has ended meanwhile, where
/// its official has left, where the business is not in the towns of the caller, and where a town would lift one by itself.
pub async fn write_moves(
    context: &Context,
    acceptance: &ProposalAcceptance,
) -> Result<usize, Problem> {
    let wrong = |reason: String| {
        Problem::invalid(vec![FieldError::new(
            "starts_on",
            &*acceptance.starts_on,
            reason,
        )])
    };
    let starts_on =
        office_date::parse(&acceptance.starts_on).map_err(|error| wrong(error.to_string()))?;
    if let Some(closed) = closed_until(context)
        .await?
        .filter(|closed| starts_on <= *closed)
    {
        return Err(wrong(format!(
            "{}以前已经封存，请从以后的日子起",
            chinese(closed)
        )));
    }
    let moves: Vec<(&str, &str)> = acceptance
        .moves
        .iter()
        .filter_map(|step| step.split_once(':'))
        .collect();
    let sql = concat!(
        "INSERT INTO assignment (uscc, cadre_no, post_no, starts_on, replaces, lifted_reason, changed_by, changed_at)
        SELECT a.uscc, c.cadre_no, c.post_no, ?2, a.id, a.lifted_reason, ?4, ?5
        FROM json_each(?1) step
        JOIN assignment a ON a.id = CAST(step.value ->> 0 AS INTEGER)
        JOIN post was ON was.post_no = coalesce(a.post_no, a.cadre_no)
        JOIN post c ON c.post_no = step.value ->> 1 AND c.duty = 'cadre' AND (c.starts_on IS NULL OR c.starts_on <= ?2)
            AND (c.ends_on IS NULL OR c.ends_on >= ?2) AND c.tier = was.tier AND ",
        town_today!("c.town"),
        " IS ",
        town_today!("was.town"),
        "
        JOIN enterprise_in_business e ON e.uscc = a.uscc
        WHERE (a.ends_on IS NULL OR a.ends_on >= ?2) AND (a.starts_on IS NULL OR a.starts_on < ?2) AND c.cadre_no <> a.cadre_no
            AND (?3 IS NULL OR e.town IN (SELECT value FROM json_each(?3)))
            AND (?6 OR c.tier <> 'district' AND NOT EXISTS (SELECT 1 FROM tier_fit f WHERE f.tier = c.tier AND f.level = e.level AND f.fit = 'lifted'))
        ON CONFLICT DO NOTHING RETURNING 1"
    );
    let parameters = [
        serde_json::json!(moves).to_string().into(),
        starts_on.to_string().into(),
        context.caller()?.only_towns_json().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        i64::from(context.caller()?.role == Role::Office).into(),
    ];
    Ok(context.store.run(sql, parameters).await?)
}
