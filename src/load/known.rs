//! What a load knows of its source before rows are selected.

use super::exceptions::Peculiar;
use super::extension_rows::ExtensionRows;
use super::extensions;
use super::finish::Provenance;
use super::making::Versions;
use super::masking::Masks;
use super::select::Counts;
use super::unlock::Unlocking;
use crate::catalog::{Catalog, Outside};
use crate::subset::rules::Rule;
use std::collections::HashMap;

pub(super) type Extensions = HashMap<String, extensions::Extension>;

/// What is read of the source before anything is made.
pub(super) struct Known {
    pub(super) catalog: Catalog,
    pub(super) rules: Vec<Rule>,
    pub(super) extensions: Extensions,
    pub(super) peculiar: Peculiar,
    pub(super) versions: Versions,
    pub(super) may_stop: bool,
    pub(super) masks: Masks,
}

/// What is known before rows are selected.
pub(super) struct Source<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) rules: &'a [Rule],
    pub(super) extensions: &'a Extensions,
    pub(super) extension_rows: &'a ExtensionRows<'a>,
    pub(super) provenance: &'a Provenance,
    pub(super) peculiar: &'a Peculiar,
    pub(super) outside: &'a Outside,
    pub(super) unlocking: &'a Unlocking,
    pub(super) versions: &'a Versions,
    /// Whether the schema may have what the target cannot have: no row is read before that is known.
    pub(super) may_stop: bool,
    pub(super) masks: &'a Masks,
}

/// Which rows: the rules, and how many rows of each table they were found for.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) rules: &'a [Rule],
    pub(super) counts: &'a Counts,
}
