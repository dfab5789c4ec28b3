//! The two sides: this program, and the native service as a process of its own.

use crate::Scale;
use crate::client::{Load, drive};
use crate::figures::Rounds;
use crate::peer::{SCHEMA, open};
use rusqlite::Connection;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tests::{Client, Server};

/// The peer, ended when dropped.
pub struct Native {
    child: Child,
    pub address: SocketAddr,
}

impl Native {
    /// Starts on a new database in `folder` that `fill` has filled.
    pub fn start(folder: &Path, fill: impl FnOnce(&mut Connection)) -> Self {
        let file = folder.join("peer.db");
        let mut database = open(&file).unwrap();
        database.execute_batch(SCHEMA).unwrap();
        fill(&mut database);
        drop(database);
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["peer", &address.to_string()])
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, address }
    }

    pub fn client(&self) -> Client {
        Client::to(&format!("http://{}", self.address))
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn address(server: &Server) -> SocketAddr {
    server
        .base
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap()
}

/// Both sides in turn, after a warm-up of each: requests a second.
pub fn in_turn(
    scale: &Scale,
    connections: usize,
    status: u16,
    ours: (SocketAddr, &dyn Fn(u64) -> Vec<u8>),
    peers: (SocketAddr, &dyn Fn(u64) -> Vec<u8>),
) -> Rounds {
    let rate = |(address, request): (SocketAddr, &dyn Fn(u64) -> Vec<u8>), time: Duration| {
        let load = Load {
            connections,
            time,
            request,
            status,
        };
        drive(address, &load)
    };
    rate(ours, scale.time / 3);
    rate(peers, scale.time / 3);
    let mut rounds = Rounds::default();
    for _ in 0..scale.rounds {
        rounds.ours.push(rate(ours, scale.time));
        rounds.peers.push(rate(peers, scale.time));
    }
    rounds
}
