//! Who may call a route.

use crate::token::Token;
use domain::words::Role;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Who {
    /// The public, without signing in.
    Everybody,
    /// Anybody with an account.
    SignedIn,
    /// Accounts and tokens of these roles.
    Roles(&'static [Role]),
    /// Whoever holds `scheduler_token`.
    Scheduler,
}

impl Who {
    /// Whether people of this role may call; none has not signed in.
    pub fn admits(self, role: Option<Role>) -> bool {
        match self {
            Self::Everybody => true,
            Self::SignedIn => role.is_some(),
            Self::Roles(roles) => role.is_some_and(|role| roles.contains(&role)),
            Self::Scheduler => false,
        }
    }

    /// The same people, and tokens with what is named. Where nothing is named, a token needs `read` to read and can never write.
    pub const fn or(self, token: Token) -> Admission {
        Admission {
            who: self,
            token: Some(token),
        }
    }
}

/// Who may call a route, and what a token needs for it.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    pub who: Who,
    /// What a token needs; none where [`Token::usual`] holds.
    pub token: Option<Token>,
}

impl From<Who> for Admission {
    fn from(who: Who) -> Self {
        Self { who, token: None }
    }
}

/// 区食药安办 alone.
pub const OFFICE: Who = Who::Roles(&[Role::Office]);

/// Everybody who works here except 包保干部, who see only their own assignments.
pub const DESK: Who = Who::Roles(&[Role::Office, Role::Chair, Role::Town, Role::Station]);
