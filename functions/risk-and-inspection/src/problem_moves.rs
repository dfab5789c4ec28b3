//! Moving a problem on. One statement inserts the step, by the table of moves; its triggers do the rest.

use crate::WORKING;
use crate::problem_page::{MoveForm, render_problem};
use crate::problem_record::{ProblemRecord, find_problem};
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date;
use domain::problem::{MoveRefusal, ProblemAssignee, ProblemLevel, ProblemMove};
use domain::words::{Role, Word as _};
use registers::{FormValues, places};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use web::api::{Day, at};
use web::extract::{Form, OptionalJson, Path};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::routes::Routes;
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/problems/{id}/{verb}", WORKING, submit_move)
        .post("/api/v1/problems/{id}/{verb}", WORKING, move_problem)
        .api(
            "办理：分派、接收、登记整改，由登记整改以外的人复核，才能销号",
            at::<ProblemVerbPath>()
                .may_take::<ProblemOrder>()
                .gives::<ProblemRecord>(),
        )
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct ProblemVerbPath {
    /// 做哪一步
    verb: ProblemMove,
}

/// What a move takes beside its name in the path.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProblemOrder {
    /// 说明；登记整改、发出预警、退回时必须写
    note: Option<String>,
    /// assess：定为哪一级
    level: Option<ProblemLevel>,
    /// assign：分派给谁；不写：知道镇街的给监管所，不知道的由区食药安办自己办
    to: Option<ProblemAssignee>,
    /// assign：还不知道在哪个镇街的，分派到哪里
    town: Option<String>,
    /// assign：监管所里由谁经办（账号），可以不写
    person: Option<String>,
    /// assign、reopen：办理期限；不写按等级计算
    #[schemars(with = "Option<Day>")]
    mend_by: Option<String>,
    version: Option<i64>,
}

async fn move_problem(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    OptionalJson(order): OptionalJson<ProblemOrder>,
) -> Answer {
    let what = ProblemMove::read(&verb).ok_or_else(Problem::not_found)?;
    let problem = find_problem(&context, &id).await?;
    make_move(&context, &problem, what, &order).await?;
    Ok(axum::Json(find_problem(&context, &id).await?).into_response())
}

async fn submit_move(
    context: Context,
    Path((id, verb)): Path<(String, String)>,
    Form(typed): Form<FormValues>,
) -> Answer {
    let what = ProblemMove::read(&verb).ok_or_else(Problem::not_found)?;
    let problem = find_problem(&context, &id).await?;
    let made = match read_form(&typed) {
        Ok(order) => make_move(&context, &problem, what, &order).await,
        Err(errors) => Err(Problem::invalid(errors)),
    };
    match made {
        Ok(()) => Ok(Redirect::to(&format!("/problems/{id}?done={verb}")).into_response()),
        Err(refusal) => {
            let form = MoveForm(what);
            let errors = match refusal.errors.is_empty() {
                true => vec![FieldError::secret(&form.id(), &*refusal.detail)],
                false => in_form(form, &refusal.errors),
            };
            let now = find_problem(&context, &id).await?;
            let errors = Errors(errors);
            let page = render_problem(&context, &now, Some((what, &typed)), &errors, None).await?;
            Ok(refused(refusal.status, page))
        }
    }
}

/// The errors of a refused move at the fields of its form.
fn in_form(form: MoveForm, errors: &[FieldError]) -> Vec<FieldError> {
    let placed = errors.iter().map(|error| FieldError {
        field: form.field(&error.field),
        ..error.clone()
    });
    placed.collect()
}

/// What the form of a move says; blank is nothing.
fn read_form(typed: &FormValues) -> Result<ProblemOrder, Vec<FieldError>> {
    let text = |name: &str| {
        let value = typed.get(name).map(|value| value.trim());
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let unknown = |name: &str, value: &str| FieldError::new(name, value, "请从列出的选项里选");
    let mut errors = Vec::new();
    let level = text("level").and_then(|value| {
        ProblemLevel::read(&value).or_else(|| {
            errors.push(unknown("level", &value));
            None
        })
    });
    let to = text("to").and_then(|value| {
        ProblemAssignee::read(&value).or_else(|| {
            errors.push(unknown("to", &value));
            None
        })
    });
    match errors.is_empty() {
        true => Ok(ProblemOrder {
            note: text("note"),
            level,
            to,
            town: text("town"),
            person: text("person"),
            mend_by: text("mend_by"),
            version: text("version").and_then(|version| version.parse().ok()),
        }),
        false => Err(errors),
    }
}

/// The most characters that a note may have.
const LONGEST_NOTE: usize = 1_000;

/// What is asked for where a move has no note; none where it needs none.
fn request_for_note(what: ProblemMove) -> Option<&'static str> {
    match what {
        ProblemMove::Rectify => Some("请写明整改的情况"),
        ProblemMove::Warn => Some("请写明要提醒监管所和镇街注意什么"),
        ProblemMove::Reopen => Some("请写明为什么退回"),
        _ => None,
    }
}

/// A move that was ordered, checked: what it sets.
struct Ordered<'o> {
    note: &'o str,
    level: Option<ProblemLevel>,
    to: Option<ProblemAssignee>,
    /// The id of the town, where the problem gets one.
    town: Option<String>,
    person: Option<&'o str>,
    mend_by: Option<NaiveDate>,
}

/// What an order says that its move does not ask for: nothing is passed over in silence.
fn strange_fields(what: ProblemMove, order: &ProblemOrder) -> Vec<FieldError> {
    let assigns = what == ProblemMove::Assign;
    let given = [
        ("level", order.level.is_some(), what == ProblemMove::Assess),
        ("to", order.to.is_some(), assigns),
        ("town", order.town.is_some(), assigns),
        ("person", order.person.is_some(), assigns),
        (
            "mend_by",
            order.mend_by.is_some(),
            assigns || what == ProblemMove::Reopen,
        ),
    ];
    let strange = given.iter().filter(|(_, given, asked)| *given && !asked);
    strange
        .map(|(name, ..)| FieldError::new(name, "", format!("“{}”不用填这一项", what.chinese())))
        .collect()
}

async fn check_order<'o>(
    context: &Context,
    problem: &ProblemRecord,
    what: ProblemMove,
    order: &'o ProblemOrder,
) -> Result<Ordered<'o>, Problem> {
    let mut errors = strange_fields(what, order);
    let note = order.note.as_deref().map_or("", str::trim);
    match request_for_note(what) {
        Some(reason) if note.is_empty() => errors.push(FieldError::new("note", "", reason)),
        _ if note.chars().count() > LONGEST_NOTE => {
            errors.push(FieldError::new("note", note, "最多 1000 个字"));
        }
        _ => {}
    }
    if what == ProblemMove::Assess && order.level.is_none() {
        errors.push(FieldError::new("level", "", "请选择等级"));
    }
    if what == ProblemMove::Warn && problem.town.is_none() {
        let reason = "还没有分到镇街，没有可以提醒的监管所，请先分派";
        errors.push(FieldError::new("note", note, reason));
    }
    let mend_by = match order.mend_by.as_deref().map(office_date::parse) {
        Some(Ok(day)) if day < context.today() => {
            let typed = order.mend_by.clone().unwrap_or_default();
            errors.push(FieldError::new("mend_by", typed, "期限已经过去了"));
            None
        }
        Some(Err(error)) => {
            let typed = order.mend_by.clone().unwrap_or_default();
            errors.push(FieldError::new("mend_by", typed, error.to_string()));
            None
        }
        day => day.transpose().ok().flatten(),
    };
    let (to, town) = match what {
        ProblemMove::Assign => place_of(context, problem, order, &mut errors).await?,
        _ => (None, None),
    };
    let person = order.person.as_deref().map(str::trim);
    if let Some(person) = person.filter(|person| !person.is_empty()) {
        let sql = "SELECT CAST(EXISTS (SELECT 1 FROM station_place s WHERE s.account = ?1
            AND s.town = coalesce(?2, (SELECT p.town FROM problem p WHERE p.id = ?3))) AS TEXT)";
        let number: i64 = problem.id.parse().map_err(Problem::internal)?;
        let asked = [person.into(), town.clone().into(), number.into()];
        let known = context.store.text(sql, asked).await? == "1";
        if !known || to != Some(ProblemAssignee::Station) {
            errors.push(FieldError::new("person", person, "不是承办的监管所的账号"));
        }
    }
    match errors.is_empty() {
        true => Ok(Ordered {
            note,
            level: order.level,
            to,
            town,
            person: person.filter(|person| !person.is_empty()),
            mend_by,
        }),
        false => Err(Problem::invalid(errors)),
    }
}

/// To whom a problem is assigned, and the id of the town that it gets with it, where it had none.
async fn place_of(
    context: &Context,
    problem: &ProblemRecord,
    order: &ProblemOrder,
    errors: &mut Vec<FieldError>,
) -> Result<(Option<ProblemAssignee>, Option<String>), Problem> {
    let town = match order.town.as_deref() {
        None => None,
        Some(name) if problem.enterprise_no.is_some() && problem.town.is_some() => {
            let reason = "问题跟着企业所在的镇街走，这里不能改";
            errors.push(FieldError::new("town", name, reason));
            None
        }
        Some(name) => {
            let found = places::find_town(&context.store, name).await?;
            let theirs = |town: &String| {
                let only = context
                    .caller
                    .as_ref()
                    .and_then(|caller| caller.only_towns());
                only.is_none_or(|towns| towns.contains(town))
            };
            let reason = match &found {
                None => Some(places::UNKNOWN_TOWN),
                Some(town) if !theirs(town) => Some("这个镇街不在您的辖区"),
                Some(_) => None,
            };
            if let Some(reason) = reason {
                errors.push(FieldError::new("town", name, reason));
            }
            found
        }
    };
    let known = town.is_some() || problem.town.is_some();
    let to = order.to.unwrap_or(match known {
        true => ProblemAssignee::Station,
        false => ProblemAssignee::Office,
    });
    if to != ProblemAssignee::Office && !known && errors.is_empty() {
        errors.push(FieldError::new("town", "", "请选择分派到哪个镇街"));
    }
    Ok((Some(to), town))
}

/// Inserts a step where the table of moves allows it at this moment. What is assigned lies where its business is today.
const STEP: &str = "INSERT INTO problem_step (problem_id, seq, move, status, level, assigned_to, town, person, mend_by, note, role, at, by)
    SELECT p.id, p.version + 1, m.move, m.to_status, ?5, ?6,
        iif(m.move = 'assign', coalesce((SELECT nullif(e.town, '') FROM enterprise_ledger e WHERE e.uscc = p.uscc), ?7), NULL), ?8,
        CASE WHEN m.move IN ('assign', 'reopen') THEN (SELECT coalesce(
            -- Nobody but the office gives more than the term that policy has, or than the day that stands.
            iif(m.role = 'office', ?9, min(?9, max(w.ends_on, coalesce(p.mend_by, '')))),
            iif(m.move = 'assign' AND p.mend_by >= ?13, p.mend_by, NULL), w.ends_on)
            FROM problem_workdays w WHERE w.policy = 'problem_' || p.level || '_workdays' AND w.begins_on = ?13) END,
        ?10, m.role, ?11, ?12
    FROM problem p JOIN problem_move m ON m.move = ?3 AND m.from_status = p.status AND m.role = ?4
    WHERE p.id = ?1 AND p.version = ?2 AND (m.needs <> 'assignee' OR p.assigned_to IS m.role) AND (m.needs <> 'another' OR p.rectified_by IS NOT ?12)
    ON CONFLICT (problem_id, seq) DO NOTHING RETURNING 1";

/// Makes the one move that a person asks for.
///
/// # Errors
///
/// 409 where it is not allowed now or the problem was moved meanwhile, 403 where it is not for this person, 422 for what it cannot take.
async fn make_move(
    context: &Context,
    problem: &ProblemRecord,
    what: ProblemMove,
    order: &ProblemOrder,
) -> Result<(), Problem> {
    if order
        .version
        .is_some_and(|version| version != problem.version)
    {
        return Err(moved_meanwhile(problem));
    }
    problem
        .case_of(context)?
        .leads_to(what)
        .map_err(|refusal| refused_move(problem, what, refusal))?;
    let ordered = check_order(context, problem, what, order).await?;
    let caller = context.caller()?;
    let number: i64 = problem.id.parse().map_err(Problem::internal)?;
    let parameters = [
        number.into(),
        problem.version.into(),
        what.code().into(),
        caller.role.code().into(),
        ordered.level.map(ProblemLevel::code).into(),
        ordered.to.map(ProblemAssignee::code).into(),
        ordered.town.into(),
        ordered.person.into(),
        ordered.mend_by.map(|day| day.to_string()).into(),
        ordered.note.into(),
        context.at().into(),
        caller.account.as_str().into(),
        context.today().to_string().into(),
    ];
    if context.store.run(STEP, parameters).await? == 1 {
        return Ok(());
    }
    Err(moved_meanwhile(&find_problem(context, &problem.id).await?))
}

fn moved_meanwhile(now: &ProblemRecord) -> Problem {
    Problem::changed_meanwhile(
        "这个问题刚被别人办理过，请看过现在的情况再办",
        json!({ "status": now.status, "version": now.version }),
    )
}

/// Why a move is refused, as a problem.
fn refused_move(problem: &ProblemRecord, what: ProblemMove, refusal: MoveRefusal) -> Problem {
    match refusal {
        MoveRefusal::NotNow => Problem::not_allowed_now(format!(
            "现在是“{}”，不能“{}”",
            problem.status.chinese(),
            what.chinese()
        )),
        MoveRefusal::AnotherPerson => {
            Problem::another_person("登记整改的人不能自己复核，请另一位同事来复核")
        }
        MoveRefusal::NotTheirs => Problem::forbidden(),
    }
}

/// Whether the caller hands problems out in the whole district.
pub fn is_office(context: &Context) -> bool {
    let role = context.caller.as_ref().map(|caller| caller.role);
    role == Some(Role::Office)
}
