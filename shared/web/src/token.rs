//! What a route asks of a token. Acts of law (signing, deciding, opening identities, accounts, tokens, handlers) ask for a person.

use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::{Scope, nouns};
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
        if !caller.is_token || self == Self::Nothing {
            return Ok(());
        }
        let Some(scope) = self.scope(path) else {
            return Err(Problem::person_required());
        };
        match &caller.scopes {
            Some(held) if !held.contains(&scope) => Err(Problem::scope_required(format!(
                "令牌没有这项权限：{}（{}）",
                scope.chinese(),
                scope.code()
            ))),
            _ => Ok(()),
        }
    }
}
