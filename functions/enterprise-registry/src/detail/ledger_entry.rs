//! What the ledger itself says of a business: its numbers, what it is, where, and who runs it.

use crate::detail::Enterprise;
use crate::detail::part::day;
use crate::list::word_or_dash;
use crate::particulars::Particulars;
use chrono::NaiveDate;
use domain::words::Word as _;
use maud::{Markup, html};

/// The list of what the ledger says.
pub fn ledger_entry(
    enterprise: &Enterprise,
    particulars: &Particulars,
    today: NaiveDate,
) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    html! {
        dl.facts {
            dt { "统一社会信用代码" } dd.code { (text(&enterprise.uscc)) }
            @if enterprise.uscc.as_ref() != Some(&enterprise.enterprise_no) { dt { "主体编号" } dd.code { (enterprise.enterprise_no) } }
            @if let Some(number) = &enterprise.old_no { dt { "注册号" } dd.code { (number) } }
            dt { "登记状态" } dd { (enterprise.status.chinese()) (particulars.suspended_mark(today)) }
            dt { "业态" } dd { (word_or_dash(enterprise.sector)) @if enterprise.canteen { "（学校、幼儿园食堂）" } }
            dt { "镇街、村社区" } dd { (text(&enterprise.town)) " " (text(&enterprise.village)) }
            dt { "住所" } dd { (text(&enterprise.address)) }
            dt { "成立日期" } dd { (day(enterprise.founded_on)) }
            dt { "风险等级" } dd { (word_or_dash(enterprise.risk_grade)) }
            dt { "包保级别" } dd { (word_or_dash(enterprise.level)) }
            dt { "食品生产许可证" } dd { (text(&enterprise.license_no)) @if enterprise.licensed_on.is_some() { "，" (day(enterprise.licensed_on)) "发证" } }
            (particulars.rows())
            dt { "负责人、电话" } dd { (text(&enterprise.person_in_charge)) " " (text(&enterprise.phone)) }
            dt { "经营范围" } dd { (text(&enterprise.business_scope)) }
            @if enterprise.business_scope.is_some() {
                dt { "按经营范围" } dd {
                    @match enterprise.needs_license {
                        Some(true) => "需要食品生产许可",
                        Some(false) => "不需要食品生产许可",
                        None => "是否需要食品生产许可，要人工判断",
                    }
                }
            }
        }
    }
}
