//! The citizen's side of a case: every step and date, messages both ways, «not put right», a mark, a name given later.

use crate::access;
use crate::cases::Case;
use crate::filing::{Contact, check_contact};
use crate::messages::{Side, say};
use crate::moves::{self, Move};
use crate::resealing::reseal_case;
use crate::sealing::Place;
use axum::response::IntoResponse as _;
use domain::complaint::ComplaintMove;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::Json;
use web::problem::FieldError;
use web::{Answer, Code, Context, Problem};

const TEXT: usize = 2_000;
/// Messages of one citizen in one case.
const MOST: i64 = 100;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CaseKey")]
pub struct Key {
    code: String,
    passphrase: String,
}

pub async fn complaint_status(context: Context, Json(key): Json<Key>) -> Answer {
    let id = access::by_passphrase(&context, &key.code, &key.passphrase).await?;
    let case = Case::of_citizen(&context, id).await?;
    Ok(axum::Json(case.for_citizen()).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CitizenMessage")]
pub struct Sent {
    code: String,
    passphrase: String,
    #[serde(default)]
    text: String,
    /// 没有解决，要求重新办理
    #[serde(default)]
    not_fixed: bool,
    /// 办结以后的评价
    #[schemars(range(min = 1, max = 5))]
    satisfaction: Option<u8>,
    /// 匿名举报人补留姓名
    contact: Option<Contact>,
}

pub async fn send_complaint_message(context: Context, Json(sent): Json<Sent>) -> Answer {
    let id = access::by_passphrase(&context, &sent.code, &sent.passphrase).await?;
    let case = Case::of_citizen(&context, id).await?;
    if let Some(contact) = &sent.contact {
        identify(&context, &case, contact).await?;
    }
    if let Some(mark) = sent.satisfaction {
        rate(&context, &case, mark).await?;
    }
    if sent.not_fixed {
        reopen(&context, &case, &sent.text).await?;
    } else if !domain::text::is_blank(&sent.text)
        || (sent.contact.is_none() && sent.satisfaction.is_none())
    {
        write(&context, &case, &sent.text).await?;
    }
    let case = Case::of_citizen(&context, id).await?;
    Ok(axum::Json(case.for_citizen()).into_response())
}

fn checked(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::invalid(vec![FieldError::secret(
            "text",
            "请写下要说的话",
        )])),
        1..=TEXT => Ok(text),
        _ => Err(Problem::invalid(vec![FieldError::secret(
            "text",
            format!("最多 {TEXT} 个字"),
        )])),
    }
}

/// A message to the handler.
pub async fn write(context: &Context, case: &Case, text: &str) -> Result<(), Problem> {
    let text = checked(text)?;
    match say(context, case, Side::Citizen { most: MOST }, text).await? {
        true => Ok(()),
        false => Err(Problem::new(
            Code::TooManyMessages,
            format!("一件最多留言 {MOST} 条，请等候答复"),
        )),
    }
}

/// 没有解决: once, with what is still wrong.
pub async fn reopen(context: &Context, case: &Case, text: &str) -> Result<(), Problem> {
    let note = checked(text)?;
    if !case.can_reopen() {
        return Err(Problem::new(
            Code::CannotReopen,
            "办结以后可以要求重新办理一次。这件现在不能",
        ));
    }
    let step = Move {
        note: Some(note),
        ..Move::new(ComplaintMove::Reopen, "citizen")
    };
    moves::make(context, case, step).await
}

/// 满意度, 1 to 5, once the case is over; it may be changed.
pub async fn rate(context: &Context, case: &Case, mark: u8) -> Result<(), Problem> {
    if !(1..=5).contains(&mark) {
        let reason = "请选择 1 到 5";
        return Err(Problem::invalid(vec![FieldError::new(
            "satisfaction",
            mark.to_string(),
            reason,
        )]));
    }
    if !case.open.status.is_over() {
        return Err(Problem::new(Code::NotOver, "办结以后才能评价"));
    }
    let sql = "UPDATE complaint SET satisfaction = ?2 WHERE id = ?1 RETURNING id";
    context
        .store
        .run(sql, [case.open.id.into(), i64::from(mark).into()])
        .await?;
    Ok(())
}

/// An anonymous reporter says who they are. From then on they are told as the law tells named reporters.
pub async fn identify(context: &Context, case: &Case, contact: &Contact) -> Result<(), Problem> {
    let mut errors = Vec::new();
    check_contact(contact, case.open.kind, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    // A case holds its columns in one form.
    reseal_case(context, case.open.id).await?;
    let sealed = case
        .key()?
        .seal(Place::Contact, &contact.clone().tidied())?;
    let sql = "UPDATE complaint SET sealed_contact = ?2, anonymous = 0, version = version + 1, changed_by = 'citizen', changed_at = ?3
        WHERE id = ?1 AND anonymous AND form = 2 AND sealed_key IS NOT NULL AND closed_on IS NULL RETURNING id";
    let parameters = [case.open.id.into(), sealed.into(), context.at().into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::new(
            Code::NamedAlready,
            "已经留过姓名，或者这件已经办结",
        )),
    }
}
