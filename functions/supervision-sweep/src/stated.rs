//! The deadlines that functions state, each in a view of its own. Which view holds for a matter is a row of `deadline_view`: a new kind
//! of deadline is one view, one row there and one row of policy.

use serde::Deserialize;
use store::Store;
use web::Problem;

/// What every such view has.
pub const COLUMNS: &str =
    "rule, key, subject, owed_by_kind, owed_by, town, due_on, met_on, evidence";

pub struct Stated(Vec<String>);

/// Their names, as one text.
pub const NAMES: &str = "SELECT json_group_array(view) FROM (SELECT view FROM deadline_view WHERE view IS NOT NULL ORDER BY view)";

/// Those of them that the store does not have, as one text.
const MISSING: &str = "SELECT json_group_array(view) FROM (SELECT view FROM deadline_view
    WHERE view IS NOT NULL AND view NOT IN (SELECT name FROM sqlite_master WHERE type = 'view') ORDER BY view)";

impl Stated {
    /// Finds the views.
    ///
    /// # Errors
    ///
    /// [`Problem`], with their names, where a view is missing: what it stated would pass for no longer owed.
    pub async fn find(store: &Store) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Found {
            views: Vec<String>,
            missing: Vec<String>,
        }
        let sql =
            format!("SELECT json_object('views', json(({NAMES})), 'missing', json(({MISSING})))");
        let found: Found = store.json(&sql, []).await?;
        if found.missing.is_empty() {
            return Ok(Self(found.views));
        }
        let missing = found.missing.join("、");
        let problem =
            Problem::internal(format!("no view {missing}, by which deadlines are stated"));
        Err(Problem {
            detail: format!("缺少期限视图 {missing}：没有催办，也没有销号。请联系系统管理员"),
            ..problem
        })
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
