//! A scope as words and marks.

use super::vocabulary::{Word, vocabulary};
use super::{is_han, numbered};
use crate::letters::simplified;
use crate::text;

/// What stands at a place of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word(Word),
    /// 、 ， and the like: a list goes on.
    Comma,
    /// ； 。: an item ends.
    Stop,
    Colon,
    Open,
    Close,
    /// Letters that no word of ours has.
    Other,
}

/// A word or a mark, with its place in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    pub fn word(&self) -> Option<Word> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// The text in one spelling: simplified characters, one kind of bracket and mark, lines kept as stops.
pub fn normal(scope: &str) -> String {
    let mut text = String::with_capacity(scope.len());
    let breaks = ['\n', '\r', '\u{2028}', '\u{2029}'];
    for line in scope.split(breaks) {
        let line = without_spread(text::tidy(line));
        if !line.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            push_letters(&line, &mut text);
        }
    }
    numbered::with_stops(with_stops_before_headings(text))
}

/// Copies what stays as it is in whole runs.
fn push_letters(line: &str, text: &mut String) {
    let mut done = 0;
    for (place, c) in line.char_indices() {
        let letter = letter(c);
        if letter != c {
            text.push_str(&line[done..place]);
            text.push(letter);
            done = place + c.len_utf8();
        }
    }
    text.push_str(&line[done..]);
}

fn letter(c: char) -> char {
    match c {
        '(' | '[' | '【' | '〔' | '〈' | '{' | '［' | '｛' => '（',
        ')' | ']' | '】' | '〕' | '〉' | '}' | '］' | '｝' => '）',
        ',' => '，',
        ';' | '；' | '。' | '|' | '！' | '!' | '?' | '？' | '※' | '*' => '；',
        ':' | '∶' | '︰' => '：',
        '/' | '\\' | '&' | '＋' | '+' | '､' | '﹑' | '•' | '·' => '、',
        c => simplified(c),
    }
}

/// A heading begins anew even where no mark stands before it: 许可项目：, 一般经营项目： and the like.
fn with_stops_before_headings(text: String) -> String {
    let headings: Vec<usize> = text
        .match_indices("项目：")
        .filter_map(|(place, _)| {
            let before = &text[..place];
            let before = before.strip_suffix("经营").unwrap_or(before);
            let heading = before
                .strip_suffix("许可")
                .or_else(|| before.strip_suffix("一般"))?;
            Some(heading.len())
        })
        .collect();
    if headings.is_empty() {
        return text;
    }
    let mut parted = String::with_capacity(text.len() + headings.len() * '；'.len_utf8());
    let mut done = 0;
    for place in headings {
        parted.push_str(&text[done..place]);
        parted.push('；');
        done = place;
    }
    parted.push_str(&text[done..]);
    parted
}

/// 食 品 生 产 is 食品生产 spread out; a space between longer words parts them.
fn without_spread(line: String) -> String {
    if !line.contains(' ') {
        return line;
    }
    let parts: Vec<&str> = line.split(' ').collect();
    let mut joined = String::with_capacity(line.len());
    for (place, part) in parts.iter().enumerate() {
        if place > 0 && !is_spread(&parts, place) {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    joined
}

/// Whether the space before a part stands within a word: the letters beside it are alone between spaces and marks, or one of them is and
/// its other neighbour too. One letter alone, such as 油 in a list, is a word.
fn is_spread(parts: &[&str], place: usize) -> bool {
    let alone = |part: &str| part.chars().nth(1).is_none();
    let ends = |at: Option<usize>| {
        at.and_then(|at| parts.get(at)).is_some_and(|part| {
            part.chars()
                .rev()
                .take_while(|c| is_han(*c))
                .take(2)
                .count()
                == 1
        })
    };
    let starts = |at: usize| {
        parts
            .get(at)
            .is_some_and(|part| part.chars().take_while(|c| is_han(*c)).take(2).count() == 1)
    };
    let (before, behind) = (parts[place - 1], parts[place]);
    let beside_letters = before.ends_with(is_han) && behind.starts_with(is_han);
    alone(before) && alone(behind)
        || beside_letters
            && match (ends(Some(place - 1)), starts(place)) {
                (true, true) => true,
                (true, false) => alone(before) && ends(place.checked_sub(2)),
                (false, true) => alone(behind) && starts(place + 1),
                (false, false) => false,
            }
}

/// The words and marks of a normal text.
pub fn tokens(text: &str) -> Vec<Token> {
    let vocabulary = vocabulary();
    let mut tokens = Vec::new();
    let mut done = 0;
    for found in vocabulary.finder.find_iter(text) {
        between(text, done, found.start(), &mut tokens);
        tokens.push(Token {
            kind: Kind::Word(vocabulary.words[found.pattern()]),
            start: found.start(),
            end: found.end(),
        });
        done = found.end();
    }
    between(text, done, text.len(), &mut tokens);
    tokens
}

fn between(text: &str, from: usize, to: usize, tokens: &mut Vec<Token>) {
    for (place, c) in text[from..to].char_indices() {
        let kind = match c {
            '、' | '，' | ' ' => Kind::Comma,
            '；' | '\n' => Kind::Stop,
            '：' => Kind::Colon,
            '（' => Kind::Open,
            '）' => Kind::Close,
            _ => Kind::Other,
        };
        let (start, end) = (from + place, from + place + c.len_utf8());
        match tokens.last_mut() {
            Some(last) if kind == Kind::Other && last.kind == Kind::Other && last.end == start => {
                last.end = end;
            }
            _ => tokens.push(Token { kind, start, end }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn a_scope_has_one_spelling_and_each_heading_a_stop() {
        assert_eq!(
            normal(
                "許可項目:食品生產(不含保健食品)一般项目：食品销售\n食 品 餐 饮\n许可经营项目：糕点"
            ),
            "；许可项目：食品生产（不含保健食品）；一般项目：食品销售\n食品餐饮\n；许可经营项目：糕点"
        );
        // The last of the letters that are written otherwise, from both ends of the block.
        assert_eq!(normal("㑯鿁鮣"), "㑔䜤䲟");
    }
}
