//! How criteria, evidence and places are worded, on the desk and in public.

use crate::{Content, Evidence, Met};
use domain::office_date::chinese;
use domain::words::Word as _;
use maud::{Markup, html};

/// What a kind of fact is called.
pub fn kind(code: &str) -> &str {
    match code {
        "sample" => "抽检",
        "penalty" => "行政处罚",
        "inspection" => "监督检查",
        "honour" => "荣誉认证",
        "accident" => "食品安全事故",
        "complaint" => "投诉举报",
        other => other,
    }
}

/// One fact in a line.
pub fn fact(fact: &Evidence) -> String {
    let mut parts = Vec::new();
    parts.extend(fact.happened_on.map(chinese));
    parts.extend(fact.title.clone());
    parts.extend(fact.said.clone());
    parts.extend(fact.number.clone());
    format!("{}：{}", kind(&fact.kind), parts.join("，"))
}

/// The criteria that are met, each with its source and evidence.
pub fn rules(rules: &[Met]) -> Markup {
    html! {
        ul.tidy {
            @for met in rules {
                li {
                    (met.title) @if let Some(said) = &met.said { "（" (said) "）" }
                    @if !met.evidence.is_empty() {
                        ul.tidy { @for evidence in &met.evidence { li { (fact(evidence)) } } }
                    }
                    p.note { "标准：" (met.basis) "，" (chinese(met.valid_from)) "起施行的版本" }
                }
            }
        }
    }
}

/// Town and sector of an entry.
pub fn place(content: &Content) -> String {
    let town = content.town.as_deref().unwrap_or("镇街未登记");
    match content.sector {
        Some(sector) => format!("{town} · {}", sector.chinese()),
        None => town.to_owned(),
    }
}
