//! Planning: what is known and decided before rows are chosen.

pub(crate) mod ahead;
pub(crate) mod check_sql;
pub(crate) mod count;
pub(crate) mod goal;
pub(crate) mod horizons;
pub(crate) mod left_empty;
pub(crate) mod make;
pub(crate) mod plan;
pub(crate) mod row_count;
