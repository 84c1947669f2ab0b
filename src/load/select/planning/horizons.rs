//! How far ahead of the fraction the selection looks.

use crate::catalog::ById;
use crate::subset::references::ReferencedKeyId;

#[derive(Default)]
pub(crate) struct Horizons {
    /// The fraction of the load; 1 if each table has its own rule. Places that are due by then are
    /// filled, and later places are only looked ahead at
    /// ([`Growth::due`](crate::subset::size::Growth::due)).
    pub(crate) fraction: f64,
    /// By table: the fraction up to which its rows are looked ahead at.
    pub(crate) until: Vec<f64>,
    /// The place in the order of selection of the last table that references a key.
    pub(crate) last_child: ById<ReferencedKeyId, Option<usize>>,
}
