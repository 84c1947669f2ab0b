//! Config vars that lead to the source in a spelling that the source's own URL does not show: another
//! name of the host, the primary, a pooler. Each PostgreSQL URL is opened to see which database it is.

use crate::config::Environment;
use crate::postgres::{SourceUrl, TargetUrl};
use crate::record::{self, Origin};
use std::time::Duration;

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
/// came from.
pub(super) async fn reaching(
    environment: &Environment,
    target: &TargetUrl,
    hidden: &[String],
    origins: &[Origin],
) -> Reaching {
    let questions = environment
        .variables()
        .filter(|(name, value)| {
            value.contains("://") && !hidden.iter().any(|hidden| hidden == name)
        })
        .filter_map(|(name, value)| {
            let value = value.strip_prefix("jdbc:").unwrap_or(value);
            let url = SourceUrl::parse(value).ok()?;
            (!url.0.is_same_place(&target.0)).then_some((name, url))
        })
        .map(async |(name, url)| (name, ask(&url, origins).await));
    let mut reaching = Reaching::default();
    for (name, answer) in futures_util::future::join_all(questions).await {
        match answer {
            Answer::Source => reaching.source.push(name.to_owned()),
            Answer::Silent => reaching.silent.push(name.to_owned()),
            Answer::Other => {}
        }
    }
    reaching
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
