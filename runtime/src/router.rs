//! Which component a path belongs to, by the rules of Spin: exact paths, `:segment` and a trailing `/...`, and of several
//! that fit the most specific.

use crate::manifest::{Manifest, Route};

#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    #[error("route `{0}` must begin with `/`")]
    NotAbsolute(String),
    #[error("route `{0}`: `...` stands only at the end, after a `/`")]
    StrayWildcard(String),
    #[error("route `{0}` is there twice")]
    Twice(String),
}

/// One part of a route, in the order of how much it says: the derived order decides between routes that fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Exactly(String),
    /// `:segment`
    One,
    /// `...`: nothing, or anything.
    Rest,
}

struct Known {
    parts: Vec<Part>,
    component: String,
    owner: usize,
    route: String,
}

/// A route that fits, with what it is called in the manifest.
#[derive(Clone, Copy)]
pub struct RouteMatch<'r> {
    pub component: &'r str,
    pub route: &'r str,
    /// The number of the route among all.
    pub place: usize,
    /// Number of the component.
    pub owner: usize,
}

/// Routes, the most specific first.
pub struct Router(Vec<Known>);

impl Router {
    pub fn new(manifest: &Manifest) -> Result<Self, RouteError> {
        let mut known: Vec<Known> = Vec::new();
        for trigger in manifest.http_triggers() {
            let Route::Path(route) = &trigger.route else {
                continue;
            };
            let parts = parts(route)?;
            if known.iter().any(|other| other.parts == parts) {
                return Err(RouteError::Twice(route.clone()));
            }
            let owner = manifest
                .component
                .keys()
                .position(|name| *name == trigger.component);
            known.push(Known {
                parts,
                component: trigger.component.clone(),
                owner: owner.unwrap_or(usize::MAX),
                route: route.clone(),
            });
        }
        known.sort_by(|a, b| a.parts.cmp(&b.parts));
        Ok(Self(known))
    }

    pub fn find(&self, path: &str) -> Option<RouteMatch<'_>> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let place = self
            .0
            .iter()
            .position(|known| fits(&known.parts, &segments))?;
        self.at(place)
    }

    /// The route at a place that [`RouteMatch`] has told.
    pub fn at(&self, place: usize) -> Option<RouteMatch<'_>> {
        let found = self.0.get(place)?;
        Some(RouteMatch {
            component: &found.component,
            route: &found.route,
            place,
            owner: found.owner,
        })
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

fn parts(route: &str) -> Result<Vec<Part>, RouteError> {
    let path = route
        .strip_prefix('/')
        .ok_or_else(|| RouteError::NotAbsolute(route.to_owned()))?;
    let (path, rest) = match path.strip_suffix("...") {
        Some(before) if before.is_empty() || before.ends_with('/') => {
            (before.strip_suffix('/').unwrap_or(before), true)
        }
        _ => (path, false),
    };
    if path.contains("...") {
        return Err(RouteError::StrayWildcard(route.to_owned()));
    }
    let named = path.split('/').filter(|_| !(rest && path.is_empty()));
    let parts = named.map(|segment| match segment.strip_prefix(':') {
        Some(_) => Part::One,
        None => Part::Exactly(segment.to_owned()),
    });
    Ok(parts.chain(rest.then_some(Part::Rest)).collect())
}

fn fits(parts: &[Part], segments: &[&str]) -> bool {
    match (parts, segments) {
        ([], []) | ([Part::Rest], _) => true,
        ([Part::Exactly(name), parts @ ..], [segment, segments @ ..]) => {
            name == segment && fits(parts, segments)
        }
        ([Part::One, parts @ ..], [segment, segments @ ..]) => {
            !segment.is_empty() && fits(parts, segments)
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
