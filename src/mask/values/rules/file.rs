//! `file`: the reference of a file that does not exist. Folders and the file's ending stay in shape.

use super::Rule;
use super::secret;
use super::url::{Url, ending};
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Shape};

struct File {
    url: Url,
    name: Box<dyn Rule>,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    Ok(Box::new(File { url: Url::new(keyed, shape), name: secret::prepare(keyed, shape)? }))
}

impl Rule for File {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        if value.contains("://") {
            return self.url.rewrite(value, out);
        }
        let ending = ending(value);
        self.name.rewrite(&value[..value.len() - ending.len()], out)?;
        out.push_str(ending);
        Ok(())
    }
}
