//! A target whose server is older than the source's: values that it does not have, or reads as others.

use super::making::older_target;
use crate::catalog::{Catalog, DataType, Table, Transfer};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, Writable};
use crate::stream::format::Format;

/// The servers' versions, such as `150018`.
#[derive(Clone, Copy)]
pub(super) struct Servers {
    source: i32,
    target: i32,
}

/// `"char"`
const CHAR: u32 = 18;

impl Servers {
    pub(super) fn of(source: &ReadOnly, target: &Writable) -> Self {
        Servers { source: source.server_version_num(), target: target.server_version_num() }
    }

    fn majors(self) -> (i32, i32) {
        (self.target / 10_000, self.source / 10_000)
    }

    fn is_target_older(self) -> bool {
        let (target, source) = self.majors();
        target < source
    }

    /// Whether values can travel in their binary form.
    pub(super) fn allow_binary(self, transfer: Transfer) -> bool {
        match transfer {
            Transfer::Binary => true,
            Transfer::BinaryToNewer => self.target >= 170_000 || !self.is_target_older(),
            Transfer::BinarySince14 => self.source.min(self.target) >= 140_000,
            Transfer::Text => false,
        }
    }

    /// The major version for which definitions are written, if it is older than the source's.
    pub(super) fn older(self) -> Option<u32> {
        let (target, _) = self.majors();
        u32::try_from(target).ok().filter(|_| self.is_target_older())
    }

    /// Adds to a failure at a value that an older server may not have it.
    pub(super) fn explain(self, failure: Failure) -> Failure {
        let (target, source) = self.majors();
        if self.is_target_older() { older_target(failure, target, source) } else { failure }
    }

    /// Since version 16, the text of a `"char"` beyond ASCII is `\303`, which an older server reads as a
    /// backslash. The binary form is the same.
    fn misreads(self, table: &Table) -> bool {
        let mut types = table.written().map(|column| &table.columns[column].data_type);
        let is_char = |data_type: &DataType| {
            data_type.oid == CHAR || data_type.element.as_ref().is_some_and(|of| of.oid == CHAR)
        };
        self.source >= 160_000
            && self.target < 160_000
            && format(table, self) == Format::Text
            && types.any(is_char)
    }

    /// Stops at a table whose values the target would take for others, before a row is selected.
    pub(super) fn check_values(self, catalog: &Catalog) -> Result<(), Failure> {
        let Some(table) = catalog.tables.iter().find(|table| self.misreads(table)) else {
            return Ok(());
        };
        let failure = Failure::new(format!("cannot copy {} to the target", table.name))
            .because("a server before PostgreSQL 16 reads the text of \"char\" as another value");
        Err(self.explain(failure))
    }
}

/// How the rows of a table travel.
pub(super) fn format(table: &Table, servers: Servers) -> Format {
    let mut written = table.written().map(|column| table.columns[column].data_type.transfer);
    if written.all(|transfer| servers.allow_binary(transfer)) {
        Format::Binary
    } else {
        Format::Text
    }
}
