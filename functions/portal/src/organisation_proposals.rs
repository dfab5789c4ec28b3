//! The bureau, and stations and food-safety offices of towns, that are not registered yet. Only their towns are known: what they are called
//! is for the office to say.

use domain::organisation::OrganisationKind;
use domain::words::Word as _;
use maud::{Markup, html};
use registers::{town_name, town_names};
use serde::Deserialize;
use std::collections::BTreeSet;
use web::{Context, Problem, page as frame};

/// Who answers for towns, as it stands now.
#[derive(Debug, Default, Deserialize)]
struct Answering {
    /// The towns of each account of a station.
    stations: BTreeSet<BTreeSet<String>>,
    /// The towns of accounts of towns.
    accounts: BTreeSet<String>,
    /// Towns that a registered station answers for.
    with_station: BTreeSet<String>,
    /// Towns whose food-safety office is registered.
    with_office: BTreeSet<String>,
    /// Whether the bureau is registered.
    has_bureau: bool,
}

/// An organisation that may be missing.
#[derive(Debug, PartialEq)]
struct Proposal {
    kind: OrganisationKind,
    towns: Vec<String>,
}

/// The towns that the office has confirmed.
async fn towns(context: &Context) -> Result<BTreeSet<String>, Problem> {
    let sql = "SELECT json_group_array(p.name) FROM place_today p WHERE p.kind = 'town' AND p.id = p.today AND p.confirmed";
    Ok(context.store.json(sql, []).await?)
}

async fn known(context: &Context) -> Result<Answering, Problem> {
    let sql = concat!(
        "SELECT json_object(
        'stations', json((SELECT json_group_array(",
        town_names!("a.towns"),
        ") FROM account a WHERE a.role = 'station' AND a.status = 'active')),
        'accounts', json((SELECT json_group_array(",
        town_name!("t.value"),
        ") FROM account a, json_each(a.towns) t WHERE a.role = 'town' AND a.status = 'active')),
        'with_station', json((SELECT json_group_array(c.town_name) FROM organisation_reached c WHERE c.kind = 'station')),
        'with_office', json((SELECT json_group_array(c.town_name) FROM organisation_reached c WHERE c.kind = 'town_office')),
        'has_bureau', json(iif(EXISTS (SELECT 1 FROM acting_organisation c WHERE c.kind = 'bureau'), 'true', 'false')))"
    );
    Ok(context.store.json(sql, []).await?)
}

/// The bureau, a station for each account of a station, one for the towns that then have none, and an office for each town.
fn proposed(known: &Answering, towns: &BTreeSet<String>) -> Vec<Proposal> {
    let mut covered = known.with_station.clone();
    let mut proposals = Vec::new();
    if !known.has_bureau {
        proposals.push(Proposal {
            kind: OrganisationKind::Bureau,
            towns: Vec::new(),
        });
    }
    let rest: BTreeSet<String> = towns
        .iter()
        .filter(|town| !known.stations.iter().flatten().any(|own| own == *town))
        .cloned()
        .collect();
    for own in known.stations.iter().chain([&rest]) {
        let open: Vec<String> = own.difference(&covered).cloned().collect();
        if !open.is_empty() {
            covered.extend(open.iter().cloned());
            proposals.push(Proposal {
                kind: OrganisationKind::Station,
                towns: open,
            });
        }
    }
    let all = towns.union(&known.accounts);
    proposals.extend(
        all.filter(|town| !known.with_office.contains(*town))
            .map(|town| Proposal {
                kind: OrganisationKind::TownOffice,
                towns: vec![town.clone()],
            }),
    );
    proposals
}

/// What may be missing, each with the way to its form.
pub async fn proposals(context: &Context) -> Result<Markup, Problem> {
    let proposals = proposed(&known(context).await?, &towns(context).await?);
    Ok(html! {
        @if !proposals.is_empty() {
            h2 { "还没有登记的单位" }
            p { "下面这些单位还没有登记。名称由您填写。" }
            ul {
                @for proposal in &proposals {
                    @let towns = proposal.towns.join("、");
                    li {
                        @if !towns.is_empty() { (towns) "：" }
                        a href={ "/organisations/new?kind=" (proposal.kind.code()) @if !towns.is_empty() { "&towns=" (frame::encode(&towns)) } } {
                            "登记" (proposal.kind.chinese()) @if !towns.is_empty() { span.hidden { "（" (towns) "）" } }
                        }
                    }
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn proposal(kind: OrganisationKind, towns: &[&str]) -> Proposal {
        Proposal {
            kind,
            towns: towns.iter().map(|town| (*town).to_owned()).collect(),
        }
    }

    #[test]
    fn each_town_without_a_station_or_an_office_is_proposed_once() {
        use OrganisationKind::{Station, TownOffice};
        let known = Answering {
            stations: [set(&["甲镇", "乙镇"]), set(&["乙镇", "丙镇"])].into(),
            accounts: set(&["戊镇"]),
            with_station: set(&["甲镇"]),
            with_office: set(&["甲镇", "乙镇"]),
            has_bureau: true,
        };
        let towns = set(&["甲镇", "乙镇", "丙镇", "丁镇", "戊镇"]);
        assert_eq!(
            proposed(&known, &towns),
            [
                proposal(Station, &["丙镇", "乙镇"]),
                proposal(Station, &["丁镇", "戊镇"]),
                proposal(TownOffice, &["丁镇"]),
                proposal(TownOffice, &["丙镇"]),
                proposal(TownOffice, &["戊镇"]),
            ]
        );
        assert_eq!(
            proposed(&Answering::default(), &set(&[])),
            [proposal(OrganisationKind::Bureau, &[])]
        );
    }
}
