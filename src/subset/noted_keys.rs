//! The keys that chosen rows have and reference, as they are noted while rows are selected.

use super::key_set::KeySet;
use super::references::{Form, ReferencedKey, ReferencedKeyId, References, Want, WantId};
use crate::catalog::ById;
use crate::spill::SpillError;

/// The keys that chosen rows have and reference.
#[derive(Clone, Debug, Default)]
pub struct NotedKeys {
    /// The keys of chosen rows.
    pub present: ById<ReferencedKeyId, KeySet>,
    pub wants: ById<WantId, WantedKeys>,
}

/// The values of one want.
#[derive(Clone, Debug)]
pub struct WantedKeys {
    /// Not looked up yet.
    pub wanted: KeySet,
    pub asked: KeySet,
    /// Values that no row can have, such as a text where the referenced column is a number.
    pub misfits: KeySet,
}

impl NotedKeys {
    #[must_use]
    pub fn new(references: &References) -> Self {
        let wanted = |want: &Want| {
            let integers = want.forms == [Form::Integer];
            WantedKeys {
                wanted: KeySet::new(integers),
                asked: KeySet::new(integers),
                misfits: KeySet::new(false),
            }
        };
        let present = |key: &ReferencedKey| KeySet::new(key.is_integer());
        NotedKeys {
            present: references.referenced.iter().map(present).collect(),
            wants: references.wants.iter().map(wanted).collect(),
        }
    }

    /// Lets large sets go to files if memory is short.
    ///
    /// # Errors
    /// A file failed.
    pub fn relieve(&mut self) -> Result<(), SpillError> {
        let of_wants = |want: &mut WantedKeys| {
            let WantedKeys { wanted, asked, misfits } = want;
            [wanted, asked, misfits].into_iter().try_for_each(relieve)
        };
        self.present.iter_mut().try_for_each(relieve)?;
        self.wants.iter_mut().try_for_each(of_wants)
    }

    /// Takes the wanted keys that are neither there nor asked for already.
    ///
    /// # Errors
    /// A file failed.
    pub fn take_missing(
        &mut self,
        references: &References,
        want: WantId,
    ) -> Result<KeySet, SpillError> {
        let Want { referenced, comparable, .. } = references.wants[want];
        let present = &mut self.present[referenced];
        let WantedKeys { wanted, asked, .. } = &mut self.wants[want];
        present.settle();
        asked.settle();
        if comparable {
            wanted.take_missing_from(&[present, asked])
        } else {
            wanted.take_missing_from(&[asked])
        }
    }

    /// Takes the keys that were noted or asked for and that no chosen row has.
    ///
    /// # Errors
    /// A file failed.
    pub fn take_unresolved(
        &mut self,
        references: &References,
        want: WantId,
    ) -> Result<KeySet, SpillError> {
        let about = &references.wants[want];
        let WantedKeys { wanted, asked, .. } = &mut self.wants[want];
        wanted.settle();
        asked.settle();
        let asked = std::mem::replace(asked, KeySet::new(about.forms == [Form::Integer]));
        wanted.absorb(&asked);
        let present = &mut self.present[about.referenced];
        present.settle();
        wanted.take_missing_from(&[present])
    }
}

fn relieve(set: &mut KeySet) -> Result<(), SpillError> {
    set.relieve();
    set.check()
}
