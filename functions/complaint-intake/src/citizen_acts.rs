//! What a citizen may do with a case: read it, write, say that it was not put right, rate it, give a name later.

use crate::access;
use crate::case_answers::CaseForCitizen;
use crate::messages::{Side, send_message};
use crate::moves::{self, Move};
use crate::new_complaint::{Contact, check_contact};
use crate::opened_case::OpenedCase;
use crate::resealing::reseal_case;
use crate::sealing::Place;
use axum::response::IntoResponse as _;
use domain::complaint::ComplaintMove;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::takes;
use web::extract::Json;
use web::problem::FieldError;
use web::{Answer, Context, Problem, Routes, Who::Everybody};

/// The most characters that a message may have.
const LONGEST_MESSAGE: usize = 2_000;
/// The most messages of the citizen in one case.
const MOST_MESSAGES: i64 = 100;

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/api/v1/complaints/status", Everybody, complaint_status)
        .api(
            "凭编号和查询码看进展",
            takes::<CaseCredentials>()
                .gives::<CaseForCitizen>()
                .refuses(&[404, 429]),
        )
        .post_filing(
            "/api/v1/complaints/messages",
            Everybody,
            send_complaint_message,
        )
        .api(
            "凭编号和查询码留言、要求重新办理（not_fixed）、评价、补留姓名",
            takes::<CitizenMessage>()
                .gives::<CaseForCitizen>()
                .refuses(&[404, 429]),
        )
}

/// What opens a case.

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CaseKey")]
struct CaseCredentials {
    code: String,
    passphrase: String,
}

async fn complaint_status(context: Context, Json(key): Json<CaseCredentials>) -> Answer {
    let id = access::case_by_passphrase(&context, &key.code, &key.passphrase).await?;
    let case = OpenedCase::for_its_citizen(&context, id).await?;
    Ok(axum::Json(case.for_citizen()).into_response())
}

/// What a citizen sends, of which any may be left out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CitizenMessage {
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

async fn send_complaint_message(context: Context, Json(message): Json<CitizenMessage>) -> Answer {
    let id = access::case_by_passphrase(&context, &message.code, &message.passphrase).await?;
    let case = OpenedCase::for_its_citizen(&context, id).await?;
    if let Some(contact) = &message.contact {
        name_reporter(&context, &case, contact).await?;
    }
    if let Some(mark) = message.satisfaction {
        rate_case(&context, &case, mark).await?;
    }
    if message.not_fixed {
        reopen_case(&context, &case, &message.text).await?;
    } else if !domain::text::is_blank(&message.text)
        || (message.contact.is_none() && message.satisfaction.is_none())
    {
        write_message(&context, &case, &message.text).await?;
    }
    let case = OpenedCase::for_its_citizen(&context, id).await?;
    Ok(axum::Json(case.for_citizen()).into_response())
}

/// A text that may be sent, without the spaces around it.
fn check_message_text(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::invalid(vec![FieldError::secret(
            "text",
            "请写下要说的话",
        )])),
        1..=LONGEST_MESSAGE => Ok(text),
        _ => Err(Problem::invalid(vec![FieldError::secret(
            "text",
            format!("最多 {LONGEST_MESSAGE} 个字"),
        )])),
    }
}

/// A message to the handler.
pub async fn write_message(
    context: &Context,
    case: &OpenedCase,
    text: &str,
) -> Result<(), Problem> {
    let text = check_message_text(text)?;
    let side = Side::Citizen {
        most: MOST_MESSAGES,
    };
    match send_message(context, case, side, text).await? {
        true => Ok(()),
        false => Err(Problem::too_many_messages(format!(
            "一件最多留言 {MOST_MESSAGES} 条，请等候答复"
        ))),
    }
}

/// Reopens a closed case (没有解决), once, with what is still wrong.
pub async fn reopen_case(context: &Context, case: &OpenedCase, text: &str) -> Result<(), Problem> {
    let note = check_message_text(text)?;
    if !case.can_reopen() {
        return Err(Problem::cannot_reopen(
            "办结以后可以要求重新办理一次。这件现在不能",
        ));
    }
    let step = Move {
        note: Some(note.to_owned()),
        ..Move::new(ComplaintMove::Reopen, "citizen")
    };
    moves::make_move(context, case, step).await
}

/// Keeps the mark (满意度, 1 to 5) of a case that is over. It may be changed.
pub async fn rate_case(context: &Context, case: &OpenedCase, mark: u8) -> Result<(), Problem> {
    if !(1..=5).contains(&mark) {
        let reason = "请选择 1 到 5";
        return Err(Problem::invalid(vec![FieldError::new(
            "satisfaction",
            mark.to_string(),
            reason,
        )]));
    }
    if !case.facts.status.is_over() {
        return Err(Problem::not_over("办结以后才能评价"));
    }
    let sql = "UPDATE complaint SET satisfaction = ?2 WHERE id = ?1 RETURNING id";
    context
        .store
        .run(sql, [case.facts.id.into(), i64::from(mark).into()])
        .await?;
    Ok(())
}

/// Keeps the name that an anonymous reporter gives. From then on they are told as named reporters are.
pub async fn name_reporter(
    context: &Context,
    case: &OpenedCase,
    contact: &Contact,
) -> Result<(), Problem> {
    let mut errors = Vec::new();
    check_contact(contact, case.facts.kind, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    // All columns of a case are sealed in one form: the new contact is of the second.
    reseal_case(context, case.facts.id).await?;
    let sealed = case
        .key()?
        .seal(Place::Contact, &contact.clone().tidied())?;
    let sql = "UPDATE complaint SET sealed_contact = ?2, anonymous = 0, version = version + 1, changed_by = 'citizen', changed_at = ?3
        WHERE id = ?1 AND anonymous AND form = 2 AND sealed_key IS NOT NULL AND closed_on IS NULL RETURNING id";
    let parameters = [case.facts.id.into(), sealed.into(), context.at().into()];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::named_already("已经留过姓名，或者这件已经办结")),
    }
}
