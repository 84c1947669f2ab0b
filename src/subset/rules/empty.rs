//! Which tables get no rows at all.

use super::rule::Rule;
use crate::catalog::Catalog;
use crate::subset::size::Target;

/// A table that gives only what foreign keys need gives something where a table that has rows
/// references it.
pub(super) fn mark(rules: &mut [Rule], catalog: &Catalog) {
    for rule in rules.iter_mut() {
        rule.empty = matches!(rule.target, Target::None | Target::OnlyReferenced)
            && rule.always.is_empty()
            && rule.forced.is_empty();
    }
    loop {
        let mut more = false;
        for key in &catalog.foreign_keys {
            let referenced = &rules[key.referenced];
            if !rules[key.table].empty
                && referenced.empty
                && referenced.target == Target::OnlyReferenced
            {
                rules[key.referenced].empty = false;
                more = true;
            }
        }
        if !more {
            return;
        }
    }
}
