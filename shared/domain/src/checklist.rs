//! What a visit looks at, by sector (000 §二). The source names all ten points of production and all fourteen of catering; of the
//! ten of distribution it names seven, the last three are ours.

use crate::words::Sector;

/// 000 §二(一).
const PRODUCTION: [&str; 10] = [
    "资质管理",
    "条件保持",
    "进货查验",
    "过程控制",
    "产品检验",
    "规范标识",
    "人员管理",
    "产品追溯",
    "召回管理",
    "事故处置",
];
/// 000 §二(二).
const DISTRIBUTION: [&str; 10] = [
    "证照管理",
    "制度落实",
    "人员管理",
    "设备设施",
    "进货查验",
    "贮存管理",
    "标识管理",
    "销售过程",
    "不合格食品处置",
    "环境卫生",
];
/// 000 §二(三).
const CATERING: [&str; 14] = [
    "岗位责任",
    "诚信自律",
    "质控管理",
    "人员管理",
    "设施设备",
    "采购运输",
    "食品贮存",
    "清洗切配",
    "烹饪加工",
    "专间专区",
    "食品留样",
    "供餐配送",
    "餐具洗消",
    "环境卫生",
];

/// The points of a sector.
pub fn points(sector: Sector) -> &'static [&'static str] {
    match sector {
        Sector::Production => &PRODUCTION,
        Sector::Distribution => &DISTRIBUTION,
        Sector::Catering => &CATERING,
    }
}
