//! What asks: the sessions of the source, and the outlet for early rows. Nothing in it changes
//! while rows are selected.

use crate::catalog::Catalog;
use crate::load::select::asking::second_session::SecondReader;
use crate::load::select::travelling::outlet::Outlet;
use crate::postgres::ReadOnly;

pub(crate) struct Asking<'a> {
    pub(crate) source: &'a ReadOnly,
    pub(crate) second: Option<&'a SecondReader<'a>>,
    pub(crate) catalog: &'a Catalog,
    /// `None`: chosen rows are only named, and read later.
    pub(crate) outlet: Option<Outlet>,
}
