//! By what the ledger as a page is sorted, and on which of its pages one is.

use crate::search::EnterpriseFilter;
use serde::Deserialize;
use web::page;
use web::paging::blank_is_none;

/// How many businesses a page has.
pub const EACH: u64 = 50;

/// What is asked of the ledger as a page.
#[derive(Debug, Default, Deserialize)]
pub struct LedgerAsked {
    #[serde(flatten)]
    pub filter: EnterpriseFilter,
    /// A column upwards, or with a minus before it downwards.
    #[serde(default, deserialize_with = "blank_is_none")]
    pub sort: Option<String>,
    /// The number of a page, from 1.
    #[serde(default, deserialize_with = "blank_is_none")]
    pub page: Option<String>,
}

/// A column by which the ledger is sorted. Equal ones come as they were entered, those of a town by name.
pub struct SortedColumn {
    /// In addresses.
    pub name: &'static str,
    pub heading: &'static str,
    /// The index that has the order, with all that the list can be narrowed to.
    index: &'static str,
    upwards: &'static str,
    downwards: &'static str,
}

const fn column(
    (name, heading): (&'static str, &'static str),
    index: &'static str,
    upwards: &'static str,
    downwards: &'static str,
) -> SortedColumn {
    SortedColumn {
        name,
        heading,
        index,
        upwards,
        downwards,
    }
}

/// Blank values come last.
pub const NAME: SortedColumn = column(
    ("name", "企业名称"),
    "enterprise_site_by_name",
    "e.name_key, e.id",
    "e.name_key DESC, e.id DESC",
);
pub const TOWN: SortedColumn = column(
    ("town", "镇街"),
    "enterprise_site_of_town_by_name",
    "e.town NULLS LAST, e.name_key, e.id",
    "e.town DESC, e.name_key DESC, e.id DESC",
);
pub const SECTOR: SortedColumn = column(
    ("sector", "业态"),
    "enterprise_site_by_sector",
    "e.sector NULLS LAST, e.id",
    "e.sector DESC, e.id DESC",
);
pub const RISK_GRADE: SortedColumn = column(
    ("risk_grade", "风险等级"),
    "enterprise_site_by_risk_grade",
    "e.risk_grade NULLS LAST, e.id",
    "e.risk_grade DESC, e.id DESC",
);
pub const LEVEL: SortedColumn = column(
    ("level", "包保级别"),
    "enterprise_site_by_level",
    "e.level NULLS LAST, e.id",
    "e.level DESC, e.id DESC",
);
pub const STATUS: SortedColumn = column(
    ("status", "登记状态"),
    "enterprise_site_by_status",
    "e.status, e.id",
    "e.status DESC, e.id DESC",
);

const COLUMNS: [&SortedColumn; 6] = [&NAME, &TOWN, &SECTOR, &RISK_GRADE, &LEVEL, &STATUS];

impl LedgerAsked {
    /// The column that is sorted by, and whether downwards. Without one the ledger goes by name, and what a search finds comes as it was
    /// entered: the index of the search has that order.
    fn sorted(&self) -> Option<(&'static SortedColumn, bool)> {
        let asked = self.sort.as_deref().unwrap_or_default();
        let name = asked.strip_prefix('-');
        let column = COLUMNS
            .into_iter()
            .find(|column| column.name == name.unwrap_or(asked));
        match column {
            Some(column) => Some((column, name.is_some())),
            None => self.filter.q.is_none().then_some((&NAME, false)),
        }
    }

    /// The ORDER BY over `enterprise_site e`; `id` is the number of its rows.
    pub fn order(&self, id: &'static str) -> &'static str {
        match self.sorted() {
            None => id,
            Some((column, false)) => column.upwards,
            Some((column, true)) => column.downwards,
        }
    }

    /// The index in which a page of the list is found.
    pub fn index(&self) -> &'static str {
        self.sorted().map_or(NAME.index, |(column, _)| column.index)
    }

    /// Whether the list is sorted by a column, and then whether downwards.
    pub fn direction(&self, column: &SortedColumn) -> Option<bool> {
        self.sorted()
            .filter(|(sorted, _)| sorted.name == column.name)
            .map(|(_, downwards)| downwards)
    }

    /// The number of the page, from 1; what is none is the first.
    pub fn page(&self) -> u64 {
        let typed = self.page.as_deref().and_then(|page| page.parse().ok());
        // What the store counts by has a sign.
        typed.unwrap_or(1).clamp(1, u64::from(u32::MAX))
    }

    pub fn is_filtered(&self) -> bool {
        let filter = &self.filter;
        let asked = [
            &filter.q,
            &filter.town,
            &filter.sector,
            &filter.level,
            &filter.status,
        ];
        asked.into_iter().any(Option::is_some)
    }

    /// What is asked as a query, without the page; with another order where one is given.
    pub fn query(&self, sort: Option<String>) -> String {
        let filter = &self.filter;
        page::query(&[
            ("q", &filter.q),
            ("town", &filter.town),
            ("sector", &filter.sector),
            ("level", &filter.level),
            ("status", &filter.status),
            ("sort", &sort.or_else(|| self.sort.clone())),
        ])
    }

    /// The query with the page, by which whoever has opened a business comes back to where they were.
    pub fn place(&self) -> String {
        let query = self.query(None);
        match (query.as_str(), self.page()) {
            (_, 1) => query,
            ("", page) => format!("page={page}"),
            (query, page) => format!("{query}&page={page}"),
        }
    }
}

/// The way back to the ledger as it was left. What no address of the ledger could say leads to its beginning.
pub fn back_to_ledger(place: Option<&str>) -> String {
    let is_query = |place: &&str| {
        place.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'%' | b'&' | b'=' | b'-' | b'.' | b'_' | b'~')
        })
    };
    match place.filter(is_query) {
        None | Some("") => "/enterprises".to_owned(),
        Some(place) => format!("/enterprises?{place}"),
    }
}
