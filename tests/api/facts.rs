//! What the red and black lists rest on: samples, penalties, inspections, honours, accidents, as registers bring them.

use crate::lists::office_with_penalty;
use serde_json::json;
use tests::Office;

const USCC: &str = "91330503MYYG3CWJ94";

const REGISTERS: [(&str, &str); 5] = [
    (
        "samples",
        "抽样编号,统一社会信用代码,食品名称,批次,抽样日期,检验依据,检验结果,不合格项目,检验机构\n\
         CY2026001,91330503MYYG3CWJ94,红豆面包,20260901,2026-09-03,GB 7099,不合格,菌落总数,市检验院\n\
         cy2026002,91330503MYYG3CWJ94,肉松面包,20260902,2026年9月3日,GB 7099,合格,,市检验院\n\
         CY2026003,91330503MYYG3CWJ95,蛋糕,,2026-09-03,,合格,,\n\
         CY2026004,91330503MYYG3CWJ94,蛋糕,,,,合格,,\n\
         CY2026005,91330503MYYG3CWJ94,蛋糕,,2026-09-03,,还行,,\n",
    ),
    (
        "penalties",
        "处罚决定书文号,统一社会信用代码,违法事实,处罚依据,处罚种类,罚没金额（元）,处罚日期,公示截止日期\n\
         浔市监处〔2026〕12号,91330503MYYG3CWJ94,生产菌落总数超标的面包,食品安全法第一百二十四条,罚款,\"52,000.50\",2026-10-12,2027-10-12\n\
         浔市监处〔2026〕13号,91330503MYYG3CWJ94,标签不符合规定,,警告,,2026-10-13,\n\
         浔市监处〔2026〕14号,91330503MYYG3CWJ94,标签不符合规定,,罚款,很多,2026-10-13,\n",
    ),
    (
        "inspections",
        "检查编号,统一社会信用代码,检查日期,检查类型,检查结果,发现问题数,备注\n\
         JC-1,91330503MYYG3CWJ94,2026-08-01,日常检查,基本符合,2,地面积水\n\
         JC-2,91330503MYYG3CWJ94,2026-08-20,飞行检查,拒绝检查,0,\n",
    ),
    (
        "honours",
        "证书编号,统一社会信用代码,种类,名称,发证机构,发证日期,有效期至\n\
         001HACCP26,91330503MYYG3CWJ94,HACCP,危害分析与关键控制点体系认证,某认证公司,2026-01-05,2029-01-04\n",
    ),
    (
        "accidents",
        "事故编号,统一社会信用代码,发生日期,事故级别,说明\n\
         SG-1,91330503MYYG3CWJ94,2026-07-01,一般,三人腹泻\n",
    ),
];

/// The sample ledger.
fn office_with_ledger() -> Office {
    let office = Office::new();
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    office
}

/// The sample ledger, and the facts of all registers.
fn office_with_facts() -> Office {
    let office = office_with_ledger();
    for (kind, csv) in REGISTERS {
        office.office.import(kind, csv.as_bytes()).expect(200);
    }
    office
}

/// The town of [`USCC`].
fn own_town(office: &Office) -> String {
    let known = office.office.get(&format!("/api/v1/enterprises/{USCC}"));
    known.expect(200)["town"].as_str().unwrap().to_owned()
}

#[test]
fn registers_of_facts_go_in_row_by_row_and_twice_changes_nothing() {
    let office = office_with_ledger();
    let taken = [
        ("samples", 2, 3),
        ("penalties", 2, 1),
        ("inspections", 2, 0),
        ("honours", 1, 0),
        ("accidents", 1, 0),
    ];
    for ((kind, csv), (_, created, rejected)) in REGISTERS.iter().zip(taken) {
        let first = office.office.import(kind, csv.as_bytes()).expect(200);
        assert_eq!(
            (
                &first["created"],
                first["rejected"].as_array().unwrap().len()
            ),
            (&json!(created), rejected),
            "{kind}: {first}"
        );
        let again = office.office.import(kind, csv.as_bytes()).expect(200);
        assert_eq!(
            (&again["created"], &again["updated"], &again["unchanged"]),
            (&json!(0), &json!(0), &json!(created)),
            "{kind}"
        );
        let listed = office
            .office
            .get(&format!("/api/v1/{kind}?uscc={USCC}"))
            .expect(200);
        assert_eq!(listed["total"], created, "{kind}");
        let workbook = office.office.get(&format!("/facts/{kind}/export.xlsx"));
        assert_eq!(workbook.status, 200);
    }
    let penalties = office.office.get("/api/v1/penalties?kind=fine").expect(200);
    // The amount is in 分, so that nothing is rounded.
    assert_eq!(penalties["items"][0]["amount"], 5_200_050);
    assert_eq!(penalties["items"][0]["yuan"], 52_000.5);
}

#[test]
fn a_town_sees_the_facts_of_its_own_businesses_alone_and_imports_none() {
    let office = office_with_facts();
    let town = own_town(&office);
    let other = match town.as_str() {
        "石湖镇" => "云港街道",
        _ => "石湖镇",
    };
    let own = office.staff("own", "town", &[&town], None);
    let stranger = office.staff("stranger", "town", &[other], None);
    assert_eq!(own.get("/api/v1/samples").expect(200)["total"], 2);
    assert_eq!(stranger.get("/api/v1/samples").expect(200)["total"], 0);
    own.import("samples", REGISTERS[0].1.as_bytes())
        .expect_problem(403);
}

#[test]
fn facts_stand_on_the_page_of_their_business_and_a_correction_is_a_new_version() {
    let office = office_with_facts();
    let page = office
        .office
        .with("accept", "text/html")
        .get(&format!("/enterprises/{USCC}"))
        .text();
    for said in [
        "不合格：菌落总数",
        "罚款，52000.50 元",
        "拒绝检查",
        "危害分析与关键控制点体系认证",
        "一般：三人腹泻",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let corrected = REGISTERS[0].1.replace("菌落总数", "大肠菌群");
    let imported = office.office.import("samples", corrected.as_bytes());
    assert_eq!(imported.expect(200)["updated"], 1);
    let audit = office
        .office
        .get("/api/v1/audit?record=sample/CY2026001")
        .expect(200);
    assert_eq!(audit["total"], 2);
}

/// Registers name businesses that the ledger does not have.
#[test]
fn a_fact_whose_business_is_in_no_ledger_is_found_by_its_code() {
    let office = Office::new();
    let csv = "处罚决定书文号,统一社会信用代码,违法事实,处罚依据,处罚种类,罚没金额（元）,处罚日期,公示截止日期\n\
        浔市监处〔2026〕12号,91330503MYYG3CWJ94,生产菌落总数超标的面包,食品安全法第一百二十四条,罚款,52000,2026-10-12,2027-10-12\n";
    office
        .office
        .import("penalties", csv.as_bytes())
        .expect(200);
    for (q, total) in [
        ("91330503MYYG3CWJ94", 1),
        ("91330503myyg", 1),
        ("92330503", 0),
    ] {
        let found = office.office.get(&format!("/api/v1/penalties?q={q}"));
        assert_eq!(found.expect(200)["total"], total, "{q}");
    }
}

#[test]
fn a_fact_has_its_documents_for_whoever_may_know_of_it() {
    let (office, second) = office_with_penalty();
    let fact = "/api/v1/list-facts?kind=penalty&number=%E6%B5%94%E5%B8%82%E7%9B%91%E5%A4%84%E3%80%942026%E3%80%9512%E5%8F%B7";
    let paper = fact.replacen("list-facts?", "list-facts/documents?", 1);
    let photo = tests::photo_with_gps();
    let id = office
        .office
        .upload(&paper, "处罚决定书.jpg", &photo)
        .expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    office
        .office
        .upload(&paper, "x.exe", b"MZ not a picture")
        .expect_problem(422);
    let known = office.office.get(fact).expect(200);
    assert_eq!(known["documents"][0]["name"], "处罚决定书.jpg");
    let bytes = second.get(&format!("/facts/documents/{id}"));
    assert_eq!(bytes.header("content-type"), Some("image/jpeg"));
    let stranger = office.staff("stranger", "town", &["石湖镇"], None);
    if own_town(&office) != "石湖镇" {
        assert_eq!(stranger.get(&format!("/facts/documents/{id}")).status, 404);
        stranger.get(fact).expect_problem(404);
    }
    assert_eq!(
        office
            .server
            .public()
            .get(&format!("/facts/documents/{id}"))
            .status,
        401
    );
}

#[test]
fn results_of_samples_are_published_when_the_law_lets_them() {
    let (office, _) = office_with_penalty();
    // 13 November: seven working days ago; a result that failed waits for twenty.
    let samples = "抽样编号,统一社会信用代码,食品名称,抽样日期,检验结果,不合格项目\n\
        CY1,91330503MYYG3CWJ94,麵包,2026-11-13,合格,\n\
        CY2,91330503MYYG3CWJ94,蛋糕,2026-11-13,不合格,菌落总数\n\
        CY3,91330503MYYG3CWJ94,饼干,2026-09-03,不合格,过氧化值\n";
    office
        .office
        .import("samples", samples.as_bytes())
        .expect(200);
    let public = office.server.public();
    assert_eq!(public.get("/api/v1/lists/samples").expect(200)["total"], 0);
    let published = office
        .office
        .post("/api/v1/list-facts/publish-samples", &json!({}))
        .expect(200);
    assert_eq!(published["published"], 2);
    let shown = public.get("/api/v1/lists/samples").expect(200);
    // Characters that nobody sees ask for nothing.
    let blank = public.get("/api/v1/lists/samples?q=%E2%80%8B").expect(200);
    assert_eq!(blank["total"], shown["total"]);
    // A food is found as the register writes it, and in simplified letters: 麵包, 餅.
    for (q, number) in [("%E9%BA%B5%E5%8C%85", "CY1"), ("%E9%A4%85", "CY3")] {
        let found = public.get(&format!("/api/v1/lists/samples?q={q}"));
        let found = found.expect(200);
        assert_eq!(
            (&found["total"], &found["items"][0]["number"]),
            (&json!(1), &json!(number)),
            "{q}"
        );
    }
    let numbers: Vec<&str> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["CY1", "CY3"]);
    assert!(
        public
            .get("/api/v1/lists/samples.csv")
            .text()
            .contains("过氧化值")
    );
    assert!(
        public
            .get("/facts/results?result=failed")
            .text()
            .contains("饼干")
    );
}

#[test]
fn pages_of_facts_are_found_under_their_old_addresses() {
    let office = Office::new();
    for (old, new) in [
        ("/lists/facts", "/facts"),
        ("/lists/facts/samples?q=x", "/facts/samples?q=x"),
        (
            "/lists/facts/fact?kind=sample&number=1",
            "/facts/fact?kind=sample&number=1",
        ),
        (
            "/lists/samples?result=failed",
            "/facts/results?result=failed",
        ),
    ] {
        let reply = office.office.get(old);
        assert_eq!(
            (reply.status, reply.header("location")),
            (301, Some(new)),
            "{old}"
        );
    }
}
