//! How often a crash test pulls the plug.

/// A dozen, or as many as `SHIAN_CRASH_ROUNDS` says.
pub fn rounds() -> u32 {
    match std::env::var("SHIAN_CRASH_ROUNDS") {
        Ok(given) => given
            .parse()
            .expect("SHIAN_CRASH_ROUNDS is a number of rounds"),
        Err(_) => 12,
    }
}
