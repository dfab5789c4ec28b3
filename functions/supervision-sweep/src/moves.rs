//! What is done with a paper: it is signed, acknowledged (回执), answered, closed or withdrawn. Which moves a status allows stands in the
//! table `notice_move`; who may make a move stands here.

use crate::ADDRESSED;
use crate::closure::close_met_lines;
use crate::notice::{Notice, find_notice};
use crate::notices::addressee_name;
use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::words::{AddresseeKind, NoticeKind, NoticeStatus, Role, Word as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{may_take, takes};
use web::extract::{OptionalJson, Path};
use web::problem::FieldError;
use web::routes::{OFFICE, Routes, Who};
use web::{Answer, Context, Problem, issuing};

/// Who signs.
const SIGNING: Who = Who::Roles(&[Role::Office, Role::Chair]);

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/api/v1/notices/{id}/sign", SIGNING, sign_notice)
        .api(
            "签发：同时编号、发出",
            may_take::<MoveForm>().gives::<MovedNotice>(),
        )
        .post(
            "/api/v1/notices/{id}/acknowledge",
            ADDRESSED,
            acknowledge_notice,
        )
        .api("回执", may_take::<MoveForm>().gives::<MovedNotice>())
        .post("/api/v1/notices/{id}/reply", ADDRESSED, reply_notice)
        .api("答复做了什么", takes::<MoveForm>().gives::<MovedNotice>())
        .post("/api/v1/notices/{id}/close", OFFICE, close_notice)
        .api("办结归档", may_take::<MoveForm>().gives::<MovedNotice>())
        .post("/api/v1/notices/{id}/withdraw", OFFICE, withdraw_notice)
        .api(
            "撤回，写明原因；文号作废不再用",
            takes::<MoveForm>().gives::<MovedNotice>(),
        )
}

/// A move that changes the status of a paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Move {
    Sign,
    Acknowledge,
    Reply,
    Close,
    Withdraw,
}

/// The most characters that a reply or a reason may have.
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

    /// What whoever makes the move without a text is told, where it needs one.
    pub fn text_needed(self) -> Option<&'static str> {
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
            // A town sees the letters to its officials too, and does not answer for them.
            Self::Acknowledge | Self::Reply => match notice.addressee_kind {
                AddresseeKind::Cadre => {
                    role == Role::Cadre && cadre_no == Some(notice.addressee.as_str())
                }
                AddresseeKind::Town => role == Role::Town,
                AddresseeKind::Station => role == Role::Station,
                AddresseeKind::Committee => role == Role::Chair,
                // The bureau and departments see no other department's papers. For one that has no accounts the office enters its answers.
                AddresseeKind::Department => {
                    matches!(role, Role::Department | Role::Bureau | Role::Office)
                }
            },
        }
    }
}

/// What is said with a move.
#[derive(Deserialize, Default, JsonSchema)]
#[schemars(rename = "MoveSaid")]
pub struct MoveForm {
    /// 答复、原因或者备注；字段名也可以是 reply、reason、note
    #[serde(default, alias = "reply", alias = "reason", alias = "note")]
    pub text: String,
    /// 读取时的 version；不写则不论现在是哪一版
    pub version: Option<i64>,
}

/// A paper after a move.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NoticeMoved")]
struct MovedNotice {
    id: String,
    kind: NoticeKind,
    number: Option<String>,
    status: NoticeStatus,
    issued_on: Option<NaiveDate>,
    due: Option<NaiveDate>,
    version: i64,
}

async fn sign_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(form): OptionalJson<MoveForm>,
) -> Answer {
    answer_move(&context, &id, Move::Sign, &form).await
}

async fn acknowledge_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(form): OptionalJson<MoveForm>,
) -> Answer {
    answer_move(&context, &id, Move::Acknowledge, &form).await
}

async fn reply_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(form): OptionalJson<MoveForm>,
) -> Answer {
    answer_move(&context, &id, Move::Reply, &form).await
}

async fn close_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(form): OptionalJson<MoveForm>,
) -> Answer {
    answer_move(&context, &id, Move::Close, &form).await
}

async fn withdraw_notice(
    context: Context,
    Path(id): Path<String>,
    OptionalJson(form): OptionalJson<MoveForm>,
) -> Answer {
    answer_move(&context, &id, Move::Withdraw, &form).await
}

async fn answer_move(context: &Context, id: &str, notice_move: Move, form: &MoveForm) -> Answer {
    let notice = make_move(context, id, notice_move, form).await?;
    let moved = MovedNotice {
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

fn check_text(notice_move: Move, form: &MoveForm) -> Result<(), Problem> {
    let text = form.text.trim();
    let mut errors = Vec::new();
    if let Some(reason) = notice_move.text_needed().filter(|_| text.is_empty()) {
        errors.push(FieldError::new("text", "", reason));
    }
    if text.chars().count() > LONGEST {
        errors.push(FieldError::new("text", "", format!("最多 {LONGEST} 个字")));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    Ok(())
}

/// Makes a move, and gives the paper as it is then.
///
/// # Errors
///
/// 403 where the move is not the caller's to make; 422 where its text is missing or too long; 409 `changed_meanwhile` where the paper is at
/// another version, or its status does not allow the move.
pub async fn make_move(
    context: &Context,
    id: &str,
    notice_move: Move,
    form: &MoveForm,
) -> Result<Notice, Problem> {
    let notice = find_notice(context, id).await?;
    let caller = context.caller()?;
    if !notice_move.is_for(caller.role, caller.cadre_no.as_deref(), &notice) {
        return Err(Problem::forbidden());
    }
    check_text(notice_move, form)?;
    let text = form.text.trim();
    let number: i64 = notice.id.parse().map_err(Problem::internal)?;
    if notice_move == Move::Sign && notice.status == NoticeStatus::Drafted {
        close_met_lines(context, number).await?;
    }
    // What a town or a station is called on the day of signing is printed.
    let sql = concat!(
        "UPDATE notice AS n SET status = (SELECT m.to_status FROM notice_move m WHERE m.move = ?2 AND m.from_status = n.status),
            addressee_name = ",
        addressee_name!(),
        ", said = ?3, signed_by = iif(?2 = 'sign', ?5, signed_by), prefix = iif(?2 = 'sign', ?6, prefix), version = version + 1, changed_by = ?5, changed_at = ?7
        WHERE id = ?1 AND (?4 IS NULL OR version = ?4) AND EXISTS (SELECT 1 FROM notice_move m WHERE m.move = ?2 AND m.from_status = n.status)
        RETURNING id"
    );
    let parameters = [
        number.into(),
        notice_move.code().into(),
        Some(text.to_owned()).filter(|text| !text.is_empty()).into(),
        form.version.into(),
        caller.account.as_str().into(),
        issuing::mark_of_office(context).await?.into(),
        context.at().into(),
    ];
    let moved = context.store.run(sql, parameters).await? == 1;
    let now = find_notice(context, id).await?;
    if moved {
        return Ok(now);
    }
    Err(refused_move(notice_move, &now))
}

/// Why a move was not made on the paper as it is now.
fn refused_move(notice_move: Move, now: &Notice) -> Problem {
    let current = serde_json::json!({"status": now.status, "version": now.version});
    let detail = match (notice_move, now.status) {
        (Move::Sign, NoticeStatus::Closed) => "所列事项已经全部办结，不需要签发".to_owned(),
        (_, status) => format!("这件文书现在是“{}”，请看过再办", status.chinese()),
    };
    Problem::changed_meanwhile(detail, current)
}
