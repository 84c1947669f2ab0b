//! What the target does not get, or not as the source has it, as far as the catalogues tell.

use super::extensions::Extension;
use crate::catalog::Outside;
use crate::catalog::peculiar::{self, Lacking, Policy, Privileged};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, Writable};
use crate::schema::{Exceptions, OTHER_SERVER, ObjectId};
use std::collections::HashMap;

/// `pg_policy`
const PG_POLICY: u32 = 3256;

/// What the source has, and another server may not have.
pub(super) struct Peculiar {
    pub(super) policies: Vec<Policy>,
    pub(super) privileged: Vec<Privileged>,
    pub(super) lacking: Lacking,
}

impl Peculiar {
    pub(super) async fn read(source: &ReadOnly) -> Result<Self, Failure> {
        let failed = |error| source.failure("cannot read the source's catalogue", &error);
        Ok(Peculiar {
            policies: peculiar::policies(source).await.map_err(failed)?,
            privileged: peculiar::privileged(source).await.map_err(failed)?,
            lacking: peculiar::lacking(source).await.map_err(failed)?,
        })
    }

    /// The exceptions for this target, and a line for each policy that is for fewer roles there.
    pub(super) async fn exceptions(
        &self,
        target: &Writable,
        extensions: &HashMap<String, Extension>,
        outside: &Outside,
    ) -> Result<(Exceptions, Vec<String>), Failure> {
        let mut exceptions = Exceptions::default();
        for extension in extensions.values().filter(|extension| extension.foreign) {
            exceptions.leave_out(extension.object, OTHER_SERVER);
        }
        if self.policies.is_empty() && self.privileged.is_empty() {
            return Ok((exceptions, Vec::new()));
        }
        let wanted: Vec<&String> = self.policies.iter().flat_map(|policy| &policy.roles).collect();
        let rows = target
            .query(
                "select (select r.rolsuper from pg_catalog.pg_roles r \
                         where r.rolname = current_user), \
                        array(select r.rolname::text from pg_catalog.pg_roles r \
                              where r.rolname::text = any ($1::text[]))",
                &[&wanted],
            )
            .await
            .map_err(|error| target.failure("cannot read the target's roles", &error))?;
        let (superuser, there): (bool, Vec<String>) = (rows[0].get(0), rows[0].get(1));
        if !superuser {
            for Privileged { class, oid, why, .. } in &self.privileged {
                let object = ObjectId { class: *class, oid: *oid };
                let why = format!("only a superuser may create it: {why}");
                exceptions.leave_out(object, why);
            }
        }
        let mut lines = Vec::new();
        for policy in &self.policies {
            let object = ObjectId { class: PG_POLICY, oid: policy.oid };
            let (kept, missing): (Vec<&str>, Vec<&str>) = policy
                .roles
                .iter()
                .map(String::as_str)
                .partition(|role| there.iter().any(|known| known == role));
            if missing.is_empty() {
                continue;
            }
            let missing =
                format!("the target's server has no role {}", missing.join(" and no role "));
            if kept.is_empty() {
                exceptions.leave_out(object, missing);
            } else {
                let shut = outside.objects.contains(&(PG_POLICY, policy.oid));
                let policy = if shut { &policy.shut() } else { policy };
                exceptions.rewrite(object, policy.sql(&kept));
                lines.push(format!(
                    "roles of policy {}: {missing}; the policy is for {} only",
                    policy.title(),
                    kept.join(", ")
                ));
            }
        }
        Ok((exceptions, lines))
    }
}
