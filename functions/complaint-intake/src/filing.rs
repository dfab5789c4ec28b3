//! What somebody files, checked, and the one statement that files it.

use crate::calendar;
use crate::passphrase::Passphrase;
use crate::sealing::{CaseKey, DataKeys, Place};
use crate::uploads::File;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::complaint::{Category, ComplaintKind};
use domain::complaint_terms::Step;
use domain::words::Word as _;
use domain::{Telephone, Uscc, office_date, text};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use store::Value;
use web::problem::FieldError;
use web::{Code, Context, Problem, seal};

/// Of what somebody writes.
const TEXT: usize = 5_000;
const LINE: usize = 200;

/// As it was typed. A client may say null where nothing is meant.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "NewComplaint", !default)]
pub struct Asked {
    #[serde(deserialize_with = "or_nothing")]
    #[schemars(with = "ComplaintKind")]
    pub kind: String,
    #[serde(deserialize_with = "or_nothing")]
    /// 统一社会信用代码；不知道是哪家就写 place
    #[schemars(with = "Option<String>")]
    pub uscc: String,
    #[serde(deserialize_with = "or_nothing")]
    #[schemars(with = "Option<String>")]
    pub place: String,
    #[serde(deserialize_with = "or_nothing")]
    #[schemars(with = "Option<String>")]
    pub town: String,
    #[serde(deserialize_with = "or_nothing")]
    #[schemars(with = "web::api::Day")]
    pub happened_on: String,
    #[serde(deserialize_with = "or_nothing")]
    #[schemars(with = "Category")]
    pub category: String,
    #[serde(deserialize_with = "or_nothing")]
    #[schemars(length(min = 1))]
    pub text: String,
    #[serde(deserialize_with = "or_nothing")]
    /// 投诉要写诉求
    #[schemars(with = "Option<String>")]
    pub wants: String,
    /// 投诉要留；举报可以匿名
    pub contact: Option<Contact>,
    #[serde(deserialize_with = "or_nothing")]
    #[schemars(with = "Option<bool>")]
    pub anonymous: bool,
    #[serde(deserialize_with = "or_nothing")]
    /// 企业内部人员
    #[schemars(with = "Option<bool>")]
    pub insider: bool,
}

fn or_nothing<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    given: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(given)?.unwrap_or_default())
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    pub name: String,
    pub phone: String,
    pub address: String,
}

impl Contact {
    /// As it is kept: the telephone so that it can be dialled.
    pub fn tidied(self) -> Self {
        let phone = self.phone.parse::<Telephone>();
        Self {
            name: text::tidy(&self.name),
            phone: phone.map_or_else(|_| text::tidy(&self.phone), |phone| phone.to_string()),
            address: text::tidy(&self.address),
        }
    }
}

/// What is sealed of a case beside who it is from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Told {
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
    pub uscc: Option<Uscc>,
    /// Whose station handles it; none: the office.
    pub town: Option<String>,
    pub happened_on: NaiveDate,
    pub told: Told,
    /// None of an anonymous report.
    pub contact: Option<Contact>,
    pub insider: bool,
}

/// Where a filing comes in.
#[derive(Debug, Clone, Copy)]
pub enum Channel {
    Page,
    Api,
    Open311,
}

impl Channel {
    fn code(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Open311 => "open311",
        }
    }
}

fn too_long(field: &str, text: &str, most: usize, errors: &mut Vec<FieldError>) {
    let length = text.chars().count();
    if length > most {
        let reason = format!("最多 {most} 个字，现在是 {length} 个字");
        errors.push(FieldError::secret(field, reason));
    }
}

/// Who can be reached: at least a name and a telephone; of a complaint also an address (20号令 第9条).
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
    too_long("name", name, LINE, errors);
    too_long("address", address, LINE, errors);
}

/// What was typed as something that can be filed, or why each wrong field cannot be taken.
pub type Checked = Result<Filing, Vec<FieldError>>;

/// Takes what was typed, or says of each field why not. What people wrote is never said again in an error.
///
/// # Errors
///
/// A store that does not answer: it says nothing about what was typed.
pub async fn check(context: &Context, asked: &Asked, files: &[File]) -> Result<Checked, Problem> {
    let mut errors = Vec::new();
    let kind = ComplaintKind::read(&asked.kind);
    if kind.is_none() {
        errors.push(FieldError::new(
            "kind",
            &*asked.kind,
            "请选择您想要的结果：投诉（complaint）还是举报（report）",
        ));
    }
    let category = Category::read(&asked.category);
    if category.is_none() {
        errors.push(FieldError::new(
            "category",
            &*asked.category,
            "请选择是哪一类问题",
        ));
    }
    match asked.text.trim().chars().count() {
        _ if text::is_blank(&asked.text) => {
            errors.push(FieldError::secret("text", "请写下发生了什么"));
        }
        0..5 => errors.push(FieldError::secret("text", "请多写几个字，说清楚发生了什么")),
        _ => too_long("text", &asked.text, TEXT, &mut errors),
    }
    let typed = &*asked.happened_on;
    let happened_on = office_date::parse_come(typed, context.today())
        .map_err(|error| {
            let reason = match text::is_blank(typed) {
                true => "请填写是哪一天发生的，记不清就填大概的日子".to_owned(),
                false => error.to_string(),
            };
            errors.push(FieldError::new("happened_on", typed, reason));
        })
        .ok();
    let (uscc, town) = place(context, asked, &mut errors).await?;
    too_long("wants", &asked.wants, TEXT, &mut errors);
    let wants = Some(asked.wants.trim().to_owned()).filter(|wants| !text::is_blank(wants));
    let mut contact = asked.contact.clone().filter(|_| !asked.anonymous);
    if let Some(kind) = kind {
        if kind == ComplaintKind::Complaint {
            if asked.anonymous {
                errors.push(FieldError::secret(
                    "anonymous",
                    "投诉是请我们帮您和商家解决问题，法律要求写明投诉人（总局令20号 第9条）。不想留姓名，可以改为匿名举报",
                ));
            }
            if wants.is_none() {
                errors.push(FieldError::secret(
                    "wants",
                    "请写下您希望商家怎么做，例如退款、赔偿、更换",
                ));
            }
            if asked.insider {
                errors.push(FieldError::secret("insider", "内部举报应当选择“举报”"));
            }
        }
        match &contact {
            Some(given) => check_contact(given, kind, &mut errors),
            None if !asked.anonymous => {
                check_contact(&Contact::default(), kind, &mut errors);
            }
            None => {}
        }
    }
    contact = contact.map(Contact::tidied);
    Ok(match (kind, category, happened_on) {
        (Some(kind), Some(category), Some(happened_on)) if errors.is_empty() => Ok(Filing {
            kind,
            category,
            uscc,
            town,
            happened_on,
            told: Told {
                text: asked.text.trim().to_owned(),
                place: Some(asked.place.trim().to_owned()).filter(|place| !text::is_blank(place)),
                wants,
                files: files.to_vec(),
            },
            contact,
            insider: asked.insider,
        }),
        _ => Err(errors),
    })
}

/// The business and the town that it is in, or the town that was named.
async fn place(
    context: &Context,
    asked: &Asked,
    errors: &mut Vec<FieldError>,
) -> Result<(Option<Uscc>, Option<String>), Problem> {
    #[derive(Deserialize)]
    struct Row {
        town: Option<String>,
    }
    too_long("place", &asked.place, LINE * 2, errors);
    if !text::is_blank(&asked.uscc) {
        let uscc: Uscc = match asked.uscc.parse() {
            Ok(uscc) => uscc,
            Err(error) => {
                let error: domain::uscc::UsccError = error;
                errors.push(FieldError::new("uscc", &*asked.uscc, error.to_string()));
                return Ok((None, None));
            }
        };
        let sql = "SELECT town FROM enterprise_ledger WHERE uscc = ?1";
        let row: Option<Row> = context.store.first(sql, [uscc.as_str().into()]).await?;
        let Some(row) = row else {
            errors.push(FieldError::new(
                "uscc",
                &*asked.uscc,
                "台账里没有这家企业，请写下它在哪里（place）",
            ));
            return Ok((None, None));
        };
        return Ok((Some(uscc), row.town));
    }
    if text::is_blank(&asked.place) {
        errors.push(FieldError::secret("place", "请选择一家企业，或者写下地点"));
    }
    let town = asked.town.trim();
    if town.is_empty() {
        return Ok((None, None));
    }
    let known = registers::towns::all(&context.store).await?;
    if !known.iter().any(|known| known == town) {
        errors.push(FieldError::new("town", town, "没有这个镇街"));
    }
    Ok((None, Some(town.to_owned())))
}

/// What the law promises of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Promise {
    pub step: String,
    pub due: NaiveDate,
}

/// What was filed, as it is told once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    pub code: String,
    pub kind: ComplaintKind,
    /// 凭它和编号查看进展；只在这里出现
    pub passphrase: String,
    #[schemars(with = "DateTime<FixedOffset>")]
    pub received_at: String,
    pub deadlines: Vec<Promise>,
}

/// A hash of bytes for comparing requests.
pub fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(bytes))
}

/// A request that may come twice: its key, a secret of its sender, and a digest of what it holds.
pub struct Request<'r> {
    pub key: &'r str,
    pub body: String,
}

impl Request<'_> {
    async fn hashes(&self) -> Result<(String, String, String), Problem> {
        let body = digest(self.body.as_bytes());
        Ok((
            seal::keyed_hash("filing", self.key).await?,
            seal::keyed_hash("filing body", &body).await?,
            format!("{}\n{body}", self.key),
        ))
    }
}

const RECEIPT: &str = "json_object('code', code, 'kind', kind, 'passphrase', '', 'received_at', received_at, 'deadlines',
    json((SELECT json_group_array(json_object('step', d.value ->> 0, 'due', d.value ->> 2)) FROM json_each(filed, '$.starts') d)))";

/// What the same request has filed already. Another body under the same key is refused.
pub async fn already(
    context: &Context,
    request: &Request<'_>,
) -> Result<Option<Vec<Receipt>>, Problem> {
    let (key, body, secret) = request.hashes().await?;
    let sql = format!(
        "SELECT json_object('same', json(iif(max(filing_body) IS ?2, 'true', 'false')), 'receipts', json_group_array({RECEIPT}))
         FROM (SELECT * FROM complaint WHERE filing_key IN (?1, ?1 || '/2') ORDER BY filing_key)"
    );
    #[derive(Deserialize)]
    struct Found {
        same: bool,
        receipts: Vec<Receipt>,
    }
    let found: Found = context.store.json(&sql, [key.into(), body.into()]).await?;
    if found.receipts.is_empty() {
        return Ok(None);
    }
    if !found.same {
        return Err(Problem {
            code: Code::IdempotencyKeyReused,
            ..Problem::invalid(vec![FieldError::secret(
                "idempotency-key",
                "这个 Idempotency-Key 已用于另一份内容",
            )])
        });
    }
    let passphrase = Passphrase::new(Some(&secret)).await?;
    let receipts = found.receipts.into_iter().map(|receipt| Receipt {
        passphrase: passphrase.as_str().to_owned(),
        ..receipt
    });
    Ok(Some(receipts.collect()))
}

/// Files one, or the two halves of a letter that both complains and reports (20号令 第7条), in one statement. The same request
/// files once, whatever crashes or comes at the same time.
pub async fn file(
    context: &Context,
    filings: &[Filing],
    channel: Channel,
    request: Option<&Request<'_>>,
) -> Result<Vec<Receipt>, Problem> {
    let today = context.today();
    let keys = DataKeys::read().await?;
    let (filing_key, filing_body, secret) = match request {
        Some(request) => {
            let (key, body, secret) = request.hashes().await?;
            (Some(key), Some(body), Some(secret))
        }
        None => (None, None, None),
    };
    let passphrase = Passphrase::new(secret.as_deref()).await?;
    let at = context.at();
    for _ in 0..5 {
        let known = calendar::known(context, today).await?;
        let mut codes = Vec::with_capacity(filings.len());
        for filing in filings {
            codes.push(new_code(filing.kind, today)?);
        }
        let mut values: Vec<Value> = Vec::new();
        let mut receipts = Vec::new();
        for (place, filing) in filings.iter().enumerate() {
            let step = match filing.kind {
                ComplaintKind::Complaint => Step::Accept,
                ComplaintKind::Report => Step::Decide,
            };
            let started = calendar::started(&known.calendar, step, today, 0)?;
            let due: NaiveDate =
                serde_json::from_value(started[2].clone()).map_err(Problem::internal)?;
            let case = CaseKey::new(&codes[place])?;
            let files: Vec<&str> = filing.told.files.iter().flat_map(File::stored).collect();
            let contact = filing
                .contact
                .as_ref()
                .map(|contact| case.seal(Place::Contact, contact));
            let twin = (filings.len() == 2).then(|| codes[1 - place].clone());
            values.extend([
                codes[place].clone().into(),
                Passphrase::hash(&codes[place], passphrase.as_str())
                    .await?
                    .into(),
                filing.kind.code().into(),
                filing.category.code().into(),
                filing.uscc.map(|uscc| uscc.to_string()).into(),
                filing.town.clone().into(),
                filing.happened_on.to_string().into(),
                today.to_string().into(),
                at.clone().into(),
                channel.code().into(),
                i64::from(filing.contact.is_none()).into(),
                i64::from(filing.insider).into(),
                twin.into(),
                case.sealed(&keys.current)?.into(),
                keys.current.id.clone().into(),
                case.seal(Place::Told, &filing.told)?.into(),
                contact.transpose()?.into(),
                filing_key
                    .as_ref()
                    .map(|key| {
                        if place == 0 {
                            key.clone()
                        } else {
                            format!("{key}/2")
                        }
                    })
                    .into(),
                filing_body.clone().into(),
                json!({ "starts": [started], "files": files })
                    .to_string()
                    .into(),
                2_i64.into(),
                "citizen".into(),
                at.clone().into(),
            ]);
            receipts.push(Receipt {
                code: codes[place].clone(),
                kind: filing.kind,
                passphrase: passphrase.as_str().to_owned(),
                received_at: at.clone(),
                deadlines: vec![Promise {
                    step: step.code().to_owned(),
                    due,
                }],
            });
        }
        let width = values.len() / filings.len();
        let row = format!("({})", vec!["?"; width].join(", "));
        values.push(known.version.into());
        let sql = format!(
            "INSERT INTO complaint (code, passphrase_hash, kind, category, uscc, town, happened_on, received_on, received_at, channel,
                 anonymous, insider, twin, sealed_key, data_key_id, sealed, sealed_contact, filing_key, filing_body, filed, form, changed_by, changed_at)
             SELECT * FROM (VALUES {}) WHERE {} = ? ON CONFLICT DO NOTHING RETURNING id",
            vec![row; filings.len()].join(", "),
            calendar::VERSION
        );
        if context.store.run(&sql, values).await? == filings.len() {
            return Ok(receipts);
        }
        if let Some(request) = request
            && let Some(receipts) = already(context, request).await?
        {
            return Ok(receipts);
        }
        // The number was another's, or other holidays were announced: once more.
        calendar::forget();
    }
    Err(Problem::internal("no free case number was found"))
}

/// TS (投诉) or JB (举报), the day, and six letters that are not mistaken for each other.
fn new_code(kind: ComplaintKind, today: NaiveDate) -> Result<String, Problem> {
    let mark = match kind {
        ComplaintKind::Complaint => "TS",
        ComplaintKind::Report => "JB",
    };
    let letters = seal::random_password(6)?.to_uppercase();
    Ok(format!("{mark}{}-{letters}", today.format("%y%m%d")))
}

/// A case number as people type it: also without the dash, and with 1 or L where they read an I.
pub fn tidy_code(typed: &str) -> String {
    let code: String = domain::text::code(typed).replace('-', "");
    match code.split_at_checked(8) {
        Some((head, letters)) if !letters.is_empty() => {
            format!("{head}-{}", letters.replace(['1', 'L'], "I"))
        }
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_number_is_found_however_it_is_typed() {
        for typed in [
            "TS261122-3YDIEC",
            "ts2611223ydiec",
            "ＴＳ261122－3yd1ec",
            " TS261122 - 3YDLEC ",
        ] {
            assert_eq!(tidy_code(typed), "TS261122-3YDIEC", "{typed}");
        }
        assert_eq!(tidy_code("x"), "X");
    }

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
