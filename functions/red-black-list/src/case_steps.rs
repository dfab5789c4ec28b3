//! Steps of cases: they are inserted in one statement, and their triggers do the rest, down to the log and the entry.

use crate::list_case::{FACTS_STAND, ListCase, OBJECT_ENDS, PUBLIC, RESTS_UNTIL, find_case};
use crate::log_leaf::{log_leaf, new_salt};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::red_black::CaseMove;
use domain::words::Word as _;
use serde_json::{Value as Json, json};
use transparency::Content;
use web::{Context, Problem};

/// The most steps of one statement, so that none holds the writer for long.
const SLICE: usize = 500;
/// The name under which the schedule acts, in steps and in the audit.
pub const SCHEDULE: &str = "schedule";

/// One step that a case is to take, and what it makes of the public list.
pub struct PlannedStep {
    case_id: String,
    /// The version of the case on which the step was planned.
    version: i64,
    case_move: CaseMove,
    note: Option<String>,
    until: Option<NaiveDate>,
    change: ListChange,
}

/// What a step makes of the public list.
enum ListChange {
    None,
    Show(Box<Content>),
    Remove,
}

impl PlannedStep {
    /// A step that the public list does not show.
    pub fn unseen(case: &ListCase, case_move: CaseMove, note: Option<String>) -> Self {
        Self {
            case_id: case.id.clone(),
            version: case.version,
            case_move,
            note,
            until: None,
            change: ListChange::None,
        }
    }

    /// A step by which the entry appears on the public list, or changes there.
    pub fn showing(
        case: &ListCase,
        case_move: CaseMove,
        note: Option<String>,
        content: Content,
    ) -> Self {
        Self {
            until: Some(content.until),
            change: ListChange::Show(Box::new(content)),
            ..Self::unseen(case, case_move, note)
        }
    }

    /// A step by which the entry leaves the public list.
    pub fn removing(case: &ListCase, case_move: CaseMove, note: Option<String>) -> Self {
        Self {
            change: ListChange::Remove,
            ..Self::unseen(case, case_move, note)
        }
    }

    /// Whether the public list is another after this step.
    pub fn changes_list(&self) -> bool {
        !matches!(self.change, ListChange::None)
    }

    /// The step as the statement of [`take_steps`] reads it.
    fn to_json(&self) -> Result<Json, Problem> {
        let salted_leaf = |content: Option<&Content>| {
            let salt = new_salt()?;
            let leaf = log_leaf(&salt, &self.case_id, content)?;
            Ok::<_, Problem>((Some(salt), Some(leaf)))
        };
        let (content, (salt, leaf)) = match &self.change {
            ListChange::None => (None, (None, None)),
            ListChange::Show(content) => (Some(content), salted_leaf(Some(content))?),
            ListChange::Remove => (None, salted_leaf(None)?),
        };
        let content = content
            .map(serde_json::to_string)
            .transpose()
            .map_err(Problem::internal)?;
        Ok(json!({
            "id": self.case_id, "version": self.version, "move": self.case_move.code(), "note": self.note, "until": self.until,
            "content": content, "salt": salt, "leaf": leaf,
        }))
    }
}

/// Takes the steps that are allowed at this moment, in one statement a slice, and gives their number. A step is allowed by the conditions
/// of the trigger `list_case_step_is_allowed`, if the announced days off give no more days to object, and if the facts behind a decision
/// or a publication still stand.
///
/// Times of the log never go back: a request that began sooner and writes later gets the time of the line before.
pub async fn take_steps(
    context: &Context,
    by: &str,
    steps: &[PlannedStep],
) -> Result<usize, Problem> {
    let sql = format!(
        "INSERT INTO list_case_step (case_id, seq, move, status, note, until_on, content, salt, leaf, at, by)
        SELECT c.id, c.version + 1, m.move, m.to_status, s.value ->> '$.note', s.value ->> '$.until', s.value ->> '$.content', s.value ->> '$.salt',
            s.value ->> '$.leaf', iif(s.value ->> '$.leaf' IS NULL, ?2, max(?2, coalesce((SELECT l.at FROM list_log l ORDER BY l.seq DESC LIMIT 1), ''))), ?3
        FROM json_each(?1) s JOIN list_case c ON c.id = s.value ->> '$.id' AND c.version = s.value ->> '$.version'
        JOIN list_case_move m ON m.list = c.list AND m.move = s.value ->> '$.move' AND m.from_status = c.status
        WHERE (m.move NOT IN ('approve', 'reject') OR ?3 <> c.nominated_by)
            AND (m.move NOT IN ('grant_repair', 'refuse_repair') OR ?3 <> c.repair_applied_by)
            AND (m.move NOT IN ('approve', 'publish') OR (
                (c.list = 'red' OR (c.notified_on IS NOT NULL AND {OBJECT_ENDS} < substr(?2, 1, 10)))
                AND {FACTS_STAND}
                AND (c.list = 'black' OR NOT EXISTS (SELECT 1 FROM list_case o WHERE o.uscc = c.uscc AND o.list = 'black' AND o.status IN {PUBLIC}))))
            AND (m.move <> 'publish' OR (
                coalesce(s.value ->> '$.until' <= {RESTS_UNTIL}, 1)
                AND NOT EXISTS (SELECT 1 FROM list_case o WHERE o.uscc = c.uscc AND o.list <> c.list AND o.status IN {PUBLIC})))
        ORDER BY s.key RETURNING id"
    );
    let mut taken = 0;
    for slice in steps.chunks(SLICE) {
        let rows: Vec<Json> = slice
            .iter()
            .map(PlannedStep::to_json)
            .collect::<Result<_, _>>()?;
        let parameters = [
            Json::from(rows).to_string().into(),
            context.at().into(),
            by.into(),
        ];
        taken += context.store.run(&sql, parameters).await?;
    }
    Ok(taken)
}

/// Takes one step.
///
/// # Errors
///
/// 409 that says why the step is not allowed now.
pub async fn take_step(
    context: &Context,
    case: &ListCase,
    by: &str,
    step: PlannedStep,
) -> Result<(), Problem> {
    let case_move = step.case_move;
    if take_steps(context, by, &[step]).await? == 1 {
        return Ok(());
    }
    let now = find_case(context, &case.id).await?;
    if now.version != case.version {
        return Err(Problem::changed_meanwhile(
            "这件事刚被别人办理过，请看过现在的情况再办",
            json!({ "status": now.status, "version": now.version }),
        ));
    }
    Err(refused_move(context, &now, case_move, by))
}

/// Why a move is not allowed now, as a problem.
pub fn refused_move(context: &Context, case: &ListCase, case_move: CaseMove, by: &str) -> Problem {
    let decides_own_nomination =
        matches!(case_move, CaseMove::Approve | CaseMove::Reject) && by == case.nominated_by;
    let decides_own_repair = matches!(case_move, CaseMove::GrantRepair | CaseMove::RefuseRepair)
        && case.repair_applied_by.as_deref() == Some(by);
    if !case.moves.contains(&case_move) {
        Problem::not_allowed_now(format!(
            "现在是“{}”，不能“{}”",
            case.status.chinese(),
            case_move.chinese()
        ))
    } else if decides_own_nomination || decides_own_repair {
        Problem::another_person("提名或者经办的人不能自己决定，请另一位同事来决定")
    } else if let Some(until) = case.object_ends.filter(|until| *until >= context.today()) {
        Problem::objection_term_running(format!(
            "企业可以陈述申辩到{}，要过了这一天才能决定",
            chinese(until)
        ))
    } else if !case.facts_stand {
        facts_changed(&case.name)
    } else {
        Problem::listed_elsewhere(
            "这家企业正在另一张榜上公布，或者所依据的处罚公示期限变了。请先处理那一条，或者重新打开本页再试",
        )
    }
}

/// The facts behind a case are not those of which the business was told.
pub fn facts_changed(name: &str) -> Problem {
    Problem::facts_changed(format!(
        "{name}：所依据的事实已经撤销或者变更，和告知企业的不一样了。请撤回这次提名，需要的话重新提名、告知"
    ))
}
