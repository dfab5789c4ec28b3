//! Places that a roster has named and the office has not confirmed yet, each with the known places that it most likely is.

use domain::place::{PlaceKind, likeness};
use maud::{Markup, html};
use serde::Deserialize;
use web::{Context, Problem, page as frame};

/// How many likely places are offered beside one.
const MOST_OFFERED: usize = 3;

#[derive(Deserialize)]
struct UnconfirmedPlace {
    id: String,
    kind: PlaceKind,
    /// The id of a village's town.
    within: String,
    name: String,
    /// What the town of a village is called.
    town: Option<String>,
    /// How many businesses and officials name it.
    enterprises: u64,
    officials: u64,
}

#[derive(Deserialize)]
struct ConfirmedPlace {
    kind: PlaceKind,
    within: String,
    name: String,
}

#[derive(Deserialize)]
struct PlacesToCompare {
    unconfirmed: Vec<UnconfirmedPlace>,
    confirmed: Vec<ConfirmedPlace>,
}

async fn find(context: &Context) -> Result<PlacesToCompare, Problem> {
    // Counted once for all, and only where a place waits.
    let sql = "WITH named AS MATERIALIZED (SELECT e.town, e.village, count(*) AS n FROM enterprise_ledger e
            WHERE EXISTS (SELECT 1 FROM place u WHERE NOT u.confirmed AND u.today = u.id) GROUP BY e.town, e.village)
        SELECT json_object(
        'unconfirmed', json((SELECT json_group_array(json_object('id', u.id, 'kind', u.kind, 'within', u.within, 'name', u.name, 'town', t.name,
            'enterprises', coalesce(iif(u.kind = 'town', (SELECT sum(c.n) FROM named c WHERE c.town = u.id),
                (SELECT c.n FROM named c WHERE c.town = u.within AND c.town || ':' || c.village = u.id)), 0),
            'officials', (SELECT count(*) FROM cadre_ledger c WHERE c.town = u.id)))
            FROM (SELECT * FROM place WHERE NOT confirmed AND today = id ORDER BY kind, within, name) u LEFT JOIN place_today t ON t.id = u.within)),
        'confirmed', json((SELECT json_group_array(json_object('kind', p.kind, 'within', p.within, 'name', p.name))
            FROM place p WHERE p.confirmed AND p.today = p.id AND EXISTS (SELECT 1 FROM place u WHERE NOT u.confirmed AND u.today = u.id))))";
    Ok(context.store.json(sql, []).await?)
}

/// The known places that look most like one, the likeliest first.
fn likeliest<'p>(place: &UnconfirmedPlace, known: &'p [ConfirmedPlace]) -> Vec<&'p ConfirmedPlace> {
    let mut alike: Vec<(u32, &ConfirmedPlace)> = known
        .iter()
        .filter(|known| known.kind == place.kind && known.within == place.within)
        .map(|known| (likeness(&place.name, &known.name), known))
        .filter(|(likeness, _)| *likeness > 0)
        .collect();
    alike.sort_by(|(a, _), (b, _)| b.cmp(a));
    alike.truncate(MOST_OFFERED);
    alike.into_iter().map(|(_, known)| known).collect()
}

/// What waits for the office: each place with a button that confirms it, and the ways to merge it into what it most likely is; nothing
/// where no place waits.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn section(context: &Context) -> Result<Markup, Problem> {
    let places = find(context).await?;
    let (towns, villages): (Vec<&UnconfirmedPlace>, Vec<&UnconfirmedPlace>) = places
        .unconfirmed
        .iter()
        .partition(|place| place.kind == PlaceKind::Town);
    Ok(html! {
        @if !places.unconfirmed.is_empty() {
            h2 id="unconfirmed" { "待确认的地方（" (places.unconfirmed.len()) "）" }
            p { "名单里出现了下面这些名称。是新的地方就确认；是已有地方的另一种写法，就并入那一个，以后两种写法都认得。和已有的都不像的，已经替您选中。" }
            form method="post" action="/places/confirm" {
                @if !towns.is_empty() { (table("待确认的镇街", &towns, &places.confirmed)) }
                @if !villages.is_empty() {
                    details open[towns.is_empty()] {
                        summary { "村社区（" (villages.len()) "）" }
                        (table("待确认的村社区", &villages, &places.confirmed))
                    }
                }
                div.actions { button.main { "确认选中的" } }
            }
        }
    })
}

fn table(label: &str, places: &[&UnconfirmedPlace], known: &[ConfirmedPlace]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { th scope="col" { "选中" } th scope="col" { "名称" } th.number scope="col" { "企业" } th.number scope="col" { "干部" } th scope="col" { "就是" } } }
                tbody { @for place in places { (line(place, &likeliest(place, known))) } }
            }
        }
    }
}

fn line(place: &UnconfirmedPlace, alike: &[&ConfirmedPlace]) -> Markup {
    let id = format!("confirm-{}", place.id);
    html! {
        tr {
            td.tight { input id=(id) type="checkbox" name="id" value=(place.id) checked[alike.is_empty()]; }
            td.name { label for=(id) { @if let Some(town) = &place.town { (town) " " } (place.name) } }
            td.number { (place.enterprises) }
            td.number { (place.officials) }
            td {
                @for (number, known) in alike.iter().enumerate() {
                    @if number > 0 { "、" }
                    a href={ "/places/" (frame::encode(&place.id)) "/merge?into=" (frame::encode(&known.name)) } { "“" (known.name) "”，并入它" }
                }
            }
        }
    }
}
