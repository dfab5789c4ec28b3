//! What a token is given when it is made.

use crate::navigation::NOUNS;

/// One thing that a token may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scope {
    /// To read what its role and towns see.
    Read,
    /// To import rosters and registers.
    Import,
    /// To write the routes of one noun.
    Write(Noun),
}

/// The first segment of routes under `/api/v1/` that tokens may write, and what it is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noun {
    pub code: &'static str,
    pub chinese: &'static str,
}

/// The nouns that the functions declare.
pub fn nouns() -> impl Iterator<Item = Noun> {
    let declared = NOUNS.iter();
    declared.map(|(code, chinese)| Noun { code, chinese })
}

impl Scope {
    /// All scopes, in the order in which pages offer them.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Read, Self::Import]
            .into_iter()
            .chain(nouns().map(Self::Write))
    }

    /// The scope with this code, where there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|scope| scope.code() == code)
    }

    /// Its code, as tokens keep it: `read`, `import` or `write:<noun>`.
    pub fn code(self) -> String {
        match self {
            Self::Read => "read".to_owned(),
            Self::Import => "import".to_owned(),
            Self::Write(noun) => format!("write:{}", noun.code),
        }
    }

    /// Its name on pages.
    pub fn chinese(self) -> String {
        match self {
            Self::Read => "读取数据".to_owned(),
            Self::Import => "导入名单和登记表".to_owned(),
            Self::Write(noun) => format!("写入：{}", noun.chinese),
        }
    }
}
