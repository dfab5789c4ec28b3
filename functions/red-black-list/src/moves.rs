//! A case moves on: steps are inserted in one statement, and their triggers do the rest, down to the log and the entry.

use crate::cases::{Case, FACTS_STAND, OBJECT_ENDS, RESTS_UNTIL, one};
use crate::content::{Content, Personal, leaf, salt};
use crate::{findings, policy};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::red_black::{CaseMove, CaseStatus, ListKind, last_day};
use domain::words::Word as _;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use web::problem::FieldError;
use web::{Code, Context, Problem};

/// Steps of one statement, so that none holds the writer for long.
const SLICE: usize = 500;
/// Who acts where no person does.
pub const SCHEDULE: &str = "schedule";

/// One step of one case, and what it makes of the public list.
pub struct Step {
    id: String,
    version: i64,
    what: CaseMove,
    note: Option<String>,
    until: Option<NaiveDate>,
    public: Public,
}

/// What a step does to the public list.
enum Public {
    Nothing,
    Shows(Box<Content>),
    Removes,
}

impl Step {
    /// A step that readers do not see.
    pub fn inside(case: &Case, what: CaseMove, note: Option<String>) -> Self {
        Self {
            id: case.id.clone(),
            version: case.version,
            what,
            note,
            until: None,
            public: Public::Nothing,
        }
    }

    /// The entry comes, or is another now.
    pub fn shows(case: &Case, what: CaseMove, note: Option<String>, content: Content) -> Self {
        Self {
            until: Some(content.until),
            public: Public::Shows(Box::new(content)),
            ..Self::inside(case, what, note)
        }
    }

    /// The entry goes.
    pub fn removes(case: &Case, what: CaseMove, note: Option<String>) -> Self {
        Self {
            public: Public::Removes,
            ..Self::inside(case, what, note)
        }
    }

    /// As the statement takes it.
    fn row(&self) -> Result<Json, Problem> {
        let salted = |content: Option<&Content>| {
            let salt = salt()?;
            let leaf = leaf(&salt, &self.id, content)?;
            Ok::<_, Problem>((Some(salt), Some(leaf)))
        };
        let (content, (salt, leaf)) = match &self.public {
            Public::Nothing => (None, (None, None)),
            Public::Shows(content) => (Some(content), salted(Some(content))?),
            Public::Removes => (None, salted(None)?),
        };
        let content = content
            .map(serde_json::to_string)
            .transpose()
            .map_err(Problem::internal)?;
        Ok(json!({
            "id": self.id, "version": self.version, "move": self.what.code(), "note": self.note, "until": self.until,
            "content": content, "salt": salt, "leaf": leaf,
        }))
    }
}

/// Makes the steps that are allowed at this moment, in one statement a slice; says how many that were. The conditions are those of the
/// trigger `list_case_step_is_allowed`, that the announced holidays give no more days to object, and that the facts behind a decision or
/// publication still stand.
/// The log's times never go back: who began sooner and comes to the writer later has the time of the line before.
async fn make(context: &Context, by: &str, steps: &[Step]) -> Result<usize, Problem> {
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
                AND (c.list = 'black' OR NOT EXISTS (SELECT 1 FROM list_case o WHERE o.uscc = c.uscc AND o.list = 'black' AND o.status IN ('published', 'repair_applied')))))
            AND (m.move <> 'publish' OR (
                coalesce(s.value ->> '$.until' <= {RESTS_UNTIL}, 1)
                AND NOT EXISTS (SELECT 1 FROM list_case o WHERE o.uscc = c.uscc AND o.list <> c.list AND o.status IN ('published', 'repair_applied'))))
        ORDER BY s.key RETURNING id"
    );
    let mut made = 0;
    for slice in steps.chunks(SLICE) {
        let rows: Vec<Json> = slice.iter().map(Step::row).collect::<Result<_, _>>()?;
        let parameters = [
            Json::from(rows).to_string().into(),
            context.at().into(),
            by.into(),
        ];
        made += context.store.run(&sql, parameters).await?;
    }
    Ok(made)
}

/// [`make`] of one step; a problem that says why where it was not allowed.
async fn make_one(context: &Context, case: &Case, by: &str, step: Step) -> Result<(), Problem> {
    let what = step.what;
    if make(context, by, &[step]).await? == 1 {
        return Ok(());
    }
    let now = one(context, &case.id).await?;
    if now.version != case.version {
        return Err(Problem::changed_meanwhile(
            "这件事刚被别人办理过，请看过现在的情况再办",
            json!({ "status": now.status, "version": now.version }),
        ));
    }
    Err(why_not(context, &now, what, by))
}

/// Why a move is not allowed now.
fn why_not(context: &Context, case: &Case, what: CaseMove, by: &str) -> Problem {
    let second = matches!(what, CaseMove::Approve | CaseMove::Reject) && by == case.nominated_by;
    let second_repair = matches!(what, CaseMove::GrantRepair | CaseMove::RefuseRepair)
        && case.repair_applied_by.as_deref() == Some(by);
    if !case.moves.contains(&what) {
        Problem::new(
            Code::NotAllowedNow,
            format!(
                "现在是“{}”，不能“{}”",
                case.status.chinese(),
                what.chinese()
            ),
        )
    } else if second || second_repair {
        Problem::new(
            Code::AnotherPerson,
            "提名或者经办的人不能自己决定，请另一位同事来决定",
        )
    } else if let Some(until) = case.object_ends.filter(|until| *until >= context.today()) {
        Problem::new(
            Code::ObjectionTermRunning,
            format!("企业可以陈述申辩到{}，要过了这一天才能决定", chinese(until)),
        )
    } else if !case.facts_stand {
        facts_changed(&case.name)
    } else {
        Problem::new(
            Code::ListedElsewhere,
            "这家企业正在另一张榜上公布，或者所依据的处罚公示期限变了。请先处理那一条，或者重新打开本页再试",
        )
    }
}

/// What publishing takes beside the cases, read once for all of them.
struct Beside {
    red_months: u32,
    black_months: u32,
    personal: BTreeMap<String, Personal>,
}

impl Beside {
    async fn read(context: &Context, cases: &[Case]) -> Result<Self, Problem> {
        let codes: Vec<&str> = cases.iter().map(|case| case.uscc.as_str()).collect();
        Ok(Self {
            red_months: policy::number(context, "red_list_months").await?,
            black_months: policy::number(context, "black_list_months").await?,
            personal: Personal::of(context, &codes).await?,
        })
    }
}

/// What would be published of a case on a day.
fn publication(case: &Case, beside: &Beside, today: NaiveDate) -> Result<Content, Problem> {
    let months = match case.list {
        ListKind::Red => beside.red_months,
        ListKind::Black => beside.black_months,
    };
    let until = last_day(today, months, case.rests_until)
        .ok_or_else(|| Problem::internal("a term beyond the calendar"))?;
    if until < today {
        return Err(Problem::new(
            Code::RestsOnNothing,
            "所依据的处罚决定公示期已满，不能再列入",
        ));
    }
    let content = Content {
        id: case.id.clone(),
        list: case.list,
        uscc: case.uscc.clone(),
        name: case.name.clone(),
        town: case.town.clone(),
        sector: case.sector,
        ground: case.ground.clone(),
        rules: case.rules.clone(),
        published_on: today,
        until,
        reply: case.reply.clone(),
    };
    let mut texts = vec![content.ground.as_str()];
    texts.extend(content.reply.as_deref());
    for fact in content.rules.iter().flat_map(|met| &met.evidence) {
        texts.extend(fact.title.as_deref());
        texts.extend(fact.said.as_deref());
    }
    nothing_personal(beside.personal.get(&case.uscc), &texts, "ground")?;
    Ok(content)
}

/// Owners' names, telephones and addresses never leave the office.
fn nothing_personal(
    personal: Option<&Personal>,
    texts: &[&str],
    field: &str,
) -> Result<(), Problem> {
    match personal.and_then(|personal| personal.said_in(texts)) {
        None => Ok(()),
        Some(what) => Err(Problem::invalid(vec![FieldError::secret(
            field,
            format!("要公开的文字（理由、所依据的事实或者回应）里有{what}，不能公布。请先改掉"),
        )])),
    }
}

/// The same of one text that somebody has just written.
pub async fn refuse_personal(
    context: &Context,
    uscc: &str,
    text: &str,
    field: &str,
) -> Result<(), Problem> {
    let personal = Personal::of(context, &[uscc]).await?;
    nothing_personal(personal.get(uscc), &[text], field)
}

/// Red asks for every criterion on the day itself: what has happened since the nomination counts.
async fn still_spotless(context: &Context, cases: &[Case]) -> Result<(), Problem> {
    let red = ListKind::Red.code();
    let mut reds = cases.iter().filter(|case| case.list == ListKind::Red);
    let fallen = match cases {
        [] => None,
        [one] => {
            let meets = findings::met_by(context, red, &one.uscc).await?.is_some();
            reds.find(|_| !meets)
        }
        _ => {
            let meet = findings::all_that_meet(context, red).await?;
            reds.find(|case| !meet.contains(&case.uscc))
        }
    };
    match fallen {
        None => Ok(()),
        Some(case) => Err(Problem::new(
            Code::NoLongerMeets,
            format!("{}现在没有达到红榜的全部标准，请撤回这次提名", case.name),
        )),
    }
}

/// What the business was told of is what is decided and published: a penalty that was changed meanwhile asks for another notice.
async fn still_as_told(context: &Context, case: &Case) -> Result<(), Problem> {
    if case.list == ListKind::Red {
        return Ok(());
    }
    let sql = "SELECT json_group_array(json_object('kind', kind, 'number', number, 'happened_on', happened_on, 'title', title, 'said', said))
        FROM enterprise_fact WHERE uscc = ?1";
    let facts: Vec<findings::Evidence> =
        context.store.json(sql, [case.uscc.as_str().into()]).await?;
    let told = case.rules.iter().flat_map(|met| &met.evidence);
    match told.into_iter().all(|fact| facts.contains(fact)) {
        true => Ok(()),
        false => Err(facts_changed(&case.name)),
    }
}

fn facts_changed(name: &str) -> Problem {
    Problem::new(
        Code::FactsChanged,
        format!(
            "{name}：所依据的事实已经撤销或者变更，和告知企业的不一样了。请撤回这次提名，需要的话重新提名、告知"
        ),
    )
}

/// Publishes what has been decided: of the cases given, those that may be. Then the documents are made.
pub async fn publish(context: &Context, cases: &[Case], by: &str) -> Result<usize, Problem> {
    let mut steps = Vec::with_capacity(cases.len());
    still_spotless(context, cases).await?;
    let beside = Beside::read(context, cases).await?;
    for case in cases {
        still_as_told(context, case).await?;
        let content = publication(case, &beside, context.today())?;
        steps.push(Step::shows(case, CaseMove::Publish, None, content));
    }
    let published = make(context, by, &steps).await?;
    if published > 0 {
        crate::publication::bring_up_to_date(context).await?;
    }
    Ok(published)
}

/// What must be known of a move beyond the case itself.
pub struct Said {
    pub note: Option<String>,
    pub version: Option<i64>,
}

/// Of a note.
const NOTE: usize = 3_000;

/// Makes the one move that a person has chosen.
pub async fn act(
    context: &Context,
    id: &str,
    what: CaseMove,
    field: &str,
    said: Said,
) -> Result<(), Problem> {
    let caller = context.caller()?;
    let by = caller.account.as_str();
    let mut case = one(context, id).await?;
    if let Some(version) = said.version {
        case.version = version;
    }
    let note = said
        .note
        .map(|note| note.trim().to_owned())
        .filter(|note| !note.is_empty());
    let wrong = |reason: &str| Problem::invalid(vec![FieldError::new(field, "", reason)]);
    let needed = match what {
        CaseMove::Notify => Some("请写明用什么方式送达、谁签收"),
        CaseMove::Object => Some("请写明企业陈述申辩的内容"),
        CaseMove::Answer | CaseMove::Uphold => Some("请写明对申辩的答复和理由"),
        CaseMove::Approve | CaseMove::Reject => Some("请写明决定的理由"),
        CaseMove::Reply => Some("请写明企业的回应"),
        CaseMove::ApplyRepair => Some("请写明企业怎样改正、履行了处罚，附了哪些证明"),
        CaseMove::GrantRepair | CaseMove::RefuseRepair => Some("请写明核查情况和决定的理由"),
        CaseMove::Withdraw => Some("请写明撤回的理由"),
        CaseMove::Publish | CaseMove::Correct | CaseMove::Expire => None,
    };
    if let (None, Some(reason)) = (&note, needed) {
        return Err(wrong(reason));
    }
    if note
        .as_ref()
        .is_some_and(|note| note.chars().count() > NOTE)
    {
        return Err(wrong("最多 3000 个字"));
    }
    if !case.moves.contains(&what) || matches!(what, CaseMove::Expire | CaseMove::Correct) {
        return Err(why_not(context, &case, what, by));
    }
    if matches!(what, CaseMove::Approve | CaseMove::Publish) {
        still_spotless(context, std::slice::from_ref(&case)).await?;
        still_as_told(context, &case).await?;
    }
    let public = case.status.is_public();
    let step = match what {
        CaseMove::Publish => {
            let beside = Beside::read(context, std::slice::from_ref(&case)).await?;
            let content = publication(&case, &beside, context.today())?;
            Step::shows(&case, what, note, content)
        }
        CaseMove::Reply => {
            let reply = note.clone().unwrap_or_default();
            refuse_personal(context, &case.uscc, &reply, field).await?;
            match case.standing()? {
                Some(content) => {
                    // The penalty's publication may have been shortened since the last run.
                    let until = case
                        .until_on
                        .map_or(content.until, |until| until.min(content.until));
                    let content = Content {
                        reply: note.clone(),
                        until,
                        ..content.clone()
                    };
                    Step::shows(&case, what, note, content)
                }
                None => Step::inside(&case, what, note),
            }
        }
        CaseMove::ApplyRepair => {
            may_be_repaired(context, &case).await?;
            Step::inside(&case, what, note)
        }
        CaseMove::GrantRepair => Step::removes(&case, what, note),
        CaseMove::Withdraw if public => Step::removes(&case, what, note),
        _ => Step::inside(&case, what, note),
    };
    let shown = !matches!(step.public, Public::Nothing);
    make_one(context, &case, by, step).await?;
    if shown {
        crate::publication::bring_up_to_date(context).await?;
    }
    Ok(())
}

/// 信用修复: not before the entry has stood for as long as the policy says.
async fn may_be_repaired(context: &Context, case: &Case) -> Result<(), Problem> {
    let months = policy::number(context, "credit_repair_months").await?;
    let first = case
        .published_on
        .and_then(|day| last_day(day, months, []))
        .ok_or_else(|| Problem::internal("a published case without a day"))?;
    if context.today() < first {
        return Err(Problem::new(
            Code::RepairTooEarly,
            format!(
                "公布满 {months} 个月才能申请信用修复，从{}起可以申请",
                chinese(first)
            ),
        ));
    }
    Ok(())
}

/// The last day of an entry has passed: it goes. What it rests on ends sooner than it said: it says so.
pub async fn keep_terms(context: &Context) -> Result<usize, Problem> {
    let today = context.today();
    let condition = "c.status IN ('published', 'repair_applied')
        AND (c.until_on < ?1 OR c.until_on <> (SELECT x.content ->> '$.until' FROM list_entry x WHERE x.case_id = c.id AND x.gone_seq IS NULL))";
    let cases = crate::cases::find(context, condition, &today.to_string()).await?;
    let steps: Vec<Step> = cases
        .iter()
        .filter_map(|case| {
            let until = case.until_on?;
            if until < today {
                let said = case.content.as_ref().map(|content| content.until);
                let why = match said == Some(until) {
                    true => "公布期满",
                    false => "所依据的处罚决定公示期满，或者所依据的事实已经撤销",
                };
                return Some(Step::removes(case, CaseMove::Expire, Some(why.into())));
            }
            // One that was altered is left as it is, for whoever checks the log.
            let content = Content {
                until,
                ..case.standing().ok()??.clone()
            };
            let why = "所依据的处罚决定提前结束公示".to_owned();
            Some(Step::shows(case, CaseMove::Correct, Some(why), content))
        })
        .collect();
    make(context, SCHEDULE, &steps).await
}

/// Cases that have been decided and wait.
pub async fn decided(context: &Context) -> Result<Vec<Case>, Problem> {
    crate::cases::find(context, "c.status = ?1", CaseStatus::Approved.code()).await
}
