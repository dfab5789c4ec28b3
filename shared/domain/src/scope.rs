//! 经营范围: does a business scope need a 食品生产许可证, which category, and by which words.
//!
//! A scope is split into items as registries write them, each item into what is done and what it is done to. The words are data
//! (`data/scope/words.txt`); what is here is how they stand together: the last word decides, a bracket qualifies what stands
//! before it, a list shares its verb. What is clearly something else is excluded with the reason; what could be either is unclear
//! and for a person to decide, who is told what to ask.
//!
//! Source: 食品生产许可管理办法 (总局令24号) 第2, 13条; 食品生产许可分类目录 (总局公告2020年第8号); 000 §三(一).

mod chunks;
mod findings;
mod items;
mod judge;
mod numbered;
mod phrases;
mod tokens;
mod vocabulary;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use vocabulary::Category;

/// Raised whenever the rules or the words change what any scope is read as: scopes read by an older version are read again.
pub const RULES: u32 = 2;

/// How far a scope is read, in characters. Registries print a few hundred; the longest real ones have some thousands.
pub const LONGEST: usize = 50_000;

/// An item that is food production under a licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ScopeMatch")]
pub struct Match {
    /// The words of the scope that decide.
    pub text: String,
    /// Of the licensing catalogue, 101–131 and 201–203; none where the scope names no particular food.
    pub category_code: Option<String>,
    /// Its name.
    pub category: Option<String>,
}

/// An item that speaks of food or of making, and why it is no reason for a licence, or why a person must look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ScopeNote")]
pub struct Note {
    /// The words of the scope that decide.
    pub text: String,
    /// For people.
    pub reason: String,
}

/// What a scope says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ScopeReading")]
pub struct Reading {
    /// Food production.
    pub matches: Vec<Match>,
    /// Something else, though it reads like it.
    pub excluded: Vec<Note>,
    /// Could be either.
    pub unclear: Vec<Note>,
}

impl Reading {
    /// Whether a food production licence is needed; none: a person must look.
    pub fn needs_license(&self) -> Option<bool> {
        if !self.matches.is_empty() {
            Some(true)
        } else if self.unclear.is_empty() {
            Some(false)
        } else {
            None
        }
    }
}

/// Reads a business scope. Any text is answered; one without a Chinese word is unclear, and so is what stands beyond
/// [`LONGEST`].
///
/// ```
/// use domain::scope::read;
/// let reading = read("许可项目：食品生产（不含保健食品）；食品销售。");
/// assert_eq!(reading.needs_license(), Some(true));
/// assert_eq!(read("一般项目：食品加工机械维修。").needs_license(), Some(false));
/// ```
pub fn read(scope: &str) -> Reading {
    let end = scope.char_indices().nth(LONGEST).map(|(end, _)| end);
    let text = tokens::normal(&scope[..end.unwrap_or(scope.len())]);
    if !text.chars().any(is_han) {
        return Reading {
            unclear: vec![Note {
                text: text.chars().take(100).collect(),
                reason: "没有读到中文的经营项目".to_owned(),
            }],
            ..Reading::default()
        };
    }
    let mut reading = items::read(&text);
    if end.is_some() {
        reading.unclear.push(Note {
            text: text.chars().take(20).collect(),
            reason: format!("经营范围超过 {LONGEST} 个字，没有读完"),
        });
    }
    reading
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}
