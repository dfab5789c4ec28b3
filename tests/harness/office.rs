//! A server with its first account.

use crate::prepared::{FIRST_NAME, PreparedStore};
use crate::{
    Client, Disk, Options, PASSWORD, Place, SCHEDULER_TOKEN, SETUP_TOKEN, Scratch, Server, Trouble,
    like_spin, sample,
};
use std::path::Path;

/// The day that most tests are on.
pub const DAY: &str = "2026-11-22T10:00:00+08:00";

/// How its runtime behaves.
struct Behaviour {
    like_spin: bool,
    trouble: Option<Trouble>,
}

/// A server with its first account, whose session the client holds.
pub struct Office {
    pub server: Server,
    pub office: Client,
    // Dropped last.
    pub folder: Scratch,
}

impl Office {
    /// In this process, in memory.
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(variables: &[(&str, &str)]) -> Self {
        Self::at(DAY, variables)
    }

    /// An office whose first day is another.
    pub fn at(clock: &str, variables: &[(&str, &str)]) -> Self {
        Self::begin(Scratch::new(), Place::Here, clock, variables)
    }

    /// In this process, the runtime behaving like Spin.
    pub fn like_spin() -> Self {
        Self::like_spin_with(None)
    }

    pub fn like_spin_with(trouble: Option<Trouble>) -> Self {
        let behaviour = Behaviour {
            like_spin: true,
            trouble,
        };
        Self::begin_so(Scratch::new(), Place::Here, DAY, &[], behaviour)
    }

    /// By the program in a process of its own, over HTTP.
    pub fn served() -> Self {
        Self::served_at(DAY, &[])
    }

    pub fn served_at(clock: &str, variables: &[(&str, &str)]) -> Self {
        Self::begin(Scratch::new(), Place::Process, clock, variables)
    }

    /// As [`Self::served_at`], on a disk: for what has to survive, and for figures.
    pub fn on_disk(clock: &str, variables: &[(&str, &str)]) -> Self {
        Self::begin(Scratch::on_disk(), Place::Process, clock, variables)
    }

    /// As [`Self::served`], on a disk of so many MiB, where the store is new.
    pub fn on_a_small_disk(mebibytes: u32) -> Self {
        Self::on_a_disk(Disk::Small(mebibytes))
    }

    /// As [`Self::served`], on a disk that can fail ([`fail_the_disk`]), where the store is new.
    pub fn on_a_failing_disk() -> Self {
        Self::on_a_disk(Disk::Failing)
    }

    fn on_a_disk(disk: Disk) -> Self {
        let all = with_tokens(&[]);
        let options = Options {
            variables: &all,
            clock: Some(DAY),
            migrated: false,
            disk: Some(disk),
            ..Options::default()
        };
        let folder = Scratch::new();
        let server = Server::start_in(&folder.0, &options);
        Self::founded(server, folder)
    }

    fn begin(folder: Scratch, place: Place, clock: &str, variables: &[(&str, &str)]) -> Self {
        let behaviour = Behaviour {
            like_spin: like_spin(),
            trouble: None,
        };
        Self::begin_so(folder, place, clock, variables, behaviour)
    }

    fn begin_so(
        folder: Scratch,
        place: Place,
        clock: &str,
        variables: &[(&str, &str)],
        behaviour: Behaviour,
    ) -> Self {
        let all = with_tokens(variables);
        let options = Options {
            variables: &all,
            clock: Some(clock),
            like_spin: behaviour.like_spin,
            trouble: behaviour.trouble,
            ..Options::default()
        };
        let server = Server::begin(place, &folder.0, &options);
        Self::founded(server, folder)
    }

    /// Makes the first account.
    fn founded(server: Server, folder: Scratch) -> Self {
        let prepared = PreparedStore::open(&server, &folder.0);
        if !prepared.as_ref().is_some_and(PreparedStore::found_again) {
            let first = serde_json::json!({"token": SETUP_TOKEN, "account": "office", "name": FIRST_NAME, "password": PASSWORD});
            server.public().post("/api/v1/setup", &first).expect(201);
            prepared.iter().for_each(PreparedStore::was_founded);
        }
        drop(prepared);
        let office = signed_in(&server, &folder.0, "office");
        Self {
            server,
            office,
            folder,
        }
    }

    /// The same office on another day: the server is killed and started again with that clock.
    #[must_use]
    pub fn on(self, clock: &str, variables: &[(&str, &str)]) -> Self {
        let place = self.server.place();
        self.again(place, clock, variables)
    }

    /// As [`Self::on`], from now on by the program in a process of its own.
    #[must_use]
    pub fn in_a_process(self, clock: &str, variables: &[(&str, &str)]) -> Self {
        self.again(Place::Process, clock, variables)
    }

    fn again(self, place: Place, clock: &str, variables: &[(&str, &str)]) -> Self {
        let Self { server, folder, .. } = self;
        server.kill();
        let (server, office) = reopen(&folder.0, place, clock, variables);
        Self {
            server,
            office,
            folder,
        }
    }

    /// What the schedules call with.
    pub fn scheduler(&self) -> Client {
        self.server.scheduler()
    }

    /// A new account of that role, signed in, its first password changed.
    pub fn staff(
        &self,
        account: &str,
        role: &str,
        towns: &[&str],
        cadre_no: Option<&str>,
    ) -> Client {
        self.knows(towns);
        let new = serde_json::json!({"account": account, "name": account, "role": role, "towns": towns, "cadre_no": cadre_no});
        self.first_sign_in(account, &new)
    }

    /// A department by its full name, and somebody of it who is signed in.
    pub fn department(&self, account: &str, name: &str) -> Client {
        let new = serde_json::json!({"kind": "department", "name": name});
        let made = self.office.post("/api/v1/organisations", &new).expect(201);
        let new = serde_json::json!({"account": account, "name": account, "role": "department", "organisation": made["id"]});
        self.first_sign_in(account, &new)
    }

    /// Makes an account, whose person then signs in with a password of their own.
    fn first_sign_in(&self, account: &str, new: &serde_json::Value) -> Client {
        let made = self.office.post("/api/v1/staff", new).expect(201);
        if let Some(prepared) = PreparedStore::open(&self.server, &self.folder.0) {
            prepared.has_chosen_its_password(account);
            return prepared.signed_in(account);
        }
        let first = made["initial_password"].as_str().unwrap().to_owned();
        let client = self.server.public().signed_in(account, &first);
        let change = serde_json::json!({"current": first, "new": PASSWORD});
        client.post("/api/v1/session/password", &change).expect(204);
        self.server.public().signed_in(account, PASSWORD)
    }

    /// The housekeeping of a night.
    pub fn night(&self) {
        let bearer = format!("Bearer {SCHEDULER_TOKEN}");
        let scheduler = self.server.public().with("authorization", &bearer);
        let nothing = serde_json::json!({});
        scheduler
            .post("/internal/housekeeping", &nothing)
            .expect(200);
    }

    /// Registers towns, or confirms those that a roster has named.
    pub fn knows(&self, towns: &[&str]) {
        for town in towns {
            let new = serde_json::json!({"kind": "town", "name": town});
            let status = self.office.post("/api/v1/places", &new).status;
            assert!([201, 409].contains(&status), "{town}: {status}");
        }
    }

    /// Confirms all towns that rosters have named.
    pub fn knows_its_towns(&self) {
        let path = "/api/v1/places?kind=town&standing=unconfirmed&limit=200";
        let found = self.office.get(path).expect(200);
        let ids: Vec<(&str, &str)> = found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|place| ("id", place["id"].as_str().unwrap()))
            .collect();
        let form = serde_urlencoded::to_string(ids).unwrap();
        assert_eq!(self.office.form("/places/confirm", &form).status, 303);
    }

    /// The four sample rosters, their towns confirmed.
    pub fn with_sample(self) -> Self {
        for kind in ["enterprises", "cadres", "assignments", "visits"] {
            self.office.import(kind, &sample(kind)).expect(200);
        }
        self.knows_its_towns();
        self
    }
}

impl Default for Office {
    fn default() -> Self {
        Self::new()
    }
}

fn with_tokens<'v>(variables: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    let mut all = vec![
        ("setup_token", SETUP_TOKEN),
        ("scheduler_token", SCHEDULER_TOKEN),
    ];
    all.extend_from_slice(variables);
    all
}

/// Starts on what an earlier office left in `folder`, and signs its first account in.
pub fn reopen(
    folder: &Path,
    place: Place,
    clock: &str,
    variables: &[(&str, &str)],
) -> (Server, Client) {
    let all = with_tokens(variables);
    let options = Options {
        variables: &all,
        clock: Some(clock),
        ..Options::default()
    };
    let server = Server::begin(place, folder, &options);
    let office = signed_in(&server, folder, "office");
    (server, office)
}

fn signed_in(server: &Server, folder: &Path, account: &str) -> Client {
    match PreparedStore::open(server, folder) {
        Some(prepared) => prepared.signed_in(account),
        None => server.public().signed_in(account, PASSWORD),
    }
}
