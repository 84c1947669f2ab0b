//! The rows that a choice has at hand, with their values.

use crate::load::select::asking::answer::Answer;
use crate::load::select::choosing::candidates::Candidates;
use crate::load::select::travelling::row_values::{IS_WHOLE, NO_VALUES, Values};
use crate::subset::choice::children::Candidate;
use crate::subset::choice::{Choice, Chosen};
use crate::subset::questions::AnswerLayout;
use crate::subset::rows::Address;

/// The values of the rows that a choice has at hand. The values of one question are held together,
/// and a row's place says which question that is.
pub(crate) struct Held {
    answers: Vec<Values>,
    layout: AnswerLayout,
}

/// Bits of a place within the values of one question.
const BITS: u32 = 40;

/// Which question's values a row has.
fn question(row: &Candidate) -> Option<usize> {
    usize::try_from((row.values & !IS_WHOLE) >> BITS).ok()
}

impl Held {
    /// `layout` is the layout of early rows.
    pub(crate) fn new(layout: AnswerLayout) -> Self {
        Held { answers: Vec::new(), layout }
    }

    pub(crate) fn layout(&self) -> &AnswerLayout {
        &self.layout
    }

    /// Takes over rows with their values.
    pub(crate) fn take(&mut self, found: Candidates) -> Vec<Candidate> {
        let (mut rows, values) = found.take();
        let number = self.answers.len() as u64;
        for row in rows.iter_mut().filter(|row| row.values != NO_VALUES) {
            row.values |= number << BITS;
        }
        self.answers.push(values);
        rows
    }

    /// Forgets what a choice has no use for any more.
    pub(crate) fn compact(&mut self, choice: &mut Choice<'_>) {
        let mut kept = Values::default();
        choice.compact(|row| match self.values(row) {
            Some((values, place)) => kept.copy(values, place),
            None => NO_VALUES,
        });
        self.answers = vec![kept];
    }

    fn values(&self, row: &Candidate) -> Option<(&Values, u64)> {
        let values = self.answers.get(question(row)?)?;
        Some((values, row.values & (IS_WHOLE | ((1 << BITS) - 1))))
    }

    /// What is made of a row's values, where they are there.
    pub(crate) fn of<T: Default>(
        &self,
        row: &Candidate,
        make: impl Fn(&[Option<&[u8]>]) -> T,
    ) -> T {
        let mut result = T::default();
        let there = self.values(row).map(|(values, place)| (values, place, row.address, ()));
        Values::each(there.into_iter(), &self.layout, |(), answer| result = make(answer.values));
        result
    }

    /// Hands over what is known of chosen rows.
    pub(crate) fn each<'a>(
        &self,
        chosen: impl Iterator<Item = Chosen<'a>>,
        hand_over: impl FnMut(Chosen<'a>, Answer<'_>),
    ) {
        let rows = chosen.filter_map(|one| {
            let (values, place) = self.values(one.row)?;
            Some((values, place, one.row.address, one))
        });
        Values::each(rows, &self.layout, hand_over);
    }

    /// The early rows among these.
    pub(crate) fn whole<'a>(&self, rows: impl Iterator<Item = Chosen<'a>>) -> WholeRows {
        let mut addresses = Vec::new();
        let mut places = vec![Vec::new(); self.answers.len()];
        for Chosen { row, .. } in rows.filter(|chosen| chosen.row.values & IS_WHOLE != 0) {
            let Some(places) = question(row).and_then(|question| places.get_mut(question)) else {
                continue;
            };
            addresses.push(row.address);
            places.push(row.values & ((1 << BITS) - 1));
        }
        let places = self.answers.iter().zip(places).map(|(values, mut places)| {
            // in the order in which they lie in memory, and in the source
            places.sort_unstable();
            (values.clone(), places)
        });
        WholeRows { addresses, places: places.collect() }
    }
}

/// Early rows, to be written.
#[derive(Default)]
pub(crate) struct WholeRows {
    pub(crate) addresses: Vec<Address>,
    /// Where they are, among the values of each question.
    pub(crate) places: Vec<(Values, Vec<u64>)>,
}
