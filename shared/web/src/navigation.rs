//! What the functions declare in their `navigation.toml`: where there are pages, where the navigation of every page leads and for whom,
//! what records are called in the audit, and what tokens can be let write. The build gathers it, so that a page costs no query more.

use crate::url::encode;
use domain::words::Role;

include!(concat!(env!("OUT_DIR"), "/navigation.rs"));

/// One entry of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub path: &'static str,
    pub label: &'static str,
    pub whom: Whom,
}

/// Who is shown an entry.
#[derive(Debug, Clone, Copy)]
pub enum Whom {
    Public,
    SignedIn,
    Roles(&'static [Role]),
}

impl Entry {
    /// Whether the entry is shown to somebody who works in these roles; without one nobody has signed in.
    pub fn is_shown_to(&self, own: &[Role]) -> bool {
        match self.whom {
            Whom::Public => true,
            Whom::SignedIn => !own.is_empty(),
            Whom::Roles(roles) => own.iter().any(|role| roles.contains(role)),
        }
    }
}

/// The nearest of all entries that lead to a page: `/supervision/visits` is below `/supervision`, and not below `/`.
pub fn nearest(menu: &[Entry], path: &str) -> Option<&'static str> {
    menu.iter()
        .map(|entry| entry.path)
        .filter(|target| {
            path == *target || (*target != "/" && path.starts_with(&format!("{target}/")))
        })
        .max_by_key(|target| target.len())
}

/// What the records with one prefix are called in the audit.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    pub prefix: &'static str,
    pub name: &'static str,
    /// The address of the page that shows such a record; `{}` stands for what is behind the prefix.
    pub page: &'static str,
    /// Codes of fields with their names.
    pub fields: &'static [(&'static str, &'static str)],
}

impl Record {
    /// The kind of a record of the audit, and what stands behind its prefix: `enterprise/9133…` is the enterprise `9133…`. None where no
    /// function declares the prefix.
    pub fn of(record: &str) -> Option<(&'static Self, &str)> {
        let (prefix, rest) = record.split_once('/')?;
        let known = RECORDS.iter().find(|known| known.prefix == prefix)?;
        Some((known, rest))
    }

    /// The page of the record that has this behind the prefix.
    pub fn page_of(&self, rest: &str) -> String {
        self.page.replace("{}", &encode(rest))
    }

    /// A field's name; one that has none is shown by its code.
    pub fn field<'f>(&self, code: &'f str) -> &'f str {
        self.fields
            .iter()
            .find(|(known, _)| *known == code)
            .map_or(code, |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE_UP: [Entry; 4] = [
        Entry {
            path: "/",
            label: "首页",
            whom: Whom::Public,
        },
        Entry {
            path: "/bakery",
            label: "面包房",
            whom: Whom::Roles(&[Role::Office, Role::Town]),
        },
        Entry {
            path: "/bakery/own",
            label: "我的面包房",
            whom: Whom::Roles(&[Role::Cadre]),
        },
        Entry {
            path: "/news",
            label: "消息",
            whom: Whom::SignedIn,
        },
    ];

    fn labels_for(roles: &[Role]) -> Vec<&'static str> {
        MADE_UP
            .iter()
            .filter(|entry| entry.is_shown_to(roles))
            .map(|entry| entry.label)
            .collect()
    }

    #[test]
    fn each_sees_the_entries_of_their_role_and_the_publics() {
        assert_eq!(labels_for(&[]), ["首页"]);
        assert_eq!(
            labels_for(&[Role::Office, Role::Bureau]),
            ["首页", "面包房", "消息"]
        );
        assert_eq!(labels_for(&[Role::Cadre]), ["首页", "我的面包房", "消息"]);
        assert_eq!(labels_for(&[Role::Station]), ["首页", "消息"]);
    }

    #[test]
    fn a_page_stands_below_the_nearest_entry() {
        let nearest = |path| nearest(&MADE_UP, path);
        assert_eq!(nearest("/bakery/12"), Some("/bakery"));
        assert_eq!(nearest("/bakery/own/12"), Some("/bakery/own"));
        assert_eq!(nearest("/bakeries"), None);
        assert_eq!(nearest("/"), Some("/"));
    }
}
