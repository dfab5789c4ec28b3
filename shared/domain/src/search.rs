//! Names as a search compares them: one folding for whatever is stored and whatever is typed.

use crate::{letters, text};
use pinyin::ToPinyinMulti as _;

/// The version of [`fold`] and [`initials`]. What is stored folded says which version made it; raise it with every change of theirs.
pub const RULES: u32 = 2;

/// A name as people would compare it: [`text::comparable`], with simplified letters.
///
/// ```
/// use domain::search::fold;
/// assert_eq!(fold("湖州(南潯) ＫＦＣ·麵館"), "湖州南浔kfc面馆");
/// assert_eq!(fold("𠮷野家"), "吉野家");
/// ```
pub fn fold(name: &str) -> String {
    // Letters are made simple first: PDFs have radicals (⾷, U+2FB7) in place of letters (食), and `comparable`, which drops signs, would
    // drop them too.
    text::comparable(&simplified(name))
}

/// A text with simplified letters for traditional ones.
pub fn simplified(text: &str) -> String {
    text.chars().map(letters::simplified).collect()
}

/// Letters of names that are read in two ways, with the initials of both, the more usual one first.
const READ_TWICE: &[(char, &str)] = &[
    ('重', "cz"),
    ('长', "cz"),
    ('厦', "xs"),
    ('曾', "zc"),
    ('单', "ds"),
    ('乐', "ly"),
    ('行', "hx"),
    ('沈', "sc"),
    ('朝', "cz"),
    ('解', "xj"),
    ('仇', "qc"),
    ('查', "zc"),
    ('区', "qo"),
    ('翟', "zd"),
    ('覃', "qt"),
    ('种', "zc"),
    ('车', "cj"),
    ('石', "sd"),
    ('传', "cz"),
    ('藏', "cz"),
    ('调', "td"),
    ('降', "jx"),
    ('校', "xj"),
    ('会', "hk"),
    ('茄', "qj"),
    ('蛤', "gh"),
    ('卡', "kq"),
    ('番', "fp"),
    ('便', "bp"),
    ('屏', "pb"),
    ('泊', "bp"),
    ('莘', "xs"),
    ('省', "sx"),
    ('匙', "cs"),
    ('粘', "zn"),
    ('脯', "fp"),
    ('汤', "ts"),
    ('陶', "ty"),
    ('叶', "yx"),
    ('贾', "jg"),
    ('盛', "sc"),
    ('宿', "sx"),
    ('系', "xj"),
    ('畜', "xc"),
    ('参', "sc"),
    ('虹', "hj"),
    ('伽', "jg"),
    ('期', "qj"),
    ('甫', "fp"),
    ('都', "d"),
    ('洗', "xs"),
    ('召', "zs"),
    ('尉', "wy"),
    ('薄', "b"),
    ('巷', "xh"),
    ('吓', "xh"),
    ('亚', "y"),
    ('阿', "ae"),
    ('大', "dt"),
];

/// Words that nobody reads in another way, with their initials: most names end with one, and letters of theirs have rare readings.
const READ_ONCE: &[(&str, &str)] = &[
    ("有限责任公司", "yxzrgs"),
    ("有限公司", "yxgs"),
    ("股份", "gf"),
    ("公司", "gs"),
    ("食品", "sp"),
    ("超市", "cs"),
    ("餐饮", "cy"),
    ("饮食", "ys"),
    ("饮品", "yp"),
    ("市场", "sc"),
    ("酒店", "jd"),
    ("饭店", "fd"),
    ("商店", "sd"),
    ("农家", "nj"),
    ("家庭", "jt"),
    ("合作社", "hzs"),
    ("南浔", "nx"),
];

/// The most strings of initials that one name has, and the most letters of all of them.
const MOST_STRINGS: usize = 24;
const MOST_LETTERS: usize = 900;

/// The initials of a folded name's pinyin, in each reading of its letters, with a space between them: 重庆面馆 is «cqmg zqmg».
/// Letters and digits stay; a letter without a reading is left out. Of a name with many such letters, all readings of the letters
/// that names have often are there together, and each rarer reading once; never more than 24 strings and 900 letters.
///
/// ```
/// use domain::search::initials;
/// assert_eq!(initials("湖州abc食品7"), "hzabcsp7");
/// assert!(initials("重庆小面馆").split(' ').any(|string| string == "cqxmg"));
/// ```
pub fn initials(name: &str) -> String {
    let letters = readings(name);
    let usual: Vec<char> = letters.iter().map(|letter| letter.often()[0]).collect();
    let mut strings = vec![usual.clone()];
    for (place, letter) in letters.iter().enumerate() {
        for &other in &letter.often()[1..] {
            // Together with what stands there already; the rest of a very long list is left out.
            let more: Vec<Vec<char>> = strings
                .iter()
                .filter(|string| string[place] == letter.often()[0])
                .map(|string| with(string, place, other))
                .collect();
            strings.extend(more);
            strings.truncate(MOST_STRINGS);
        }
    }
    for (place, letter) in letters.iter().enumerate() {
        strings.extend(
            letter
                .seldom()
                .iter()
                .map(|&other| with(&usual, place, other)),
        );
    }
    strings.truncate(MOST_STRINGS.min(MOST_LETTERS / letters.len().max(1)).max(1));
    let strings: Vec<String> = strings
        .into_iter()
        .map(|string| string.into_iter().collect())
        .collect();
    strings.join(" ")
}

fn with(string: &[char], place: usize, letter: char) -> Vec<char> {
    let mut string = string.to_vec();
    string[place] = letter;
    string
}

/// The most initials that one letter has.
const MOST_READINGS: usize = 8;

/// The initials of one letter, those it has often before the others. No vector, for a ledger has a million letters.
#[derive(Default)]
struct Letter {
    initials: [char; MOST_READINGS],
    often: usize,
    count: usize,
}

impl Letter {
    fn only(initial: char) -> Self {
        let mut letter = Self::default();
        letter.has_often(initial);
        letter
    }

    /// At least one; the most usual first.
    fn often(&self) -> &[char] {
        &self.initials[..self.often]
    }

    fn seldom(&self) -> &[char] {
        &self.initials[self.often..self.count]
    }

    fn has(&mut self, initial: char) {
        if !self.initials[..self.count].contains(&initial) && self.count < MOST_READINGS {
            self.initials[self.count] = initial;
            self.count += 1;
        }
    }

    fn has_often(&mut self, initial: char) {
        self.has(initial);
        self.often = self.count;
    }
}

fn readings(name: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(name.len() / 3 + 1);
    let mut rest = name;
    while let Some(letter) = rest.chars().next() {
        if let Some((word, initials)) = READ_ONCE.iter().find(|(word, _)| rest.starts_with(word)) {
            letters.extend(initials.chars().map(Letter::only));
            rest = &rest[word.len()..];
            continue;
        }
        rest = &rest[letter.len_utf8()..];
        letters.extend(of_letter(letter));
    }
    letters
}

fn of_letter(letter: char) -> Option<Letter> {
    if letter.is_ascii_alphanumeric() {
        return Some(Letter::only(letter));
    }
    let mut known = Letter::default();
    if let Some((_, initials)) = READ_TWICE.iter().find(|(twice, _)| *twice == letter) {
        initials
            .chars()
            .for_each(|initial| known.has_often(initial));
    }
    for reading in letter.to_pinyin_multi().into_iter().flatten() {
        let Some(initial) = reading.plain().chars().next() else {
            continue;
        };
        match known.count {
            0 => known.has_often(initial),
            _ => known.has(initial),
        }
    }
    (known.count > 0).then_some(known)
}

/// What was typed into a search field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerms {
    /// Folded, each must be there, in any order; none where nothing was typed that a name could hold.
    pub words: Vec<String>,
    /// Where the whole may be the beginning of a code or of the number of a licence or registration: that, in capitals. A name may be so too (8090烤吧).
    pub code: Option<String>,
}

impl SearchTerms {
    /// Reads what was typed.
    ///
    /// ```
    /// use domain::search::SearchTerms;
    /// assert_eq!(SearchTerms::parse("南潯　面館").words, ["南浔", "面馆"]);
    /// assert_eq!(SearchTerms::parse("9133 05").code.as_deref(), Some("913305"));
    /// assert_eq!(SearchTerms::parse("8090烤吧").code, None);
    /// assert_eq!(SearchTerms::parse("浙小登 0012号").code.as_deref(), Some("浙小登0012号"));
    /// ```
    pub fn parse(typed: &str) -> Self {
        let words = text::tidy(typed)
            .split(' ')
            .map(fold)
            .filter(|word| !word.is_empty())
            .collect();
        let code = text::plain_code(typed);
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        let is_plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // Numbers of registrations begin with where they were given: 浙小作坊登字.
        let is_marked = code.starts_with(|first: char| !first.is_ascii()) && digits >= 4;
        let may_be_code = code.len() >= 4 && is_plain && digits * 2 >= code.len() || is_marked;
        Self {
            words,
            code: may_be_code.then_some(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Vec<String> {
        initials(&fold(name))
            .split(' ')
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_letter_with_two_readings_has_both_initials() {
        for (name, both) in [
            ("重庆小面馆", ["cqxmg", "zqxmg"]),
            ("厦门沙茶面", ["xmscm", "smscm"]),
            ("长兴饭店", ["cxfd", "zxfd"]),
            ("曾记面馆", ["zjmg", "cjmg"]),
            ("单县羊肉汤", ["sxyrt", "dxyrt"]),
        ] {
            let read = read(name);
            for initials in both {
                assert!(read.iter().any(|read| read == initials), "{name} {read:?}");
            }
        }
        assert!(read("𠮷野家").iter().any(|read| read == "jyj"));
    }

    #[test]
    fn no_letter_has_more_initials_than_are_kept() {
        for letter in '\u{3400}'..='\u{2ffff}' {
            let initials = letter
                .to_pinyin_multi()
                .into_iter()
                .flatten()
                .filter_map(|reading| reading.plain().chars().next());
            let distinct: std::collections::BTreeSet<char> = initials.collect();
            assert!(distinct.len() < MOST_READINGS, "{letter} {distinct:?}");
        }
    }

    #[test]
    fn several_such_letters_have_their_readings_together() {
        let read = read("重庆长乐行");
        for initials in ["cqclh", "zqzyx", "cqzlh", "zqclx"] {
            assert!(
                read.iter().any(|read| read == initials),
                "{initials} {read:?}"
            );
        }
    }

    #[test]
    fn however_many_such_letters_there_are_the_strings_stay_few() {
        let long = "重长厦曾单乐行沈朝解".repeat(20);
        let read = read(&long);
        assert!(read.len() <= 24 && read.iter().map(String::len).sum::<usize>() <= 900);
        assert_eq!(read[0].len(), 200);
        assert_eq!(initials(""), "");
        assert_eq!(initials("。"), "");
    }

    #[test]
    fn the_words_that_names_end_with_are_read_in_one_way() {
        assert_eq!(read("湖州食品有限公司").len(), 1);
    }

    #[test]
    fn traditional_letters_and_other_clothes_are_folded() {
        assert_eq!(fold("南潯鎮永興麵館"), fold("南浔镇永兴面馆"));
        assert_eq!(fold("ＫＦＣ（肯德基）"), "kfc肯德基");
        // A radical that a PDF gives in place of the letter.
        assert_eq!(fold("⾷品"), "食品");
    }

    #[test]
    fn digits_may_be_a_code_and_are_a_word_all_the_same() {
        let typed = SearchTerms::parse("8090");
        assert_eq!(
            (typed.words, typed.code.as_deref()),
            (vec!["8090".to_owned()], Some("8090"))
        );
        assert_eq!(
            SearchTerms::parse("91330503-myyg 3cwj94").code.as_deref(),
            Some("91330503MYYG3CWJ94")
        );
        assert_eq!(SearchTerms::parse("%_\"*（").words, [] as [String; 0]);
        assert_eq!(SearchTerms::parse("913").code, None);
    }
}
