//! What is done with a paper: signed, acknowledged (回执), answered, closed, withdrawn. Which move its status allows, the table
//! `notice_move` says; who may make it, this file.

use crate::notices::{self, Notice};
use crate::sweep;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::words::{AddresseeKind, NoticeKind, NoticeStatus, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{OptionalJson, Path};
use web::problem::FieldError;
use web::{Answer, Context, Problem, seal};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Move {
    Sign,
    Acknowledge,
    Reply,
    Close,
    Withdraw,
}

/// Letters of a reply or a reason.
const LONGEST: usize = 2000;

impl Move {
    pub const ALL: [Self; 5] = [
        Self::Sign,
        Self::Acknowledge,
        Self::Reply,
        Self::Close,
        Self::Withdraw,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Acknowledge => "acknowledge",
            Self::Reply => "reply",
            Self::Close => "close",
            Self::Withdraw => "withdraw",
        }
    }

    /// What has to be said with it: the field's name.
    pub fn needs(self) -> Option<&'static str> {
        match self {
            Self::Reply => Some("请写明做了什么"),
            Self::Withdraw => Some("请写明撤回的原因"),
            Self::Sign | Self::Acknowledge | Self::Close => None,
        }
    }

    /// Whether the caller is the one who makes this move on this paper.
    pub fn is_for(self, role: Role, cadre_no: Option<&str>, notice: &Notice) -> bool {
        match self {
            Self::Sign => notice.signer == Some(role),
            Self::Close | Self::Withdraw => role == Role::Office,
            // Towns and stations see no paper that is not theirs to see, yet a town sees its officials' letters.
            Self::Acknowledge | Self::Reply => match notice.addressee_kind {
                AddresseeKind::Cadre => {
                    role == Role::Cadre && cadre_no == Some(notice.addressee.as_str())
                }
                AddresseeKind::Town => role == Role::Town,
                AddresseeKind::Station => role == Role::Station,
                AddresseeKind::Committee => role == Role::Chair,
                // It has no accounts: the office keeps its answers.
                AddresseeKind::Department => role == Role::Office,
            },
        }
    }
}

#[derive(Deserialize, Default, JsonSchema)]
#[schemars(rename = "MoveSaid")]
pub struct Said {
    /// 答复、原因或者备注；字段名也可以是 reply、reason、note
    #[serde(default, alias = "reply", alias = "reason", alias = "note")]
    pub text: String,
    /// 读取时的 version；不写则不论现在是哪一版
    pub version: Option<i64>,
}

/// A paper after a move.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NoticeMoved")]
pub struct Moved {
    id: String,
    kind: NoticeKind,
    number: Option<String>,
    status: NoticeStatus,
    issued_on: Option<NaiveDate>,
    due: Option<NaiveDate>,
    version: i64,
}

pub async fn sign_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(said): OptionalJson<Said>,
) -> Answer {
    by_api(&context, &id, Move::Sign, &said).await
}

pub async fn acknowledge_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(said): OptionalJson<Said>,
) -> Answer {
    by_api(&context, &id, Move::Acknowledge, &said).await
}

pub async fn reply_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(said): OptionalJson<Said>,
) -> Answer {
    by_api(&context, &id, Move::Reply, &said).await
}

pub async fn close_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(said): OptionalJson<Said>,
) -> Answer {
    by_api(&context, &id, Move::Close, &said).await
}

pub async fn withdraw_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(said): OptionalJson<Said>,
) -> Answer {
    by_api(&context, &id, Move::Withdraw, &said).await
}

async fn by_api(context: &Context, id: &str, made: Move, said: &Said) -> Answer {
    let notice = make(context, id, made, said).await?;
    let moved = Moved {
        id: notice.id,
        kind: notice.kind,
        number: notice.number,
        status: notice.status,
        issued_on: notice.issued_on,
        due: notice.due_on,
        version: notice.version,
    };
    Ok(axum::Json(moved).into_response())
}

/// Makes a move, and gives the paper as it is then.
pub async fn make(context: &Context, id: &str, made: Move, said: &Said) -> Result<Notice, Problem> {
    let notice = notices::find(context, id).await?;
    let caller = context.caller()?;
    if !made.is_for(caller.role, caller.cadre_no.as_deref(), &notice) {
        return Err(Problem::forbidden());
    }
    let text = said.text.trim();
    let mut errors = Vec::new();
    if let Some(reason) = made.needs().filter(|_| text.is_empty()) {
        errors.push(FieldError::new("text", "", reason));
    }
    if text.chars().count() > LONGEST {
        errors.push(FieldError::new("text", "", format!("最多 {LONGEST} 个字")));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let number: i64 = notice.id.parse().map_err(Problem::internal)?;
    if made == Move::Sign && notice.status == NoticeStatus::Drafted {
        sweep::refresh(context, number).await?;
    }
    let sql = "UPDATE notice SET status = (SELECT m.to_status FROM notice_move m WHERE m.move = ?2 AND m.from_status = notice.status),
            said = ?3, signed_by = iif(?2 = 'sign', ?5, signed_by), prefix = iif(?2 = 'sign', ?6, prefix), version = version + 1, changed_by = ?5, changed_at = ?7
        WHERE id = ?1 AND (?4 IS NULL OR version = ?4) AND EXISTS (SELECT 1 FROM notice_move m WHERE m.move = ?2 AND m.from_status = notice.status)
        RETURNING id";
    let parameters = [
        number.into(),
        made.code().into(),
        Some(text.to_owned()).filter(|text| !text.is_empty()).into(),
        said.version.into(),
        caller.account.as_str().into(),
        seal::variable("number_prefix").await?.into(),
        context.at().into(),
    ];
    let moved = context.store.run(sql, parameters).await? == 1;
    let now = notices::find(context, id).await?;
    if moved {
        return Ok(now);
    }
    use domain::words::Word as _;
    let current = serde_json::json!({"status": now.status, "version": now.version});
    let detail = match (made, now.status) {
        (Move::Sign, NoticeStatus::Closed) => "所列事项已经全部办结，不需要签发".to_owned(),
        (_, status) => format!("这件文书现在是“{}”，请看过再办", status.chinese()),
    };
    Err(Problem::changed_meanwhile(detail, current))
}
