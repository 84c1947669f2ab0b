//! What people read: progress while it runs, and the result.

mod differences;
mod first_file;
mod lines;
mod masks;
mod numbers;
mod outlet;
mod plan;
mod planned_masks;
mod progress;
mod result;
mod result_as_json;
mod status;
mod why;

pub use differences::Differences;
pub use masks::{KeyKind, Masked, MaskedColumn, MaskedPath, Masks};
pub use numbers::{bytes, counted, duration, grouped};
pub use outlet::{Format, say, tell, tell_json};
pub use plan::{
    ForeignKeyName, MissingIndex, Nulled, PLAN_VERSION, Plan, PlannedBytes, PlannedSubset,
    PulledIn, TablePlan, Undeclared, Unsorted,
};
pub use planned_masks::{PLANNED_MASKS_VERSION, PlannedMask, PlannedMasks};
pub use progress::Progress;
pub use result::{
    FirstAttempt, Replaced, Report, Severed, SizeReport, TableReport, Unresolved, part_text,
};
pub use status::{LoadStatus, LoadedTable, RunningStatus, STATUS_VERSION, SetUpState, Status};
pub use why::{Absence, Held, How, ParentState, RowName, Step, Trace, Why};
