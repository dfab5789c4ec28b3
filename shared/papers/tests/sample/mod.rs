//! Papers to be looked at.

use papers::{
    Annex, Block, Column, Contact, Form, Imprint, Numbering, OfficialPaper, Section, Signature,
    Standing, Table,
};

/// A table with so many rows, in two sections.
pub fn table(rows: usize) -> Table {
    let row = |place: usize| {
        vec![
            place.to_string(),
            format!("南浔区第{place}号食品店：2026年第三季度督导"),
            "2026年9月30日".to_owned(),
            "沈阿根".to_owned(),
            "应当现场督导，逾期8天".to_owned(),
        ]
    };
    let half = rows / 2;
    Table {
        columns: vec![
            Column::short("序号", 8),
            Column::wide("事项", 36),
            Column::short("应完成日期", 24),
            Column::short("责任人", 13),
            Column::wide("情况", 19),
        ],
        sections: vec![
            Section {
                heading: Some("季度督导未完成".to_owned()),
                rows: (1..=half).map(row).collect(),
            },
            Section {
                heading: Some("年度报告未提交".to_owned()),
                rows: (half + 1..=rows).map(row).collect(),
            },
        ],
    }
}

/// An order with an annex of so many lines.
pub fn order(rows: usize) -> OfficialPaper {
    OfficialPaper {
        form: Form::Document,
        standing: Standing::Issued,
        mark: "南浔区食药安办文件".to_owned(),
        number: Numbering::Given("浔食药安办改〔2026〕12号".to_owned()),
        title: "关于季度督导未完成的责令整改书".to_owned(),
        addressees: vec!["云港街道办事处".to_owned()],
        body: vec![
            Block::Text("依据《地方党政领导干部食品安全责任制规定》和“两个责任”工作机制，下列40项工作经提醒敦促，截至2026年10月22日仍未完成，清单附后。".to_owned()),
            Block::Text("现责令你单位自本件发出之日起10个工作日内（2026年11月5日前）整改到位：完成督导。整改情况请书面答复。".to_owned()),
            Block::Text("期满仍未完成的，将发出责任约谈书。已经完成的，请在系统中补记，系统核对后予以销号。".to_owned()),
        ],
        annexes: vec![Annex {
            name: "逾期未完成事项清单".to_owned(),
            opening: Vec::new(),
            table: table(rows),
        }],
        signature: Signature {
            issuer: "南浔区食药安办".to_owned(),
            date: chrono::NaiveDate::from_ymd_opt(2026, 10, 22),
        },
        contact: Some(Contact {
            person: Some("王敏".to_owned()),
            telephone: Some("0572-1234567".to_owned()),
        }),
        copies: vec!["云港街道食安办".to_owned(), "沈阿根".to_owned()],
        imprint: Some(Imprint {
            office: "南浔区食药安办".to_owned(),
            date: chrono::NaiveDate::from_ymd_opt(2026, 10, 22),
        }),
    }
}

/// A letter with a table in its body.
pub fn letter() -> OfficialPaper {
    let order = order(0);
    OfficialPaper {
        form: Form::Letter,
        mark: "南浔区食药安办".to_owned(),
        number: Numbering::Given("浔食药安办函〔2026〕1号".to_owned()),
        title: "关于季度督导未完成的提醒敦促函".to_owned(),
        addressees: vec!["沈阿根同志".to_owned()],
        body: vec![
            Block::Text("依据“两个责任”工作机制，经核对，截至2026年10月8日，你有下列4项工作逾期未完成：".to_owned()),
            Block::Table(Table { sections: vec![Section { heading: None, rows: table(4).sections.into_iter().flat_map(|section| section.rows).collect() }], ..table(0) }),
            Block::Text("请自本件发出之日起10个工作日内（2026年10月21日前）办结：完成督导。办理情况请回执告知。".to_owned()),
        ],
        annexes: Vec::new(),
        ..order
    }
}

/// A report upwards, with two signers and names that are too long.
pub fn report() -> OfficialPaper {
    OfficialPaper {
        form: Form::Report { signers: vec!["王敏".to_owned(), "沈建国".to_owned()] },
        mark: "湖州市南浔区食品安全委员会办公室文件".to_owned(),
        title: "关于2026年第三季度（7月至9月）食品安全包保督导工作中区级包保干部逾期未完成事项和本级自身逾期事项的专报".to_owned(),
        body: vec![
            Block::Heading("一、总体情况".to_owned()),
            Block::Text("全区应督导1,234家次，已完成1,180家次，逾期54家次，其中区级包保干部逾期3家次。".repeat(6)),
            Block::Heading("二、逾期事项".to_owned()),
            Block::Subheading("（一）区级包保干部".to_owned()),
            Block::Text("应当现场督导的有2家次仅线上督导。".repeat(12)),
        ],
        annexes: vec![order(3).annexes.remove(0), Annex { name: "关于名称特别特别长长到一行放不下需要转到下一行并且与首字对齐的第二个附件".to_owned(), ..order(3).annexes.remove(0) }],
        signature: Signature { issuer: "湖州市南浔区食品安全委员会办公室".to_owned(), ..order(0).signature },
        ..order(0)
    }
}

/// A draft.
pub fn draft() -> OfficialPaper {
    let mut draft = order(40);
    draft.standing = Standing::Draft;
    draft.number = Numbering::AtIssue;
    draft.signature.date = None;
    draft.imprint = None;
    draft
}

/// A withdrawn order.
pub fn withdrawn() -> OfficialPaper {
    OfficialPaper {
        standing: Standing::Withdrawn,
        ..order(40)
    }
}
