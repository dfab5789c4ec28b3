//! What a token may do. A route says what it asks of a token; acts of law (signing, deciding, opening identities, accounts, tokens,
//! handlers) ask for a person.

use crate::caller::Caller;
use crate::navigation::NOUNS;
use crate::problem::{Code, Problem};
use http::Method;

/// What a route asks of a token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token {
    /// Nothing: the public may call it as well.
    Nothing,
    /// [`Scope::Read`].
    Read,
    /// [`Scope::Import`].
    Import,
    /// [`Scope::Write`] of the noun that the route begins with.
    Write,
    /// What it is never given: only a person may call.
    Person,
}

/// What a token was given.
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

fn nouns() -> impl Iterator<Item = Noun> {
    let declared = NOUNS.iter();
    declared.map(|(code, chinese)| Noun { code, chinese })
}

impl Scope {
    /// All that there are, as pages offer them.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Read, Self::Import]
            .into_iter()
            .chain(nouns().map(Self::Write))
    }

    pub fn read(code: &str) -> Option<Self> {
        Self::all().find(|scope| scope.code() == code)
    }

    pub fn code(self) -> String {
        match self {
            Self::Read => "read".to_owned(),
            Self::Import => "import".to_owned(),
            Self::Write(noun) => format!("write:{}", noun.code),
        }
    }

    pub fn chinese(self) -> String {
        match self {
            Self::Read => "读取数据".to_owned(),
            Self::Import => "导入名单和登记表".to_owned(),
            Self::Write(noun) => format!("写入：{}", noun.chinese),
        }
    }
}

impl Token {
    /// What a route asks that does not say: to read where it reads, and a person where it writes.
    pub fn usual(method: &Method) -> Self {
        match *method {
            Method::GET => Self::Read,
            _ => Self::Person,
        }
    }

    /// The scope that a route under `path` asks; none where nothing or a person is asked for.
    pub fn scope(self, path: &str) -> Option<Scope> {
        match self {
            Self::Nothing | Self::Person => None,
            Self::Read => Some(Scope::Read),
            Self::Import => Some(Scope::Import),
            Self::Write => {
                let noun = path.strip_prefix("/api/v1/")?.split('/').next()?;
                nouns().find(|known| known.code == noun).map(Scope::Write)
            }
        }
    }

    /// Lets a person in, and a token that has what is asked.
    ///
    /// # Errors
    ///
    /// 403 `person_required` or `scope_required`.
    pub fn admit(self, caller: &Caller, path: &str) -> Result<(), Problem> {
        let refused = |code, detail: String| Err(Problem::new(code, detail));
        if !caller.is_token || self == Self::Nothing {
            return Ok(());
        }
        let Some(scope) = self.scope(path) else {
            return refused(
                Code::PersonRequired,
                "这件事必须由本人登录办理，不能用令牌".to_owned(),
            );
        };
        match &caller.scopes {
            Some(held) if !held.contains(&scope) => refused(
                Code::ScopeRequired,
                format!("令牌没有这项权限：{}（{}）", scope.chinese(), scope.code()),
            ),
            _ => Ok(()),
        }
    }
}
