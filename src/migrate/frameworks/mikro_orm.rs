//! `MikroORM` (Node.js).
//!
//! `mikro-orm migration:up`, `migration:pending` (prints "No pending migrations" where there are
//! none; `migration:check` asks another question), table `mikro_orm_migrations`:
//! <https://mikro-orm.io/docs/migrations>.

use super::PendingCheck;
use super::node::NodeTool;
use super::node_framework::{NodeFramework, Shown};

pub(super) const MIKRO_ORM: NodeFramework = NodeFramework {
    key: "mikro-orm",
    name: "MikroORM",
    tool: NodeTool { package: "@mikro-orm/cli", programs: &["mikro-orm"], migrate: "migration:up" },
    shown: Shown::Packages(&["@mikro-orm/migrations", "@mikro-orm/cli"]),
    pending: |call| PendingCheck::Output {
        command: call.with("migration:pending"),
        pending: &["Name"],
        settled: &["No pending migrations"],
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_migrations_package() {
        let package = |name: &str| {
            told(&MIKRO_ORM, &[("package.json", &format!("{{\"dependencies\": {{{name}}}}}"))])
        };
        assert_eq!(
            package("\"@mikro-orm/migrations\": \"6\", \"@mikro-orm/cli\": \"6\""),
            "@mikro-orm/migrations and cli in package.json: npx mikro-orm migration:up"
        );
        assert_eq!(package("\"@mikro-orm/migrations\": \"6\""), "-");
        assert_eq!(package("\"@mikro-orm/core\": \"6\", \"@mikro-orm/cli\": \"6\""), "-");
    }
}
