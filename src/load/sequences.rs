//! Sequences continue after the highest key: where the source is, or further if keys are.

use crate::catalog::{Catalog, Sequence, SequenceState};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, QuotedLiteral, Writable};

/// Sets all sequences. Says which could not be read on the source and draw from no column, so that
/// they start anew.
pub(super) async fn set(target: &Writable, catalog: &Catalog) -> Result<Vec<String>, Failure> {
    let failed = |error| target.failure("cannot set the sequences of the target", &error);
    let keys = extreme_keys(target, catalog).await.map_err(failed)?;
    let mut anew = Vec::new();
    let mut settings = Vec::new();
    for (sequence, keys) in catalog.sequences.iter().zip(keys) {
        match continued(sequence, keys) {
            Some(state) => settings.push(format!(
                "pg_catalog.setval({}::regclass, {}, {})",
                QuotedLiteral::new(&sequence.name.quoted().to_string()),
                state.last_value,
                state.is_called
            )),
            None if sequence.state.is_none() && sequence.columns.is_empty() => {
                anew.push(sequence.name.to_string());
            }
            None => {}
        }
    }
    for chunk in settings.chunks(100) {
        target.query(&format!("select {}", chunk.join(", ")), &[]).await.map_err(failed)?;
    }
    Ok(anew)
}

/// The lowest and the highest key that a sequence's columns hold in the target.
async fn extreme_keys(
    target: &Writable,
    catalog: &Catalog,
) -> Result<Vec<Option<(i64, i64)>>, tokio_postgres::Error> {
    let mut keys: Vec<Option<(i64, i64)>> = vec![None; catalog.sequences.len()];
    let mut questions = Vec::new();
    for (position, sequence) in catalog.sequences.iter().enumerate() {
        for (table, column) in &sequence.columns {
            let table = &catalog.tables[*table];
            let column = QuotedIdent::new(&table.columns[*column].name);
            questions.push(format!(
                "select {position}::integer, min({column})::bigint, max({column})::bigint from {}",
                table.name.quoted()
            ));
        }
    }
    for chunk in questions.chunks(100) {
        for row in target.query(&chunk.join(" union all "), &[]).await? {
            let position = usize::try_from(row.get::<_, i32>(0)).unwrap_or_default();
            if let (Some(low), Some(high)) = (row.get::<_, Option<i64>>(1), row.get(2)) {
                let (lowest, highest) = keys[position].unwrap_or((low, high));
                keys[position] = Some((lowest.min(low), highest.max(high)));
            }
        }
    }
    Ok(keys)
}

/// The state to set; nothing where the new sequence is right already.
fn continued(sequence: &Sequence, keys: Option<(i64, i64)>) -> Option<SequenceState> {
    let ascending = sequence.increment > 0;
    let furthest = keys.map(|(lowest, highest)| if ascending { highest } else { lowest });
    // a key out of the sequence's range, or one that cycles, says nothing of where it is, if anything
    // else does
    let told = sequence.cycles && sequence.state.is_some();
    let furthest =
        furthest.filter(|key| !told && (sequence.minimum..=sequence.maximum).contains(key));
    let beyond = |state: SequenceState, key: i64| {
        let next = if state.is_called {
            state.last_value.saturating_add(sequence.increment)
        } else {
            state.last_value
        };
        if ascending { next > key } else { next < key }
    };
    match (sequence.state, furthest) {
        (Some(state), Some(key)) if !beyond(state, key) => {
            Some(SequenceState { last_value: key, is_called: true })
        }
        (Some(state), _) => Some(state),
        // made anew, it stands at its start
        (None, Some(key)) => {
            let anew = SequenceState { last_value: sequence.start, is_called: false };
            (!beyond(anew, key)).then_some(SequenceState { last_value: key, is_called: true })
        }
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::QualifiedName;

    fn sequence(increment: i64, state: Option<(i64, bool)>) -> Sequence {
        Sequence {
            name: QualifiedName::new("public", "s"),
            start: if increment > 0 { 5 } else { -1 },
            increment,
            minimum: if increment > 0 { 1 } else { -1000 },
            maximum: if increment > 0 { 1000 } else { -1 },
            cycles: false,
            state: state.map(|(last_value, is_called)| SequenceState { last_value, is_called }),
            columns: Vec::new(),
        }
    }

    fn set_to(
        increment: i64,
        state: Option<(i64, bool)>,
        keys: Option<(i64, i64)>,
    ) -> Option<(i64, bool)> {
        continued(&sequence(increment, state), keys)
            .map(|state| (state.last_value, state.is_called))
    }

    #[test]
    fn the_source_is_followed_where_it_is_ahead() {
        assert_eq!(set_to(1, Some((50, true)), Some((1, 49))), Some((50, true)));
        assert_eq!(set_to(10, Some((51, true)), Some((1, 41))), Some((51, true)));
        assert_eq!(set_to(-1, Some((-50, true)), Some((-49, -1))), Some((-50, true)));
        assert_eq!(set_to(1, Some((1, false)), None), Some((1, false)));
    }

    #[test]
    fn keys_that_are_ahead_are_passed() {
        assert_eq!(set_to(1, Some((5, true)), Some((1, 49))), Some((49, true)));
        assert_eq!(set_to(1, Some((49, false)), Some((1, 49))), Some((49, true)));
        assert_eq!(set_to(-1, Some((-5, true)), Some((-49, -1))), Some((-49, true)));
    }

    #[test]
    fn a_sequence_that_cannot_be_read_follows_its_keys() {
        assert_eq!(set_to(1, None, Some((3, 7))), Some((7, true)));
        assert_eq!(set_to(1, None, Some((3, 4))), None);
        assert_eq!(set_to(1, None, None), None);
        let cycling = |state| Sequence { cycles: true, ..sequence(1, state) };
        let passed = SequenceState { last_value: 60, is_called: true };
        assert_eq!(continued(&cycling(None), Some((1, 60))), Some(passed));
        let state = SequenceState { last_value: 7, is_called: true };
        assert_eq!(continued(&cycling(Some((7, true))), Some((1, 60))), Some(state));
    }

    #[test]
    fn keys_out_of_range_are_not_followed() {
        assert_eq!(set_to(1, Some((5, true)), Some((1, 5_000))), Some((5, true)));
    }
}
