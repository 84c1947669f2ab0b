//! Connecting to PostgreSQL, and the few things that every room needs of it: quoting, read-only
//! source sessions, error kinds.

mod advisory;
mod backend;
mod connect;
mod error;
mod held;
mod helpers;
mod libpq;
mod limits;
mod meaning;
mod open;
mod options;
mod own_session;
mod parameters;
mod place;
mod pooler;
mod pulse;
mod quote;
mod remedy;
mod server;
mod session;
mod shown;
mod silence;
mod spares;
mod spellings;
mod tls;
mod tls_mode;
mod url;
mod url_error;

pub use crate::failure::Side;
pub use advisory::Holder;
pub use connect::MOST_ELSEWHERE;
pub use error::{ConnectError, ONE_SERVER, Refusal, listed, server_failure};
pub use limits::check_limits;
pub use open::{all_closed, cancel_all, leave_sources};
pub use pooler::{Pooler, is_pooler_variable, refuse_pooler};
pub use quote::{QuotedIdent, QuotedLiteral, QuotedName};
pub use server::{Backend, Server};
pub use session::{AnySession, ReadOnly, Writable};
pub use silence::{Sign, tell_waits};
pub use spares::close_spares;
pub use spellings::readings;
pub use tls_mode::TlsMode;
pub use url::{Address, Jdbc, SourceUrl, TargetUrl};
pub use url_error::UrlError;
