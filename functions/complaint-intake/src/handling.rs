//! What a handler does with a case: the moves, replies, merging, rewards. As API; the pages in `desk` call the same.

use crate::access::{MAY_SEE, seen_by};
use crate::cases::Case;
use crate::filing::tidy_code;
use crate::handover;
use crate::messages::{Side, say};
use crate::moves::{self, Move};
use axum::response::IntoResponse as _;
use domain::complaint::{ComplaintKind, ComplaintMove, RefusalGround};
use domain::complaint_terms::{RewardLevel, reward};
use domain::money::Fen;
use domain::words::Word as _;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{OptionalJson, Path};
use web::problem::FieldError;
use web::{Answer, Code, Context, Problem};

/// Of a note or a reply.
const NOTE: usize = 3_000;

/// What a move takes beside itself.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ComplaintOrder")]
pub struct Order {
    /// 会告诉对方
    pub note: Option<String>,
    /// refuse：不予受理的理由
    pub ground: Option<String>,
    /// assign：哪个镇街的监管所办理
    pub town: Option<String>,
    /// transfer：移送给哪个部门
    pub to: Option<String>,
    /// mediate：agreed、withdrawn 或 not_agreed；不写是开始调解
    pub outcome: Option<String>,
    /// decide：是否立案
    pub filed: Option<bool>,
    /// merge：另一件的编号
    pub into: Option<String>,
    /// reward：奖励等级
    pub level: Option<String>,
    /// reward：罚没款，元
    #[serde(deserialize_with = "number_or_text")]
    #[schemars(with = "Option<NumberOrText>")]
    pub fined_yuan: Option<String>,
    /// reward：发放日期
    pub paid_on: Option<String>,
    /// reply：答复
    pub text: Option<String>,
    pub version: Option<i64>,
}

#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "described, never made")]
enum NumberOrText {
    Number(f64),
    Text(String),
}

/// What can be done with a case, as it stands in the path.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
enum Verb {
    Accept,
    Refuse,
    Assign,
    Transfer,
    Mediate,
    Verify,
    Extend,
    Pause,
    Resume,
    Decide,
    Inform,
    Close,
    Merge,
    HandOver,
    Reply,
    Reward,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct OfVerb {
    /// 做哪一步
    verb: Verb,
}

/// A client sends a number, a form what was typed.
fn number_or_text<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

fn wrong(field: &str, value: &str, reason: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(field, value, reason)])
}

/// Does what `verb` says, as the route names it.
pub async fn act(context: &Context, code: &str, verb: &str, order: &Order) -> Result<(), Problem> {
    let case = Case::of_staff(context, &tidy_code(code), verb).await?;
    let by = context.caller()?.account.as_str();
    let note = order
        .note
        .as_deref()
        .map(str::trim)
        .filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > NOTE) {
        return Err(wrong("note", "", "最多 3000 个字"));
    }
    let needs_note = |reason: &str| match note {
        Some(note) => Ok(note),
        None => Err(wrong("note", "", reason)),
    };
    let mut step = Move {
        note,
        version: order.version,
        ..Move::new(ComplaintMove::Accept, by)
    };
    let text;
    step.what = match verb {
        "accept" => ComplaintMove::Accept,
        "refuse" => {
            let ground = order.ground.as_deref().unwrap_or("");
            step.ground = Some(
                RefusalGround::read(ground)
                    .ok_or_else(|| wrong("ground", ground, "请选择不予受理的法定理由"))?,
            );
            ComplaintMove::Refuse
        }
        "assign" => {
            let town = order.town.as_deref().unwrap_or("").trim();
            if !registers::towns::all(&context.store)
                .await?
                .iter()
                .any(|known| known == town)
            {
                return Err(wrong("town", town, "请选择镇街"));
            }
            step.town = Some(town);
            ComplaintMove::Assign
        }
        "transfer" => {
            let to = order.to.as_deref().map(str::trim).unwrap_or("");
            if to.is_empty() {
                return Err(wrong("to", "", "请写明移送给哪个部门"));
            }
            let why = needs_note("请告诉对方为什么移送、以后找谁")?;
            text = format!("移送给：{to}。{why}");
            step.note = Some(&text);
            ComplaintMove::Transfer
        }
        "mediate" => match order.outcome.as_deref().unwrap_or("") {
            "" => ComplaintMove::Mediate,
            "agreed" | "withdrawn" => {
                needs_note("请写明双方怎么商定的，或者投诉人为什么撤回")?;
                ComplaintMove::Close
            }
            "not_agreed" => {
                needs_note("请写明为什么终止调解，以及还有哪些途径")?;
                ComplaintMove::EndMediation
            }
            other => {
                return Err(wrong(
                    "outcome",
                    other,
                    "应为 agreed、not_agreed 或 withdrawn",
                ));
            }
        },
        "verify" => ComplaintMove::Verify,
        "extend" => {
            needs_note("请写明延长的理由")?;
            ComplaintMove::Extend
        }
        "pause" => {
            needs_note("请写明什么送去检验、检测或者鉴定")?;
            ComplaintMove::Pause
        }
        "resume" => ComplaintMove::Resume,
        "decide" => match order.filed {
            Some(true) => ComplaintMove::FileCase,
            Some(false) => {
                needs_note("请写明不予立案的理由")?;
                ComplaintMove::NotFile
            }
            None => return Err(wrong("filed", "", "请选择立案还是不予立案")),
        },
        "inform" => {
            needs_note("请写明告知了什么")?;
            ComplaintMove::Inform
        }
        "close" => {
            needs_note("请写明处理结果")?;
            ComplaintMove::Close
        }
        "merge" => {
            text = merge_target(context, &case, order).await?;
            step.merged_into = Some(&text);
            ComplaintMove::Merge
        }
        "hand-over" => return handover::by_handler(context, &case).await,
        "reply" => return reply(context, &case, order, by).await,
        "reward" => return propose_reward(context, &case, order, by).await,
        _ => return Err(Problem::not_found()),
    };
    moves::make(context, &case, step).await
}

/// A repeat goes into another running case of the same kind that the caller may see, and that went nowhere itself.
async fn merge_target(context: &Context, case: &Case, order: &Order) -> Result<String, Problem> {
    let into = tidy_code(order.into.as_deref().unwrap_or(""));
    let sql = format!(
        "SELECT 1 FROM complaint c WHERE c.code = ?1 AND {MAY_SEE} AND c.kind = ?4 AND c.code <> ?5 AND c.insider = ?6
             AND c.closed_on IS NULL"
    );
    let mut parameters = seen_by(context, &into)?.to_vec();
    parameters.extend([
        case.open.kind.code().into(),
        case.open.code.as_str().into(),
        i64::from(case.open.insider).into(),
    ]);
    if context.store.run(&sql, parameters).await? == 1 {
        return Ok(into);
    }
    Err(wrong(
        "into",
        &into,
        "没有这个编号的在办件，或者它不是同一类",
    ))
}

async fn reply(context: &Context, case: &Case, order: &Order, by: &str) -> Result<(), Problem> {
    let text = order.text.as_deref().unwrap_or("").trim();
    match text.chars().count() {
        0 => return Err(wrong("text", "", "请写下回复")),
        1..=NOTE => {}
        _ => return Err(wrong("text", "", "最多 3000 个字")),
    }
    say(context, case, Side::Office { account: by }, text).await?;
    Ok(())
}

/// 举报奖励 (国市监稽规〔2021〕4号): proposed by level and what was fined, changed until it is paid, then paid.
async fn propose_reward(
    context: &Context,
    case: &Case,
    order: &Order,
    by: &str,
) -> Result<(), Problem> {
    if case.open.kind != ComplaintKind::Report {
        return Err(Problem::new(Code::ReportsOnly, "只有举报才有奖励"));
    }
    if let Some(paid_on) = &order.paid_on {
        let day = domain::office_date::parse_come(paid_on, context.today())
            .map_err(|error| wrong("paid_on", paid_on, &error.to_string()))?;
        let sql = "UPDATE complaint_reward SET paid_on = ?2, version = version + 1, changed_by = ?3, changed_at = ?4
            WHERE code = ?1 AND paid_on IS NULL RETURNING code";
        let parameters = [
            case.open.code.as_str().into(),
            day.to_string().into(),
            by.into(),
            context.at().into(),
        ];
        return match context.store.run(sql, parameters).await? {
            1 => Ok(()),
            _ => Err(Problem::new(Code::NoRewardToPay, "没有待发放的奖励")),
        };
    }
    let level = order.level.as_deref().unwrap_or("");
    let level = RewardLevel::read(level).ok_or_else(|| wrong("level", level, "请选择奖励等级"))?;
    let typed = order.fined_yuan.as_deref().unwrap_or("");
    let fined: Fen = typed
        .parse()
        .map_err(|error: domain::money::FenError| wrong("fined_yuan", typed, &error.to_string()))?;
    let fen = |amount: Fen| i64::try_from(amount.0).unwrap_or(i64::MAX);
    let sql = "INSERT INTO complaint_reward (code, level, fined, amount, proposed_on, changed_by, changed_at)
        SELECT c.code, ?2, ?3, ?4, ?5, ?6, ?7 FROM complaint c WHERE c.code = ?1 AND c.status IN ('filed', 'not_filed', 'closed')
        ON CONFLICT (code) DO UPDATE SET level = excluded.level, fined = excluded.fined, amount = excluded.amount, proposed_on = excluded.proposed_on,
            version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        WHERE paid_on IS NULL RETURNING code";
    let parameters = [
        case.open.code.as_str().into(),
        level.code().into(),
        fen(fined).into(),
        fen(reward(level, fined)).into(),
        context.today().to_string().into(),
        by.into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::new(
            Code::RewardNotNow,
            "作出是否立案的决定以后才能提出奖励；已经发放的不能再改",
        )),
    }
}

/// `POST /api/v1/complaints/{code}/{verb}`.
pub async fn handle_complaint(
    context: Context,
    Path((code, verb)): Path<(String, String)>,
    OptionalJson(order): OptionalJson<Order>,
) -> Answer {
    act(&context, &code, &verb, &order).await?;
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
pub async fn show_complaint(context: Context, Path(code): Path<String>) -> Answer {
    let case = Case::of_staff(&context, &tidy_code(&code), "read").await?;
    Ok(axum::Json(case.for_staff()).into_response())
}
