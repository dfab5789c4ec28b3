//! Towns and villages by their ids: what other tables keep as town or village is the id of a place, and what it is called today stands in the
//! portal's views `place_today` and `place_called` alone. Whatever shows a town asks for its name here; whatever is asked by a name finds
//! the ids here.

use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::Store;
use web::Problem;
use web::problem::FieldError;

/// Why a town is refused that no place is called.
pub const UNKNOWN_TOWN: &str = "没有这个镇街，请从名单里选择；新的镇街先由区食药安办登记";

/// The id of the town with a name, also a former one; none where there is no such town.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn find_town(store: &Store, name: &str) -> Result<Option<String>, Problem> {
    let sql = "SELECT json_array((SELECT id FROM place_called WHERE kind = 'town' AND within = '' AND name = ?1))";
    let (id,): (Option<String>,) = store.json(sql, [name.trim().into()]).await?;
    Ok(id)
}

/// What the town with an id is called today; the id, where no place has it.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn name_of_town(store: &Store, id: &str) -> Result<String, Problem> {
    let sql = "SELECT coalesce((SELECT name FROM place_today WHERE id = ?1), ?1)";
    Ok(store.text(sql, [id.into()]).await?)
}

/// A town that is there today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Town {
    pub id: String,
    pub name: String,
}

/// The ids of towns as a column keeps several: a JSON array.
pub fn ids(towns: &[Town]) -> String {
    let ids: Vec<&str> = towns.iter().map(|town| town.id.as_str()).collect();
    json!(ids).to_string()
}

#[derive(Deserialize)]
struct NamedTown {
    #[serde(flatten)]
    town: Town,
    confirmed: i64,
}

/// The towns with these names, each once, for an account or an organisation, which take towns only that the office has confirmed.
///
/// # Errors
///
/// 422 in `towns` for each that is not known or not confirmed; 503 where the store does not answer.
pub async fn confirmed_towns(store: &Store, names: &[String]) -> Result<Vec<Town>, Problem> {
    let sql = "SELECT json_group_object(n.value, json_object('id', c.today, 'name', p.name, 'confirmed', p.confirmed)) FROM json_each(?1) n
        JOIN place_called c ON c.kind = 'town' AND c.within = '' AND c.name = n.value JOIN place_today p ON p.id = c.today";
    let mut names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
    names.retain(|name| !name.is_empty());
    let mut known: BTreeMap<String, NamedTown> =
        store.json(sql, [json!(names).to_string().into()]).await?;
    let mut errors = Vec::new();
    let mut towns = BTreeSet::new();
    for name in names {
        let wrong = |reason: String| FieldError::new("towns", name, reason);
        match known.remove(name) {
            Some(found) if found.confirmed == 1 => {
                towns.insert(found.town);
            }
            Some(_) => errors.push(wrong(format!(
                "“{name}”还没有确认，请先在“镇街和村社区”里确认"
            ))),
            None if towns.iter().any(|town| town.name == name) => {}
            None => errors.push(wrong(format!(
                "没有“{name}”这个镇街，请先在“镇街和村社区”里登记"
            ))),
        }
    }
    match errors.is_empty() {
        true => Ok(towns.into_iter().collect()),
        false => Err(Problem::invalid(errors)),
    }
}

/// SQL, as a literal: what the town in a column is called today; what the column has, where no place is known by it.
#[macro_export]
macro_rules! town_name {
    ($column:literal) => {
        concat!(
            "coalesce((SELECT shown.name FROM place_today shown WHERE shown.id = ",
            $column,
            "), ",
            $column,
            ")"
        )
    };
}

/// SQL, as a literal: which place the town in a column is today.
#[macro_export]
macro_rules! town_today {
    ($column:literal) => {
        concat!(
            "coalesce((SELECT shown.today FROM place_today shown WHERE shown.id = ",
            $column,
            "), ",
            $column,
            ")"
        )
    };
}

/// SQL, as a literal: what the village in a column is called today, of the town in another.
#[macro_export]
macro_rules! village_name {
    ($town:literal, $village:literal) => {
        concat!(
            "coalesce((SELECT shown.name FROM place_today shown WHERE shown.id = ",
            $town,
            " || ':' || ",
            $village,
            "), ",
            $village,
            ")"
        )
    };
}

/// SQL, as a literal: what the towns in a column with a JSON array of ids are called today, each once, as a JSON array.
#[macro_export]
macro_rules! town_names {
    ($column:literal) => {
        concat!("json((SELECT json_group_array(DISTINCT coalesce((SELECT shown.name FROM place_today shown WHERE shown.id = own.value), own.value))
            FROM json_each(", $column, ") own))")
    };
}

/// SQL: what the town in a column is called today, as [`town_name!`] has it.
pub fn town_name(column: &str) -> String {
    town_name!("{column}").replace("{column}", column)
}

/// SQL: the id of the town with a name; the name where there is no such town, which is then the id of one that is not known yet.
pub fn town_id(name: &str) -> String {
    format!(
        "coalesce((SELECT called.id FROM place_called called WHERE called.kind = 'town' AND called.within = '' AND called.name = {name}), {name})"
    )
}

/// SQL: what tables keep as village, by its name and by the id of its town; the name where there is no such village.
pub fn village_kept(town: &str, name: &str) -> String {
    format!(
        "coalesce((SELECT substr(called.id, length(called.within) + 2) FROM place_called called
            WHERE called.kind = 'village' AND called.within = {town} AND called.name = {name}), {name})"
    )
}

/// SQL: what the village in a column is called today, within the town in another, as [`village_name!`] has it.
pub fn village_name(town: &str, village: &str) -> String {
    village_name!("{town}", "{village}")
        .replace("{town}", town)
        .replace("{village}", village)
}

/// SQL: the ids of all places that are today the town with a name. A former name finds it too.
pub fn all_of_town(name: &str) -> String {
    format!(
        "SELECT same.id FROM place_called called JOIN place_today same ON same.today = called.today
         WHERE called.kind = 'town' AND called.within = '' AND called.name = {name}"
    )
}
