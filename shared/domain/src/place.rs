//! Towns and villages: what kinds there are, what official lists call them, and which names may mean the same place.

use crate::{text, words};

words! {
    /// What a place is.
    PlaceKind {
        /// 镇, 街道, 乡, or what has offices like one.
        Town = "town" "镇街",
        /// 村 or 社区.
        Village = "village" "村社区",
    }
}

/// A 统计用区划代码, as the statistics office gives it to towns and villages: twelve digits, the last three 000 for a town.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceCode(String);

/// What a code of the list stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceLevel {
    /// The district, or what is above it: no place of the register.
    Above,
    /// A town or a village.
    Place(PlaceKind),
}

impl PlaceCode {
    /// Reads a code. Nine digits are the code of a town without its zeros; none where it is no code.
    ///
    /// ```
    /// use domain::place::PlaceCode;
    /// let read = |typed: &str| PlaceCode::read(typed).map(|code| code.as_str().to_owned());
    /// assert_eq!(read("330503101").as_deref(), Some("330503101000"));
    /// assert_eq!(read("33050310"), None);
    /// ```
    pub fn read(typed: &str) -> Option<Self> {
        let digits = text::plain_code(typed);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match digits.len() {
            12 => Some(Self(digits)),
            9 => Some(Self(format!("{digits}000"))),
            6 => Some(Self(format!("{digits}000000"))),
            _ => None,
        }
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it stands for.
    pub fn level(&self) -> PlaceLevel {
        match (self.0.ends_with("000000"), self.0.ends_with("000")) {
            (true, _) => PlaceLevel::Above,
            (false, true) => PlaceLevel::Place(PlaceKind::Town),
            (false, false) => PlaceLevel::Place(PlaceKind::Village),
        }
    }

    /// Of a village, the code of its town.
    #[must_use]
    pub fn town(&self) -> Self {
        Self(format!("{}000", &self.0[..9]))
    }
}

/// What people call a place that an official list names in full: 练市村村民委员会 and 练市村委会 are 练市村, 城东居委会 is 城东社区,
/// 某街道办事处 is 某街道.
///
/// ```
/// use domain::place::short_name;
/// assert_eq!(short_name("练市村村民委员会"), "练市村");
/// assert_eq!(short_name("练市村委会"), "练市村");
/// assert_eq!(short_name("城东社区居委会"), "城东社区");
/// assert_eq!(short_name("南浔街道办事处"), "南浔街道");
/// ```
pub fn short_name(full: &str) -> String {
    let name = text::tidy(full);
    for (ending, kind) in [
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("居民委员会", "社区"),
        ("居委会", "社区"),
    ] {
        if let Some(base) = name.strip_suffix(ending).filter(|base| !base.is_empty()) {
            return match base.ends_with('村') || base.ends_with("社区") {
                true => base.to_owned(),
                false => format!("{base}{kind}"),
            };
        }
    }
    match name.strip_suffix("办事处") {
        Some(base) if base.ends_with("街道") => base.to_owned(),
        _ => name,
    }
}

/// A name without the kind of place behind it.
fn without_kind(name: &str) -> &str {
    ["街道", "社区", "镇", "乡", "村"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// The part of a name by which a place differs from others: without the district in front and the kind behind. 市 may be a part of a name,
/// as in 练市镇: what is taken away leaves at least two letters.
fn core(name: &str) -> String {
    let short = short_name(name);
    let mut name = short.as_str();
    while let Some((_, rest)) = name.split_once(['省', '市', '县', '区']) {
        if without_kind(rest).chars().count() < 2 {
            break;
        }
        name = rest;
    }
    match without_kind(name) {
        "" => text::comparable(name),
        core => text::comparable(core),
    }
}

/// How much a name looks like that of another place, from 0 to 100; 0 where nothing speaks for it. The same without district and kind is
/// 90, one within the other 70, one or two letters of difference 40 to 60.
///
/// ```
/// use domain::place::likeness;
/// assert_eq!(likeness("湖州市南浔区练市镇", "练市镇"), 90);
/// assert_eq!(likeness("练市", "练市镇"), 90);
/// assert!(likeness("练巿镇", "练市镇") > 0);
/// assert_eq!(likeness("双林镇", "练市镇"), 0);
/// ```
pub fn likeness(name: &str, other: &str) -> u32 {
    let (name, other) = (core(name), core(other));
    let longest = name.chars().count().max(other.chars().count());
    if name.is_empty() || other.is_empty() {
        return 0;
    }
    if name == other {
        return 90;
    }
    if name.contains(&other) || other.contains(&name) {
        return 70;
    }
    match strsim::damerau_levenshtein(&name, &other) {
        1 if longest >= 3 => 60,
        1 => 40,
        2 if longest >= 5 => 40,
        _ => 0,
    }
}
