//! Secrets that are empty, short, malformed, lost or another's: nothing is opened with them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tests::{Office, Options, SCHEDULER_TOKEN, Scratch, Server, refused, root};

const ONE_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const OTHER_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
const WEAK: [(&str, &str); 9] = [
    ("setup_token", ""),
    ("scheduler_token", ""),
    ("scheduler_token", "fifteen letters"),
    ("session_key", "                    "),
    ("log_signing_key", "fourteen signs"),
    ("data_key", ""),
    ("data_key", "no base64 of thirty-two bytes"),
    ("data_key_previous", "AQEB"),
    ("visit_key", "AQEB"),
];

fn write(folder: &Scratch, text: &str) -> PathBuf {
    let file = folder.0.join("secrets.toml");
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

#[test]
fn a_start_with_a_secret_that_protects_nothing_is_refused_however_it_is_given() {
    for (name, value) in WEAK {
        let says = |folder: &Scratch, options: Options<'_>| {
            let said = refused(&folder.0, &options);
            assert!(said.contains(&format!("`{name}` is ")), "{name}: {said}");
            assert!(value.trim().is_empty() || !said.contains(value), "{said}");
        };
        let folder = Scratch::new();
        let variable = [(name, value)];
        let options = Options {
            variables: &variable,
            ..Options::default()
        };
        says(&folder, options);
        let of_environment = format!("SPIN_VARIABLE_{}", name.to_uppercase());
        let environment = [(of_environment.as_str(), Path::new(value))];
        let options = Options {
            environment: &environment,
            ..Options::default()
        };
        says(&folder, options);
        write(&folder, &format!("{name} = \"{value}\"\n"));
        says(&folder, Options::default());
    }
    let folder = Scratch::new();
    write(&folder, "session_key = \"without its end\n");
    let said = refused(&folder.0, &Options::default());
    assert!(said.contains("secrets.toml is not readable"), "{said}");
}

#[test]
fn a_secrets_file_that_others_can_read_is_mended_with_a_word() {
    let folder = Scratch::new();
    let file = write(&folder, "session_key = \"a key of some length\"\n");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let server = Server::start_in(&folder.0, &Options::default());
    assert!(
        server.log().contains("others could read the secrets"),
        "{}",
        server.log()
    );
    let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn a_store_is_not_opened_with_new_keys_where_the_old_are_missing() {
    let own = [("data_key", ONE_KEY)];
    let office = Office::served_at(tests::DAY, &own);
    assert_eq!(office.server.public().get("/complaints").status, 200);
    let Office { server, folder, .. } = office;
    server.stop();
    let start = |variables: &[(&str, &str)]| {
        let options = Options {
            variables,
            ..Options::default()
        };
        Server::start_in(&folder.0, &options).stop();
    };
    let refuses = |variables: &[(&str, &str)], reason: &str| {
        let options = Options {
            variables,
            ..Options::default()
        };
        let said = refused(&folder.0, &options);
        assert!(said.contains(reason), "{reason}: {said}");
    };
    let other = [("data_key", OTHER_KEY)];
    refuses(
        &other,
        "`data_key` is another than the store was written with",
    );
    let changing = [("data_key", OTHER_KEY), ("data_key_previous", ONE_KEY)];
    start(&changing);
    refuses(
        &[("session_key", "another of some length"), own[0]],
        "`session_key` is another",
    );
    // Lost secrets are not made anew.
    let file = folder.0.join("secrets.toml");
    let kept = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    refuses(&own, "has no `session_key`");
    assert!(!file.exists());
    std::fs::write(&file, kept).unwrap();
    start(&own);
}

/// `spin.toml` with what one function is given changed, which no start of ours looks at: as under Spin, the functions are alone with it.
fn alone(folder: &Scratch, component: &str, name: &str, value: &str) -> PathBuf {
    let text = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    let target = format!("source = \"{}/target/", root().display());
    let text = text.replace("source = \"target/", &target);
    let head = format!("[component.{component}.variables]");
    let (before, after) = text.split_once(&head).unwrap();
    let given = format!("{name} = \"{{{{ {name} }}}}\"");
    let after = after.replacen(&given, &format!("{name} = \"{value}\""), 1);
    let manifest = folder.0.join("spin.toml");
    std::fs::write(&manifest, format!("{before}{head}{after}")).unwrap();
    manifest
}

#[test]
fn a_function_does_nothing_with_a_secret_that_protects_nothing() {
    for (component, name, value, path) in [
        ("complaint-intake", "session_key", "", "/complaints"),
        ("complaint-intake", "session_key", "short", "/complaints"),
        ("complaint-intake", "data_key", "", "/complaints"),
        ("complaint-intake", "data_key", "AQEB", "/complaints"),
        (
            "red-black-list",
            "log_signing_key",
            "x",
            "/api/v1/lists/log/head",
        ),
    ] {
        let folder = Scratch::new();
        let options = Options {
            manifest: alone(&folder, component, name, value),
            ..Options::default()
        };
        let server = Server::start_in(&folder.0, &options);
        let problem = server.public().get(path).expect_problem(503);
        assert_eq!(problem, "weak_secret", "{name} = {value}");
        assert!(
            server.log().contains(&format!("`{name}` is ")),
            "{}",
            server.log()
        );
    }
}

#[test]
fn an_empty_scheduler_token_matches_nothing() {
    for value in ["", "short"] {
        let folder = Scratch::new();
        let options = Options {
            manifest: alone(&folder, "portal", "scheduler_token", value),
            ..Options::default()
        };
        let server = Server::start_in(&folder.0, &options);
        let public = server.public();
        for authorization in ["", "Bearer", "Bearer ", "Bearer short"] {
            let caller = public.with("authorization", authorization);
            let answer = caller.post("/internal/housekeeping", &serde_json::json!({}));
            assert_eq!(answer.expect_problem(503), "weak_secret");
        }
        let nobody = public.post("/internal/housekeeping", &serde_json::json!({}));
        assert_eq!(nobody.expect_problem(503), "weak_secret");
    }
}

#[test]
fn a_function_refuses_a_store_that_was_written_with_another_key() {
    let folder = Scratch::new();
    let options = Options {
        manifest: alone(&folder, "complaint-intake", "data_key", ONE_KEY),
        variables: &[
            ("data_key", OTHER_KEY),
            ("scheduler_token", SCHEDULER_TOKEN),
        ],
        ..Options::default()
    };
    let server = Server::start_in(&folder.0, &options);
    assert_eq!(server.public().get("/complaints").status, 200);
    server.kill();
    let again = Options {
        manifest: alone(&folder, "complaint-intake", "data_key", OTHER_KEY),
        variables: &[("data_key", ONE_KEY), ("scheduler_token", SCHEDULER_TOKEN)],
        ..Options::default()
    };
    let server = Server::start_in(&folder.0, &again);
    let problem = server.public().get("/complaints").expect_problem(503);
    assert_eq!(problem, "wrong_keys");
    assert!(
        server
            .log()
            .contains("the store was written with another `data_key`"),
        "{}",
        server.log()
    );
    // The others go on: theirs is the same.
    assert_eq!(server.public().get("/healthz").status, 200);
}
