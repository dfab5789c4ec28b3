//! A way of the runtime in which it behaves as Spin does where the two differ, so that the tests find what would fail there: a client's
//! own `spin-client-addr` is left standing before the true one, an instance has several requests at once, each connection of a function
//! is one to the file and takes one statement at a time, each statement commits by itself and gives up on a lock after five seconds,
//! no answer comes from a cache or from the program itself.

use std::time::Duration;

/// How a program behaves like Spin.
#[derive(Clone, Copy)]
pub struct LikeSpin {
    /// What a libSQL server makes of a statement before it runs it, or why it refuses it.
    pub statement: fn(&str) -> Result<String, String>,
    pub trouble: Option<Trouble>,
}

/// What can be wrong with stores that are another machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Calls to the key-value store do not come back.
    KeyValueIsGone,
    /// A connection has expired whenever it is used again.
    ConnectionsExpire,
    /// Each statement with this in its text meets a lock that nobody gives up.
    Locked(&'static str),
}

impl LikeSpin {
    pub fn has(&self, trouble: Trouble) -> bool {
        self.trouble == Some(trouble)
    }

    /// Whether the statement meets a lock that nobody gives up.
    pub fn is_locked_for(&self, statement: &str) -> bool {
        matches!(self.trouble, Some(Trouble::Locked(text)) if statement.contains(text))
    }
}

/// What SQLite says of a lock that it has waited for in vain.
pub const LOCKED: &str = "database is locked";
/// What a libSQL server says of a connection that it has forgotten.
pub const EXPIRED: &str = "The stream has expired due to inactivity";

/// How long a connection of a function waits for a lock.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Requests that an instance has at once, and in its life.
pub const CONCURRENT_REQUESTS: usize = 16;
pub const REQUESTS_AN_INSTANCE: usize = 128;
