//! `cargo run --release -p bench`: this program and a native service side by side, driven in turn by one client. It asserts nothing
//! but that every answer is the expected one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on says so"
)]

mod client;
mod district;
mod documents;
mod figures;
mod filings;
mod import;
mod owing;
mod peer;
mod register;
mod search;
mod sides;
mod sizes;
mod start;
mod sweep;

use clap::{Parser, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Parser)]
struct Cli {
    /// What to measure; all of it where nothing is named
    sections: Vec<Section>,
    /// Little data and short rounds: whether it runs, not what it says
    #[arg(long)]
    quick: bool,
    /// Rounds of each side, in turn
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Seconds of a round
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    #[command(subcommand)]
    peer: Option<Peer>,
}

#[derive(clap::Subcommand)]
enum Peer {
    /// The native service, as this program starts it
    #[command(hide = true)]
    Peer { listen: SocketAddr, file: PathBuf },
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Section {
    Documents,
    Filings,
    Search,
    Import,
    Sweep,
    Register,
    Start,
    Growth,
    Sizes,
}

/// How much of everything.
pub struct Scale {
    pub rounds: usize,
    pub time: Duration,
    pub entries: usize,
    pub searched: usize,
    pub imported: usize,
    pub obligations: usize,
    pub requests: u64,
}

fn main() {
    let cli = Cli::parse();
    if let Some(Peer::Peer { listen, file }) = cli.peer {
        return peer::serve(listen, file);
    }
    let scale = match cli.quick {
        true => Scale {
            rounds: 2,
            time: Duration::from_millis(200),
            entries: 60,
            searched: 500,
            imported: 500,
            obligations: 2_000,
            requests: 5_000,
        },
        false => Scale {
            rounds: cli.rounds,
            time: Duration::from_secs_f64(cli.seconds),
            entries: 500,
            searched: 200_000,
            imported: 20_000,
            obligations: 1_000_000,
            requests: 1_000_000,
        },
    };
    let asked = |section| cli.sections.is_empty() || cli.sections.contains(&section);
    figures::heading();
    if asked(Section::Documents) {
        documents::measure(&scale);
    }
    if asked(Section::Filings) {
        filings::measure(&scale);
    }
    if asked(Section::Search) {
        search::measure(&scale);
    }
    if asked(Section::Import) {
        import::measure(&scale);
    }
    if asked(Section::Sweep) {
        sweep::measure(&scale);
    }
    if asked(Section::Register) {
        register::measure(&scale);
    }
    if asked(Section::Start) {
        start::measure(&scale);
    }
    if asked(Section::Growth) {
        start::growth(&scale);
    }
    if asked(Section::Sizes) {
        sizes::measure();
    }
}
