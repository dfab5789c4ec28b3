//! The deadlines that functions state: every view called `deadline_<what>`, found by its name. A new kind of deadline is one
//! view and one row of policy.

use store::{Store, StoreError};

/// What every such view has.
pub const COLUMNS: &str =
    "rule, key, subject, owed_by_kind, owed_by, town, due_on, met_on, evidence";

pub struct Stated(Vec<String>);

/// Their names, as one text.
pub const NAMES: &str = "SELECT json_group_array(name) FROM (SELECT name FROM sqlite_master WHERE type = 'view' AND name GLOB 'deadline_[a-z]*' ORDER BY name)";

impl Stated {
    /// Finds the views.
    pub async fn find(store: &Store) -> Result<Self, StoreError> {
        Ok(Self(store.json(NAMES, []).await?))
    }

    /// The views of these names.
    pub fn of(names: Vec<String>) -> Self {
        Self(names)
    }

    /// What meets `condition`, a statement for each view, which is called `d`.
    pub fn each(&self, columns: &str, condition: &str) -> Vec<String> {
        self.0
            .iter()
            .map(|view| format!("SELECT {columns} FROM \"{view}\" d WHERE {condition}"))
            .collect()
    }

    /// The same in one statement. The condition stands in each arm, so that SQLite takes it to the tables.
    pub fn where_(&self, columns: &str, condition: &str) -> String {
        let arms = self.each(columns, condition);
        if arms.is_empty() {
            let nothing: Vec<String> = columns
                .split(", ")
                .map(|column| format!("NULL AS {column}"))
                .collect();
            return format!("SELECT {} WHERE false", nothing.join(", "));
        }
        arms.join(" UNION ALL ")
    }
}
