//! What made-up functions declare of themselves comes together in one order.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

#[path = "../build/gathering.rs"]
mod gathering;

use gathering::{Gathered, Kind, Whom, gather};
use std::path::PathBuf;

/// A folder of functions, taken away with it.
struct Functions(PathBuf);

impl Functions {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("navigation-{name}-{}", std::process::id()));
        for (function, text) in files {
            let function = folder.join(function);
            std::fs::create_dir_all(&function).unwrap();
            std::fs::write(function.join("Cargo.toml"), "").unwrap();
            std::fs::write(function.join("navigation.toml"), text).unwrap();
        }
        Self(folder)
    }

    fn gathered(&self) -> Result<Gathered, String> {
        gather(&self.0)
    }
}

impl Drop for Functions {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const BAKERY: &str = "
sections = ['bread', 'bakery']

[[menu]]
path = '/bakery'
label = '面包房'
whom = ['office', 'town']
order = 30

[[menu]]
path = '/bread'
label = '查面包'
whom = 'public'
order = 10

[[record]]
prefix = 'loaf'
name = '面包'
page = '/bakery/{}'
fields = { weight = '重量' }
";

const DAIRY: &str = "
sections = ['dairy']

[[menu]]
path = '/dairy'
label = '奶站'
whom = 'signed_in'
order = 20
";

#[test]
fn ways_stand_in_the_order_of_their_numbers_whichever_function_declares_them() {
    let functions = Functions::new("order", &[("bakery", BAKERY), ("dairy", DAIRY)]);
    let gathered = functions.gathered().unwrap();
    let paths: Vec<&str> = gathered.menu.iter().map(|entry| &*entry.path).collect();
    assert_eq!(paths, ["/bread", "/dairy", "/bakery"]);
    assert_eq!(gathered.sections, ["bakery", "bread", "dairy"]);
    let whom: Vec<&Whom> = gathered.menu.iter().map(|entry| &entry.whom).collect();
    assert_eq!(
        whom,
        [
            &Whom::Kind(Kind::Public),
            &Whom::Kind(Kind::SignedIn),
            &Whom::Roles(vec!["office".into(), "town".into()])
        ]
    );
    let code = gathered.code();
    assert!(
        code.contains("Whom::Roles(&[Role::Office, Role::Town])"),
        "{code}"
    );
    assert!(code.contains(r#"fields: &[("weight", "重量")]"#), "{code}");
}

#[test]
fn a_function_that_declares_nothing_or_what_another_has_stops_the_build_and_is_named() {
    let silent = Functions::new("silent", &[("bakery", BAKERY)]);
    std::fs::create_dir_all(silent.0.join("dairy")).unwrap();
    std::fs::write(silent.0.join("dairy/Cargo.toml"), "").unwrap();
    let said = silent.gathered().unwrap_err();
    assert!(said.contains("dairy/navigation.toml"), "{said}");

    for (own, anothers) in [("'/dairy'", "'/bakery'"), ("'dairy'", "'bakery'")] {
        let same = DAIRY.replace(own, anothers);
        let twice = Functions::new("twice", &[("bakery", BAKERY), ("dairy", &same)]);
        let said = twice.gathered().unwrap_err();
        assert!(
            said.contains("dairy/navigation.toml") && said.contains("/bakery"),
            "{said}"
        );
    }

    let misspelt = DAIRY.replace("signed_in", "signed-in");
    let misspelt = Functions::new("misspelt", &[("dairy", &misspelt)]);
    assert!(misspelt.gathered().is_err());
}
