//! The words of a clause cut at its marks, and the words of a piece taken apart into noun and verbs.

use super::judge::{Action, verbs, without_tail};
use super::tokens::{Kind, Token};
use super::vocabulary::Class;

/// Words between two marks, with the brackets behind them.
#[derive(Debug, Default)]
pub struct Chunk<'t> {
    pub words: Vec<Token>,
    pub brackets: Vec<&'t [Token]>,
    /// Whether a colon ends it.
    pub colon: bool,
}

/// The words between marks; brackets stand with the words before them.
pub fn chunks(tokens: &[Token]) -> Vec<Chunk<'_>> {
    let mut chunks = vec![Chunk::default()];
    let mut place = 0;
    while let Some(token) = tokens.get(place) {
        place += 1;
        match token.kind {
            Kind::Open => {
                let from = place;
                let mut open = 1;
                while open > 0 && place < tokens.len() {
                    match tokens[place].kind {
                        Kind::Open => open += 1,
                        Kind::Close => open -= 1,
                        _ => {}
                    }
                    place += 1;
                }
                let to = if open == 0 { place - 1 } else { place };
                if let Some(chunk) = chunks.last_mut() {
                    chunk.brackets.push(&tokens[from..to]);
                }
            }
            Kind::Close => {}
            Kind::Comma | Kind::Stop => chunks.push(Chunk::default()),
            Kind::Word(word) if word.class == Class::And => chunks.push(Chunk::default()),
            Kind::Colon => {
                if let Some(chunk) = chunks.last_mut() {
                    chunk.colon = true;
                }
                chunks.push(Chunk::default());
            }
            Kind::Word(_) | Kind::Other => {
                if let Some(chunk) = chunks.last_mut() {
                    chunk.words.push(*token);
                }
            }
        }
    }
    chunks
}

/// Verbs before, the noun, verbs behind. Where there is no noun, all verbs are before.
pub fn taken_apart(words: &[Token]) -> (Vec<Action>, &[Token], Vec<Action>) {
    let words = without_tail(words);
    let idle = |token: &Token| {
        token.word().is_some_and(|word| {
            matches!(
                word.class,
                Class::Neutral | Class::Workshop | Class::Small | Class::Preparation
            )
        })
    };
    let action = |token: &Token| {
        token
            .word()
            .filter(|word| word.class.is_action())
            .map(|word| Action {
                class: word.class,
                category: word.category,
                produce: word.produce,
                start: token.start,
                end: token.end,
            })
    };
    let mut from = 0;
    let mut before = Vec::new();
    while let Some(token) = words.get(from) {
        match action(token) {
            Some(verb) => before.push(verb),
            None if idle(token) => {}
            None => break,
        }
        from += 1;
    }
    if from == words.len() {
        return (before, &[], Vec::new());
    }
    let mut to = words.len();
    let mut after = Vec::new();
    for (place, token) in words.iter().enumerate().skip(from).rev() {
        match action(token) {
            Some(verb) => {
                after.insert(0, verb);
                to = place;
            }
            None if idle(token) => {}
            None => break,
        }
    }
    (before, &words[from..to], after)
}

/// 为客户加工糕点: words that we do not know, a verb, and food behind it.
pub fn making_inside(noun: &[Token]) -> Option<(Vec<Action>, &[Token])> {
    let verb = noun
        .iter()
        .rposition(|token| token.word().is_some_and(|word| word.class.is_make()))?;
    let (before, behind) = (&noun[..verb], &noun[verb..]);
    if before.is_empty() || names_food(before) || !names_food(behind) {
        return None;
    }
    let (run, noun, _) = taken_apart(behind);
    Some((verbs(&run), noun))
}

pub fn names_food(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .filter_map(Token::word)
        .any(|word| word.class.is_edible())
}

pub fn has_make(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .filter_map(Token::word)
        .any(|word| word.class.is_make())
}

/// What a negation names: behind 不含, or around 除外.
pub fn named_by_negation(tokens: &[Token]) -> Vec<Token> {
    let after_not = tokens
        .iter()
        .position(|token| token.word().is_some_and(|word| word.class == Class::Not));
    let from = after_not.map_or(0, |place| place + 1);
    tokens[from..]
        .iter()
        .filter(|token| {
            token
                .word()
                .is_none_or(|word| !matches!(word.class, Class::Except | Class::Not))
        })
        .copied()
        .collect()
}

/// How many words stand behind 以外 or 除外, where they say something.
pub fn behind_exception(words: &[Token]) -> Option<usize> {
    let place = words
        .iter()
        .position(|token| token.word().is_some_and(|word| word.class == Class::Except))?;
    let behind = &words[place + 1..];
    (!without_tail(behind).is_empty()).then_some(behind.len())
}
