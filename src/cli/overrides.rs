//! Options that choose rows. They override review-data.toml.

use super::arguments::{Missing, Selection};
use crate::config::{
    Asked, Config, FileOf2019, ForceMissing, Given, NamePattern, NamedTables, Overrides, Size,
};
use crate::failure::Failure;
use std::fmt::Display;

/// The options, with the file that `--config` names. `config` comes from review-data.toml.
pub(super) fn overrides(
    config: &Config,
    fraction: Option<f64>,
    arguments: Selection,
) -> Result<Overrides, Failure> {
    check_size(config, fraction, &arguments)?;
    let file = match &arguments.config {
        Some(path) => FileOf2019::read(path)?,
        None => FileOf2019::default(),
    };
    let mut schemas = asked("--schema", arguments.schema);
    schemas.extend(file.schemas);
    if let Some(first) = schemas.first() {
        // the schema of 2019 that went without saying
        let given = first.given.clone();
        schemas.push(Asked { value: NamePattern::exactly("public"), given });
    }
    Ok(Overrides {
        fraction,
        max_size: arguments.max_size,
        logarithmic: arguments.logarithmic,
        children: arguments.children,
        seed: arguments.seed,
        force: arguments.force,
        force_missing: match arguments.force_missing {
            Missing::Fail => ForceMissing::Fail,
            Missing::Warn => ForceMissing::Warn,
        },
        schemas,
        named: NamedTables {
            only: [asked("-t", arguments.table), file.tables].concat(),
            whole: [asked("-F", arguments.full_table), file.full_tables].concat(),
            excluded: asked("-T", arguments.exclude_table),
        },
        foreign_keys: file.foreign_keys,
        no_mask: arguments.no_mask,
    })
}

/// A fraction and a budget exclude each other, and a budget is always logarithmic.
fn check_size(
    config: &Config,
    fraction: Option<f64>,
    arguments: &Selection,
) -> Result<(), Failure> {
    if fraction.is_some() && arguments.max_size.is_some() {
        return Err(Failure::wrong_use("FRACTION and --max-size exclude each other")
            .because("--max-size finds the fraction whose database has that size")
            .remedy("leave one of them out"));
    }
    let in_file = !matches!(config.subset.size, Size::Budget(_));
    if arguments.logarithmic && fraction.is_none() && !in_file {
        return Err(Failure::wrong_use("--logarithmic needs a FRACTION")
            .because("it takes rows^FRACTION of each table")
            .remedy(
                "give one, such as 0.5 for the square root of the rows, or leave --logarithmic \
                 out: the fraction is then found that fits --max-size",
            ));
    }
    Ok(())
}

/// Values of an option, each with the words that gave it.
fn asked<T: Display>(option: &str, values: Vec<T>) -> Vec<Asked<T>> {
    let words = |value: &T| Given::Words(format!("{option} {value}"));
    values.into_iter().map(|value| Asked { given: words(&value), value }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Command;
    use crate::cli::parsing::parse;
    use crate::config::ByteSize;
    use std::ffi::OsString;

    fn size(config: &str, words: &[&str]) -> Result<Size, Failure> {
        let line = ["review-data", "subset", "host=a", "host=b"].iter().chain(words);
        let Ok(Command::Subset(arguments)) = parse(line.map(OsString::from)) else {
            return Err(Failure::new(format!("not understood: {words:?}")));
        };
        let config = Config::parse("review-data.toml", config).unwrap();
        let overrides = overrides(&config, arguments.fraction, arguments.selection)?;
        Ok(config.with(overrides).subset.size)
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        const FRACTION: &str = "[subset]\nfraction = 0.05\n";
        const BUDGET: &str = "[subset]\nmax_size = \"5GB\"\n";
        let budget = |bytes| Ok(Size::Budget(ByteSize(bytes)));
        assert_eq!(size("", &[]), budget(200_000_000));
        assert_eq!(size(BUDGET, &[]), budget(5_000_000_000));
        assert_eq!(size(BUDGET, &["--max-size", "1GB"]), budget(1_000_000_000));
        assert_eq!(size(FRACTION, &["--max-size", "1GB"]), budget(1_000_000_000));
        assert_eq!(size(BUDGET, &["0.5"]), Ok(Size::Linear(0.5)));
        assert_eq!(size(BUDGET, &["0.5", "-l"]), Ok(Size::Logarithmic(0.5)));
        assert_eq!(size(FRACTION, &[]), Ok(Size::Linear(0.05)));
        assert_eq!(size(FRACTION, &["-l"]), Ok(Size::Logarithmic(0.05)));
    }

    #[test]
    fn what_excludes_each_other_is_told() {
        let told = |config: &str, words: &[&str]| size(config, words).unwrap_err();
        insta::assert_snapshot!("a_fraction_and_a_budget", told("", &["0.5", "--max-size=1GB"]));
        insta::assert_snapshot!("logarithmic_without_a_fraction", told("", &["-l"]));
    }
}
