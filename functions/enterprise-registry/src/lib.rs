//! The ledger of food businesses: imports, the registration platform's records, hand edits, search, the public look-up.
//! Owns the tables of `migrations/*_enterprise_registry*`.

mod detail;
mod door_codes;
mod edit;
mod export;
mod feed;
mod feed_platform;
mod feed_runs;
mod given_numbers;
mod identify;
mod ledger_order;
mod ledger_page;
mod list;
mod name_order;
mod names;
mod other_names;
mod particulars;
mod permits;
mod public;
mod public_page;
mod records;
mod roster;
mod scopes;
mod search;
mod succession;
mod suspensions;
mod tabs;
mod unplaced;

use other_names::OTHER_NAMES;
use permits::PERMITS;
use registers::{Declares as _, ImportReport};
use roster::{ENTERPRISES, LEDGER};
use serde_json::json;
use suspensions::SUSPENSIONS;
use web::Token;
use web::api::{Api, Items, ListPage, asks, gives, takes};
use web::routes::{DESK, OFFICE, Routes, Who};

pub fn routes() -> Routes {
    let routes = Routes::default()
        .section("企业")
        .register(&PERMITS)
        .register(&SUSPENSIONS)
        .register(&OTHER_NAMES);
    LEDGER
        .imports(succession::routes(routes))
        .get("/enterprises", DESK, ledger_page::page)
        .get("/enterprises/export.xlsx", DESK, export::download)
        .get("/enterprises/feed", OFFICE, feed_runs::page)
        .post("/enterprises/feed", OFFICE, feed::pull_now)
        .get("/enterprises/unplaced", OFFICE, unplaced::page)
        .post("/enterprises/unplaced", OFFICE, unplaced::submit)
        .get(door_codes::PATH, DESK, door_codes::sheets)
        .get("/enterprises/{uscc}", DESK, detail::page)
        .get("/enterprises/{uscc}/door-code", DESK, door_codes::of_one)
        .get("/enterprises/{uscc}/edit", OFFICE, edit::form)
        .post("/enterprises/{uscc}/edit", OFFICE, edit::submit)
        .get("/api/v1/enterprises", DESK, list::list_enterprises)
        .api(
            "企业台账：按名称任意部分、代码、拼音首字母查找",
            asks::<search::EnterpriseFilter>().gives::<ListPage<detail::Enterprise>>(),
        )
        .post(
            "/api/v1/enterprises",
            OFFICE.or(Token::Write),
            records::put_enterprises,
        )
        .api(
            "写入一家、多家（数组）或者逐行（NDJSON）；没有带的字段不动",
            Api::default()
                .takes_value(|| {
                    let one = ENTERPRISES.described_row();
                    json!({ "anyOf": [one, { "type": "array", "items": one }] })
                })
                .takes_bytes("application/x-ndjson")
                .gives_value(ImportReport::described),
        )
        .get(
            "/api/v1/enterprises/feed-runs",
            OFFICE,
            feed_runs::list_feed_runs,
        )
        .api(
            "登记平台取数记录，最近 60 次",
            gives::<ListPage<feed_runs::FeedRun>>(),
        )
        .get(
            "/api/v1/enterprises/unplaced",
            OFFICE,
            unplaced::list_unplaced,
        )
        .api(
            "等待确认的行：名单里只有名称和镇街、不能确定是哪一家的，先到的 50 行",
            gives::<ListPage<unplaced::UnplacedRow>>(),
        )
        .post(
            "/api/v1/enterprises/import/confirm",
            OFFICE.or(Token::Write),
            unplaced::place_row,
        )
        .api(
            "确认一行是哪一家，或者是新的主体，然后写入；以后同样的名称和镇街不再问",
            takes::<unplaced::Placing>()
                .gives::<unplaced::Placed>()
                .refuses(&[409]),
        )
        .get("/api/v1/enterprises/{uscc}", DESK, detail::show_enterprise)
        .api("一家企业", gives::<detail::Enterprise>().refuses(&[409]))
        .patch(
            "/api/v1/enterprises/{uscc}",
            OFFICE.or(Token::Write),
            edit::change_enterprise,
        )
        .api(
            "修改一家企业；带上读取时的 version，别人先改过则返回 409",
            Api::default()
                .takes_value(|| ENTERPRISES.described_change())
                .gives::<detail::Enterprise>(),
        )
        .section("运行")
        .post("/internal/registry-feed", Who::Scheduler, feed::pull)
        .api(
            "从登记平台取新设立和有变更的企业",
            gives::<feed::PullAnswer>().refuses(&[409]),
        )
        .post("/internal/scopes", Who::Scheduler, scopes::read_again)
        .api(
            "用现在的规则重读旧规则读过的经营范围，并为搜索和排序重新整理企业名称",
            gives::<scopes::ScopesRead>(),
        )
        .section("企业")
        .get_prepared("/look-up", Who::Everybody, public::page)
        .get_prepared("/look-up/{number}", Who::Everybody, public_page::page)
        .get(
            "/look-up/{number}/staff",
            Who::SignedIn,
            public_page::staff_entrance,
        )
        .get(
            "/api/v1/public/enterprises",
            Who::Everybody,
            public::list_public_enterprises,
        )
        .api(
            "公众查企业，最多 10 家",
            asks::<public::PublicSearch>().gives::<Items<public::PublicEnterprise>>(),
        )
}

web::component!();
