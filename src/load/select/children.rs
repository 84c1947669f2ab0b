//! Asking for the children of rows along one foreign key, declared or not.

use super::Selector;
use super::ask::{Answer, By, SentWithKeys};
use crate::catalog::ForeignKey;
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::keys::Keys;
use crate::subset::questions::{Lookup, Referencing, With};
use crate::subset::wants::Form;
use std::borrow::Cow;
use std::collections::HashSet;

/// A question about children that was sent.
pub(super) struct SentAboutChildren<'a, 'k> {
    sent: SentWithKeys<'a, 'k>,
    /// One that names several rows may come several times.
    repeats: bool,
}

impl<'a> SentAboutChildren<'a, '_> {
    /// Who has to answer.
    pub(super) fn reader(&self) -> &'a ReadOnly {
        self.sent.reader
    }
}

impl<'a> Selector<'a> {
    /// Hands over the rows that reference these keys and meet the condition, each once.
    pub(super) async fn ask_children(
        &self,
        key: usize,
        parents: &Keys,
        condition: Option<&str>,
        with: With,
        hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let parents = Cow::Borrowed(parents);
        let sent = self.send_about_children(self.source, key, parents, condition, with).await?;
        self.receive_children(sent, hand_over).await
    }

    /// Hands over the rows that reference these keys through a declared self-reference, the rows that
    /// reference those, and so on, at most `levels` times. A row may come several times.
    pub(super) async fn ask_levels(
        &self,
        key: usize,
        parents: &Keys,
        levels: usize,
        with: With,
        hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        let forms = self.forms_of_parents(foreign);
        let lookup = Lookup {
            relation: None,
            columns: &foreign.columns,
            operators: &foreign.operators,
            forms: &forms,
        };
        let own = &foreign.referenced_columns;
        let question =
            self.layouts[foreign.table].lineage(self.catalog, &lookup, own, levels, with);
        let access = self.access_to_children(key, parents.len());
        let by = By { reader: self.source, keys: Cow::Borrowed(parents), access };
        let sent = self.send_with_keys(foreign.table, question, &forms, by).await?;
        self.receive_with_keys(sent, hand_over).await
    }

    /// How the values of the referenced columns are told to the server.
    fn forms_of_parents(&self, foreign: &ForeignKey) -> Vec<Form> {
        let columns = &self.catalog.tables[foreign.referenced].columns;
        let form = |column: &usize| Form::of(&columns[*column].data_type);
        foreign.referenced_columns.iter().map(form).collect()
    }

    /// Sends the question about the rows that reference these keys and meet the condition. Until
    /// its answer is received the session can be asked nothing else.
    pub(super) async fn send_about_children<'k>(
        &self,
        reader: &'a ReadOnly,
        key: usize,
        parents: Cow<'k, Keys>,
        condition: Option<&str>,
        with: With,
    ) -> Result<SentAboutChildren<'a, 'k>, Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        let table = foreign.table;
        let access = self.access_to_children(key, parents.len());
        let Some(mut along) = Referencing::along(self.catalog, foreign) else {
            let forms = self.forms_of_parents(foreign);
            let lookup = Lookup {
                relation: None,
                columns: &foreign.columns,
                operators: &foreign.operators,
                forms: &forms,
            };
            let by = By { reader, keys: parents, access };
            let sent = self.send_by_keys(table, &lookup, by, condition, with).await?;
            return Ok(SentAboutChildren { sent, repeats: false });
        };
        along.access = access.in_blocks(&self.catalog.tables[table], &along.forms);
        let access = along.access;
        let question = self.layouts[table].referencing(&along, condition, with);
        let by = By { reader, keys: along.values(parents), access };
        let sent = self.send_with_keys(table, question, &along.forms, by).await?;
        Ok(SentAboutChildren { sent, repeats: true })
    }

    pub(super) async fn receive_children(
        &self,
        sent: SentAboutChildren<'a, '_>,
        mut hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let mut seen = HashSet::new();
        let once = |answer: Answer<'_>| {
            if !sent.repeats || seen.insert(answer.address) {
                hand_over(answer);
            }
        };
        self.receive_with_keys(sent.sent, once).await
    }
}
