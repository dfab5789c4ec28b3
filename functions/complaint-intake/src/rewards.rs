//! 举报奖励 (国市监稽规〔2021〕4号): proposed by level and by what was fined, once the case that the report led to was proved and closed;
//! changed until it is paid; paid.

use crate::case_order::{CaseOrder, refuse_field};
use crate::opened_case::OpenedCase;
use domain::complaint::{ComplaintKind, ComplaintMove, ComplaintStatus};
use domain::complaint_terms::{RewardLevel, reward};
use domain::money::{Fen, FenError};
use domain::words::Word as _;
use serde_json::json;
use web::{Context, Problem};

const CHANGED_SINCE: &str = "这件事或者它的奖励刚被别人改过，请看过现在的情况再办";

/// Whether a reward can be proposed or changed now: the report is closed, and the last decision on it was to open a case (立案).
pub fn can_be_proposed(case: &OpenedCase) -> bool {
    let decision = case
        .steps
        .iter()
        .map(|step| step.moved)
        .rfind(|moved| matches!(moved, ComplaintMove::FileCase | ComplaintMove::NotFile));
    case.facts.kind == ComplaintKind::Report
        && case.facts.status == ComplaintStatus::Closed
        && decision == Some(ComplaintMove::FileCase)
}

fn reward_not_now() -> Problem {
    Problem::reward_not_now("立案查实并办结以后才能提出奖励；已经发放的不能再改")
}

/// The version of the reward that the order is about: none where there is no reward yet.
///
/// # Errors
///
/// 409 where the person saw another version of the case or of its reward.
fn seen_version(case: &OpenedCase, order: &CaseOrder) -> Result<Option<i64>, Problem> {
    let reward = case.facts.reward.as_ref().map(|reward| reward.version);
    let is_another = |seen: Option<i64>, now: Option<i64>| seen.is_some() && seen != now;
    if is_another(order.version, Some(case.facts.version))
        || is_another(order.reward_version, reward)
    {
        return Err(Problem::changed_meanwhile(
            CHANGED_SINCE,
            json!({ "status": case.facts.status, "version": case.facts.version, "reward": case.facts.reward }),
        ));
    }
    Ok(reward)
}

fn check_that_it_is_a_report(case: &OpenedCase) -> Result<(), Problem> {
    match case.facts.kind {
        ComplaintKind::Report => Ok(()),
        ComplaintKind::Complaint => Err(Problem::reports_only("只有举报才有奖励")),
    }
}

/// Proposes the reward, or changes the one that was proposed and is not paid yet.
pub async fn propose_reward(
    context: &Context,
    case: &OpenedCase,
    order: &CaseOrder,
    by: &str,
) -> Result<(), Problem> {
    check_that_it_is_a_report(case)?;
    let seen = seen_version(case, order)?;
    let level = order.level.as_deref().unwrap_or("");
    let level =
        RewardLevel::read(level).ok_or_else(|| refuse_field("level", level, "请选择奖励等级"))?;
    let typed = order.fined_yuan.as_deref().unwrap_or("");
    let fined: Fen = typed
        .parse()
        .map_err(|error: FenError| refuse_field("fined_yuan", typed, &error.to_string()))?;
    let is_paid = case
        .facts
        .reward
        .as_ref()
        .is_some_and(|reward| reward.paid_on.is_some());
    if is_paid || !can_be_proposed(case) {
        return Err(reward_not_now());
    }
    let fen = |amount: Fen| i64::try_from(amount.0).unwrap_or(i64::MAX);
    // The version that was read: whoever reopens the case meanwhile has the reward refused.
    let sql = "INSERT INTO complaint_reward (code, level, fined, amount, proposed_on, changed_by, changed_at)
        SELECT c.code, ?2, ?3, ?4, ?5, ?6, ?7 FROM complaint c WHERE c.code = ?1 AND c.status = 'closed' AND c.version = ?8
        ON CONFLICT (code) DO UPDATE SET level = excluded.level, fined = excluded.fined, amount = excluded.amount, proposed_on = excluded.proposed_on,
            version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        WHERE paid_on IS NULL AND version = ?9 RETURNING code";
    let parameters = [
        case.facts.code.as_str().into(),
        level.code().into(),
        fen(fined).into(),
        fen(reward(level, fined)).into(),
        context.today().to_string().into(),
        by.into(),
        context.at().into(),
        case.facts.version.into(),
        seen.into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::changed_since(CHANGED_SINCE)),
    }
}

/// Keeps the day on which the reward was paid: from then on it is not changed any more. What is paid is what was proposed, so that an order
/// that names another level beside the day is refused; and a case that was reopened or decided anew pays nothing.
pub async fn pay_reward(
    context: &Context,
    case: &OpenedCase,
    order: &CaseOrder,
    paid_on: &str,
    by: &str,
) -> Result<(), Problem> {
    check_that_it_is_a_report(case)?;
    seen_version(case, order)?;
    for (field, given) in [("level", &order.level), ("fined_yuan", &order.fined_yuan)] {
        if let Some(given) = given {
            return Err(refuse_field(
                field,
                given,
                "登记发放时不能改奖励，请先修改奖励，再登记发放",
            ));
        }
    }
    let day = domain::office_date::parse_come(paid_on, context.today())
        .map_err(|error| refuse_field("paid_on", paid_on, &error.to_string()))?;
    let Some(reward) = case
        .facts
        .reward
        .as_ref()
        .filter(|reward| reward.paid_on.is_none())
    else {
        return Err(Problem::no_reward_to_pay("没有待发放的奖励"));
    };
    if day < reward.proposed_on {
        let reason = format!(
            "发放不能早于提出奖励的日期（{}）",
            domain::office_date::chinese(reward.proposed_on)
        );
        return Err(refuse_field("paid_on", paid_on, &reason));
    }
    if !can_be_proposed(case) {
        return Err(reward_not_now());
    }
    let sql = "UPDATE complaint_reward SET paid_on = ?2, version = version + 1, changed_by = ?3, changed_at = ?4
        WHERE code = ?1 AND paid_on IS NULL AND version = ?5
            AND EXISTS (SELECT 1 FROM complaint c WHERE c.code = ?1 AND c.status = 'closed' AND c.version = ?6) RETURNING code";
    let parameters = [
        case.facts.code.as_str().into(),
        day.to_string().into(),
        by.into(),
        context.at().into(),
        reward.version.into(),
        case.facts.version.into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::changed_since(CHANGED_SINCE)),
    }
}
