//! `[target] capacity`: how large the target may become. No server tells an ordinary role how much
//! room is left on its disk, so a person can say it.

use super::budget::EMPTY_DATABASE;
use super::finish;
use crate::config::{ByteSize, Config, Size};
use crate::failure::Failure;
use crate::postgres::Writable;
use crate::report::grouped;

const MEGABYTE: u64 = 1_000_000;

/// What a load may take of the target's room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capacity {
    limit: Option<u64>,
    /// What the load adds at most, as far as that is known before it.
    adds: Option<u64>,
    /// The old data stays until the COMMIT.
    swaps: bool,
}

impl Capacity {
    pub(super) fn of(config: &Config, swaps: bool) -> Self {
        let adds = match config.subset.size {
            Size::Budget(ByteSize(budget)) => Some(budget.saturating_sub(EMPTY_DATABASE)),
            Size::Linear(_) | Size::Logarithmic(_) => None,
        };
        Capacity { limit: config.target.capacity.map(|ByteSize(limit)| limit), adds, swaps }
    }

    /// Before anything is read or changed: whether the present data and the load have room.
    pub(super) async fn check(&self, target: &Writable) -> Result<(), Failure> {
        let Some(limit) = self.limit else { return Ok(()) };
        self.judge(limit, finish::size(target).await?)
    }

    fn judge(&self, limit: u64, present: u64) -> Result<(), Failure> {
        if present.saturating_add(self.adds.unwrap_or(0)) <= limit {
            return Ok(());
        }
        let adds = self.adds.map(|adds| format!(", and the load adds up to {}", megabytes(adds)));
        let failure = Failure::new("the target has no room for the load").because(format!(
            "the database takes {} now{}",
            megabytes(present),
            adds.unwrap_or_default()
        ));
        let failure = self.named(failure, limit).because("nothing was touched");
        let room = limit.saturating_sub(present) / MEGABYTE;
        let enough = room + EMPTY_DATABASE / MEGABYTE;
        Err(match self.adds {
            Some(_) if room > 0 => failure.remedy(format!(
                "take a smaller budget, max_size = \"{enough}MB\" at most, or raise [target] \
                 capacity if the database's plan has more room"
            )),
            _ => failure.remedy(
                "raise [target] capacity if the database's plan has more room, or take a larger plan",
            ),
        })
    }

    /// Once rows are there, and again before the COMMIT: what the database takes.
    pub(super) async fn measure(&self, target: &Writable) -> Result<(), Failure> {
        let Some(limit) = self.limit else { return Ok(()) };
        self.judge_measured(limit, finish::size(target).await?)
    }

    fn judge_measured(&self, limit: u64, taken: u64) -> Result<(), Failure> {
        if taken <= limit {
            return Ok(());
        }
        let failure = Failure::new("the load exceeds the target's capacity")
            .because(format!("the database takes {} with the new data", megabytes(taken)));
        Err(self.named(failure, limit).because("nothing was committed").remedy(
            "take fewer rows, by a smaller fraction or [subset] max_size, or raise [target] \
             capacity if the database's plan has more room",
        ))
    }

    fn named(&self, failure: Failure, limit: u64) -> Failure {
        let failure = failure.because(format!("[target] capacity is {}", megabytes(limit)));
        if self.swaps {
            failure.because("the old data stays on disk until the COMMIT")
        } else {
            failure
        }
    }
}

/// Whole ones: near the limit, two digits would not show which side of it a size is on.
fn megabytes(bytes: u64) -> String {
    format!("{} MB", grouped(bytes.div_ceil(MEGABYTE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(adds: Option<u64>, swaps: bool) -> Capacity {
        Capacity { limit: Some(1_000 * MEGABYTE), adds, swaps }
    }

    #[test]
    fn a_load_that_has_room_is_not_refused() {
        let budget = capacity(Some(192 * MEGABYTE), false);
        assert_eq!(budget.judge(1_000 * MEGABYTE, 8 * MEGABYTE), Ok(()));
        assert_eq!(budget.judge(1_000 * MEGABYTE, 808 * MEGABYTE), Ok(()), "exactly");
        assert_eq!(capacity(None, true).judge(1_000 * MEGABYTE, 999 * MEGABYTE), Ok(()));
        assert_eq!(budget.judge_measured(1_000 * MEGABYTE, 1_000 * MEGABYTE), Ok(()));
    }

    #[test]
    fn a_load_without_room_is_refused_with_the_numbers() {
        let limit = 1_000 * MEGABYTE;
        let told = [
            capacity(Some(192 * MEGABYTE), true).judge(limit, 850 * MEGABYTE),
            capacity(Some(192 * MEGABYTE), false).judge(limit, 1_100 * MEGABYTE),
            capacity(None, false).judge(limit, 1_100 * MEGABYTE),
            capacity(None, true).judge_measured(limit, 1_040 * MEGABYTE),
        ];
        let told: Vec<String> =
            told.into_iter().map(|told| told.expect_err("no room").to_string()).collect();
        insta::assert_snapshot!(told.join("\n\n"));
    }
}
