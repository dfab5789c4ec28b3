//! The words, as data.

use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;
use std::sync::OnceLock;

/// A category of 食品生产许可分类目录, as licence numbers carry it: 101–131, and 201–203 for additives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category {
    /// Three digits.
    pub code: &'static str,
    /// The name in the catalogue's words.
    pub name: &'static str,
}

impl Category {
    /// All of them, in the catalogue's order.
    pub fn all() -> &'static [Self] {
        &vocabulary().categories
    }

    /// The category of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::all().iter().copied().find(|known| known.code == code)
    }
}

/// What a word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Making food under a licence.
    Make,
    /// Making beyond primary processing, whatever the raw material.
    MakeDeep,
    /// Making, perhaps.
    MakeUnclear,
    /// Making by one for another: for whom is not said.
    MakeForWhom,
    /// Processing of whatever depth.
    Rough,
    /// Packing what others have made or grown.
    Pack,
    OnTheSpot,
    Primary,
    Slaughter,
    Grow,
    Sell,
    Serve,
    Store,
    Research,
    Service,
    Commission,
    Equipment,
    Packaging,
    /// Turns away whatever it stands before.
    Elsewhere,
    NotFood,
    About,
    Generic,
    UnclearFood,
    Food,
    /// Farm products; [`Word::raised`] of words that are also something else.
    Raised,
    Neutral,
    And,
    Not,
    Except,
    Workshop,
    /// How large the maker is.
    Small,
    Preparation,
}

impl Class {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "make" | "produce" => Self::Make,
            "make_deep" => Self::MakeDeep,
            "make_unclear" => Self::MakeUnclear,
            "make_for_whom" => Self::MakeForWhom,
            "rough" => Self::Rough,
            "pack" => Self::Pack,
            "small" => Self::Small,
            "on_the_spot" => Self::OnTheSpot,
            "primary" => Self::Primary,
            "slaughter" => Self::Slaughter,
            "grow" => Self::Grow,
            "sell" => Self::Sell,
            "serve" => Self::Serve,
            "store" => Self::Store,
            "research" => Self::Research,
            "service" => Self::Service,
            "commission" => Self::Commission,
            "equipment" => Self::Equipment,
            "packaging" => Self::Packaging,
            "elsewhere" => Self::Elsewhere,
            "not_food" => Self::NotFood,
            "about" => Self::About,
            "generic" => Self::Generic,
            "unclear_food" => Self::UnclearFood,
            "food" => Self::Food,
            "raised" => Self::Raised,
            "neutral" => Self::Neutral,
            "and" => Self::And,
            "not" => Self::Not,
            "except" => Self::Except,
            "workshop" => Self::Workshop,
            "preparation" => Self::Preparation,
            _ => return None,
        })
    }

    /// Says what is done.
    pub fn is_action(self) -> bool {
        matches!(
            self,
            Self::Make
                | Self::MakeDeep
                | Self::MakeUnclear
                | Self::MakeForWhom
                | Self::Rough
                | Self::Pack
                | Self::OnTheSpot
                | Self::Primary
                | Self::Slaughter
                | Self::Grow
                | Self::Sell
                | Self::Serve
                | Self::Store
                | Self::Research
                | Self::Service
                | Self::Commission
        )
    }

    /// Making of some kind.
    pub fn is_make(self) -> bool {
        matches!(
            self,
            Self::Make | Self::MakeDeep | Self::MakeUnclear | Self::MakeForWhom
        )
    }

    /// Something to eat or drink, or perhaps.
    pub fn is_edible(self) -> bool {
        matches!(
            self,
            Self::Food | Self::Generic | Self::UnclearFood | Self::Raised
        )
    }
}

/// A word of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    pub class: Class,
    pub category: Option<Category>,
    /// Producing it is farming.
    pub raised: bool,
    /// 生产, which of farm products is farming; 加工 never is.
    pub produce: bool,
}

pub struct Vocabulary {
    categories: Vec<Category>,
    pub words: Vec<Word>,
    pub finder: AhoCorasick,
}

/// The compiled vocabulary; the same for everybody.
pub fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| {
        compile(
            include_str!("../../data/scope/categories.csv"),
            include_str!("../../data/scope/words.txt"),
        )
    })
}

/// # Panics
///
/// Where the data is not in its form, which the tests would have found.
fn compile(categories: &'static str, words: &'static str) -> Vocabulary {
    let categories: Vec<Category> = categories
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .map(|(code, name)| Category { code, name })
        .collect();
    let mut known: HashMap<&'static str, Word> = HashMap::new();
    for line in words.lines().filter(|line| !line.starts_with('#')) {
        let Some((head, members)) = line.split_once(": ") else {
            assert!(line.trim().is_empty(), "a line without a class: {line}");
            continue;
        };
        let produce = head == "produce";
        let (class, code) = head
            .split_once(' ')
            .map_or((head, None), |(class, code)| (class, Some(code)));
        let class = Class::of(class);
        assert!(class.is_some(), "an unknown class: {head}");
        let category =
            code.and_then(|code| categories.iter().copied().find(|known| known.code == code));
        assert_eq!(
            code.is_some(),
            category.is_some(),
            "an unknown category: {head}"
        );
        for member in members.split_whitespace() {
            let Some(class) = class else { continue };
            let raised = class == Class::Raised;
            known
                .entry(member)
                .and_modify(|word| word.raised |= raised)
                .or_insert(Word {
                    class,
                    category,
                    raised,
                    produce,
                });
        }
    }
    let mut known: Vec<_> = known.into_iter().collect();
    known.sort_by_key(|(text, _)| *text);
    let finder = finder(known.iter().map(|(text, _)| *text));
    Vocabulary {
        categories,
        words: known.into_iter().map(|(_, word)| word).collect(),
        finder,
    }
}

/// Finds the longest of the phrases at each place, reading a text once.
///
/// # Panics
///
/// Where there are gigabytes of phrases.
pub fn finder<'p>(phrases: impl IntoIterator<Item = &'p str>) -> AhoCorasick {
    let finder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(phrases);
    match finder {
        Ok(finder) => finder,
        Err(error) => panic!("the phrases do not compile: {error}"),
    }
}
