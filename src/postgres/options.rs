//! The settings with which a session starts, ours and `pg_dump`'s.

use crate::failure::Side;

/// Time limits that a role or database may have, lifted at the start of the session.
const NO_TIME_LIMITS: &str = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0";

/// Nobody waits longer for a lock on the source: behind a schema change, a load gives up its own
/// locks and begins again. The target's are the load's own affair.
const LOCKS_OF_SOURCE: &str = "-c lock_timeout=10s";
const LOCKS_OF_TARGET: &str = "-c lock_timeout=0";

/// Settings of a role or database under which a server would refuse what we do, or would write
/// what another session reads differently. They go with the start of the session, so that they
/// hold for its first statement, and in `pg_dump` too: a hot standby refuses any statement under
/// `serializable`, and labels and comments are dumped as `standard_conforming_strings` has it.
/// A space in a value is escaped as libpq's options want it.
const SAME_EVERYWHERE: &str = "-c default_transaction_isolation=read\\ committed \
     -c default_transaction_deferrable=off -c client_encoding=UTF8 \
     -c standard_conforming_strings=on -c backslash_quote=safe_encoding \
     -c quote_all_identifiers=off -c array_nulls=on -c transform_null_equals=off \
     -c xmlbinary=base64 -c xmloption=content \
     -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=3 \
     -c bytea_output=hex -c row_security=on -c lc_monetary=C -c synchronize_seqscans=off";

/// The limit that may pass before a first statement. Servers before 14 do not know it, and refuse
/// a session that sets it.
const NO_IDLE_LIMIT: &str = "-c idle_session_timeout=0";
pub(super) const IDLE_LIMIT_SINCE: u32 = 14;

/// The user's own options, then ours, which win; for a server of major version `server`.
pub(super) fn startup_options(own: Option<&str>, side: Side, server: u32) -> String {
    let own = own.into_iter().chain([NO_TIME_LIMITS, SAME_EVERYWHERE]);
    let idle = (server >= IDLE_LIMIT_SINCE).then_some(NO_IDLE_LIMIT);
    let of_side: &[&str] = match side {
        Side::Source => &[LOCKS_OF_SOURCE, "-c default_transaction_read_only=on"],
        Side::Target => &[LOCKS_OF_TARGET],
    };
    own.chain(idle).chain(of_side.iter().copied()).collect::<Vec<_>>().join(" ")
}
