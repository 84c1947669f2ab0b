//! A target that may not understand all definitions, since its server or one of its extensions is older:
//! they are all made once without a row, and taken back. What would stop the load stops it before a row
//! is read.

use super::known::Source;
use super::making::{Environment, Large, Maker, Relaxed};
use super::{Load, objects};
use crate::failure::Failure;
use crate::schema::{Kind, Schema};

impl Load<'_> {
    /// Makes everything but rows, and rolls it back. In a swap, readers wait meanwhile.
    pub(super) async fn try_out(&self, about: &Source<'_>, schema: &Schema) -> Result<(), Failure> {
        self.progress.begin("trying the schema on the target");
        let (source, target) = (&self.source, &self.target);
        let environment = Environment::new(&about.catalog.settings);
        let relaxed = Relaxed::new(&about.catalog.checks);
        let mut maker = Maker::new(target, about.versions, &environment, &relaxed);
        objects::begin(target).await?;
        if let Some(swap) = &self.swap {
            swap.clear(target, &schema.namespaces(), self.progress).await?;
        }
        maker.make_before(schema).await?;
        let no_rows = Large::of(schema, about.catalog, |_| 0);
        // a view without rows to read may fail, and tells nothing
        let after = schema.post_data.iter().filter(|statement| statement.kind != Kind::Refresh);
        maker.make_after(source, after, &no_rows).await?;
        environment.leave(target).await?;
        maker.make_last(schema, self.swap.is_some()).await?;
        target
            .run("rollback")
            .await
            .map_err(|error| target.failure("cannot roll back on the target", &error))
    }
}
