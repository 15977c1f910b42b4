//! The origin of a request: its address, and the account or address whose limits count.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use super::App;

/// The address that a request comes from. Of an IPv6 address only the network counts: a household has
/// 2⁶⁴ of them.
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
    /// The address that a request comes from; `None` where it came over no connection.
    pub fn of(headers: &HeaderMap, extensions: &Extensions, app: &App) -> Option<Self> {
        let forwarded = app.options.trust_proxy.client(headers);
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let address = forwarded.or(peer.map(|c| c.0.ip()));
        address.map(|address| Self(network(address)))
    }
}

/// Whose allowance a request uses: the account's, where it carries a good credential, else that of the
/// network it comes from. An office and a proxy are one address, so an account has an allowance of its
/// own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The name of an account.
    Account(String),
    /// The address of somebody without an account, as in [`ClientAddress`].
    Address(IpAddr),
}

/// The network of an address, as far as it is that of one household or office.
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
    fn a_household_is_one_address() {
        let one: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2::99".parse().unwrap();
        assert_eq!(network(one), network(other));
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(network(mapped), IpAddr::from([10, 0, 0, 1]));
    }
}
