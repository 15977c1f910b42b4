//! The origin of a request: its address, and the account or address whose limits it uses.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use super::App;

/// The address that a request comes from. For IPv6 only the network part counts, because one household has 2⁶⁴
/// addresses.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let address = Self::of(&parts.headers, &parts.extensions, app);
        Ok(address.unwrap_or_default())
    }
}

/// The unspecified address, for requests that came over no connection.
impl Default for ClientAddress {
    fn default() -> Self {
        Self(IpAddr::V6(Ipv6Addr::UNSPECIFIED))
    }
}

impl ClientAddress {
    /// The address that a request comes from; `None` if it came over no connection.
    pub fn of(headers: &HeaderMap, extensions: &Extensions, app: &App) -> Option<Self> {
        let forwarded = app.options.trust_proxy.client(headers);
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let address = forwarded.or(peer.map(|c| c.0.ip()));
        address.map(|address| Self(network(address)))
    }
}

/// Whose limits a request uses: those of the account if it has a valid credential, otherwise those of its
/// network. Offices and proxies share one address, so accounts have their own limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The name of an account.
    Account(String),
    /// The address of a client without an account, as in [`ClientAddress`].
    Address(IpAddr),
}

/// The network part of an address: what one household or office shares.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(a) => {
            let [a, b, c, d, ..] = a.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_a_household_count_as_one() {
        let one: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2::99".parse().unwrap();
        assert_eq!(network(one), network(other));
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(network(mapped), IpAddr::from([10, 0, 0, 1]));
    }
}
