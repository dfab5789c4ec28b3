//! The peer: what a team would write natively with axum and rusqlite, and tuned as one would: WAL and `synchronous=FULL`, one
//! writer, a reading connection a thread with its statements prepared, short reads where they are asked, JSON made in SQL. It has
//! no sessions, no sealing, no audit, no limits, no log.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use calamine::{Data, Reader as _, Xlsx};
use domain::Uscc;
use maud::{DOCTYPE, Markup, html};
use pinyin::ToPinyin as _;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use std::cell::RefCell;
use std::io::Cursor;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

pub const SCHEMA: &str = "
    CREATE TABLE document (name TEXT PRIMARY KEY, kind TEXT NOT NULL, tag TEXT NOT NULL, value BLOB NOT NULL) STRICT;
    CREATE TABLE entry (id INTEGER PRIMARY KEY, name TEXT NOT NULL, uscc TEXT NOT NULL, town TEXT NOT NULL, ground TEXT NOT NULL, published_on TEXT NOT NULL, until_on TEXT NOT NULL) STRICT;
    CREATE INDEX entry_published ON entry (published_on DESC, id DESC);
    CREATE TABLE complaint (code TEXT PRIMARY KEY, kind TEXT NOT NULL, category TEXT NOT NULL, place TEXT, happened_on TEXT NOT NULL, text TEXT NOT NULL, wants TEXT, contact TEXT, received_at TEXT NOT NULL) STRICT;
    CREATE TABLE enterprise (id INTEGER PRIMARY KEY, uscc TEXT NOT NULL UNIQUE, name TEXT NOT NULL, founded_on TEXT, address TEXT, town TEXT, business_scope TEXT, sector TEXT, level TEXT, phone TEXT) STRICT;
    CREATE VIRTUAL TABLE enterprise_search USING fts5 (pairs, initials, content = '', contentless_delete = 1, prefix = '1');
";

pub fn open(file: &std::path::Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(file)?;
    database.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000",
    )?;
    // As the runtime does: statements are not compiled anew for other values.
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    database.set_prepared_statement_cache_capacity(64);
    Ok(database)
}

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

#[derive(Clone)]
struct Peer {
    file: Arc<PathBuf>,
    writer: mpsc::Sender<Work>,
}

thread_local! {
    static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

impl Peer {
    /// A read is short: it runs on the thread that has the request.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> T {
        READER.with_borrow_mut(|reader| {
            let reader = reader.get_or_insert_with(|| open(&self.file).unwrap());
            work(reader).unwrap()
        })
    }

    /// The writer commits each alone.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let (reply, answer) = oneshot::channel();
        self.writer
            .send(Box::new(move |database| {
                let _ = reply.send(work(database));
            }))
            .unwrap();
        answer.await.unwrap()
    }
}

/// Serves the database in `file`, which has [`SCHEMA`], until it is killed.
pub fn serve(listen: SocketAddr, file: PathBuf) {
    let mut database = open(&file).unwrap();
    let (writer, work) = mpsc::channel::<Work>();
    std::thread::spawn(move || {
        while let Ok(work) = work.recv() {
            work(&mut database);
        }
    });
    let router = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/documents/{name}", get(document))
        .route("/lists/red", get(list))
        .route("/sign-in", get(sign_in))
        .route("/complaints", post(file_complaint))
        .route("/enterprises", get(search))
        .route("/enterprises/import", post(import))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(Peer {
            file: Arc::new(file),
            writer,
        });
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let listener = tokio::net::TcpListener::bind(listen).await.unwrap();
            axum::serve(listener, router).await.unwrap();
        });
}

/// A stored document, by its name.
async fn document(
    State(peer): State<Peer>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = peer.read(|database| {
        database
            .prepare_cached("SELECT kind, tag, value FROM document WHERE name = ?1")?
            .query_row([name], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })
            .optional()
    });
    let Some((kind, tag, value)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known == tag.as_str());
    let head = [
        (header::CONTENT_TYPE, kind),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "public, max-age=1".to_owned()),
    ];
    match known {
        true => (StatusCode::NOT_MODIFIED, head).into_response(),
        false => (head, value).into_response(),
    }
}

struct Entry {
    id: i64,
    name: String,
    uscc: String,
    town: String,
    ground: String,
    published_on: String,
    until_on: String,
}

fn framed(title: &str, main: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header { nav { ul { @for (target, text) in [("/", "首页"), ("/look-up", "查企业"), ("/lists", "红黑榜"), ("/complaints", "投诉举报")] { li { a href=(target) { (text) } } } } } }
                main { (main) }
                footer { p { "食品安全服务" } }
            }
        }
    };
    (
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        page.into_string(),
    )
        .into_response()
}

/// The first page of the list: fifty rows, and how many there are.
async fn list(State(peer): State<Peer>) -> Response {
    let (total, entries) = peer.read(|database| {
        let total: i64 = database
            .prepare_cached("SELECT count(*) FROM entry")?
            .query_row([], |row| row.get(0))?;
        let entries = database
            .prepare_cached(
                "SELECT id, name, uscc, town, ground, published_on, until_on FROM entry ORDER BY published_on DESC, id DESC LIMIT 50",
            )?
            .query_map([], |row| {
                Ok(Entry {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    uscc: row.get(2)?,
                    town: row.get(3)?,
                    ground: row.get(4)?,
                    published_on: row.get(5)?,
                    until_on: row.get(6)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok((total, entries))
    });
    framed(
        "红榜",
        &html! {
            h1 { "食品安全红榜" }
            p { "共 " (total) " 家" }
            ul {
                @for entry in &entries {
                    li {
                        h2 { a href={ "/lists/entries/" (entry.id) } { (entry.name) } }
                        p { (entry.town) " · " (entry.uscc) }
                        p { (entry.ground) }
                        p { (entry.published_on) " – " (entry.until_on) }
                    }
                }
            }
            a href="/lists/red?page=2" { "下一页" }
        },
    )
}

async fn sign_in() -> Response {
    framed(
        "登录",
        &html! {
            h1 { "工作人员登录" }
            form method="post" action="/sign-in" {
                label for="account" { "账号" } input id="account" name="account" autocomplete="username";
                label for="password" { "密码" } input id="password" name="password" type="password" autocomplete="current-password";
                button { "登录" }
            }
        },
    )
}

#[derive(Deserialize)]
struct Complaint {
    kind: String,
    category: String,
    place: Option<String>,
    happened_on: String,
    text: String,
    wants: Option<String>,
    contact: Option<serde_json::Value>,
}

/// A plain insert, acknowledged when its commit is on disk.
async fn file_complaint(
    State(peer): State<Peer>,
    axum::Json(given): axum::Json<Complaint>,
) -> Response {
    let filed = peer
        .write(move |database| {
            database
                .prepare_cached(
                    "INSERT INTO complaint (code, kind, category, place, happened_on, text, wants, contact, received_at)
                     VALUES (lower(hex(randomblob(8))), ?1, ?2, ?3, ?4, ?5, ?6, ?7, datetime('now')) RETURNING code",
                )?
                .query_row(
                    params![
                        given.kind,
                        given.category,
                        given.place,
                        given.happened_on,
                        given.text,
                        given.wants,
                        given.contact.map(|contact| contact.to_string())
                    ],
                    |row| row.get::<_, String>(0),
                )
        })
        .await;
    match filed {
        Ok(code) => (
            StatusCode::CREATED,
            axum::Json(serde_json::json!({ "code": code })),
        )
            .into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct SearchQuery {
    q: String,
}

fn pairs(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    (0..characters.len())
        .map(|at| {
            characters[at..(at + 2).min(characters.len())]
                .iter()
                .collect::<String>()
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Two characters or more of a name, as a phrase of pairs; the first fifty, and how many there are.
async fn search(State(peer): State<Peer>, Query(asked): Query<SearchQuery>) -> Response {
    let characters: Vec<char> = asked.q.chars().collect();
    let phrase: Vec<String> = characters
        .windows(2)
        .map(|pair| pair.iter().collect())
        .collect();
    let phrase = format!("pairs : \"{}\"", phrase.join(" "));
    let text: String = peer.read(|database| {
        database
            .prepare_cached(
                "WITH hit AS MATERIALIZED (SELECT e.* FROM enterprise_search s CROSS JOIN enterprise e ON e.id = s.rowid WHERE s.enterprise_search MATCH ?1 ORDER BY s.rowid LIMIT 50)
                 SELECT json_object('items', json_group_array(json_object('uscc', uscc, 'name', name, 'founded_on', founded_on, 'address', address, 'town', town,
                     'business_scope', business_scope, 'sector', sector, 'level', level, 'phone', phone)),
                     'total', (SELECT count(*) FROM enterprise_search WHERE enterprise_search MATCH ?1)) FROM hit",
            )?
            .query_row([phrase], |row| row.get(0))
    });
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A workbook: its rows read, each code checked, all in one transaction.
async fn import(State(peer): State<Peer>, file: Bytes) -> Response {
    let written = peer
        .write(move |database| {
            let mut workbook = Xlsx::new(Cursor::new(file)).unwrap();
            let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
            let work = database.transaction()?;
            let mut written = 0;
            {
                let mut insert = work.prepare_cached(
                    "INSERT INTO enterprise (uscc, name, founded_on, address, town, business_scope, sector, level, phone) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                     ON CONFLICT (uscc) DO UPDATE SET name = excluded.name, founded_on = excluded.founded_on, address = excluded.address, town = excluded.town,
                     business_scope = excluded.business_scope, sector = excluded.sector, level = excluded.level, phone = excluded.phone RETURNING id",
                )?;
                let mut forget = work.prepare_cached("DELETE FROM enterprise_search WHERE rowid = ?1")?;
                let mut index = work.prepare_cached("INSERT INTO enterprise_search (rowid, pairs, initials) VALUES (?1, ?2, ?3)")?;
                for row in sheet.rows().skip(1) {
                    let cell = |at: usize| row.get(at).map_or_else(String::new, Data::to_string);
                    let Ok(uscc) = cell(0).parse::<Uscc>() else {
                        continue;
                    };
                    let name = cell(1);
                    let id: i64 = insert.query_row(
                        params![uscc.as_str(), name, cell(2), cell(3), cell(4), cell(5), cell(6), cell(7), cell(8)],
                        |row| row.get(0),
                    )?;
                    let initials: String = name
                        .chars()
                        .filter_map(|c| c.to_pinyin()?.first_letter().chars().next())
                        .collect();
                    forget.execute([id])?;
                    index.execute(params![id, pairs(&name), pairs(&initials)])?;
                    written += 1;
                }
            }
            work.commit()?;
            Ok(written)
        })
        .await;
    match written {
        Ok(written) => axum::Json(serde_json::json!({ "written": written })).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
