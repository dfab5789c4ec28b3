//! The moves of a case that a person makes: notice, objection, decision, publication, reply, repair, withdrawal.

use crate::case_page::{TypedFields, case_page, move_form, note_field, show_list_case};
use crate::case_steps::{PlannedStep, refused_move, take_step};
use crate::generation::bring_up_to_date;
use crate::list_case::{ListCase, find_case};
use crate::personal_data::refuse_personal;
use crate::policy;
use crate::publishing::{
    PublicationTerms, content_to_publish, require_facts_as_told, require_still_spotless,
};
use axum::response::{IntoResponse as _, Redirect};
use domain::office_date::chinese;
use domain::red_black::{CaseMove, last_day};
use domain::words::Word as _;
use schemars::JsonSchema;
use serde::Deserialize;
use transparency::Content;
use web::api::at;
use web::extract::{Form, OptionalJson, Path};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/lists/cases/{id}/{verb}", OFFICE, submit_move)
        .post("/api/v1/list-cases/{id}/{verb}", OFFICE, move_list_case)
        .api(
            "办理：黑榜要先告知，过了申辩期，由提名以外的人决定，才能公布",
            at::<ListCaseVerbPath>()
                .may_take::<ListCaseOrder>()
                .gives::<ListCase>(),
        )
}

/// What a move takes beside its name in the path.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListCaseOrder {
    /// 怎样送达、申辩内容、答复或理由
    note: Option<String>,
    /// answer：是否采纳申辩，采纳就撤回提名
    upheld: Option<bool>,
    /// decide：是否同意
    approved: Option<bool>,
    /// decide-repair：是否同意修复
    granted: Option<bool>,
    version: Option<i64>,
}

/// What can be done with a case, as it stands in the path.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
enum ListCaseVerb {
    Notify,
    Objection,
    Answer,
    Decide,
    Publish,
    Reply,
    Repair,
    DecideRepair,
    Withdraw,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct ListCaseVerbPath {
    /// 做哪一步
    verb: ListCaseVerb,
}

/// The move that a path and its body ask for.
fn requested_move(verb: &str, order: &ListCaseOrder) -> Result<CaseMove, Problem> {
    let either = |field: &str, value: Option<bool>, yes: CaseMove, no: CaseMove| match value {
        Some(true) => Ok(yes),
        Some(false) => Ok(no),
        None => Err(Problem::invalid(vec![FieldError::new(
            field,
            "",
            "请选择是或者否",
        )])),
    };
    match verb {
        "notify" => Ok(CaseMove::Notify),
        "objection" => Ok(CaseMove::Object),
        "answer" => either("upheld", order.upheld, CaseMove::Uphold, CaseMove::Answer),
        "decide" => either(
            "approved",
            order.approved,
            CaseMove::Approve,
            CaseMove::Reject,
        ),
        "publish" => Ok(CaseMove::Publish),
        "reply" => Ok(CaseMove::Reply),
        "repair" => Ok(CaseMove::ApplyRepair),
        "decide-repair" => either(
            "granted",
            order.granted,
            CaseMove::GrantRepair,
            CaseMove::RefuseRepair,
        ),
        "withdraw" => Ok(CaseMove::Withdraw),
        _ => Err(Problem::not_found()),
    }
}

pub async fn move_list_case(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    OptionalJson(order): OptionalJson<ListCaseOrder>,
) -> Answer {
    let case_move = requested_move(&verb, &order)?;
    let request = MoveRequest {
        case_move,
        note: order.note,
        version: order.version,
        note_field: "note",
    };
    move_case(&context, &id, request).await?;
    show_list_case(context, Path(id)).await
}

pub async fn submit_move(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    Form(typed): Form<TypedFields>,
) -> Answer {
    let note_field = note_field(&verb);
    let request = MoveRequest {
        case_move: CaseMove::read(&verb).ok_or_else(Problem::not_found)?,
        note: typed.get("note").cloned(),
        version: typed
            .get("version")
            .and_then(|version| version.parse().ok()),
        note_field: &note_field,
    };
    match move_case(&context, &id, request).await {
        Ok(()) => Ok(Redirect::to(&format!("/lists/cases/{id}")).into_response()),
        Err(problem) if problem.status == 404 => Err(problem),
        Err(problem) => {
            let case = find_case(&context, &id).await?;
            let errors = errors_in_form(&problem, &verb);
            let page = case_page(&context, &case, &verb, &typed, &errors);
            Ok(refused(problem.status, page))
        }
    }
}

/// The errors of a refused move at the places of its form: what has no field there stands at the form itself.
fn errors_in_form(problem: &Problem, verb: &str) -> Errors {
    let note_field = note_field(verb);
    let form = move_form(verb);
    if problem.errors.is_empty() {
        return Errors(vec![FieldError::secret(&form, &*problem.detail)]);
    }
    let errors = problem
        .errors
        .iter()
        .map(|error| match error.field == note_field {
            true => error.clone(),
            false => FieldError::secret(&form, &*error.reason),
        })
        .collect();
    Errors(errors)
}

/// The most characters that a note may have.
const LONGEST_NOTE: usize = 3_000;

/// The one move that a person asks for.
struct MoveRequest<'r> {
    case_move: CaseMove,
    note: Option<String>,
    /// The version of the case that the person has seen.
    version: Option<i64>,
    /// The field at which errors of the note stand.
    note_field: &'r str,
}

/// Makes the one move that a person asks for.
///
/// # Errors
///
/// 409 where the move is not allowed now, 422 for a note that is missing, too long or personal.
async fn move_case(context: &Context, id: &str, request: MoveRequest<'_>) -> Result<(), Problem> {
    let by = context.caller()?.account.as_str();
    let mut case = find_case(context, id).await?;
    if let Some(version) = request.version {
        case.version = version;
    }
    let case_move = request.case_move;
    let note = check_note(&request)?;
    if !case.moves.contains(&case_move) || matches!(case_move, CaseMove::Expire | CaseMove::Correct)
    {
        return Err(refused_move(context, &case, case_move, by));
    }
    if matches!(case_move, CaseMove::Approve | CaseMove::Publish) {
        require_still_spotless(context, std::slice::from_ref(&case)).await?;
        require_facts_as_told(context, &case).await?;
    }
    let step = plan_step(context, &case, case_move, note, request.note_field).await?;
    let changes_list = step.changes_list();
    take_step(context, &case, by, step).await?;
    if changes_list {
        bring_up_to_date(context).await?;
    }
    Ok(())
}

/// What is asked for where a move has no note; none where it needs no note.
fn request_for_note(case_move: CaseMove) -> Option<&'static str> {
    match case_move {
        CaseMove::Notify => Some("请写明用什么方式送达、谁签收"),
        CaseMove::Object => Some("请写明企业陈述申辩的内容"),
        CaseMove::Answer | CaseMove::Uphold => Some("请写明对申辩的答复和理由"),
        CaseMove::Approve | CaseMove::Reject => Some("请写明决定的理由"),
        CaseMove::Reply => Some("请写明企业的回应"),
        CaseMove::ApplyRepair => Some("请写明企业怎样改正、履行了处罚，附了哪些证明"),
        CaseMove::GrantRepair | CaseMove::RefuseRepair => Some("请写明核查情况和决定的理由"),
        CaseMove::Withdraw => Some("请写明撤回的理由"),
        CaseMove::Publish | CaseMove::Correct | CaseMove::Expire => None,
    }
}

/// The note without the blanks around it; none where it has nothing else.
fn check_note(request: &MoveRequest<'_>) -> Result<Option<String>, Problem> {
    let wrong =
        |reason: &str| Problem::invalid(vec![FieldError::new(request.note_field, "", reason)]);
    let note = request
        .note
        .as_deref()
        .map(str::trim)
        .filter(|note| !note.is_empty());
    match (note, request_for_note(request.case_move)) {
        (None, Some(reason)) => Err(wrong(reason)),
        (Some(note), _) if note.chars().count() > LONGEST_NOTE => Err(wrong("最多 3000 个字")),
        (note, _) => Ok(note.map(str::to_owned)),
    }
}

/// The step of a move, with what it makes of the public list.
async fn plan_step(
    context: &Context,
    case: &ListCase,
    case_move: CaseMove,
    note: Option<String>,
    note_field: &str,
) -> Result<PlannedStep, Problem> {
    Ok(match case_move {
        CaseMove::Publish => {
            let terms = PublicationTerms::read(context, std::slice::from_ref(case)).await?;
            let content = content_to_publish(case, &terms, context.today())?;
            PlannedStep::showing(case, case_move, note, content)
        }
        CaseMove::Reply => plan_reply(context, case, note, note_field).await?,
        CaseMove::ApplyRepair => {
            require_repair_term(context, case).await?;
            PlannedStep::unseen(case, case_move, note)
        }
        CaseMove::GrantRepair => PlannedStep::removing(case, case_move, note),
        CaseMove::Withdraw if case.status.is_public() => {
            PlannedStep::removing(case, case_move, note)
        }
        _ => PlannedStep::unseen(case, case_move, note),
    })
}

/// The step by which the business's own words stand beside its entry, where there is one.
async fn plan_reply(
    context: &Context,
    case: &ListCase,
    note: Option<String>,
    note_field: &str,
) -> Result<PlannedStep, Problem> {
    let reply = note.as_deref().unwrap_or_default();
    refuse_personal(context, &case.uscc, reply, note_field).await?;
    let Some(content) = case.published_content()? else {
        return Ok(PlannedStep::unseen(case, CaseMove::Reply, note));
    };
    // The penalty's publication may have been shortened since the schedule last looked.
    let until = case
        .until_on
        .map_or(content.until, |until| until.min(content.until));
    let content = Content {
        reply: note.clone(),
        until,
        ..content.clone()
    };
    Ok(PlannedStep::showing(case, CaseMove::Reply, note, content))
}

/// Refuses 信用修复 before the entry has stood for as many months as the policy `credit_repair_months` says.
async fn require_repair_term(context: &Context, case: &ListCase) -> Result<(), Problem> {
    let months = policy::current_number(context, "credit_repair_months").await?;
    let first = case
        .published_on
        .and_then(|day| last_day(day, months, []))
        .ok_or_else(|| Problem::internal("a published case without a day"))?;
    if context.today() < first {
        return Err(Problem::repair_too_early(format!(
            "公布满 {months} 个月才能申请信用修复，从{}起可以申请",
            chinese(first)
        )));
    }
    Ok(())
}
