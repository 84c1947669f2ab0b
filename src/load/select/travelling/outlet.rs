//! Rows on their way to the target while others are still being selected.

use crate::catalog::TableId;
use crate::failure::Failure;
use crate::load::select::travelling::row_values::Values;
use bytes::BytesMut;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// A batch of more bytes than this is large. Only one large batch may wait for the writer.
const MUCH: usize = 1 << 20;

/// How many small batches may wait.
const BATCHES: usize = 16;

/// A message to the writer.
#[derive(Debug)]
pub(crate) enum Told {
    Rows(Batch),
    /// No more rows will come of a table, or few.
    Complete(TableId),
}

/// Rows of one table, to be written to the target.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) table: TableId,
    /// How many columns of each row are written.
    columns: usize,
    values: Values,
    places: Vec<u64>,
    /// While it waits: the room for a large one.
    room: Option<OwnedSemaphorePermit>,
}

impl Batch {
    /// The places ascend.
    pub(crate) fn new(table: TableId, columns: usize, values: Values, places: Vec<u64>) -> Self {
        Batch { table, columns, values, places, room: None }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        self.places.len() as u64
    }

    /// The rows as tuples of binary COPY, some at a time: how many, and their bytes, about as many
    /// as asked for. Another large batch may wait from now on.
    pub(crate) fn tuples(&mut self, size: usize) -> impl Iterator<Item = (u64, BytesMut)> {
        self.room = None;
        let Batch { columns, values, places, .. } = self;
        let mut places = places.iter().peekable();
        std::iter::from_fn(move || {
            places.peek()?;
            let (mut rows, mut tuples) = (0, BytesMut::with_capacity(size + size / 4));
            while tuples.len() < size {
                let Some(place) = places.next() else { break };
                values.forget_before(*place);
                values.put_row(*place, *columns, &mut tuples);
                rows += 1;
            }
            Some((rows, tuples))
        })
    }
}

/// Sends early rows to the writer.
#[derive(Debug)]
pub(crate) struct Outlet {
    sender: mpsc::Sender<Told>,
    /// By table: whether its rows can be written as they come.
    as_they_come: Vec<bool>,
    /// For one large batch that the writer has not begun with.
    room: Arc<Semaphore>,
}

impl Outlet {
    pub(crate) fn new(as_they_come: Vec<bool>) -> (Self, mpsc::Receiver<Told>) {
        let (sender, receiver) = mpsc::channel(BATCHES);
        (Outlet { sender, as_they_come, room: Arc::new(Semaphore::new(1)) }, receiver)
    }

    pub(crate) fn takes(&self, table: TableId) -> bool {
        self.as_they_come[table]
    }

    /// Sends rows on.
    pub(crate) async fn send(&self, mut batch: Batch) -> Result<(), Failure> {
        if batch.values.len() > MUCH {
            batch.room = Some(self.wait().await?);
        }
        self.sender.send(Told::Rows(batch)).await.map_err(|_| closed())
    }

    /// Says that a table has its rows.
    pub(crate) async fn complete(&self, table: TableId) -> Result<(), Failure> {
        self.sender.send(Told::Complete(table)).await.map_err(|_| closed())
    }

    /// Where many rows were sent, waits until the writer begins with them: only then there is room
    /// for others.
    pub(crate) async fn wait_for_room(&self) -> Result<(), Failure> {
        self.wait().await.map(drop)
    }

    async fn wait(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.room).acquire_owned().await.map_err(|_| closed())
    }
}

/// Why the writer does not take any more is for itself to say.
fn closed() -> Failure {
    Failure::new("the target takes no more rows")
}
