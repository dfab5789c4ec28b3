//! The salted hash by which the log holds an entry without naming it.

use transparency::{Content, SALT, commitment};
use web::{Problem, seal};

/// Fresh random bytes in base64, so that nobody can guess a content from its hash.
pub fn new_salt() -> Result<String, Problem> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::STANDARD.encode(seal::random::<SALT>()?))
}

/// The hash that the log keeps of a content; without one, of the removal of the entry `id`.
pub fn log_leaf(salt: &str, id: &str, content: Option<&Content>) -> Result<String, Problem> {
    let hash = match content {
        Some(content) => commitment(salt, content),
        None => commitment(salt, &serde_json::json!({ "removed": id })),
    };
    hash.map_err(Problem::internal)
}
