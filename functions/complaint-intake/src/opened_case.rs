//! One case with everything that it holds, opened for whoever may read it.

use crate::access::{MAY_SEE, viewer_parameters};
use crate::new_complaint::{Contact, Statement};
use crate::sealing::{CaseKey, DataKeys, Form, Place};
use crate::uploads::File;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::complaint::{Category, ComplaintKind, ComplaintMove, ComplaintStatus, RefusalGround};
use domain::complaint_terms::{Step as Term, TermStanding};
use domain::money::Fen;
use registers::town_name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Context, Problem};

/// A case as its row has it: facts in clear, and what is sealed beside them.
#[derive(Deserialize)]
struct CaseRow {
    facts: String,
    form: Form,
    sealed_key: Option<Vec<u8>>,
    data_key_id: Option<String>,
    sealed: Option<Vec<u8>>,
    sealed_contact: Option<Vec<u8>>,
}

/// What can be read of a case without its key.
#[derive(Debug, Clone, Deserialize)]
pub struct CaseFacts {
    pub id: i64,
    pub code: String,
    pub kind: ComplaintKind,
    pub status: ComplaintStatus,
    pub category: Category,
    pub uscc: Option<String>,
    pub enterprise: Option<String>,
    pub town_id: Option<String>,
    /// What the town is called today.
    pub town: Option<String>,
    pub happened_on: NaiveDate,
    pub received_on: NaiveDate,
    pub received_at: DateTime<FixedOffset>,
    pub anonymous: bool,
    pub insider: bool,
    pub twin: Option<String>,
    pub reopened: bool,
    pub merged_into: Option<String>,
    pub satisfaction: Option<u8>,
    pub closed_on: Option<NaiveDate>,
    pub erased_on: Option<NaiveDate>,
    pub version: i64,
    pub deadlines: Vec<Deadline>,
    pub reward: Option<Reward>,
}

/// A term of the case, and how it stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ComplaintDeadline")]
pub struct Deadline {
    pub step: Term,
    pub began_on: NaiveDate,
    /// The last day. While the term is paused there is none.
    pub due: Option<NaiveDate>,
    pub source: String,
    pub provisional: bool,
    pub standing: TermStanding,
    pub met_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    /// The day since which something is being tested, and the term does not count.
    pub paused_on: Option<NaiveDate>,
    /// Days that did not count, working days or calendar days as the term has them.
    pub uncounted: u32,
}

impl Deadline {
    /// Whether it is still owed.
    pub fn is_open(&self) -> bool {
        matches!(self.standing, TermStanding::Running | TermStanding::Paused)
    }

    /// Whether its last day has passed, and it was not met by then.
    pub fn is_late(&self, today: NaiveDate) -> bool {
        let until = match self.standing {
            TermStanding::Met => self.met_on,
            TermStanding::Running => Some(today),
            TermStanding::Paused | TermStanding::Ended => None,
        };
        until.zip(self.due).is_some_and(|(until, due)| until > due)
    }
}

/// The reward of a report, proposed or paid.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Reward {
    pub level: domain::complaint_terms::RewardLevel,
    /// 罚没款，分
    pub fined: Fen,
    /// 奖励，分
    pub amount: Fen,
    pub proposed_on: NaiveDate,
    pub paid_on: Option<NaiveDate>,
    pub version: i64,
}

#[derive(Deserialize)]
struct StepRow {
    seq: i64,
    form: Form,
    r#move: ComplaintMove,
    status: ComplaintStatus,
    ground: Option<RefusalGround>,
    town: Option<String>,
    sealed: Option<Vec<u8>>,
    at: DateTime<FixedOffset>,
    actor: String,
}

/// A step that moved the case on.
#[derive(Debug, Clone)]
pub struct Step {
    pub moved: ComplaintMove,
    pub status: ComplaintStatus,
    pub ground: Option<RefusalGround>,
    pub town: Option<String>,
    pub note: Option<String>,
    pub at: DateTime<FixedOffset>,
    pub by: String,
}

#[derive(Deserialize)]
struct MessageRow {
    from_office: i64,
    sealed: Vec<u8>,
    /// Binds the message to its place. A message of the first form has none.
    mark: Option<String>,
    at: String,
    actor: String,
}

/// A message of either side.
#[derive(Debug, Clone)]
pub struct Message {
    pub from_office: bool,
    pub text: String,
    pub at: DateTime<FixedOffset>,
    pub by: String,
}

/// A whole case. Once its person has been erased, it has no key, no statement, no contact and no messages.
pub struct OpenedCase {
    pub facts: CaseFacts,
    key: Option<CaseKey>,
    pub statement: Option<Statement>,
    pub contact: Option<Contact>,
    pub steps: Vec<Step>,
    pub messages: Vec<Message>,
}

/// A note of a step, under the case's key.
#[derive(Serialize, Deserialize)]
pub struct Note {
    pub note: String,
}

/// The [`CaseFacts`] of the case `c` as JSON.
const FACTS: &str = concat!(
    "json_object('id', c.id, 'code', c.code, 'kind', c.kind, 'status', c.status, 'category', c.category, 'uscc', c.uscc,
    'enterprise', (SELECT e.name FROM enterprise_ledger e WHERE e.uscc = c.uscc), 'town_id', c.town, 'town', ",
    town_name!("c.town"),
    ", 'happened_on', c.happened_on,
    'received_on', c.received_on, 'received_at', c.received_at, 'anonymous', json(iif(c.anonymous, 'true', 'false')),
    'insider', json(iif(c.insider, 'true', 'false')), 'twin', c.twin, 'reopened', json(iif(c.reopened, 'true', 'false')),
    'merged_into', c.merged_into, 'satisfaction', c.satisfaction, 'closed_on', c.closed_on, 'erased_on', c.erased_on, 'version', c.version,
    'deadlines', json((SELECT json_group_array(json_object('step', d.step, 'began_on', d.began_on, 'due', d.shown_due_on, 'source', d.source, 'standing', d.standing,
        'provisional', json(iif(d.provisional, 'true', 'false')), 'met_on', d.met_on, 'ended_on', d.ended_on,
        'paused_on', d.paused_on, 'uncounted', d.uncounted))
        FROM (SELECT * FROM complaint_deadline WHERE complaint_id = c.id ORDER BY began_on, due_on) d)),
    'reward', json((SELECT json_object('level', r.level, 'fined', r.fined, 'amount', r.amount, 'proposed_on', r.proposed_on, 'paid_on', r.paid_on,
        'version', r.version) FROM complaint_reward r WHERE r.code = c.code)))"
);

impl OpenedCase {
    /// The case of that id, for whoever has shown that it is theirs.
    pub async fn for_its_citizen(context: &Context, id: i64) -> Result<Self, Problem> {
        Self::open(context, "c.id = ?1", vec![id.into()]).await
    }

    /// The case of that number, for a small picture on a page whose opening has been written down already.
    pub async fn on_open_page(context: &Context, code: &str) -> Result<Self, Problem> {
        let condition = format!("c.code = ?1 AND {MAY_SEE}");
        let parameters = viewer_parameters(context, code)?.to_vec();
        Self::open(context, &condition, parameters).await
    }

    /// The case of that number, for staff who may see it. That it is opened, and for what, is written down first.
    pub async fn for_staff_member(
        context: &Context,
        code: &str,
        purpose: &str,
    ) -> Result<Self, Problem> {
        let sql = format!(
            "INSERT INTO complaint_opening (code, what, at, by) SELECT c.code, ?4, ?5, ?3 FROM complaint c WHERE c.code = ?1 AND {MAY_SEE} RETURNING id"
        );
        let mut parameters = viewer_parameters(context, code)?.to_vec();
        parameters.extend([purpose.into(), context.at().into()]);
        if context.store.run(&sql, parameters).await? == 0 {
            return Err(Problem::not_found());
        }
        Self::open(context, "c.code = ?1", vec![code.into()]).await
    }

    async fn open(
        context: &Context,
        condition: &str,
        parameters: Vec<store::Value>,
    ) -> Result<Self, Problem> {
        let sql = format!(
            "SELECT {FACTS} AS facts, c.form, c.sealed_key, c.data_key_id, c.sealed, c.sealed_contact FROM complaint c WHERE {condition}"
        );
        let row: Option<CaseRow> = context.store.first(&sql, parameters).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let facts: CaseFacts = serde_json::from_str(&row.facts).map_err(Problem::internal)?;
        let key = match (&row.sealed_key, &row.data_key_id) {
            (Some(sealed), Some(id)) => {
                let keys = DataKeys::read().await?;
                Some(CaseKey::open(&keys, &facts.code, row.form, sealed, id)?)
            }
            _ => None,
        };
        let steps = step_rows(context, facts.id).await?;
        let Some(key) = key else {
            return Ok(Self {
                facts,
                key: None,
                statement: None,
                contact: None,
                steps: steps.into_iter().map(|row| row.with_note(None)).collect(),
                messages: Vec::new(),
            });
        };
        Ok(Self {
            statement: row
                .sealed
                .map(|sealed| key.read(Place::Statement, row.form, &sealed))
                .transpose()?,
            contact: row
                .sealed_contact
                .map(|sealed| key.read(Place::Contact, row.form, &sealed))
                .transpose()?,
            steps: steps
                .into_iter()
                .map(|step| step.open(&key, row.form))
                .collect::<Result<_, Problem>>()?,
            messages: message_rows(context, facts.id)
                .await?
                .into_iter()
                .map(|message| message.open(&key, row.form))
                .collect::<Result<_, Problem>>()?,
            key: Some(key),
            facts,
        })
    }

    /// The case's key; a case whose person has been erased takes nothing more.
    pub fn key(&self) -> Result<&CaseKey, Problem> {
        self.key
            .as_ref()
            .ok_or_else(|| Problem::erased("这件事办结已久，个人信息已经抹去，不能再修改"))
    }

    /// The photographs and videos; none once the person has been erased.
    pub fn files(&self) -> &[File] {
        self.statement
            .as_ref()
            .map_or(&[], |statement| &statement.files)
    }

    /// The file of that id.
    pub fn file(&self, id: &str) -> Result<&File, Problem> {
        self.files()
            .iter()
            .find(|file| file.id == id)
            .ok_or_else(Problem::not_found)
    }

    /// Whether the citizen may say that it was not put right: once, while the person has not been erased.
    pub fn can_reopen(&self) -> bool {
        self.facts.status == ComplaintStatus::Closed && !self.facts.reopened && self.key.is_some()
    }
}

async fn step_rows(context: &Context, id: i64) -> Result<Vec<StepRow>, Problem> {
    let sql = concat!(
        "SELECT seq, form, move, status, ground, ",
        town_name!("town"),
        " AS town, sealed, at, coalesce((SELECT h.name FROM case_handler h WHERE h.account = by), by) AS actor
        FROM complaint_step WHERE complaint_id = ?1 ORDER BY seq"
    );
    Ok(context.store.all(sql, [id.into()]).await?)
}

async fn message_rows(context: &Context, id: i64) -> Result<Vec<MessageRow>, Problem> {
    let sql = "SELECT from_office, sealed, mark, at, coalesce((SELECT h.name FROM case_handler h WHERE h.account = by), by) AS actor
        FROM complaint_message WHERE complaint_id = ?1 ORDER BY id";
    Ok(context.store.all(sql, [id.into()]).await?)
}

/// The form in which a row of a case is opened. A row of the first form in a case of the second was put there by somebody who
/// had an old seal: it is not opened.
fn form_of_row(case: Form, row: Form) -> Result<Form, Problem> {
    match (case, row) {
        (Form::Bound, Form::Unbound) => Err(Problem::internal(
            "a case that is bound holds what is not bound",
        )),
        _ => Ok(row),
    }
}

impl MessageRow {
    fn open(self, key: &CaseKey, case: Form) -> Result<Message, Problem> {
        let form = match &self.mark {
            Some(_) => Form::Bound,
            None => Form::Unbound,
        };
        let place = Place::Message {
            from_office: self.from_office == 1,
            at: &self.at,
            mark: self.mark.as_deref().unwrap_or(""),
        };
        let note: Note = key.read(place, form_of_row(case, form)?, &self.sealed)?;
        Ok(Message {
            from_office: self.from_office == 1,
            text: note.note,
            at: DateTime::parse_from_rfc3339(&self.at).map_err(Problem::internal)?,
            by: self.actor,
        })
    }
}

impl StepRow {
    fn open(self, key: &CaseKey, case: Form) -> Result<Step, Problem> {
        let note: Option<Note> = match &self.sealed {
            Some(sealed) => {
                let place = Place::Step { seq: self.seq };
                Some(key.read(place, form_of_row(case, self.form)?, sealed)?)
            }
            None => None,
        };
        Ok(self.with_note(note))
    }

    fn with_note(self, note: Option<Note>) -> Step {
        Step {
            moved: self.r#move,
            status: self.status,
            ground: self.ground,
            town: self.town,
            note: note.map(|note| note.note),
            at: self.at,
            by: self.actor,
        }
    }
}
