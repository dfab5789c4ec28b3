//! Who meets the criteria of the lists, against a second computation in plain Rust over the rows.

use chrono::{Months, NaiveDate};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tests::Office;

/// A generator of the same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// A day of the two years and a half before `today`.
    fn day(&mut self, today: NaiveDate) -> NaiveDate {
        today - chrono::TimeDelta::days(i64::try_from(self.roll(900)).unwrap())
    }
}

struct Sample {
    number: String,
    uscc: String,
    on: NaiveDate,
    failed: bool,
    revoked: bool,
}

struct Penalty {
    number: String,
    uscc: String,
    kind: &'static str,
    fen: u64,
    on: NaiveDate,
    until: Option<NaiveDate>,
}

struct Inspection {
    number: String,
    uscc: String,
    on: NaiveDate,
    result: &'static str,
    hazards: u64,
}

struct Accident {
    number: String,
    uscc: String,
    on: NaiveDate,
}

struct Officer {
    uscc: String,
    appointed: NaiveDate,
    left: Option<NaiveDate>,
    examined: Option<(NaiveDate, bool)>,
}

#[derive(Default)]
struct Facts {
    samples: Vec<Sample>,
    penalties: Vec<Penalty>,
    inspections: Vec<Inspection>,
    accidents: Vec<Accident>,
    officers: Vec<Officer>,
    complaints: BTreeMap<String, u64>,
}

/// What a business meets: the rule, and the numbers of the facts behind it.
type Meets = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn facts(enterprises: &[Value], today: NaiveDate) -> Facts {
    let mut dice = Dice(20_261_122);
    let mut facts = Facts::default();
    for enterprise in enterprises {
        let uscc = enterprise["uscc"].as_str().unwrap().to_owned();
        // Some have a clean slate, or the red list would be empty.
        let calm = dice.roll(3) == 0;
        for _ in 0..dice.roll(6) {
            facts.samples.push(Sample {
                number: format!("CY{:05}", facts.samples.len()),
                uscc: uscc.clone(),
                on: dice.day(today),
                failed: !calm && dice.roll(3) == 0,
                revoked: dice.roll(40) == 0,
            });
        }
        if !calm {
            for _ in 0..dice.roll(3) {
                let on = dice.day(today);
                let kind = ["警告", "罚款", "没收", "责令停产停业", "吊销许可证"]
                    [usize::try_from(dice.roll(5)).unwrap()];
                let fen = [0, 4_999_999, 5_000_000, 5_000_001, 12_000_000]
                    [usize::try_from(dice.roll(5)).unwrap()];
                let until = match dice.roll(3) {
                    0 => None,
                    _ => on.checked_add_months(Months::new(6)),
                };
                facts.penalties.push(Penalty {
                    number: format!("处罚{:05}号", facts.penalties.len()),
                    uscc: uscc.clone(),
                    kind,
                    fen,
                    on,
                    until,
                });
            }
        }
        for _ in 0..dice.roll(3) {
            let result = match (calm, dice.roll(8)) {
                (false, 0) => "拒绝检查",
                (false, 1) => "不符合",
                (_, 2) => "基本符合",
                _ => "符合",
            };
            facts.inspections.push(Inspection {
                number: format!("JC{:05}", facts.inspections.len()),
                uscc: uscc.clone(),
                on: dice.day(today),
                result,
                hazards: dice.roll(9),
            });
        }
        if !calm && dice.roll(15) == 0 {
            facts.accidents.push(Accident {
                number: format!("SG{:05}", facts.accidents.len()),
                uscc: uscc.clone(),
                on: dice.day(today),
            });
        }
        for _ in 0..dice.roll(4) {
            let examined = (dice.roll(6) > 0).then(|| {
                let on = today - chrono::TimeDelta::days(i64::try_from(dice.roll(450)).unwrap());
                (on, dice.roll(10) > 0)
            });
            let left = (dice.roll(8) == 0).then(|| dice.day(today));
            facts.officers.push(Officer {
                uscc: uscc.clone(),
                appointed: today - chrono::TimeDelta::days(1000),
                left,
                examined,
            });
        }
    }
    facts
}

fn import(office: &Office, facts: &Facts) {
    let send = |kind: &str, csv: String| {
        let reply = office.office.import(kind, csv.as_bytes()).expect(200);
        assert_eq!(reply["rejected"], json!([]), "{kind}");
    };
    let mut csv = "抽样编号,统一社会信用代码,食品名称,抽样日期,检验结果\n".to_owned();
    for fact in &facts.samples {
        let result = if fact.failed { "不合格" } else { "合格" };
        csv += &format!("{},{},面包,{},{result}\n", fact.number, fact.uscc, fact.on);
    }
    send("samples", csv);
    let mut csv =
        "处罚决定书文号,统一社会信用代码,违法事实,处罚种类,罚没金额,处罚日期,公示截止日期\n"
            .to_owned();
    for fact in &facts.penalties {
        let yuan = format!("{}.{:02}", fact.fen / 100, fact.fen % 100);
        let until = fact.until.map_or_else(String::new, |day| day.to_string());
        csv += &format!(
            "{},{},经营不合格食品,{},{yuan},{},{until}\n",
            fact.number, fact.uscc, fact.kind, fact.on
        );
    }
    send("penalties", csv);
    let mut csv = "检查编号,统一社会信用代码,检查日期,检查结果,发现问题数\n".to_owned();
    for fact in &facts.inspections {
        csv += &format!(
            "{},{},{},{},{}\n",
            fact.number, fact.uscc, fact.on, fact.result, fact.hazards
        );
    }
    send("inspections", csv);
    let mut csv = "事故编号,统一社会信用代码,发生日期,事故级别,说明\n".to_owned();
    for fact in &facts.accidents {
        csv += &format!("{},{},{},一般,腹泻\n", fact.number, fact.uscc, fact.on);
    }
    send("accidents", csv);
    let mut csv = "统一社会信用代码,岗位,姓名,任职日期,离任日期,考核日期,考核结果\n".to_owned();
    for (place, fact) in facts.officers.iter().enumerate() {
        let (on, passed) = match fact.examined {
            None => (String::new(), ""),
            Some((on, passed)) => (on.to_string(), if passed { "合格" } else { "不合格" }),
        };
        let left = fact.left.map_or_else(String::new, |day| day.to_string());
        csv += &format!(
            "{},食品安全员,人员{place},{},{left},{on},{passed}\n",
            fact.uscc, fact.appointed
        );
    }
    send("officers", csv);
    for fact in facts.samples.iter().filter(|fact| fact.revoked) {
        let named = json!({ "kind": "sample", "number": fact.number });
        office
            .office
            .post("/api/v1/list-facts/revoke", &named)
            .expect(204);
    }
}

/// The same rules once more, by hand.
fn computed(list: &str, enterprises: &[Value], facts: &Facts, today: NaiveDate) -> Meets {
    let since = |months: u32| today.checked_sub_months(Months::new(months)).unwrap();
    let within = |on: NaiveDate, months: u32| on > since(months) && on <= today;
    let mut meets = Meets::new();
    for enterprise in enterprises {
        let uscc = enterprise["uscc"].as_str().unwrap();
        let mut samples: Vec<&Sample> = facts
            .samples
            .iter()
            .filter(|fact| fact.uscc == uscc && !fact.revoked)
            .collect();
        samples.sort_by_key(|fact| (fact.on, fact.number.clone()));
        let penalties: Vec<&Penalty> = facts
            .penalties
            .iter()
            .filter(|fact| fact.uscc == uscc)
            .collect();
        let inspections: Vec<&Inspection> = facts
            .inspections
            .iter()
            .filter(|fact| fact.uscc == uscc)
            .collect();
        let accidents: BTreeSet<(NaiveDate, String)> = facts
            .accidents
            .iter()
            .filter(|fact| fact.uscc == uscc)
            .map(|fact| (fact.on, fact.number.clone()))
            .collect();
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut put = |rule: &str, numbers: BTreeSet<String>| {
            if !numbers.is_empty() {
                found.insert(rule.to_owned(), numbers);
            }
        };
        // Runs of failures, broken by each batch that passed.
        let failed_in_a_row = |months: u32| {
            let mut numbers = BTreeSet::new();
            for run in samples.split(|fact| !fact.failed) {
                if run.len() >= 2 && run.last().is_some_and(|fact| fact.on > since(months)) {
                    numbers.extend(run.iter().map(|fact| fact.number.clone()));
                }
            }
            numbers
        };
        match list {
            "black" => {
                let shown = |fact: &&&Penalty| {
                    within(fact.on, 12) && fact.until.is_none_or(|until| until >= today)
                };
                let numbers = |wanted: &dyn Fn(&Penalty) -> bool| {
                    penalties
                        .iter()
                        .filter(shown)
                        .filter(|fact| wanted(fact))
                        .map(|fact| fact.number.clone())
                        .collect()
                };
                put("black_penalty", numbers(&|fact| fact.fen >= 5_000_000));
                put(
                    "black_closure",
                    numbers(&|fact| ["责令停产停业", "吊销许可证"].contains(&fact.kind)),
                );
                put("black_failed_samples", failed_in_a_row(12));
                put(
                    "black_refused",
                    inspections
                        .iter()
                        .filter(|fact| within(fact.on, 12) && fact.result == "拒绝检查")
                        .map(|fact| fact.number.clone())
                        .collect(),
                );
                put(
                    "black_accident",
                    accidents
                        .iter()
                        .filter(|(on, _)| within(*on, 12))
                        .map(|(_, number)| number.clone())
                        .collect(),
                );
            }
            "key_help" => {
                put("help_failed_samples", failed_in_a_row(24));
                let punished: BTreeSet<String> = penalties
                    .iter()
                    .filter(|fact| within(fact.on, 24))
                    .map(|fact| fact.number.clone())
                    .collect();
                if punished.len() >= 2 {
                    put("help_penalties", punished);
                }
                let hazardous: Vec<&&Inspection> = inspections
                    .iter()
                    .filter(|fact| within(fact.on, 24) && fact.hazards > 0)
                    .collect();
                if hazardous.iter().map(|fact| fact.hazards).sum::<u64>() >= 10 {
                    put(
                        "help_hazards",
                        hazardous.iter().map(|fact| fact.number.clone()).collect(),
                    );
                }
                put(
                    "help_accident",
                    accidents
                        .iter()
                        .filter(|(on, _)| within(*on, 24))
                        .map(|(_, number)| number.clone())
                        .collect(),
                );
                if facts.complaints.get(uscc).is_some_and(|count| *count >= 5) {
                    put("help_complaints", BTreeSet::from([String::new()]));
                }
            }
            _ => {
                let posts: Vec<&Officer> = facts
                    .officers
                    .iter()
                    .filter(|fact| fact.uscc == uscc && fact.left.is_none_or(|left| left >= today))
                    .collect();
                let founded = enterprise["founded_on"]
                    .as_str()
                    .and_then(|day| day.parse::<NaiveDate>().ok());
                let good = enterprise["risk_grade"] == "A"
                    && founded.is_some_and(|day| day <= since(24))
                    && !penalties.iter().any(|fact| within(fact.on, 24))
                    && !samples
                        .iter()
                        .any(|fact| fact.failed && within(fact.on, 24))
                    && !inspections.iter().any(|fact| {
                        within(fact.on, 24) && ["拒绝检查", "不符合"].contains(&fact.result)
                    })
                    && !accidents.iter().any(|(on, _)| within(*on, 24))
                    && posts.len() >= 2
                    && posts.iter().all(|fact| {
                        fact.examined
                            .is_some_and(|(on, passed)| passed && within(on, 12))
                    });
                if good {
                    for rule in [
                        "red_risk_grade",
                        "red_no_penalty",
                        "red_no_failed_sample",
                        "red_no_bad_inspection",
                        "red_no_accident",
                        "red_in_business",
                        "red_officers",
                        "red_training",
                    ] {
                        found.insert(rule.to_owned(), BTreeSet::new());
                    }
                }
            }
        }
        if enterprise["status"] == "operating" && !found.is_empty() {
            meets.insert(uscc.to_owned(), found);
        }
    }
    meets
}

fn all(office: &Office, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = office
            .office
            .get(&format!("{path}limit=200{cursor}"))
            .expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => {
                assert_eq!(page["total"], items.len());
                return items;
            }
        }
    }
}

fn suggested(office: &Office, list: &str) -> Meets {
    let items = all(
        office,
        &format!("/api/v1/list-cases/suggestions?list={list}&"),
    );
    let rules = |item: &Value| {
        item["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|met| {
                let numbers = met["evidence"].as_array().unwrap().iter();
                let numbers = numbers
                    .map(|fact| fact["number"].as_str().unwrap_or("").to_owned())
                    .collect();
                (met["rule"].as_str().unwrap().to_owned(), numbers)
            })
            .collect()
    };
    items
        .iter()
        .map(|item| (item["uscc"].as_str().unwrap().to_owned(), rules(item)))
        .collect()
}

#[test]
fn suggestions_are_those_of_a_second_computation() {
    let office = Office::with(&[("complaint_rate_limit", "0")]);
    office
        .office
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    let today: NaiveDate = "2026-11-22".parse().unwrap();
    let enterprises = all(&office, "/api/v1/enterprises?");
    let mut facts = facts(&enterprises, today);
    import(&office, &facts);
    // Five reports of one business, four of another.
    for (place, count) in [(3, 5), (4, 4)] {
        let uscc = enterprises[place]["uscc"].as_str().unwrap();
        facts.complaints.insert(uscc.to_owned(), count);
        for _ in 0..count {
            let report = json!({"kind": "report", "uscc": uscc, "happened_on": "2026-11-20", "category": "hygiene",
                "text": "后厨很脏，地上有老鼠", "anonymous": true});
            office
                .server
                .public()
                .post("/api/v1/complaints", &report)
                .expect(201);
        }
    }
    for list in ["red", "black", "key_help"] {
        let expected = computed(list, &enterprises, &facts, today);
        let found = suggested(&office, list);
        assert!(expected.len() > 3, "{list}: {}", expected.len());
        for (uscc, rules) in &expected {
            assert_eq!(found.get(uscc), Some(rules), "{list}: {uscc}");
        }
        assert_eq!(found.len(), expected.len(), "{list}");
    }
    // A criterion is policy: from its day on another number holds.
    let before = suggested(&office, "black");
    let version =
        json!({"valid_from": "2026-11-22", "months": 12, "threshold": 120_001, "active": true});
    office
        .office
        .put("/api/v1/list-criteria/black_penalty", &version)
        .expect(204);
    let after = suggested(&office, "black");
    assert!(
        before
            .values()
            .any(|rules| rules.contains_key("black_penalty"))
    );
    assert!(
        !after
            .values()
            .any(|rules| rules.contains_key("black_penalty"))
    );
    let rewritten =
        json!({"valid_from": "2026-01-01", "months": 1, "threshold": 1, "active": true});
    office
        .office
        .put("/api/v1/list-criteria/black_penalty", &rewritten)
        .expect_problem(422);
    let typed = office.office.form(
        "/lists/cases/criteria",
        "rule=black_penalty&valid_from=2026-11-30&months=121&threshold=77&active=1",
    );
    assert_eq!(typed.status, 422);
    let page = typed.text();
    assert!(
        page.contains("value=\"121\"") && page.contains("value=\"77\""),
        "{page}"
    );
    // A box that was not ticked stays so.
    let unticked = office.office.form(
        "/lists/cases/criteria",
        "rule=black_penalty&valid_from=2026-11-30&months=121&threshold=77",
    );
    let ticks = |page: &str| page.matches(" checked").count();
    assert_eq!(ticks(&unticked.text()) + 1, ticks(&page));
}
