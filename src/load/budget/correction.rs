//! What loads that were made say about the estimates for the next one.

/// What a load took against the estimate for it.
#[derive(Clone, Debug)]
pub(super) struct Correction {
    pub(super) part: f64,
    pub(super) tables: Vec<f64>,
    /// Of all views together.
    pub(super) views: f64,
}

impl Correction {
    /// What is to be expected at a part, from what was seen at others.
    pub(super) fn at(part: f64, seen: &[Correction], tables: usize) -> Self {
        let mut nearest: Vec<&Correction> = seen.iter().collect();
        nearest.sort_by(|a, b| (a.part - part).abs().total_cmp(&(b.part - part).abs()));
        let below = nearest.iter().find(|other| other.part <= part);
        let above = nearest.iter().find(|other| other.part > part);
        match (below.zip(above), &nearest[..]) {
            (Some((one, other)), _) | (None, [one, other, ..]) => one.towards(other, part),
            (None, [one]) => Correction { part, ..(*one).clone() },
            (None, []) => Correction { part, tables: vec![1.0; tables], views: 1.0 },
        }
    }

    /// On the line through two of them: rows grow by powers of the part, and so do views that
    /// grow faster or slower than their tables.
    fn towards(&self, other: &Correction, part: f64) -> Self {
        /// Beyond what was seen, the line is not followed far.
        const FARTHEST: f64 = 8.0;
        let way = (part - self.part) / (other.part - self.part);
        let between = |one: f64, other: f64| {
            (one.ln() * (1.0 - way) + other.ln() * way).exp().clamp(1.0 / FARTHEST, FARTHEST)
        };
        let tables = self.tables.iter().zip(&other.tables).map(|(a, b)| between(*a, *b));
        Correction { part, tables: tables.collect(), views: between(self.views, other.views) }
    }
}
