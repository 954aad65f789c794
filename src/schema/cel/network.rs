//! Addresses, networks and URLs: `k8s.io/apiserver`, `pkg/cel/library`, `ip.go`, `cidr.go` and `urls.go`.

use std::any::Any;
use std::net::IpAddr;

use cel::common::types::Type;
use cel::common::value::{StaticVal, Val};

pub(super) static IP: Type = Type::new_unspecified_type("net.IP");
pub(super) static CIDR: Type = Type::new_unspecified_type("net.CIDR");
pub(super) static URL: Type = Type::new_unspecified_type("kubernetes.URL");

/// An address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ip(pub(super) IpAddr);

impl Ip {
    /// Reads an address; like the server, no IPv4 address in the spelling of IPv6, and no zone.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let address: IpAddr = text.parse().ok()?;
        let mapped = matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some());
        (!mapped).then_some(Self(address))
    }

    /// 4 or 6.
    pub(super) fn family(&self) -> i64 {
        if self.0.is_ipv4() { 4 } else { 6 }
    }

    /// 224.0.0.0/24 and ff02::/16.
    pub(super) fn is_link_local_multicast(&self) -> bool {
        match self.0 {
            IpAddr::V4(address) => address.octets()[..3] == [224, 0, 0],
            IpAddr::V6(address) => address.segments()[0] & 0xFF0F == 0xFF02,
        }
    }

    /// 169.254.0.0/16 and fe80::/10.
    pub(super) fn is_link_local_unicast(&self) -> bool {
        match self.0 {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.segments()[0] & 0xFFC0 == 0xFE80,
        }
    }

    /// What Go's `IsGlobalUnicast` says: private networks are among them.
    pub(super) fn is_global_unicast(&self) -> bool {
        let broadcast = matches!(self.0, IpAddr::V4(address) if address.is_broadcast());
        !(broadcast
            || self.0.is_unspecified()
            || self.0.is_loopback()
            || self.0.is_multicast()
            || self.is_link_local_unicast())
    }

    fn bits(&self) -> u128 {
        match self.0 {
            IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
            IpAddr::V6(address) => u128::from(address),
        }
    }
}

/// A network, with the address as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    pub(super) ip: Ip,
    pub(super) prefix: u8,
}

impl Cidr {
    /// Reads `10.0.0.0/8`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let plain = prefix.bytes().all(|byte| byte.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
        let ip = Ip::parse(address)?;
        let longest = if ip.0.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.parse().ok().filter(|prefix| plain && *prefix <= longest)?;
        Some(Self { ip, prefix })
    }

    fn mask(&self) -> u128 {
        u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0)
    }

    /// Whether the address is in the network.
    pub(super) fn contains_ip(&self, ip: &Ip) -> bool {
        self.ip.family() == ip.family() && (self.ip.bits() ^ ip.bits()) & self.mask() == 0
    }

    /// Whether all of the other network is in this one.
    pub(super) fn contains(&self, other: &Self) -> bool {
        other.prefix >= self.prefix && self.contains_ip(&other.ip)
    }

    /// The network with the first of its addresses.
    pub(super) fn masked(&self) -> Self {
        let bits = self.ip.bits() & self.mask();
        let address = match self.ip.0 {
            IpAddr::V4(_) => IpAddr::V4(u32::try_from(bits >> 96).unwrap_or_default().into()),
            IpAddr::V6(_) => IpAddr::V6(bits.into()),
        };
        Self { ip: Ip(address), prefix: self.prefix }
    }
}

/// An absolute URL or path, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) path: String,
}

impl Url {
    /// Reads what Go's `url.ParseRequestURI` takes: a URL with a scheme, or a path from the root.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.chars().any(|c| c.is_control() || c == ' ') {
            return None;
        }
        let path_of = |rest: &str| rest.split(['?', '#']).next().unwrap_or_default().to_owned();
        if text.starts_with('/') {
            return Some(Self { scheme: String::new(), host: String::new(), path: path_of(text) });
        }
        let (scheme, rest) = text.split_once(':')?;
        let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        if !valid {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let Some(rest) = rest.strip_prefix("//") else {
            // Opaque, such as `mailto:`; a request's URI has a path.
            return rest.starts_with('/').then(|| Self { scheme, host: String::new(), path: path_of(rest) });
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_owned();
        let url = Self { scheme, host, path: path_of(rest) };
        url.port().bytes().all(|byte| byte.is_ascii_digit()).then_some(url)
    }

    /// The host without its port and brackets.
    pub(super) fn hostname(&self) -> &str {
        match self.host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => self.host.split(':').next().unwrap_or_default(),
        }
    }

    /// The port as written, or nothing.
    pub(super) fn port(&self) -> &str {
        let after = self.host.rsplit_once(']').map_or(self.host.as_str(), |(_, after)| after);
        after.split_once(':').map_or("", |(_, port)| port)
    }
}

/// A value of its own type, which equals its like.
macro_rules! value {
    ($type:ident, $static:ident) => {
        impl Val for $type {
            fn get_type(&self) -> &Type {
                &$static
            }

            fn cel_type() -> &'static Type {
                &$static
            }

            fn equals(&self, other: &dyn Val) -> bool {
                other.downcast_ref::<Self>() == Some(self)
            }

            fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
                Box::new(self.clone())
            }

            fn as_any(&self) -> Option<&dyn Any> {
                Some(self)
            }
        }

        impl StaticVal for $type {}
    };
}

value!(Ip, IP);
value!(Cidr, CIDR);
value!(Url, URL);
