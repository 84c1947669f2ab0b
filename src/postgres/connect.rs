//! Opening sessions: TLS, time limits, and the settings under which everything else runs.

use super::error::{ConnectError, Refusal};
use super::held::{self, Connected};
use super::helpers;
use super::options::{IDLE_LIMIT_SINCE, startup_options};
use super::own_session;
use super::pulse::{Listening, Pulse, Within};
use super::server::{About, Backend, Server};
use super::session::{ReadOnly, Session, Writable};
use super::silence::{self, HELP_LIMIT, QUESTION_LIMIT, Sign, Whose};
use super::spares::{self, Way};
use super::tls;
use super::tls_mode::TlsMode;
use super::url::{Address, SourceUrl, TargetUrl};
use crate::failure::Side;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_postgres::config::{SslMode, SslNegotiation, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

pub(super) const APPLICATION_NAME: &str = "review-data";

/// How long one attempt to reach one address may take, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// An idle connection is probed after this long: a router between forgets it otherwise.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// The driver's own default for keepalives, by which we see that the URL has none.
const DRIVERS_KEEPALIVE_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

/// How long the session may take to open that the first is compared with: a pooler in session mode
/// may have none left.
const SECOND_LIMIT: Duration = Duration::from_secs(5);

/// Connecting is given up after this many times the limit of one attempt: a host may have several
/// addresses.
const ATTEMPTS: u32 = 4;

/// Where an address leads to several servers, this many sessions may reach another one before we
/// give up.
pub const MOST_ELSEWHERE: u32 = 10;

/// The servers stop work for us soon after we are gone.
const CONNECTION_CHECK: (&str, &str) = ("client_connection_check_interval", "2s");

/// What the first session at a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Work,
    /// One question that any pooler passes on.
    Question,
}

impl SourceUrl {
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect(&self) -> Result<ReadOnly, ConnectError> {
        open_to_work(&self.0, Side::Source, Way::Ordinary).await.map(ReadOnly::new)
    }

    /// A session for a question of one statement. A pooler in transaction mode passes that on, so
    /// it is not looked for.
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect_to_ask(&self) -> Result<ReadOnly, ConnectError> {
        open(&self.0, Side::Source, Way::Ordinary, Purpose::Question).await.map(ReadOnly::new)
    }
}

impl ReadOnly {
    /// Where this session is, and nowhere else: the one address at which it was opened. The name is
    /// not looked up again, and TLS still compares it with the certificate.
    #[must_use]
    pub fn place(&self) -> SourceUrl {
        SourceUrl(self.session.place.clone())
    }

    /// Another session on the same server.
    ///
    /// # Errors
    /// Where the server refuses one, or the address has led to other servers each time.
    pub async fn another(&self) -> Result<ReadOnly, ConnectError> {
        let (place, first) = (self.place(), self.server());
        let mut seen: Vec<Server> = Vec::new();
        for _ in 0..MOST_ELSEWHERE {
            let session = place.connect().await?;
            let server = session.server();
            if server == first {
                return Ok(session);
            }
            if !seen.contains(&server) {
                seen.push(server);
            }
        }
        let refusal = Refusal::OtherServers { first, seen };
        Err(ConnectError { side: Side::Source, address: place.0.display(), refusal })
    }
}

impl TargetUrl {
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect(&self) -> Result<Writable, ConnectError> {
        open_to_work(&self.0, Side::Target, Way::Ordinary).await.map(Writable::new)
    }

    /// A session whose connection another process can keep open: [`Writable::take_connection`].
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub(super) async fn connect_to_hand_on(&self) -> Result<Writable, ConnectError> {
        open_to_work(&self.0, Side::Target, Way::ToHold).await.map(Writable::new)
    }
}

async fn open(
    address: &Address,
    side: Side,
    way: Way,
    purpose: Purpose,
) -> Result<Session, ConnectError> {
    let limit = connect_timeout(&address.config) * ATTEMPTS;
    let opened = match timeout(limit, Box::pin(open_somewhere(address, side, way, purpose))).await {
        Ok(opened) => opened,
        Err(_) => Err(Refusal::Silent { seconds: limit.as_secs() }),
    };
    opened.map_err(|refusal| ConnectError { side, address: address.display(), refusal })
}

/// The same for work, which may take long: whether the server still answers is watched.
async fn open_to_work(address: &Address, side: Side, way: Way) -> Result<Session, ConnectError> {
    let session = open(address, side, way, Purpose::Work).await?;
    tokio::spawn(watched(&session));
    Ok(session)
}

/// At the first of the address's places where there is a server for us.
async fn open_somewhere(
    address: &Address,
    side: Side,
    way: Way,
    purpose: Purpose,
) -> Result<Session, Refusal> {
    let limit = connect_timeout(&address.config);
    let mut last = None;
    for place in address.places().await {
        let opened = match place {
            // a server may accept, and then say nothing
            Ok(place) => {
                let opened = open_and_look_at(address.at(&place), side, way, purpose);
                let silent = Refusal::Silent { seconds: limit.as_secs() };
                timeout(limit, Box::pin(opened)).await.unwrap_or(Err(silent))
            }
            Err(refusal) => Err(refusal),
        };
        match opened {
            Ok(session) => return Ok(session),
            Err(refusal) => last = Some(refusal),
        }
    }
    Err(last.unwrap_or_else(|| Refusal::Other("it names no host".to_owned())))
}

/// At one place. The first session there is compared with a second one, so that no pooler in
/// transaction mode is taken for the server.
async fn open_and_look_at(
    address: Address,
    side: Side,
    way: Way,
    purpose: Purpose,
) -> Result<Session, Refusal> {
    let is_known = purpose == Purpose::Question || own_session::is_known(&address);
    if let Some(spare) = spares::take(&address, side, way) {
        return Ok(spare);
    }
    let first = open_at(address.clone(), side, way).await?;
    if is_known {
        return Ok(first);
    }
    // on the target a run needs one of each: one to work and one to hold the lock
    let other = match (side, way) {
        (Side::Target, Way::Ordinary) => Way::ToHold,
        _ => Way::Ordinary,
    };
    match timeout(SECOND_LIMIT, Box::pin(open_at(address, side, other))).await {
        Ok(Ok(second)) if side == Side::Target => {
            own_session::compare(&first, &second).await?;
            spares::keep(second, other);
        }
        // a source may give its reader few sessions, and pg_dump needs one
        Ok(Ok(second)) => own_session::compare_and_end(&first, second).await?,
        Ok(Err(Refusal::Pooler(pooler))) => return Err(pooler.into()),
        // a server that has no place for it cannot be looked at; what needs a second one says so
        _ => {}
    }
    Ok(first)
}

async fn open_at(address: Address, side: Side, way: Way) -> Result<Session, Refusal> {
    let mut config = address.config.clone();
    config
        .application_name(APPLICATION_NAME)
        .connect_timeout(connect_timeout(&address.config))
        .ssl_mode(match address.tls {
            _ if address.is_local_socket() => SslMode::Disable,
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa { .. } | TlsMode::VerifyFull { .. } => {
                SslMode::Require
            }
        });
    if config.get_keepalives_idle() == DRIVERS_KEEPALIVE_IDLE {
        config.keepalives_idle(KEEPALIVE_IDLE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(KEEPALIVE_INTERVAL);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(held::UNACKNOWLEDGED);
    }

    // without TLS no root certificate is needed, so it may be missing
    let unencrypted = config.get_ssl_mode() == SslMode::Disable;
    let tls = tls::connector(if unencrypted { &TlsMode::Disable } else { &address.tls })?;
    let mut server = IDLE_LIMIT_SINCE;
    let session = loop {
        config.options(startup_options(address.config.get_options(), side, server));
        let attempt = attempt(&config, &tls, way, (side, &address)).await?;
        match attempt {
            Err(error) if config.get_ssl_mode() == SslMode::Prefer && plain_may_work(&error) => {
                config.ssl_mode(SslMode::Disable);
            }
            Err(error) if server == IDLE_LIMIT_SINCE && does_not_know_a_setting(&error) => {
                server -= 1;
            }
            session => break session?,
        }
    };
    let settled = settle(&session, side).await;
    settled.map_err(|refusal| session.given_up().map_or(refusal, Refusal::Other))?;
    Ok(session)
}

/// Asks about a session whose server owes it an answer for long.
fn watched(session: &Session) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let (pulse, side, silence) = (session.pulse(), session.side(), session.silence());
    let about = (session.place.clone(), side, session.server(), session.backend());
    Box::pin(async move {
        let about = &about;
        let (place, side, server, backend) = about;
        let ask = || ask(place, *side, server, Whose::Backend(backend));
        silence::watch(pulse, *side, silence, ask).await;
    })
}

/// What a second session on this server says of another one.
async fn ask(place: &Address, side: Side, server: &Server, whose: Whose<'_>) -> Sign {
    let besides = match whose {
        Whose::Backend(backend) => Some(backend),
        Whose::Named(_) | Whose::Anybody => None,
    };
    if let Some(helper) = helpers::idle_on(side, server, besides)
        && let Ok(Ok(sign)) = timeout(HELP_LIMIT, silence::look(&helper, whose)).await
    {
        return sign;
    }
    let question = async {
        for _ in 0..MOST_ELSEWHERE {
            let second = match open(place, side, Way::Ordinary, Purpose::Question).await {
                Ok(second) => second,
                Err(error) => return Sign::of_refusal(&error.refusal),
            };
            second.set_apart();
            if second.server() == *server {
                let sign = silence::look(&second, whose).await;
                return sign.unwrap_or_else(|error| Sign::of_refusal(&Refusal::from(error)));
            }
        }
        // it was restarted, or has left this address
        Sign::Gone
    };
    let limit = QUESTION_LIMIT;
    let silent = || Sign::Silent(Refusal::Silent { seconds: limit.as_secs() }.to_string());
    timeout(limit, question).await.unwrap_or_else(|_| silent())
}

impl ReadOnly {
    /// What its server says of the session of a program that has this name; of any session at all
    /// where the names are hidden.
    pub async fn look_for(&self, name: Option<&str>) -> Sign {
        let whose = name.map_or(Whose::Anybody, Whose::Named);
        ask(&self.session.place, Side::Source, &self.server(), whose).await
    }
}

fn does_not_know_a_setting(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::UNDEFINED_OBJECT)
}

/// Over a connection of our own making, whose pulse is taken. One that another process is to keep
/// open is noted in the session. The inner error is the server's.
async fn attempt(
    config: &tokio_postgres::Config,
    tls: &MakeRustlsConnect,
    way: Way,
    place: (Side, &Address),
) -> Result<Result<Session, tokio_postgres::Error>, Refusal> {
    let connected = held::connect(config, connect_timeout(config)).await;
    let opened = match connected.map_err(|error| Refusal::Unreachable(error.to_string()))? {
        Connected::Tcp(stream, copy) => over(stream, (way, copy), config, tls, place).await?,
        Connected::Unix(stream, copy) => over(stream, (way, copy), config, tls, place).await?,
    };
    match opened {
        Ok(session) => has_wanted_attributes(&session, config).await.map(|()| Ok(session)),
        Err(error) => Ok(Err(error)),
    }
}

/// `target_session_attrs`, which the driver looks at where it opens the connection itself.
async fn has_wanted_attributes(
    session: &Session,
    config: &tokio_postgres::Config,
) -> Result<(), Refusal> {
    let writes = match config.get_target_session_attrs() {
        TargetSessionAttrs::ReadWrite => true,
        TargetSessionAttrs::ReadOnly => false,
        _ => return Ok(()),
    };
    let read_only = "select pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool";
    let row = session.row(read_only, &[]).await?;
    if row.try_get::<_, bool>(0)? == writes {
        let is = if writes { "does not allow writes" } else { "is not read-only" };
        return Err(Refusal::Unreachable(format!("the database {is}")));
    }
    Ok(())
}

async fn over<S>(
    stream: S,
    (way, copy): (Way, OwnedFd),
    config: &tokio_postgres::Config,
    tls: &MakeRustlsConnect,
    (side, place): (Side, &Address),
) -> Result<Result<Session, tokio_postgres::Error>, Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let pulse = Arc::new(Pulse::default());
    let asks_for_tls = config.get_ssl_mode() != SslMode::Disable
        && config.get_ssl_negotiation() == SslNegotiation::Postgres;
    pulse.begin(usize::from(asks_for_tls));
    let name = held::server_name(config);
    let handshake = MakeTlsConnect::<S>::make_tls_connect(&mut tls.clone(), name);
    let handshake = Within(handshake.map_err(|error| Refusal::Tls(error.to_string()))?);
    let stream = Listening::to(stream, Arc::clone(&pulse));
    Ok(config.connect_raw(stream, handshake).await.map(|(client, connection)| {
        pulse.open();
        let at = (side, place.clone());
        let mut session = Session::start((client, connection), tls.clone(), at, pulse);
        session.connection = (way == Way::ToHold).then_some(copy);
        helpers::add(&session);
        session
    }))
}

/// `prefer` tries once more without TLS where libpq does: the handshake failed, or the server has
/// no entry for encrypted connections.
fn plain_may_work(error: &tokio_postgres::Error) -> bool {
    super::error::is_tls(error)
        || error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

/// The settings that cannot travel with the start of the session, since many servers do not know
/// them: those pass them over. All is named in full: until here, the search path is the role's own.
/// From here on it is empty, so that no operator or function of the database's runs in our questions.
async fn settle(session: &Session, side: Side) -> Result<(), Refusal> {
    let row = session
        .row(
            "select pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
                    pg_catalog.current_setting('synchronize_seqscans') operator(pg_catalog.=) 'off'
                      and ($1 or
                        pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool),
                    (select pg_catalog.count(pg_catalog.set_config(name, '0', false))
                       from pg_catalog.pg_settings
                      where name operator(pg_catalog.=) 'transaction_timeout'),
                    pg_catalog.pg_backend_pid(),
                    (select a.backend_start::pg_catalog.text
                       from pg_catalog.pg_stat_activity a
                      where a.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()),
                    pg_catalog.pg_postmaster_start_time()::pg_catalog.text,
                    pg_catalog.host(pg_catalog.inet_server_addr()),
                    pg_catalog.inet_server_port(),
                    (select s.reset_val from pg_catalog.pg_settings s
                      where s.name operator(pg_catalog.=) 'search_path'),
                    pg_catalog.set_config('search_path', '', false)",
            &[&(side == Side::Target)],
        )
        .await?;
    session.note(About {
        version: row.try_get(0)?,
        backend: Backend {
            pid: row.try_get(3)?,
            since: row.try_get::<_, Option<String>>(4)?.unwrap_or_default(),
        },
        server: Server {
            started: row.try_get(5)?,
            address: row.try_get(6)?,
            port: row.try_get(7)?,
        },
        path: row.try_get::<_, Option<String>>(8)?.unwrap_or_default(),
    });
    if !row.try_get::<_, bool>(1)? {
        // only something between us and the server can have dropped what we asked for
        return Err(Refusal::pooler("the settings of the session are not passed on to the server"));
    }
    let (name, value) = CONNECTION_CHECK;
    let checked = session
        .query(
            "select pg_catalog.set_config(name, $2, false)
               from pg_catalog.pg_settings where name operator(pg_catalog.=) $1",
            &[&name, &value],
        )
        .await;
    // a system that cannot watch a connection refuses the setting, and works without the check
    if let Err(error) = checked
        && error.as_db_error().is_none()
    {
        return Err(error.into());
    }
    Ok(())
}

pub(super) fn connect_timeout(config: &tokio_postgres::Config) -> Duration {
    config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT)
}
