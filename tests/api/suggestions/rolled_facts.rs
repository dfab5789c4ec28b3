//! Facts about the businesses of the sample ledger, rolled with the same dice every time, and brought into the registers.

use chrono::{Months, NaiveDate, TimeDelta};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
        today - TimeDelta::days(i64::try_from(self.roll(900)).unwrap())
    }
}

pub struct Sample {
    pub number: String,
    pub uscc: String,
    pub on: NaiveDate,
    pub failed: bool,
    pub revoked: bool,
}

pub struct Penalty {
    pub number: String,
    pub uscc: String,
    pub kind: &'static str,
    pub fen: u64,
    pub on: NaiveDate,
    pub until: Option<NaiveDate>,
}

pub struct Inspection {
    pub number: String,
    pub uscc: String,
    pub on: NaiveDate,
    pub result: &'static str,
    pub hazards: u64,
}

pub struct Accident {
    pub number: String,
    pub uscc: String,
    pub on: NaiveDate,
}

pub struct Officer {
    pub uscc: String,
    pub appointed: NaiveDate,
    pub left: Option<NaiveDate>,
    pub examined: Option<(NaiveDate, bool)>,
}

#[derive(Default)]
pub struct Facts {
    pub samples: Vec<Sample>,
    pub penalties: Vec<Penalty>,
    pub inspections: Vec<Inspection>,
    pub accidents: Vec<Accident>,
    pub officers: Vec<Officer>,
    pub complaints: BTreeMap<String, u64>,
}

/// Facts about each business, the same every time.
pub fn roll_facts(enterprises: &[Value], today: NaiveDate) -> Facts {
    let mut dice = Dice(20_261_122);
    let mut facts = Facts::default();
    for enterprise in enterprises {
        facts.roll_for(enterprise["uscc"].as_str().unwrap(), &mut dice, today);
    }
    facts
}

impl Facts {
    fn roll_for(&mut self, uscc: &str, dice: &mut Dice, today: NaiveDate) {
        // Some have a clean slate, or the red list would be empty.
        let calm = dice.roll(3) == 0;
        for _ in 0..dice.roll(6) {
            self.samples.push(Sample {
                number: format!("CY{:05}", self.samples.len()),
                uscc: uscc.to_owned(),
                on: dice.day(today),
                failed: !calm && dice.roll(3) == 0,
                revoked: dice.roll(40) == 0,
            });
        }
        if !calm {
            for _ in 0..dice.roll(3) {
                self.roll_penalty(uscc, dice, today);
            }
        }
        for _ in 0..dice.roll(3) {
            self.roll_inspection(uscc, calm, dice, today);
        }
        if !calm && dice.roll(15) == 0 {
            self.accidents.push(Accident {
                number: format!("SG{:05}", self.accidents.len()),
                uscc: uscc.to_owned(),
                on: dice.day(today),
            });
        }
        for _ in 0..dice.roll(4) {
            self.roll_officer(uscc, dice, today);
        }
    }

    fn roll_penalty(&mut self, uscc: &str, dice: &mut Dice, today: NaiveDate) {
        let on = dice.day(today);
        let kind = ["警告", "罚款", "没收", "责令停产停业", "吊销许可证"]
            [usize::try_from(dice.roll(5)).unwrap()];
        let fen = [0, 4_999_999, 5_000_000, 5_000_001, 12_000_000]
            [usize::try_from(dice.roll(5)).unwrap()];
        let until = match dice.roll(3) {
            0 => None,
            _ => on.checked_add_months(Months::new(6)),
        };
        self.penalties.push(Penalty {
            number: format!("处罚{:05}号", self.penalties.len()),
            uscc: uscc.to_owned(),
            kind,
            fen,
            on,
            until,
        });
    }

    fn roll_inspection(&mut self, uscc: &str, calm: bool, dice: &mut Dice, today: NaiveDate) {
        let result = match (calm, dice.roll(8)) {
            (false, 0) => "拒绝检查",
            (false, 1) => "不符合",
            (_, 2) => "基本符合",
            _ => "符合",
        };
        self.inspections.push(Inspection {
            number: format!("JC{:05}", self.inspections.len()),
            uscc: uscc.to_owned(),
            on: dice.day(today),
            result,
            hazards: dice.roll(9),
        });
    }

    fn roll_officer(&mut self, uscc: &str, dice: &mut Dice, today: NaiveDate) {
        let examined = (dice.roll(6) > 0).then(|| {
            let on = today - TimeDelta::days(i64::try_from(dice.roll(450)).unwrap());
            (on, dice.roll(10) > 0)
        });
        let left = (dice.roll(8) == 0).then(|| dice.day(today));
        self.officers.push(Officer {
            uscc: uscc.to_owned(),
            appointed: today - TimeDelta::days(1000),
            left,
            examined,
        });
    }
}

/// Imports the facts, and revokes those that are to be revoked.
pub fn import_facts(office: &Office, facts: &Facts) {
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
