//! What a run finds, and what it therefore does: the table of PRODUCT.md, section 1.

use super::occasion::Occasion;
use crate::record::{Gone, Holding, Identity, Record};

/// What was found in the target.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The record, where it is this database's own.
    pub(super) record: Option<Record>,
    /// The database that the record is about, where that is another one.
    pub(super) copied_from: Option<Identity>,
    /// What the database holds besides it.
    pub(super) holding: Option<Holding>,
    /// All that the load left is gone.
    pub(super) gone: Option<Gone>,
}

/// What the app and its configuration make of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wishes {
    /// `app.json`'s postdeploy calls review-data.
    pub(super) postdeploy_follows: bool,
    pub(super) existing: Existing,
    /// Commands of `[postdeploy] before` and `after` that have not ended well.
    pub(super) missing: bool,
    /// There is a migration command.
    pub(super) migrates: bool,
}

/// What is done with a filled database that has no record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Existing {
    #[default]
    Refuse,
    /// `[target] existing = "replace"`
    Replace,
    /// `REVIEW_DATA_ADOPT`
    Adopt,
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// Record that this release ran; postdeploy comes next.
    Await,
    /// The whole set-up.
    Everything(Because),
    /// Record a filled database as the app's own, then run the migrations.
    Adopt,
    /// The migrations alone: an adopted database has no set-up.
    MigrateAdopted,
    /// The migrations alone: all else is done.
    Migrate,
    /// The migrations, with a warning: what the load left is gone.
    MigrateWhatIsLeft,
    /// What is missing after the load.
    Complete,
    /// Everything is done.
    Nothing,
    /// What the load left is gone, and postdeploy has nothing to run on.
    RefuseGone,
    /// The database is filled, and not known to be the app's own.
    RefuseNotOurs,
}

/// Why the whole set-up is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Because {
    /// It is the first run on an empty database.
    Empty,
    /// A release ran before, and nothing is loaded yet.
    NothingLoaded,
    /// `[target] existing = "replace"`
    ReplaceExisting,
    /// `--replace`
    Replace,
}

impl State {
    pub(super) fn is_loaded(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.loaded.is_some())
    }

    /// Filled, and without a record of ours.
    pub(super) fn is_unknown(&self) -> bool {
        self.record.is_none() && self.holding.is_some()
    }

    pub(super) fn course(&self, occasion: Occasion, wishes: Wishes) -> Course {
        let release = occasion == Occasion::Release;
        let replace = occasion == Occasion::Postdeploy { replace: true };
        let Some(record) = &self.record else {
            return match &self.holding {
                None if release && wishes.postdeploy_follows => Course::Await,
                None => Course::Everything(Because::Empty),
                Some(_) => match wishes.existing {
                    Existing::Refuse => Course::RefuseNotOurs,
                    Existing::Adopt => Course::Adopt,
                    Existing::Replace if release && wishes.postdeploy_follows => Course::Await,
                    Existing::Replace => Course::Everything(Because::ReplaceExisting),
                },
            };
        };
        if replace && (self.is_loaded() || record.adopted_at.is_some()) {
            return Course::Everything(Because::Replace);
        }
        if !self.is_loaded() {
            return match record.awaited {
                Some(_) if record.adopted_at.is_none() => {
                    Course::Everything(Because::NothingLoaded)
                }
                _ if record.adopted_at.is_some() => Course::MigrateAdopted,
                _ => Course::Everything(Because::Empty),
            };
        }
        if self.gone.is_some() {
            return if release { Course::MigrateWhatIsLeft } else { Course::RefuseGone };
        }
        let migrated = !wishes.migrates || record.is_migrated();
        let done = migrated && !wishes.missing && record.running.is_none() && !record.of_0_1_0;
        match (done, release) {
            (true, true) => Course::Migrate,
            (true, false) => Course::Nothing,
            (false, _) => Course::Complete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Awaited, Ended, Loaded, Running, Step};

    const POSTDEPLOY: Occasion = Occasion::Postdeploy { replace: false };
    const REPLACE: Occasion = Occasion::Postdeploy { replace: true };
    const FOLLOWS: Wishes = Wishes {
        postdeploy_follows: true,
        existing: Existing::Refuse,
        missing: false,
        migrates: true,
    };

    fn record() -> Record {
        Record {
            tool_version: "0.2.0".to_owned(),
            of_0_1_0: false,
            app: None,
            awaited: None,
            adopted_at: None,
            loaded: None,
            migrated_at: None,
            migration_failed_at: None,
            cut_at: None,
            running: None,
            ended: Ended::default(),
        }
    }

    fn loaded() -> Record {
        let text = || "then".to_owned();
        let loaded = Loaded {
            at: text(),
            source: text(),
            snapshot_at: text(),
            tool_version: text(),
            masked: false,
        };
        Record { loaded: Some(loaded), ..record() }
    }

    fn awaited() -> Record {
        let awaited = Awaited { at: "then".to_owned(), was_empty: true };
        Record { awaited: Some(awaited), ..record() }
    }

    fn state(record: Option<Record>, filled: bool) -> State {
        let holding = filled.then(|| Holding::new(1, vec!["public.users".to_owned()]));
        State { record, copied_from: None, holding, gone: None }
    }

    /// Release, postdeploy, postdeploy --replace.
    #[track_caller]
    fn courses(state: &State, wishes: Wishes, expected: [Course; 3]) {
        let found = [Occasion::Release, POSTDEPLOY, REPLACE].map(|o| state.course(o, wishes));
        assert_eq!(found, expected, "{state:?}");
    }

    #[test]
    fn each_row_of_the_table_has_its_course() {
        use Because::{Empty, NothingLoaded, Replace, ReplaceExisting};
        use Course::*;
        let empty = state(None, false);
        courses(&empty, FOLLOWS, [Await, Everything(Empty), Everything(Empty)]);
        let alone = Wishes { postdeploy_follows: false, ..FOLLOWS };
        courses(&empty, alone, [Everything(Empty); 3]);
        for filled in [false, true] {
            let awaited = state(Some(awaited()), filled);
            courses(&awaited, FOLLOWS, [Everything(NothingLoaded); 3]);
        }
        let loaded_only = state(Some(loaded()), true);
        courses(&loaded_only, FOLLOWS, [Complete, Complete, Everything(Replace)]);
        let migrated = Record { migrated_at: Some("then".to_owned()), ..loaded() };
        let done = state(Some(migrated.clone()), true);
        courses(&done, FOLLOWS, [Migrate, Nothing, Everything(Replace)]);
        let after_missing = Wishes { missing: true, ..FOLLOWS };
        courses(&done, after_missing, [Complete, Complete, Everything(Replace)]);
        let gone = State { gone: Some(Gone::new(1, 0, vec!["a".to_owned()])), ..done.clone() };
        courses(&gone, FOLLOWS, [MigrateWhatIsLeft, RefuseGone, Everything(Replace)]);
        for failed in [
            Record { migration_failed_at: Some("now".to_owned()), ..migrated.clone() },
            Record { cut_at: Some("now".to_owned()), ..migrated.clone() },
            Record {
                running: Some(Running {
                    step: Step::Migrations,
                    since: "now".to_owned(),
                    command: String::new(),
                }),
                ..migrated.clone()
            },
            Record { of_0_1_0: true, ..loaded() },
        ] {
            courses(&state(Some(failed), true), FOLLOWS, [Complete, Complete, Everything(Replace)]);
        }
        let not_ours = state(None, true);
        courses(&not_ours, FOLLOWS, [RefuseNotOurs; 3]);
        courses(&not_ours, Wishes { existing: Existing::Adopt, ..FOLLOWS }, [Adopt; 3]);
        let replace = Wishes { existing: Existing::Replace, ..FOLLOWS };
        let replaced = Everything(ReplaceExisting);
        courses(&not_ours, replace, [Await, replaced, replaced]);
        let adopted = state(Some(Record { adopted_at: Some("then".to_owned()), ..record() }), true);
        courses(&adopted, FOLLOWS, [MigrateAdopted, MigrateAdopted, Everything(Replace)]);
        // its tables are dropped by somebody: it is still the app's own
        let dropped = State { holding: None, ..adopted };
        courses(&dropped, FOLLOWS, [MigrateAdopted, MigrateAdopted, Everything(Replace)]);
    }

    #[test]
    fn an_app_without_migrations_is_done_without_them() {
        let wishes = Wishes { migrates: false, ..FOLLOWS };
        courses(
            &state(Some(loaded()), true),
            wishes,
            [Course::Migrate, Course::Nothing, Course::Everything(Because::Replace)],
        );
    }
}
