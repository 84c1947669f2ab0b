//! What an answer holds of each row, and in which order.

/// What an answer has besides each row's address and key values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct With {
    /// Its place in the seeded order.
    pub rank: bool,
    /// The row itself, as it will be written.
    pub row: bool,
}

impl With {
    pub const KEYS: With = With { rank: false, row: false };
    pub const RANK: With = With { rank: true, row: false };
}

/// A question, and how the rows of its answer are read.
#[derive(Clone, Debug)]
pub struct Question {
    pub sql: String,
    pub answer: AnswerLayout,
    /// All keys go into one statement: the places of different answers cannot be compared.
    pub at_once: bool,
}

/// How the rows of an answer are read. They begin with the `ctid`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerLayout {
    /// The `tableoid` follows: the table has partitions.
    pub relation: bool,
    /// How many columns of the row itself stand behind the address.
    pub columns: usize,
    /// Which value behind the address says that the row has large values, and so is not whole.
    large: Option<usize>,
    /// Which value behind the address each of the layout's is, the rank last; `None`: they come in
    /// their order.
    places: Option<Vec<usize>>,
}

impl AnswerLayout {
    /// The values to select behind the address. They contain the layout's `expressions`, and begin
    /// with the columns of the row itself if these are selected with the keys: `row` are these, and
    /// whether a row has large values.
    pub(super) fn of(
        relation: bool,
        row: Option<(&[String], Option<&str>)>,
        expressions: impl Iterator<Item = String>,
    ) -> (Vec<String>, Self) {
        let Some((columns, large)) = row else {
            return (expressions.collect(), AnswerLayout { relation, ..AnswerLayout::default() });
        };
        let mut values = columns.to_vec();
        values.extend(large.map(str::to_owned));
        let large = large.map(|_| columns.len());
        let places = expressions
            .map(|expression| {
                let known = values.iter().position(|known| *known == expression);
                known.unwrap_or_else(|| {
                    values.push(expression);
                    values.len() - 1
                })
            })
            .collect();
        (values, AnswerLayout { relation, columns: columns.len(), large, places: Some(places) })
    }

    /// Whether a row came whole: `given` are its values without its address.
    #[must_use]
    pub fn is_whole(&self, given: &[Option<&[u8]>]) -> bool {
        let large = self.large.and_then(|place| given.get(place).copied().flatten());
        self.columns > 0 && large != Some(&[1])
    }

    /// How many values an address takes.
    #[must_use]
    pub fn address(&self) -> usize {
        1 + usize::from(self.relation)
    }

    /// Puts the values of a row, without its address, into the layout's order.
    pub fn arrange<'a>(&self, given: &[Option<&'a [u8]>], values: &mut Vec<Option<&'a [u8]>>) {
        values.clear();
        match &self.places {
            None => values.extend_from_slice(given),
            Some(places) => {
                values.extend(places.iter().map(|place| given.get(*place).copied().flatten()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_values_are_found_among_the_columns_of_the_row() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let expressions = names(&["t.b", "t.c::text", "t.a"]);
        let (values, answer) =
            AnswerLayout::of(false, Some((&names(&["t.a", "t.b"]), None)), expressions.into_iter());
        assert_eq!(values, ["t.a", "t.b", "t.c::text"]);
        let given: [Option<&[u8]>; 3] = [Some(b"1"), None, Some(b"3")];
        let mut arranged = Vec::new();
        answer.arrange(&given, &mut arranged);
        assert_eq!(arranged, [None, Some(&b"3"[..]), Some(&b"1"[..])]);
        assert_eq!((answer.address(), answer.columns), (1, 2));
    }
}
