//! What waits for whoever is signed in. Every view called `task_<what>` states it and is found by its name: a function that has something
//! for somebody to do defines one, and the home page knows nothing of it.

use axum::response::IntoResponse as _;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::Role;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::gives;
use web::routes::{Routes, Who};
use web::{Answer, Caller, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("账号")
        .get("/api/v1/home", Who::SignedIn, list_tasks)
        .api("等您办的事，最急的在前", gives::<Home>())
}

/// One kind of thing that waits.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    pub what: String,
    pub title: String,
    pub count: u64,
    pub oldest_due: Option<NaiveDate>,
    pub path: String,
}

/// All that waits for one person.
#[derive(Debug, Serialize, JsonSchema)]
struct Home {
    tasks: Vec<Task>,
}

/// The views that state tasks of the bureau.
const OF_BUREAU: [&str; 2] = ["task_complaint", "task_insider_report"];

/// SQL: the names of the views that state tasks.
const VIEWS: &str = "SELECT json_group_array(name) FROM (SELECT name FROM sqlite_master WHERE type = 'view' AND name GLOB 'task_[a-z]*' ORDER BY name)";

/// SQL: whether a row is the caller's (`?1` role, `?2` towns or null for the whole district, `?3` account, `?4` number of an official): it names
/// their account, or them as an official, or is for their role in their towns. What names nobody is nobody's.
const THEIRS: &str = "t.role = ?1 AND CASE WHEN t.account IS NOT NULL THEN t.account = ?3 WHEN t.cadre_no IS NOT NULL THEN t.cadre_no = ?4
    ELSE ?2 IS NULL OR t.town IN (SELECT value FROM json_each(?2)) END AND t.except_account IS NOT ?3";

/// All that waits for the caller today, the most urgent first.
pub async fn find_tasks(context: &Context, caller: &Caller) -> Result<Vec<Task>, Problem> {
    let views: Vec<String> = context.store.json(VIEWS, []).await?;
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<String> = views
        .iter()
        // Cases wait for an office only where it acts for the bureau.
        .filter(|view| {
            caller.role != Role::Office
                || caller.acts_for_bureau
                || !OF_BUREAU.contains(&view.as_str())
        })
        .map(|view| {
            format!(
                "SELECT t.what, t.title, t.\"count\", t.oldest_due, t.path FROM \"{view}\" t
                 WHERE {THEIRS} AND (t.waits_from IS NULL OR t.waits_from <= ?5)"
            )
        })
        .collect();
    let sql = format!(
        "SELECT json_group_array(json_object('what', what, 'title', title, 'count', number, 'oldest_due', oldest_due, 'path', path)) FROM (
            SELECT what, min(title) AS title, sum(\"count\") AS number, min(oldest_due) AS oldest_due, min(path) AS path FROM ({})
            GROUP BY what HAVING sum(\"count\") > 0 ORDER BY min(oldest_due) IS NULL, min(oldest_due), what)",
        rows.join(" UNION ALL ")
    );
    let parameters = [
        domain::words::Word::code(caller.role).into(),
        caller.only_towns_json().into(),
        caller.account.as_str().into(),
        caller.cadre_no.clone().into(),
        context.today().to_string().into(),
    ];
    Ok(context.store.json(&sql, parameters).await?)
}

async fn list_tasks(context: Context) -> Answer {
    let tasks = find_tasks(&context, context.caller()?).await?;
    Ok(axum::Json(Home { tasks }).into_response())
}

/// The tasks as they stand on the home page.
pub fn task_list(tasks: &[Task], today: NaiveDate) -> Markup {
    html! {
        @if tasks.is_empty() {
            p { "投诉举报、问题、文书和红黑榜里，现在没有等您办的事。" }
        } @else {
            ul.tasks {
                @for task in tasks {
                    li {
                        strong { (task.count) }
                        div {
                            a href=(task.path) { (task.title) }
                            @if let Some(due) = task.oldest_due {
                                p.note {
                                    @if due < today { "最早的期限是 " (chinese(due)) "，已经过了" }
                                    @else if due == today { "最早的期限是今天" }
                                    @else { "最早的期限是 " (chinese(due)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
