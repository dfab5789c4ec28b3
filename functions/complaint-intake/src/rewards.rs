//! 举报奖励 (国市监稽规〔2021〕4号): proposed by level and by what was fined, once the case that the report led to was proved and closed;
//! changed until it is paid; paid.

use crate::case_order::{CaseOrder, refuse_field};
use crate::opened_case::OpenedCase;
use domain::complaint::{ComplaintKind, ComplaintMove, ComplaintStatus};
use domain::complaint_terms::{RewardLevel, reward};
use domain::money::{Fen, FenError};
use domain::words::Word as _;
use web::{Code, Context, Problem};

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
    Problem::new(
        Code::RewardNotNow,
        "立案查实并办结以后才能提出奖励；已经发放的不能再改",
    )
}

fn check_that_it_is_a_report(case: &OpenedCase) -> Result<(), Problem> {
    match case.facts.kind {
        ComplaintKind::Report => Ok(()),
        ComplaintKind::Complaint => Err(Problem::new(Code::ReportsOnly, "只有举报才有奖励")),
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
    let level = order.level.as_deref().unwrap_or("");
    let level =
        RewardLevel::read(level).ok_or_else(|| refuse_field("level", level, "请选择奖励等级"))?;
    let typed = order.fined_yuan.as_deref().unwrap_or("");
    let fined: Fen = typed
        .parse()
        .map_err(|error: FenError| refuse_field("fined_yuan", typed, &error.to_string()))?;
    if !can_be_proposed(case) {
        return Err(reward_not_now());
    }
    let fen = |amount: Fen| i64::try_from(amount.0).unwrap_or(i64::MAX);
    // The version that was read: whoever reopens the case meanwhile has the reward refused.
    let sql = "INSERT INTO complaint_reward (code, level, fined, amount, proposed_on, changed_by, changed_at)
        SELECT c.code, ?2, ?3, ?4, ?5, ?6, ?7 FROM complaint c WHERE c.code = ?1 AND c.status = 'closed' AND c.version = ?8
        ON CONFLICT (code) DO UPDATE SET level = excluded.level, fined = excluded.fined, amount = excluded.amount, proposed_on = excluded.proposed_on,
            version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        WHERE paid_on IS NULL RETURNING code";
    let parameters = [
        case.facts.code.as_str().into(),
        level.code().into(),
        fen(fined).into(),
        fen(reward(level, fined)).into(),
        context.today().to_string().into(),
        by.into(),
        context.at().into(),
        case.facts.version.into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(reward_not_now()),
    }
}

/// Keeps the day on which the reward was paid: from then on it is not changed any more.
pub async fn pay_reward(
    context: &Context,
    case: &OpenedCase,
    paid_on: &str,
    by: &str,
) -> Result<(), Problem> {
    check_that_it_is_a_report(case)?;
    let day = domain::office_date::parse_come(paid_on, context.today())
        .map_err(|error| refuse_field("paid_on", paid_on, &error.to_string()))?;
    let sql = "UPDATE complaint_reward SET paid_on = ?2, version = version + 1, changed_by = ?3, changed_at = ?4
        WHERE code = ?1 AND paid_on IS NULL RETURNING code";
    let parameters = [
        case.facts.code.as_str().into(),
        day.to_string().into(),
        by.into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::new(Code::NoRewardToPay, "没有待发放的奖励")),
    }
}
