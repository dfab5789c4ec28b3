//! The pages of the repository lead somewhere: every link, every anchor and every file that they name is there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

/// What a file that a page names may end in.
const ENDINGS: [&str; 14] = [
    "css", "csv", "jpg", "js", "json", "md", "png", "rs", "sql", "svg", "toml", "tsv", "txt",
    "xlsx",
];

fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().and_then(Path::parent).unwrap().to_owned()
}

/// The pages under `folder`, without what is built, fetched or hidden there.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let passed_over = name.starts_with('.')
            || ["node_modules", "target", "test-results"].contains(&name.as_str());
        if path.is_dir() && !passed_over {
            pages(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

/// What a page says that has to be there.
#[derive(Default)]
struct PageClaims {
    links: Vec<String>,
    /// Pieces of code within a line.
    code: Vec<String>,
    /// Of its headings, as links name them.
    anchors: BTreeSet<String>,
}

fn claims_of(text: &str) -> PageClaims {
    let mut claims = PageClaims::default();
    let mut heading: Option<String> = None;
    let mut times: HashMap<String, u32> = HashMap::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                claims.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let name = anchor(&heading.take().unwrap_or_default());
                let before = times.entry(name.clone()).or_default();
                claims.anchors.insert(match *before {
                    0 => name,
                    again => format!("{name}-{again}"),
                });
                *before += 1;
            }
            Event::Text(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
                claims.code.push(part.into_string());
            }
            _ => {}
        }
    }
    claims
}

/// How GitHub names a heading.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    let letters = heading.trim().chars().filter(kept);
    letters
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// Whether a piece of code names a file from the top of the repository. What stands in `{}` or `<>` is somebody's to fill in, what begins
/// with a slash is an address, and what is built is not there yet.
fn names_a_file(code: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-*".contains(letter);
    let ending = code.rsplit_once('.').map_or("", |(_, ending)| ending);
    code.contains('/')
        && code.chars().all(plain)
        && !code.starts_with('/')
        && !code.starts_with("target/")
        && ENDINGS.contains(&ending)
}

/// Whether there is such a file; `*` stands for anything within one name.
fn is_there(folder: &Path, path: &str) -> bool {
    let (name, rest) = match path.split_once('/') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let goes_on = |found: PathBuf| match rest {
        Some(rest) => is_there(&found, rest),
        None => found.is_file(),
    };
    if !name.contains('*') {
        return goes_on(folder.join(name));
    }
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.map(Result::unwrap).any(|entry| {
        let found = entry.file_name().to_string_lossy().into_owned();
        fits(name, &found) && goes_on(entry.path())
    })
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((begin, rest)) => name.strip_prefix(begin).is_some_and(|left| {
            let places = left.char_indices().map(|(place, _)| place);
            places
                .chain([left.len()])
                .any(|place| fits(rest, &left[place..]))
        }),
    }
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// What a page names that is not there. `top` is the top of the repository, `page` where the page lies.
fn missing(top: &Path, page: &Path, text: &str) -> Vec<String> {
    let claims = claims_of(text);
    let mut missing = Vec::new();
    for link in &claims.links {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (path, place) = match link.split_once('#') {
            Some((path, place)) => (path, Some(place)),
            None => (link.as_str(), None),
        };
        let target = match path {
            "" => page.to_owned(),
            path => plain(&page.with_file_name("").join(path)),
        };
        let leads_out = !target.starts_with(top);
        if leads_out || path.starts_with('/') || !(path.is_empty() || target.exists()) {
            missing.push(format!("no file: {link}"));
            continue;
        }
        let Some(place) = place else {
            continue;
        };
        let has_place = match path {
            "" => claims.anchors.contains(place),
            _ => std::fs::read_to_string(&target)
                .is_ok_and(|other| claims_of(&other).anchors.contains(place)),
        };
        if !has_place {
            missing.push(format!("no heading: {link}"));
        }
    }
    let named = claims.code.iter().filter(|code| names_a_file(code));
    missing.extend(
        named
            .filter(|code| !is_there(top, code))
            .map(|code| format!("no file: `{code}`")),
    );
    missing
}

#[test]
fn every_link_and_every_file_that_a_page_names_is_there() {
    let top = root();
    let mut found = Vec::new();
    pages(&top, &mut found);
    assert!(found.contains(&top.join("README.md")), "{found:?}");
    let mut all = Vec::new();
    for page in found {
        let text = std::fs::read_to_string(&page).unwrap();
        let name = page.strip_prefix(&top).unwrap().display().to_string();
        let faults = missing(&top, &page, &text);
        all.extend(faults.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn what_is_gone_is_found_and_what_is_there_is_not() {
    let top = root();
    let page = top.join("docs/PAGE.md");
    let faults = |text: &str| missing(&top, &page, text);
    let sound = "# What is `kept`, and 为什么?\n\n## Twice\n\n## Twice\n\n[a](../README.md) [b](#what-is-kept-and-为什么) [c](#twice-1)\n\
        [d](../README.md#licence) [e](https://example.org/none.md) [f](../functions) ![g](phone.png)\n\
        `shared/store/tests/pages.rs` `functions/*/navigation.toml` `migrations/*_portal_*.sql`\n\
        `target/wasm32-wasip2/release/none.txt` `/api/openapi.json` `lists/{list}.csv` `moves.rs` `and/or`\n\n```\nnone/at/all.rs\n```\n";
    assert_eq!(faults(sound), Vec::<String>::new());
    for (gone, said) in [
        ("[a](../NONE.md)", "no file: ../NONE.md"),
        ("[a](../../outside.md)", "no file: ../../outside.md"),
        ("[a](/README.md)", "no file: /README.md"),
        ("![a](none.png)", "no file: none.png"),
        ("[a](#none)", "no heading: #none"),
        ("[a](../README.md#none)", "no heading: ../README.md#none"),
        ("| a |\n| --- |\n| [a](none.md) |", "no file: none.md"),
        ("`shared/store/none.rs`", "no file: `shared/store/none.rs`"),
        (
            "`functions/*/none.toml`",
            "no file: `functions/*/none.toml`",
        ),
    ] {
        assert_eq!(faults(gone), [said], "{gone}");
    }
}
