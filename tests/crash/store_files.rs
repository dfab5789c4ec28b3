//! The files of the store: whose they are, and what a start finds of the program before it.

use super::CLOCK;
use std::os::unix::fs::PermissionsExt as _;
use tests::{Office, Options, Server, refused};

const GONE: &str = "is gone, which held what it had written last";

fn options() -> Options<'static> {
    Options {
        clock: Some(CLOCK),
        ..Options::default()
    }
}

#[test]
fn a_second_program_on_one_data_folder_says_so_and_ends() {
    let office = Office::on_disk(CLOCK, &[]);
    let said = refused(&office.folder.0, &options());
    assert!(
        said.contains("another program works in the data folder"),
        "{said}"
    );
    office.office.get("/api/v1/session").expect(200);
    // What a kill leaves behind keeps nobody out.
    let Office { server, folder, .. } = office;
    server.kill();
    Server::start_in(&folder.0, &options()).stop();
}

#[test]
fn nobody_but_the_owner_can_read_the_files_of_the_store() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::on_disk(CLOCK, &[]);
    let data = office.server.data.clone();
    let mode = |name: &str| {
        let path = data.join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    for name in ["shian.db", "shian.db-wal", "shian.db-shm", "shian.lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[test]
fn a_store_whose_log_is_gone_after_a_crash_says_so() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let Office { server, folder, .. } = Office::on_disk(CLOCK, &[]);
    let log = server.data.join("shian.db-wal");
    server.kill();
    // As a crash leaves it, nothing is missing.
    assert!(log.exists());
    let server = Server::start_in(&folder.0, &options());
    assert!(!server.log().contains(GONE), "{}", server.log());
    server.kill();
    std::fs::remove_file(&log).unwrap();
    let server = Server::start_in(&folder.0, &options());
    assert!(server.log().contains(GONE), "{}", server.log());
    // After a proper end all stands in the file itself.
    server.stop();
    assert!(std::fs::metadata(&log).map_or(0, |log| log.len()) == 0);
    let _ = std::fs::remove_file(&log);
    let server = Server::start_in(&folder.0, &options());
    assert!(!server.log().contains(GONE), "{}", server.log());
    assert_eq!(server.public().get("/healthz").status, 200);
}
