//! How the tier of an official goes with the level of a business (001 §三.1).

use domain::words::{Level, Tier};

domain::words::words! {
    /// How an official's tier goes with a business's level.
    Fit {
        /// The tier that the level asks for (001 §三.1).
        Fits = "fits" "相符",
        /// A higher tier, which is allowed with a reason.
        Lifted = "lifted" "提级",
        /// A lower tier, which is not allowed.
        TooLow = "too_low" "层级不够",
    }
}

/// Compares the tier with the lowest one that may answer for the level. Without a level every tier fits.
pub fn fit_of(level: Option<Level>, tier: Tier) -> Fit {
    let rank = |tier| match tier {
        Tier::District => 1,
        Tier::Town => 2,
        Tier::Village => 3,
    };
    let lowest = match level {
        None => return Fit::Fits,
        Some(Level::A | Level::B) => 1,
        Some(Level::C) => 2,
        Some(Level::D) => 3,
    };
    match rank(tier).cmp(&lowest) {
        std::cmp::Ordering::Less => Fit::Lifted,
        std::cmp::Ordering::Equal => Fit::Fits,
        std::cmp::Ordering::Greater => Fit::TooLow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 001 §三.1: B by the district, C by the town, D by the village; A by the district for want of a city tier.
    #[test]
    fn the_tier_must_fit_the_level_and_may_be_higher() {
        let all = [Tier::District, Tier::Town, Tier::Village];
        let of = |level| all.map(|tier| fit_of(level, tier));
        assert_eq!(of(Some(Level::A)), [Fit::Fits, Fit::TooLow, Fit::TooLow]);
        assert_eq!(of(Some(Level::B)), [Fit::Fits, Fit::TooLow, Fit::TooLow]);
        assert_eq!(of(Some(Level::C)), [Fit::Lifted, Fit::Fits, Fit::TooLow]);
        assert_eq!(of(Some(Level::D)), [Fit::Lifted, Fit::Lifted, Fit::Fits]);
        assert_eq!(of(None), [Fit::Fits; 3]);
    }
}
