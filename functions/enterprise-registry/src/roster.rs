//! 企业台账 as a roster: its columns, and what makes a row good.

use crate::scopes::Verdict;
use chrono::NaiveDate;
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector};
use domain::{Uscc, search};
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;

/// A column, its heading, and the name of the same in JSON.
pub struct Field {
    pub heading: &'static str,
    pub json: &'static str,
}

const fn field(heading: &'static str, json: &'static str) -> Field {
    Field { heading, json }
}

/// All of them, in the order of [`Enterprises::COLUMNS`].
pub const FIELDS: [Field; 16] = [
    field("统一社会信用代码", "uscc"),
    field("企业名称", "name"),
    field("成立日期", "founded_on"),
    field("住所", "address"),
    field("所属镇街", "town"),
    field("村社区", "village"),
    field("经营范围", "business_scope"),
    field("主体业态", "sector"),
    field("风险等级", "risk_grade"),
    field("包保级别", "level"),
    field("是否学校幼儿园食堂", "canteen"),
    field("食品生产许可证编号", "license_no"),
    field("许可日期", "licensed_on"),
    field("负责人", "person_in_charge"),
    field("联系电话", "phone"),
    field("登记状态", "status"),
];

/// A business as a row or a document brings it. Enough for a name of the longest kind, and a scope of the longest.
#[derive(Serialize)]
pub struct Record {
    uscc: Uscc,
    name: String,
    search_name: String,
    initials: String,
    search_rules: u32,
    founded_on: Option<NaiveDate>,
    address: Option<String>,
    town: Option<String>,
    village: Option<String>,
    business_scope: Option<String>,
    #[serde(flatten)]
    verdict: Verdict,
    sector: Option<Sector>,
    risk_grade: Option<RiskGrade>,
    level: Option<Level>,
    canteen: u8,
    license_no: Option<String>,
    licensed_on: Option<NaiveDate>,
    person_in_charge: Option<String>,
    phone: Option<String>,
    status: EnterpriseStatus,
}

pub struct Enterprises;

impl Roster for Enterprises {
    const KIND: &'static str = "enterprises";
    const TITLE: &'static str = "企业台账";
    const LIST: &'static str = "/enterprises";
    const STAGING: &'static str = "enterprise_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("统一社会信用代码", &["信用代码"]),
        Column::required("企业名称", &["名称", "单位名称"]),
        Column::optional("成立日期", &["注册日期"]),
        Column::optional("住所", &["地址"]),
        Column::optional("所属镇街", &["镇街"]),
        Column::optional("村社区", &[]),
        Column::optional("经营范围", &[]),
        Column::optional("主体业态", &[]),
        Column::optional("风险等级", &[]),
        Column::optional("包保级别", &[]),
        Column::optional("是否学校幼儿园食堂", &[]),
        Column::optional("食品生产许可证编号", &["许可证编号"]),
        Column::optional("许可日期", &[]),
        Column::optional("负责人", &["法定代表人"]),
        Column::optional("联系电话", &[]),
        Column::optional("登记状态", &[]),
    ];
    const TABLE: Table = Table {
        name: "enterprise",
        key: &["uscc"],
        key_expressions: &["uscc"],
        values: &[
            Brought::by("name", "企业名称"),
            Brought::derived("search_name", "企业名称"),
            Brought::derived("initials", "企业名称"),
            Brought::derived("search_rules", "企业名称"),
            Brought::by("founded_on", "成立日期"),
            Brought::by("address", "住所"),
            Brought::by("town", "所属镇街"),
            Brought::by("village", "村社区"),
            Brought::by("business_scope", "经营范围"),
            Brought::derived("needs_license", "经营范围"),
            Brought::derived("scope_reading", "经营范围"),
            Brought::derived("scope_rules", "经营范围"),
            Brought::by("sector", "主体业态"),
            Brought::by("risk_grade", "风险等级"),
            Brought::by("level", "包保级别"),
            Brought::by("canteen", "是否学校幼儿园食堂"),
            Brought::by("license_no", "食品生产许可证编号"),
            Brought::by("licensed_on", "许可日期"),
            Brought::by("person_in_charge", "负责人"),
            Brought::by("phone", "联系电话"),
            Brought::by("status", "登记状态"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let name = row.required_text("企业名称", 200);
        let license = row.license_number("食品生产许可证编号");
        let founded_on = row.date("成立日期");
        let address = row.text("住所");
        let town = row.text("所属镇街");
        let village = row.text("村社区");
        let business_scope = row.text("经营范围");
        let sector = row.word("主体业态");
        let risk_grade = row.word("风险等级");
        let level = row.word("包保级别");
        let canteen = row.yes("是否学校幼儿园食堂");
        let licensed_on = row.date("许可日期");
        let person_in_charge = row.text("负责人");
        let phone = row.telephone("联系电话");
        let status = row.word("登记状态").unwrap_or(EnterpriseStatus::Operating);
        let (uscc, name) = (uscc?, name?);
        let search_name = search::fold(&name);
        Some(Record {
            uscc,
            initials: search::initials(&search_name),
            search_rules: search::RULES,
            search_name,
            name,
            founded_on,
            address,
            town,
            village,
            verdict: business_scope
                .as_deref()
                .map(Verdict::of)
                .unwrap_or_default(),
            business_scope,
            sector,
            risk_grade,
            level,
            canteen: canteen.into(),
            license_no: license.map(|license| license.to_string()),
            licensed_on,
            person_in_charge,
            phone,
            status,
        })
    }
}
