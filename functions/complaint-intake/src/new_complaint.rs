//! What somebody types to complain or report, and whether it can be filed.

use crate::uploads::File;
use chrono::NaiveDate;
use domain::complaint::{Category, ComplaintKind};
use domain::words::Word as _;
use domain::{EnterpriseNo, Telephone, office_date, text};
use registers::{enterprises, places};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use web::problem::FieldError;
use web::{Context, Problem};

/// The most characters that the text of a complaint may have, and what is wanted.
const LONGEST_TEXT: usize = 5_000;
/// The fewest characters that say what happened.
const SHORTEST_TEXT: usize = 5;
/// The most characters of a name or an address.
const LONGEST_LINE: usize = 200;
/// The most characters by which a place may be described.
const LONGEST_PLACE: usize = 400;

/// A complaint or report as it was typed. A client may say null where nothing is meant.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(!default)]
pub struct NewComplaint {
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(with = "ComplaintKind")]
    pub kind: String,
    #[serde(deserialize_with = "null_as_default")]
    /// 统一社会信用代码；不知道是哪家就写 place
    #[schemars(with = "Option<String>")]
    pub uscc: String,
    #[serde(deserialize_with = "null_as_default")]
    /// 主体编号；一个代码下有几个场所时，写是哪一个
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schemars(with = "Option<String>")]
    pub enterprise_no: String,
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(with = "Option<String>")]
    pub place: String,
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(with = "Option<String>")]
    pub town: String,
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(with = "web::api::Day")]
    pub happened_on: String,
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(with = "Category")]
    pub category: String,
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(length(min = 1))]
    pub text: String,
    #[serde(deserialize_with = "null_as_default")]
    /// 投诉要写诉求
    #[schemars(with = "Option<String>")]
    pub wants: String,
    /// 投诉要留；举报可以匿名
    pub contact: Option<Contact>,
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(with = "Option<bool>")]
    pub anonymous: bool,
    #[serde(deserialize_with = "null_as_default")]
    /// 企业内部人员
    #[schemars(with = "Option<bool>")]
    pub insider: bool,
}

fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Who complains or reports, and how to reach them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    pub name: String,
    pub phone: String,
    pub address: String,
}

impl Contact {
    /// The contact as the case keeps it: the telephone so that it can be dialled.
    pub fn tidied(self) -> Self {
        let phone = self.phone.parse::<Telephone>();
        Self {
            name: text::tidy(&self.name),
            phone: phone.map_or_else(|_| text::tidy(&self.phone), |phone| phone.to_string()),
            address: text::tidy(&self.address),
        }
    }
}

/// What somebody wrote and showed. It is sealed apart from who they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Statement {
    pub text: String,
    pub place: Option<String>,
    pub wants: Option<String>,
    #[serde(default)]
    pub files: Vec<File>,
}

/// A complaint or report that can be filed.
#[derive(Debug, Clone)]
pub struct Filing {
    pub kind: ComplaintKind,
    pub category: Category,
    pub uscc: Option<String>,
    /// The id of the town whose station handles it; none: the office handles it.
    pub town: Option<String>,
    pub happened_on: NaiveDate,
    pub statement: Statement,
    /// An anonymous report has none.
    pub contact: Option<Contact>,
    pub insider: bool,
}

fn refuse_too_long(field: &str, text: &str, most: usize, errors: &mut Vec<FieldError>) {
    let length = text.chars().count();
    if length > most {
        let reason = format!("最多 {most} 个字，现在是 {length} 个字");
        errors.push(FieldError::secret(field, reason));
    }
}

/// Takes a contact with at least a name and a telephone, and of a complaint also an address (20号令 第9条, 121号令 第10条).
pub fn check_contact(contact: &Contact, kind: ComplaintKind, errors: &mut Vec<FieldError>) {
    let Contact {
        name,
        phone,
        address,
    } = contact;
    if text::is_blank(name) {
        errors.push(FieldError::secret("name", "请填写您的姓名"));
    }
    if text::is_blank(phone) {
        errors.push(FieldError::secret("phone", "请填写能联系到您的电话"));
    } else if let Err(error) = phone.parse::<Telephone>() {
        errors.push(FieldError::secret("phone", error.to_string()));
    }
    if kind == ComplaintKind::Complaint && text::is_blank(address) {
        errors.push(FieldError::secret(
            "address",
            "投诉要填写通讯地址，写到街道和门牌就可以",
        ));
    }
    refuse_too_long("name", name, LONGEST_LINE, errors);
    refuse_too_long("address", address, LONGEST_LINE, errors);
}

/// What was typed as something that can be filed, or why each wrong field cannot be taken.
pub type CheckedComplaint = Result<Filing, Vec<FieldError>>;

/// Takes what was typed, or says of each field why not. No error repeats what people wrote.
///
/// # Errors
///
/// A store that does not answer: it says nothing about what was typed.
pub async fn check_complaint(
    context: &Context,
    typed: &NewComplaint,
    files: &[File],
) -> Result<CheckedComplaint, Problem> {
    let mut errors = Vec::new();
    let kind = read_kind(typed, &mut errors);
    let category = read_category(typed, &mut errors);
    check_text(typed, &mut errors);
    let happened_on = read_day(context, typed, &mut errors);
    let (uscc, town) = read_place(context, typed, &mut errors).await?;
    refuse_too_long("wants", &typed.wants, LONGEST_TEXT, &mut errors);
    let contact = typed.contact.clone().filter(|_| !typed.anonymous);
    if let Some(kind) = kind {
        if kind == ComplaintKind::Complaint {
            check_demands_of_a_complaint(typed, &mut errors);
        }
        match &contact {
            Some(contact) => check_contact(contact, kind, &mut errors),
            None if !typed.anonymous => check_contact(&Contact::default(), kind, &mut errors),
            None => {}
        }
    }
    Ok(match (kind, category, happened_on) {
        (Some(kind), Some(category), Some(happened_on)) if errors.is_empty() => Ok(Filing {
            kind,
            category,
            uscc,
            town,
            happened_on,
            statement: Statement {
                text: typed.text.trim().to_owned(),
                place: unless_blank(&typed.place),
                wants: unless_blank(&typed.wants),
                files: files.to_vec(),
            },
            contact: contact.map(Contact::tidied),
            insider: typed.insider,
        }),
        _ => Err(errors),
    })
}

fn unless_blank(typed: &str) -> Option<String> {
    Some(typed.trim().to_owned()).filter(|typed| !text::is_blank(typed))
}

fn read_kind(typed: &NewComplaint, errors: &mut Vec<FieldError>) -> Option<ComplaintKind> {
    let kind = ComplaintKind::read(&typed.kind);
    if kind.is_none() {
        errors.push(FieldError::new(
            "kind",
            &*typed.kind,
            "请选择您想要的结果：投诉（complaint）还是举报（report）",
        ));
    }
    kind
}

fn read_category(typed: &NewComplaint, errors: &mut Vec<FieldError>) -> Option<Category> {
    let category = Category::read(&typed.category);
    if category.is_none() {
        errors.push(FieldError::new(
            "category",
            &*typed.category,
            "请选择是哪一类问题",
        ));
    }
    category
}

fn check_text(typed: &NewComplaint, errors: &mut Vec<FieldError>) {
    match typed.text.trim().chars().count() {
        _ if text::is_blank(&typed.text) => {
            errors.push(FieldError::secret("text", "请写下发生了什么"));
        }
        0..SHORTEST_TEXT => {
            errors.push(FieldError::secret("text", "请多写几个字，说清楚发生了什么"));
        }
        _ => refuse_too_long("text", &typed.text, LONGEST_TEXT, errors),
    }
}

fn read_day(
    context: &Context,
    typed: &NewComplaint,
    errors: &mut Vec<FieldError>,
) -> Option<NaiveDate> {
    let day = &*typed.happened_on;
    office_date::parse_come(day, context.today())
        .map_err(|error| {
            let reason = match text::is_blank(day) {
                true => "请填写是哪一天发生的，记不清就填大概的日子".to_owned(),
                false => error.to_string(),
            };
            errors.push(FieldError::new("happened_on", day, reason));
        })
        .ok()
}

/// A complaint asks the office to mediate: the law wants to know for whom, and what they want.
fn check_demands_of_a_complaint(typed: &NewComplaint, errors: &mut Vec<FieldError>) {
    if typed.anonymous {
        errors.push(FieldError::secret(
            "anonymous",
            "投诉是请我们帮您和商家解决问题，法律要求写明投诉人（总局令20号 第9条）。不想留姓名，可以改为匿名举报",
        ));
    }
    if text::is_blank(&typed.wants) {
        errors.push(FieldError::secret(
            "wants",
            "请写下您希望商家怎么做，例如退款、赔偿、更换",
        ));
    }
    if typed.insider {
        errors.push(FieldError::secret("insider", "内部举报应当选择“举报”"));
    }
}

/// The business and the town that it is in, or the town that was named.
async fn read_place(
    context: &Context,
    typed: &NewComplaint,
    errors: &mut Vec<FieldError>,
) -> Result<(Option<String>, Option<String>), Problem> {
    refuse_too_long("place", &typed.place, LONGEST_PLACE, errors);
    if !text::is_blank(&typed.enterprise_no) {
        return read_enterprise(context, &typed.enterprise_no, true, errors).await;
    }
    if !text::is_blank(&typed.uscc) {
        return read_enterprise(context, &typed.uscc, false, errors).await;
    }
    if text::is_blank(&typed.place) {
        errors.push(FieldError::secret("place", "请选择一家企业，或者写下地点"));
    }
    let town = typed.town.trim();
    if town.is_empty() {
        return Ok((None, None));
    }
    let id = places::find_town(&context.store, town).await?;
    if id.is_none() {
        errors.push(FieldError::new("town", town, "没有这个镇街"));
    }
    Ok((None, id))
}

/// The business that is named: by its number, or by a code that may be that of several sites.
async fn read_enterprise(
    context: &Context,
    typed: &str,
    is_number: bool,
    errors: &mut Vec<FieldError>,
) -> Result<(Option<String>, Option<String>), Problem> {
    #[derive(Deserialize)]
    struct EnterpriseTown {
        town: Option<String>,
    }
    let number: EnterpriseNo = match typed.parse() {
        Ok(number) => number,
        Err(error) => {
            let error: domain::enterprise_no::EnterpriseNoError = error;
            errors.push(FieldError::new("uscc", typed, error.to_string()));
            return Ok((None, None));
        }
    };
    let uscc = match is_number {
        true => enterprises::find_number(&context.store, number.as_str()).await?,
        false => enterprises::number_of(context, &number).await?,
    };
    let sql = "SELECT town FROM enterprise_ledger WHERE uscc = ?1";
    let enterprise: Option<EnterpriseTown> =
        context.store.first(sql, [uscc.as_str().into()]).await?;
    let Some(enterprise) = enterprise else {
        errors.push(FieldError::new(
            "uscc",
            typed,
            "台账里没有这家企业，请写下它在哪里（place）",
        ));
        return Ok((None, None));
    };
    Ok((Some(uscc), enterprise.town))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_needs_what_the_law_asks_of_each_kind() {
        let fields = |contact: &Contact, kind| {
            let mut errors = Vec::new();
            check_contact(contact, kind, &mut errors);
            errors
                .into_iter()
                .map(|error| error.field)
                .collect::<Vec<_>>()
        };
        let contact = Contact {
            name: "李四".into(),
            phone: "0572-1234567".into(),
            address: String::new(),
        };
        assert_eq!(fields(&contact, ComplaintKind::Complaint), ["address"]);
        assert!(fields(&contact, ComplaintKind::Report).is_empty());
        let wrong = Contact {
            phone: "12345".into(),
            ..contact
        };
        assert_eq!(fields(&wrong, ComplaintKind::Report), ["phone"]);
    }
}
