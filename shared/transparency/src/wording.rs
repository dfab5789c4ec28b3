//! The words for criteria, evidence and places, on the pages of the office and in public.

use crate::{Content, CriterionMet, Evidence};
use domain::office_date::chinese;
use domain::words::{FactKind, Word as _};
use maud::{Markup, html};

/// The name of a kind of evidence: of a fact, or of complaints.
pub fn kind(code: &str) -> &str {
    match (FactKind::read(code), code) {
        (Some(kind), _) => kind.chinese(),
        (None, "complaint") => "投诉举报",
        (None, other) => other,
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
pub fn rules(rules: &[CriterionMet]) -> Markup {
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
