//! Failures of a server that pass by themselves: the same work, begun again, may succeed.

/// Which of the two databases, for settings and for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Source,
    Target,
}

impl Side {
    /// `the source`, `the target`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Side::Source => "the source",
            Side::Target => "the target",
        }
    }
}

/// A failure that passes, and the side whose server failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transient {
    pub side: Side,
    pub kind: TransientKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransientKind {
    /// A standby cancelled a read that stood in the way of replay; on the target, a deadlock.
    Conflict,
    /// A lock was not granted in time.
    Lock,
    /// The server has no free connection.
    Connections,
    /// The server ended the session, restarts, or the connection broke.
    Lost,
    /// Nobody answers at the address.
    Unreachable,
}

impl Transient {
    /// What this SQLSTATE says, if it is one that passes. A read-only transaction of ours meets
    /// 40001 and 40P01 only where a standby's replay cancels it.
    #[must_use]
    pub fn of_state(side: Side, state: &str) -> Option<Self> {
        let kind = match (side, state) {
            (_, "40001" | "40P01") => TransientKind::Conflict,
            (Side::Source, "55P03") => TransientKind::Lock,
            (_, "53300") => TransientKind::Connections,
            (_, "57P01" | "57P02" | "57P03") => TransientKind::Lost,
            (_, state) if state.starts_with("08") => TransientKind::Lost,
            _ => return None,
        };
        Some(Transient { side, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_pass_are_known() {
        let kind = |side, state| Transient::of_state(side, state).map(|transient| transient.kind);
        for side in [Side::Source, Side::Target] {
            assert_eq!(kind(side, "40001"), Some(TransientKind::Conflict));
            assert_eq!(kind(side, "40P01"), Some(TransientKind::Conflict));
            assert_eq!(kind(side, "53300"), Some(TransientKind::Connections));
            for lost in ["57P01", "57P02", "57P03", "08000", "08006", "08P01"] {
                assert_eq!(kind(side, lost), Some(TransientKind::Lost), "{lost}");
            }
            // permission denied, disk full, cancelled by a person, database dropped, a broken key
            for stays in ["42501", "53100", "57014", "57P04", "23503", "28P01", "3D000"] {
                assert_eq!(kind(side, stays), None, "{stays}");
            }
        }
        assert_eq!(kind(Side::Source, "55P03"), Some(TransientKind::Lock));
        assert_eq!(kind(Side::Target, "55P03"), None, "who sets a limit there retries itself");
    }
}
