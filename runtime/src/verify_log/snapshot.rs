//! Head, log and lists, as they are read once.

use crate::verify_log::site::Site;
use anyhow::Result;
use domain::red_black::ListKind;
use domain::words::Word as _;
use serde_json::{Map, Value};
use transparency::documents::json_address;
use transparency::{Edition, Item};

const HEAD: &str = "/api/v1/lists/log/head";

/// A published entry with its salt and place, as anybody gets it.
pub type Published = Map<String, Value>;

/// One list as data.
pub struct List {
    pub kind: ListKind,
    /// What it says that it was made of.
    pub edition: Edition,
    pub items: Vec<Published>,
}

pub struct Snapshot {
    pub edition: Edition,
    /// All lines of the log.
    pub items: Vec<Item>,
    pub lists: Vec<List>,
}

impl Snapshot {
    pub fn read(site: &Site) -> Result<Self> {
        Ok(Self {
            edition: site.json(HEAD)?,
            items: log(site)?,
            lists: ListKind::ALL
                .iter()
                .map(|kind| list(site, *kind))
                .collect::<Result<_>>()?,
        })
    }

    /// Whether nothing has been published since.
    pub fn still_holds(&self, site: &Site) -> Result<bool> {
        Ok(site.json::<Edition>(HEAD)? == self.edition)
    }
}

fn log(site: &Site) -> Result<Vec<Item>> {
    #[derive(serde::Deserialize)]
    struct Page {
        items: Vec<Item>,
        next: Option<String>,
    }
    let mut items: Vec<Item> = Vec::new();
    loop {
        let after = items.last().map_or(0, |item| item.seq);
        let page: Page = site.json(&format!("/api/v1/lists/log?after={after}"))?;
        // A next page that does not go on would have no end.
        let goes_on = page.items.last().is_some_and(|item| item.seq > after);
        items.extend(page.items);
        if page.next.is_none() || !goes_on {
            return Ok(items);
        }
    }
}

fn list(site: &Site, kind: ListKind) -> Result<List> {
    #[derive(serde::Deserialize)]
    struct Data {
        head: Edition,
        items: Vec<Published>,
    }
    let data: Data = site.json(&json_address(kind))?;
    Ok(List {
        kind,
        edition: data.head,
        items: data.items,
    })
}

impl List {
    /// Where a page of it is as data, from that place on; the first without one.
    pub fn pages_address(&self, cursor: Option<&str>) -> String {
        let first = format!("/api/v1/lists/{}?limit=200", self.kind.code());
        match cursor {
            None => first,
            Some(cursor) => format!("{first}&cursor={cursor}"),
        }
    }
}
