//! The places that one connection string names, in the order in which they are tried: each host,
//! and each address of its name.

use super::error::Refusal;
use super::meaning::DEFAULT_PORT;
use super::url::{Address, Place};
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use tokio_postgres::config::{Host, LoadBalanceHosts};

impl Address {
    /// The places, or why a host's name leads nowhere. Names are resolved here and never again:
    /// what is opened later at a place reaches the same address.
    pub(super) async fn places(&self) -> Vec<Result<Place, Refusal>> {
        let (hosts, ports) = (self.config.get_hosts(), self.config.get_ports());
        let given = self.config.get_hostaddrs();
        let mut order: Vec<usize> = (0..hosts.len()).collect();
        let random = self.config.get_load_balance_hosts() == LoadBalanceHosts::Random;
        if random {
            shuffle(&mut order);
        }
        let mut places = Vec::new();
        for index in order {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
            let place = |host: &str, address| Place { host: host.to_owned(), address, port };
            match (&hosts[index], given.get(index)) {
                (Host::Unix(directory), _) => {
                    places.push(Ok(place(&directory.display().to_string(), None)));
                }
                (Host::Tcp(host), Some(address)) => places.push(Ok(place(host, Some(*address)))),
                (Host::Tcp(host), None) => match resolve(host, port).await {
                    Ok(mut addresses) => {
                        if random {
                            shuffle(&mut addresses);
                        }
                        let at = |address| Ok(place(host, Some(address)));
                        places.extend(addresses.into_iter().map(at));
                    }
                    Err(refusal) => places.push(Err(refusal)),
                },
            }
        }
        places
    }
}

async fn resolve(host: &str, port: u16) -> Result<Vec<IpAddr>, Refusal> {
    let found = tokio::net::lookup_host((host, port)).await;
    let found = found.map_err(|error| unresolved(&error.to_string()))?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found {
        if !addresses.contains(&address.ip()) {
            addresses.push(address.ip());
        }
    }
    if addresses.is_empty() {
        return Err(unresolved("the name has no address"));
    }
    Ok(addresses)
}

/// A name server that does not answer is another thing than a name that does not exist. The
/// resolver's words are all that tells them apart.
fn unresolved(said: &str) -> Refusal {
    if said.contains("Temporary failure") || said.contains("Try again") {
        Refusal::Unreachable(said.to_owned())
    } else {
        Refusal::UnknownHost(said.to_owned())
    }
}

fn shuffle<T>(all: &mut Vec<T>) {
    let state = RandomState::new();
    let mut keyed: Vec<(u64, T)> = Vec::with_capacity(all.len());
    for (index, one) in all.drain(..).enumerate() {
        keyed.push((state.hash_one(index), one));
    }
    keyed.sort_by_key(|(key, _)| *key);
    all.extend(keyed.into_iter().map(|(_, one)| one));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let address = Address::parse(text).unwrap();
        let told = |place: Result<Place, Refusal>| match place {
            Ok(Place { host, address: Some(address), port }) => format!("{host} {address} {port}"),
            Ok(Place { host, address: None, port }) => format!("{host} {port}"),
            Err(refusal) => refusal.to_string(),
        };
        runtime.block_on(address.places()).into_iter().map(told).collect()
    }

    #[test]
    fn every_host_is_a_place() {
        assert_eq!(
            places("postgres://h/d?host=127.0.0.1,/tmp,::1&port=1,2,3"),
            ["127.0.0.1 127.0.0.1 1", "/tmp 2", "::1 ::1 3"]
        );
        assert_eq!(
            places("host=db.example.com hostaddr=192.0.2.7"),
            ["db.example.com 192.0.2.7 5432"],
            "an address that is given is not looked for"
        );
        let mut random = places("host=192.0.2.1,192.0.2.2 port=7 load_balance_hosts=random");
        random.sort();
        assert_eq!(random, ["192.0.2.1 192.0.2.1 7", "192.0.2.2 192.0.2.2 7"]);
    }

    #[test]
    fn a_place_is_an_address_of_its_own() {
        let address = Address::parse(
            "postgres://ann:p%40ss@one.example.com,two.example.com:7/shop?sslmode=verify-full&\
             options=-c%20a%3Db",
        )
        .unwrap();
        let place = Place {
            host: "two.example.com".to_owned(),
            address: Some("192.0.2.2".parse().unwrap()),
            port: 7,
        };
        let pinned = address.at(&place);
        assert_eq!(pinned.display(), "ann@two.example.com:7/shop");
        assert_eq!(pinned.config.get_hostaddrs(), [place.address.unwrap()]);
        assert_eq!(pinned.config.get_password(), Some(b"p@ss".as_slice()));
        assert_eq!(pinned.config.get_options(), Some("-c a=b"));
        assert_eq!(pinned.tls, address.tls);
        let socket = Place { host: "/tmp".to_owned(), address: None, port: 5 };
        assert!(address.at(&socket).is_local_socket());
    }
}
