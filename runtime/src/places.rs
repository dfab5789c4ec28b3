//! Where the data folder, the secrets and the manifest lie.

use clap::Args;
use std::path::PathBuf;

/// The options that say where things lie. They hold for every command, and may stand before it or behind it.
#[derive(Args, Clone)]
pub struct Places {
    /// The data folder: everything but the secrets
    #[arg(long, default_value = ".shian", global = true)]
    pub data: PathBuf,
    /// The secrets; made at the first start
    #[arg(long, default_value = ".shian-secrets.toml", global = true)]
    pub secrets: PathBuf,
    /// The manifest
    #[arg(long, default_value = "spin.toml", global = true)]
    pub from: PathBuf,
}
