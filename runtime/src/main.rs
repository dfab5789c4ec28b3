//! `shian`: serves the functions of `spin.toml` on one small machine.

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use shian::manifest::Manifest;
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
    up: up::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Build the functions if needed, migrate, serve, run the schedules (what happens without a command, too)
    Up(up::Options),
    /// Build the functions: each component's build command, then the code for this machine
    Build {
        #[arg(long, default_value = "spin.toml")]
        from: PathBuf,
    },
    /// A consistent copy of the data while the program runs
    Backup(BackupOptions),
    /// Put a backup back where there is no store: checks it, and says from when it is
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
    #[arg(long, default_value = ".shian")]
    data: PathBuf,
    /// Encrypt it, so that the identity behind this age recipient (age1…) alone opens it; may be said several times
    #[arg(long = "to", value_name = "AGE-RECIPIENT")]
    recipients: Vec<age::x25519::Recipient>,
}

#[derive(Args)]
struct RestoreOptions {
    /// What `shian backup` has made
    file: PathBuf,
    /// The folder that gets it; it must not hold a store
    #[arg(long, default_value = ".shian")]
    data: PathBuf,
    /// The secrets that the backup belongs to
    #[arg(long, default_value = ".shian-secrets.toml")]
    secrets: PathBuf,
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
    match cli.command {
        None => up::up(cli.up),
        Some(Command::Up(options)) => up::up(options),
        Some(Command::Build { from }) => {
            let manifest = Manifest::load(&from)?;
            build::build(&manifest, false)?;
            compiled::Functions::load(&manifest, &from.with_file_name(".shian"))?;
            Ok(())
        }
        Some(Command::Backup(options)) => {
            let copy = backup::backup(&options.data, &options.dir, &options.recipients)?;
            println!("{}", copy.display());
            Ok(())
        }
        Some(Command::Restore(options)) => put_back(options),
        Some(Command::VerifyLog { url, since }) => {
            std::process::exit(verify_log::verify(&url, since.as_deref()))
        }
    }
}

fn put_back(options: RestoreOptions) -> Result<()> {
    let RestoreOptions {
        file,
        data,
        secrets,
        identity,
    } = options;
    let restored = restore::restore(&Order {
        file,
        data,
        secrets,
        identity,
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
