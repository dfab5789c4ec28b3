//! `shian verify-log`: whether what the public lists say is what their log says, and whether anything that stood in the log at a
//! head saved earlier has been altered or dropped since. It trusts nothing but the saved head.

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use transparency::{Action, Head, Item, Tree, commitment};

/// Looks again where the lists changed while they were read.
const TRIES: usize = 5;
const LISTS: [&str; 2] = ["red", "black"];
/// The most that one answer may have.
const ANSWER: u64 = 512 << 20;

struct Site {
    base: String,
    agent: ureq::Agent,
}

impl Site {
    fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(std::time::Duration::from_secs(60)))
            .build();
        Self {
            base: url.trim_end_matches('/').to_owned(),
            agent: config.into(),
        }
    }

    fn text(&self, path: &str) -> Result<String> {
        let url = format!("{}{path}", self.base);
        let mut response = self.agent.get(&url).call().with_context(|| url.clone())?;
        response
            .body_mut()
            .with_config()
            .limit(ANSWER)
            .read_to_string()
            .with_context(|| url)
    }

    fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        serde_json::from_str(&self.text(path)?)
            .with_context(|| format!("{}{path} is not what it should be", self.base))
    }

    /// All lines of the log.
    fn log(&self) -> Result<Vec<Item>> {
        #[derive(serde::Deserialize)]
        struct Page {
            items: Vec<Item>,
            next: Option<String>,
        }
        let mut items: Vec<Item> = Vec::new();
        loop {
            let after = items.last().map_or(0, |item| item.seq);
            let page: Page = self.json(&format!("/api/v1/lists/log?after={after}"))?;
            let is_last = page.next.is_none() || page.items.is_empty();
            items.extend(page.items);
            if is_last {
                return Ok(items);
            }
        }
    }
}

/// A published entry with its salt and place, as anybody gets it.
type Entry = Map<String, Value>;

/// One list as it is published, with the head of the log that it goes with.
#[derive(serde::Deserialize)]
struct List {
    head: Head,
    items: Vec<Entry>,
}

/// Checks the log of `url`, and against the head in `since` where there is one. Prints what it found, and the head to keep.
pub fn verify(url: &str, since: Option<&Path>) -> Result<()> {
    let saved: Option<Head> = match since {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            Some(
                serde_json::from_str(&text)
                    .with_context(|| format!("{} holds no head", path.display()))?,
            )
        }
    };
    let site = Site::new(url);
    let (head, items, entries) = one_generation(&site)?;
    head.check().context("the head of the log")?;
    check_log(&head, &items)?;
    if let Some(saved) = &saved {
        check_since(saved, &head, &items)?;
    }
    check_entries(&items, &entries)?;
    for entry in &entries {
        check_page(&site, entry)?;
    }
    let of = |action: Action| items.iter().filter(|item| item.action == action).count();
    eprintln!(
        "The log holds: {} lines ({} published, {} changed, {} removed); {} entries stand, each as the log says.",
        head.size,
        of(Action::Publish),
        of(Action::Change),
        of(Action::Remove),
        entries.len(),
    );
    match &saved {
        Some(saved) => eprintln!(
            "Nothing of the {} lines that stood at {} has been altered or dropped; {} have come since.",
            saved.size,
            saved.at,
            head.size - saved.size
        ),
        None => eprintln!(
            "Keep the head below, apart from this machine: `shian verify-log {url} --since FILE` checks against it later."
        ),
    }
    println!("{}", serde_json::to_string(&head)?);
    Ok(())
}

/// Head, log and both lists, all of one generation.
fn one_generation(site: &Site) -> Result<(Head, Vec<Item>, Vec<Entry>)> {
    for _ in 0..TRIES {
        let lists: Vec<List> = LISTS
            .iter()
            .map(|list| site.json(&format!("/api/v1/lists/{list}.json")))
            .collect::<Result<_>>()?;
        let items = site.log()?;
        let head: Head = site.json("/api/v1/lists/log/head")?;
        if lists.iter().all(|list| list.head == head) {
            let entries = lists.into_iter().flat_map(|list| list.items).collect();
            return Ok((head, items, entries));
        }
    }
    bail!("lists, log and head do not belong together, however often they are read")
}

/// The lines are numbered without a gap and lead to the signed root.
fn check_log(head: &Head, items: &[Item]) -> Result<()> {
    for (place, item) in (1..).zip(items) {
        ensure!(
            item.seq == place,
            "line {place} of the log is missing: {} stands in its place",
            item.seq
        );
    }
    ensure!(
        items.len() as u64 == head.size,
        "the log is signed for {} lines and has {}: something was dropped",
        head.size,
        items.len()
    );
    let root = Tree::new(items)?.root();
    ensure!(
        root == head.root,
        "the lines of the log do not lead to the root that was signed"
    );
    Ok(())
}

/// What stood in the log then stands there now, signed by the same key.
fn check_since(saved: &Head, head: &Head, items: &[Item]) -> Result<()> {
    saved.check().context("the head that was saved")?;
    ensure!(
        saved.key == head.key,
        "the log is signed with another key than the head that was saved"
    );
    ensure!(
        saved.size <= head.size,
        "the log had {} lines and has {} now: something was dropped",
        saved.size,
        head.size
    );
    let then = usize::try_from(saved.size)?;
    let root = Tree::new(items.iter().take(then))?.root();
    ensure!(
        root == saved.root,
        "of the {} lines that stood in the log something has been altered or dropped",
        saved.size
    );
    Ok(())
}

/// Exactly the entries that the log says stand are published, each with the content that the log has the hash of.
fn check_entries(items: &[Item], entries: &[Entry]) -> Result<()> {
    let mut standing: BTreeMap<u64, &Item> = BTreeMap::new();
    for item in items {
        if let Some(of) = item.of {
            ensure!(
                standing.remove(&of).is_some(),
                "line {} follows line {of}, which does not stand",
                item.seq
            );
        }
        if item.action != Action::Remove {
            standing.insert(item.seq, item);
        }
    }
    for entry in entries {
        let mut content = entry.clone();
        let name = content
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("?")
            .to_owned();
        let seq = content
            .remove("seq")
            .and_then(|seq| seq.as_u64())
            .ok_or_else(|| anyhow!("{name}: an entry without its line in the log"))?;
        let salt = content.remove("salt");
        let salt = salt.as_ref().and_then(Value::as_str).unwrap_or("");
        let item = standing.remove(&seq).ok_or_else(|| {
            anyhow!("{name} is published, but line {seq} of the log does not stand")
        })?;
        ensure!(
            commitment(salt, &content)? == item.leaf,
            "{name} has been altered: it is not what line {seq} of the log says"
        );
    }
    if let Some(seq) = standing.keys().next() {
        bail!(
            "what was published with line {seq} of the log has been dropped without a line that removes it"
        );
    }
    Ok(())
}

/// The page of an entry says what the entry says.
fn check_page(site: &Site, entry: &Entry) -> Result<()> {
    let id = entry.get("id").and_then(Value::as_str).unwrap_or("");
    let page = text_of(&site.text(&format!("/lists/entries/{id}"))?);
    for what in ["name", "uscc", "ground", "reply"] {
        if let Some(said) = entry.get(what).and_then(Value::as_str) {
            let said: String = said.split_whitespace().collect();
            ensure!(
                page.contains(&said),
                "the page of {id} does not say what the list says ({what}): {said}"
            );
        }
    }
    Ok(())
}

/// The words of a page without marks and spaces. Our pages escape three characters and quotes.
fn text_of(page: &str) -> String {
    let mut text = String::with_capacity(page.len() / 2);
    let mut inside = false;
    for letter in page.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside && !letter.is_whitespace() => text.push(letter),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
