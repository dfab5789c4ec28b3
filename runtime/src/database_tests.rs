use super::*;
use rusqlite::Connection;
use std::sync::atomic::AtomicU64;

fn scratch() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = format!(
        "shian-database-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Relaxed)
    );
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("test.db")
}

async fn execute(database: &Database, sql: &str) -> Result<StatementOutcome, DatabaseError> {
    let deadline = Instant::now() + Duration::from_secs(10);
    database
        .execute(Speaker::Function, sql.to_owned(), vec![], deadline)
        .await
}

#[test]
fn programs_that_make_one_file_at_once_all_get_in() {
    for _ in 0..20 {
        let path = scratch();
        let together = std::sync::Barrier::new(6);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    together.wait();
                    Database::open(&path).unwrap()
                });
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_and_other_databases_are_refused_by_name() {
    let database = Database::open(&scratch()).unwrap();
    for (sql, name) in [
        ("BEGIN", "BEGIN"),
        ("begin immediate", "BEGIN"),
        ("COMMIT", "COMMIT"),
        ("SAVEPOINT x", "SAVEPOINT"),
        ("RELEASE x", "SAVEPOINT"),
        ("ATTACH 'other.db' AS other", "ATTACH"),
        ("DETACH other", "DETACH"),
        ("VACUUM", "ATTACH"),
        ("CREATE TEMP TABLE t (x)", "TEMP"),
        ("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode"),
        ("/* x */ BEGIN", "BEGIN"),
    ] {
        let outcome = execute(&database, sql).await.expect_err(sql).to_string();
        assert!(
            outcome.contains(name) || sql == "VACUUM",
            "{sql}: {outcome}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_does_not_see_the_runtimes_own_tables() {
    let database = Database::open(&scratch()).unwrap();
    for sql in [
        "SELECT * FROM runtime_key_value",
        "DELETE FROM runtime_key_value",
        "DROP TABLE runtime_key_value",
        "CREATE VIEW v AS SELECT 1; ",
        "INSERT INTO runtime_schedule_run (schedule, due_at, started_at) VALUES ('a', 'b', 'c')",
    ] {
        let outcome = execute(&database, sql).await;
        assert_eq!(outcome.is_ok(), sql.starts_with("CREATE VIEW"), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_are_committed_together_fail_alone() {
    let database = Database::open(&scratch()).unwrap();
    execute(&database, "CREATE TABLE t (x INTEGER PRIMARY KEY)")
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..400 {
        let database = database.clone();
        // Every number twice: one of each two fails.
        tasks.spawn(async move {
            execute(&database, &format!("INSERT INTO t VALUES ({})", n / 2))
                .await
                .is_ok()
        });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|ok| **ok).count(), 200);
    let rows = execute(&database, "SELECT count(*) FROM t")
        .await
        .unwrap()
        .rows;
    assert_eq!(rows, [[Value::Integer(200)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_fails_in_its_middle_leaves_nothing_of_itself() {
    let database = Database::open(&scratch()).unwrap();
    for sql in [
        "CREATE TABLE t (x INTEGER PRIMARY KEY)",
        "CREATE TABLE log (x INTEGER)",
        "CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.x); END",
        "INSERT INTO t VALUES (50)",
    ] {
        execute(&database, sql).await.unwrap();
    }
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..100 {
        let database = database.clone();
        tasks.spawn(async move {
            let sql = match n % 2 {
                0 => "INSERT INTO t VALUES (40), (45), (50)".to_owned(),
                _ => format!("INSERT INTO t VALUES ({})", 1_000 + n),
            };
            execute(&database, &sql).await.is_ok()
        });
    }
    assert_eq!(tasks.join_all().await.iter().filter(|ok| **ok).count(), 50);
    let rows = execute(
        &database,
        "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM log)",
    )
    .await
    .unwrap()
    .rows;
    assert_eq!(rows, [[Value::Integer(51), Value::Integer(51)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_ends_the_transaction_costs_the_others_nothing() {
    let database = Database::open(&scratch()).unwrap();
    execute(&database, "CREATE TABLE t (x INTEGER PRIMARY KEY)")
        .await
        .unwrap();
    execute(&database, "INSERT INTO t VALUES (-1)")
        .await
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..100 {
        let database = database.clone();
        tasks.spawn(async move {
            let sql = match n % 10 {
                3 => "INSERT OR ROLLBACK INTO t VALUES (-1)".to_owned(),
                _ => format!("INSERT INTO t VALUES ({n})"),
            };
            execute(&database, &sql).await.is_ok()
        });
    }
    assert_eq!(tasks.join_all().await.iter().filter(|ok| **ok).count(), 90);
    let rows = execute(&database, "SELECT count(*) FROM t")
        .await
        .unwrap()
        .rows;
    assert_eq!(rows, [[Value::Integer(91)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_without_end_is_ended_at_its_deadline_and_others_go_on() {
    let database = Database::open(&scratch()).unwrap();
    execute(&database, "CREATE TABLE t (x)").await.unwrap();
    let endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)";
    for sql in [
        format!("{endless} SELECT count(*) FROM n"),
        format!("{endless} INSERT INTO t SELECT x FROM n"),
    ] {
        let deadline = Instant::now() + Duration::from_millis(300);
        let ended = database
            .execute(Speaker::Function, sql, vec![], deadline)
            .await;
        assert!(matches!(ended, Err(DatabaseError::TimedOut)), "{ended:?}");
    }
    execute(&database, "INSERT INTO t VALUES (1)")
        .await
        .unwrap();
    let rows = execute(&database, "SELECT count(*) FROM t")
        .await
        .unwrap()
        .rows;
    assert_eq!(rows, [[Value::Integer(1)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_and_rowid_come_with_the_write_and_two_statements_in_one_are_refused() {
    let database = Database::open(&scratch()).unwrap();
    execute(&database, "CREATE TABLE t (x)").await.unwrap();
    let written = execute(
        &database,
        "WITH v(x) AS (VALUES (1), (2)) INSERT INTO t SELECT x FROM v RETURNING x",
    )
    .await
    .unwrap();
    assert_eq!(written.rows.len(), 2);
    assert_eq!(
        written
            .written
            .map(|written| (written.changes, written.last_insert_rowid)),
        Some((2, 2))
    );
    assert!(
        execute(&database, "INSERT INTO t VALUES (1); DELETE FROM t")
            .await
            .is_err()
    );
    assert!(
        execute(&database, "SELECT 1")
            .await
            .unwrap()
            .written
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_moves_to_a_thread_of_its_own_and_is_remembered() {
    let database = Database::open(&scratch()).unwrap();
    let long = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000) SELECT count(*) FROM n";
    for _ in 0..2 {
        let outcome = execute(&database, long).await.unwrap();
        assert_eq!(outcome.rows, [[Value::Integer(200_000)]]);
        assert!(database.0.is_long(hash(long)));
    }
    execute(&database, "SELECT 1").await.unwrap();
    assert!(!database.0.is_long(hash("SELECT 1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_an_older_file_are_taken_along() {
    let file = scratch();
    let before = Connection::open(&file).unwrap();
    before
        .execute_batch(
            "CREATE TABLE runtime_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key)) STRICT, WITHOUT ROWID;
             INSERT INTO runtime_key_value VALUES ('default', 'a', x'00ff')",
        )
        .unwrap();
    drop(before);
    for _ in 0..2 {
        let database = Database::open(&file).unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        let sql = "SELECT store, key, value FROM runtime_key_value".to_owned();
        let outcome = database
            .execute(Speaker::Runtime, sql, vec![], deadline)
            .await
            .unwrap();
        let text = |text: &str| Value::Text(text.to_owned());
        let kept = [text("default"), text("a"), Value::Blob(vec![0, 255])];
        assert_eq!(outcome.rows, [kept]);
    }
}

/// Whether a part of what was once written stands in the file or its log.
fn stands(file: &Path, part: &[u8]) -> bool {
    let log = file.with_extension("db-wal");
    [file, log.as_path()].iter().any(|path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(part.len()).any(|window| window == part)
    })
}

fn wait_for_an_empty_log(file: &Path) {
    let began = Instant::now();
    while std::fs::metadata(file.with_extension("db-wal")).is_ok_and(|log| log.len() > 0) {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Rows of very different sizes, so that pages are split, and given up when every second row goes.
const SECRETS: &str = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 400)
    INSERT INTO t SELECT x, iif(x % 2, 'to be erased', 'to be kept') || x || hex(zeroblob((x * x) % 3000)) FROM n";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_stands_in_no_page_and_in_no_log() {
    let file = scratch();
    let database = Database::open(&file).unwrap();
    execute(&database, "CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT)")
        .await
        .unwrap();
    execute(&database, SECRETS).await.unwrap();
    assert!(stands(&file, b"to be erased"));
    execute(&database, "UPDATE t SET y = NULL WHERE x % 4 = 1")
        .await
        .unwrap();
    execute(&database, "DELETE FROM t WHERE x % 4 = 3")
        .await
        .unwrap();
    wait_for_an_empty_log(&file);
    assert!(!stands(&file, b"to be erased"));
    assert!(stands(&file, b"to be kept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_emptied_behind_a_reader_once_that_has_gone() {
    let file = scratch();
    let database = Database::open(&file).unwrap();
    execute(&database, "CREATE TABLE t (x)").await.unwrap();
    let reader = Connection::open(&file).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM t;").unwrap();
    // Whoever reads holds up nobody who writes.
    for _ in 0..100 {
        execute(&database, "INSERT INTO t VALUES (1)")
            .await
            .unwrap();
    }
    reader.execute_batch("COMMIT").unwrap();
    wait_for_an_empty_log(&file);
    assert_eq!(
        execute(&database, "SELECT count(*) FROM t")
            .await
            .unwrap()
            .rows,
        [[Value::Integer(100)]]
    );
}

#[test]
fn a_file_of_before_is_written_anew_once_and_its_free_pages_tell_nothing() {
    let file = scratch();
    let before = Connection::open(&file).unwrap();
    before
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT); {SECRETS};
             DELETE FROM t WHERE x % 2; PRAGMA wal_checkpoint(TRUNCATE);"
        ))
        .unwrap();
    drop(before);
    assert!(stands(&file, b"to be erased"));
    for _ in 0..2 {
        let _database = Database::open(&file).unwrap();
        wait_for_an_empty_log(&file);
        assert!(!stands(&file, b"to be erased"));
    }
    let now = Connection::open(&file).unwrap();
    let (rows, version): (i64, i64) = now
        .query_row(
            "SELECT count(*), (SELECT user_version FROM pragma_user_version) FROM t",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((rows, version), (200, preparation::OVERWRITTEN));
}
