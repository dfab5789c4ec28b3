//! What a secret must be, and the fingerprint by which a store knows the keys it was written with.
//!
//! A secret that is empty, short or malformed protects nothing and is refused wherever it is read. A store that was written with one
//! key is not opened with another: what is sealed would stay shut, and what is new would be sealed apart from it.
#![deny(missing_docs)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

/// The fewest characters of a secret that is text.
pub const SHORTEST: usize = 16;

/// The fingerprints that a store keeps, as one JSON text of `[name, fingerprint]`.
pub const KEPT: &str = "SELECT json_group_array(json_array(name, fingerprint)) FROM store_key";

/// What a secret is made of.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// Base64 of 32 bytes.
    Bytes,
    /// The same, or nothing.
    BytesOrNothing,
    /// At least [`SHORTEST`] characters.
    Text,
}

/// Every secret that protects something here, by the name of its variable. Tokens that others give us are theirs to make.
const SECRETS: [(&str, Form); 7] = [
    ("setup_token", Form::Text),
    ("scheduler_token", Form::Text),
    ("session_key", Form::Text),
    ("data_key", Form::Bytes),
    ("data_key_previous", Form::BytesOrNothing),
    ("visit_key", Form::Bytes),
    ("log_signing_key", Form::Text),
];

/// The keys that a store is written with, each with the variable that names the one before while it is changed.
pub const OF_A_STORE: [(&str, Option<&str>); 4] = [
    ("session_key", None),
    ("data_key", Some("data_key_previous")),
    ("visit_key", None),
    ("log_signing_key", None),
];

/// Why a secret protects nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// It is empty, or blank.
    #[error("`{0}` is empty")]
    Empty(String),
    /// It is shorter than [`SHORTEST`].
    #[error("`{0}` is shorter than {SHORTEST} characters")]
    Short(String),
    /// It is to be the base64 of 32 bytes, and is not.
    #[error("`{0}` is not base64 of 32 bytes")]
    Malformed(String),
}

/// Refuses a secret that protects nothing; a variable that is none of [`SECRETS`] is taken as it is.
///
/// # Errors
///
/// [`Weak`], which names the variable and never its value.
pub fn check(name: &str, value: &str) -> Result<(), Weak> {
    let Some((_, form)) = SECRETS.iter().find(|(known, _)| *known == name) else {
        return Ok(());
    };
    let text = value.trim();
    match form {
        Form::BytesOrNothing if text.is_empty() => Ok(()),
        _ if text.is_empty() => Err(Weak::Empty(name.to_owned())),
        Form::Text if text.chars().count() < SHORTEST => Err(Weak::Short(name.to_owned())),
        Form::Text => Ok(()),
        Form::Bytes | Form::BytesOrNothing => match bytes(text) {
            Some(_) => Ok(()),
            None => Err(Weak::Malformed(name.to_owned())),
        },
    }
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// One key of [`OF_A_STORE`] as it is set, by its fingerprints.
#[derive(Debug, Clone)]
pub struct Key {
    /// The name of its variable.
    pub name: &'static str,
    /// The fingerprint of the key that is used now.
    pub current: String,
    /// The fingerprint of the key before it, where that is named.
    pub previous: Option<String>,
}

/// How a key stands to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The store was written with it.
    Known,
    /// The store does not know it yet, and every key that it does know is at hand.
    New,
    /// The store was written with a key that is not at hand.
    Wrong,
}

impl Key {
    /// The key and the one before it, which is empty where there is none. The values are to be checked before.
    #[must_use]
    pub fn new(name: &'static str, current: &str, previous: Option<&str>) -> Self {
        let previous = previous.map(str::trim).filter(|value| !value.is_empty());
        Self {
            name,
            current: fingerprint(name, current),
            previous: previous.map(|value| fingerprint(name, value)),
        }
    }

    /// The fingerprints of the keys at hand.
    pub fn at_hand(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// How it stands to a store that keeps these fingerprints.
    #[must_use]
    pub fn standing(&self, kept: &[(String, String)]) -> Standing {
        let own = || {
            kept.iter()
                .filter(|(name, _)| name == self.name)
                .map(|(_, fingerprint)| fingerprint)
        };
        if own().any(|kept| !self.at_hand().any(|held| held == kept)) {
            Standing::Wrong
        } else if own().any(|kept| *kept == self.current) {
            Standing::Known
        } else {
            Standing::New
        }
    }
}

/// Names a key and does not tell it: an HMAC of a fixed text.
fn fingerprint(name: &str, value: &str) -> String {
    let material = match SECRETS.iter().find(|(known, _)| *known == name) {
        Some((_, Form::Bytes | Form::BytesOrNothing)) => {
            bytes(value.trim()).map_or_else(Vec::new, Vec::from)
        }
        _ => value.as_bytes().to_vec(),
    };
    let mut block = [0; 64];
    block[..32].copy_from_slice(&Sha256::digest(&material));
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new(&block.into());
    mac.update(b"fingerprint of ");
    mac.update(name.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    #[test]
    fn a_secret_that_protects_nothing_is_refused_and_named() {
        for name in [
            "setup_token",
            "scheduler_token",
            "session_key",
            "log_signing_key",
        ] {
            for blank in ["", " ", "                    "] {
                assert_eq!(check(name, blank), Err(Weak::Empty(name.into())));
            }
            for short in ["x", "fifteen letters", "fifteen letters    "] {
                assert_eq!(check(name, short), Err(Weak::Short(name.into())));
            }
            assert_eq!(check(name, "sixteen letters!"), Ok(()));
        }
        assert_eq!(check("data_key", ""), Err(Weak::Empty("data_key".into())));
        assert_eq!(check("data_key_previous", ""), Ok(()));
        for name in ["data_key", "data_key_previous", "visit_key"] {
            for malformed in [
                "sixteen letters!",
                "AQEB",
                &ONE[1..],
                &format!("{ONE}{ONE}"),
            ] {
                assert_eq!(check(name, malformed), Err(Weak::Malformed(name.into())));
            }
            assert_eq!(check(name, ONE), Ok(()));
        }
        assert_eq!(check("issuer", ""), Ok(()));
    }

    #[test]
    fn a_store_is_opened_with_the_keys_it_was_written_with() {
        fn key(current: &str, previous: Option<&str>) -> Key {
            Key::new("data_key", current, previous)
        }
        let kept = |keys: &[&str]| -> Vec<(String, String)> {
            let of = |value: &&str| ("data_key".to_owned(), key(value, None).current);
            keys.iter().map(of).collect()
        };
        for (current, previous, with, standing) in [
            (ONE, None, vec![], Standing::New),
            (ONE, None, vec![ONE], Standing::Known),
            (TWO, None, vec![ONE], Standing::Wrong),
            (TWO, Some(""), vec![ONE], Standing::Wrong),
            (TWO, Some(ONE), vec![ONE], Standing::New),
            (TWO, Some(ONE), vec![ONE, TWO], Standing::Known),
            // The change is not over: something is still sealed under the old one.
            (TWO, None, vec![ONE, TWO], Standing::Wrong),
            (TWO, None, vec![TWO], Standing::Known),
            (ONE, Some(TWO), vec![ONE, TWO], Standing::Known),
        ] {
            let found = key(current, previous).standing(&kept(&with));
            assert_eq!(found, standing, "{current} {previous:?} on {with:?}");
        }
    }

    #[test]
    fn fingerprints_tell_keys_apart_and_one_use_from_another() {
        let text = "a key of some length";
        let of = |name| Key::new(name, text, None).current;
        assert_ne!(of("session_key"), of("log_signing_key"));
        assert!(!of("session_key").contains(text));
        let padded = Key::new("data_key", &format!(" {ONE}\n"), None).current;
        assert_eq!(padded, Key::new("data_key", ONE, None).current);
        assert_ne!(padded, Key::new("data_key", TWO, None).current);
    }
}
