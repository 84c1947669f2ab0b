//! Masks in the load: decided before a row is copied, and applied to each row on its way
//! (`stream::edit`). The selection sees the source's values only; the target sees none of them.
//!
//! 1. Lines of the configuration are held against the catalogue, and values are sampled where they
//!    leave something open (`deciding`, `sampling`).
//! 2. `mask::decisions` decides, or refuses.
//! 3. A masker is prepared for each masked column (`field`), and tried on the target where a CHECK
//!    may object (`trial`).

mod by_key;
mod deciding;
mod field;
mod listed;
mod made_up;
mod masks;
mod memory;
mod planned;
mod result;
mod sampling;
mod secrets;
mod sql;
mod trial;
mod unmet;

pub(super) use deciding::{check_lines, decide};
pub(super) use masks::{Masks, Sides};
pub use planned::planned_masks;
pub(super) use secrets::Secrets;
pub use secrets::check_key;
pub(super) use trial::Trial;
pub(super) use unmet::cannot_mask;
