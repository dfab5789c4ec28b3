//! What a handler orders for a case, as the API and the forms of the page send it.

use schemars::JsonSchema;
use serde::Deserialize;
use web::Problem;
use web::problem::FieldError;

/// The most characters that a note or a reply may have.
pub const LONGEST_NOTE: usize = 3_000;

/// What a step takes beside its name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ComplaintOrder")]
pub struct CaseOrder {
    /// 会告诉对方
    pub note: Option<String>,
    /// refuse：不予受理的理由
    pub ground: Option<String>,
    /// assign：哪个镇街的监管所办理
    pub town: Option<String>,
    /// transfer：移送给哪个部门
    pub to: Option<String>,
    /// mediate：agreed、withdrawn 或 not_agreed；不写是开始调解
    pub outcome: Option<String>,
    /// decide：是否立案
    pub filed: Option<bool>,
    /// merge：另一件的编号
    pub into: Option<String>,
    /// reward：奖励等级
    pub level: Option<String>,
    /// reward：罚没款，元
    #[serde(deserialize_with = "number_or_text")]
    #[schemars(with = "Option<NumberOrText>")]
    pub fined_yuan: Option<String>,
    /// reward：发放日期
    pub paid_on: Option<String>,
    /// reward：读取时奖励的 version
    pub reward_version: Option<i64>,
    /// reply：答复
    pub text: Option<String>,
    /// 读取时这件事的 version
    pub version: Option<i64>,
}

impl CaseOrder {
    /// The note without the spaces around it, if there is one.
    ///
    /// # Errors
    ///
    /// A note of more than [`LONGEST_NOTE`] characters.
    pub fn note(&self) -> Result<Option<&str>, Problem> {
        match trimmed(self.note.as_ref()) {
            note if note.chars().count() > LONGEST_NOTE => {
                Err(refuse_field("note", "", "最多 3000 个字"))
            }
            "" => Ok(None),
            note => Ok(Some(note)),
        }
    }

    /// The note, of a step that must have one; without it the order is refused with this reason.
    pub fn needs_note(&self, reason: &str) -> Result<&str, Problem> {
        self.note()?.ok_or_else(|| refuse_field("note", "", reason))
    }
}

/// The text of a field without the spaces around it; nothing where it is missing.
pub fn trimmed(field: Option<&String>) -> &str {
    field.map_or("", |text| text.trim())
}

pub fn refuse_field(field: &str, value: &str, reason: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(field, value, reason)])
}

#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "described, never made")]
enum NumberOrText {
    Number(f64),
    Text(String),
}

/// A client sends a number, a form what was typed.
fn number_or_text<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

/// The path of a step, for the API description.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct StepPath {
    /// 做哪一步
    verb: StepVerb,
}

/// What can be done with a case, as it stands in the path.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(dead_code, reason = "described, never made")]
enum StepVerb {
    Accept,
    Refuse,
    Assign,
    Transfer,
    Mediate,
    Verify,
    Extend,
    Pause,
    Resume,
    Decide,
    Inform,
    Close,
    Merge,
    HandOver,
    Reply,
    Reward,
}
