//! What can go wrong between us and a server, and its words: never with a password, never
//! with the values of rows.

use super::pooler::{self, Pooler};
use super::remedy::{LOST, SILENT, remedy};
use super::server::Server;
use super::shown;
use super::tls::TlsError;
use crate::failure::{Failure, Side, Transient, TransientKind};
use std::error::Error as _;
use std::io;
use tokio_postgres::error::{DbError, SqlState};

/// A connection that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot connect to {} ({address}): {refusal}", side.name())]
pub struct ConnectError {
    pub side: Side,
    /// Without the password.
    pub address: String,
    pub refusal: Refusal,
}

/// Why a connection could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No such host, nobody listens, a network that lets nothing through.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the host's name cannot be resolved: {0}")]
    UnknownHost(String),
    #[error("the server did not answer within {seconds} s")]
    Silent { seconds: u64 },
    /// The connection ended before there was a session.
    #[error("the connection was cut: {0}")]
    Cut(String),
    #[error("no encrypted connection: {0}")]
    Tls(String),
    #[error("the server asks for a password and none is given")]
    PasswordMissing,
    /// A wrong password, an unknown role, no entry in `pg_hba.conf`, a method that we do not speak.
    #[error("the server refuses us: {0}")]
    Authentication(String),
    #[error("no such database: {0}")]
    NoDatabase(String),
    #[error("the server has no connection left: {0}")]
    TooManyConnections(String),
    #[error("the server is not ready: {0}")]
    NotReady(String),
    #[error("{0}")]
    Pooler(#[from] Pooler),
    /// Each session through this address reaches a server, but never the one that was reached first.
    #[error(
        "sessions through this address reach other servers ({}) than the first one ({first})",
        listed(seen)
    )]
    OtherServers { first: Server, seen: Vec<Server> },
    /// The server let us in, then failed, by an error that has nothing to do with the URL.
    #[error("{said}")]
    Server { said: String, code: SqlState },
    #[error("{0}")]
    Other(String),
}

impl Refusal {
    pub(super) fn pooler(how_known: &str) -> Self {
        Refusal::Pooler(Pooler { how_known: how_known.to_owned() })
    }

    fn remedy(&self, of: Side) -> String {
        let side = of.name();
        match self {
            Refusal::Unreachable(_)
            | Refusal::UnknownHost(_)
            | Refusal::Silent { .. }
            | Refusal::Cut(_) => format!(
                "check the host and the port of {side}'s URL, and that the server runs and lets \
                 this machine in"
            ),
            Refusal::Tls(_) => format!(
                "check sslmode and sslrootcert in {side}'s URL: require encrypts without asking \
                 who the server is; verify-full needs the certificate of the server's authority"
            ),
            Refusal::PasswordMissing => format!(
                "put the password into {side}'s URL, as postgres://USER:PASSWORD@HOST/DATABASE"
            ),
            Refusal::Authentication(_) => format!(
                "check the user and the password in {side}'s URL; on Heroku, copy the URL anew, \
                 since credentials rotate"
            ),
            Refusal::NoDatabase(_) => format!("check the database's name in {side}'s URL"),
            Refusal::TooManyConnections(_) => {
                "wait, or stop something that holds connections; up to four are needed".to_owned()
            }
            Refusal::NotReady(_) => "try again in a moment".to_owned(),
            Refusal::Pooler(_) => pooler::REMEDY.to_owned(),
            Refusal::Server { code, .. } => remedy(of, code.code()).unwrap_or_else(|| {
                format!("change on {side}'s server what it complains of, then run again")
            }),
            Refusal::OtherServers { .. } => ONE_SERVER.to_owned(),
            Refusal::Other(_) => format!("check {side}'s URL"),
        }
    }
}

impl Refusal {
    /// A server is there and lets nobody in with this URL.
    #[must_use]
    pub fn is_an_answer(&self) -> bool {
        matches!(
            self,
            Refusal::Authentication(_) | Refusal::NoDatabase(_) | Refusal::PasswordMissing
        )
    }

    /// Whether another attempt to connect may succeed.
    fn transient(&self, side: Side) -> Option<Transient> {
        let kind = match self {
            Refusal::Unreachable(_) | Refusal::Silent { .. } | Refusal::Cut(_) => {
                TransientKind::Unreachable
            }
            Refusal::TooManyConnections(_) => TransientKind::Connections,
            Refusal::NotReady(_) => TransientKind::Lost,
            Refusal::Server { code, .. } => return Transient::of_state(side, code.code()),
            _ => return None,
        };
        Some(Transient { side, kind })
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Failure::new(format!("cannot connect to {} ({})", error.side.name(), error.address))
            .because(error.refusal.to_string())
            .remedy(error.refusal.remedy(error.side))
            .passing(error.refusal.transient(error.side))
    }
}

/// What to do about an address that leads to several servers.
pub const ONE_SERVER: &str = "give the URL of one server: a standby's own address, not that of a \
     pool or a load balancer; or let the load balancer send all connections of one client to one \
     server";

/// Servers in a list.
#[must_use]
pub fn listed(servers: &[Server]) -> String {
    servers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl From<TlsError> for Refusal {
    fn from(error: TlsError) -> Self {
        Refusal::Tls(error.to_string())
    }
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            return Refusal::said(said);
        }
        let cause = causes(&error);
        match kind(&error) {
            Kind::Tls if was_cut(&error) => Refusal::Cut(cause),
            Kind::Tls => Refusal::Tls(cause),
            Kind::Authentication => Refusal::Authentication(cause),
            Kind::Configuration if cause.contains("password missing") => Refusal::PasswordMissing,
            Kind::Connection => Refusal::Unreachable(cause),
            Kind::Configuration | Kind::Other => Refusal::Other(cause),
        }
    }
}

impl Refusal {
    fn said(said: &DbError) -> Self {
        let message = said.message().to_owned();
        let code = said.code();
        if message.contains("unsupported startup parameter") {
            return Refusal::pooler("it does not take session settings");
        }
        if *code == SqlState::INVALID_SQL_STATEMENT_NAME || *code == SqlState::DUPLICATE_PSTATEMENT
        {
            return Refusal::pooler("a prepared statement did not survive its transaction");
        }
        if *code == SqlState::INVALID_CATALOG_NAME {
            Refusal::NoDatabase(message)
        } else if *code == SqlState::INVALID_PASSWORD
            || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        {
            Refusal::Authentication(message)
        } else if *code == SqlState::TOO_MANY_CONNECTIONS {
            Refusal::TooManyConnections(message)
        } else if *code == SqlState::CANNOT_CONNECT_NOW {
            Refusal::NotReady(message)
        } else {
            Refusal::Server { said: shown::lines(said, "").join("\n"), code: code.clone() }
        }
    }
}

/// The driver keeps the kind of its errors to itself, except in their first words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tls,
    Authentication,
    Configuration,
    Connection,
    Other,
}

fn kind(error: &tokio_postgres::Error) -> Kind {
    if error.is_closed() {
        return Kind::Connection;
    }
    match error.to_string().as_str() {
        "error performing TLS handshake" => Kind::Tls,
        "authentication error" => Kind::Authentication,
        "invalid configuration" => Kind::Configuration,
        "error connecting to server"
        | "error communicating with the server"
        | "timeout waiting for server" => Kind::Connection,
        _ => Kind::Other,
    }
}

/// True where the network, and not what was said on it, ended a handshake.
fn was_cut(error: &tokio_postgres::Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|source| {
        matches!(
            source.kind(),
            io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::TimedOut
        )
    })
}

pub(super) fn is_tls(error: &tokio_postgres::Error) -> bool {
    kind(error) == Kind::Tls
}

/// The innermost words of an error that is not the server's.
fn causes(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    }
}

/// An error with its words, however it came to us.
pub(super) enum ServerError<'a> {
    Said(&'a DbError),
    Driver(&'a tokio_postgres::Error),
}

/// The failure of a statement: why-lines from what the server said, and a remedy where the error
/// is one that people meet. Values of rows are left out: they may be personal data.
#[must_use]
pub fn server_failure(side: Side, what: &str, error: &tokio_postgres::Error) -> Failure {
    failure_about(side, what, "", error)
}

/// The same; what this statement names is no value.
pub(super) fn failure_about(
    side: Side,
    what: &str,
    statement: &str,
    error: &tokio_postgres::Error,
) -> Failure {
    match error.as_db_error() {
        Some(said) => failure_of(side, what, statement, &ServerError::Said(said)),
        None => failure_of(side, what, statement, &ServerError::Driver(error)),
    }
}

/// The failure of a statement whose connection we ended ourselves.
pub(super) fn given_up(side: Side, what: &str, why: String) -> Failure {
    Failure::new(what)
        .because(why)
        .remedy(SILENT)
        .passing(Some(Transient { side, kind: TransientKind::Lost }))
}

/// A function of the database may raise any SQLSTATE. A shortage (class 53) has the same remedy
/// then.
fn is_meant(said: &DbError) -> bool {
    shown::is_the_servers(said) || said.code().code().starts_with("53")
}

pub(super) fn failure_of(
    side: Side,
    what: &str,
    statement: &str,
    error: &ServerError<'_>,
) -> Failure {
    let name = side.name();
    match error {
        ServerError::Said(said) => {
            let lines = shown::lines(said, statement);
            let failure = lines.into_iter().fold(Failure::new(what), Failure::because);
            let failure = failure.passing(Transient::of_state(side, said.code().code()));
            match remedy(side, said.code().code()) {
                Some(remedy) if is_meant(said) => failure.remedy(remedy),
                _ => failure,
            }
        }
        ServerError::Driver(error) => match kind(error) {
            Kind::Connection => Failure::new(what)
                .because(format!("the connection to {name} is lost: {}", causes(error)))
                .remedy(LOST)
                .passing(Some(Transient { side, kind: TransientKind::Lost })),
            _ => Failure::new(what)
                .because(format!("speaking to {name}: {error}: {}", causes(error))),
        },
    }
}
