//! Which addresses a server may be sent to by somebody else: those that everybody can reach anyway.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why an address is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it has no public address")]
pub(super) struct NotPublic;

/// Looks names up, and leaves out what is not public. What it says is what is connected to, so that a name cannot be another
/// address once it was looked at.
pub(super) struct PublicNames;

impl PublicNames {
    pub(super) fn shared() -> Arc<Self> {
        Arc::new(Self)
    }
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Refuses a URL whose host is written as an address that is not public; names are looked up later.
pub(super) fn check(url: &reqwest::Url) -> Result<(), NotPublic> {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) if !is_public(address) => Err(NotPublic),
        _ => Ok(()),
    }
}

/// Whether an address is one of the internet's (IANA's registries of special addresses).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = matches!(
        (a, b, c),
        // This network, private ones, loopback, everything from multicast on, link-local.
        (0 | 10 | 127 | 224.., ..) | (172, 16..=31, _) | (192, 168, _) | (169, 254, _)
        // Behind a provider's translation, for protocols, relays, measurements and documentation.
        | (100, 64..=127, _) | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18..=19, _)
        // More documentation.
        | (198, 51, 100) | (203, 0, 113)
    );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    // All that is given out lies in 2000::/3; what else there is translates, or is local.
    let [a, b, ..] = address.segments();
    let is_special = matches!(
        (a, b),
        // Protocols (Teredo too), documentation, and addresses that hold one of version 4.
        (0x2001, 0..=0x01ff | 0x0db8) | (0x3fff, 0..=0x0fff) | (0x2002, _)
    );
    (0x2000..=0x3fff).contains(&a) && !is_special
}

#[cfg(test)]
mod tests {
    use super::{check, is_public};

    #[test]
    fn only_the_internet_is_public() {
        let public = ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111"];
        for text in public {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        let special = [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "100::1",
            "fec0::1",
        ];
        for text in special {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn numbers_in_disguise_are_seen_through() {
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]:80/",
            "http://[::ffff:169.254.169.254]/",
            "https://127.1/x",
        ] {
            assert!(check(&text.parse().unwrap()).is_err(), "{text}");
        }
        for text in ["https://example.org/", "http://8.8.8.8/", "https://[2606:4700::1111]/"] {
            assert!(check(&text.parse().unwrap()).is_ok(), "{text}");
        }
    }
}
