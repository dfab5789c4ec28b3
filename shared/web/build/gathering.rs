//! What the functions declare of themselves in their `navigation.toml`, gathered: where they have pages, where the navigation of every page
//! leads and for whom, and what their records are called in the audit.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One function's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// First segments of the paths of its pages.
    sections: Vec<String>,
    #[serde(default)]
    scope: Vec<Noun>,
    #[serde(default)]
    menu: Vec<Entry>,
    #[serde(default)]
    record: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub path: String,
    pub label: String,
    pub whom: Whom,
    /// Entries stand in the order of these numbers, whichever function they are of.
    pub order: u32,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Whom {
    Kind(Kind),
    /// The codes of roles.
    Roles(Vec<String>),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Public,
    SignedIn,
}

/// What a token can be let write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noun {
    /// The segment behind `/api/v1/`.
    pub noun: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What stands before the first `/` of an audit row's record.
    pub prefix: String,
    pub name: String,
    /// Where the record is shown, with `{}` for what stands behind the prefix.
    pub page: String,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

/// What all functions declare, in order.
#[derive(Debug, Default)]
pub struct Gathered {
    pub sections: Vec<String>,
    pub nouns: Vec<Noun>,
    pub menu: Vec<Entry>,
    pub records: Vec<Record>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

/// Reads the file of each function in `folder`.
///
/// # Errors
///
/// A sentence that names the function: its file is missing or unreadable, or claims what another one has.
pub fn gather(folder: &Path) -> Result<Gathered, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut functions = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.join("Cargo.toml").is_file() {
            functions.push(path);
        }
    }
    functions.sort();
    let mut gathered = Gathered::default();
    for function in functions {
        let file = function.join("navigation.toml");
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = std::fs::read_to_string(&file).map_err(|error| failed(&error))?;
        let declared: File = toml::from_str(&text).map_err(|error| failed(&error))?;
        for section in declared.sections {
            if gathered.sections.contains(&section) {
                return Err(failed(&format!("/{section} is another's already")));
            }
            gathered.sections.push(section);
        }
        for noun in declared.scope {
            if gathered.nouns.iter().any(|known| known.noun == noun.noun) {
                return Err(failed(&format!("{} has a name already", noun.noun)));
            }
            gathered.nouns.push(noun);
        }
        for entry in declared.menu {
            if gathered.menu.iter().any(|known| known.path == entry.path) {
                return Err(failed(&format!("{} is in the menu already", entry.path)));
            }
            gathered.menu.push(entry);
        }
        for record in declared.record {
            let same = |known: &Record| known.prefix == record.prefix;
            if gathered.records.iter().any(same) {
                return Err(failed(&format!("{} has a name already", record.prefix)));
            }
            gathered.records.push(record);
        }
        gathered.files.push(file);
    }
    gathered.sections.sort();
    gathered
        .nouns
        .sort_by(|one, other| one.noun.cmp(&other.noun));
    gathered
        .menu
        .sort_by(|one, other| (one.order, &one.path).cmp(&(other.order, &other.path)));
    gathered
        .records
        .sort_by(|one, other| one.prefix.cmp(&other.prefix));
    Ok(gathered)
}

impl Gathered {
    /// The tables of the module `navigation`, in Rust. A role that does not exist does not compile.
    pub fn code(&self) -> String {
        let mut code = format!(
            "/// The first segments of the addresses of all pages.\npub static SECTIONS: &[&str] = &{:?};\n",
            self.sections
        );
        code += "/// Where the navigation leads, in its order.\npub static MENU: &[Entry] = &[\n";
        for entry in &self.menu {
            let whom = match &entry.whom {
                Whom::Kind(Kind::Public) => "Whom::Public".to_owned(),
                Whom::Kind(Kind::SignedIn) => "Whom::SignedIn".to_owned(),
                Whom::Roles(roles) => {
                    let roles: Vec<String> = roles
                        .iter()
                        .map(|role| format!("Role::{}", variant(role)))
                        .collect();
                    format!("Whom::Roles(&[{}])", roles.join(", "))
                }
            };
            code += &format!(
                "    Entry {{ path: {:?}, label: {:?}, whom: {whom} }},\n",
                entry.path, entry.label
            );
        }
        code += "];\n/// What records are called, by their prefix.\npub static RECORDS: &[Record] = &[\n";
        for record in &self.records {
            let fields: Vec<(&String, &String)> = record.fields.iter().collect();
            code += &format!(
                "    Record {{ prefix: {:?}, name: {:?}, page: {:?}, fields: &{fields:?} }},\n",
                record.prefix, record.name, record.page
            );
        }
        code += "];\n/// What tokens can be let write: the segment behind `/api/v1/`, and what it is called.\npub static NOUNS: &[(&str, &str)] = &[\n";
        for noun in &self.nouns {
            code += &format!("    ({:?}, {:?}),\n", noun.noun, noun.name);
        }
        code += "];\n";
        code
    }
}

/// The name of a role in Rust: `food_safety` is `FoodSafety`.
fn variant(code: &str) -> String {
    code.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<Vec<char>>()
        })
        .collect()
}
