//! The roles of accounts and tokens.

use crate::words;
use crate::words::Role;

words! {
    /// What an account says of its role. With the towns that it names it says as whom its person works.
    AccountRole {
        /// 区食药安办.
        Office = "office" "区食药安办",
        /// 区市场监管局.
        Bureau = "bureau" "区市场监管局",
        /// The head of the district's committee, or with towns the head of a town's.
        Chair = "chair" "食药安委主任",
        /// A department of the district.
        Department = "department" "区级部门",
        /// 镇街食安办.
        Town = "town" "镇街食安办",
        /// 监管所.
        Station = "station" "监管所",
        /// 包保干部.
        Cadre = "cadre" "包保干部",
    }
}

impl AccountRole {
    /// As whom somebody works who has this role, with towns or without.
    ///
    /// ```
    /// use domain::account::AccountRole;
    /// use domain::words::Role;
    /// assert_eq!(AccountRole::Chair.with_towns(false), Role::Chair);
    /// assert_eq!(AccountRole::Chair.with_towns(true), Role::TownChair);
    /// ```
    pub fn with_towns(self, has_towns: bool) -> Role {
        match self {
            Self::Office => Role::Office,
            Self::Bureau => Role::Bureau,
            Self::Chair if has_towns => Role::TownChair,
            Self::Chair => Role::Chair,
            Self::Department => Role::Department,
            Self::Town => Role::Town,
            Self::Station => Role::Station,
            Self::Cadre => Role::Cadre,
        }
    }
}

impl From<Role> for AccountRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Office => Self::Office,
            Role::Bureau => Self::Bureau,
            Role::Chair | Role::TownChair => Self::Chair,
            Role::Department => Self::Department,
            Role::Town => Self::Town,
            Role::Station => Self::Station,
            Role::Cadre => Self::Cadre,
        }
    }
}
