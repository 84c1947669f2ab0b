//! Sessions: the source's are read-only by type and by setting, the target's can write.

use super::error::{self, ServerError};
use super::held;
use super::open::Open;
use super::pulse::{GivenUp, Pulse};
use super::server::{About, Backend, Server};
use super::shown;
use super::url::Address;
use crate::failure::{Failure, Side};
use futures_util::StreamExt;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::tls::TlsStream;
use tokio_postgres::types::ToSql;
use tokio_postgres::{
    AsyncMessage, Client, Connection, CopyInSink, CopyOutStream, Row, SimpleQueryMessage,
    Statement, ToStatement,
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A session on the source. It has no method that writes, and has
/// `default_transaction_read_only = on` as well.
pub struct ReadOnly {
    pub(super) session: Session,
}

/// A session on the target.
pub struct Writable {
    session: Session,
}

/// What both have.
pub(super) struct Session {
    pub(super) client: Arc<Client>,
    pub(super) open: Arc<Open>,
    pub(super) side: Side,
    /// Where it is: another session there has good prospects to reach the same server.
    pub(super) place: Address,
    /// A copy of its connection, which another process can keep open.
    pub(super) connection: Option<OwnedFd>,
    pub(super) heard: Arc<Mutex<Heard>>,
    pub(super) pulse: Arc<Pulse>,
}

/// What the server says outside of answers.
#[derive(Default)]
pub(super) struct Heard {
    about: About,
    warnings: Vec<String>,
    /// More warnings than are worth keeping.
    unheard: usize,
    /// The error with which the server ended the session.
    last_word: Option<DbError>,
    /// Why we ended it ourselves.
    given_up: Option<String>,
    /// The last statement that failed.
    failed: Option<String>,
}

/// After this many times the limit for what is not acknowledged at all, a server that owes an answer is
/// asked what it does.
const SILENCES: u32 = 2;

/// The driver asks the server about types that it does not know, and about the types within these,
/// one inside the other. No type of ours is nested this deep. A server whose types never end would
/// exhaust the stack.
const MOST_TURNS: usize = 1_000;
const ENDLESS: &str = "the server describes types within types without an end";

/// At most this many warnings are kept for `take_warnings`.
const WARNINGS_KEPT: usize = 100;

impl Session {
    /// Lets the connection run in a separate task.
    pub(super) fn start<S, T>(
        (client, mut connection): (Client, Connection<S, T>),
        tls: MakeRustlsConnect,
        (side, place): (Side, Address),
        pulse: Arc<Pulse>,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: TlsStream + Unpin + Send + 'static,
    {
        let end = (side, Arc::clone(&pulse));
        let open = Open::register(client.cancel_token(), tls, place.clone(), end);
        let until_closed = Arc::clone(&open);
        let heard = Arc::new(Mutex::new(Heard::default()));
        let ear = Arc::clone(&heard);
        let until_over = Arc::clone(&pulse);
        tokio::spawn(async move {
            let mut messages =
                futures_util::stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(message) = messages.next().await {
                let mut heard = ear.lock().unwrap_or_else(PoisonError::into_inner);
                match message {
                    Ok(AsyncMessage::Notice(notice)) => heard.notice(&notice),
                    Ok(_) => {}
                    Err(error) => {
                        heard.last_word = error.as_db_error().cloned();
                        heard.given_up = GivenUp::of(&error).map(|given_up| given_up.0.clone());
                        break;
                    }
                }
            }
            until_over.end();
            drop(until_closed);
        });
        Session { client: Arc::new(client), open, side, place, connection: None, heard, pulse }
    }

    /// Does what the driver may have to ask about types for.
    async fn described<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, tokio_postgres::Error> {
        let mut work = pin!(work);
        let mut turns = 0;
        std::future::poll_fn(|context| {
            turns += 1;
            if turns == MOST_TURNS {
                self.pulse.give_up(ENDLESS.to_owned());
            }
            work.as_mut().poll(context)
        })
        .await
    }

    pub(super) async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.noting(sql, async {
            // rows may take as many turns as they like
            let statement = self.described(self.client.prepare(sql)).await?;
            self.client.query(&statement, parameters).await
        })
        .await
    }

    /// Remembers a statement that fails: what it names can be no value in the server's message.
    async fn noting<T>(
        &self,
        sql: &str,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, tokio_postgres::Error> {
        let done = work.await;
        if done.is_err() {
            self.heard().failed = Some(sql.to_owned());
        }
        done
    }

    /// The one row that a question has for an answer.
    pub(super) async fn row(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Row, tokio_postgres::Error> {
        let statement = self.described(self.client.prepare(sql)).await?;
        self.client.query_one(&statement, parameters).await
    }

    /// Why we ended it ourselves.
    pub(super) fn given_up(&self) -> Option<String> {
        self.heard().given_up.clone()
    }

    pub(super) fn pulse(&self) -> Weak<Pulse> {
        Arc::downgrade(&self.pulse)
    }

    /// How long the server may owe an answer before a second session asks what it does.
    pub(super) fn silence(&self) -> Duration {
        let limit = self.place.config.get_tcp_user_timeout().copied();
        let limit = limit.filter(|limit| !limit.is_zero()).unwrap_or(held::UNACKNOWLEDGED);
        limit * SILENCES
    }

    pub(super) fn version(&self) -> i32 {
        self.heard().about.version
    }

    /// Neither [`cancel_all`] nor [`all_closed`] is about this session from now on.
    pub(super) fn set_apart(&self) {
        self.open.unlist();
    }

    pub(super) fn note(&self, about: About) {
        self.heard().about = about;
    }

    pub(super) fn server(&self) -> Server {
        self.heard().about.server.clone()
    }

    pub(super) fn backend(&self) -> Backend {
        self.heard().about.backend.clone()
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_warnings(&self) -> Vec<String> {
        let mut heard = self.heard();
        let mut warnings = std::mem::take(&mut heard.warnings);
        let unheard = std::mem::take(&mut heard.unheard);
        if unheard > 0 {
            warnings.push(format!("and {unheard} more warnings"));
        }
        warnings
    }

    fn failure(&self, what: &str, error: &tokio_postgres::Error) -> Failure {
        let last_word = self.heard().last_word.clone();
        let statement = self.heard().failed.clone().unwrap_or_default();
        match (error.as_db_error(), last_word, self.given_up()) {
            // "connection closed" is not why: what the server said before it closed is
            (None, Some(last_word), _) => {
                error::failure_of(self.side, what, &statement, &ServerError::Said(&last_word))
            }
            (None, None, Some(why)) => error::given_up(self.side, what, why),
            _ => error::failure_about(self.side, what, &statement, error),
        }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    async fn cancel(&self) -> io::Result<()> {
        self.open.cancel().await
    }
}

impl Heard {
    fn notice(&mut self, notice: &DbError) {
        if notice.parsed_severity() != Some(Severity::Warning) {
            return;
        }
        if self.warnings.len() < WARNINGS_KEPT {
            self.warnings.push(shown::message(notice));
        } else {
            self.unheard += 1;
        }
    }
}

/// What a session of either side has: what it can be asked about itself, and statements.
macro_rules! any_session {
    () => {
        /// Asks the server to stop the statement that runs now, by a separate connection.
        /// Nothing happens where none runs.
        ///
        /// # Errors
        /// Where the server cannot be reached.
        pub async fn cancel(&self) -> std::io::Result<()> {
            self.session.cancel().await
        }

        /// How long its server may owe an answer before a second session asks what it does.
        #[must_use]
        pub fn silence(&self) -> std::time::Duration {
            self.session.silence()
        }

        /// True once the connection is lost.
        #[must_use]
        pub fn is_closed(&self) -> bool {
            self.session.client.is_closed()
        }

        /// The server that this session has reached.
        #[must_use]
        pub fn server(&self) -> Server {
            self.session.server()
        }

        /// The `search_path` of the role's own sessions in this database. Ours is empty.
        #[must_use]
        pub fn own_path(&self) -> String {
            self.session.heard().about.path.clone()
        }

        /// `150018` for 15.18.
        #[must_use]
        pub fn server_version_num(&self) -> i32 {
            self.session.version()
        }

        /// The warnings that the server gave since the last call.
        #[must_use]
        pub fn take_warnings(&self) -> Vec<String> {
            self.session.take_warnings()
        }

        /// The error with which the server ended this session, if it said one: a statement that
        /// meets its end only learns that the connection is closed.
        #[must_use]
        pub fn last_word(&self) -> Option<DbError> {
            self.session.heard().last_word.clone()
        }

        /// The failure of one statement of this session; `what` failed, on what.
        #[must_use]
        pub fn failure(&self, what: &str, error: &tokio_postgres::Error) -> Failure {
            self.session.failure(what, error)
        }

        /// One message to the server, results thrown away: on the source transaction control and
        /// settings, since the server refuses all that writes.
        ///
        /// # Errors
        /// The server's.
        pub async fn run(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
            self.session.noting(sql, self.session.client.batch_execute(sql)).await
        }

        /// # Errors
        /// The server's.
        pub async fn query(
            &self,
            sql: &str,
            parameters: &[&(dyn ToSql + Sync)],
        ) -> Result<Vec<Row>, tokio_postgres::Error> {
            self.session.query(sql, parameters).await
        }
    };
}

/// A session of either side, for questions to both.
pub trait AnySession {
    /// Which of the two databases.
    fn side(&self) -> Side;

    /// # Errors
    /// The server's.
    fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> impl Future<Output = Result<Vec<Row>, tokio_postgres::Error>>;

    /// The failure of one statement of this session; `what` failed, on what.
    fn failure(&self, what: &str, error: &tokio_postgres::Error) -> Failure;
}

macro_rules! is_any_session {
    ($session:ty) => {
        impl AnySession for $session {
            fn side(&self) -> Side {
                self.session.side
            }

            async fn query(
                &self,
                sql: &str,
                parameters: &[&(dyn ToSql + Sync)],
            ) -> Result<Vec<Row>, tokio_postgres::Error> {
                self.session.query(sql, parameters).await
            }

            fn failure(&self, what: &str, error: &tokio_postgres::Error) -> Failure {
                self.session.failure(what, error)
            }
        }
    };
}

is_any_session!(ReadOnly);
is_any_session!(Writable);

impl ReadOnly {
    pub(super) fn new(session: Session) -> Self {
        ReadOnly { session }
    }

    any_session!();

    /// # Errors
    /// The server's.
    pub async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        self.session.described(self.session.client.prepare(sql)).await
    }

    /// A question without parameters, in one exchange: its answer has types of the server itself.
    ///
    /// # Errors
    /// The server's.
    pub async fn query_at_once(&self, sql: &str) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.session.noting(sql, self.session.client.query_typed(sql, &[])).await
    }

    /// # Errors
    /// The server's.
    pub async fn query_prepared(
        &self,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.session.client.query(statement, parameters).await
    }

    /// `COPY … TO STDOUT`. Of a prepared statement it is on its way once it was polled and the
    /// connection had its turn; of any other not before the server's answer to its text.
    ///
    /// # Errors
    /// The server's.
    pub async fn copy_out(
        &self,
        statement: &(impl ToStatement + ?Sized),
    ) -> Result<CopyOutStream, tokio_postgres::Error> {
        self.session.described(self.session.client.copy_out(statement)).await
    }
}

impl Writable {
    pub(super) fn new(session: Session) -> Self {
        Writable { session }
    }

    pub(super) fn into_session(self) -> Session {
        self.session
    }

    /// Neither [`cancel_all`] nor [`all_closed`] is about this session from now on.
    pub(super) fn set_apart(&self) {
        self.session.set_apart();
    }

    any_session!();

    /// The session's connection, for a process that keeps it open in our place. `None` where the
    /// session was not opened for that.
    pub fn take_connection(&mut self) -> Option<OwnedFd> {
        self.session.connection.take()
    }

    /// What the server knows this session as, so that another one can end it.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.session.heard().about.backend.clone()
    }

    /// # Errors
    /// The server's.
    pub async fn simple_query(
        &self,
        sql: &str,
    ) -> Result<Vec<SimpleQueryMessage>, tokio_postgres::Error> {
        self.session.noting(sql, self.session.client.simple_query(sql)).await
    }

    /// `COPY … FROM STDIN`.
    ///
    /// # Errors
    /// The server's.
    pub async fn copy_in(
        &self,
        sql: &str,
    ) -> Result<CopyInSink<bytes::Bytes>, tokio_postgres::Error> {
        let copy = self.session.described(self.session.client.copy_in(sql));
        self.session.noting(sql, copy).await
    }
}
