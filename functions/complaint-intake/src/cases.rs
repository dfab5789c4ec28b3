//! One case with everything that it holds, opened.

use crate::access::{MAY_SEE, seen_by};
use crate::filing::{Contact, Told};
use crate::sealing::{CaseKey, DataKeys, Form, Place};
use crate::uploads::File;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::complaint::{Category, ComplaintKind, ComplaintMove, ComplaintStatus, RefusalGround};
use domain::complaint_terms::{Step as Term, TermStanding};
use domain::money::Fen;
use domain::words::Word as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Code, Context, Problem};

/// What stands in clear, and what is sealed beside it.
#[derive(Deserialize)]
struct Row {
    open: String,
    form: Form,
    sealed_key: Option<Vec<u8>>,
    data_key_id: Option<String>,
    sealed: Option<Vec<u8>>,
    sealed_contact: Option<Vec<u8>>,
}

/// What a case says of itself without its key.
#[derive(Debug, Clone, Deserialize)]
pub struct Open {
    pub id: i64,
    pub code: String,
    pub kind: ComplaintKind,
    pub status: ComplaintStatus,
    pub category: Category,
    pub uscc: Option<String>,
    pub enterprise: Option<String>,
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

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ComplaintDeadline")]
pub struct Deadline {
    pub step: Term,
    pub began_on: NaiveDate,
    /// Of a paused term there is none.
    pub due: Option<NaiveDate>,
    pub source: String,
    pub provisional: bool,
    pub standing: TermStanding,
    pub met_on: Option<NaiveDate>,
    pub ended_on: Option<NaiveDate>,
    /// Since when something is being tested: the term stands still.
    pub paused_on: Option<NaiveDate>,
    /// Days that did not count.
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

/// A step as it is told.
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
    /// Null in the first form.
    mark: Option<String>,
    at: String,
    actor: String,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub from_office: bool,
    pub text: String,
    pub at: DateTime<FixedOffset>,
    pub by: String,
}

/// What everybody who may open a case is told of it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Said<S, R> {
    code: String,
    kind: ComplaintKind,
    category: Category,
    status: ComplaintStatus,
    received_at: DateTime<FixedOffset>,
    enterprise: Option<String>,
    town: Option<String>,
    anonymous: bool,
    /// 一封信既投诉又举报时，另一半的编号
    twin: Option<String>,
    steps: Vec<S>,
    deadlines: Vec<Deadline>,
    messages: Vec<MessageSaid>,
    /// 可以要求重新办理
    can_reopen: bool,
    satisfaction: Option<u8>,
    closed_on: Option<NaiveDate>,
    reward: Option<R>,
}

pub type ForCitizen = Said<StepSaid, Paid>;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintStep")]
pub struct StepSaid {
    #[serde(rename = "move")]
    moved: ComplaintMove,
    /// 这一步的名称
    title: &'static str,
    status: ComplaintStatus,
    at: DateTime<FixedOffset>,
    note: Option<String>,
    /// 不予受理的理由
    ground: Option<&'static str>,
    town: Option<String>,
}

impl StepSaid {
    fn of(step: &Step) -> Self {
        Self {
            moved: step.moved,
            title: step.moved.chinese(),
            status: step.status,
            at: step.at,
            note: step.note.clone(),
            ground: step.ground.map(RefusalGround::chinese),
            town: step.town.clone(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintStepBy")]
pub struct StepBy {
    #[serde(flatten)]
    said: StepSaid,
    by: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum From {
    Office,
    Citizen,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintMessage")]
struct MessageSaid {
    from: From,
    text: String,
    at: DateTime<FixedOffset>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RewardPaid")]
pub struct Paid {
    amount_yuan: String,
    paid_on: Option<NaiveDate>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Complaint")]
pub struct ForStaff {
    #[serde(flatten)]
    case: Said<StepBy, Reward>,
    uscc: Option<String>,
    happened_on: NaiveDate,
    insider: bool,
    /// 抹去个人信息以后为 null，place、wants、contact 也是
    text: Option<String>,
    place: Option<String>,
    wants: Option<String>,
    contact: Option<ContactSaid>,
    files: Vec<FileSaid>,
    merged_into: Option<String>,
    version: i64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintContact")]
struct ContactSaid {
    name: String,
    phone: String,
    address: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintFile")]
struct FileSaid {
    id: String,
    name: String,
    bytes: usize,
}

/// A whole case. Once its person has been erased, what was sealed is gone.
pub struct Case {
    pub open: Open,
    key: Option<CaseKey>,
    pub told: Option<Told>,
    pub contact: Option<Contact>,
    pub steps: Vec<Step>,
    pub messages: Vec<Message>,
}

/// A note of a step, under the case's key.
#[derive(Serialize, Deserialize)]
pub struct Note {
    pub note: String,
}

const OPEN: &str = "json_object('id', c.id, 'code', c.code, 'kind', c.kind, 'status', c.status, 'category', c.category, 'uscc', c.uscc,
    'enterprise', (SELECT e.name FROM enterprise_ledger e WHERE e.uscc = c.uscc), 'town', c.town, 'happened_on', c.happened_on,
    'received_on', c.received_on, 'received_at', c.received_at, 'anonymous', json(iif(c.anonymous, 'true', 'false')),
    'insider', json(iif(c.insider, 'true', 'false')), 'twin', c.twin, 'reopened', json(iif(c.reopened, 'true', 'false')),
    'merged_into', c.merged_into, 'satisfaction', c.satisfaction, 'closed_on', c.closed_on, 'erased_on', c.erased_on, 'version', c.version,
    'deadlines', json((SELECT json_group_array(json_object('step', d.step, 'began_on', d.began_on, 'due', d.shown_due_on, 'source', d.source, 'standing', d.standing,
        'provisional', json(iif(d.provisional, 'true', 'false')), 'met_on', d.met_on, 'ended_on', d.ended_on,
        'paused_on', d.paused_on, 'uncounted', d.uncounted))
        FROM (SELECT * FROM complaint_deadline WHERE complaint_id = c.id ORDER BY began_on, due_on) d)),
    'reward', json((SELECT json_object('level', r.level, 'fined', r.fined, 'amount', r.amount, 'proposed_on', r.proposed_on, 'paid_on', r.paid_on,
        'version', r.version) FROM complaint_reward r WHERE r.code = c.code)))";

impl Case {
    /// The case of that id, for whoever has shown that it is theirs.
    pub async fn of_citizen(context: &Context, id: i64) -> Result<Self, Problem> {
        Self::read(context, "c.id = ?1", vec![id.into()]).await
    }

    /// A small picture on the page of a case whose opening has been written down.
    pub async fn on_open_page(context: &Context, code: &str) -> Result<Self, Problem> {
        let condition = format!("c.code = ?1 AND {MAY_SEE}");
        Self::read(context, &condition, seen_by(context, code)?.to_vec()).await
    }

    /// The case of that number, for staff who may see it. That it was opened is written down first.
    pub async fn of_staff(context: &Context, code: &str, what: &str) -> Result<Self, Problem> {
        let sql = format!(
            "INSERT INTO complaint_opening (code, what, at, by) SELECT c.code, ?4, ?5, ?3 FROM complaint c WHERE c.code = ?1 AND {MAY_SEE} RETURNING id"
        );
        let mut parameters = seen_by(context, code)?.to_vec();
        parameters.extend([what.into(), context.at().into()]);
        if context.store.run(&sql, parameters).await? == 0 {
            return Err(Problem::not_found());
        }
        Self::read(context, "c.code = ?1", vec![code.into()]).await
    }

    async fn read(
        context: &Context,
        condition: &str,
        parameters: Vec<store::Value>,
    ) -> Result<Self, Problem> {
        let sql = format!(
            "SELECT {OPEN} AS open, c.form, c.sealed_key, c.data_key_id, c.sealed, c.sealed_contact FROM complaint c WHERE {condition}"
        );
        let row: Option<Row> = context.store.first(&sql, parameters).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let open: Open = serde_json::from_str(&row.open).map_err(Problem::internal)?;
        let key = match (&row.sealed_key, &row.data_key_id) {
            (Some(sealed), Some(id)) => {
                let keys = DataKeys::read().await?;
                Some(CaseKey::open(&keys, &open.code, row.form, sealed, id)?)
            }
            _ => None,
        };
        let sql = "SELECT seq, form, move, status, ground, town, sealed, at, coalesce((SELECT h.name FROM complaint_handler h WHERE h.account = by), by) AS actor
            FROM complaint_step WHERE complaint_id = ?1 ORDER BY seq";
        let steps: Vec<StepRow> = context.store.all(sql, [open.id.into()]).await?;
        let sql = "SELECT from_office, sealed, mark, at, coalesce((SELECT h.name FROM complaint_handler h WHERE h.account = by), by) AS actor
            FROM complaint_message WHERE complaint_id = ?1 ORDER BY id";
        let messages: Vec<MessageRow> = context.store.all(sql, [open.id.into()]).await?;
        let Some(key) = key else {
            let steps = steps.into_iter().map(|row| row.told(None)).collect();
            return Ok(Self {
                open,
                key: None,
                told: None,
                contact: None,
                steps,
                messages: Vec::new(),
            });
        };
        Ok(Self {
            told: row
                .sealed
                .map(|sealed| key.read(Place::Told, row.form, &sealed))
                .transpose()?,
            contact: row
                .sealed_contact
                .map(|sealed| key.read(Place::Contact, row.form, &sealed))
                .transpose()?,
            steps: steps
                .into_iter()
                .map(|step| step.opened(&key, row.form))
                .collect::<Result<_, Problem>>()?,
            messages: messages
                .into_iter()
                .map(|message| message.opened(&key, row.form))
                .collect::<Result<_, Problem>>()?,
            key: Some(key),
            open,
        })
    }

    /// The case's key; a case whose person has been erased takes nothing more.
    pub fn key(&self) -> Result<&CaseKey, Problem> {
        self.key.as_ref().ok_or_else(|| {
            Problem::new(Code::Erased, "这件事办结已久，个人信息已经抹去，不能再修改")
        })
    }

    /// What the citizen reads: who in the office did it does not matter, and nothing of other cases is told.
    pub fn for_citizen(&self) -> ForCitizen {
        let reward = self.open.reward.as_ref().map(|reward| Paid {
            amount_yuan: reward.amount.to_string(),
            paid_on: reward.paid_on,
        });
        self.said(StepSaid::of, reward)
    }

    /// Everything, for a handler.
    pub fn for_staff(&self) -> ForStaff {
        let open = &self.open;
        let files = self.told.iter().flat_map(|told| &told.files);
        let step = |step: &Step| StepBy {
            said: StepSaid::of(step),
            by: step.by.clone(),
        };
        ForStaff {
            case: self.said(step, open.reward.clone()),
            uscc: open.uscc.clone(),
            happened_on: open.happened_on,
            insider: open.insider,
            text: self.told.as_ref().map(|told| told.text.clone()),
            place: self.told.as_ref().and_then(|told| told.place.clone()),
            wants: self.told.as_ref().and_then(|told| told.wants.clone()),
            contact: self.contact.clone().map(|contact| ContactSaid {
                name: contact.name,
                phone: contact.phone,
                address: contact.address,
            }),
            files: files
                .map(|file| FileSaid {
                    id: file.id.clone(),
                    name: file.name.clone(),
                    bytes: file.bytes,
                })
                .collect(),
            merged_into: open.merged_into.clone(),
            version: open.version,
        }
    }

    fn said<S, R>(&self, step: impl Fn(&Step) -> S, reward: Option<R>) -> Said<S, R> {
        let open = &self.open;
        let message = |message: &Message| MessageSaid {
            from: match message.from_office {
                true => From::Office,
                false => From::Citizen,
            },
            text: message.text.clone(),
            at: message.at,
        };
        Said {
            code: open.code.clone(),
            kind: open.kind,
            category: open.category,
            status: open.status,
            received_at: open.received_at,
            enterprise: open.enterprise.clone(),
            town: open.town.clone(),
            anonymous: open.anonymous,
            twin: open.twin.clone(),
            steps: self.steps.iter().map(step).collect(),
            deadlines: open.deadlines.clone(),
            messages: self.messages.iter().map(message).collect(),
            can_reopen: self.can_reopen(),
            satisfaction: open.satisfaction,
            closed_on: open.closed_on,
            reward,
        }
    }

    /// The file of that id.
    pub fn file(&self, id: &str) -> Result<&File, Problem> {
        let files = self.told.iter().flat_map(|told| &told.files);
        files
            .into_iter()
            .find(|file| file.id == id)
            .ok_or_else(Problem::not_found)
    }

    /// «This was not put right», once.
    pub fn can_reopen(&self) -> bool {
        self.open.status == ComplaintStatus::Closed && !self.open.reopened && self.key.is_some()
    }
}

/// A case that is bound holds nothing that is not: whoever puts an old seal back is not believed.
fn not_before(case: Form, row: Form) -> Result<Form, Problem> {
    match (case, row) {
        (Form::Bound, Form::Unbound) => Err(Problem::internal(
            "a case that is bound holds what is not bound",
        )),
        _ => Ok(row),
    }
}

impl MessageRow {
    fn opened(self, key: &CaseKey, case: Form) -> Result<Message, Problem> {
        let form = match &self.mark {
            Some(_) => Form::Bound,
            None => Form::Unbound,
        };
        let place = Place::Message {
            from_office: self.from_office == 1,
            at: &self.at,
            mark: self.mark.as_deref().unwrap_or(""),
        };
        let note: Note = key.read(place, not_before(case, form)?, &self.sealed)?;
        Ok(Message {
            from_office: self.from_office == 1,
            text: note.note,
            at: DateTime::parse_from_rfc3339(&self.at).map_err(Problem::internal)?,
            by: self.actor,
        })
    }
}

impl StepRow {
    fn opened(self, key: &CaseKey, case: Form) -> Result<Step, Problem> {
        let note: Option<Note> = match &self.sealed {
            Some(sealed) => {
                let place = Place::Step { seq: self.seq };
                Some(key.read(place, not_before(case, self.form)?, sealed)?)
            }
            None => None,
        };
        Ok(self.told(note))
    }

    fn told(self, note: Option<Note>) -> Step {
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
