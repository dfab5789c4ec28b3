//! 任务均衡: the load of each official, and its spread by tier and town (001 §三.1: 防止畸轻畸重).

use axum::response::IntoResponse as _;
use domain::words::Tier;
use registers::{places, town_name, village_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::api::asks;
use web::extract::Query;
use web::paging::blank_is_none;
use web::routes::{DESK, Routes};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/api/v1/assignments/balance", DESK, show_balance)
        .api(
            "每名干部的任务和各组的差距",
            asks::<BalanceQuery>().gives::<Balance>(),
        )
}

/// Which town is looked at; all where none is named.
#[derive(Deserialize, Default, JsonSchema)]
#[schemars(rename = "BalanceAsked")]
pub struct BalanceQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "Option<String>")]
    pub town: Option<String>,
}

/// An official in one post, with all businesses that they answer for today.
#[derive(Deserialize)]
pub struct LoadedOfficial {
    pub post_no: String,
    pub cadre_no: String,
    pub name: String,
    pub tier: Tier,
    pub town: Option<String>,
    pub enterprises: Vec<AssignedEnterprise>,
}

#[derive(Deserialize)]
pub struct AssignedEnterprise {
    /// The id of the assignment.
    pub id: String,
    pub uscc: String,
    pub enterprise: String,
    pub village: Option<String>,
}

/// The officials of a town, or of all towns that the caller sees, with what each answers for today.
pub async fn load_officials(
    context: &Context,
    town: Option<&str>,
) -> Result<Vec<LoadedOfficial>, Problem> {
    // Where several officials answer for a business (组团包保), it is the load of the one whose assignment began last, who owes the visit.
    let sql = format!(
        "WITH holder AS (
            SELECT a.id, a.uscc, coalesce(a.post_no, a.cadre_no) AS post_no, row_number() OVER (PARTITION BY a.uscc ORDER BY a.starts_on DESC, a.id DESC) AS place
            FROM assignment a WHERE (a.starts_on IS NULL OR a.starts_on <= ?1) AND (a.ends_on IS NULL OR a.ends_on >= ?1))
        SELECT json_group_array(json_object('post_no', c.post_no, 'cadre_no', c.cadre_no, 'name', c.name, 'tier', c.tier, 'town', c.town, 'enterprises', json(c.enterprises))) FROM (
            SELECT post_no, cadre_no, name, tier, town, coalesce(json_group_array(json_object('id', CAST(id AS TEXT), 'uscc', uscc, 'enterprise', enterprise, 'village', village))
                FILTER (WHERE uscc IS NOT NULL), '[]') AS enterprises
            FROM (SELECT c.post_no, c.cadre_no, c.name, c.tier, {} AS town, h.id, e.uscc, e.name AS enterprise, {} AS village
            FROM post c LEFT JOIN holder h ON h.post_no = c.post_no AND h.place = 1 LEFT JOIN enterprise_in_business e ON e.uscc = h.uscc
            WHERE c.duty = 'cadre' AND (c.starts_on IS NULL OR c.starts_on <= ?1) AND (c.ends_on IS NULL OR c.ends_on >= ?1) AND (?2 IS NULL OR c.town IN ({})) AND (?3 IS NULL OR c.town IN (SELECT value FROM json_each(?3)))
            ORDER BY c.post_no, e.village, e.uscc) GROUP BY post_no ORDER BY town, tier, post_no) c",
        town_name!("c.town"),
        village_name!("e.town", "e.village"),
        places::all_of_town("?2")
    );
    let parameters = [
        context.today().to_string().into(),
        town.map(str::to_owned).into(),
        context.caller()?.only_towns_json().into(),
    ];
    Ok(context.store.json(&sql, parameters).await?)
}

/// How evenly the officials of one town and tier are loaded.
#[derive(Serialize, Clone, JsonSchema)]
pub struct Spread {
    pub town: Option<String>,
    pub tier: Tier,
    pub officials: usize,
    pub total: usize,
    pub least: usize,
    pub most: usize,
    /// Businesses an official, to one decimal.
    pub mean: f64,
}

pub fn spread_of(town: Option<String>, tier: Tier, loads: &[usize]) -> Spread {
    let total: usize = loads.iter().sum();
    let mean = if loads.is_empty() {
        0.0
    } else {
        (total as f64 * 10.0 / loads.len() as f64).round() / 10.0
    };
    Spread {
        town,
        tier,
        officials: loads.len(),
        total,
        least: loads.iter().copied().min().unwrap_or(0),
        most: loads.iter().copied().max().unwrap_or(0),
        mean,
    }
}

pub type Groups<'o> = BTreeMap<(Option<String>, Tier), Vec<&'o LoadedOfficial>>;

/// The officials by town and tier: within such a group they can stand for each other.
pub fn group_by_town_and_tier(officials: &[LoadedOfficial]) -> Groups<'_> {
    let mut groups = Groups::new();
    for official in officials {
        groups
            .entry((official.town.clone(), official.tier))
            .or_default()
            .push(official);
    }
    groups
}

pub fn spreads_of(groups: &Groups<'_>) -> Vec<Spread> {
    groups
        .iter()
        .map(|((town, tier), officials)| {
            let loads: Vec<usize> = officials.iter().map(|one| one.enterprises.len()).collect();
            spread_of(town.clone(), *tier, &loads)
        })
        .collect()
}

/// How many businesses an official holds.
#[derive(Serialize, JsonSchema)]
struct Load {
    cadre_no: String,
    name: String,
    tier: Tier,
    town: Option<String>,
    load: usize,
}

#[derive(Serialize, JsonSchema)]
struct Balance {
    items: Vec<Load>,
    /// Always none: the list comes whole.
    next: Option<String>,
    total: usize,
    spread: Vec<Spread>,
}

async fn show_balance(context: Context, Query(query): Query<BalanceQuery>) -> Answer {
    let all = load_officials(&context, query.town.as_deref()).await?;
    let spread = spreads_of(&group_by_town_and_tier(&all));
    let items: Vec<Load> = all
        .into_iter()
        .map(|one| Load {
            cadre_no: one.cadre_no,
            name: one.name,
            tier: one.tier,
            town: one.town,
            load: one.enterprises.len(),
        })
        .collect();
    let balance = Balance {
        total: items.len(),
        items,
        next: None,
        spread,
    };
    Ok(axum::Json(balance).into_response())
}
