//! Opening sessions: TLS, time limits, and the settings under which everything else runs.

use super::error::{ConnectError, Refusal};
use super::session::{ReadOnly, Session, Writable};
use super::tls;
use super::url::{Address, SourceUrl, TargetUrl, TlsMode};
use std::time::Duration;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Which of the two databases: they are told apart in settings and in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Source,
    Target,
}

impl Side {
    /// `the source`, `the target`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Side::Source => "the source",
            Side::Target => "the target",
        }
    }
}

pub(super) const APPLICATION_NAME: &str = "review-data";

/// How long one attempt to reach one address may take, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// An idle connection is probed after this long: a router between forgets it otherwise.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// The driver's own default for keepalives, by which we see that the URL has none.
const DRIVERS_KEEPALIVE_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

/// Connecting is given up after this many times the limit of one attempt: a host may have several
/// addresses, and a server may accept and then say nothing.
const ATTEMPTS: u32 = 4;

/// Time limits that a role or database may have, lifted at the start of the session.
const NO_TIME_LIMITS: &str = "-c statement_timeout=0 -c lock_timeout=0 \
     -c idle_in_transaction_session_timeout=0";

/// Settings that not every supported server knows or that we set for the same text everywhere.
const SETTINGS: [(&str, &str); 9] = [
    ("transaction_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("lc_monetary", "C"),
    // a scan starts at the table's first page, not where another session's scan is
    ("synchronize_seqscans", "off"),
];

/// The servers stop work for us soon after we are gone.
const CONNECTION_CHECK: (&str, &str) = ("client_connection_check_interval", "2s");

impl SourceUrl {
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect(&self) -> Result<ReadOnly, ConnectError> {
        open(&self.0, Side::Source).await.map(ReadOnly::new)
    }
}

impl TargetUrl {
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect(&self) -> Result<Writable, ConnectError> {
        open(&self.0, Side::Target).await.map(Writable::new)
    }
}

async fn open(address: &Address, side: Side) -> Result<Session, ConnectError> {
    let limit = connect_timeout(&address.config) * ATTEMPTS;
    let opened = match tokio::time::timeout(limit, open_unlimited(address, side)).await {
        Ok(opened) => opened,
        Err(_) => Err(Refusal::Silent { seconds: limit.as_secs() }),
    };
    opened.map_err(|refusal| ConnectError { side, address: address.display(), refusal })
}

async fn open_unlimited(address: &Address, side: Side) -> Result<Session, Refusal> {
    let mut config = address.config.clone();
    config
        .application_name(APPLICATION_NAME)
        .connect_timeout(connect_timeout(&address.config))
        .options(startup_options(address.config.get_options(), side))
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

    // without TLS no root certificate is needed, and a missing one is no error
    let unencrypted = config.get_ssl_mode() == SslMode::Disable;
    let tls = tls::connector(if unencrypted { &TlsMode::Disable } else { &address.tls })?;
    let session = match attempt(&config, &tls, side).await {
        Err(error) if config.get_ssl_mode() == SslMode::Prefer && plain_may_work(&error) => {
            attempt(config.ssl_mode(SslMode::Disable), &tls, side).await
        }
        session => session,
    }?;
    settle(&session, side).await?;
    Ok(session)
}

async fn attempt(
    config: &tokio_postgres::Config,
    tls: &MakeRustlsConnect,
    side: Side,
) -> Result<Session, tokio_postgres::Error> {
    let (client, connection) = config.connect(tls.clone()).await?;
    Ok(Session::start(client, connection, tls.clone(), side))
}

/// `prefer` tries once more without TLS where libpq does: the handshake failed, or the server has
/// no entry for encrypted connections.
fn plain_may_work(error: &tokio_postgres::Error) -> bool {
    super::error::is_tls(error)
        || error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

/// The settings that cannot travel with the start of the session, since some servers do not know
/// them: those are passed over.
async fn settle(session: &Session, side: Side) -> Result<(), Refusal> {
    let names: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
    let values: Vec<&str> = SETTINGS.iter().map(|(_, value)| *value).collect();
    let row = session
        .client
        .query_one(
            "select current_setting('server_version_num')::integer,
                    current_setting('default_transaction_read_only')::boolean,
                    count(set_config(s.name, wanted.value, false))
               from unnest($1::text[], $2::text[]) as wanted (name, value)
               join pg_catalog.pg_settings s on s.name = wanted.name",
            &[&names, &values],
        )
        .await?;
    session.note_version(row.try_get(0)?);
    if side == Side::Source && !row.try_get::<_, bool>(1)? {
        // only something between us and the server can have dropped what we asked for
        return Err(Refusal::pooler("the settings of the session are not passed on to the server"));
    }
    let (name, value) = CONNECTION_CHECK;
    let checked = session
        .client
        .execute(
            "select set_config(name, $2, false) from pg_catalog.pg_settings where name = $1",
            &[&name, &value],
        )
        .await;
    // a system that cannot watch a connection refuses the setting: then there is no such check
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

/// The user's own options, then ours, which win.
pub(super) fn startup_options(own: Option<&str>, side: Side) -> String {
    let mut options = own.map(|own| format!("{own} ")).unwrap_or_default();
    options.push_str(NO_TIME_LIMITS);
    if side == Side::Source {
        options.push_str(" -c default_transaction_read_only=on");
    }
    options
}
