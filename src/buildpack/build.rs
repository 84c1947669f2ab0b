//! The Cloud Native Buildpack: a launch layer with the tool, its settings, the process types.

use super::app::{App, Reader};
use super::decide::decide;
use super::decision::{Decision, POSTDEPLOY, ProcessChoice, RELEASE};
use super::detect::{ASK_VARIABLE, switched_off};
use super::monorepo;
use super::ours::{Known, nothing_to_add};
use super::output::Output;
use super::pg_dump;
use super::procfile::Dialect;
use super::surroundings::{ProcfileBuildpack, Surroundings};
use crate::config::SOURCE_VARIABLE;
use crate::failure::Failure;
use crate::migrate::COMMAND_VARIABLE;
use libcnb::build::{BuildContext, BuildResult, BuildResultBuilder};
use libcnb::data::build_plan::{BuildPlanBuilder, Require};
use libcnb::data::buildpack_plan::BuildpackPlan;
use libcnb::data::launch::{Launch, LaunchBuilder, Process, ProcessBuilder, ProcessType};
use libcnb::data::{layer_name, process_type};
use libcnb::detect::{DetectContext, DetectResult, DetectResultBuilder};
use libcnb::generic::{GenericMetadata, GenericPlatform};
use libcnb::layer::UncachedLayerDefinition;
use libcnb::layer_env::{LayerEnv, ModificationBehavior, Scope};
use libcnb::{Buildpack, Env, Platform, additional_buildpack_binary_path};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Instant;

/// Our name in the build plan, and the tool's on PATH.
const NAME: &str = "review-data";

/// `bin/compile` says the same.
const SWITCHED_OFF: &str = "Switched off by BP_REVIEW_DATA: no tool and no process types are added.\n\
    A Procfile or app.json that calls review-data will not find it.";

pub struct ReviewData;

/// What stops a build: each told to the reader.
#[derive(Debug)]
pub struct BuildError(Vec<Failure>);

impl From<BuildError> for libcnb::Error<BuildError> {
    fn from(error: BuildError) -> Self {
        libcnb::Error::BuildpackError(error)
    }
}

impl From<Failure> for BuildError {
    fn from(failure: Failure) -> Self {
        BuildError(vec![failure])
    }
}

impl Buildpack for ReviewData {
    type Platform = GenericPlatform;
    type Metadata = GenericMetadata;
    type Error = BuildError;

    fn detect(&self, _: DetectContext<Self>) -> libcnb::Result<DetectResult, BuildError> {
        // always: see the module detect
        let plan = BuildPlanBuilder::new().provides(NAME).requires(Require::new(NAME));
        DetectResultBuilder::pass().build_plan(plan.build()).build()
    }

    fn build(&self, context: BuildContext<Self>) -> libcnb::Result<BuildResult, BuildError> {
        let start = Instant::now();
        let out = Output::CloudNative;
        out.title();
        if switched_off(variable(context.platform.env(), ASK_VARIABLE).as_deref()) {
            out.line(SWITCHED_OFF);
            return BuildResultBuilder::new().build();
        }
        let variables = |name: &str| variable(context.platform.env(), name);
        for warning in monorepo::check(&context.app_dir, variables) {
            out.warning(&warning);
        }
        let procfile_buildpack = procfile_buildpack(
            &context.layers_dir,
            context.buildpack_descriptor.buildpack.id.as_str(),
        );
        let reader = Reader { dialect: Dialect::CloudNative, procfile_buildpack };
        let app = App::read(&context.app_dir, reader, variables).map_err(BuildError)?;
        let plan_command = plan_command(&context.buildpack_plan).map_err(BuildError::from)?;
        let known = Known {
            asked: [ASK_VARIABLE, COMMAND_VARIABLE].iter().any(|name| variables(name).is_some()),
            database_url: variables("DATABASE_URL").or_else(|| variables(SOURCE_VARIABLE)),
            plan_command: plan_command.is_some(),
        };
        if let Some(line) = nothing_to_add(&app, &known) {
            out.line(&line);
            return BuildResultBuilder::new().build();
        }
        let around = Surroundings {
            dialect: Dialect::CloudNative,
            command_variable: variables(COMMAND_VARIABLE),
            plan_command,
            procfile_buildpack,
            wrapped_before: None,
        };
        let mut decision = decide(&app, &around).map_err(BuildError::from)?;
        decision.warnings.extend(pg_dump::check());
        out.decision(&decision);

        write_layer(&context, &decision)?;
        out.done(start.elapsed());
        BuildResultBuilder::new().launch(launch(&decision)).build()
    }

    fn on_error(&self, error: libcnb::Error<BuildError>) {
        libherokubuildpack::error::on_error(
            |BuildError(failures)| Output::CloudNative.failures(&failures),
            error,
        );
    }
}

/// A variable that a person set for the build: the platform's files before the environment.
fn variable(platform: &Env, name: &str) -> Option<String> {
    platform
        .get(name)
        .cloned()
        .or_else(|| std::env::var_os(name))
        .and_then(|value| value.into_string().ok())
        .filter(|value| name == ASK_VARIABLE || !value.trim().is_empty())
}

/// The migration command that other buildpacks ask for: `[requires.metadata] command = "…"`.
fn plan_command(plan: &BuildpackPlan) -> Result<Option<String>, Failure> {
    let mut asked: Option<String> = None;
    for entry in plan.entries.iter().filter(|entry| entry.name == NAME) {
        for (key, value) in &entry.metadata {
            let command = value.as_str().filter(|_| key == "command").map(str::trim);
            let Some(command) = command.filter(|command| !command.is_empty()) else {
                return Err(Failure::new("another buildpack requires review-data in a way that we do not know")
                    .because(format!("its build plan has the metadata {key} = {value}"))
                    .remedy("the one key is command, the migration command as a text; ask that buildpack's authors to mend it"));
            };
            match &asked {
                Some(other) if other != command => {
                    return Err(Failure::new(
                        "two buildpacks ask for different migration commands",
                    )
                    .because(format!("{other}\n{command}"))
                    .remedy("choose one in review-data.toml:\n[migrate]\ncommand = \"...\""));
                }
                _ => asked = Some(command.to_owned()),
            }
        }
    }
    Ok(asked)
}

/// Where the Procfile buildpack stands, by the group that the lifecycle's detector wrote beside the
/// layers (`<layers>/group.toml`, the default of its `-group` flag: platform specification,
/// "detector"). Not every platform keeps it there.
fn procfile_buildpack(layers: &Path, our_id: &str) -> ProcfileBuildpack {
    let group = layers
        .parent()
        .and_then(|parent| std::fs::read_to_string(parent.join("group.toml")).ok())
        .and_then(|text| text.parse::<toml::Table>().ok());
    let Some(group) = group.as_ref().and_then(|group| group.get("group")?.as_array()) else {
        return ProcfileBuildpack::Unknown;
    };
    let ids: Vec<&str> = group.iter().filter_map(|entry| entry.get("id")?.as_str()).collect();
    let procfile = ids.iter().rposition(|id| id.rsplit('/').next() == Some("procfile"));
    match (procfile, ids.iter().position(|id| *id == our_id)) {
        (None, _) => ProcfileBuildpack::Absent,
        (Some(procfile), Some(ours)) if procfile < ours => ProcfileBuildpack::Before,
        (Some(_), Some(_)) => ProcfileBuildpack::After,
        (Some(_), None) => ProcfileBuildpack::Unknown,
    }
}

/// The tool on PATH, and the migration command where the tool would not find it; as a
/// default, so that a config var of the same name wins.
fn write_layer(
    context: &BuildContext<ReviewData>,
    decision: &Decision,
) -> libcnb::Result<(), BuildError> {
    let definition = UncachedLayerDefinition { build: false, launch: true };
    let layer = context.uncached_layer(layer_name!("review-data"), definition)?;
    install(&additional_buildpack_binary_path!("review-data"), &layer.path().join("bin"))
        .map_err(BuildError::from)?;
    let mut environment = LayerEnv::new();
    if let Some(command) = decision.default_command(Dialect::CloudNative) {
        let scope = Scope::Launch;
        environment.insert(scope, ModificationBehavior::Default, COMMAND_VARIABLE, command);
    }
    layer.write_env(environment)
}

/// Copies the tool into a directory of programs.
pub(super) fn install(tool: &Path, directory: &Path) -> Result<(), Failure> {
    let target = directory.join(NAME);
    let copy = || -> std::io::Result<()> {
        std::fs::create_dir_all(directory)?;
        std::fs::copy(tool, &target)?;
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o755))
    };
    copy().map_err(|error| {
        Failure::new("the tool could not be installed")
            .because(format!("copying {} to {}: {error}", tool.display(), target.display()))
            .remedy("the buildpack may be packaged incompletely: use a release of it")
    })
}

fn launch(decision: &Decision) -> Launch {
    let mut launch = LaunchBuilder::new();
    launch.processes(process(process_type!("release"), &decision.release, RELEASE));
    launch.processes(process(process_type!("postdeploy"), &decision.postdeploy, POSTDEPLOY));
    launch.build()
}

fn process(process_type: ProcessType, choice: &ProcessChoice, ours: &str) -> Option<Process> {
    match choice {
        ProcessChoice::Ours => Some(ProcessBuilder::new(process_type, ours.split(' ')).build()),
        ProcessChoice::AppsCallsUs { line } => {
            Some(ProcessBuilder::new(process_type, ["bash", "-c", line]).build())
        }
        ProcessChoice::Apps => None,
    }
}
