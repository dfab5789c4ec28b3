//! What a function's statement may do, and for how long: SQLite asks here before it compiles a part and from time to time while it runs.

use super::locking::lock;
use cpu_time::ThreadTime;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Tables of the runtime's own begin so; no function sees into them.
const OWN_TABLES: &str = "runtime_";

/// What a function may ask a PRAGMA for; SQLite's own full-text search asks for `data_version`, and ALTER TABLE for
/// `quick_check` where a new column has a CHECK.
const READ_PRAGMAS: [&str; 9] = [
    "quick_check",
    "data_version",
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "integrity_check",
    "table_info",
    "table_list",
];

/// The limits of the statement that a connection runs now.
#[derive(Default)]
pub struct Guard {
    /// A function speaks; otherwise all is allowed.
    pub on: AtomicBool,
    /// The reason of the last refusal, until somebody takes it.
    pub refused: Mutex<Option<String>>,
    /// Microseconds of its thread's time after which a read that was to be short is ended; 0 is none.
    pub briefly: AtomicU64,
    /// Milliseconds after `START`; 0 is none.
    pub deadline: AtomicU64,
}

/// The moment from which deadlines are counted.
pub static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);

/// A span in whole microseconds.
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// What this thread has taken of the processor, in microseconds.
pub fn thread_micros() -> u64 {
    micros(ThreadTime::now().as_duration())
}

impl Guard {
    fn refuse(&self, what: &str) -> Authorization {
        *lock(&self.refused) = Some(format!(
            "{what} is refused: a statement is its own transaction on the one database it was opened on"
        ));
        Authorization::Deny
    }

    /// What SQLite asks before it compiles each part of a statement.
    pub fn allow(&self, context: &AuthContext<'_>) -> Authorization {
        if !self.on.load(Relaxed) {
            return Authorization::Allow;
        }
        use AuthAction::*;
        let table = match context.action {
            Attach { .. } => return self.refuse("ATTACH"),
            Detach { .. } => return self.refuse("DETACH"),
            Transaction { .. } => return self.refuse("BEGIN, COMMIT or ROLLBACK"),
            Savepoint { .. } => return self.refuse("SAVEPOINT"),
            CreateTempTable { .. }
            | CreateTempView { .. }
            | CreateTempTrigger { .. }
            | CreateTempIndex { .. } => {
                return self.refuse("TEMP");
            }
            Pragma { pragma_name, .. } if !READ_PRAGMAS.contains(&pragma_name) => {
                return self.refuse(&format!("PRAGMA {pragma_name}"));
            }
            Read { table_name, .. }
            | Insert { table_name }
            | Update { table_name, .. }
            | Delete { table_name }
            | CreateTable { table_name }
            | DropTable { table_name }
            | AlterTable { table_name, .. }
            | CreateIndex { table_name, .. }
            | CreateTrigger { table_name, .. } => table_name,
            _ => return Authorization::Allow,
        };
        if table.starts_with(OWN_TABLES) {
            return self.refuse(&format!("table {table}"));
        }
        Authorization::Allow
    }

    /// Whether the statement in hand is to be ended.
    pub fn overdue(&self) -> bool {
        let briefly = self.briefly.load(Relaxed);
        if briefly != 0 && thread_micros() > briefly {
            return true;
        }
        let deadline = self.deadline.load(Relaxed);
        deadline != 0 && START.elapsed() > Duration::from_millis(deadline)
    }
}
