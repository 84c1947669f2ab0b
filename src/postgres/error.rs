//! What can go wrong between us and a server.

/// A connection that could not be made or was lost.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("{0}")]
    Server(#[from] tokio_postgres::Error),
}
