//! Asking for the children of rows along one foreign key, declared or not.

use super::Selector;
use super::ask::Answer;
use crate::failure::Failure;
use crate::subset::keys::Keys;
use crate::subset::questions::{Lookup, Referencing, With};
use crate::subset::wants::Form;
use std::collections::HashSet;

impl Selector<'_> {
    /// Hands over the rows that reference these keys and meet the condition, each once.
    pub(super) async fn ask_children(
        &self,
        key: usize,
        parents: &Keys,
        condition: Option<&str>,
        with: With,
        mut hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        let table = foreign.table;
        let access = self.access_to_children(key, parents.len());
        let Some(mut along) = Referencing::along(self.catalog, foreign) else {
            let columns = &self.catalog.tables[foreign.referenced].columns;
            let forms: Vec<Form> = foreign
                .referenced_columns
                .iter()
                .map(|column| Form::of(&columns[*column].data_type))
                .collect();
            let lookup = Lookup {
                relation: None,
                columns: &foreign.columns,
                operators: &foreign.operators,
                forms: &forms,
            };
            return self
                .ask_by_keys(table, &lookup, parents, access, condition, with, hand_over)
                .await;
        };
        along.access = access.in_blocks(&self.catalog.tables[table], &along.forms);
        let access = along.access;
        let question = self.layouts[table].referencing(&along, condition, with);
        let values = along.values(parents);
        let mut seen = HashSet::new();
        let once = |answer: Answer<'_>| {
            if seen.insert(answer.address) {
                hand_over(answer);
            }
        };
        self.ask_with_keys(table, &question, &along.forms, &values, access, once).await
    }
}
