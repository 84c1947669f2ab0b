//! The search for the part f of the logarithmic formula (rows^f) whose database has a certain
//! size.
//!
//! How many rows foreign keys bring along is known only once a selection was made, so the search
//! goes by trials. What a trial brought, against what the rules alone would give, tells where the
//! next one should be.

/// A selection that was made, and what its database takes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    pub part: f64,
    pub bytes: f64,
}

/// The part to try next, so that the database has `aim` bytes. `model` says what the rules alone
/// give at a part, and never falls; the bytes that are there whatever the part are `model(0)`.
#[must_use]
pub fn next_part(model: impl Fn(f64) -> f64, aim: f64, tried: &[Trial]) -> f64 {
    let fixed = model(0.0);
    // how many times as much as by the rules alone, at a trial
    let times = |trial: &Trial| {
        ((trial.bytes - fixed).max(1.0) / (model(trial.part) - fixed).max(1.0)).ln()
    };
    let (below, above) = bracket(aim, tried);
    let mut nearest: Vec<&Trial> = tried.iter().collect();
    nearest.sort_by(|a, b| off(a, aim).total_cmp(&off(b, aim)));
    let pair = match (&below, &above) {
        (Some(low), Some(high)) => Some((low, high)),
        _ => nearest.first().copied().zip(nearest.get(1).copied()),
    };
    let at = |part: f64| match (pair, nearest.first()) {
        (Some((one, other)), _) => {
            let way = (part - one.part) / (other.part - one.part);
            times(one) * (1.0 - way) + times(other) * way
        }
        (None, Some(one)) => times(one),
        (None, None) => 0.0,
    };
    let part = solve(|part| fixed + (model(part) - fixed) * at(part).exp(), aim);
    let low = below.map_or(0.0, |trial| trial.part);
    let high = above.map_or(1.0, |trial| trial.part);
    let margin = (high - low) / 20.0;
    match (below, above) {
        (None, None) => part,
        (Some(_), None) => part.max(low + margin),
        (None, Some(_)) => part.min(high - margin),
        (Some(_), Some(_)) => part.clamp(low + margin, high - margin),
    }
}

/// The trials that come next to the aim: one below it (or just there), and one above.
#[must_use]
pub fn bracket(aim: f64, tried: &[Trial]) -> (Option<Trial>, Option<Trial>) {
    let by_part = |a: &&Trial, b: &&Trial| a.part.total_cmp(&b.part);
    let above = tried.iter().filter(|trial| trial.bytes > aim).min_by(by_part);
    // more rows may take less than fewer did: then the fewer say nothing
    let high = above.map_or(f64::INFINITY, |trial| trial.part);
    let low = |trial: &&Trial| trial.bytes <= aim && trial.part < high;
    (tried.iter().filter(low).max_by(by_part).copied(), above.copied())
}

fn off(trial: &Trial, aim: f64) -> f64 {
    (trial.bytes.max(1.0) / aim).ln().abs()
}

/// The largest part whose rows take at most `aim` bytes.
fn solve(bytes: impl Fn(f64) -> f64, aim: f64) -> f64 {
    const STEPS: usize = 30;
    let (mut low, mut high) = (0.0, 1.0);
    if bytes(high) <= aim {
        return high;
    }
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if bytes(middle) <= aim { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [f64; 3] = [1e3, 1e5, 6e6];

    fn rules(part: f64) -> f64 {
        8e6 + TABLES.iter().map(|rows| 100.0 * rows.powf(part)).sum::<f64>()
    }

    /// How many trials it takes until the bytes are within 4 % of the aim.
    fn trials(truth: impl Fn(f64) -> f64, aim: f64) -> usize {
        let mut tried = Vec::new();
        loop {
            let part = next_part(rules, aim, &tried);
            tried.push(Trial { part, bytes: truth(part) });
            if (truth(part) / aim - 1.0).abs() < 0.04 || tried.len() > 30 {
                return tried.len();
            }
        }
    }

    #[test]
    fn where_foreign_keys_bring_nothing_the_first_trial_does() {
        assert_eq!(trials(rules, 50e6), 1);
        assert_eq!(trials(rules, 9e6), 1);
    }

    #[test]
    fn what_foreign_keys_bring_takes_few_trials_more() {
        let twice = |part: f64| 8e6 + 2.0 * (rules(part) - 8e6);
        assert!(trials(twice, 50e6) <= 2);
        let parents = |part: f64| rules(part) + 3e8 * part * part;
        assert!(trials(parents, 50e6) <= 5);
        let all_at_once = |part: f64| rules(part) + if part > 0.3 { 30e6 } else { 0.0 };
        assert!(trials(all_at_once, 50e6) <= 5);
    }

    #[test]
    fn a_part_is_never_tried_twice() {
        let steps = |part: f64| if part < 0.61 { 20e6 } else { 90e6 };
        let mut tried: Vec<Trial> = Vec::new();
        for _ in 0..12 {
            let part = next_part(rules, 50e6, &tried);
            assert!(tried.iter().all(|trial| (trial.part - part).abs() > 1e-9), "{tried:?}");
            tried.push(Trial { part, bytes: steps(part) });
        }
        let (low, high) = bracket(50e6, &tried);
        let (low, high) = (low.unwrap().part, high.unwrap().part);
        assert!(low < 0.61 && 0.61 <= high && high - low < 0.1, "{low} {high}");
    }

    #[test]
    fn everything_is_the_most() {
        assert_eq!(next_part(rules, 1e12, &[]).to_bits(), 1.0_f64.to_bits());
    }
}
