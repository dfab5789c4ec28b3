//! Who may call a route.

use crate::caller::Caller;
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
    /// Whether a caller may call; none has not signed in.
    pub fn admits(self, caller: Option<&Caller>) -> bool {
        match self {
            Self::Everybody => true,
            Self::SignedIn => caller.is_some(),
            Self::Roles(roles) => caller.is_some_and(|caller| {
                let own = caller.roles();
                own.iter().any(|role| roles.contains(role))
            }),
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

/// The bureau: samples, penalties, inspections, licences and rewards are its acts (design: who acts). An office that the bureau hosts
/// acts for it too ([`Caller::roles`]).
pub const BUREAU: Who = Who::Roles(&[Role::Bureau]);

/// The bureau and its stations: who handles complaints, and goes to the door for a licence.
pub const BUREAU_AND_STATIONS: Who = Who::Roles(&[Role::Bureau, Role::Station]);

/// The office and the bureau: facts that either comes to know of.
pub const OFFICE_AND_BUREAU: Who = Who::Roles(&[Role::Office, Role::Bureau]);

/// Everybody who works here except 包保干部, who see only their own assignments, and departments, who see what is addressed to them.
pub const DESK: Who = Who::Roles(&[
    Role::Office,
    Role::Bureau,
    Role::Chair,
    Role::TownChair,
    Role::Town,
    Role::Station,
]);

/// The desk, and officials for what is their own.
pub const STAFF: Who = Who::Roles(&[
    Role::Office,
    Role::Bureau,
    Role::Chair,
    Role::TownChair,
    Role::Town,
    Role::Station,
    Role::Cadre,
]);
