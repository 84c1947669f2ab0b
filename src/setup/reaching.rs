//! Config vars that lead to the source in a spelling that the source's own URL does not show: another
//! name of the host, the primary, a pooler. Each PostgreSQL address that a variable holds is opened to
//! see which database it is.

use super::shell::{LIBPQ, libpq_place, names};
use crate::config::Environment;
use crate::postgres::{Address, SourceUrl, TargetUrl, readings};
use crate::record::{self, Origin};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::net::lookup_host;

/// How long a database is waited for. One that does not answer keeps its variable.
const LIMIT: Duration = Duration::from_secs(2);

/// What the questions gave.
#[derive(Debug, Default)]
pub(super) struct Reaching {
    /// These lead to a database that the target's rows came from.
    pub(super) source: Vec<String>,
    /// These did not answer.
    pub(super) silent: Vec<String>,
}

enum Answer {
    Source,
    Other,
    Silent,
}

/// Finds what each variable leads to, except the `hidden` ones. `origins`: where the target's rows
/// came from. `source`: the address that they were read from, where it is known.
pub(super) async fn reaching(
    environment: &Environment,
    (source, target): (Option<&SourceUrl>, &TargetUrl),
    hidden: &[String],
    origins: &[Origin],
) -> Reaching {
    let is_hidden = |name: &str| hidden.iter().any(|hidden| hidden == name);
    let variables: Vec<(&str, &str)> =
        environment.variables().filter(|(name, _)| !is_hidden(name)).collect();
    // the same address may stand in many variables
    let mut places: BTreeMap<String, (SourceUrl, BTreeSet<&str>)> = BTreeMap::new();
    let mut note = |address: Address, name| {
        if !address.is_same_place(&target.0) {
            let text = address.original.expose().to_owned();
            let place = places.entry(text).or_insert_with(|| (SourceUrl(address), BTreeSet::new()));
            place.1.insert(name);
        }
    };
    for (name, value) in &variables {
        for address in Address::within(value) {
            note(address, *name);
        }
    }
    if let Some(address) = libpq_place(environment).filter(|_| !is_hidden(LIBPQ[0])) {
        note(address, LIBPQ[0]);
    }
    let questions =
        places.into_values().map(async |(url, names)| (names, ask(&url, origins).await));
    let mut reaching = Reaching::default();
    for (names, answer) in futures_util::future::join_all(questions).await {
        let names = names.into_iter().map(ToOwned::to_owned);
        match answer {
            Answer::Source => reaching.source.extend(names),
            Answer::Silent => reaching.silent.extend(names),
            Answer::Other => {}
        }
    }
    let ips = match source {
        Some(source) => ips_of(source, target).await,
        None => Vec::new(),
    };
    for (name, value) in &variables {
        let readings = readings(value);
        if ips.iter().any(|ip| readings.iter().any(|text| names(text, ip))) {
            reaching.source.push((*name).to_owned());
        }
    }
    if reaching.source.iter().any(|name| LIBPQ.contains(&name.as_str())) {
        reaching.source.extend(LIBPQ.map(ToOwned::to_owned));
    }
    reaching.source.sort();
    reaching.source.dedup();
    reaching.silent.retain(|name| !reaching.source.contains(name));
    reaching.silent.sort();
    reaching.silent.dedup();
    reaching
}

/// The addresses that the source's names stand for: neither this machine's nor the target's.
async fn ips_of(source: &SourceUrl, target: &TargetUrl) -> Vec<String> {
    let of = async |address: &Address| {
        let mut found = BTreeSet::new();
        for host in address.host_names().iter().filter(|host| !host.starts_with('/')) {
            let looked_up = tokio::time::timeout(LIMIT, lookup_host((host.as_str(), 0))).await;
            if let Ok(Ok(addresses)) = looked_up {
                found.extend(addresses.map(|address| address.ip()));
            }
        }
        found
    };
    let (of_source, of_target) = tokio::join!(of(&source.0), of(&target.0));
    let own = of_source.difference(&of_target).filter(|ip| !ip.is_loopback());
    own.map(ToString::to_string).collect()
}

async fn ask(url: &SourceUrl, origins: &[Origin]) -> Answer {
    let question = async {
        let session = match url.connect_to_ask().await {
            Ok(session) => session,
            Err(error) if error.refusal.is_an_answer() => return Answer::Other,
            Err(_) => return Answer::Silent,
        };
        match record::is_one_of(&session, origins).await {
            Ok(true) => Answer::Source,
            Ok(false) => Answer::Other,
            Err(_) => Answer::Silent,
        }
    };
    tokio::time::timeout(LIMIT, question).await.unwrap_or(Answer::Silent)
}
