//! Each case has a key, which is itself sealed under `data_key`: erasing a person is erasing the case's key. Every seal is bound to
//! where it stands, so that whoever can write to the store still cannot have one case shown as another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::{Problem, seal};

/// One key of the office.
pub struct DataKey {
    key: [u8; 32],
    /// Names the key without telling it.
    pub id: String,
}

/// `data_key`, and the previous one while cases are sealed anew.
pub struct DataKeys {
    pub current: DataKey,
    pub previous: Option<DataKey>,
}

impl DataKey {
    fn read(text: &str) -> Result<Self, Problem> {
        let key: [u8; 32] = STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Problem::internal("data_key must be base64 of 32 bytes"))?;
        let id = STANDARD.encode(&seal::derive_key("data key id", text.trim())[..9]);
        Ok(Self { key, id })
    }
}

impl DataKeys {
    pub async fn read() -> Result<Self, Problem> {
        let previous = seal::variable("data_key_previous").await?;
        Ok(Self {
            current: DataKey::read(&seal::variable("data_key").await?)?,
            previous: match previous.trim() {
                "" => None,
                text => Some(DataKey::read(text)?),
            },
        })
    }
}

/// How a row is sealed, as its column `form` says.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "i64")]
pub enum Form {
    /// Bound to nothing: it opens wherever it is put under its key. Cases were sealed so in the first form, until
    /// [`crate::resealing`] seals them anew.
    Unbound,
    /// Bound to its [`Place`].
    Bound,
}

impl TryFrom<i64> for Form {
    type Error = &'static str;

    fn try_from(code: i64) -> Result<Self, Self::Error> {
        match code {
            1 => Ok(Self::Unbound),
            2 => Ok(Self::Bound),
            _ => Err("a form of seals that is not known"),
        }
    }
}

/// The version of case keys, which is part of the name of every place.
const CASE_KEY: i64 = 2;

/// The column and row of a case in which something is sealed. Moved to another it does not open.
#[derive(Debug, Clone, Copy)]
pub enum Place<'p> {
    /// `complaint.sealed`
    Statement,
    /// `complaint.sealed_contact`
    Contact,
    /// `complaint_step.sealed`
    Step { seq: i64 },
    /// `complaint_message.sealed`
    Message {
        from_office: bool,
        at: &'p str,
        mark: &'p str,
    },
}

impl Place<'_> {
    fn name(self, code: &str) -> String {
        match self {
            Self::Statement => json!([code, "complaint.sealed", CASE_KEY]),
            Self::Contact => json!([code, "complaint.sealed_contact", CASE_KEY]),
            Self::Step { seq } => json!([code, "complaint_step.sealed", CASE_KEY, seq]),
            Self::Message {
                from_office,
                at,
                mark,
            } => json!([
                code,
                "complaint_message.sealed",
                CASE_KEY,
                from_office,
                at,
                mark
            ]),
        }
        .to_string()
    }
}

/// Draws a name that a message has in its seal.
pub fn draw_mark() -> Result<String, Problem> {
    seal::random_password(16)
}

/// The key of one case.
#[derive(Clone)]
pub struct CaseKey {
    key: [u8; 32],
    /// The case's number.
    code: String,
}

impl CaseKey {
    pub fn new(code: &str) -> Result<Self, Problem> {
        Ok(Self {
            key: seal::random()?,
            code: code.to_owned(),
        })
    }

    fn name(code: &str, data_key_id: &str) -> String {
        json!([code, "complaint.sealed_key", data_key_id]).to_string()
    }

    /// The key as the row of the case has it, sealed.
    pub fn sealed(&self, under: &DataKey) -> Result<Vec<u8>, Problem> {
        let name = Self::name(&self.code, &under.id);
        seal::seal_at(&under.key, name.as_bytes(), &self.key)
    }

    /// Opens the key of that case, which was sealed under the data key of that id.
    pub fn open(
        keys: &DataKeys,
        code: &str,
        form: Form,
        sealed: &[u8],
        data_key_id: &str,
    ) -> Result<Self, Problem> {
        let under = std::iter::once(&keys.current)
            .chain(&keys.previous)
            .find(|key| key.id == data_key_id)
            .ok_or_else(|| {
                Problem::internal("a case is sealed under a data_key that is not set")
            })?;
        let name = match form {
            Form::Unbound => String::new(),
            Form::Bound => Self::name(code, data_key_id),
        };
        let key = seal::open_at(&under.key, name.as_bytes(), sealed)
            .and_then(|key| key.try_into().ok())
            .ok_or_else(|| Problem::internal("the key of a case cannot be opened"))?;
        Ok(Self {
            key,
            code: code.to_owned(),
        })
    }

    pub fn seal<T: Serialize>(&self, place: Place<'_>, content: &T) -> Result<Vec<u8>, Problem> {
        let plain = serde_json::to_vec(content).map_err(Problem::internal)?;
        self.seal_bytes(place, &plain)
    }

    fn seal_bytes(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Problem> {
        seal::seal_at(&self.key, place.name(&self.code).as_bytes(), plain)
    }

    pub fn read<T: DeserializeOwned>(
        &self,
        place: Place<'_>,
        form: Form,
        sealed: &[u8],
    ) -> Result<T, Problem> {
        serde_json::from_slice(&self.open_bytes(place, form, sealed)?).map_err(Problem::internal)
    }

    fn open_bytes(&self, place: Place<'_>, form: Form, sealed: &[u8]) -> Result<Vec<u8>, Problem> {
        let name = match form {
            Form::Unbound => String::new(),
            Form::Bound => place.name(&self.code),
        };
        seal::open_at(&self.key, name.as_bytes(), sealed)
            .ok_or_else(|| Problem::internal("what a case holds cannot be opened"))
    }

    /// Binds what was bound to nothing to its place.
    pub fn bind(&self, place: Place<'_>, unbound: &[u8]) -> Result<Vec<u8>, Problem> {
        self.seal_bytes(place, &self.open_bytes(place, Form::Unbound, unbound)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    fn keys() -> DataKeys {
        let read = |text| DataKey::read(text).unwrap();
        DataKeys {
            current: read("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="),
            previous: Some(read("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")),
        }
    }

    #[test]
    fn a_key_opens_for_its_case_and_its_data_key_alone() {
        let keys = keys();
        let previous = keys.previous.as_ref().unwrap();
        let sealed = CaseKey::new("TS1").unwrap().sealed(&keys.current).unwrap();
        let opens = |code, form, id: &str| CaseKey::open(&keys, code, form, &sealed, id).is_ok();
        assert!(opens("TS1", Form::Bound, &keys.current.id));
        assert!(!opens("TS2", Form::Bound, &keys.current.id));
        assert!(!opens("TS1", Form::Bound, &previous.id));
        assert!(!opens("TS1", Form::Unbound, &keys.current.id));
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_place_alone() {
        let key = CaseKey::new("TS1").unwrap();
        let message = |from_office, at, mark| Place::Message {
            from_office,
            at,
            mark,
        };
        let places = [
            Place::Statement,
            Place::Contact,
            Place::Step { seq: 2 },
            Place::Step { seq: 3 },
            message(false, "2026-11-22T10:00:00+08:00", "a"),
            message(true, "2026-11-22T10:00:00+08:00", "a"),
            message(false, "2026-11-22T10:00:01+08:00", "a"),
            message(false, "2026-11-22T10:00:00+08:00", "b"),
        ];
        for (from, place) in places.iter().enumerate() {
            let sealed = key.seal(*place, &"said").unwrap();
            for (to, other) in places.iter().enumerate() {
                let opened = key.read::<String>(*other, Form::Bound, &sealed);
                assert_eq!(opened.is_ok(), from == to, "{place:?} at {other:?}");
            }
        }
    }

    #[test]
    fn what_was_bound_to_nothing_is_bound_and_says_the_same() {
        let key = CaseKey::new("TS1").unwrap();
        let unbound = seal::seal(&key.key, br#""said""#).unwrap();
        let read = |form, sealed: &[u8]| key.read::<String>(Place::Statement, form, sealed).ok();
        assert_eq!(read(Form::Unbound, &unbound).as_deref(), Some("said"));
        assert!(read(Form::Bound, &unbound).is_none());
        let bound = key.bind(Place::Statement, &unbound).unwrap();
        assert_eq!(read(Form::Bound, &bound).as_deref(), Some("said"));
        assert!(read(Form::Unbound, &bound).is_none());
    }
}
