//! `spin.toml`: what of a Spin manifest (version 2) this runtime honours. An unknown key, or one that Spin knows and we
//! do not support, is refused with its name and line: silence would mean that the same file behaves differently here.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("{path}: {source}")]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {source}")]
    Invalid {
        path: PathBuf,
        source: Box<toml::de::Error>,
    },
    #[error("{path}: {reason}")]
    Refused { path: PathBuf, reason: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    spin_manifest_version: u32,
    pub application: Application,
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    trigger: Triggers,
    #[serde(default)]
    pub component: BTreeMap<String, Component>,
    /// The folder that the manifest's paths are relative to.
    #[serde(skip)]
    pub root: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    dead_code,
    reason = "read by Spin; known here so that they are not refused"
)]
pub struct Application {
    pub name: String,
    version: Option<String>,
    description: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
}

/// `default`, or `required`; never both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub default: Option<String>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub secret: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Triggers {
    #[serde(default)]
    http: Vec<HttpTrigger>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTrigger {
    #[allow(dead_code, reason = "for people")]
    id: Option<String>,
    pub route: Route,
    pub component: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a route is a path, or { private = true }")]
pub enum Route {
    Path(String),
    Private(Private),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Private {
    pub private: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    #[allow(dead_code, reason = "for people")]
    description: Option<String>,
    pub source: PathBuf,
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    pub key_value_stores: Vec<String>,
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    pub build: Option<Build>,
    #[serde(default)]
    pub tool: Tool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    pub command: Command,
    pub workdir: Option<PathBuf>,
    #[serde(default)]
    pub watch: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a build command is a string, or a list of strings"
)]
pub enum Command {
    One(String),
    Several(Vec<String>),
}

impl Command {
    pub fn lines(&self) -> &[String] {
        match self {
            Self::One(line) => std::slice::from_ref(line),
            Self::Several(lines) => lines,
        }
    }
}

/// `[component.X.tool]`, which Spin ignores: what only the embedded runtime knows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    #[serde(default)]
    pub schedule: BTreeMap<String, Schedule>,
    #[serde(default)]
    pub limits: Limits,
    /// The page of the very first visit: it answers 200 until there is an account, and never again.
    pub first_start: Option<String>,
}

/// A cron expression of five fields, in China time, and the path that is called with POST.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    pub cron: String,
    pub path: String,
}

/// What one request may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Memory of one instance, in MiB.
    pub memory_mib: u32,
    /// From the first byte of the request to the last of the response, in seconds.
    pub request_seconds: u32,
    /// The request's body, in MiB.
    pub body_mib: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 256,
            request_seconds: 30,
            body_mib: 128,
        }
    }
}

/// The most memory that `[component.X.tool.limits]` may ask for: what a slot of the pool reserves.
pub const MAX_MEMORY_MIB: u32 = 1024;

impl Manifest {
    /// Reads and checks the manifest at `path`.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path).map_err(|source| ManifestError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let mut manifest = Self::parse(&text, path)?;
        manifest.root = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned();
        Ok(manifest)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text).map_err(|source| ManifestError::Invalid {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        manifest.check().map_err(|(needle, reason)| {
            let line = text
                .lines()
                .position(|line| line.contains(&needle))
                .map_or_else(String::new, |at| format!("line {}: ", at + 1));
            ManifestError::Refused {
                path: path.to_owned(),
                reason: format!("{line}{reason}"),
            }
        })?;
        Ok(manifest)
    }

    /// What serde cannot see. The error is the text to look for in the file, and the reason.
    fn check(&self) -> Result<(), (String, String)> {
        if self.spin_manifest_version != 2 {
            return Err((
                "spin_manifest_version".into(),
                format!(
                    "spin_manifest_version {} is not supported, only 2",
                    self.spin_manifest_version
                ),
            ));
        }
        for (name, variable) in &self.variables {
            if variable.required == variable.default.is_some() {
                return Err((
                    name.clone(),
                    format!("variable `{name}` must have either `default` or `required = true`"),
                ));
            }
        }
        for trigger in &self.trigger.http {
            if !self.component.contains_key(&trigger.component) {
                return Err((
                    format!("\"{}\"", trigger.component),
                    format!("no component is named `{}`", trigger.component),
                ));
            }
            if matches!(&trigger.route, Route::Private(private) if !private.private) {
                return Err((
                    "private".into(),
                    "a route is a path, or { private = true }".into(),
                ));
            }
        }
        for (name, component) in &self.component {
            let kinds = [
                ("sqlite_databases", &component.sqlite_databases),
                ("key_value_stores", &component.key_value_stores),
            ];
            for (key, names) in kinds {
                if let Some(other) = names.iter().find(|name| *name != "default") {
                    return Err((
                        format!("\"{other}\""),
                        format!(
                            "{key} of `{name}`: the embedded runtime has one store, `default`, and not `{other}`"
                        ),
                    ));
                }
            }
            if component.tool.limits.memory_mib > MAX_MEMORY_MIB {
                return Err((
                    "memory_mib".into(),
                    format!("memory_mib of `{name}` is more than {MAX_MEMORY_MIB}"),
                ));
            }
        }
        Ok(())
    }

    pub fn http_triggers(&self) -> &[HttpTrigger] {
        &self.trigger.http
    }

    /// A component's .wasm file.
    pub fn source(&self, component: &Component) -> PathBuf {
        self.root.join(&component.source)
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
