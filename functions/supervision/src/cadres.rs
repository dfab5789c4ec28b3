//! 包保干部: the officials.

use domain::text;
use domain::words::Tier;
use lists::{Column as Shown, Filter, Input, List};
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    cadre_no: String,
    name: String,
    title: Option<String>,
    tier: Tier,
    town: Option<String>,
    phone: Option<String>,
}

pub struct Cadres;

impl Roster for Cadres {
    const KIND: &'static str = "cadres";
    const TITLE: &'static str = "包保干部";
    const LIST: &'static str = "/supervision/cadres";
    const STAGING: &'static str = "supervision_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("工号", &[]),
        Column::required("姓名", &[]),
        Column::optional("职务", &[]),
        Column::required("层级", &[]),
        Column::optional("所属镇街", &["镇街"]),
        Column::optional("手机", &["手机号", "联系电话"]),
    ];
    const TABLE: Table = Table {
        name: "cadre",
        key: &["cadre_no"],
        key_expressions: &["cadre_no"],
        values: &[
            Brought::by("name", "姓名"),
            Brought::by("title", "职务"),
            Brought::by("tier", "层级"),
            Brought::by("town", "所属镇街"),
            Brought::by("phone", "手机"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let cadre_no = row
            .required_text("工号", 40)
            .map(|number| text::code(&number));
        let name = row.required_text("姓名", 60);
        let title = row.text("职务");
        let tier = row
            .required_text("层级", 20)
            .and_then(|_| row.word::<Tier>("层级"));
        let town = row.text("所属镇街");
        // 001 §三.1: town and village officials answer within their town.
        if town.is_none() && tier.is_some_and(|tier| tier != Tier::District) {
            row.reject("所属镇街", "镇街和村社区的干部应有所属镇街");
        }
        let phone = row.telephone("手机");
        Some(Record {
            cadre_no: cadre_no?,
            name: name?,
            title,
            tier: tier?,
            town,
            phone,
        })
    }
}

impl List for Cadres {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "cadre c";
    const ID: &'static str = "c.rowid";
    const ITEM: &'static str = "json_object('cadre_no', c.cadre_no, 'name', c.name, 'title', c.title, 'tier', c.tier, 'town', c.town,
        'phone', c.phone, 'left_on', c.left_on, 'assignments', (SELECT count(*) FROM assignment a WHERE a.cadre_no = c.cadre_no AND a.ends_on IS NULL))";
    const TOWN: &'static str = "c.town";
    const CADRE: Option<&'static str> = Some("c.cadre_no");
    const FILTERS: &'static [Filter] = &[
        Filter::search("姓名或工号", "{part c.name} OR c.cadre_no = {code}"),
        Filter::town("c.town = {}"),
        Filter {
            name: "cadre_no",
            label: "工号",
            input: Input::Hidden,
            condition: "c.cadre_no = {}",
        },
    ];
    const COLUMNS: &'static [Shown] = &[
        Shown::link("姓名", "name", "/supervision/cadres/", "cadre_no").by("c.name"),
        Shown::text("工号", "cadre_no").by("c.cadre_no"),
        Shown::text("职务", "title"),
        Shown::word::<Tier>("层级", "tier")
            .by("CASE c.tier WHEN 'district' THEN 1 WHEN 'town' THEN 2 ELSE 3 END"),
        Shown::text("所属镇街", "town").by("c.town"),
        Shown::text("手机", "phone"),
        Shown::number("包保家数", "assignments"),
        Shown::date("离任", "left_on").by("c.left_on"),
    ];

    fn above(context: &Context) -> maud::Markup {
        crate::tabs::tabs(context)
    }

    fn actions(context: &Context) -> maud::Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
