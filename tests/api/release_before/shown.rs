//! An answer as the fixture keeps it, without what differs each time: `tests/fixtures/release-before/shown.js` does the same.

use tests::Reply;

/// The elements that stand within a line; all others begin a new one.
const WITHIN_A_LINE: [&str; 10] = [
    "a", "strong", "span", "b", "em", "small", "code", "label", "abbr", "time",
];

/// A redirect's address, a document as it is, or a page's text.
pub fn visible_text(reply: &Reply) -> String {
    if let Some(location) = reply.header("location") {
        return format!("→ {location}");
    }
    let kind = reply.header("content-type").unwrap_or_default();
    if kind.starts_with("text/html") {
        without_times_of_asking(&page_text(&reply.text()))
    } else {
        without_times_of_asking(reply.text().trim_end())
    }
}

/// The text without the times at which the answers themselves were asked for.
fn without_times_of_asking(text: &str) -> String {
    ["2026-11-23T09:", "2026年11月23日 9:"]
        .iter()
        .fold(text.to_owned(), |text, hour| {
            let mut pieces = text.split(hour);
            let first = pieces.next().unwrap_or_default().to_owned();
            pieces.fold(first, |text, piece| {
                let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
                text + hour + "--" + rest
            })
        })
}

/// The title and what stands under it: a line for each block and each row, tags and scripts left away.
fn page_text(page: &str) -> String {
    let title = between(page, "<title>", "</title>").unwrap_or_default();
    let main = page
        .split_once("<main")
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(_, rest)| rest.rsplit_once("</main>"))
        .map_or(page, |(main, _)| main);
    let main = without(&without(main, "<script", "</script>"), "<svg", "</svg>");
    let marked = format!("{title}\n{}", marked(&main));
    let lines = marked.split('\n').map(|line| {
        let words: Vec<String> = plain(line).split_whitespace().map(str::to_owned).collect();
        words.join(" ")
    });
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Each tag as what is left of it.
fn marked(main: &str) -> String {
    let mut pieces = main.split('<');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (tag, rest) = piece.split_once('>').unwrap_or((piece, ""));
        let ends = tag.starts_with('/');
        let tag = tag.trim_start_matches('/');
        let name = tag.split_whitespace().next().unwrap_or_default();
        let value = between(tag, " value=\"", "\"").unwrap_or_default();
        let unseen = ["hidden", "checkbox", "radio", "submit"];
        match name {
            "input"
                if between(tag, " type=\"", "\"").is_some_and(|kind| unseen.contains(&kind)) => {}
            "input" => text += &format!("[{value}]"),
            "option" if !ends && tag.contains(" selected") => text += "\n*",
            "td" | "th" if ends => text += " | ",
            "td" | "th" => {}
            name if WITHIN_A_LINE.contains(&name) => {}
            _ => text += "\n",
        }
        text += rest;
    }
    text
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(from)?;
    Some(rest.split_once(to)?.0)
}

fn without(text: &str, from: &str, to: &str) -> String {
    let mut pieces = text.split(from);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |left, piece| {
        left + piece.split_once(to).map_or("", |(_, rest)| rest)
    })
}

/// With `&amp;` last, so that what it begins is not read twice.
fn plain(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, sign)| {
        text.replace(entity, sign)
    })
}
