//! Frameworks that are npm packages with a command line: one kind, and what differs.

use super::app_files::AppFiles;
use super::framework::{Framework, Recognised};
use super::manifest;
use super::node::{Call, NodeTool};
use super::pending::PendingCheck;
use super::problem::FileProblem;
use super::remark::Remark;

/// What shows that an app uses a tool.
pub(super) enum Shown {
    /// One of these files, which the tool reads.
    File(&'static [&'static str]),
    /// `package.json` lists all of these.
    Packages(&'static [&'static str]),
    FileOrPackage(&'static [&'static str], &'static str),
}

/// A framework that is an npm package with a command line.
pub(super) struct NodeFramework {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) tool: NodeTool,
    pub(super) shown: Shown,
    pub(super) pending: fn(&Call) -> PendingCheck,
}

impl Framework for NodeFramework {
    fn key(&self) -> &'static str {
        self.key
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(evidence) = self.shown.evidence(app)? else { return Ok(None) };
        let call = self.tool.call(app)?;
        let pending = (self.pending)(&call);
        Ok(Some(self.tool.recognised(&call, evidence, pending)))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        self.tool.obstacle(app)
    }
}

impl Shown {
    fn evidence(&self, app: &AppFiles) -> Result<Option<String>, FileProblem> {
        let (files, packages): (&[&'static str], &[&str]) = match self {
            Shown::File(files) => (files, &[]),
            Shown::Packages(packages) => (&[], packages),
            Shown::FileOrPackage(files, package) => (files, std::slice::from_ref(package)),
        };
        if let Some(file) = app.first_of(files) {
            return Ok(Some(file.to_owned()));
        }
        for package in packages {
            if !manifest::npm(app, package)? {
                return Ok(None);
            }
        }
        // @mikro-orm/migrations and cli
        let named = packages.split_first().map(|(first, others)| {
            others.iter().fold((*first).to_owned(), |all, other| {
                let scope = first.split_once('/').map(|(scope, _)| format!("{scope}/"));
                let short = scope.and_then(|scope| other.strip_prefix(&scope));
                format!("{all} and {}", short.unwrap_or(other))
            })
        });
        Ok(named.map(|named| format!("{named} in package.json")))
    }
}
