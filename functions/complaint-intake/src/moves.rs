//! A case moves on by one statement: the step is inserted where the table of moves allows it, and its triggers do the rest.

use crate::calendar;
use crate::opened_case::{Deadline, Note, OpenedCase};
use crate::sealing::Place;
use chrono::{NaiveDate, TimeDelta};
use domain::complaint::{ComplaintKind, ComplaintMove, ComplaintStatus, RefusalGround};
use domain::complaint_terms::{Step as Term, TermStanding, uncounted};
use domain::words::Word as _;
use domain::workdays::Calendar;
use serde_json::{Value as Json, json};
use web::{Context, Problem};

/// How long ago a term may have begun that is extended or resumed: a year, and some days more.
const LONGEST_LOOK_BACK: TimeDelta = TimeDelta::days(400);

/// One move, and what comes with it.
pub struct Move {
    pub what: ComplaintMove,
    /// What the citizen is told with it.
    pub note: Option<String>,
    pub ground: Option<RefusalGround>,
    pub town: Option<String>,
    pub merged_into: Option<String>,
    /// The version of the case that the person saw; none: the move is made whatever it is now.
    pub version: Option<i64>,
    /// The account, or `citizen`.
    pub by: String,
}

impl Move {
    pub fn new(what: ComplaintMove, by: &str) -> Self {
        Self {
            what,
            note: None,
            ground: None,
            town: None,
            merged_into: None,
            version: None,
            by: by.to_owned(),
        }
    }
}

/// Which terms a move meets, and which it ends unmet.
fn terms_met_and_ended(
    kind: ComplaintKind,
    what: ComplaintMove,
) -> (&'static [Term], &'static [Term]) {
    use ComplaintMove::{
        Accept, Close, EndMediation, Extend, FileCase, Inform, Merge, NotFile, Refuse, Transfer,
    };
    const ALL: &[Term] = Term::ALL;
    match (what, kind) {
        (Accept | Refuse, _) => (&[Term::Accept], &[]),
        (Transfer, _) => (&[Term::Accept, Term::Decide, Term::DecideExtended], ALL),
        (Merge, _) => (&[], ALL),
        (EndMediation, _) | (Close, ComplaintKind::Complaint) => (&[Term::Mediate], &[]),
        (Inform, ComplaintKind::Complaint) => (&[Term::TellEnded], &[]),
        (Inform, ComplaintKind::Report) => (&[Term::Inform], &[]),
        (Extend, _) => (&[], &[Term::Decide]),
        (FileCase | NotFile, _) => (&[Term::Decide, Term::DecideExtended], &[]),
        _ => (&[], &[]),
    }
}

/// The terms that a move starts or sets anew, by the rule in force on the day that began them, as `complaint_step.starts` takes them.
async fn terms_started(
    context: &Context,
    case: &OpenedCase,
    what: ComplaintMove,
) -> Result<Vec<Json>, Problem> {
    let today = context.today();
    let calendar = calendar::read_calendar(context, today - LONGEST_LOOK_BACK)
        .await?
        .calendar;
    let begun = |step| Ok(vec![calendar::started_term(&calendar, step, today, 0)?]);
    match (what, case.facts.kind) {
        (ComplaintMove::Accept, _) => begun(Term::Mediate),
        (ComplaintMove::EndMediation, _) => begun(Term::TellEnded),
        (ComplaintMove::FileCase | ComplaintMove::NotFile, _) if !case.facts.anonymous => {
            begun(Term::Inform)
        }
        (ComplaintMove::Reopen, ComplaintKind::Complaint) => begun(Term::Accept),
        (ComplaintMove::Reopen, ComplaintKind::Report) => begun(Term::Decide),
        (ComplaintMove::Extend, _) => Ok(vec![extended_term(case, today, &calendar)?]),
        (ComplaintMove::Pause, _) => {
            check_that_a_term_can_be_paused(case)?;
            Ok(Vec::new())
        }
        (ComplaintMove::Resume, _) => resumed_terms(case, today, &calendar),
        _ => Ok(Vec::new()),
    }
}

fn open_deadlines(case: &OpenedCase) -> impl Iterator<Item = &Deadline> {
    let deadlines = case.facts.deadlines.iter();
    deadlines.filter(|deadline| deadline.is_open())
}

/// The longer term to decide on a report, which runs from the day on which the report came in.
fn extended_term(
    case: &OpenedCase,
    today: NaiveDate,
    calendar: &Calendar,
) -> Result<Json, Problem> {
    let deadline = open_deadlines(case)
        .find(|deadline| deadline.step == Term::Decide)
        .ok_or_else(|| Problem::extended_already("核查期限只能延长一次"))?;
    let Some(due) = deadline.due else {
        return Err(Problem::paused("期限正在暂停，检验结果到了再延长"));
    };
    if due < today {
        return Err(Problem::too_late_to_extend("核查期限已经过了，不能再延长"));
    }
    let (step, began) = (Term::DecideExtended, deadline.began_on);
    calendar::started_term(calendar, step, began, deadline.uncounted)
}

/// The time of a test does not count for mediation and for the decision on a report; the other terms run on.
fn check_that_a_term_can_be_paused(case: &OpenedCase) -> Result<(), Problem> {
    let can_be_paused = |deadline: &Deadline| {
        deadline.standing == TermStanding::Running
            && matches!(
                deadline.step,
                Term::Mediate | Term::Decide | Term::DecideExtended
            )
    };
    match open_deadlines(case).any(can_be_paused) {
        true => Ok(()),
        false => Err(Problem::nothing_to_pause("现在没有可以暂停的期限")),
    }
}

/// The paused terms, longer by the days that did not count.
fn resumed_terms(
    case: &OpenedCase,
    today: NaiveDate,
    calendar: &Calendar,
) -> Result<Vec<Json>, Problem> {
    let resumed: Vec<Json> = open_deadlines(case)
        .filter(|deadline| deadline.standing == TermStanding::Paused)
        .filter_map(|deadline| {
            let (step, began) = (deadline.step, deadline.began_on);
            let more = uncounted(step, began, deadline.paused_on?, today, calendar);
            let all = deadline.uncounted.saturating_add(more);
            Some(calendar::started_term(calendar, step, began, all))
        })
        .collect::<Result<_, Problem>>()?;
    match resumed.is_empty() {
        false => Ok(resumed),
        true => Err(Problem::nothing_paused("期限没有暂停")),
    }
}

fn check_that_the_reporter_was_told(case: &OpenedCase) -> Result<(), Problem> {
    match open_deadlines(case).any(|deadline| deadline.step == Term::Inform) {
        true => Err(Problem::inform_first("还没有告知实名举报人，请先登记告知")),
        false => Ok(()),
    }
}

/// Makes the move.
///
/// # Errors
///
/// 409 where the case has changed meanwhile, or where the table of moves has no such move from its status.
pub async fn make_move(context: &Context, case: &OpenedCase, step: Move) -> Result<(), Problem> {
    if step.what == ComplaintMove::Close {
        check_that_the_reporter_was_told(case)?;
    }
    let (meets, ends) = terms_met_and_ended(case.facts.kind, step.what);
    let codes = |terms: &[Term]| {
        let codes: Vec<&str> = terms.iter().map(|term| term.code()).collect();
        json!(codes).to_string()
    };
    let version = step.version.unwrap_or(case.facts.version);
    let sealed = match step.note {
        Some(note) => {
            let place = Place::Step { seq: version + 1 };
            Some(case.key()?.seal(place, &Note { note })?)
        }
        None => None,
    };
    let starts = terms_started(context, case, step.what).await?;
    let sql = "INSERT INTO complaint_step (complaint_id, seq, move, status, ground, town, merged_into, sealed, form, meets, ends, starts, at, by)
        SELECT c.id, c.version + 1, m.move, m.to_status, ?4, ?5, ?6, ?7, 2, ?8, ?9, ?10, ?11, ?12
        FROM complaint c JOIN complaint_move m ON m.kind = c.kind AND m.move = ?2 AND m.from_status = c.status
        WHERE c.id = ?1 AND c.version = ?3 AND c.sealed_key IS NOT NULL AND (m.move <> 'reopen' OR NOT c.reopened) RETURNING id";
    let parameters = [
        case.facts.id.into(),
        step.what.code().into(),
        version.into(),
        step.ground.map(|ground| ground.code().to_owned()).into(),
        step.town.into(),
        step.merged_into.into(),
        sealed.into(),
        codes(meets).into(),
        codes(ends).into(),
        Json::from(starts).to_string().into(),
        context.at().into(),
        step.by.into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(());
    }
    Err(why_not_moved(context, case, step.what, version).await?)
}

/// Why the statement moved nothing: the case is not what the person saw, or cannot move so.
async fn why_not_moved(
    context: &Context,
    case: &OpenedCase,
    what: ComplaintMove,
    seen_version: i64,
) -> Result<Problem, Problem> {
    let (status, version) = status_and_version(context, case.facts.id).await?;
    if version != seen_version {
        return Ok(Problem::changed_meanwhile(
            "这件事刚被别人办理过，请看过现在的情况再办",
            json!({ "status": status, "version": version }),
        ));
    }
    Ok(Problem::not_allowed_now(format!(
        "现在是“{}”，不能“{}”",
        status.chinese(),
        what.chinese()
    )))
}

async fn status_and_version(context: &Context, id: i64) -> Result<(ComplaintStatus, i64), Problem> {
    let sql = "SELECT json_array(status, version) FROM complaint WHERE id = ?1";
    Ok(context.store.json(sql, [id.into()]).await?)
}

/// The moves that the table of moves has from the case's status.
pub async fn possible_moves(
    context: &Context,
    case: &OpenedCase,
) -> Result<Vec<ComplaintMove>, Problem> {
    let sql =
        "SELECT json_group_array(move) FROM complaint_move WHERE kind = ?1 AND from_status = ?2";
    let parameters = [
        case.facts.kind.code().into(),
        case.facts.status.code().into(),
    ];
    Ok(context.store.json(sql, parameters).await?)
}
