//! A scope as words and marks.

use super::vocabulary::{Word, vocabulary};
use crate::text;
use std::collections::HashMap;
use std::sync::OnceLock;

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
    let text = letters(scope);
    // A heading begins anew even where no mark stands before it.
    [
        "许可项目：",
        "一般项目：",
        "许可经营项目：",
        "一般经营项目：",
    ]
    .into_iter()
    .filter(|heading| text.contains(*heading))
    .fold(text.clone(), |text, heading| {
        text.replace(heading, &format!("；{heading}"))
    })
}

fn letters(scope: &str) -> String {
    let lines: Vec<String> = scope
        .split(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map(|line| without_spread(&text::tidy(line)))
        .filter(|line| !line.is_empty())
        .collect();
    lines
        .join("\n")
        .chars()
        .map(|c| match c {
            '(' | '[' | '【' | '〔' | '〈' | '{' | '［' | '｛' => '（',
            ')' | ']' | '】' | '〕' | '〉' | '}' | '］' | '｝' => '）',
            ',' => '，',
            ';' | '；' | '。' | '|' | '！' | '!' | '?' | '？' | '※' | '*' => '；',
            ':' | '∶' | '︰' => '：',
            '/' | '\\' | '&' | '＋' | '+' | '､' | '﹑' | '•' | '·' => '、',
            c => simplified(c),
        })
        .collect()
}

/// 食 品 生 产 is 食品生产 spread out; a space between longer words parts them.
fn without_spread(line: &str) -> String {
    let mut parts = line.split(' ').peekable();
    let mut joined = String::with_capacity(line.len());
    while let Some(part) = parts.next() {
        joined.push_str(part);
        let single = |part: &str| part.chars().count() == 1;
        match parts.peek() {
            Some(next) if single(part) && single(next) => {}
            Some(_) => joined.push(' '),
            None => {}
        }
    }
    joined
}

/// The crates that convert whole texts are under the GPL or rest on what nobody keeps; scopes need no more than the letters.
fn simplified(c: char) -> char {
    static PAIRS: OnceLock<HashMap<char, char>> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| {
        include_str!("../../data/scope/traditional.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .filter_map(|pair| {
                let mut letters = pair.chars();
                Some((letters.next()?, letters.next()?))
            })
            .collect()
    });
    pairs.get(&c).copied().unwrap_or(c)
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
