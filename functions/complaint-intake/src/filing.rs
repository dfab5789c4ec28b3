//! The one statement by which a complaint or report is filed, and the receipt that its sender is given once.

use crate::calendar::{self, VersionedCalendar};
use crate::case_number::draw_case_number;
use crate::new_complaint::Filing;
use crate::passphrase::Passphrase;
use crate::sealing::{CaseKey, DataKeys, Place};
use crate::uploads::File;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::complaint::ComplaintKind;
use domain::complaint_terms::Step;
use domain::words::Word as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Value;
use web::problem::FieldError;
use web::{Code, Context, Problem, seal};

/// How often a filing is tried whose number was another's, or whose calendar changed meanwhile.
const TRIES: usize = 5;

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

/// A day that the law promises.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Promise {
    pub step: String,
    pub due: NaiveDate,
}

/// What whoever filed is told, once.
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

/// A hash by which the bodies of two requests are compared.
pub fn body_digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(bytes))
}

/// A request that may come twice and files once.
pub struct RepeatableRequest<'r> {
    /// A secret of its sender that names the request.
    pub key: &'r str,
    /// What it holds, or a digest of it.
    pub body: String,
}

/// What stands in the store of a [`RepeatableRequest`], and the secret that its passphrase is made from.
struct RequestHashes {
    key: String,
    body: String,
    secret: String,
}

impl RepeatableRequest<'_> {
    async fn hashes(&self) -> Result<RequestHashes, Problem> {
        let body = body_digest(self.body.as_bytes());
        Ok(RequestHashes {
            key: seal::keyed_hash("filing", self.key).await?,
            body: seal::keyed_hash("filing body", &body).await?,
            secret: format!("{}\n{body}", self.key),
        })
    }
}

const RECEIPT: &str = "json_object('code', code, 'kind', kind, 'passphrase', '', 'received_at', received_at, 'deadlines',
    json((SELECT json_group_array(json_object('step', d.value ->> 0, 'due', d.value ->> 2)) FROM json_each(filed, '$.starts') d)))";

/// The receipts of what the same request has filed already. Another body under the same key is refused.
pub async fn earlier_receipts(
    context: &Context,
    request: &RepeatableRequest<'_>,
) -> Result<Option<Vec<Receipt>>, Problem> {
    #[derive(Deserialize)]
    struct EarlierFilings {
        same: bool,
        receipts: Vec<Receipt>,
    }
    let hashes = request.hashes().await?;
    let sql = format!(
        "SELECT json_object('same', json(iif(max(filing_body) IS ?2, 'true', 'false')), 'receipts', json_group_array({RECEIPT}))
         FROM (SELECT * FROM complaint WHERE filing_key IN (?1, ?1 || '/2') ORDER BY filing_key)"
    );
    let parameters = [hashes.key.into(), hashes.body.into()];
    let earlier: EarlierFilings = context.store.json(&sql, parameters).await?;
    if earlier.receipts.is_empty() {
        return Ok(None);
    }
    if !earlier.same {
        return Err(Problem {
            code: Code::IdempotencyKeyReused,
            ..Problem::invalid(vec![FieldError::secret(
                "idempotency-key",
                "这个 Idempotency-Key 已用于另一份内容",
            )])
        });
    }
    let passphrase = Passphrase::new(Some(&hashes.secret)).await?;
    let receipts = earlier.receipts.into_iter().map(|receipt| Receipt {
        passphrase: passphrase.as_str().to_owned(),
        ..receipt
    });
    Ok(Some(receipts.collect()))
}

/// Files one, or the two halves of a letter that both complains and reports (20号令 第7条, 121号令 第9条), in one statement. The same
/// request files once, whatever crashes or comes at the same time.
pub async fn insert_filings(
    context: &Context,
    filings: &[Filing],
    channel: Channel,
    request: Option<&RepeatableRequest<'_>>,
) -> Result<Vec<Receipt>, Problem> {
    let today = context.today();
    let request_hashes = match request {
        Some(request) => Some(request.hashes().await?),
        None => None,
    };
    let secret = request_hashes.as_ref().map(|hashes| hashes.secret.as_str());
    let whole = WholeFiling {
        passphrase: Passphrase::new(secret).await?,
        keys: DataKeys::read().await?,
        at: context.at(),
        today,
        channel,
        request: request_hashes,
    };
    for _ in 0..TRIES {
        let calendar = calendar::shared_calendar(context, today).await?;
        let (values, receipts) = whole.rows(filings, &calendar).await?;
        let sql = insert_statement(filings.len(), values.len());
        let parameters: Vec<Value> = values
            .into_iter()
            .chain([calendar.version.into()])
            .collect();
        if context.store.run(&sql, parameters).await? == filings.len() {
            return Ok(receipts);
        }
        if let Some(request) = request
            && let Some(receipts) = earlier_receipts(context, request).await?
        {
            return Ok(receipts);
        }
        // The number was another's, or other holidays were announced: once more.
        calendar::forget_calendar();
    }
    Err(Problem::internal("no free case number was found"))
}

/// Inserts as many rows as there are filings, where the calendar is still of the version that stands last among the values.
fn insert_statement(filings: usize, values: usize) -> String {
    let row = format!("({})", vec!["?"; values / filings].join(", "));
    format!(
        "INSERT INTO complaint (code, passphrase_hash, kind, category, uscc, town, happened_on, received_on, received_at, channel,
             anonymous, insider, twin, sealed_key, data_key_id, sealed, sealed_contact, filing_key, filing_body, filed, form, changed_by, changed_at)
         SELECT * FROM (VALUES {}) WHERE {} = ? ON CONFLICT DO NOTHING RETURNING id",
        vec![row; filings].join(", "),
        calendar::VERSION
    )
}

/// What the halves of a letter have in common.
struct WholeFiling {
    passphrase: Passphrase,
    keys: DataKeys,
    at: String,
    today: NaiveDate,
    channel: Channel,
    request: Option<RequestHashes>,
}

impl WholeFiling {
    /// The values of all rows, one behind the other, and the receipts for them. Each call draws other numbers.
    async fn rows(
        &self,
        filings: &[Filing],
        calendar: &VersionedCalendar,
    ) -> Result<(Vec<Value>, Vec<Receipt>), Problem> {
        let codes: Vec<String> = filings
            .iter()
            .map(|filing| draw_case_number(filing.kind, self.today))
            .collect::<Result<_, Problem>>()?;
        let mut values: Vec<Value> = Vec::new();
        let mut receipts = Vec::with_capacity(filings.len());
        for (place, filing) in filings.iter().enumerate() {
            let step = first_step(filing.kind);
            let term = calendar::started_term(&calendar.calendar, step, self.today, 0)?;
            let due: NaiveDate =
                serde_json::from_value(term[2].clone()).map_err(Problem::internal)?;
            let files: Vec<&str> = filing.statement.files.iter().flat_map(File::ids).collect();
            let first_events = json!({ "starts": [term], "files": files }).to_string();
            values.extend(self.row(filing, place, &codes, first_events).await?);
            receipts.push(Receipt {
                code: codes[place].clone(),
                kind: filing.kind,
                passphrase: self.passphrase.as_str().to_owned(),
                received_at: self.at.clone(),
                deadlines: vec![Promise {
                    step: step.code().to_owned(),
                    due,
                }],
            });
        }
        Ok((values, receipts))
    }

    /// The values of one row, in the order of [`insert_statement`].
    async fn row(
        &self,
        filing: &Filing,
        place: usize,
        codes: &[String],
        first_events: String,
    ) -> Result<[Value; 23], Problem> {
        let code = codes[place].as_str();
        let case = CaseKey::new(code)?;
        let contact = filing
            .contact
            .as_ref()
            .map(|contact| case.seal(Place::Contact, contact))
            .transpose()?;
        let twin = (codes.len() == 2).then(|| codes[1 - place].clone());
        let filing_key = self.request.as_ref().map(|hashes| match place {
            0 => hashes.key.clone(),
            _ => format!("{}/2", hashes.key),
        });
        let filing_body = self.request.as_ref().map(|hashes| hashes.body.clone());
        Ok([
            code.into(),
            Passphrase::hash(code, self.passphrase.as_str())
                .await?
                .into(),
            filing.kind.code().into(),
            filing.category.code().into(),
            filing.uscc.clone().into(),
            filing.town.clone().into(),
            filing.happened_on.to_string().into(),
            self.today.to_string().into(),
            self.at.clone().into(),
            self.channel.code().into(),
            i64::from(filing.contact.is_none()).into(),
            i64::from(filing.insider).into(),
            twin.into(),
            case.sealed(&self.keys.current)?.into(),
            self.keys.current.id.clone().into(),
            case.seal(Place::Statement, &filing.statement)?.into(),
            contact.into(),
            filing_key.into(),
            filing_body.into(),
            first_events.into(),
            2_i64.into(),
            "citizen".into(),
            self.at.clone().into(),
        ])
    }
}

/// What the office owes first.
fn first_step(kind: ComplaintKind) -> Step {
    match kind {
        ComplaintKind::Complaint => Step::Accept,
        ComplaintKind::Report => Step::Decide,
    }
}
