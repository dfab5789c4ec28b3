//! Places that a roster has named and the office has not confirmed yet, each with the known places that it most likely is.

use domain::place::{PlaceKind, likeness};
use domain::words::Word as _;
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
    let sql = "SELECT json_object(
        'unconfirmed', json((SELECT json_group_array(json_object('id', u.id, 'kind', u.kind, 'within', u.within, 'name', u.name, 'town', t.name,
            'enterprises', iif(u.kind = 'town', (SELECT count(*) FROM enterprise_ledger e WHERE e.town = u.id),
                (SELECT count(*) FROM enterprise_ledger e WHERE e.town = u.within AND e.town || ':' || e.village = u.id)),
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
    Ok(html! {
        @if !places.unconfirmed.is_empty() {
            h2 id="unconfirmed" { "待确认的地方（" (places.unconfirmed.len()) "）" }
            p { "名单里出现了下面这些名称。是新的地方就确认；是已有地方的另一种写法，就并入那一个，以后两种写法都认得。" }
            form.stack method="post" action="/places/confirm" {
                ul.plain {
                    @for place in &places.unconfirmed {
                        li { (line(place, &likeliest(place, &places.confirmed))) }
                    }
                }
                div.actions { button.main { "确认选中的" } }
            }
        }
    })
}

fn line(place: &UnconfirmedPlace, alike: &[&ConfirmedPlace]) -> Markup {
    let id = format!("confirm-{}", place.id);
    html! {
        div.check {
            // What looks like nothing that is known is likely new.
            input id=(id) type="checkbox" name="id" value=(place.id) checked[alike.is_empty()];
            label for=(id) {
                (place.name)
                span.note {
                    @if let Some(town) = &place.town { (town) "的" }
                    (place.kind.chinese()) "，" (place.enterprises) " 家企业"
                    @if place.officials > 0 { "，" (place.officials) " 名干部" }
                }
            }
        }
        @for known in alike {
            p.note { a href={ "/places/" (frame::encode(&place.id)) "/merge?into=" (frame::encode(&known.name)) } { "就是“" (known.name) "”，并入它" } }
        }
    }
}
