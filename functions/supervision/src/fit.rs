//! How the tier of an official goes with the level of a business (001 §三.1). Which goes with which stands in the table `tier_fit`.

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
