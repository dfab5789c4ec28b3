//! A case moves on by one statement: the step is inserted where the table of moves allows it, and its triggers do the rest.

use crate::calendar;
use crate::cases::{Case, Deadline, Note};
use crate::sealing::Place;
use chrono::TimeDelta;
use domain::complaint::{ComplaintKind, ComplaintMove, ComplaintStatus, RefusalGround};
use domain::complaint_terms::{Step as Term, TermStanding, uncounted};
use domain::words::Word as _;
use serde_json::{Value as Json, json};
use web::{Code, Context, Problem};

/// One move, and what is said with it.
pub struct Move<'m> {
    pub what: ComplaintMove,
    pub note: Option<&'m str>,
    pub ground: Option<RefusalGround>,
    pub town: Option<&'m str>,
    pub merged_into: Option<&'m str>,
    /// The version that was seen; none: whatever it is now.
    pub version: Option<i64>,
    pub by: &'m str,
}

impl<'m> Move<'m> {
    pub fn new(what: ComplaintMove, by: &'m str) -> Self {
        Self {
            what,
            note: None,
            ground: None,
            town: None,
            merged_into: None,
            version: None,
            by,
        }
    }
}

/// Which deadlines a move meets, and which it ends unmet.
fn meets_and_ends(kind: ComplaintKind, what: ComplaintMove) -> (&'static [Term], &'static [Term]) {
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

/// The deadlines that a move starts or sets anew, by the rule in force on the day that began them.
async fn starts(context: &Context, case: &Case, what: ComplaintMove) -> Result<Vec<Json>, Problem> {
    let today = context.today();
    let open = || {
        case.open
            .deadlines
            .iter()
            .filter(|deadline| deadline.is_open())
    };
    // What is extended began up to a year ago.
    let calendar = calendar::read(context, today - TimeDelta::days(400))
        .await?
        .calendar;
    let begun = |term, began| Ok(vec![calendar::started(&calendar, term, began, 0)?]);
    match (what, case.open.kind) {
        (ComplaintMove::Accept, _) => begun(Term::Mediate, today),
        (ComplaintMove::EndMediation, _) => begun(Term::TellEnded, today),
        (ComplaintMove::FileCase | ComplaintMove::NotFile, _) if !case.open.anonymous => {
            begun(Term::Inform, today)
        }
        (ComplaintMove::Reopen, ComplaintKind::Complaint) => begun(Term::Accept, today),
        (ComplaintMove::Reopen, ComplaintKind::Report) => begun(Term::Decide, today),
        (ComplaintMove::Extend, _) => {
            let deadline = open()
                .find(|deadline| deadline.step == Term::Decide)
                .ok_or_else(|| Problem::new(Code::ExtendedAlready, "核查期限只能延长一次"))?;
            let Some(due) = deadline.due else {
                return Err(Problem::new(
                    Code::Paused,
                    "期限正在暂停，检验结果到了再延长",
                ));
            };
            if due < today {
                return Err(Problem::new(
                    Code::TooLateToExtend,
                    "核查期限已经过了，不能再延长",
                ));
            }
            let (term, began) = (Term::DecideExtended, deadline.began_on);
            Ok(vec![calendar::started(
                &calendar,
                term,
                began,
                deadline.uncounted,
            )?])
        }
        (ComplaintMove::Pause, _) => {
            let counts = |deadline: &&Deadline| {
                deadline.standing == TermStanding::Running
                    && matches!(
                        deadline.step,
                        Term::Mediate | Term::Decide | Term::DecideExtended
                    )
            };
            match open().find(counts) {
                Some(_) => Ok(Vec::new()),
                None => Err(Problem::new(Code::NothingToPause, "现在没有可以暂停的期限")),
            }
        }
        (ComplaintMove::Resume, _) => {
            let paused: Vec<Json> = open()
                .filter(|deadline| deadline.standing == TermStanding::Paused)
                .filter_map(|deadline| {
                    let (step, began) = (deadline.step, deadline.began_on);
                    let more = uncounted(step, began, deadline.paused_on?, today, &calendar);
                    let all = deadline.uncounted.saturating_add(more);
                    Some(calendar::started(&calendar, step, began, all))
                })
                .collect::<Result<_, Problem>>()?;
            match paused.is_empty() {
                false => Ok(paused),
                true => Err(Problem::new(Code::NothingPaused, "期限没有暂停")),
            }
        }
        _ => Ok(Vec::new()),
    }
}

/// Makes the move; 409 where the case has changed meanwhile, or cannot move so.
pub async fn make(context: &Context, case: &Case, step: Move<'_>) -> Result<(), Problem> {
    let kind = case.open.kind;
    if step.what == ComplaintMove::Close
        && case
            .open
            .deadlines
            .iter()
            .any(|deadline| deadline.step == Term::Inform && deadline.is_open())
    {
        return Err(Problem::new(
            Code::InformFirst,
            "还没有告知实名举报人，请先登记告知",
        ));
    }
    let (meets, ends) = meets_and_ends(kind, step.what);
    let codes = |terms: &[Term]| {
        let codes: Vec<&str> = terms.iter().map(|term| term.code()).collect();
        json!(codes).to_string()
    };
    let version = step.version.unwrap_or(case.open.version);
    let sealed = match step.note.map(str::trim).filter(|note| !note.is_empty()) {
        Some(note) => {
            let place = Place::Step { seq: version + 1 };
            let note = note.to_owned();
            Some(case.key()?.seal(place, &Note { note })?)
        }
        None => None,
    };
    let starts = starts(context, case, step.what).await?;
    let sql = "INSERT INTO complaint_step (complaint_id, seq, move, status, ground, town, merged_into, sealed, form, meets, ends, starts, at, by)
        SELECT c.id, c.version + 1, m.move, m.to_status, ?4, ?5, ?6, ?7, 2, ?8, ?9, ?10, ?11, ?12
        FROM complaint c JOIN complaint_move m ON m.kind = c.kind AND m.move = ?2 AND m.from_status = c.status
        WHERE c.id = ?1 AND c.version = ?3 AND c.sealed_key IS NOT NULL AND (m.move <> 'reopen' OR NOT c.reopened) RETURNING id";
    let parameters = [
        case.open.id.into(),
        step.what.code().into(),
        version.into(),
        step.ground.map(|ground| ground.code().to_owned()).into(),
        step.town.map(str::to_owned).into(),
        step.merged_into.map(str::to_owned).into(),
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
    let (status, now) = standing(context, case.open.id).await?;
    if now != version {
        return Err(Problem::changed_meanwhile(
            "这件事刚被别人办理过，请看过现在的情况再办",
            json!({ "status": status, "version": now }),
        ));
    }
    Err(Problem::new(
        Code::NotAllowedNow,
        format!(
            "现在是“{}”，不能“{}”",
            status.chinese(),
            step.what.chinese()
        ),
    ))
}

async fn standing(context: &Context, id: i64) -> Result<(ComplaintStatus, i64), Problem> {
    let sql = "SELECT json_array(status, version) FROM complaint WHERE id = ?1";
    Ok(context.store.json(sql, [id.into()]).await?)
}

/// What a case of this kind and status can do next.
pub async fn possible(context: &Context, case: &Case) -> Result<Vec<ComplaintMove>, Problem> {
    let sql =
        "SELECT json_group_array(move) FROM complaint_move WHERE kind = ?1 AND from_status = ?2";
    let parameters = [case.open.kind.code().into(), case.open.status.code().into()];
    Ok(context.store.json(sql, parameters).await?)
}
