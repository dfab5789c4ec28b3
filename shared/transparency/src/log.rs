//! The log: salted leaves, a Merkle tree as in RFC 6962 §2.1, and a signed head.
//!
//! A leaf of the tree is the canonical JSON (RFC 8785) of an [`Item`]. Its `leaf` is SHA-256 over the salt and the canonical JSON
//! of what was published, so that the log names nobody whose salt is not public. Hashes, salts, keys and signatures are base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ct_merkle::{InclusionProof, RootHash, mem_backed_tree::MemoryBackedTree};
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The number of bytes of a salt.
pub const SALT: usize = 16;

/// Why something of a log cannot be read, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The text is no base64, or has another number of bytes than it must have.
    #[error("{0} is not readable")]
    Unreadable(&'static str),
    /// The value has no canonical form.
    #[error("no canonical JSON: {0}")]
    Canonical(#[from] serde_json::Error),
    /// The signature is not by this key over this head.
    #[error("the signature of the head does not hold")]
    Signature,
    /// The proof does not lead to the root.
    #[error("the proof does not lead to the root")]
    Proof,
}

/// What happened to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LogAction")]
pub enum Action {
    /// It was published.
    Publish,
    /// Something of its content changed.
    Change,
    /// It was removed.
    Remove,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LogItem")]
pub struct Item {
    /// The number of the line, from 1.
    pub seq: u64,
    /// The time of the line (RFC 3339).
    pub at: String,
    /// What happened.
    pub action: Action,
    /// The number of the line that it follows: a publication or a change of the same entry.
    pub of: Option<u64>,
    /// The salted hash of the content, see [`commitment`].
    pub leaf: String,
}

/// The state of the whole log, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LogHead")]
pub struct Head {
    /// The number of lines.
    pub size: u64,
    /// The root of the Merkle tree.
    pub root: String,
    /// The time of the last line.
    pub at: String,
    /// The public key (Ed25519).
    pub key: String,
    /// The signature over [`Head::signed`].
    pub signature: String,
}

/// `at` of the head of an empty log.
pub const BEGINNING: &str = "1970-01-01T08:00:00+08:00";

/// The `N` bytes of a base64 text; `what` names the text in the error.
fn decode<const N: usize>(text: &str, what: &'static str) -> Result<[u8; N], LogError> {
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(LogError::Unreadable(what))
}

/// The salted hash of what was published, in base64. The salt is base64 too.
///
/// # Errors
///
/// [`LogError`] for a salt that is none.
pub fn commitment(salt: &str, content: &impl Serialize) -> Result<String, LogError> {
    let mut hash = Sha256::new();
    hash.update(decode::<SALT>(salt, "salt")?);
    hash.update(serde_json_canonicalizer::to_vec(content)?);
    Ok(STANDARD.encode(hash.finalize()))
}

/// The Merkle tree over a log.
pub struct Tree(MemoryBackedTree<Sha256, Vec<u8>>);

impl Tree {
    /// The tree over these lines, in their order.
    ///
    /// # Errors
    ///
    /// [`LogError::Canonical`].
    pub fn new<'i>(items: impl IntoIterator<Item = &'i Item>) -> Result<Self, LogError> {
        let mut tree = MemoryBackedTree::new();
        for item in items {
            tree.push(serde_json_canonicalizer::to_vec(item)?);
        }
        Ok(Self(tree))
    }

    /// The root, for [`Head::root`].
    pub fn root(&self) -> String {
        STANDARD.encode(self.0.root().as_bytes())
    }

    /// The hashes that lead from the line at `seq` to the root; none where there is no such line.
    pub fn proof(&self, seq: u64) -> Option<Vec<String>> {
        let place = usize::try_from(seq).ok()?.checked_sub(1)?;
        self.0.get(place)?;
        let proof = self.0.prove_inclusion(place);
        let hashes = proof.as_bytes().chunks(32);
        Some(hashes.map(|hash| STANDARD.encode(hash)).collect())
    }
}

/// Checks that the line stands in the log that the head describes.
///
/// # Errors
///
/// [`LogError::Proof`] where it does not, [`LogError::Unreadable`] for what is no hash.
pub fn check_proof(item: &Item, proof: &[String], head: &Head) -> Result<(), LogError> {
    let mut path = Vec::new();
    for hash in proof {
        path.extend_from_slice(&decode::<32>(hash, "proof")?);
    }
    let root = RootHash::<Sha256>::new(decode::<32>(&head.root, "root")?.into(), head.size);
    let place = item.seq.checked_sub(1).ok_or(LogError::Proof)?;
    let proof = InclusionProof::try_from_bytes(path).map_err(|_| LogError::Proof)?;
    root.verify_inclusion(&serde_json_canonicalizer::to_vec(item)?, place, &proof)
        .map_err(|_| LogError::Proof)
}

impl Head {
    /// Signs the head of a log. The secret may be any text; the same secret is the same key.
    pub fn sign(size: u64, root: String, at: String, secret: &str) -> Self {
        let mut seed = Sha256::new();
        seed.update(b"shian list log\0");
        seed.update(secret.as_bytes());
        let key = SigningKey::from_bytes(&seed.finalize().into());
        let mut head = Self {
            size,
            root,
            at,
            key: STANDARD.encode(key.verifying_key().as_bytes()),
            signature: String::new(),
        };
        head.signature = STANDARD.encode(key.sign(head.signed().as_bytes()).to_bytes());
        head
    }

    /// The text that is signed.
    pub fn signed(&self) -> String {
        format!(
            "shian list log\n{}\n{}\n{}\n",
            self.size, self.root, self.at
        )
    }

    /// Checks that the signature is by the head's key over the head.
    ///
    /// # Errors
    ///
    /// [`LogError::Signature`] where it is not, [`LogError::Unreadable`] for what is no key.
    pub fn check(&self) -> Result<(), LogError> {
        let key = VerifyingKey::from_bytes(&decode(&self.key, "key")?)
            .map_err(|_| LogError::Unreadable("key"))?;
        let signature = Signature::from_bytes(&decode(&self.signature, "signature")?);
        key.verify(self.signed().as_bytes(), &signature)
            .map_err(|_| LogError::Signature)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;
    use serde_json::json;

    fn items(count: u64) -> Vec<Item> {
        let salt = STANDARD.encode([7; SALT]);
        (1..=count)
            .map(|seq| Item {
                seq,
                at: "2026-11-22T09:00:00+08:00".into(),
                action: Action::Publish,
                of: None,
                leaf: commitment(&salt, &json!({ "name": format!("第{seq}家") })).unwrap(),
            })
            .collect()
    }

    fn head(items: &[Item]) -> Head {
        let size = items.len() as u64;
        Head::sign(
            size,
            Tree::new(items).unwrap().root(),
            BEGINNING.into(),
            "secret",
        )
    }

    #[test]
    fn an_empty_log_has_the_hash_of_nothing() {
        assert_eq!(
            Tree::new(&[]).unwrap().root(),
            STANDARD.encode(Sha256::digest(b""))
        );
    }

    #[test]
    fn roots_are_those_of_rfc_6962() {
        // Written out by hand from §2.1 for three leaves: H(1, H(1, l1, l2), l3).
        let items = items(3);
        let leaf = |item: &Item| {
            let mut hash = Sha256::new_with_prefix([0]);
            hash.update(serde_json::to_vec(&serde_json::to_value(item).unwrap()).unwrap());
            hash.finalize()
        };
        let node = |left: &[u8], right: &[u8]| {
            let mut hash = Sha256::new_with_prefix([1]);
            hash.update(left);
            hash.update(right);
            hash.finalize()
        };
        let pair = node(&leaf(&items[0]), &leaf(&items[1]));
        assert_eq!(
            Tree::new(&items).unwrap().root(),
            STANDARD.encode(node(&pair, &leaf(&items[2])))
        );
    }

    #[test]
    fn every_line_can_be_proved_and_no_other() {
        for count in [1, 2, 3, 7, 8, 9, 100] {
            let items = items(count);
            let (tree, head) = (Tree::new(&items).unwrap(), head(&items));
            for item in &items {
                let proof = tree.proof(item.seq).unwrap();
                check_proof(item, &proof, &head).unwrap();
                let other = Item {
                    action: Action::Remove,
                    ..item.clone()
                };
                assert!(check_proof(&other, &proof, &head).is_err());
            }
            assert!(tree.proof(0).is_none() && tree.proof(count + 1).is_none());
        }
    }

    #[test]
    fn a_head_holds_for_its_key_and_its_words_alone() {
        let head = head(&items(5));
        head.check().unwrap();
        assert!(
            Head {
                size: 4,
                ..head.clone()
            }
            .check()
            .is_err()
        );
        let other = Head::sign(5, head.root.clone(), head.at.clone(), "another");
        assert_ne!(other.key, head.key);
        assert!(
            Head {
                key: other.key,
                ..head
            }
            .check()
            .is_err()
        );
    }

    #[test]
    fn the_order_of_fields_does_not_matter_but_the_salt_does() {
        let (one, other) = (STANDARD.encode([1; SALT]), STANDARD.encode([2; SALT]));
        let content = json!({ "name": "南浔糕点", "until": "2027-01-01" });
        let turned: serde_json::Value =
            serde_json::from_str("{\"until\":\"2027-01-01\",\"name\":\"南浔糕点\"}").unwrap();
        assert_eq!(
            commitment(&one, &content).unwrap(),
            commitment(&one, &turned).unwrap()
        );
        assert_ne!(
            commitment(&one, &content).unwrap(),
            commitment(&other, &content).unwrap()
        );
        assert!(commitment("short", &content).is_err());
    }
}
