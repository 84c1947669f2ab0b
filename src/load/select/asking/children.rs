//! Asking for the children of rows along one foreign key, declared or not.

use crate::catalog::{Catalog, ForeignKey, ForeignKeyId};
use crate::failure::Failure;
use crate::load::select::asking::query::{Answer, By, SentWithKeys};
use crate::load::select::asking::sessions::Asking;
use crate::postgres::ReadOnly;
use crate::subset::keys::Keys;
use crate::subset::questions::{Access, Layout, Lookup, Referencing, With};
use crate::subset::references::Form;
use std::borrow::Cow;
use std::collections::HashSet;

/// A question about the children along a foreign key.
#[derive(Clone, Copy)]
pub(crate) struct AboutChildren<'q> {
    pub(crate) key: ForeignKeyId,
    pub(crate) layout: &'q Layout,
    pub(crate) access: Access,
    /// SQL: only these rows.
    pub(crate) condition: Option<&'q str>,
    pub(crate) with: With,
}

/// A question about children that was sent.
pub(crate) struct SentAboutChildren<'a, 'k> {
    sent: SentWithKeys<'a, 'k>,
    /// A row that references several parents may come several times: an array, a period.
    repeats: bool,
}

impl<'a> SentAboutChildren<'a, '_> {
    /// The session that has to answer.
    pub(crate) fn reader(&self) -> &'a ReadOnly {
        self.sent.reader
    }
}

impl<'a> Asking<'a> {
    /// Hands over the rows that reference these keys and meet the condition, each once.
    pub(crate) async fn ask_children(
        &self,
        about: AboutChildren<'_>,
        parents: &Keys,
        hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let parents = Cow::Borrowed(parents);
        let sent = self.send_about_children(self.source, about, parents).await?;
        self.receive_children(sent, hand_over).await
    }

    /// Hands over the rows that reference these keys through a declared self-reference, the rows
    /// that reference those, and so on, at most `levels` times. A row may come several times.
    pub(crate) async fn ask_levels(
        &self,
        about: AboutChildren<'_>,
        parents: &Keys,
        levels: usize,
        hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let AboutChildren { key, layout, access, with, .. } = about;
        let foreign = &self.catalog.foreign_keys[key];
        let forms = forms_of_parents(self.catalog, foreign);
        let own = &foreign.referenced_columns;
        let question = layout.lineage(self.catalog, &lookup(foreign, &forms), own, levels, with);
        let by = By { reader: self.source, keys: Cow::Borrowed(parents), access };
        let sent = self.send_with_keys(foreign.table, question, &forms, by).await?;
        self.receive_with_keys(sent, hand_over).await
    }

    /// Sends the question about the rows that reference these keys and meet the condition. Until
    /// its answer is received the session can be asked nothing else.
    pub(crate) async fn send_about_children<'k>(
        &self,
        reader: &'a ReadOnly,
        about: AboutChildren<'_>,
        parents: Cow<'k, Keys>,
    ) -> Result<SentAboutChildren<'a, 'k>, Failure> {
        let AboutChildren { key, layout, access, condition, with } = about;
        let foreign = &self.catalog.foreign_keys[key];
        let Some(mut along) = Referencing::along(self.catalog, foreign) else {
            let forms = forms_of_parents(self.catalog, foreign);
            let by = By { reader, keys: parents, access };
            let lookup = lookup(foreign, &forms);
            let sent = self.send_by_keys(layout, &lookup, by, condition, with).await?;
            return Ok(SentAboutChildren { sent, repeats: foreign.is_temporal() });
        };
        along.access = access.in_blocks(&self.catalog.tables[foreign.table], &along.forms);
        let access = along.access;
        let question = layout.referencing(&along, condition, with);
        let by = By { reader, keys: along.values(parents), access };
        let sent = self.send_with_keys(foreign.table, question, &along.forms, by).await?;
        Ok(SentAboutChildren { sent, repeats: true })
    }

    pub(crate) async fn receive_children(
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

/// How the values of the referenced columns are sent to the server.
fn forms_of_parents(catalog: &Catalog, foreign: &ForeignKey) -> Vec<Form> {
    let columns = &catalog.tables[foreign.referenced].columns;
    let form = |column: &usize| Form::of(&columns[*column].data_type);
    foreign.referenced_columns.iter().map(form).collect()
}

/// The referencing columns, compared with keys in these forms.
fn lookup<'q>(foreign: &'q ForeignKey, forms: &'q [Form]) -> Lookup<'q> {
    Lookup { relation: None, columns: &foreign.columns, operators: &foreign.operators, forms }
}
