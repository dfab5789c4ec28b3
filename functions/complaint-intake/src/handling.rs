//! What a handler does with a case: the moves, the reply, merging. The forms of the page call the same.

use crate::access::{HANDLERS, MAY_SEE, viewer_parameters};
use crate::case_answers::CaseForStaff;
use crate::case_number::tidy_case_number;
use crate::case_order::{CaseOrder, LONGEST_NOTE, StepPath, refuse_field, trimmed};
use crate::messages::{Side, send_message};
use crate::moves::{self, Move};
use crate::opened_case::OpenedCase;
use crate::{handover, rewards};
use axum::response::IntoResponse as _;
use domain::complaint::{ComplaintMove, RefusalGround};
use domain::words::Word as _;
use http::StatusCode;
use registers::places;
use web::api::{at, gives};
use web::extract::{OptionalJson, Path};
use web::{Answer, Context, Problem, Routes, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/complaints/{code}",
            HANDLERS.or(Token::Person),
            show_complaint,
        )
        .api(
            "一件投诉举报的全部内容；每次打开都有记录",
            gives::<CaseForStaff>(),
        )
        .post(
            "/api/v1/complaints/{code}/{verb}",
            HANDLERS,
            handle_complaint,
        )
        .api(
            "办理：每一步只在允许的状态下进行，note 会告诉对方；交给别人办以后自己看不到，返回 204",
            at::<StepPath>()
                .may_take::<CaseOrder>()
                .gives::<CaseForStaff>()
                .gives_nothing(),
        )
}

/// Carries out what the verb of the path orders.
pub async fn carry_out(
    context: &Context,
    code: &str,
    verb: &str,
    order: &CaseOrder,
) -> Result<(), Problem> {
    let code = tidy_case_number(code);
    let case = OpenedCase::for_staff_member(context, &code, verb).await?;
    let by = context.caller()?.account.as_str();
    let note = order.note()?.map(str::to_owned);
    match (verb, &order.paid_on) {
        ("hand-over", _) => handover::hand_over_by_handler(context, &case).await,
        ("reply", _) => reply(context, &case, order, by).await,
        ("reward", Some(paid_on)) => rewards::pay_reward(context, &case, order, paid_on, by).await,
        ("reward", None) => rewards::propose_reward(context, &case, order, by).await,
        _ => {
            let plain = Move {
                note,
                version: order.version,
                ..Move::new(ComplaintMove::Accept, by)
            };
            let ordered = read_move(context, &case, verb, order, plain).await?;
            moves::make_move(context, &case, ordered).await
        }
    }
}

/// The move that is ordered, from one that has the note, the version and the person already.
async fn read_move(
    context: &Context,
    case: &OpenedCase,
    verb: &str,
    order: &CaseOrder,
    plain: Move,
) -> Result<Move, Problem> {
    let mut ordered = plain;
    ordered.what = match verb {
        "accept" => ComplaintMove::Accept,
        "refuse" => {
            ordered.ground = Some(read_ground(order)?);
            ComplaintMove::Refuse
        }
        "assign" => {
            ordered.town = Some(read_town(context, order).await?);
            ComplaintMove::Assign
        }
        "transfer" => {
            ordered.note = Some(transfer_note(order)?);
            ComplaintMove::Transfer
        }
        "mediate" => read_outcome_of_mediation(order)?,
        "verify" => ComplaintMove::Verify,
        "extend" => {
            order.needs_note("请写明延长的理由")?;
            ComplaintMove::Extend
        }
        "pause" => {
            order.needs_note("请写明什么送去检验、检测或者鉴定")?;
            ComplaintMove::Pause
        }
        "resume" => ComplaintMove::Resume,
        "decide" => read_decision(order)?,
        "inform" => {
            order.needs_note("请写明告知了什么")?;
            ComplaintMove::Inform
        }
        "close" => {
            order.needs_note("请写明处理结果")?;
            ComplaintMove::Close
        }
        "merge" => {
            ordered.merged_into = Some(merge_target(context, case, order).await?);
            ComplaintMove::Merge
        }
        _ => return Err(Problem::not_found()),
    };
    Ok(ordered)
}

fn read_ground(order: &CaseOrder) -> Result<RefusalGround, Problem> {
    let ground = order.ground.as_deref().unwrap_or("");
    RefusalGround::read(ground)
        .ok_or_else(|| refuse_field("ground", ground, "请选择不予受理的法定理由"))
}

/// The id of the town that the case is given to.
async fn read_town(context: &Context, order: &CaseOrder) -> Result<String, Problem> {
    let town = trimmed(order.town.as_ref());
    let id = places::find_town(&context.store, town).await?;
    id.ok_or_else(|| refuse_field("town", town, "请选择镇街"))
}

/// What the citizen is told of a transfer: where to, why, and whom to ask from now on.
fn transfer_note(order: &CaseOrder) -> Result<String, Problem> {
    let to = trimmed(order.to.as_ref());
    if to.is_empty() {
        return Err(refuse_field("to", "", "请写明移送给哪个部门"));
    }
    let why = order.needs_note("请告诉对方为什么移送、以后找谁")?;
    Ok(format!("移送给：{to}。{why}"))
}

fn read_outcome_of_mediation(order: &CaseOrder) -> Result<ComplaintMove, Problem> {
    match order.outcome.as_deref().unwrap_or("") {
        "" => Ok(ComplaintMove::Mediate),
        "agreed" | "withdrawn" => {
            order.needs_note("请写明双方怎么商定的，或者投诉人为什么撤回")?;
            Ok(ComplaintMove::Close)
        }
        "not_agreed" => {
            order.needs_note("请写明为什么终止调解，以及还有哪些途径")?;
            Ok(ComplaintMove::EndMediation)
        }
        other => Err(refuse_field(
            "outcome",
            other,
            "应为 agreed、not_agreed 或 withdrawn",
        )),
    }
}

fn read_decision(order: &CaseOrder) -> Result<ComplaintMove, Problem> {
    match order.filed {
        Some(true) => Ok(ComplaintMove::FileCase),
        Some(false) => {
            order.needs_note("请写明不予立案的理由")?;
            Ok(ComplaintMove::NotFile)
        }
        None => Err(refuse_field("filed", "", "请选择立案还是不予立案")),
    }
}

/// The number of the case that a repeat is merged into: a running one of the same kind, which the caller may see.
async fn merge_target(
    context: &Context,
    case: &OpenedCase,
    order: &CaseOrder,
) -> Result<String, Problem> {
    let into = tidy_case_number(order.into.as_deref().unwrap_or(""));
    let sql = format!(
        "SELECT 1 FROM complaint c WHERE c.code = ?1 AND {MAY_SEE} AND c.kind = ?4 AND c.code <> ?5 AND c.insider = ?6
             AND c.closed_on IS NULL"
    );
    let mut parameters = viewer_parameters(context, &into)?.to_vec();
    parameters.extend([
        case.facts.kind.code().into(),
        case.facts.code.as_str().into(),
        i64::from(case.facts.insider).into(),
    ]);
    if context.store.run(&sql, parameters).await? == 1 {
        return Ok(into);
    }
    Err(refuse_field(
        "into",
        &into,
        "没有这个编号的在办件，或者它不是同一类",
    ))
}

async fn reply(
    context: &Context,
    case: &OpenedCase,
    order: &CaseOrder,
    by: &str,
) -> Result<(), Problem> {
    let text = trimmed(order.text.as_ref());
    match text.chars().count() {
        0 => return Err(refuse_field("text", "", "请写下回复")),
        1..=LONGEST_NOTE => {}
        _ => return Err(refuse_field("text", "", "最多 3000 个字")),
    }
    send_message(context, case, Side::Office { account: by }, text).await?;
    Ok(())
}

/// `POST /api/v1/complaints/{code}/{verb}`.
async fn handle_complaint(
    context: Context,
    Path((code, verb)): Path<(String, String)>,
    OptionalJson(order): OptionalJson<CaseOrder>,
) -> Answer {
    carry_out(&context, &code, &verb, &order).await?;
    match show_complaint(context.clone(), Path(code)).await {
        // Given to others: it is no longer the caller's to see.
        Err(problem)
            if matches!(verb.as_str(), "assign" | "hand-over")
                && problem.status == StatusCode::NOT_FOUND =>
        {
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        answer => answer,
    }
}

/// `GET /api/v1/complaints/{code}`.
async fn show_complaint(context: Context, Path(code): Path<String>) -> Answer {
    let code = tidy_case_number(&code);
    let case = OpenedCase::for_staff_member(&context, &code, "read").await?;
    Ok(axum::Json(case.for_staff()).into_response())
}
