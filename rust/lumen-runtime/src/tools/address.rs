//! Hosts of URLs and patterns for them: compared after parsing, never as the text was written.
//!
//! The URL parser has normalised the host: lower case, punycode, IPv4 in any notation as an address. Here a trailing dot is
//! removed, and an IPv4 address inside of an IPv6 one counts as the IPv4 address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::Url;

/// A host and port of a URL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    name: Name,
    port: u16,
    /// The port is the usual one of the scheme.
    is_usual_port: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Name {
    Domain(String),
    Address(IpAddr),
}

impl Host {
    /// The host that a URL leads to.
    pub fn of(url: &Url) -> Option<Host> {
        let name = match url.host()? {
            url::Host::Domain(name) => Name::Domain(name.trim_end_matches('.').to_owned()),
            url::Host::Ipv4(address) => Name::Address(IpAddr::V4(address)),
            url::Host::Ipv6(address) => Name::Address(plain(IpAddr::V6(address))),
        };
        if matches!(&name, Name::Domain(name) if name.is_empty()) {
            return None;
        }
        let port = url.port_or_known_default()?;
        Some(Host { name, port, is_usual_port: url.port().is_none() })
    }

    /// The host with an address in the place of its name.
    pub fn at(address: IpAddr, host: &Host) -> Host {
        Host { name: Name::Address(plain(address)), ..*host }
    }

    /// Whether it is of the own machine or network, as far as the name tells.
    pub fn is_inside(&self) -> bool {
        match &self.name {
            Name::Address(address) => is_inside(*address),
            Name::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Name::Domain(name) => f.write_str(name)?,
            Name::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            Name::Address(address) => write!(f, "{address}")?,
        }
        if self.is_usual_port { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// An address, an IPv4 one inside of an IPv6 one unpacked.
pub fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return IpAddr::V4(v4);
    }
    let [a, b, c, d, e, f, high, low] = v6.segments();
    let inner = Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    // NAT64 and the deprecated compatible form lead to the IPv4 address too.
    let nat64 = [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0];
    let compatible = [a, b, c, d, e, f] == [0; 6] && u32::from(inner) > 1;
    if nat64 || compatible { IpAddr::V4(inner) } else { address }
}

/// Whether an address is of the own machine or network, or of no single machine.
pub fn is_inside(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(v4) => is_inside_v4(v4),
        IpAddr::V6(v6) => is_inside_v6(v6),
    }
}

fn is_inside_v4(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    v4.is_loopback()
        || v4.is_private()
        || v4.is_link_local()
        || v4.is_unspecified()
        || v4.is_broadcast()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || v4.octets()[..3] == [192, 0, 0]
}

fn is_inside_v6(v6: Ipv6Addr) -> bool {
    let first = v6.segments()[0];
    v6.is_loopback()
        || v6.is_unspecified()
        || v6.is_multicast()
        || first & 0xfe00 == 0xfc00
        || first & 0xffc0 == 0xfe80
        || first & 0xffc0 == 0xfec0
        // 6to4 and Teredo carry IPv4 addresses of any kind.
        || first == 0x2002
        || v6.segments()[..2] == [0x2001, 0]
}

/// `api.example.com`, `*.example.com`, `localhost:8080`, `[::1]:*`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostPattern {
    name: PatternName,
    port: Port,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum PatternName {
    Any,
    Exact(Name),
    /// `*.example.com`: names below, not the name itself.
    Below(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Port {
    Usual,
    Any,
    Exact(u16),
}

impl HostPattern {
    /// The pattern that a text means; nothing when it is none.
    pub fn parse(text: &str) -> Option<HostPattern> {
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, Some(port)),
            _ => (text, None),
        };
        let port = match port {
            None => Port::Usual,
            Some("*") => Port::Any,
            Some(port) => Port::Exact(port.parse().ok()?),
        };
        if name == "*" {
            return Some(HostPattern { name: PatternName::Any, port });
        }
        let (below, rest) = match name.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        if rest.is_empty() || rest.contains(['*', '/', '@', '?', '#', '\\', ' ', '%']) {
            return None;
        }
        let parsed = Host::of(&Url::parse(&format!("http://{rest}/")).ok()?)?;
        let name = match (below, parsed.name) {
            (true, Name::Domain(name)) => PatternName::Below(name),
            (true, Name::Address(_)) => return None,
            (false, name) => PatternName::Exact(name),
        };
        Some(HostPattern { name, port })
    }

    /// The same for every port, when it names none.
    #[must_use]
    pub fn on_any_port(mut self) -> Self {
        if self.port == Port::Usual {
            self.port = Port::Any;
        }
        self
    }

    /// Whether a host is one of the pattern's.
    pub fn fits(&self, host: &Host) -> bool {
        let port = match self.port {
            Port::Usual => host.is_usual_port,
            Port::Any => true,
            Port::Exact(port) => host.port == port,
        };
        let name = match (&self.name, &host.name) {
            (PatternName::Any, _) => true,
            (PatternName::Exact(own), name) => own == name,
            (PatternName::Below(own), Name::Domain(name)) => name
                .strip_suffix(own.as_str())
                .is_some_and(|head| head.len() > 1 && head.ends_with('.')),
            (PatternName::Below(_), Name::Address(_)) => false,
        };
        port && name
    }

    /// Whether it fits names that it does not spell out.
    pub fn is_wild(&self) -> bool {
        !matches!(self.name, PatternName::Exact(_))
    }
}
