//! `shian`: serves the functions of `spin.toml` on one small machine.

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use shian::manifest::Manifest;
use shian::places::Places;
use shian::restore::{self, Order};
use shian::{backup, build, compiled, up, verify_log};
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(
    name = "shian",
    version,
    about = "食安: a district food-safety office on one small machine"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    up: up::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Build the functions if needed, migrate, serve, run the schedules (what happens without a command, too)
    Up(up::Options),
    /// Build the functions: each component's build command, then the code for this machine
    Build,
    /// A consistent copy of the data while the program runs
    Backup(BackupOptions),
    /// Put a backup back into a data folder without a store, beside the secrets that it belongs to: checks it, and says from when it is
    Restore(RestoreOptions),
    /// Check the public lists against their log, and the log against a head saved earlier; prints the head to keep
    VerifyLog {
        /// Of the site, as https://example.gov.cn
        url: String,
        /// A head that an earlier run printed
        #[arg(long)]
        since: Option<PathBuf>,
    },
}

#[derive(Args)]
struct BackupOptions {
    /// The folder for the copy; it must not hold one yet
    dir: PathBuf,
    /// Encrypt it, so that the identity behind this age recipient (age1…) alone opens it; may be said several times
    #[arg(long = "to", value_name = "AGE-RECIPIENT")]
    recipients: Vec<age::x25519::Recipient>,
}

#[derive(Args)]
struct RestoreOptions {
    /// What `shian backup` has made
    file: PathBuf,
    /// The file with the age identity that opens an encrypted backup
    #[arg(long)]
    identity: Option<PathBuf>,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("SHIAN_LOG").unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    let places = cli.places;
    match cli.command {
        None => up::up(cli.up, places),
        Some(Command::Up(options)) => up::up(options, places),
        Some(Command::Build) => {
            let manifest = Manifest::load(&places.from)?;
            build::build(&manifest, false)?;
            compiled::Functions::load(&manifest, &places.from.with_file_name(".shian"))?;
            Ok(())
        }
        Some(Command::Backup(options)) => {
            let copy = backup::backup(&places.data, &options.dir, &options.recipients)?;
            println!("{}", copy.display());
            Ok(())
        }
        Some(Command::Restore(options)) => put_back(options, places),
        Some(Command::VerifyLog { url, since }) => {
            std::process::exit(verify_log::verify(&url, since.as_deref()))
        }
    }
}

fn put_back(options: RestoreOptions, places: Places) -> Result<()> {
    let restored = restore::restore(&Order {
        file: options.file,
        data: places.data,
        secrets: places.secrets,
        identity: options.identity,
    })?;
    let or = |time: Option<String>, otherwise: &str| time.unwrap_or_else(|| otherwise.to_owned());
    println!(
        "{} is restored: a backup of {}, whose last change is of {}.",
        restored.store.display(),
        or(restored.made_at, "a time that it does not say"),
        or(restored.last_change, "no time"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn where_things_lie_may_be_said_before_the_command_and_behind_it() {
        for before in [true, false] {
            let options = ["--data", "d", "--secrets", "s", "--from", "m"];
            for command in [
                &["up"][..],
                &["build"],
                &["backup", "copy"],
                &["restore", "f"],
            ] {
                let mut words = vec!["shian"];
                match before {
                    true => words.extend(options.iter().chain(command)),
                    false => words.extend(command.iter().chain(&options)),
                }
                let places = Cli::try_parse_from(&words).unwrap().places;
                assert_eq!(places.data, PathBuf::from("d"), "{words:?}");
                assert_eq!(places.secrets, PathBuf::from("s"), "{words:?}");
                assert_eq!(places.from, PathBuf::from("m"), "{words:?}");
            }
        }
        let usual = Cli::try_parse_from(["shian", "backup", "copy"])
            .unwrap()
            .places;
        assert_eq!(usual.data, PathBuf::from(".shian"));
    }
}
