//! How messages are signed, and what a webhook calls them (Standard Webhooks; the robot of DingTalk).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

/// The beginning of a secret that is a key in base64 (Standard Webhooks).
const KEY_IN_BASE64: &str = "whsec_";

/// The id by which a receiver knows a message again: letters and digits of ASCII, for a full stop stands between the parts that are signed.
pub fn webhook_id(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    let digits: String = hash
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("msg_{digits}")
}

/// The key of a secret: what follows `whsec_` is base64, as the specification says; any other secret is taken as its bytes. None
/// where what follows is no base64.
pub fn webhook_key(secret: &str) -> Option<Vec<u8>> {
    match secret.strip_prefix(KEY_IN_BASE64) {
        Some(key) => STANDARD.decode(key).ok(),
        None => Some(secret.as_bytes().to_vec()),
    }
}

/// HMAC-SHA256 in base64.
pub fn signature(key: &[u8], signed: &str) -> String {
    // A key may have any length, so that this does not fail.
    let mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(key);
    mac.map(|mut mac| {
        mac.update(signed.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn a_signature_is_hmac_sha256_in_base64() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature(b"Jefe", "what do ya want for nothing?"),
            STANDARD.encode([
                0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
                0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9,
                0x64, 0xec, 0x38, 0x43
            ])
        );
    }

    #[test]
    fn a_webhooks_id_is_plain_and_its_secret_a_key_in_base64_or_a_text() {
        let id = webhook_id("breach/包保/云港街道/1.2");
        assert!(
            id.len() == 36
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        );
        assert_eq!(webhook_key("whsec_c2VjcmV0").unwrap(), b"secret");
        assert_eq!(webhook_key("s3cret").unwrap(), b"s3cret");
        assert!(webhook_key("whsec_机密").is_none());
    }
}
