//! A column of a table of keys and values: each value is masked as the key of its row says.

use super::deciding::Decided;
use crate::catalog::{Catalog, TableId};
use crate::mask::Mask;
use crate::mask::classify::entry;
use crate::mask::values::{CannotMask, Kind, MaskKey, Masked, Masker, Shape, wire};
use crate::stream::edit::{NotRewritten, Rewrite, Rewritten};
use crate::stream::format::Format;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// What a mask and its paths are prepared for.
type Prepared = HashMap<(Mask, Vec<(String, Mask)>), Rc<Masker>>;

/// How the values of one column are masked.
pub(super) struct ByKey {
    /// Of the table, as its name.
    title: String,
    key: MaskKey,
    shape: Shape,
    /// As the values travel, and as the keys do.
    kinds: (Kind, Kind),
    /// The column of the keys, by its place among the written ones.
    beside: usize,
    maskers: RefCell<Prepared>,
}

impl ByKey {
    pub(super) fn new(
        key: &MaskKey,
        shape: Shape,
        decided: &Decided,
        catalog: &Catalog,
        (id, of): (TableId, usize),
    ) -> Option<Self> {
        let table = &catalog.tables[id];
        let keys = decided.keys_of(table, id, of)?;
        Some(ByKey {
            title: table.name.name.clone(),
            key: key.clone(),
            shape,
            kinds: (decided.kind(catalog, id, of), decided.kind(catalog, id, keys)),
            beside: table.written().position(|column| column == keys)?,
            maskers: RefCell::default(),
        })
    }

    /// Whether keys and values can be read in the binary format.
    pub(super) fn has_binary(&self) -> bool {
        wire::supports(&self.kinds.0) && wire::supports(&self.kinds.1)
    }

    /// As an edit of rows of this format.
    pub(super) fn rewrite(by_key: &Rc<Self>, format: Format) -> Rc<dyn Rewrite> {
        Rc::new(Travelling { by_key: Rc::clone(by_key), format })
    }

    /// The masked value of a row; `None`: it stays.
    fn mask(&self, key: &str, value: &str) -> Result<Option<Masked>, CannotMask> {
        let document = value.trim_start().starts_with(['{', '[', '<']);
        let known = if document { self.shape.paths.clone() } else { Vec::new() };
        let (mask, paths) = match entry(&self.title, key, value) {
            Some(found) if found.mask == Mask::Json => (Mask::Json, [known, found.paths].concat()),
            Some(found) => (found.mask, Vec::new()),
            None if known.is_empty() => return Ok(None),
            None => (Mask::Json, known),
        };
        self.masker(mask, paths)?.mask(value).map(Some)
    }

    fn masker(&self, mask: Mask, paths: Vec<(String, Mask)>) -> Result<Rc<Masker>, CannotMask> {
        let wanted = (mask, paths);
        if let Some(masker) = self.maskers.borrow().get(&wanted) {
            return Ok(Rc::clone(masker));
        }
        let (mask, paths) = &wanted;
        let shape = Shape { tie: mask.to_string(), paths: paths.clone(), ..self.shape.clone() };
        let masker = Rc::new(Masker::new(&self.key, mask, &shape)?);
        self.maskers.borrow_mut().insert(wanted, Rc::clone(&masker));
        Ok(masker)
    }
}

/// The values of one column on their way.
struct Travelling {
    by_key: Rc<ByKey>,
    format: Format,
}

impl fmt::Debug for Travelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Travelling({:?}, {:?})", self.by_key.kinds, self.format)
    }
}

impl Rewrite for Travelling {
    fn rewrite(&self, value: &[u8], out: &mut Vec<u8>) -> Result<Rewritten, NotRewritten> {
        self.rewrite_beside(None, value, out)
    }

    fn beside(&self) -> Option<usize> {
        Some(self.by_key.beside)
    }

    fn rewrite_beside(
        &self,
        beside: Option<&[u8]>,
        value: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Rewritten, NotRewritten> {
        let failed = |error: &dyn fmt::Display| NotRewritten(error.to_string());
        let text = self.format == Format::Text;
        let (of_value, of_key) = &self.by_key.kinds;
        let kind = |kind| if text { &Kind::Text } else { kind };
        let key = match beside {
            Some(key) => wire::read(kind(of_key), key).map_err(|error| failed(&error))?,
            None => "".into(),
        };
        let value = wire::read(kind(of_value), value).map_err(|error| failed(&error))?;
        let masked = self.by_key.mask(&key, &value).map_err(|error| failed(&error))?;
        match masked {
            None => Ok(Rewritten::Kept),
            Some(Masked::Null) => Ok(Rewritten::Null),
            Some(Masked::Value(masked)) if masked == value => Ok(Rewritten::Kept),
            Some(Masked::Value(masked)) => {
                wire::write(kind(of_value), &masked, out).map_err(|error| failed(&error))?;
                Ok(Rewritten::Changed)
            }
        }
    }
}
