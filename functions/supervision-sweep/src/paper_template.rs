//! 文书模板: how each kind of paper is worded. Names in braces are filled in from the paper; a template that has any other name, or a brace without
//! its fellow, is refused when it is saved.

use leon::Template;
use serde::Deserialize;

/// A name that a template may have in braces, and what stands there.
pub const FIELDS: [(&str, &str); 9] = [
    ("依据", "所列事项各自的依据"),
    ("日期", "核对的日期：发出之日，没有发出的是拟稿之日"),
    ("对方", "“你单位”"),
    ("所列", "“下列”；事项多、列在附件里的是“附件所列”"),
    ("项数", "所列事项有几项"),
    ("期限", "自本件发出之日起几个工作日内"),
    ("要求", "各类事项要求做什么"),
    ("负责人", "挂牌督办的负责人，签发时写明"),
    ("下一文书", "期满以后的文书；没有下一级的，这一段不印"),
];

/// The wording of a kind of paper.
#[derive(Debug, Clone, Deserialize)]
pub struct PaperTemplate {
    pub opening: String,
    pub demand: String,
    pub warning: Option<String>,
}

/// What stands in place of the names, each with its name.
pub type Filled<'f> = Vec<(&'static str, &'f str)>;

/// A text with its names filled in. What was saved has only names that are known; anything else stands as it is.
pub fn fill(text: &str, values: &Filled<'_>) -> String {
    let filled = Template::parse(text)
        .ok()
        .and_then(|template| template.render(values).ok());
    filled.unwrap_or_else(|| text.to_owned())
}

/// Why a text is no template.
pub fn fault(text: &str) -> Option<String> {
    let Ok(template) = Template::parse(text) else {
        return Some("花括号应成对，里面写字段名".to_owned());
    };
    let known = |key: &&str| FIELDS.iter().any(|(name, _)| name == key);
    let unknown = template.keys().find(|key| !known(key))?;
    let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    Some(format!(
        "没有叫“{unknown}”的字段；可以用的是{}",
        names.join("、")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_others_are_refused() {
        assert_eq!(
            fill(
                "请{期限}办结：{要求}。",
                &vec![("期限", "十日内"), ("要求", "督导")]
            ),
            "请十日内办结：督导。"
        );
        assert_eq!(fault("请{期限}办结：{要求}。"), None);
        assert!(fault("请{限期}办结").is_some_and(|reason| reason.contains("限期")));
        assert!(fault("请{期限办结").is_some());
        assert!(fault("请期限}办结").is_some());
    }
}
