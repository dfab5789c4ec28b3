//! The size of 发文机关标志: as large as its name allows.

use crate::measures::{AREA_WIDTH, MARK_SIZES, Pt};
use crate::width;

/// The largest size in which the mark stands on one line; the smallest where none does, and then it stands on two.
pub fn fitting(mark: &str) -> Pt {
    let halves = width::of_text(mark) as f64;
    let room = AREA_WIDTH.points().0;
    let smallest = MARK_SIZES[MARK_SIZES.len() - 1];
    MARK_SIZES
        .into_iter()
        .find(|size| size.0 * halves / 2.0 <= room)
        .unwrap_or(smallest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_set_smaller_until_it_fits() {
        let short = fitting("食药安办文件");
        let long = fitting("湖州市南浔区食品安全委员会办公室文件");
        assert!(short.0 > long.0);
        assert!(long.0 * 18.0 <= AREA_WIDTH.points().0);
        let longest = "食".repeat(60);
        assert_eq!(fitting(&longest).0, MARK_SIZES[MARK_SIZES.len() - 1].0);
    }
}
