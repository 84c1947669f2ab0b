//! One connection, asked in the order in which the test is written.

use futures_util::TryStreamExt;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

pub(crate) struct Session {
    runtime: Runtime,
    client: Client,
}

/// A row, `None` for NULL.
pub(crate) type Row = Vec<Option<String>>;

impl Session {
    pub(crate) fn open(config: &Config) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = runtime.block_on(async {
            let (client, connection) = config
                .connect(NoTls)
                .await
                .unwrap_or_else(|error| panic!("no connection to {config:?}: {error:?}"));
            tokio::spawn(connection);
            client
        });
        Session { runtime, client }
    }

    /// Runs statements that must succeed.
    pub(crate) fn run(&self, sql: &str) {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{error}\nin: {sql}"));
    }

    /// All rows as text.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Row> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{error}\nin: {sql}"))
    }

    /// All rows as text, or what the server said.
    pub(crate) fn try_rows(&self, sql: &str) -> Result<Vec<Row>, String> {
        let messages = self.runtime.block_on(self.client.simple_query(sql)).map_err(|error| {
            error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
        })?;
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|i| row.get(i).map(ToOwned::to_owned)).collect())
            }
            _ => None,
        };
        Ok(messages.into_iter().filter_map(row).collect())
    }

    /// The first column of all rows; NULL is the word `NULL`.
    pub(crate) fn column(&self, sql: &str) -> Vec<String> {
        let text = |row: Row| row.into_iter().next().flatten().unwrap_or_else(|| "NULL".to_owned());
        self.rows(sql).into_iter().map(text).collect()
    }

    /// A single value; several rows are joined by commas.
    pub(crate) fn ask(&self, sql: &str) -> String {
        self.column(sql).join(",")
    }

    /// A single number.
    pub(crate) fn count(&self, sql: &str) -> u64 {
        let answer = self.ask(sql);
        answer.parse().unwrap_or_else(|_| panic!("{answer:?} is not a number, from: {sql}"))
    }

    /// All bytes of a `COPY … TO STDOUT`.
    pub(crate) fn copy_out(&self, sql: &str) -> Vec<u8> {
        let copied = self.runtime.block_on(async {
            let stream = self.client.copy_out(sql).await?;
            stream
                .try_fold(Vec::new(), |mut all, bytes| async move {
                    all.extend_from_slice(&bytes);
                    Ok(all)
                })
                .await
        });
        copied.unwrap_or_else(|error| panic!("{error:?}\nin: {sql}"))
    }
}
