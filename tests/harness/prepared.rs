//! People who are there without having typed a password. Each password that is made or held against its hash costs a tenth of a second of
//! processor time, by intention, and an account of a test would need five. The store of a server in this process is therefore given what
//! the requests would leave in it, but for the browser that signs in, which such a session does not name; the tests of accounts and of
//! signing in send the requests.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use crate::server::{Place, Server};
use crate::{Client, another_program};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use rusqlite::Connection;
use sha2::Sha256;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What the first account is called.
pub const FIRST_NAME: &str = "王主任";

/// The hash of the first account's password, since an office of this process has made it.
static FIRST: OnceLock<String> = OnceLock::new();

/// The store of a server in this process, and the key that its sessions are kept with.
pub struct PreparedStore<'s> {
    server: &'s Server,
    store: Connection,
    session_key: String,
    opened_at: String,
}

impl<'s> PreparedStore<'s> {
    /// None where the server has a process of its own, or is another program.
    pub fn open(server: &'s Server, folder: &Path) -> Option<Self> {
        if another_program().is_some() || server.place() != Place::Here {
            return None;
        }
        let store = Connection::open(server.data.join("shian.db")).unwrap();
        store.busy_timeout(Duration::from_secs(60)).unwrap();
        let secrets = std::fs::read_to_string(folder.join("secrets.toml")).unwrap();
        let secrets: toml::Table = secrets.parse().unwrap();
        // A test may have given a key of its own.
        let session_key = secrets.get("session_key")?.as_str()?.to_owned();
        Some(Self {
            server,
            store,
            session_key,
            opened_at: server.clock.clone()?,
        })
    }

    /// Makes the first account as an office of this process has made it before; says whether one has.
    pub fn found_again(&self) -> bool {
        let Some(hash) = FIRST.get() else {
            return false;
        };
        let sql = "INSERT INTO account (account, name, role, password_hash, must_change_password, changed_by, changed_at)
            VALUES ('office', ?1, 'office', ?2, 0, 'setup', ?3)";
        let row = [FIRST_NAME, hash, &self.opened_at];
        self.store.execute(sql, row).unwrap();
        true
    }

    /// Remembers how the first account was made.
    pub fn was_founded(&self) {
        let sql = "SELECT password_hash FROM account WHERE account = 'office'";
        let hash = self.store.query_one(sql, [], |row| row.get(0)).unwrap();
        FIRST.get_or_init(|| hash);
    }

    /// Gives an account the password of the first one, as if its owner had chosen it.
    pub fn has_chosen_its_password(&self, account: &str) {
        let sql = "UPDATE account SET password_hash = (SELECT password_hash FROM account WHERE account = 'office'),
            must_change_password = 0, version = version + 1, changed_by = account, changed_at = ?2 WHERE account = ?1";
        assert_eq!(
            self.store.execute(sql, [account, &self.opened_at]).unwrap(),
            1
        );
    }

    /// An account that has signed in.
    pub fn signed_in(&self, account: &str) -> Client {
        static SESSIONS: AtomicU64 = AtomicU64::new(0);
        let token =
            format!("the session {} of a test", SESSIONS.fetch_add(1, Relaxed)).replace(' ', "-");
        let mut mac =
            <Hmac<Sha256> as hmac::Mac>::new_from_slice(self.session_key.as_bytes()).unwrap();
        mac.update(format!("session\0{token}").as_bytes());
        let kept = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        let sql = "INSERT INTO session (token_hash, account, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4)";
        let at = self.opened_at.as_str();
        let until =
            chrono::DateTime::parse_from_rfc3339(at).unwrap() + chrono::TimeDelta::hours(12);
        let row = [&kept, account, at, &until.to_rfc3339()];
        self.store.execute(sql, row).unwrap();
        self.server
            .public()
            .with("cookie", &format!("shian_session={token}"))
    }
}
