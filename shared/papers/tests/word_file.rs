//! The Word file of a paper: fonts on every run, page numbers, the head of a table on each page, nothing broken, and what stands across a
//! paper that does not hold.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod sample;

use papers::{Numbering, OfficialPaper, docx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

/// The parts of the file, by their names.
fn parts(paper: &OfficialPaper) -> BTreeMap<String, String> {
    let file = docx::write(paper).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    (0..archive.len())
        .filter_map(|place| {
            let mut entry = archive.by_index(place).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            name.ends_with(".xml").then_some((name, text))
        })
        .collect()
}

/// The parts in which text stands.
fn of_text(parts: &BTreeMap<String, String>) -> impl Iterator<Item = (&String, &String)> {
    parts.iter().filter(|(name, _)| {
        ["word/document", "word/header", "word/footer"]
            .iter()
            .any(|start| name.starts_with(start))
    })
}

/// What a run or a cell consists of, for each of them.
fn each<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (open, close) = (format!("<w:{name}>"), format!("</w:{name}>"));
    xml.split(&open)
        .skip(1)
        .map(|rest| rest.split(&close).next().unwrap())
        .collect()
}

fn samples() -> [OfficialPaper; 5] {
    [
        sample::order(40),
        sample::letter(),
        sample::report(),
        sample::draft(),
        sample::withdrawn(),
    ]
}

#[test]
fn every_run_names_a_chinese_font_and_none_a_theme() {
    for paper in samples() {
        let parts = parts(&paper);
        for (name, xml) in of_text(&parts) {
            for run in each(xml, "r") {
                let names = run.contains("w:eastAsia=\"") && run.contains("w:hint=\"eastAsia\"");
                assert!(names, "{name}: {run}");
            }
        }
        for (name, xml) in &parts {
            assert!(!xml.contains("Theme=\""), "{name}");
        }
    }
}

#[test]
fn pages_are_numbered_on_the_right_and_on_the_left_and_a_letter_begins_without() {
    for (paper, footers) in [(sample::order(40), 2), (sample::letter(), 3)] {
        let parts = parts(&paper);
        let numbered: Vec<&String> = of_text(&parts)
            .filter(|(name, xml)| name.starts_with("word/footer") && xml.contains("PAGE"))
            .map(|(_, xml)| xml)
            .collect();
        assert_eq!(numbered.len(), 2);
        assert!(numbered.iter().all(|xml| xml.contains("— ")));
        let all = parts
            .keys()
            .filter(|name| name.starts_with("word/footer"))
            .count();
        assert_eq!(all, footers);
        let document = &parts["word/document.xml"];
        assert_eq!(document.contains("<w:titlePg"), footers == 3);
        assert!(parts["word/settings.xml"].contains("evenAndOddHeaders"));
    }
}

#[test]
fn the_head_of_a_table_is_repeated_and_no_row_is_broken() {
    let document = parts(&sample::order(40))
        .remove("word/document.xml")
        .unwrap();
    let rows = each(&document, "tr");
    let heads: Vec<usize> = (0..rows.len())
        .filter(|place| rows[*place].contains("<w:tblHeader />"))
        .collect();
    assert_eq!(heads, [0]);
    assert!(rows.iter().all(|row| row.contains("<w:cantSplit />")));
    // A head, two headings and forty lines.
    assert_eq!(rows.len(), 1 + 2 + 40);
}

#[test]
fn the_page_has_the_measures_of_the_standard() {
    let parts = parts(&sample::order(0));
    let document = &parts["word/document.xml"];
    for said in [
        "<w:pgSz w:w=\"11906\" w:h=\"16838\" />",
        "w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\"",
        // The title in 22 pt, the body in 16 pt, 22 lines on a page.
        "<w:sz w:val=\"44\" />",
        "<w:sz w:val=\"32\" />",
        "w:line=\"579\" w:lineRule=\"exact\"",
    ] {
        assert!(document.contains(said), "{said}");
    }
    assert!(parts["word/styles.xml"].contains("<w:autoSpaceDE w:val=\"0\" />"));
}

#[test]
fn a_withdrawn_paper_and_a_draft_say_so_on_every_page() {
    for (paper, words) in [(sample::withdrawn(), "作废"), (sample::draft(), "草稿")] {
        let parts = parts(&paper);
        let headers: Vec<&String> = of_text(&parts)
            .filter(|(name, _)| name.starts_with("word/header"))
            .map(|(_, xml)| xml)
            .collect();
        // Odd pages and even ones.
        assert_eq!(headers.len(), 2);
        let stamp = format!("string=\"{words}\"");
        assert!(headers.iter().all(|xml| xml.contains(&stamp)));
    }
    let mut letter = sample::letter();
    letter.standing = papers::Standing::Withdrawn;
    let parts = parts(&letter);
    let stamped = of_text(&parts).filter(|(_, xml)| xml.contains("string=\"作废\""));
    assert_eq!(stamped.count(), 3);
}

#[test]
fn a_paper_that_holds_has_nothing_across_it() {
    for paper in [sample::order(40), sample::letter()] {
        let parts = parts(&paper);
        assert!(of_text(&parts).all(|(_, xml)| !xml.contains("WaterMark")));
    }
}

#[test]
fn an_annex_begins_on_its_own_page_and_is_named_under_the_body() {
    let document = parts(&sample::report())
        .remove("word/document.xml")
        .unwrap();
    assert_eq!(document.matches("<w:pageBreakBefore />").count(), 2);
    for said in ["附件：", "附件1", "附件2", "签发人：", "王敏　沈建国"] {
        assert!(document.contains(said), "{said}");
    }
}

#[test]
fn what_is_at_the_foot_is_set_to_the_foot_of_the_last_page() {
    let document = parts(&sample::order(40))
        .remove("word/document.xml")
        .unwrap();
    let framed: Vec<&str> = each(&document, "pPr")
        .into_iter()
        .filter(|property| property.contains("<w:framePr"))
        .collect();
    // 抄送, 印发机关 and the three lines.
    assert_eq!(framed.len(), 5);
    for property in framed {
        assert!(
            property.contains("w:vAnchor=\"margin\"") && property.contains("w:yAlign=\"bottom\""),
            "{property}"
        );
    }
    let (_, foot) = document.split_once("<w:framePr").unwrap();
    assert!(foot.contains("抄送：云港街道食安办，沈阿根。"));
    assert!(foot.contains("2026年10月22日印发"));
    let letter = parts(&sample::letter())
        .remove("word/document.xml")
        .unwrap();
    assert!(letter.contains("抄送：") && !letter.contains("印发"));
}

#[test]
fn a_draft_has_no_number_and_what_was_typed_is_no_markup() {
    let mut draft = sample::draft();
    draft.title = "关于<甲&乙>的\u{1}函".to_owned();
    let document = parts(&draft).remove("word/document.xml").unwrap();
    assert!(document.contains("（签发后编号）") && document.contains("（签发之日）"));
    assert!(document.contains("关于&lt;甲&amp;乙&gt;的函"));
    draft.number = Numbering::Without;
    let document = parts(&draft).remove("word/document.xml").unwrap();
    assert!(!document.contains("签发后编号"));
}
