//! The front page of the lists: what they are, for somebody who has never seen one.

use crate::generation::{current_generation, sql_number};
use crate::policy::current_number;
use crate::tabs::public_tabs;
use maud::html;
use web::routes::{Routes, Who};
use web::{Answer, Context, contacts, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get_prepared("/lists", Who::Everybody, page)
}

async fn page(context: Context) -> Answer {
    let current = current_generation(&context, "").await?;
    let contacts = contacts::of_district(&context).await?;
    let sql = "SELECT json_array(coalesce(sum(list = 'red'), 0), coalesce(sum(list = 'black'), 0), (SELECT count(*) FROM fact_sample WHERE published_on IS NOT NULL))
        FROM list_entry WHERE seq <= ?1 AND (gone_seq IS NULL OR gone_seq > ?1)";
    let (red, black, samples): (u64, u64, u64) = context
        .store
        .json(sql, [sql_number(current.size).into()])
        .await?;
    let workdays = current_number(&context, "objection_workdays").await?;
    Ok(page::page(
        &context,
        "红黑榜",
        &html! {
            (public_tabs(&context))
            h1 { "食品安全红黑榜" }
            p.lead { "吃之前看一眼，知道谁做得好，谁被依法查处过。" }
            ul.cards {
                li { h2 { a href="/lists/red" { "红榜" } } p { "现在有 " (red) " 家。没有处罚、没有抽检不合格，风险等级低，管理人员在岗并且考核合格。" } }
                li { h2 { a href="/lists/black" { "黑榜" } } p { "现在有 " (black) " 家。被处以较重处罚、连续抽检不合格、拒绝检查或者发生事故。" } }
                li { h2 { a href="/facts/results" { "抽检结果" } } p { "已公布 " (samples) " 批次，合格的不合格的都在这里。" } }
                li { h2 { a href="/lists/duties" { "履责情况" } } p { "镇街和部门自己的职责做得怎么样，每个季度公布。" } }
            }
            h2 { "怎样才会上榜" }
            ol.tidy {
                li { "只看依法认定的事实：处罚决定、抽检结果、监督检查、事故认定，标准事先公开。" }
                li { "上黑榜以前，先告知企业，给它 " (workdays) " 个工作日陈述申辩，申辩要答复。" }
                li { "由另一位工作人员决定，提名的人不能自己决定。" }
                li { "公布有期限，不超过所依据处罚的公示期限。企业的回应刊登在旁边。" }
                li { "改正了可以申请信用修复。到期或者修复以后撤下，公开页面不再显示。" }
            }
            h2 { "认为有误怎么办" }
            p { "企业可以向" (context.issuer()) "提出异议，或者在公布以前陈述申辩。消费者有线索，请到" a href="/complaints" { "投诉举报" } "。" }
            (contacts::directory("联系我们", &contacts))
            h2 { "谁也不能悄悄改" }
            p { "每一次公布、变更和撤下都按顺序记入" a href="/lists/log" { "公布记录" } "，改动旧记录会被发现。" }
        },
    ))
}
