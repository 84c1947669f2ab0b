//! Ways to rows by their keys, and the settings that make the planner take them.

use crate::catalog::Table;
use crate::subset::references::Form;

/// How rows are found by keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Through an index on the columns, a key after the other.
    Index,
    /// Through such an index, all keys together; then the rows, in the order in which they lie.
    Blocks,
    /// Through an index of elements, which gives bitmaps only.
    Bitmap,
    /// No index serves: a hash join over the whole table.
    Scan,
}

impl Access {
    /// The better way to look up keys of this form in a table, where an index serves.
    #[must_use]
    pub fn in_blocks(self, table: &Table, forms: &[Form]) -> Self {
        let list = matches!(forms, [form] if form.array(0).is_some());
        if self == Access::Index && list && table.bytes <= MOST_IN_BLOCKS {
            return Access::Blocks;
        }
        self
    }
}

/// The planner does not know how long a key list is, nor, without statistics, how many rows a key
/// has. Left alone it may read a whole table and compare each row with each key. So these settings
/// choose for it: each key through the index (and not by a bitmap, which turns lossy when it is
/// large, and then compares each row with each key, too), …
pub const PLAN_LOOKUPS: &str = "set local enable_seqscan = off; \
     set local enable_bitmapscan = off; set local enable_hashjoin = off; \
     set local enable_mergejoin = off; set local max_parallel_workers_per_gather = 0";

/// … or all keys through the index, and then each block of the table once, which takes half the
/// time of coming back to it for each row. The bitmap of a table of up to [`MOST_IN_BLOCKS`] bytes
/// stays exact, whatever the keys: it takes 72 bytes a block at most …
pub const PLAN_BLOCKS: &str = "set local enable_seqscan = off; set local enable_indexscan = off; \
     set local enable_hashjoin = off; set local enable_mergejoin = off; \
     set local max_parallel_workers_per_gather = 0; set local work_mem = '64MB'";

/// The largest heap (bytes) that is read by [`PLAN_BLOCKS`].
pub const MOST_IN_BLOCKS: u64 = 4 << 30;

/// … or each key through an index of elements, …
pub const PLAN_BITMAPS: &str = "set local enable_seqscan = off; set local enable_hashjoin = off; \
     set local enable_mergejoin = off; set local max_parallel_workers_per_gather = 0";

/// … or the table once, against a hash table of the keys.
pub const PLAN_SCAN: &str = "set local enable_nestloop = off; set local enable_mergejoin = off";

/// Back to the planner's own choice.
pub const PLAN_FREELY: &str = "set local enable_seqscan = on; set local enable_hashjoin = on; \
     set local enable_mergejoin = on; set local enable_nestloop = on; \
     set local enable_bitmapscan = on; set local enable_indexscan = on; \
     set local max_parallel_workers_per_gather to default; set local work_mem to default";
