//! `constant:VALUE`: the same value in every row.

use super::Rule;
use crate::mask::values::{CannotMask, Shape};

struct Constant(String);

pub(super) fn prepare(text: &str, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if shape.unique {
        return Err(CannotMask::Equal);
    }
    if let Some(room) = shape.max_chars
        && text.chars().count() > room
    {
        return Err(CannotMask::Long(room));
    }
    if !shape.allowed.is_empty() && !shape.allowed.iter().any(|allowed| allowed == text) {
        return Err(CannotMask::NotAllowed);
    }
    Ok(Box::new(Constant(text.to_owned())))
}

impl Rule for Constant {
    fn rewrite(&self, _: &str, out: &mut String) -> Result<(), CannotMask> {
        out.push_str(&self.0);
        Ok(())
    }
}
