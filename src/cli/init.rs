//! `init`: a first `review-data.toml`.

use super::app::App;
use super::arguments::Init;
use super::plan::planned;
use crate::config::FILE_NAME;
use crate::failure::Failure;
use crate::load;
use crate::postgres::SourceUrl;
use crate::report::{counted, tell};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};

pub(super) fn run(arguments: &Init) -> Result<(), Failure> {
    let app = App::here()?;
    let path = app.directory.join(FILE_NAME);
    if !arguments.force && path.exists() {
        return Err(there());
    }
    let source = match &arguments.source {
        Some(source) => SourceUrl(app.parse(source, "SOURCE")?),
        None => app.source()?,
    };
    // what the file says already is decided by the file
    let config = crate::config::Config {
        masking: crate::config::Masking {
            mode: crate::config::MaskMode::Auto,
            ..app.config.masking.clone()
        },
        ..app.config.clone()
    };
    load::check_key(&config)?;
    let (masks, _) = planned(&app, &source, &async |progress, tables| {
        load::planned_masks(&source, &config, tables, progress).await
    })?;
    let mut options = OpenOptions::new();
    options.write(true);
    if arguments.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let written =
        options.open(&path).and_then(|mut file| file.write_all(masks.first_file().as_bytes()));
    match written {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(there()),
        Err(error) => {
            Err(Failure::new(format!("cannot write {FILE_NAME}")).because(error.to_string()))
        }
        Ok(()) => {
            tell(&format!(
                "wrote {FILE_NAME}: review the decisions in it, as plan --masks shows them"
            ))?;
            match masks.refused() {
                0 => Ok(()),
                refused => tell(&format!(
                    "{} cannot be masked as decided: a load stops there until a line of the \
                     file decides.\nlook for: A load stops here",
                    counted(refused as u64, "column")
                )),
            }
        }
    }
}

fn there() -> Failure {
    Failure::wrong_use(format!("{FILE_NAME} is there already"))
        .because("init does not overwrite it")
        .remedy("see the decisions alone, or write the file anew:\n review-data plan --masks\n review-data init --force")
}
