//! Whose `X-Forwarded-For` is believed: the variable `trusted_proxies`, a list of addresses and networks.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

#[derive(Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

#[derive(Debug, thiserror::Error)]
#[error("trusted_proxies: `{0}` is neither an address nor a network")]
pub struct ProxyError(String);

impl TrustedProxies {
    /// Reads addresses and networks (`10.0.0.0/8`), separated by commas or spaces.
    pub fn parse(list: &str) -> Result<Self, ProxyError> {
        list.split([',', ' '])
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                entry
                    .parse::<IpNet>()
                    .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
                    .map_err(|_| ProxyError(entry.to_owned()))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0
            .iter()
            .any(|network| network.contains(&address.to_canonical()))
    }

    /// The client's address: the last one in the chain that no trusted proxy vouches past. Port 0 where only a proxy knows it.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.trusts(peer.ip()) {
            return peer;
        }
        let chain = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect::<Vec<_>>()
            .join(",");
        let mut client = peer;
        for hop in chain.rsplit(',').map(str::trim) {
            let Ok(address) = hop.parse::<IpAddr>() else {
                break;
            };
            client = SocketAddr::new(address, 0);
            if !self.trusts(address) {
                break;
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let proxies = TrustedProxies::parse(trusted).unwrap();
        proxies
            .client(peer.parse().unwrap(), &headers)
            .ip()
            .to_string()
    }

    #[test]
    fn nobody_is_believed_unless_named() {
        assert_eq!(client("", "10.0.0.1:5", "1.2.3.4"), "10.0.0.1");
    }

    #[test]
    fn the_last_address_that_no_proxy_vouches_past_is_the_client() {
        assert_eq!(
            client("10.0.0.0/8", "10.0.0.1:5", "6.6.6.6, 1.2.3.4, 10.0.0.2"),
            "1.2.3.4"
        );
        assert_eq!(client("10.0.0.1", "10.0.0.1:5", "nonsense"), "10.0.0.1");
    }
}
