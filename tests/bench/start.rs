//! Start to first answer, memory at rest and under load, and whether it grows.

use crate::client::{Load, drive, get};
use crate::figures::{alone, median, millis};
use crate::sides::address;
use crate::{Scale, documents};
use std::time::Instant;
use tests::{Office, Options, Server};

pub fn measure(scale: &Scale) {
    let Office { server, folder, .. } = documents::with_list(scale.entries);
    server.stop();
    let variables = [("scheduler_token", tests::SCHEDULER_TOKEN)];
    let options = Options {
        variables: &variables,
        ..Options::default()
    };
    let mut first = Vec::new();
    let mut rest = Vec::new();
    for _ in 0..scale.rounds {
        let began = Instant::now();
        let server = Server::start_in(&folder.0, &options);
        assert_eq!(server.public().get("/lists/red").status, 200);
        first.push(millis(began.elapsed()));
        rest.push(server.memory().0 as f64);
        server.stop();
    }
    alone(
        "start to first answer, warm",
        &format!("{:.0} ms", median(&first)),
        "about 300 ms",
    );
    alone(
        "memory at rest, all functions loaded",
        &format!("{:.0} MiB", median(&rest)),
        "about 120 MiB",
    );
}

/// Pages of several functions, past the cache, over and over.
pub fn growth(scale: &Scale) {
    const PATHS: [&str; 5] = [
        "/lists/red",
        "/sign-in",
        "/look-up",
        "/complaints",
        "/license-outreach/check",
    ];
    let office = documents::with_list(scale.entries);
    let tenth = scale.requests / 10;
    let mut told = Vec::new();
    for _ in 0..10 {
        let mut left = tenth;
        while left > 0 {
            let load = Load {
                connections: 32,
                time: std::time::Duration::from_secs(1),
                request: &|number| {
                    get(
                        PATHS[number as usize % PATHS.len()],
                        "cookie: past=cache\r\n",
                    )
                },
                status: 200,
            };
            let rate = drive(address(&office.server), &load);
            left = left.saturating_sub(rate as u64);
        }
        told.push(office.server.memory().0.to_string());
    }
    alone(
        &format!("memory after each tenth of {} requests", scale.requests),
        &format!("{} MiB", told.join(", ")),
        "no growth",
    );
}
