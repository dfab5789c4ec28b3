//! The restore drill: a backup of a busy office, for a recipient of age, is put back on another machine.

use super::{CLOCK, begin_to_import, count};
use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::{Office, Options, SCHEDULER_TOKEN, Scratch, Server, program, refused};

const SECRET: &str = "只有经办人能看的一句话";
const OTHER_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
/// What the program and its locks leave in a data folder without a store.
const EMPTY: [&str; 1] = ["shian.lock"];

fn run(command: &mut Command) -> (bool, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let said = [stdout, stderr].concat();
    (status.success(), String::from_utf8(said).unwrap())
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Writes the identity as `age-keygen` does.
fn keep(identity: &Identity, file: &Path) {
    let text = format!("# a comment\n{}\n", identity.to_string().expose_secret());
    std::fs::write(file, text).unwrap();
}

fn backup(data: &Path, target: &Path, recipients: &[String]) -> (bool, String) {
    let mut command = Command::new(program());
    command.arg("backup").arg(target).arg("--data").arg(data);
    for recipient in recipients {
        command.args(["--to", recipient]);
    }
    run(&mut command)
}

fn restore(file: &Path, machine: &Path, secrets: &Path, identity: Option<&Path>) -> (bool, String) {
    let mut command = Command::new(program());
    command
        .arg("restore")
        .arg(file)
        .arg("--data")
        .arg(machine.join("data"))
        .arg("--secrets")
        .arg(secrets);
    if let Some(identity) = identity {
        command.arg("--identity").arg(identity);
    }
    run(&mut command)
}

/// A complaint that is sealed, and what opens it.
fn filed(office: &Office) -> Value {
    let report = json!({"kind": "report", "place": "某处", "happened_on": "2024-01-01", "category": "other", "text": SECRET, "anonymous": true});
    let filed = office
        .server
        .public()
        .post("/api/v1/complaints", &report)
        .expect(201);
    json!({"code": filed["code"], "passphrase": filed["passphrase"]})
}

struct Drill {
    office: Office,
    key: Value,
    backup: PathBuf,
    identities: [PathBuf; 3],
}

/// An encrypted backup, taken while rows go in. The last identity is a stranger's.
fn drill() -> Drill {
    let office = Office::on_disk(CLOCK, &[]);
    let key = filed(&office);
    let made = [(); 3].map(|()| Identity::generate());
    let folder = office.folder.0.clone();
    let identities = [0, 1, 2].map(|number| {
        let file = folder.join(format!("identity-{number}"));
        keep(&made[number], &file);
        file
    });
    let recipients = [0, 1].map(|number| made[number].to_public().to_string());
    let importing = begin_to_import(&office);
    let target = folder.join("backup");
    let (made, said) = backup(&office.server.data, &target, &recipients);
    assert!(made, "{said}");
    importing.join().unwrap();
    let backup = target.join("shian.db.age");
    assert_eq!(said.trim(), backup.display().to_string());
    Drill {
        office,
        key,
        backup,
        identities,
    }
}

#[test]
fn an_encrypted_backup_is_restored_elsewhere_and_opens_with_its_secrets_and_identity_alone() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let Drill {
        office,
        key,
        backup,
        identities,
    } = drill();
    let target = backup.parent().unwrap();
    assert_eq!(names(target), ["shian.db.age"]);
    assert_eq!((mode(target), mode(&backup)), (0o700, 0o600));
    let bytes = std::fs::read(&backup).unwrap();
    for plain in ["SQLite format", "enterprise", "session_key"] {
        assert!(
            !bytes
                .windows(plain.len())
                .any(|part| part == plain.as_bytes())
        );
    }
    let data = office.server.data.clone();
    assert!(!names(&data).iter().any(|name| name.ends_with(".part")));
    let Office { server, folder, .. } = office;
    server.stop();
    let secrets = folder.0.join("secrets.toml");
    let [first, second, stranger] = &identities;
    // Elsewhere. Each thing that is missing is said, and leaves nothing.
    let elsewhere = Scratch::on_disk();
    let machine = &elsewhere.0;
    let nowhere = machine.join("no-secrets.toml");
    let others = machine.join("other-secrets.toml");
    let text = std::fs::read_to_string(&secrets).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("data_key = "))
        .unwrap();
    let other = format!("data_key = \"{OTHER_KEY}\"");
    std::fs::write(&others, text.replace(line, &other)).unwrap();
    for (secrets, identity, reason) in [
        (&secrets, None, "--identity"),
        (&secrets, Some(stranger.as_path()), "is not opened by"),
        (&nowhere, Some(first), "`session_key` is not set"),
        (&others, Some(first), "`data_key` is another"),
    ] {
        let (restored, said) = restore(&backup, machine, secrets, identity);
        assert!(!restored && said.contains(reason), "{reason}: {said}");
        assert_eq!(names(&machine.join("data")), EMPTY);
    }
    let own = machine.join("secrets.toml");
    std::fs::copy(&secrets, &own).unwrap();
    // Either recipient opens it.
    for identity in [first, second] {
        let _ = std::fs::remove_dir_all(machine.join("data"));
        let (restored, said) = restore(&backup, machine, &own, Some(identity));
        assert!(restored && said.contains("a backup of 20"), "{said}");
    }
    let data = machine.join("data");
    assert_eq!(names(&data), ["shian.db", "shian.lock"]);
    assert_eq!((mode(&data), mode(&data.join("shian.db"))), (0o700, 0o600));
    let (again, said) = restore(&backup, machine, &own, Some(first));
    assert!(
        !again && said.contains("a store is never overwritten"),
        "{said}"
    );
    let store = Connection::open(data.join("shian.db")).unwrap();
    assert_eq!(
        count(&store, "SELECT count(*) FROM enterprise"),
        count(
            &store,
            "SELECT count(*) FROM audit WHERE record LIKE 'enterprise/%'"
        )
    );
    drop(store);
    // It is started with other secrets in vain, and with its own it is the office again.
    let variables = [
        ("scheduler_token", SCHEDULER_TOKEN),
        ("data_key", OTHER_KEY),
    ];
    let options = Options {
        variables: &variables,
        ..Options::default()
    };
    let said = refused(machine, &options);
    assert!(said.contains("`data_key` is another"), "{said}");
    let server = Server::start_in(machine, &Options::default());
    server
        .public()
        .post("/api/v1/complaints/status", &key)
        .expect(200);
    let _ = server.public().signed_in("office", tests::PASSWORD);
    server.stop();
}

#[test]
fn what_is_no_whole_backup_is_never_half_restored() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let Drill {
        office,
        backup,
        identities,
        ..
    } = drill();
    let folder = office.folder.0.clone();
    let secrets = folder.join("secrets.toml");
    let machine = folder.join("machine");
    let plain = folder.join("plain");
    let (made, said) = self::backup(&office.server.data, &plain, &[]);
    assert!(made, "{said}");
    let plain = plain.join("shian.db");
    assert_eq!(mode(&plain), 0o600);
    let damaged = folder.join("damaged");
    let refuses = |bytes: &[u8], reason: &str| {
        std::fs::write(&damaged, bytes).unwrap();
        let (restored, said) = restore(&damaged, &machine, &secrets, Some(&identities[0]));
        assert!(!restored && said.contains(reason), "{reason}: {said}");
        assert_eq!(names(&machine.join("data")), EMPTY);
    };
    let sealed = std::fs::read(&backup).unwrap();
    refuses(&sealed[..sealed.len() / 2], "is not whole");
    let mut flipped = sealed.clone();
    flipped[sealed.len() / 2] ^= 1;
    refuses(&flipped, "is not whole");
    let open = std::fs::read(&plain).unwrap();
    refuses(&open[..open.len() / 2], "is no whole backup");
    refuses(b"something else", "is no whole backup");
    refuses(b"", "ledger");
    // Rows without their parent, and what a newer release has made.
    for (sql, reason) in [
        (
            "PRAGMA foreign_keys = OFF; DROP TRIGGER account_is_never_deleted; DELETE FROM account",
            "belong to rows that are not there",
        ),
        (
            "INSERT INTO migration (id, claimed_by, claimed_until, done) VALUES ('9999_store_later', 'x', 0, 1)",
            "newer release",
        ),
    ] {
        let changed = folder.join("changed");
        std::fs::copy(&plain, &changed).unwrap();
        let store = Connection::open(&changed).unwrap();
        store.execute_batch(sql).unwrap();
        store.close().unwrap();
        refuses(&std::fs::read(&changed).unwrap(), reason);
    }
    // A log without its store would be taken for the restored one's.
    let data = machine.join("data");
    std::fs::write(data.join("shian.db-wal"), b"left").unwrap();
    let (restored, said) = restore(&plain, &machine, &secrets, None);
    assert!(
        !restored && said.contains("shian.db-wal is there"),
        "{said}"
    );
    std::fs::remove_file(data.join("shian.db-wal")).unwrap();
    let (restored, said) = restore(&plain, &machine, &secrets, None);
    assert!(restored, "{said}");
}
