//! The text of a message to a robot, which takes only so many bytes: a longer one is cut at a whole letter, and its link kept.

/// The most bytes of a text that a WeCom robot takes; to a longer one it answers 40058. Source: <https://developer.work.weixin.qq.com/document/path/91770>.
pub const WECOM_TEXT: usize = 2_048;

/// The most bytes of a text that a DingTalk robot takes. It takes 20,000 of a whole message, of which 500 are left for what stands around
/// the text; to a longer one it answers 460101.
pub const DINGTALK_TEXT: usize = 20_000 - 500;

/// The bytes that a letter takes within a JSON text.
pub fn in_json(letter: char) -> usize {
    match letter {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        letter if letter.is_ascii_control() => 6,
        letter => letter.len_utf8(),
    }
}

/// The text, and its link on a line of its own, in at most `most` bytes as `bytes` counts them. What is cut off is the end of the text.
pub fn cut_text(text: &str, link: &str, most: usize, bytes: impl Fn(char) -> usize) -> String {
    let size = |text: &str| text.chars().map(&bytes).sum::<usize>();
    let whole = format!("{text}\n{link}");
    if size(&whole) <= most {
        return whole;
    }
    let ending = format!("…\n{link}");
    let room = most.saturating_sub(size(&ending));
    let mut taken = 0;
    let beginning: String = text
        .chars()
        .take_while(|letter| {
            taken += bytes(*letter);
            taken <= room
        })
        .collect();
    format!("{}{ending}", beginning.trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn what_json_writes_longer_is_counted_as_it_is_written() {
        let link = "https://shian.example/notices/1";
        let marks = "\"\n\u{1}引号".repeat(3_000);
        let fitted = cut_text(&marks, link, DINGTALK_TEXT, in_json);
        let written = serde_json::to_string(&fitted).unwrap().len() - 2;
        assert!(
            (DINGTALK_TEXT - 12..=DINGTALK_TEXT).contains(&written),
            "{written}"
        );
    }
}
