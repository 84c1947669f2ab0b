//! Heroku's Platform API: the calls that a release makes.
//!
//! <https://devcenter.heroku.com/articles/platform-api-reference>: app info and update, formation
//! list and batch update, dyno list; lists come in pages (`Range`, `Next-Range`, status 206), and
//! requests above the rate limit are answered 429.

use super::access::Access;
use super::platform_error::{Cause, PlatformError};
use crate::config::Secret;
use crate::failure::Failure;
use crate::migrate::signals::Signals;
use rustls::pki_types::CertificateDer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use ureq::http::{Method, Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body};

const ACCEPT: &str = "application/vnd.heroku+json; version=3";

/// One attempt, from the name's resolution to the answer's last byte.
const CALL_LIMIT: Duration = Duration::from_secs(10);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// The pause before the second attempt; it doubles from there.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// However long the API asks us to wait, we wait no longer between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Once a platform has told us to stop, it kills us: Heroku after 30 s.
const TIME_AFTER_STOP: Duration = Duration::from_secs(24);

/// An answer is some lines of JSON.
const LARGEST_ANSWER: u64 = 4 * 1024 * 1024;

/// Attempts of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// On the way in: a signal ends it, and what was changed is put back.
    GoingOn,
    /// On the way back: a signal only shortens it.
    PuttingBack,
}

impl Patience {
    fn attempts(self) -> u32 {
        match self {
            Patience::GoingOn => 4,
            Patience::PuttingBack => 6,
        }
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) maintenance: bool,
}

/// A process type of an app's formation.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Formation {
    #[serde(rename = "type")]
    pub(super) process_type: String,
    pub(super) quantity: u32,
    /// `standard-1X`
    pub(super) size: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Dyno {
    /// `web.1`
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) process_type: String,
    /// `starting`, `up`, `idle`, `crashed`, `down`, …
    pub(super) state: String,
}

/// A line of a formation's batch update.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub(super) struct Update {
    #[serde(rename = "type")]
    pub(super) process_type: String,
    pub(super) quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<String>,
}

#[derive(Serialize)]
struct Maintenance {
    maintenance: bool,
}

#[derive(Serialize)]
struct Updates<'a> {
    updates: &'a [Update],
}

/// What the API says of a request that it refuses.
#[derive(Deserialize)]
struct Refusal {
    id: Option<String>,
    message: Option<String>,
}

/// One app, by the API.
pub(super) struct Platform {
    agent: Agent,
    base: String,
    token: Secret,
    token_variable: String,
    /// The app's name.
    pub(super) app: String,
}

/// A request that can be sent again.
#[derive(Clone)]
struct Call {
    method: Method,
    url: String,
    body: Option<String>,
    range: Option<String>,
}

/// An answer of status 200 to 206.
struct Answer {
    text: String,
    next_range: Option<String>,
}

/// Why one attempt brought no answer, and how long the API asks us to wait.
struct Attempt {
    cause: Cause,
    retry_after: Option<Duration>,
}

impl Platform {
    /// # Errors
    /// Where the system has no root certificates.
    pub(super) fn new(access: &Access) -> Result<Self, Failure> {
        let mut config = Agent::config_builder()
            .timeout_global(Some(CALL_LIMIT))
            .timeout_connect(Some(CONNECT_LIMIT))
            .http_status_as_error(false)
            // a redirect would carry the token elsewhere
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("review-data/", env!("CARGO_PKG_VERSION")));
        if access.base.starts_with("https://") {
            config = config.tls_config(tls()?);
        } else {
            config = config.proxy(None);
        }
        Ok(Platform {
            agent: config.build().new_agent(),
            base: access.base.clone(),
            token: access.token.clone(),
            token_variable: access.token_variable.clone(),
            app: access.app.name.clone(),
        })
    }

    pub(super) async fn app(
        &self,
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<App, PlatformError> {
        let call = self.call(Method::GET, "", None);
        self.one("look at", call, patience, signals).await
    }

    pub(super) async fn set_maintenance(
        &self,
        maintenance: bool,
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<App, PlatformError> {
        let call = self.call(Method::PATCH, "", json(&Maintenance { maintenance }));
        let what = if maintenance {
            "turn maintenance mode on for"
        } else {
            "turn maintenance mode off for"
        };
        self.one(what, call, patience, signals).await
    }

    pub(super) async fn formation(
        &self,
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<Vec<Formation>, PlatformError> {
        self.all("read the formation of", "/formation", patience, signals).await
    }

    pub(super) async fn scale(
        &self,
        updates: &[Update],
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<Vec<Formation>, PlatformError> {
        let call = self.call(Method::PATCH, "/formation", json(&Updates { updates }));
        self.one("scale the dynos of", call, patience, signals).await
    }

    pub(super) async fn dynos(
        &self,
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<Vec<Dyno>, PlatformError> {
        self.all("list the dynos of", "/dynos", patience, signals).await
    }

    fn call(&self, method: Method, path: &str, body: Option<String>) -> Call {
        Call { method, url: format!("{}/apps/{}{path}", self.base, self.app), body, range: None }
    }

    /// A list, page by page.
    async fn all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<Vec<T>, PlatformError> {
        let mut call = self.call(Method::GET, path, None);
        let mut all: Vec<T> = Vec::new();
        loop {
            let answer = self.answered(what, &call, patience, signals).await?;
            all.extend(self.read::<Vec<T>>(what, &call, &answer)?);
            match answer.next_range {
                Some(range) => call.range = Some(range),
                None => return Ok(all),
            }
        }
    }

    async fn one<T: DeserializeOwned>(
        &self,
        what: &str,
        call: Call,
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<T, PlatformError> {
        let answer = self.answered(what, &call, patience, signals).await?;
        self.read(what, &call, &answer)
    }

    fn read<T: DeserializeOwned>(
        &self,
        what: &str,
        call: &Call,
        answer: &Answer,
    ) -> Result<T, PlatformError> {
        serde_json::from_str(&answer.text)
            .map_err(|error| self.error(what, call, Cause::Unreadable(error.to_string()), 1))
    }

    /// Sends until there is an answer, a bounded number of times. Every call here may be sent
    /// twice: it says what should be, not what should change. A call under way is never broken
    /// off: it might take effect after what was changed has been put back.
    async fn answered(
        &self,
        what: &str,
        call: &Call,
        patience: Patience,
        signals: &mut Signals,
    ) -> Result<Answer, PlatformError> {
        let stopped = |stop, attempts| self.error(what, call, Cause::Stopped(stop), attempts);
        let mut attempts = 0;
        let mut pause = FIRST_PAUSE;
        loop {
            if let (Patience::GoingOn, Some((stop, _))) = (patience, signals.heard()) {
                return Err(stopped(stop, attempts));
            }
            attempts += 1;
            let (agent, token, sent) = (self.agent.clone(), self.token.clone(), call.clone());
            let sent = tokio::task::spawn_blocking(move || send(&agent, &token, &sent));
            let failed = match signals.meanwhile(sent).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(failed)) => failed,
                Err(panicked) => {
                    Attempt { cause: Cause::Unreadable(panicked.to_string()), retry_after: None }
                }
            };
            let asked = failed.retry_after.unwrap_or(pause).min(LONGEST_PAUSE);
            pause *= 2;
            let until = Instant::now() + asked;
            let too_late =
                signals.heard().is_some_and(|(_, heard)| until > heard + TIME_AFTER_STOP);
            if !failed.cause.may_pass() || attempts == patience.attempts() || too_late {
                return Err(self.error(what, call, failed.cause, attempts));
            }
            match patience {
                Patience::GoingOn => {
                    signals.pause(asked).await.map_err(|stop| stopped(stop, attempts))?;
                }
                Patience::PuttingBack => {
                    signals.meanwhile(tokio::time::sleep(asked)).await;
                }
            }
        }
    }

    fn error(&self, what: &str, call: &Call, cause: Cause, attempts: u32) -> PlatformError {
        PlatformError {
            what: format!("cannot {what} {}", self.app),
            call: format!("{} {}", call.method, call.url),
            cause: Box::new(cause),
            attempts,
            app: self.app.clone(),
            token_variable: self.token_variable.clone(),
        }
    }
}

/// As for the databases: ring, and the system's root certificates.
fn tls() -> Result<TlsConfig, Failure> {
    let roots: Vec<CertificateDer<'static>> = rustls_native_certs::load_native_certs().certs;
    if roots.is_empty() {
        return Err(Failure::new(
            "Heroku's API cannot be called: this machine has no root certificates",
        )
        .because("this system has none, so nobody can tell who answers")
        .remedy("install them (package ca-certificates), or set SSL_CERT_FILE"));
    }
    let roots = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .build())
}

fn json(body: &impl Serialize) -> Option<String> {
    serde_json::to_string(body).ok()
}

/// One attempt.
fn send(agent: &Agent, token: &Secret, call: &Call) -> Result<Answer, Attempt> {
    let unsent = |reason: String| Attempt { cause: Cause::Unreachable(reason), retry_after: None };
    let mut request = Request::builder()
        .method(call.method.clone())
        .uri(&call.url)
        .header("Accept", ACCEPT)
        .header("Authorization", format!("Bearer {}", token.expose()));
    if let Some(range) = &call.range {
        request = request.header("Range", range);
    }
    let answer = match &call.body {
        Some(body) => request
            .header("Content-Type", "application/json")
            .body(body.as_str())
            .map_err(ureq::Error::from)
            .and_then(|request| agent.run(request)),
        None => request.body(()).map_err(ureq::Error::from).and_then(|request| agent.run(request)),
    };
    let mut answer = answer.map_err(|error| unsent(error.to_string()))?;
    let next_range = header(&answer, "Next-Range").filter(|_| answer.status() == 206);
    let retry_after = header(&answer, "Retry-After").and_then(|text| text.trim().parse().ok());
    let text = answer
        .body_mut()
        .with_config()
        .limit(LARGEST_ANSWER)
        .read_to_string()
        .map_err(|error| unsent(error.to_string()))?;
    if matches!(answer.status().as_u16(), 200..=206) {
        return Ok(Answer { text, next_range });
    }
    let said = serde_json::from_str::<Refusal>(&text).ok();
    let (id, message) = said.map_or((None, None), |said| (said.id, said.message));
    Err(Attempt {
        cause: Cause::Status { status: answer.status().as_u16(), id, message },
        retry_after: retry_after.map(Duration::from_secs),
    })
}

fn header(answer: &Response<Body>, name: &str) -> Option<String> {
    answer.headers().get(name)?.to_str().ok().map(str::to_owned)
}
