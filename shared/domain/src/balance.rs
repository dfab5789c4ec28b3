//! Loads of officials, evened out (001 §三.1: not lopsided, 畸轻畸重): area first, then the spread down, with few moves.

use std::collections::BTreeMap;

/// A business that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBusiness {
    /// The code by which the business is known.
    pub business: String,
    /// Who holds it.
    pub official: String,
    /// Village or community; empty where it is not known.
    pub village: String,
}

/// One business to another official.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The business.
    pub business: String,
    /// Who holds it now.
    pub from: String,
    /// Who is to hold it.
    pub to: String,
}

/// The moves that even out the loads of `officials` who stand for each other (of one town and tier). Where `within_villages`, as
/// for village officials, a business stays with officials who already answer for its village (001 §三.1: by the grid), or goes
/// to one who has none yet. Every move narrows a gap of at least two, and none moves twice.
pub fn even_out(officials: &[String], held: &[HeldBusiness], within_villages: bool) -> Vec<Move> {
    let mut loads: BTreeMap<&str, Vec<&HeldBusiness>> = officials
        .iter()
        .map(|official| (official.as_str(), Vec::new()))
        .collect();
    for one in held {
        if let Some(load) = loads.get_mut(one.official.as_str()) {
            load.push(one);
        }
    }
    let mut moves: Vec<Move> = Vec::new();
    while let Some((from, to, place)) = next_move(&loads, &moves, within_villages) {
        let (from, to) = (from.to_owned(), to.to_owned());
        let Some(moved) = loads.get_mut(from.as_str()).map(|load| load.remove(place)) else {
            break;
        };
        if let Some(load) = loads.get_mut(to.as_str()) {
            load.push(moved);
        }
        moves.push(Move {
            business: moved.business.clone(),
            from,
            to,
        });
    }
    moves
}

/// From the heaviest to the lightest that may take one; of the businesses, the one that fits the receiver's area best.
fn next_move<'l>(
    loads: &BTreeMap<&'l str, Vec<&HeldBusiness>>,
    moves: &[Move],
    within_villages: bool,
) -> Option<(&'l str, &'l str, usize)> {
    let mut order: Vec<(&str, &Vec<&HeldBusiness>)> = loads
        .iter()
        .map(|(official, load)| (*official, load))
        .collect();
    order.sort_by_key(|(official, load)| (load.len(), *official));
    for (giver, given) in order.iter().rev() {
        for (taker, taken) in &order {
            if given.len() < taken.len() + 2 {
                break;
            }
            let near = |load: &[&HeldBusiness], village: &str| {
                load.iter().filter(|held| held.village == village).count()
            };
            let best = given
                .iter()
                .enumerate()
                .filter(|(_, held)| moves.iter().all(|made| made.business != held.business))
                .filter(|(_, held)| {
                    !within_villages || taken.is_empty() || near(taken, &held.village) > 0
                })
                .max_by_key(|(place, held)| {
                    // The taker's area, and least of the giver's.
                    let gain = near(taken, &held.village).cast_signed()
                        - near(given, &held.village).cast_signed();
                    (gain, std::cmp::Reverse(*place))
                });
            if let Some((place, _)) = best {
                return Some((giver, taker, place));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(loads: &[(&str, &str, usize)]) -> Vec<HeldBusiness> {
        loads
            .iter()
            .flat_map(|(official, village, count)| {
                (0..*count).map(move |place| HeldBusiness {
                    business: format!("{official}/{village}/{place}"),
                    official: (*official).to_owned(),
                    village: (*village).to_owned(),
                })
            })
            .collect()
    }

    fn loads(officials: &[String], held: &[HeldBusiness], moves: &[Move]) -> Vec<usize> {
        let holder = |one: &HeldBusiness| {
            moves
                .iter()
                .find(|made| made.business == one.business)
                .map_or(one.official.clone(), |made| made.to.clone())
        };
        officials
            .iter()
            .map(|official| held.iter().filter(|one| holder(one) == *official).count())
            .collect()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn loads_end_within_one_of_each_other_with_the_fewest_moves() {
        let officials = names(&["a", "b", "c"]);
        let held = held(&[("a", "x", 9), ("b", "x", 3)]);
        let moves = even_out(&officials, &held, false);
        assert_eq!(loads(&officials, &held, &moves), [4, 4, 4]);
        assert_eq!(moves.len(), 5);
        assert_eq!(even_out(&officials, &held, false), moves);
    }

    #[test]
    fn a_village_official_takes_only_what_lies_in_their_villages() {
        let officials = names(&["a", "b", "c"]);
        // b has the same village as a, c another.
        let held = held(&[("a", "x", 8), ("b", "x", 2), ("c", "y", 1)]);
        let moves = even_out(&officials, &held, true);
        assert_eq!(loads(&officials, &held, &moves), [5, 5, 1]);
        assert!(moves.iter().all(|made| made.to == "b"));
    }

    #[test]
    fn who_has_nothing_yet_may_begin_anywhere_and_even_loads_stay() {
        let officials = names(&["a", "b"]);
        assert_eq!(even_out(&officials, &held(&[("a", "x", 4)]), true).len(), 2);
        assert!(even_out(&officials, &held(&[("a", "x", 3), ("b", "y", 2)]), false).is_empty());
        assert!(even_out(&[], &[], false).is_empty());
    }

    #[test]
    fn of_a_town_official_the_business_nearest_to_the_taker_moves() {
        let officials = names(&["a", "b"]);
        let held = held(&[("a", "x", 3), ("a", "y", 1), ("b", "y", 2)]);
        let moves = even_out(&officials, &held, false);
        assert_eq!(moves.len(), 1);
        assert_eq!(moves[0].business, "a/y/0");
    }
}
