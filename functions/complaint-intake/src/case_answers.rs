//! A case as the API tells it: to its citizen, and to the staff who handle it.

use crate::opened_case::{Deadline, OpenedCase, Reward, Step};
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::complaint::{Category, ComplaintKind, ComplaintMove, ComplaintStatus, RefusalGround};
use domain::words::Word as _;
use schemars::JsonSchema;
use serde::Serialize;

/// What everybody who may open a case is told of it; `S` is a step and `R` a reward as that reader is told them.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub struct CaseAnswer<S, R> {
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
    messages: Vec<MessageAnswer>,
    /// 可以要求重新办理
    can_reopen: bool,
    satisfaction: Option<u8>,
    closed_on: Option<NaiveDate>,
    reward: Option<R>,
}

/// What the citizen reads.
pub type CaseForCitizen = CaseAnswer<StepAnswer, RewardForCitizen>;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintStep")]
pub struct StepAnswer {
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

impl From<&Step> for StepAnswer {
    fn from(step: &Step) -> Self {
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

/// A step with who took it, for staff.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintStepBy")]
pub struct StepWithActor {
    #[serde(flatten)]
    step: StepAnswer,
    by: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum MessageSide {
    Office,
    Citizen,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintMessage")]
struct MessageAnswer {
    from: MessageSide,
    text: String,
    at: DateTime<FixedOffset>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RewardPaid")]
pub struct RewardForCitizen {
    amount_yuan: String,
    paid_on: Option<NaiveDate>,
}

/// What the handlers of the case read: everything.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Complaint")]
pub struct CaseForStaff {
    #[serde(flatten)]
    case: CaseAnswer<StepWithActor, Reward>,
    uscc: Option<String>,
    happened_on: NaiveDate,
    insider: bool,
    /// 抹去个人信息以后为 null，place、wants、contact 也是
    text: Option<String>,
    place: Option<String>,
    wants: Option<String>,
    contact: Option<ContactAnswer>,
    files: Vec<FileAnswer>,
    merged_into: Option<String>,
    version: i64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintContact")]
struct ContactAnswer {
    name: String,
    phone: String,
    address: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintFile")]
struct FileAnswer {
    id: String,
    name: String,
    bytes: usize,
}

impl OpenedCase {
    /// What the citizen reads: neither who in the office did it, nor anything of other cases.
    pub fn for_citizen(&self) -> CaseForCitizen {
        let reward = self.facts.reward.as_ref().map(|reward| RewardForCitizen {
            amount_yuan: reward.amount.to_string(),
            paid_on: reward.paid_on,
        });
        self.answer(|step| StepAnswer::from(step), reward)
    }

    /// Everything, for a handler.
    pub fn for_staff(&self) -> CaseForStaff {
        let facts = &self.facts;
        let statement = self.statement.as_ref();
        let step = |step: &Step| StepWithActor {
            step: StepAnswer::from(step),
            by: step.by.clone(),
        };
        CaseForStaff {
            case: self.answer(step, facts.reward.clone()),
            uscc: facts.uscc.clone(),
            happened_on: facts.happened_on,
            insider: facts.insider,
            text: statement.map(|statement| statement.text.clone()),
            place: statement.and_then(|statement| statement.place.clone()),
            wants: statement.and_then(|statement| statement.wants.clone()),
            contact: self.contact.clone().map(|contact| ContactAnswer {
                name: contact.name,
                phone: contact.phone,
                address: contact.address,
            }),
            files: self
                .files()
                .iter()
                .map(|file| FileAnswer {
                    id: file.id.clone(),
                    name: file.name.clone(),
                    bytes: file.bytes,
                })
                .collect(),
            merged_into: facts.merged_into.clone(),
            version: facts.version,
        }
    }

    fn answer<S, R>(&self, step: impl Fn(&Step) -> S, reward: Option<R>) -> CaseAnswer<S, R> {
        let facts = &self.facts;
        let messages = self.messages.iter().map(|message| MessageAnswer {
            from: match message.from_office {
                true => MessageSide::Office,
                false => MessageSide::Citizen,
            },
            text: message.text.clone(),
            at: message.at,
        });
        CaseAnswer {
            code: facts.code.clone(),
            kind: facts.kind,
            category: facts.category,
            status: facts.status,
            received_at: facts.received_at,
            enterprise: facts.enterprise.clone(),
            town: facts.town.clone(),
            anonymous: facts.anonymous,
            twin: facts.twin.clone(),
            steps: self.steps.iter().map(step).collect(),
            deadlines: facts.deadlines.clone(),
            messages: messages.collect(),
            can_reopen: self.can_reopen(),
            satisfaction: facts.satisfaction,
            closed_on: facts.closed_on,
            reward,
        }
    }
}
