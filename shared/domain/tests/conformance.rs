//! The cases in `conformance/`: what the rules give, case by case.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use chrono::NaiveDate;
use domain::complaint_terms;
use domain::license_number::{LicenseNumber, LicenseNumberError};
use domain::office_date::{self, Epoch, OfficeDateError};
use domain::scope;
use domain::telephone::{self, TelephoneError};
use domain::uscc::{Uscc, UsccError};
use domain::words::Word as _;
use domain::workdays::{Calendar, Exception, missing_holidays};

/// The cells of a csv file without quotes, less its header.
fn rows(csv: &str) -> impl Iterator<Item = Vec<&str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect())
}

pub fn calendar() -> Calendar {
    let days = rows(include_str!("../data/holidays.csv")).map(|row| {
        let exception = match row[1] {
            "holiday" => Exception::Holiday,
            _ => Exception::Workday,
        };
        (row[0].parse::<NaiveDate>().unwrap(), exception)
    });
    Calendar::new(days, 2018..=2026)
}

#[test]
fn each_year_of_the_arrangements_names_all_statutory_holidays() {
    for year in 2018..=2026 {
        let year = year.to_string();
        let names: Vec<&str> = rows(include_str!("../data/holidays.csv"))
            .filter(|row| row[0].starts_with(&year) && row[1] == "holiday")
            .map(|row| row[2])
            .collect();
        assert_eq!(missing_holidays(&names), [] as [&str; 0], "{year}");
    }
    assert_eq!(missing_holidays(["劳动节"]).len(), 6);
}

#[test]
fn codes() {
    for row in rows(include_str!("conformance/uscc.csv")) {
        let read = match row[0].parse::<Uscc>() {
            Ok(code) => code.to_string(),
            Err(UsccError::Length(length)) => format!("length {length}"),
            Err(UsccError::Character { place, character }) => {
                format!("character {place} {character}")
            }
            Err(UsccError::CheckDigit { expected }) => format!("check {expected}"),
            Err(UsccError::Nobody) => "nobody".to_owned(),
            Err(UsccError::LostDigits) => "lost digits".to_owned(),
        };
        assert_eq!(read, row[1], "{row:?}");
    }
}

#[test]
fn working_days() {
    let calendar = calendar();
    for row in rows(include_str!("conformance/workdays.csv")) {
        let from = row[1].parse().unwrap();
        let days = row[2].parse().unwrap();
        let counted = match row[0] {
            "workdays" => calendar.workdays_after(from, days),
            _ => calendar.calendar_days_after(from, days),
        }
        .unwrap();
        assert_eq!(counted.date.to_string(), row[3], "{row:?}");
        assert_eq!(counted.provisional.to_string(), row[4], "{row:?}");
    }
}

#[test]
fn terms_of_complaints_and_reports() {
    let calendar = calendar();
    for row in rows(include_str!("conformance/complaint_terms.csv")) {
        let step = complaint_terms::Step::read(row[0]).unwrap();
        let due = complaint_terms::due(step, row[1].parse().unwrap(), &calendar).unwrap();
        assert_eq!(
            (due.date.to_string(), due.provisional.to_string()),
            (row[2].to_owned(), row[3].to_owned()),
            "{row:?}"
        );
    }
}

#[test]
fn dates_as_offices_write_them() {
    for row in rows(include_str!("conformance/dates.csv")) {
        let read = match office_date::parse(row[0]) {
            Ok(date) => date.to_string(),
            Err(OfficeDateError::NoSuchDay) => "no such day".to_owned(),
            Err(OfficeDateError::Spelling) => "spelling".to_owned(),
            Err(OfficeDateError::Incomplete) => "incomplete".to_owned(),
            Err(OfficeDateError::NotCome) => "not come".to_owned(),
        };
        assert_eq!(read, row[1], "{row:?}");
    }
}

#[test]
fn numbers_of_cells_as_dates() {
    let read = |number, epoch| office_date::from_excel(number, epoch).map(|date| date.to_string());
    let day = |text: &str| Ok(text.to_owned());
    assert_eq!(read(46_082.0, Epoch::From1900), day("2026-03-01"));
    assert_eq!(read(46_082.75, Epoch::From1900), day("2026-03-01"));
    assert_eq!(read(44_620.0, Epoch::From1904), day("2026-03-01"));
    assert_eq!(read(20_260_301.0, Epoch::From1904), day("2026-03-01"));
    for incomplete in [2026.0, 1999.0, 2026.3, 202_603.0] {
        assert_eq!(
            read(incomplete, Epoch::From1900),
            Err(OfficeDateError::Incomplete)
        );
    }
    for none in [
        0.0,
        7.0,
        9_999.0,
        12_345.0,
        99_999.0,
        -46_082.0,
        1e308,
        f64::NAN,
    ] {
        assert_eq!(read(none, Epoch::From1900), Err(OfficeDateError::Spelling));
    }
    let cell =
        |serial, epoch| office_date::of_date_cell(serial, epoch).map(|date| date.to_string());
    assert_eq!(cell(44_620.5, Epoch::From1904), Some("2026-03-01".into()));
    assert_eq!(cell(11_079.0, Epoch::From1900), Some("1930-05-01".into()));
    // A year in a cell for dates, a time of day, a number that is none.
    for none in [2026.0, 0.35, -1.0, f64::NAN, 1e12] {
        assert_eq!(cell(none, Epoch::From1900), None);
    }
}

#[test]
fn telephones_as_people_type_them() {
    for row in rows(include_str!("conformance/telephones.csv")) {
        let read = match telephone::all(row[0]) {
            Ok(read) => read,
            Err(TelephoneError::Form) => "form".to_owned(),
            Err(TelephoneError::Mobile) => "mobile".to_owned(),
            Err(TelephoneError::LeadingZero) => "leading zero".to_owned(),
            Err(TelephoneError::LostDigits) => "lost digits".to_owned(),
        };
        assert_eq!(read, row[1], "{row:?}");
        // What is kept is read again as it is.
        if let Ok(read) = telephone::all(row[0]) {
            assert_eq!(telephone::all(&read), Ok(read));
        }
    }
}

#[test]
fn licence_numbers_and_those_of_other_kinds() {
    for row in rows(include_str!("conformance/license_numbers.csv")) {
        let read = match row[0].parse::<LicenseNumber>() {
            Ok(number) => number.to_string(),
            Err(LicenseNumberError::Form) => "form".to_owned(),
            Err(LicenseNumberError::Another(_)) => "another".to_owned(),
            Err(LicenseNumberError::LostDigits) => "lost digits".to_owned(),
        };
        assert_eq!(read, row[1], "{row:?}");
    }
}

#[test]
fn a_licence_number_with_another_check_digit_is_doubted_not_refused() {
    let good: LicenseNumber = "sc12733050370007".parse().unwrap();
    assert_eq!(
        (good.as_str(), good.doubt(), good.category_code()),
        ("SC12733050370007", None, "127")
    );
    let odd: LicenseNumber = "SC12733050370008".parse().unwrap();
    assert_eq!(odd.doubt(), Some('7'));
    assert!("SC1273305037000".parse::<LicenseNumber>().is_err());
    assert!("JY12733050370007".parse::<LicenseNumber>().is_err());
}

#[test]
fn business_scopes() {
    are_read_as_labelled(include_str!("conformance/scopes.tsv"));
}

/// Labelled by the law before any rule had read them.
#[test]
fn business_scopes_that_no_rule_had_seen() {
    are_read_as_labelled(include_str!("conformance/scopes_unseen.tsv"));
}

fn are_read_as_labelled(labelled: &str) {
    let mut wrong = Vec::new();
    for line in labelled
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with('#'))
    {
        let [verdict, categories, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line}");
        };
        let reading = scope::read(text);
        let read = match reading.needs_license() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unclear",
        };
        let mut expected: Vec<&str> = categories
            .split(',')
            .filter(|code| !code.is_empty())
            .collect();
        expected.sort_unstable();
        let mut found: Vec<&str> = reading
            .matches
            .iter()
            .map(|found| found.category_code.as_deref().unwrap_or("-"))
            .collect();
        found.sort_unstable();
        found.dedup();
        if read != verdict || found != expected {
            wrong.push(format!(
                "{text}: {verdict} {expected:?} expected, read as {reading:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every food of the vocabulary, in every way in which registries say that it is made, or only sold.
#[test]
fn every_food_that_is_made_is_found_and_none_that_is_only_sold() {
    let words = include_str!("../data/scope/words.txt");
    let raised: Vec<&str> = words
        .lines()
        .find_map(|line| line.strip_prefix("raised: "))
        .unwrap()
        .split(' ')
        .collect();
    let mut foods = 0;
    for line in words.lines().filter(|line| line.starts_with("food ")) {
        let (head, members) = line.split_once(": ").unwrap();
        let code = &head["food ".len()..];
        for food in members.split(' ').filter(|food| !raised.contains(food)) {
            foods += 1;
            let made = [
                format!("{food}生产"),
                format!("{food}的加工、销售"),
                format!("生产、销售：{food}"),
                format!("生产{food}"),
                format!(
                    "许可项目：{food}制造（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
                ),
                format!("日用百货销售；{food}生产（不含现场制售）；货物进出口"),
                format!("{food}（生产、零售）"),
            ];
            for text in made {
                let reading = scope::read(&text);
                let codes: Vec<_> = reading
                    .matches
                    .iter()
                    .filter_map(|found| found.category_code.as_deref())
                    .collect();
                assert_eq!(codes, [code], "{text}: {reading:?}");
            }
            let sold = [
                format!("{food}销售"),
                format!("{food}批发、零售"),
                format!("销售：{food}、日用品"),
                format!("{food}销售（不含生产）"),
                format!("{food}加工设备销售"),
                format!("{food}生产（限分支机构经营）"),
                format!("{food}包装盒生产"),
            ];
            for text in sold {
                let reading = scope::read(&text);
                assert_eq!(reading.needs_license(), Some(false), "{text}: {reading:?}");
            }
        }
    }
    assert!(foods > 700, "{foods}");
}

/// Where packing, the depth of processing, the maker or its size decides, whoever must decide is told what to ask.
#[test]
fn what_is_unclear_says_what_to_ask() {
    for (scope, asked) in [
        ("豆腐制作、销售", "小作坊登记"),
        ("小型豆腐加工", "小作坊登记"),
        ("豆腐坊", "小作坊登记"),
        ("糕点加工（小规模）", "小作坊登记"),
        ("茶叶包装", "分装"),
        ("食品代包装", "分装"),
        ("食品粗加工", "初加工"),
        ("食品委托加工", "由谁生产"),
        ("食品贴牌生产", "由谁生产"),
    ] {
        let reading = scope::read(scope);
        assert_eq!(reading.needs_license(), None, "{scope}: {reading:?}");
        let reasons: Vec<&str> = reading.unclear.iter().map(|note| &*note.reason).collect();
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains("请问") && reason.contains(asked)),
            "{scope}: {reasons:?}"
        );
    }
}

/// What stands beside making takes nothing away from it, unless it says so.
#[test]
fn what_stands_beside_an_item_changes_it_only_where_it_says_so() {
    for (scope, needed) in [
        ("食品生产（分支机构经营场所：南浔区练市镇某路8号）", true),
        ("食品生产（分支机构经营场所设在南浔区练市镇）", true),
        ("食品生产（限分支机构经营，地址：练市镇）", false),
        ("食品生产（由设在练市镇的分支机构经营）", false),
        ("食品生产（分支机构经营）", false),
        ("食品生产；食品小作坊登记", true),
        ("豆制品加工（凭食品生产加工小作坊登记证）", false),
        // An item of many registrations, which says nothing of the item before it.
        ("水产品批发；包装服务", false),
        ("食品销售，包装服务", false),
    ] {
        assert_eq!(scope::read(scope).needs_license(), Some(needed), "{scope}");
    }
}

#[test]
fn every_verdict_names_words_of_the_scope() {
    for line in include_str!("conformance/scopes.tsv").lines().skip(1) {
        let text = line.rsplit('\t').next().unwrap();
        let reading = scope::read(text);
        let words = reading.matches.iter().map(|found| &found.text);
        let notes = reading.excluded.iter().chain(&reading.unclear);
        assert!(
            words
                .chain(notes.map(|note| &note.text))
                .all(|words| !words.is_empty()),
            "{text}"
        );
        assert!(
            reading.needs_license().is_some() || !reading.unclear.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn a_list_of_production_stays_yes_whatever_stands_beside_it() {
    let made = "糕点生产";
    for line in include_str!("conformance/scopes.tsv").lines().skip(1) {
        let [verdict, _, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            continue;
        };
        // What is said of all that stands above, or of all that follows a heading, reaches further.
        if verdict == "no"
            && !["以上", "上述", "以下", "：", "筹建", "（分支机构"]
                .iter()
                .any(|words| text.contains(words))
        {
            let both = format!("{text}。许可项目：{made}");
            assert_eq!(scope::read(&both).needs_license(), Some(true), "{both}");
            let both = format!("{made}；{text}");
            assert_eq!(scope::read(&both).needs_license(), Some(true), "{both}");
        }
    }
}

#[test]
fn any_text_is_answered() {
    let odd = [
        "",
        " ",
        "。；：（）",
        "（（（（食品生产",
        "））））食品生产",
        "：：：",
        "\u{0}\u{7}食品生产\u{1b}[0m",
        "\u{202e}食品生产",
        "𠮷野家🍣生产",
        "生产",
        "生产、销售",
        "不含",
        "以上",
        "（不含",
        "许可项目：",
        "除除除外外外",
    ];
    for text in odd {
        let _ = scope::read(text);
    }
    let long = [
        "食品生产；",
        "食品、",
        "（",
        "食品（",
        "生产、",
        "不含食品、",
        "以上不含生产；",
        "a",
        "🍜",
    ];
    for part in long {
        let text = part.repeat(100_000 / part.len());
        let _ = scope::read(&text);
    }
    assert_eq!(
        scope::read(&"食品生产；".repeat(10_000)).needs_license(),
        Some(true)
    );
    let beyond = format!("{}食品生产", "日用百货销售；".repeat(scope::LONGEST));
    assert_eq!(scope::read(&beyond).needs_license(), None);
    let mixed: String = "食品、".repeat(8_000) + &"生产、".repeat(8_000);
    let _ = scope::read(&mixed);
}
