//! Sessions: the source's are read-only by type and by setting, the target's can write.

use super::error::ConnectError;
use super::url::{SourceUrl, TargetUrl};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, CopyInSink, CopyOutStream, NoTls, Row, SimpleQueryMessage, Statement};

/// A session on the source. It has no method that writes, and the server is told
/// `default_transaction_read_only = on` besides.
pub struct ReadOnly {
    client: Client,
}

/// A session on the target.
pub struct Writable {
    client: Client,
}

impl SourceUrl {
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect(&self) -> Result<ReadOnly, ConnectError> {
        let (client, connection) = self.0.config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(ReadOnly { client })
    }
}

impl TargetUrl {
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect(&self) -> Result<Writable, ConnectError> {
        let (client, connection) = self.0.config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(Writable { client })
    }
}

impl ReadOnly {
    /// Statements without results: transaction control and settings.
    ///
    /// # Errors
    /// The server's.
    pub async fn run(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    /// # Errors
    /// The server's.
    pub async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.client.query(sql, parameters).await
    }

    /// # Errors
    /// The server's.
    pub async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        self.client.prepare(sql).await
    }

    /// # Errors
    /// The server's.
    pub async fn query_prepared(
        &self,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.client.query(statement, parameters).await
    }

    /// `COPY … TO STDOUT`.
    ///
    /// # Errors
    /// The server's.
    pub async fn copy_out(&self, sql: &str) -> Result<CopyOutStream, tokio_postgres::Error> {
        self.client.copy_out(sql).await
    }
}

impl Writable {
    /// One message to the server, results thrown away.
    ///
    /// # Errors
    /// The server's.
    pub async fn run(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(sql).await
    }

    /// # Errors
    /// The server's.
    pub async fn query(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.client.query(sql, parameters).await
    }

    /// # Errors
    /// The server's.
    pub async fn simple_query(
        &self,
        sql: &str,
    ) -> Result<Vec<SimpleQueryMessage>, tokio_postgres::Error> {
        self.client.simple_query(sql).await
    }

    /// `COPY … FROM STDIN`.
    ///
    /// # Errors
    /// The server's.
    pub async fn copy_in(
        &self,
        sql: &str,
    ) -> Result<CopyInSink<bytes::Bytes>, tokio_postgres::Error> {
        self.client.copy_in(sql).await
    }
}
