//! Where there are pages, where the navigation of each leads and for whom, and what records are called in the audit. Each function
//! declares its own in its `navigation.toml`; the build gathers them, so that a page costs no query more.

use crate::caller::Caller;
use crate::page::encode;
use domain::words::Role;

include!(concat!(env!("OUT_DIR"), "/navigation.rs"));

/// One way in the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub path: &'static str,
    pub label: &'static str,
    pub whom: Whom,
}

/// Who is shown a way.
#[derive(Debug, Clone, Copy)]
pub enum Whom {
    Public,
    SignedIn,
    Roles(&'static [Role]),
}

impl Entry {
    /// Whether the way is shown to this caller. Whoever must change their password first has the public's alone.
    pub fn is_for(&self, caller: Option<&Caller>) -> bool {
        let caller = caller.filter(|caller| !caller.must_change_password);
        match self.whom {
            Whom::Public => true,
            Whom::SignedIn => caller.is_some(),
            Whom::Roles(roles) => caller.is_some_and(|caller| roles.contains(&caller.role)),
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
    /// Where one is shown; `{}` stands for what is behind the prefix.
    pub page: &'static str,
    /// Codes of fields with their names.
    pub fields: &'static [(&'static str, &'static str)],
}

impl Record {
    /// What a record of the audit is, and what it is called there: `enterprise/9133…` is the enterprise `9133…`. None of a record that
    /// no function declares.
    pub fn of(record: &str) -> Option<(&'static Self, &str)> {
        let (prefix, rest) = record.split_once('/')?;
        let known = RECORDS.iter().find(|known| known.prefix == prefix)?;
        Some((known, rest))
    }

    /// The page of the one that is called so.
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

    fn caller(role: Role, must_change_password: bool) -> Caller {
        Caller {
            account: "somebody".into(),
            name: "某人".into(),
            role,
            towns: Vec::new(),
            cadre_no: None,
            must_change_password,
            is_token: false,
            scopes: None,
        }
    }

    fn shown(caller: Option<&Caller>) -> Vec<&'static str> {
        MADE_UP
            .iter()
            .filter(|entry| entry.is_for(caller))
            .map(|entry| entry.label)
            .collect()
    }

    #[test]
    fn each_sees_the_ways_of_their_role_and_the_publics() {
        assert_eq!(shown(None), ["首页"]);
        assert_eq!(
            shown(Some(&caller(Role::Office, false))),
            ["首页", "面包房", "消息"]
        );
        assert_eq!(
            shown(Some(&caller(Role::Cadre, false))),
            ["首页", "我的面包房", "消息"]
        );
        assert_eq!(shown(Some(&caller(Role::Station, false))), ["首页", "消息"]);
        assert_eq!(shown(Some(&caller(Role::Office, true))), ["首页"]);
    }

    #[test]
    fn a_page_stands_below_the_nearest_way() {
        let nearest = |path| nearest(&MADE_UP, path);
        assert_eq!(nearest("/bakery/12"), Some("/bakery"));
        assert_eq!(nearest("/bakery/own/12"), Some("/bakery/own"));
        assert_eq!(nearest("/bakeries"), None);
        assert_eq!(nearest("/"), Some("/"));
    }
}
