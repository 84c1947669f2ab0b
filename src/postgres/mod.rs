//! Connecting to PostgreSQL, and the few things that every room needs of it: quoting, read-only
//! source sessions, error kinds.

mod connect;
mod error;
mod quote;
mod tls;
mod url;

pub use connect::{ReadOnly, Writable};
pub use error::ConnectError;
pub use quote::{QuotedIdent, QuotedLiteral, QuotedName};
pub use url::{Address, SourceUrl, TargetUrl, TlsMode, UrlError};
