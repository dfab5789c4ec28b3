//! Random secrets, how they are stored, and sealing.

use crate::problem::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

const NONCE: usize = 24;

/// Random bytes that nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(not(target_family = "wasm"))]
fn fill(bytes: &mut [u8]) -> Result<(), Problem> {
    getrandom::fill(bytes).map_err(|error| Problem::internal(error.to_string()))
}

/// `getrandom` asks a WASI host for eight bytes at a time.
#[cfg(target_family = "wasm")]
fn fill(bytes: &mut [u8]) -> Result<(), Problem> {
    let random = wasip2::random::random::get_random_bytes(bytes.len() as u64);
    if random.len() != bytes.len() {
        return Err(Problem::internal("the host gave too few random bytes"));
    }
    bytes.copy_from_slice(&random);
    Ok(())
}

/// 256 random bits, as text that fits a cookie or a header.
pub fn random_token() -> Result<String, Problem> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// Lower-case letters and digits without those that are mistaken for each other; about 4.95 bits each.
pub fn random_password(length: usize) -> Result<String, Problem> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = vec![0; length];
    fill(&mut bytes)?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect())
}

/// What is stored in place of a random secret: a hash keyed with `session_key`, so that a copy of the store alone neither
/// signs anybody in nor tells an address. `purpose` keeps one use from standing in for another.
pub async fn keyed_hash(purpose: &str, secret: &str) -> Result<String, Problem> {
    let key = variable("session_key").await?;
    let mut mac =
        <Hmac<Sha256> as hmac::Mac>::new_from_slice(key.as_bytes()).map_err(Problem::internal)?;
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(secret.as_bytes());
    Ok(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn same(one: &str, other: &str) -> bool {
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    digest(one)
        .iter()
        .zip(digest(other))
        .fold(0, |difference, (a, b)| difference | (a ^ b))
        == 0
}

/// A 256-bit key made from `secret` for one purpose.
pub fn derive_key(purpose: &str, secret: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(secret.as_bytes());
    hash.finalize().into()
}

/// XChaCha20-Poly1305, the nonce in front.
pub fn seal(key: &[u8; 32], plain: &[u8]) -> Result<Vec<u8>, Problem> {
    seal_at(key, b"", plain)
}

/// [`seal`], bound to the place where it stands: it opens there alone.
pub fn seal_at(key: &[u8; 32], place: &[u8], plain: &[u8]) -> Result<Vec<u8>, Problem> {
    let nonce: [u8; NONCE] = random()?;
    let payload = Payload {
        msg: plain,
        aad: place,
    };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .map_err(|error| Problem::internal(error.to_string()))?;
    Ok([&nonce[..], &sealed].concat())
}

/// What was sealed; none if the key is another or a bit has changed.
pub fn open(key: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
    open_at(key, b"", sealed)
}

/// What was sealed at that place; none also where it was sealed at another.
pub fn open_at(key: &[u8; 32], place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let payload = Payload {
        msg: sealed,
        aad: place,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(XNonce::from_slice(nonce), payload)
        .ok()
}

/// A variable of the manifest; its absence is ours to mend. One that is a secret and protects nothing is given to nobody: whatever
/// rests on it is not done. Variables hold for as long as the program runs: an instance asks for each once.
pub async fn variable(name: &'static str) -> Result<String, Problem> {
    static KNOWN: Mutex<BTreeMap<&str, String>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = known().get(name) {
        return Ok(value.clone());
    }
    let value = spin_sdk::variables::get(name)
        .await
        .map_err(|error| Problem::internal(format!("variable {name}: {error:?}")))?;
    keys::check(name, &value).map_err(Problem::weak_secret)?;
    known().insert(name, value.clone());
    Ok(value)
}

/// A variable that is a key: the base64 of 32 bytes.
pub async fn key(name: &'static str) -> Result<[u8; 32], Problem> {
    let text = variable(name).await?;
    STANDARD
        .decode(text.trim())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Problem::internal(format!("{name} must be base64 of 32 bytes")))
}

/// Whether the manifest gives this function such a variable.
pub(crate) async fn is_given(name: &str) -> bool {
    !matches!(
        spin_sdk::variables::get(name).await,
        Err(spin_sdk::variables::Error::Undefined(_))
    )
}
