//! A second session that reads the same snapshot: while one answer arrives, the source is at work
//! on the next.

use crate::catalog::Settings;
use crate::failure::Failure;
use crate::load::paths::understand_conditions;
use crate::load::reading::begin_reading;
use crate::postgres::ReadOnly;
use std::cell::Cell;
use tokio::sync::OnceCell;

/// The second session, begun when it is first needed: small loads need none.
pub(crate) struct SecondReader<'a> {
    first: &'a ReadOnly,
    snapshot: &'a str,
    settings: &'a Settings,
    allowed: Cell<bool>,
    session: OnceCell<Result<ReadOnly, Failure>>,
}

impl<'a> SecondReader<'a> {
    pub(crate) fn new(first: &'a ReadOnly, snapshot: &'a str, settings: &'a Settings) -> Self {
        let (allowed, session) = (Cell::new(false), OnceCell::new());
        SecondReader { first, snapshot, settings, allowed, session }
    }

    /// From now on, a second session may begin. There are never three, since a role may have a
    /// limit of connections.
    pub(crate) fn allow(&self) {
        self.allowed.set(true);
    }

    /// `None`: it is not allowed yet, or the source refused it ([`SecondReader::refusal`]).
    pub(crate) async fn get(&self) -> Option<&ReadOnly> {
        if !self.allowed.get() {
            return None;
        }
        self.session.get_or_init(|| self.begin()).await.as_ref().ok()
    }

    /// Why the source refused it.
    pub(crate) fn refusal(&self) -> Option<&Failure> {
        self.session.get()?.as_ref().err()
    }

    async fn begin(&self) -> Result<ReadOnly, Failure> {
        let session = self.first.another().await?;
        begin_reading(&session, Some(self.snapshot)).await?;
        understand_conditions(&session, self.settings).await?;
        Ok(session)
    }
}
