//! A column with few allowed values gets one of them, whatever the mask.
//!
//! The values are permuted, so distinct ones stay distinct.

use super::Rule;
use crate::mask::values::key::Keyed;
use crate::mask::values::permute::Permutation;
use crate::mask::values::{CannotMask, Shape};

struct Allowed {
    keyed: Keyed,
    values: Vec<String>,
    unique: bool,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if shape.allowed.is_empty() {
        return Err(CannotMask::Type);
    }
    let keyed = keyed.apart("allowed");
    Ok(Box::new(Allowed { keyed, values: shape.allowed.clone(), unique: shape.unique }))
}

impl Rule for Allowed {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let count = self.values.len();
        let place = self.values.iter().position(|allowed| allowed == value);
        let other = match place {
            Some(place) => {
                let place = u128::try_from(place).unwrap_or(0);
                let limit = u128::try_from(count).unwrap_or(1);
                usize::try_from(Permutation::new(&self.keyed, limit, 0).apply(place)).unwrap_or(0)
            }
            None if self.unique => return Err(CannotMask::Few { allowed: count }),
            None => self.keyed.draw(value.as_bytes()).below(count),
        };
        out.push_str(&self.values[other]);
        Ok(())
    }
}
