//! `spin.toml` read by the rules of Spin 4.1, which has fewer ways of saying a thing than the embedded runtime takes.

use std::collections::BTreeSet;
use toml::{Table, Value};

/// What Spin knows of a component, and of a trigger of kind `http`.
const COMPONENT: [&str; 10] = [
    "description",
    "source",
    "variables",
    "environment",
    "allowed_outbound_hosts",
    "key_value_stores",
    "sqlite_databases",
    "build",
    "tool",
    "files",
];
const TRIGGER: [&str; 4] = ["id", "component", "route", "executor"];

/// Schemes whose port Spin knows; with any other one a host must say its port.
const KNOWN_PORT: [&str; 6] = ["postgres", "mysql", "redis", "mqtt", "http", "https"];

fn keys(table: &Table) -> BTreeSet<&str> {
    table.keys().map(String::as_str).collect()
}

/// Words in small letters and digits, each beginning with a letter, joined by one `joint`.
fn is_id(name: &str, joint: char) -> bool {
    name.split(joint).all(|word| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word
                .chars()
                .all(|each| each.is_ascii_lowercase() || each.is_ascii_digit())
    })
}

/// The names that a template asks for, and its text with `fill` in their place; an error where a brace stays open.
fn filled(template: &str, fill: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut said = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, tail) = after
            .split_once("}}")
            .ok_or_else(|| format!("`{template}` is not closed"))?;
        let value = fill(name.trim()).ok_or_else(|| format!("`{}` is no variable", name.trim()))?;
        said.push_str(before);
        said.push_str(&value);
        rest = tail;
    }
    Ok(said + rest)
}

/// Whether Spin takes an entry of `allowed_outbound_hosts`, its variables filled in.
fn allowed(entry: &str) -> Result<(), String> {
    let (scheme, rest) = entry
        .split_once("://")
        .ok_or_else(|| format!("`{entry}` has no scheme"))?;
    if scheme != "*" && !scheme.chars().all(char::is_alphabetic) {
        return Err(format!("`{entry}`: a scheme is of letters"));
    }
    let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
    let (port, path) = port.split_once('/').unwrap_or((port, ""));
    if !path.is_empty() || host.trim_end_matches('/').contains('/') {
        return Err(format!("`{entry}` has a path"));
    }
    let inner = host.strip_prefix("*.").unwrap_or(host);
    if host.is_empty() || (host != "*" && inner.contains('*')) || host.starts_with('{') {
        return Err(format!("`{entry}`: the host"));
    }
    match port {
        "" if KNOWN_PORT.contains(&scheme) => Ok(()),
        "" => Err(format!("`{entry}` says no port")),
        "*" => Ok(()),
        port => port
            .split("..")
            .try_for_each(|number| number.parse::<u16>().map(drop))
            .map_err(|_| format!("`{entry}`: the port")),
    }
}

#[test]
fn spins_rules_for_hosts_are_those_of_its_own_tests() {
    for entry in [
        "https://example.org",
        "http://127.0.0.1:8080",
        "https://*.example.org",
        "*://example.org:*",
        "http://example.org:3000..4000",
    ] {
        assert_eq!(allowed(entry), Ok(()));
    }
    for entry in [
        "*://example.org",
        "example.org",
        "https://example.org/path",
        "https://*example.org",
        "https://example.org:x",
        "gopher://example.org",
    ] {
        assert!(allowed(entry).is_err(), "{entry}");
    }
}

#[test]
fn the_manifest_keeps_to_what_spin_knows() {
    let manifest = super::manifest();
    assert_eq!(
        keys(&manifest),
        BTreeSet::from([
            "application",
            "component",
            "spin_manifest_version",
            "trigger",
            "variables"
        ])
    );
    assert_eq!(manifest["spin_manifest_version"].as_integer(), Some(2));
    assert_eq!(
        keys(manifest["trigger"].as_table().unwrap()),
        BTreeSet::from(["http"])
    );
    let variables = manifest["variables"].as_table().unwrap();
    for (name, variable) in variables {
        let variable = variable.as_table().unwrap();
        assert!(is_id(name, '_'), "{name}");
        let required = variable.get("required").and_then(Value::as_bool) == Some(true);
        assert!(required != variable.contains_key("default"), "{name}");
    }
    for (name, component) in manifest["component"].as_table().unwrap() {
        let component = component.as_table().unwrap();
        assert!(is_id(name, '-'), "{name}");
        for key in keys(component) {
            assert!(COMPONENT.contains(&key), "{name}: {key}");
        }
        for (own, template) in component["variables"].as_table().unwrap() {
            assert!(is_id(own, '_'), "{name}: {own}");
            let known = |name: &str| variables.contains_key(name).then(String::new);
            assert!(
                filled(template.as_str().unwrap(), known).is_ok(),
                "{name}: {own}"
            );
        }
    }
}

#[test]
fn every_route_is_one_that_spin_takes_and_belongs_to_one_component() {
    let manifest = super::manifest();
    let components = manifest["component"].as_table().unwrap();
    let mut routes = BTreeSet::new();
    for trigger in manifest["trigger"]["http"].as_array().unwrap() {
        let trigger = trigger.as_table().unwrap();
        for key in keys(trigger) {
            assert!(TRIGGER.contains(&key), "{key}");
        }
        let route = trigger["route"].as_str().unwrap();
        assert!(route.starts_with('/'), "{route}");
        let named = route.strip_suffix("/...").unwrap_or(route);
        assert!(!named.contains("..."), "{route}");
        assert!(routes.insert(route), "{route} is there twice");
        assert!(
            components.contains_key(trigger["component"].as_str().unwrap()),
            "{route}"
        );
    }
}

/// As they are by default, and as an office sets them: a host by its name, or with a port.
#[test]
fn every_host_that_a_component_may_call_is_one_that_spin_takes() {
    let manifest = super::manifest();
    let variables = manifest["variables"].as_table().unwrap();
    let default = |name: &str| {
        let variable = variables.get(name)?;
        Some(variable.get("default")?.as_str()?.to_owned())
    };
    for (name, component) in manifest["component"].as_table().unwrap() {
        let Some(entries) = component.get("allowed_outbound_hosts") else {
            continue;
        };
        for entry in entries.as_array().unwrap() {
            let entry = entry.as_str().unwrap();
            let with = |host: &str| filled(entry, |_| Some(host.to_owned())).unwrap();
            for said in [
                filled(entry, default).unwrap(),
                with("oapi.example.gov.cn"),
                with("127.0.0.1:8443"),
            ] {
                assert_eq!(allowed(&said), Ok(()), "{name}");
            }
        }
    }
}

fn read(path: &str) -> Table {
    let text = std::fs::read_to_string(tests::root().join(path)).unwrap();
    text.parse().unwrap()
}

/// The folders in `folder` that hold a crate.
fn crates(folder: &str) -> Vec<String> {
    std::fs::read_dir(tests::root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

#[test]
fn the_command_that_builds_the_functions_builds_each_of_them() {
    let config = read(".cargo/config.toml");
    let command = config["alias"]["functions"].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    assert!(words.contains(&"--workspace"));
    for (name, component) in super::manifest()["component"].as_table().unwrap() {
        assert_eq!(
            component["build"]["command"].as_str(),
            Some("cargo functions")
        );
        assert!(!words.contains(&name.as_str()), "{name} is left out");
    }
}

#[test]
fn a_folder_of_functions_is_a_component_of_the_manifest() {
    let manifest = super::manifest();
    let components = manifest["component"].as_table().unwrap();
    let folders = crates("functions");
    assert_eq!(
        folders.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        keys(components)
    );
    for name in folders {
        let wasm = format!(
            "target/wasm32-wasip2/release/{}.wasm",
            name.replace('-', "_")
        );
        assert_eq!(components[&name]["source"].as_str(), Some(wasm.as_str()));
    }
}

/// A profile knows no pattern for crates of the workspace; one that is not named in it takes minutes longer to compile.
#[test]
fn every_crate_of_ours_is_compiled_for_tests_as_fast_as_can_be() {
    let workspace = read("Cargo.toml");
    let packages = workspace["profile"]["ci"]["package"].as_table().unwrap();
    for folder in ["functions", "shared"] {
        for name in crates(folder) {
            let level = packages
                .get(&name)
                .and_then(|package| package["opt-level"].as_integer());
            assert_eq!(level, Some(0), "[profile.ci.package.{name}]");
        }
    }
}
