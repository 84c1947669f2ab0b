//! Rows on their way to the target while others are still being selected.

use super::values::Values;
use crate::catalog::TableId;
use crate::failure::Failure;
use bytes::BytesMut;
use std::cell::Cell;
use std::rc::Rc;
use tokio::sync::mpsc;

/// Of rows that take more bytes than this, no more than one question brings waits to be written.
const MUCH: usize = 1 << 20;

/// Rows of one table, to be written to the target.
#[derive(Debug)]
pub(in crate::load) struct Batch {
    pub(in crate::load) table: TableId,
    /// How many columns of each row are written.
    columns: usize,
    values: Rc<Values>,
    places: Vec<u64>,
}

impl Batch {
    pub(super) fn new(
        table: TableId,
        columns: usize,
        values: Rc<Values>,
        places: Vec<u64>,
    ) -> Self {
        Batch { table, columns, values, places }
    }

    /// The rows as tuples of binary COPY, some at a time: how many, and their bytes, about as many
    /// as asked for.
    pub(in crate::load) fn tuples(&self, size: usize) -> impl Iterator<Item = (u64, BytesMut)> {
        let mut places = self.places.iter().peekable();
        std::iter::from_fn(move || {
            places.peek()?;
            let (mut rows, mut tuples) = (0, BytesMut::with_capacity(size + size / 4));
            while tuples.len() < size {
                let Some(place) = places.next() else { break };
                self.values.put_row(*place, self.columns, &mut tuples);
                rows += 1;
            }
            Some((rows, tuples))
        })
    }
}

/// Where chosen rows go that came along with their keys.
#[derive(Debug)]
pub(in crate::load) struct Outlet {
    sender: mpsc::Sender<Batch>,
    /// By table: whether its rows can be written as they come.
    as_they_come: Vec<bool>,
    /// Many rows were sent that the writer may not have begun with.
    full: Cell<bool>,
}

impl Outlet {
    pub(in crate::load) fn new(as_they_come: Vec<bool>) -> (Self, mpsc::Receiver<Batch>) {
        let (sender, receiver) = mpsc::channel(1);
        (Outlet { sender, as_they_come, full: Cell::new(false) }, receiver)
    }

    pub(super) fn takes(&self, table: TableId) -> bool {
        self.as_they_come[table]
    }

    /// Sends rows on.
    pub(super) async fn send(&self, batch: Batch) -> Result<(), Failure> {
        self.full.set(self.full.get() || batch.values.len() > MUCH);
        self.sender.send(batch).await.map_err(|_| closed())
    }

    /// Where many rows were sent, waits until the writer begins with them: only then there is room
    /// for others.
    pub(super) async fn wait_for_room(&self) -> Result<(), Failure> {
        if self.full.take() {
            self.sender.reserve().await.map_err(|_| closed())?;
        }
        Ok(())
    }
}

/// Why the writer does not take any more is for itself to say.
fn closed() -> Failure {
    Failure::new("the target takes no more rows")
}
