//! Connecting to PostgreSQL, and the few things that every room needs of it: quoting, read-only
//! source sessions, error kinds.

mod advisory;
mod connect;
mod error;
mod libpq;
mod meaning;
mod parameters;
mod pooler;
mod quote;
mod session;
mod tls;
mod url;

pub use advisory::Holder;
pub use connect::Side;
pub use error::{ConnectError, Refusal, server_failure};
pub use pooler::{Pooler, is_pooler_variable, refuse_pooler};
pub use quote::{QuotedIdent, QuotedLiteral, QuotedName};
pub use session::{AnySession, ReadOnly, Writable, all_closed, cancel_all};
pub use url::{Address, SourceUrl, TargetUrl, TlsMode, UrlError};
