//! The views in which functions state their deadlines. Which view holds for a matter is a row of `deadline_view`: a new kind of deadline
//! is one view, one row there and one row of policy.

use serde::Deserialize;
use store::Store;
use web::Problem;

/// The columns that every such view has.
pub const COLUMNS: &str =
    "rule, key, subject, owed_by_kind, owed_by, town, due_on, met_on, evidence";

/// The names of the views.
pub struct DeadlineViews(Vec<String>);

/// The statement that gives the names of the views as one JSON array.
pub const NAMES: &str = "SELECT json_group_array(view) FROM (SELECT view FROM deadline_view WHERE view IS NOT NULL ORDER BY view)";

/// The same of the views that the store does not have.
const MISSING: &str = "SELECT json_group_array(view) FROM (SELECT view FROM deadline_view
    WHERE view IS NOT NULL AND view NOT IN (SELECT name FROM sqlite_master WHERE type = 'view') ORDER BY view)";

impl DeadlineViews {
    /// Finds the views that hold now.
    ///
    /// # Errors
    ///
    /// 500, with their names, where a view is missing: what it stated would be taken for no longer owed.
    pub async fn find(store: &Store) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct KnownViews {
            views: Vec<String>,
            missing: Vec<String>,
        }
        let sql =
            format!("SELECT json_object('views', json(({NAMES})), 'missing', json(({MISSING})))");
        let known: KnownViews = store.json(&sql, []).await?;
        if known.missing.is_empty() {
            return Ok(Self(known.views));
        }
        let missing = known.missing.join("、");
        let problem =
            Problem::internal(format!("no view {missing}, by which deadlines are stated"));
        Err(Problem {
            detail: format!("缺少期限视图 {missing}：没有催办，也没有销号。请联系系统管理员"),
            ..problem
        })
    }

    /// The views of these names.
    pub fn named(names: Vec<String>) -> Self {
        Self(names)
    }

    /// A statement for each view, which is called `d` in `condition`.
    pub fn each(&self, columns: &str, condition: &str) -> Vec<String> {
        self.0
            .iter()
            .map(|view| format!("SELECT {columns} FROM \"{view}\" d WHERE {condition}"))
            .collect()
    }

    /// The same as one statement. The condition stands in each of its arms, so that SQLite can use the indexes of the tables below.
    pub fn union(&self, columns: &str, condition: &str) -> String {
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
