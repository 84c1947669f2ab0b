//! What asks: the sessions of the source, and the outlet for early rows. Nothing in it changes while
//! rows are selected.

use super::outlet::Outlet;
use super::reader::SecondReader;
use crate::catalog::Catalog;
use crate::postgres::ReadOnly;

pub(super) struct Asking<'a> {
    pub(super) source: &'a ReadOnly,
    pub(super) second: Option<&'a SecondReader<'a>>,
    pub(super) catalog: &'a Catalog,
    /// `None`: chosen rows are only named, and read later.
    pub(super) outlet: Option<Outlet>,
}
