//! Which component a path belongs to, by the rules of Spin: exact paths, `:segment` and a trailing `/...`, and of several
//! that fit the most specific.

use crate::manifest::{Manifest, Route};

#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    #[error("route `{0}` must begin with `/`")]
    NotAbsolute(String),
    #[error("route `{0}`: `...` stands only at the end, after a `/`")]
    StrayWildcard(String),
    #[error("route `{route}`: {source}")]
    Conflict {
        route: String,
        source: matchit::InsertError,
    },
}

/// A route that fits, with what it is called in the manifest.
pub struct Matched<'r> {
    pub component: &'r str,
    pub route: &'r str,
}

pub struct Router {
    paths: matchit::Router<(String, String)>,
}

impl Router {
    pub fn new(manifest: &Manifest) -> Result<Self, RouteError> {
        let mut paths = matchit::Router::new();
        let mut base_paths = Vec::new();
        for trigger in manifest.http_triggers() {
            let Route::Path(route) = &trigger.route else {
                continue;
            };
            let entry = (trigger.component.clone(), route.clone());
            let conflict = |source| RouteError::Conflict {
                route: route.clone(),
                source,
            };
            let pattern = pattern(route)?;
            match pattern.strip_suffix("/...") {
                Some(base) => {
                    paths
                        .insert(format!("{base}/{{*rest}}"), entry.clone())
                        .map_err(conflict)?;
                    base_paths.push((base.to_owned(), entry));
                }
                None => paths.insert(pattern, entry).map_err(conflict)?,
            }
        }
        // `/x/...` is also `/x` and `/x/`, unless a route says exactly that.
        for (base, entry) in base_paths {
            for path in [base.clone(), format!("{base}/")] {
                if !path.is_empty() {
                    let _ = paths.insert(path, entry.clone());
                }
            }
        }
        Ok(Self { paths })
    }

    pub fn find(&self, path: &str) -> Option<Matched<'_>> {
        let (component, route) = self.paths.at(path).ok()?.value;
        Some(Matched { component, route })
    }
}

/// Spin's spelling as matchit's, the names of segments replaced by their place: two routes may name one place differently.
fn pattern(route: &str) -> Result<String, RouteError> {
    if !route.starts_with('/') {
        return Err(RouteError::NotAbsolute(route.to_owned()));
    }
    let segments: Vec<&str> = route.split('/').collect();
    let last = segments.len() - 1;
    let mut pattern = Vec::new();
    for (place, segment) in segments.into_iter().enumerate() {
        if segment == "..." && place == last {
            pattern.push("...".to_owned());
        } else if segment.contains("...") {
            return Err(RouteError::StrayWildcard(route.to_owned()));
        } else if segment.starts_with(':') {
            pattern.push(format!("{{p{place}}}"));
        } else {
            pattern.push(segment.replace('{', "{{").replace('}', "}}"));
        }
    }
    Ok(pattern.join("/"))
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
