//! Organisations: the office and its committee, the bureau and its stations, departments, and the governments, offices and committees of
//! towns.

use crate::words;

words! {
    /// What an organisation is. The table `organisation_kind` says the same of each kind as the functions here.
    OrganisationKind {
        /// 区食药安办.
        Office = "office" "区食药安办" | "食药安办",
        /// 区食药安委, whose daily work the office does.
        Committee = "committee" "区食药安委" | "食药安委",
        /// 区市场监管局.
        Bureau = "bureau" "区市场监管局" | "市场监管局",
        /// 市场监管所, which belongs to the bureau and answers for some towns.
        Station = "station" "市场监管所" | "监管所",
        /// The government of a town, or the 办事处 of a street.
        TownGovernment = "town_government" "镇政府（街道办事处）" | "镇政府" | "街道办事处",
        /// 镇街食安办.
        TownOffice = "town_office" "镇街食安办",
        /// 镇街食安委.
        TownCommittee = "town_committee" "镇街食安委",
        /// 区级部门.
        Department = "department" "区级部门" | "部门",
    }
}

/// How many towns an organisation answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// For the whole district, or for no place at all.
    District,
    /// For one town.
    Town,
    /// For any number of towns.
    Towns,
}

impl OrganisationKind {
    /// How many towns an organisation of this kind answers for.
    pub fn area(self) -> Area {
        match self {
            Self::Office | Self::Committee | Self::Bureau | Self::Department => Area::District,
            Self::Station => Area::Towns,
            Self::TownGovernment | Self::TownOffice | Self::TownCommittee => Area::Town,
        }
    }

    /// Whether papers go out in its name, so that it needs a 发文代字.
    pub fn issues_papers(self) -> bool {
        matches!(self, Self::Office | Self::Committee)
    }

    /// Whether citizens call and visit it, so that it needs a telephone, an address and hours.
    pub fn is_called(self) -> bool {
        matches!(
            self,
            Self::Office | Self::Bureau | Self::Station | Self::TownOffice
        )
    }
}

/// The committee of an office by the office's name or 发文代字: 区食药安办 works for 区食药安委, 浔食药安办 for 浔食药安委. None where the
/// name does not end in 办.
///
/// ```
/// use domain::organisation::committee_of;
/// assert_eq!(committee_of("浔食药安办").as_deref(), Some("浔食药安委"));
/// assert_eq!(committee_of("市场监管局"), None);
/// ```
pub fn committee_of(office: &str) -> Option<String> {
    office
        .strip_suffix('办')
        .map(|district| format!("{district}委"))
}
