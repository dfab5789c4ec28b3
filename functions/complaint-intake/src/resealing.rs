//! Cases that are sealed in the first form, or under the previous `data_key`, are sealed anew: slice by slice, in statements that find
//! nothing to do where it has been done. A run that is killed loses a slice at most, and the next run goes on from there.

use crate::passphrase::Passphrase;
use crate::sealing::{CaseKey, DataKeys, Form, Place, draw_mark};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::Value;
use web::{Context, Problem, store_keys};

/// The cases of one slice.
const SLICE: i64 = 100;
/// The most steps or messages that one statement seals anew.
const ROWS: i64 = 500;
/// How long a run begins new slices; the next run goes on.
const LONGEST: Duration = Duration::from_secs(240);

/// What a run did.
pub struct ResealingCounts {
    /// Cases that this run has sealed anew.
    pub resealed: usize,
    /// Cases that are still as they were: the next run takes them, or no key that is set opens them.
    pub left: i64,
}

/// A case that is sealed in the first form, or whose key is not sealed under the data key of the id `?1`.
const OLD: &str = "(form = 1 OR (sealed_key IS NOT NULL AND data_key_id <> ?1))";

pub async fn reseal_cases(context: &Context) -> Result<ResealingCounts, Problem> {
    let keys = DataKeys::read().await?;
    let began = Instant::now();
    let mut resealed = 0;
    // One condition after the other, for each has an index and their OR has none.
    let mut conditions = vec!["form = 1"];
    if keys.previous.is_some() {
        conditions.push("sealed_key IS NOT NULL AND data_key_id <> ?1");
    }
    for condition in conditions {
        let mut after = 0;
        while began.elapsed() < LONGEST {
            let rows = cases_to_reseal(context, condition, &keys.current.id, after).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            resealed += reseal_slice(context, &keys, rows).await?;
        }
    }
    let sql = match keys.previous {
        Some(_) => format!("SELECT json_array(count(*)) FROM complaint WHERE {OLD}"),
        None => {
            "SELECT json_array(count(*)) FROM complaint WHERE form = 1 AND ?1 IS NOT NULL".into()
        }
    };
    let [left]: [i64; 1] = context
        .store
        .json(&sql, [keys.current.id.as_str().into()])
        .await?;
    if left == 0 && keys.previous.is_some() {
        store_keys::forget_previous(&context.store, "data_key").await?;
    }
    Ok(ResealingCounts { resealed, left })
}

/// A case as it is sealed. A new `data_key` seals the key of the case anew and leaves what that key seals as it is; the statement and the
/// messages are read here only of cases that were sealed before columns were bound to their case.
#[derive(Deserialize)]
struct SealedCase {
    id: i64,
    code: String,
    form: Form,
    passphrase_hash: String,
    sealed_key: Option<Vec<u8>>,
    data_key_id: Option<String>,
    sealed: Option<Vec<u8>>,
    sealed_contact: Option<Vec<u8>>,
}

async fn cases_to_reseal(
    context: &Context,
    condition: &str,
    current: &str,
    after: i64,
) -> Result<Vec<SealedCase>, Problem> {
    let sql = format!(
        "SELECT id, code, form, passphrase_hash, sealed_key, data_key_id, iif(form = 1, sealed, NULL) AS sealed,
             iif(form = 1, sealed_contact, NULL) AS sealed_contact
         FROM complaint WHERE {condition} AND id > ?2 AND ?1 IS NOT NULL ORDER BY id LIMIT ?3"
    );
    let parameters = [current.into(), after.into(), SLICE.into()];
    Ok(context.store.all(&sql, parameters).await?)
}

/// Seals one case anew, where it is still in the first form.
pub async fn reseal_case(context: &Context, id: i64) -> Result<(), Problem> {
    let keys = DataKeys::read().await?;
    let rows = cases_to_reseal(context, "form = 1", &keys.current.id, id - 1).await?;
    let own = rows.into_iter().filter(|row| row.id == id).collect();
    reseal_slice(context, &keys, own).await?;
    Ok(())
}

/// Cases with their keys; a case whose person has been erased has none.
type OpenedCases = [(SealedCase, Option<CaseKey>)];

/// Seals the steps and messages of the cases first, and then the cases themselves: in a case of the first form each step and message
/// may be of either form. A case that no key opens is left out, which the log says, so that the others need not wait for it.
async fn reseal_slice(
    context: &Context,
    keys: &DataKeys,
    rows: Vec<SealedCase>,
) -> Result<usize, Problem> {
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        if let Ok(key) = row.open_key(keys) {
            opened.push((row, key));
        }
    }
    if opened.is_empty() {
        return Ok(0);
    }
    let unbound: BTreeMap<i64, &CaseKey> = opened
        .iter()
        .filter(|(row, _)| row.form == Form::Unbound)
        .filter_map(|(row, key)| Some((row.id, key.as_ref()?)))
        .collect();
    reseal_steps(context, &unbound).await?;
    reseal_messages(context, &unbound).await?;
    reseal_rows(context, keys, &opened).await
}

impl SealedCase {
    fn open_key(&self, keys: &DataKeys) -> Result<Option<CaseKey>, Problem> {
        match (&self.sealed_key, &self.data_key_id) {
            (Some(sealed), Some(id)) => {
                CaseKey::open(keys, &self.code, self.form, sealed, id).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn ids(cases: &BTreeMap<i64, &CaseKey>) -> Value {
    json!(cases.keys().collect::<Vec<_>>()).to_string().into()
}

/// The placeholders of so many rows of so many values each, for `UPDATE … FROM`.
fn values(width: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    vec![row; rows].join(", ")
}

async fn reseal_steps(context: &Context, cases: &BTreeMap<i64, &CaseKey>) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct UnboundStep {
        id: i64,
        complaint_id: i64,
        seq: i64,
        sealed: Vec<u8>,
    }
    let sql = "SELECT id, complaint_id, seq, sealed FROM complaint_step
        WHERE complaint_id IN (SELECT value FROM json_each(?1)) AND form = 1 AND sealed IS NOT NULL LIMIT ?2";
    loop {
        let steps: Vec<UnboundStep> = context.store.all(sql, [ids(cases), ROWS.into()]).await?;
        let mut sealed: Vec<Value> = Vec::new();
        for step in &steps {
            let place = Place::Step { seq: step.seq };
            let key = cases.get(&step.complaint_id);
            if let Some(Ok(bound)) = key.map(|key| key.bind(place, &step.sealed)) {
                sealed.extend([step.id.into(), bound.into()]);
            }
        }
        let update = format!(
            "UPDATE complaint_step SET sealed = v.column2, form = 2 FROM (VALUES {}) v WHERE id = v.column1 AND form = 1 RETURNING id",
            values(2, sealed.len() / 2)
        );
        if sealed.is_empty() || context.store.run(&update, sealed).await? == 0 {
            return Ok(());
        }
    }
}

async fn reseal_messages(
    context: &Context,
    cases: &BTreeMap<i64, &CaseKey>,
) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct UnboundMessage {
        id: i64,
        complaint_id: i64,
        from_office: i64,
        at: String,
        sealed: Vec<u8>,
    }
    let sql = "SELECT id, complaint_id, from_office, at, sealed FROM complaint_message
        WHERE complaint_id IN (SELECT value FROM json_each(?1)) AND mark IS NULL AND length(sealed) > 0 LIMIT ?2";
    loop {
        let messages: Vec<UnboundMessage> =
            context.store.all(sql, [ids(cases), ROWS.into()]).await?;
        let mut sealed: Vec<Value> = Vec::new();
        for message in &messages {
            let mark = draw_mark()?;
            let place = Place::Message {
                from_office: message.from_office == 1,
                at: &message.at,
                mark: &mark,
            };
            let key = cases.get(&message.complaint_id);
            if let Some(Ok(bound)) = key.map(|key| key.bind(place, &message.sealed)) {
                sealed.extend([message.id.into(), bound.into(), mark.into()]);
            }
        }
        let update = format!(
            "UPDATE complaint_message SET sealed = v.column2, mark = v.column3 FROM (VALUES {}) v
             WHERE id = v.column1 AND mark IS NULL AND length(sealed) > 0 RETURNING id",
            values(3, sealed.len() / 3)
        );
        if sealed.is_empty() || context.store.run(&update, sealed).await? == 0 {
            return Ok(());
        }
    }
}

/// Seals the rows of the cases anew. One that was changed meanwhile (somebody gave a name, a person was erased) is left for the next
/// run.
async fn reseal_rows(
    context: &Context,
    keys: &DataKeys,
    opened: &OpenedCases,
) -> Result<usize, Problem> {
    let mut sealed: Vec<Value> = Vec::new();
    for (row, key) in opened {
        let hash = match row.form {
            Form::Unbound => Passphrase::bind(&row.code, &row.passphrase_hash).await?,
            Form::Bound => row.passphrase_hash.clone(),
        };
        let bound = |place, unbound: &Option<Vec<u8>>| match (key, unbound) {
            (Some(key), Some(unbound)) => key.bind(place, unbound).map(Some),
            _ => Ok(None),
        };
        let (Ok(statement), Ok(contact)) = (
            bound(Place::Statement, &row.sealed),
            bound(Place::Contact, &row.sealed_contact),
        ) else {
            continue;
        };
        sealed.extend([
            row.id.into(),
            hash.into(),
            key.as_ref()
                .map(|key| key.sealed(&keys.current))
                .transpose()?
                .into(),
            key.as_ref().map(|_| keys.current.id.clone()).into(),
            statement.into(),
            contact.into(),
            row.sealed_key.clone().into(),
            row.sealed_contact.clone().into(),
        ]);
    }
    if sealed.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "UPDATE complaint SET passphrase_hash = v.column2, sealed_key = v.column3, data_key_id = v.column4,
             sealed = iif(form = 1, v.column5, sealed), sealed_contact = iif(form = 1, v.column6, sealed_contact), form = 2
         FROM (VALUES {}) v
         WHERE id = v.column1 AND sealed_key IS v.column7 AND (form = 2 OR sealed_key IS NULL OR (sealed_contact IS v.column8
             AND NOT EXISTS (SELECT 1 FROM complaint_step s WHERE s.complaint_id = complaint.id AND s.form = 1 AND s.sealed IS NOT NULL)
             AND NOT EXISTS (SELECT 1 FROM complaint_message m WHERE m.complaint_id = complaint.id AND m.mark IS NULL AND length(m.sealed) > 0)))
         RETURNING id",
        values(8, sealed.len() / 8)
    );
    Ok(context.store.run(&sql, sealed).await?)
}
