//! A reverse proxy in front of the service: which proxies are trusted, and the public path under which clients
//! see the service.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::App;

/// The headers with which a proxy describes the client's request.
const FORWARDED: [HeaderName; 3] = [FORWARDED_FOR, super::FORWARDED_HOST, super::FORWARDED_PROTO];
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose headers `X-Forwarded-For`, `-Host` and `-Proto` are trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxies {
    /// No proxy is trusted.
    #[default]
    None,
    /// Proxies on this machine and in private networks are trusted.
    Private,
    /// The proxies in these networks are trusted.
    Listed(Vec<Network>),
}

/// A network: addresses with the same leading bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    first: u128,
    bits: u32,
}

impl FromStr for Proxies {
    type Err = String;

    /// Parses `private`, `none`, or a comma-separated list of addresses and networks.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" | "none" | "false" | "0" => Ok(Self::None),
            "private" | "true" | "1" => Ok(Self::Private),
            list => list
                .split(',')
                .map(|one| one.trim().parse())
                .collect::<Result<_, _>>()
                .map(Self::Listed),
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is not an address. Expected private, none, or addresses such as \
                 10.0.0.5,192.168.1.0/24"
            )
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let size = if address.is_ipv4() { 32 } else { 128 };
        let bits: u32 = match bits {
            Some(bits) => bits.parse().map_err(|_| wrong())?,
            None => size,
        };
        if bits > size {
            return Err(wrong());
        }
        Ok(Self {
            first: number(address),
            bits: 128 - size + bits,
        })
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let differ = self.first ^ number(address);
        differ.leading_zeros() >= self.bits
    }
}

/// An address as a number. IPv4 addresses are mapped to IPv6.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Proxies {
    /// Whether a peer is a trusted proxy.
    pub fn contains(&self, peer: IpAddr) -> bool {
        match self {
            Self::None => false,
            Self::Private => match peer.to_canonical() {
                IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
                IpAddr::V6(v6) => {
                    v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()
                }
            },
            Self::Listed(networks) => networks.iter().any(|n| n.contains(peer)),
        }
    }

    /// The address of the client in `X-Forwarded-For`. Each proxy appends the address of its peer, so the
    /// client has the last address that is not one of the listed proxies; earlier addresses may be forged. With
    /// `private` the client has the last address, because clients may have private addresses, too.
    pub fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let mut client = None;
        let values = headers.get_all(FORWARDED_FOR);
        let texts = values.iter().rev().map(|v| v.to_str().unwrap_or_default());
        for text in texts.flat_map(|t| t.rsplit(',')).map(str::trim) {
            // Some proxies append the port.
            let address = text
                .parse()
                .or_else(|_| text.parse::<SocketAddr>().map(|a| a.ip()));
            let Ok(address) = address else { break };
            client = Some(address);
            let is_ours = matches!(self, Self::Listed(_)) && self.contains(address);
            if !is_ours {
                break;
            }
        }
        client
    }
}

/// The path of a public address, without a slash at the end; empty if it has none.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    path.trim_end_matches('/')
}

impl App {
    /// Restores a request to what it would be without a proxy: removes the public path, and removes forwarding
    /// headers from untrusted peers.
    pub fn receive(&self, parts: &mut Parts) {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        if !peer.is_some_and(|peer| self.is_proxy(peer.0.ip())) {
            for name in FORWARDED {
                parts.headers.remove(name);
            }
        }
        // HTTP/2 has the host in the URI of the request.
        if !parts.headers.contains_key(header::HOST)
            && let Some(host) = parts.uri.authority()
            && let Ok(host) = HeaderValue::from_str(host.as_str())
        {
            parts.headers.insert(header::HOST, host);
        }
        if let Some(uri) = without(&parts.uri, &self.prefix) {
            parts.uri = uri;
        }
    }
}

/// A URI without the public path; `None` if there is no public path, or the URI does not begin with it because the
/// proxy has already removed it.
fn without(uri: &Uri, prefix: &str) -> Option<Uri> {
    if prefix.is_empty() {
        return None;
    }
    let whole = uri.path_and_query()?.as_str();
    let rest = whole.strip_prefix(prefix)?;
    let rest = match rest.as_bytes().first() {
        Some(b'/') => rest.to_owned(),
        None | Some(b'?') => format!("/{rest}"),
        Some(_) => return None,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(text: &str) -> Proxies {
        text.parse().unwrap()
    }

    #[test]
    fn only_listed_proxies_are_trusted() {
        let address = |text: &str| -> IpAddr { text.parse().unwrap() };
        assert!(!proxies("none").contains(address("127.0.0.1")));
        let private = proxies("private");
        for near in [
            "127.0.0.1",
            "192.168.1.9",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
        ] {
            assert!(private.contains(address(near)), "{near}");
        }
        assert!(!private.contains(address("203.0.113.9")));
        let listed = proxies("10.0.0.5, 192.168.1.0/24,2001:db8::/32");
        for (ours, is_ours) in [
            ("10.0.0.5", true),
            ("10.0.0.6", false),
            ("192.168.1.77", true),
            ("192.168.2.77", false),
            ("2001:db8::7", true),
            ("2001:db9::7", false),
        ] {
            assert_eq!(listed.contains(address(ours)), is_ours, "{ours}");
        }
        for wrong in ["10.0.0.5/33", "here", "10.0.0.0/x"] {
            assert!(wrong.parse::<Proxies>().unwrap_err().contains(wrong));
        }
    }

    #[test]
    fn only_addresses_written_by_trusted_proxies_count() {
        let mut headers = HeaderMap::new();
        let private = proxies("private");
        assert_eq!(private.client(&headers), None);
        let mut say = |text: &'static str| headers.append(FORWARDED_FOR, text.parse().unwrap());
        say("1.1.1.1");
        say("2.2.2.2, 203.0.113.9");
        let last = Some(IpAddr::from([203, 0, 113, 9]));
        assert_eq!(private.client(&headers), last);
        let before = Some(IpAddr::from([2, 2, 2, 2]));
        assert_eq!(proxies("203.0.113.0/24").client(&headers), before);
        headers.insert(FORWARDED_FOR, "203.0.113.9:4711".parse().unwrap());
        assert_eq!(private.client(&headers), last);
        headers.insert(FORWARDED_FOR, "unknown".parse().unwrap());
        assert_eq!(private.client(&headers), None);
    }

    #[test]
    fn the_public_path_is_removed_if_the_proxy_kept_it() {
        assert_eq!(path_of("https://map.example"), "");
        assert_eq!(path_of("https://map.example/"), "");
        assert_eq!(path_of("https://map.example/one/map/"), "/one/map");
        let without = |path: &str| without(&path.parse().unwrap(), "/map").map(|u| u.to_string());
        assert_eq!(without("/map/api/?f=html").unwrap(), "/api/?f=html");
        assert_eq!(without("/map").unwrap(), "/");
        assert_eq!(without("/map?lang=en").unwrap(), "/?lang=en");
        assert_eq!(without("/api/"), None);
        assert_eq!(without("/maps/api/"), None);
    }
}
