//! `allowed_outbound_hosts`: where a component may send a request.

use crate::variables::{VariableError, Variables};
use http::Uri;
use std::sync::Arc;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request};

#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("allowed_outbound_hosts: `{0}` is not scheme://host[:port]")]
    Malformed(String),
    #[error("allowed_outbound_hosts: `{0}` is not supported by the embedded runtime")]
    Unsupported(String),
    #[error(transparent)]
    Variable(#[from] VariableError),
}

#[derive(Debug, PartialEq)]
struct AllowedHost {
    /// None is any.
    scheme: Option<String>,
    host: Host,
    /// None is any.
    port: Option<u16>,
}

#[derive(Debug, PartialEq)]
enum Host {
    Any,
    /// `*.example.org`, kept as `.example.org`.
    Under(String),
    Named(String),
}

#[derive(Debug, Default)]
pub struct AllowedHosts(Vec<AllowedHost>);

impl AllowedHosts {
    /// Reads the manifest's list. An entry whose host is an unset variable (`https://{{ dingtalk_host }}`) allows nothing.
    pub fn parse(entries: &[String], variables: &Variables) -> Result<Self, OutboundError> {
        let mut hosts = Vec::new();
        for entry in entries {
            let filled = variables.fill(entry)?;
            let (scheme, rest) = filled
                .split_once("://")
                .ok_or_else(|| OutboundError::Malformed(filled.clone()))?;
            if rest.is_empty() || rest.starts_with(':') {
                continue;
            }
            if rest == "self" || rest.ends_with(".spin.internal") {
                return Err(OutboundError::Unsupported(filled));
            }
            hosts.push(
                AllowedHost::parse(scheme, rest)
                    .ok_or_else(|| OutboundError::Malformed(filled.clone()))?,
            );
        }
        Ok(Self(hosts))
    }

    fn allow(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return false;
        };
        let port = uri.port_u16().or_else(|| default_port(scheme));
        self.0.iter().any(|allowed| {
            allowed.scheme.as_deref().is_none_or(|only| only == scheme)
                && allowed.port.is_none_or(|only| Some(only) == port)
                && match &allowed.host {
                    Host::Any => true,
                    Host::Under(suffix) => host.to_ascii_lowercase().ends_with(suffix.as_str()),
                    Host::Named(name) => host.eq_ignore_ascii_case(name),
                }
        })
    }
}

impl AllowedHost {
    fn parse(scheme: &str, rest: &str) -> Option<Self> {
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@']) {
            return None;
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, "*")) => (host, None),
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (
                rest,
                if scheme == "*" {
                    None
                } else {
                    Some(default_port(scheme)?)
                },
            ),
        };
        let host = match host {
            "*" => Host::Any,
            _ => match host.strip_prefix('*') {
                Some(suffix) if suffix.starts_with('.') => Host::Under(suffix.to_ascii_lowercase()),
                Some(_) => return None,
                None => Host::Named(host.to_owned()),
            },
        };
        let scheme = (scheme != "*").then(|| scheme.to_owned());
        Some(Self { scheme, host, port })
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Every request that an instance sends passes here.
pub struct Hooks {
    pub grants: Arc<super::Grants>,
}

type SentRequest = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<SentRequest, Error>> + Send> {
        if !self.grants.outbound.allow(request.uri()) {
            tracing::warn!(
                component = self.grants.component,
                host = request.uri().host().unwrap_or(""),
                "a request was refused: its host is not in allowed_outbound_hosts"
            );
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        Box::new(async move {
            use http_body_util::BodyExt as _;
            let (response, io) = default_send_request(request, options).await?;
            let io: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(io);
            Ok((response.map(|body| body.boxed_unsync()), io))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    fn allows(entry: &str, uri: &str) -> bool {
        AllowedHosts::parse(&[entry.to_owned()], &Variables::default())
            .unwrap()
            .allow(&uri.parse().unwrap())
    }

    #[test]
    fn scheme_host_and_port_must_all_fit() {
        assert!(allows("https://example.org", "https://example.org/x"));
        assert!(!allows("https://example.org", "http://example.org/"));
        assert!(!allows("https://example.org", "https://example.org:8443/"));
        assert!(!allows("https://example.org", "https://evil-example.org/"));
        assert!(allows(
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/feed"
        ));
    }

    #[test]
    fn stars_stand_for_any_scheme_subdomain_or_port() {
        assert!(allows("*://example.org:*", "http://example.org:81/"));
        assert!(allows("https://*.example.org", "https://a.example.org/"));
        assert!(!allows("https://*.example.org", "https://example.org/"));
    }

    #[test]
    fn an_unset_host_allows_nothing_and_a_malformed_one_is_refused() {
        assert!(!allows("https://", "https://example.org/"));
        assert!(AllowedHosts::parse(&["example.org".into()], &Variables::default()).is_err());
        assert!(AllowedHosts::parse(&["http://self".into()], &Variables::default()).is_err());
    }
}
