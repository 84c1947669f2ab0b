//! Which of the configured commands have not ended well yet.

use super::app::App;
use crate::record::{self, List, Record};

/// The commands of `[postdeploy]` that have not ended well, in their order.
pub(super) fn missing_commands<'a>(app: &'a App<'_>, record: &Record) -> Vec<(List, &'a str)> {
    [List::Before, List::After]
        .into_iter()
        .flat_map(|list| missing(app, record, list).into_iter().map(move |command| (list, command)))
        .collect()
}

pub(super) fn missing<'a>(app: &'a App<'_>, record: &Record, list: List) -> Vec<&'a str> {
    let postdeploy = &app.config.postdeploy;
    match list {
        // `before` is for the first migration
        List::Before if record.migrated_at.is_some() || record.of_0_1_0 => Vec::new(),
        List::Before => record::missing(&postdeploy.before, record.ended.of(list)),
        List::After => record::missing(&postdeploy.after, record.ended.of(list)),
    }
}
