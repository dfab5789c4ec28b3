//! What is done with a paper: it is signed, acknowledged (回执), answered, closed or withdrawn. Which moves a status allows stands in the
//! table `notice_move`; who may make a move stands here.

use crate::ADDRESSED;
use crate::closure::close_met_lines;
use crate::notice::{Issuer, Notice, find_notice};
use crate::notices::addressee_name;
use axum::response::IntoResponse as _;
use chrono::{Datelike as _, Months, NaiveDate};
use domain::office_date;
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
        .api(
            "办结归档；挂牌督办书即摘牌。还有事项没有销号的，要写明原因和免予督办到哪一天",
            may_take::<MoveForm>().gives::<MovedNotice>(),
        )
        .post("/api/v1/notices/{id}/withdraw", OFFICE, withdraw_notice)
        .api(
            "撤回，写明原因；文号作废不再用，所列事项重新拟稿，写明免予督办到哪一天的除外",
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

/// The most characters that the name of who answers for a listing may have, with office and title.
const LONGEST_NAME: usize = 60;

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
    /// 撤回或者办结归档时，还没有销号的事项到哪一天为止不再督办；最迟到下一季度末
    #[serde(default)]
    #[schemars(with = "Option<web::api::Day>")]
    pub excused_until: Option<String>,
    /// 签发挂牌督办书时，负责督办的领导
    #[serde(default)]
    pub leader: Option<String>,
    /// 读取时的 version；不写则不论现在是哪一版
    pub version: Option<i64>,
}

/// What was said with a move, as it can be taken.
struct MoveSaid {
    text: Option<String>,
    excused_until: Option<NaiveDate>,
    leader: Option<String>,
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

/// The last day until which something can be excused: that of the next quarter.
fn last_day_excused(today: NaiveDate) -> Option<NaiveDate> {
    let first_month = today.month0() / 3 * 3 + 1;
    let quarter = NaiveDate::from_ymd_opt(today.year(), first_month, 1)?;
    (quarter + Months::new(6)).pred_opt()
}

/// Why nothing can be excused until the day that was typed; the day where it can.
fn read_excuse(typed: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let day = office_date::parse(typed).map_err(|error| error.to_string())?;
    let last = last_day_excused(today).unwrap_or(today);
    match day {
        day if day < today => Err("这一天已经过去".to_owned()),
        day if day > last => Err(format!("最迟到{}", office_date::chinese(last))),
        day => Ok(day),
    }
}

fn check_said(
    context: &Context,
    notice: &Notice,
    notice_move: Move,
    form: &MoveForm,
) -> Result<MoveSaid, Problem> {
    let plain = |typed: &Option<String>| {
        let typed = typed.as_deref().map(str::trim).unwrap_or_default();
        (!typed.is_empty()).then(|| typed.to_owned())
    };
    let text = plain(&Some(form.text.clone()));
    let mut errors = Vec::new();
    if let Some(reason) = notice_move.text_needed().filter(|_| text.is_none()) {
        errors.push(FieldError::new("text", "", reason));
    }
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > LONGEST)
    {
        errors.push(FieldError::new("text", "", format!("最多 {LONGEST} 个字")));
    }
    let excuses = matches!(notice_move, Move::Close | Move::Withdraw);
    let typed = plain(&form.excused_until).filter(|_| excuses);
    let excused = typed
        .as_deref()
        .map(|typed| read_excuse(typed, context.today()));
    if let (Some(Err(reason)), Some(typed)) = (&excused, &typed) {
        errors.push(FieldError::new("excused_until", typed, reason.clone()));
    }
    let open = notice.open_lines();
    if notice_move == Move::Close && open > 0 {
        if excused.is_none() {
            let reason = format!("还有 {open} 项没有销号，请写明免予督办到哪一天");
            errors.push(FieldError::new("excused_until", "", reason));
        }
        if text.is_none() {
            let reason = format!("还有 {open} 项没有销号，请写明原因");
            errors.push(FieldError::new("text", "", reason));
        }
    }
    let leader = plain(&form.leader).filter(|_| notice_move == Move::Sign);
    if notice_move == Move::Sign
        && notice.kind == NoticeKind::SupervisionListing
        && leader
            .as_ref()
            .is_none_or(|leader| leader.chars().count() > LONGEST_NAME)
    {
        let reason = format!("挂牌督办要写明负责督办的领导，不超过 {LONGEST_NAME} 个字");
        errors.push(FieldError::new(
            "leader",
            leader.as_deref().unwrap_or(""),
            reason,
        ));
    }
    match errors.is_empty() {
        true => Ok(MoveSaid {
            text,
            excused_until: excused.and_then(Result::ok),
            leader,
        }),
        false => Err(Problem::invalid(errors)),
    }
}

/// Makes a move, and gives the paper as it is then.
///
/// # Errors
///
/// 403 where the move is not the caller's to make; 422 where its text is missing or too long, a listing names nobody who answers for it, or a paper is
/// closed with lines open that are not excused until a day; 409 `changed_meanwhile` where the paper is at
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
    let said = check_said(context, &notice, notice_move, form)?;
    let number: i64 = notice.id.parse().map_err(Problem::internal)?;
    if notice_move == Move::Sign && notice.status == NoticeStatus::Drafted {
        close_met_lines(context, number).await?;
    }
    let marks = issuing::marks(context).await?;
    let mark = match notice.issuer {
        Issuer::Committee => marks.committee,
        Issuer::Office => marks.office,
    };
    // What a town or a station is called on the day of signing is printed.
    let sql = concat!(
        "UPDATE notice AS n SET status = (SELECT m.to_status FROM notice_move m WHERE m.move = ?2 AND m.from_status = n.status),
            addressee_name = ",
        addressee_name!(),
        ", said = ?3, signed_by = iif(?2 = 'sign', ?5, signed_by), prefix = iif(?2 = 'sign', ?6, prefix), excused_until = coalesce(?8, excused_until), leader = coalesce(?9, leader), version = version + 1, changed_by = ?5, changed_at = ?7
        WHERE id = ?1 AND (?4 IS NULL OR version = ?4) AND EXISTS (SELECT 1 FROM notice_move m WHERE m.move = ?2 AND m.from_status = n.status)
        RETURNING id"
    );
    let parameters = [
        number.into(),
        notice_move.code().into(),
        said.text.into(),
        form.version.into(),
        caller.account.as_str().into(),
        mark.into(),
        context.at().into(),
        said.excused_until.map(|day| day.to_string()).into(),
        said.leader.into(),
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
