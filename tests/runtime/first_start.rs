//! The first start on a machine: what is compiled is compiled once, and it is said where to go.

use super::probe;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use tests::{Client, Options, Scratch, Server, program, root};

const COMPILING: &str = "for this machine";

fn probe_with_cache(cache: &Path) -> (Server, Scratch) {
    probe(Options {
        environment: &[("XDG_CACHE_HOME", cache)],
        ..Options::default()
    })
}

#[test]
fn what_one_start_has_compiled_the_next_finds_whatever_its_data_folder() {
    let cache = Scratch::new();
    let (first, _folder) = probe_with_cache(&cache.0);
    assert!(first.log().contains(COMPILING), "{}", first.log());
    let (second, _folder) = probe_with_cache(&cache.0);
    assert!(!second.log().contains(COMPILING), "{}", second.log());
    assert_eq!(second.public().get("/given/ok").text(), "ok");
}

#[test]
fn building_compiles_so_that_the_first_start_need_not() {
    let cache = Scratch::new();
    let built = Command::new(program())
        .args(["build", "--from"])
        .arg(root().join("tests/fixtures/probe.toml"))
        .env("XDG_CACHE_HOME", &cache.0)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success() && said.contains(COMPILING), "{said}");
    let (server, _folder) = probe_with_cache(&cache.0);
    assert!(!server.log().contains(COMPILING), "{}", server.log());
}

/// Compiled code is run as it is: whoever can write the folder could have anything run.
#[test]
fn a_folder_that_others_can_write_is_passed_over() {
    let cache = Scratch::new();
    let compiled = cache.0.join("shian/compiled");
    std::fs::create_dir_all(&compiled).unwrap();
    std::fs::set_permissions(&compiled, std::fs::Permissions::from_mode(0o777)).unwrap();
    let (server, _folder) = probe_with_cache(&cache.0);
    assert_eq!(server.public().get("/given/ok").text(), "ok");
    assert_eq!(std::fs::read_dir(&compiled).unwrap().count(), 0);
    let own = server.data.join("compiled");
    assert!(std::fs::read_dir(own).unwrap().count() > 0);
}

/// What is left of a file that was being written when the power went is no code, and is made anew.
#[test]
fn code_that_was_cut_off_is_made_anew() {
    let cache = Scratch::new();
    drop(probe_with_cache(&cache.0));
    for entry in std::fs::read_dir(cache.0.join("shian/compiled")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let (server, _folder) = probe_with_cache(&cache.0);
    assert_eq!(server.public().get("/given/ok").text(), "ok");
}

fn no_account(folder: &Scratch) -> Server {
    let variables = [
        ("scheduler_token", tests::SCHEDULER_TOKEN),
        ("trusted_proxies", "127.0.0.1"),
    ];
    Server::start_in(
        &folder.0,
        &Options {
            variables: &variables,
            ..Options::default()
        },
    )
}

fn leads_to_setup(client: &Client, path: &str) -> bool {
    let reply = client.get(path);
    reply.status == 303 && reply.header("location") == Some("/setup")
}

#[test]
fn while_there_is_no_account_it_is_said_where_to_go_and_where_the_token_lies() {
    let folder = Scratch::new();
    let server = no_account(&folder);
    let secrets = folder.0.join("secrets.toml");
    let said = server.log();
    assert!(
        said.contains(&format!("Open {}/setup", server.base))
            && said.contains(&secrets.display().to_string())
            && said.contains("还没有账号"),
        "{said}"
    );
    let here = server.public();
    let elsewhere = here.with("x-forwarded-for", "192.0.2.1");
    for path in ["/", "/sign-in"] {
        assert!(leads_to_setup(&here, path), "{path}");
        assert_eq!(elsewhere.get(path).status, 200, "{path}");
    }
    let text = std::fs::read_to_string(&secrets).unwrap();
    let token = text
        .lines()
        .find_map(|line| line.strip_prefix("setup_token = \""))
        .unwrap()
        .trim_end_matches('"');
    let first = serde_json::json!({"token": token, "account": "office", "name": "王主任", "password": tests::PASSWORD});
    here.post("/api/v1/setup", &first).expect(201);
    for path in ["/", "/sign-in"] {
        assert_eq!(here.get(path).status, 200, "{path}");
    }
    server.stop();
    let again = no_account(&folder);
    assert!(!again.log().contains("/setup"), "{}", again.log());
}
