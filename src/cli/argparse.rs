//! What the command line of 2019 could do because Python's argparse read it: long options in short,
//! and the program's own name.

use std::ffi::OsString;
use std::path::Path;

/// Under this name we are what rdbms-subsetter was: `review-data subset`.
const LINK: &str = "rdbms-subsetter";

const COMMAND: &str = "subset";

/// The long options of rdbms-subsetter. What was short for one of them still is, whatever options
/// there are besides.
const OF_2019: [&str; 13] = [
    "help",
    "logarithmic",
    "buffer",
    "loglevel",
    "force",
    "children",
    "schema",
    "config",
    "table",
    "exclude-table",
    "full-table",
    "import",
    "yes",
];

/// `rdbms-subsetter …` is `review-data subset …`.
pub(super) fn under_our_name(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let name = arguments.first().and_then(|program| Path::new(program).file_name());
    if name.is_some_and(|name| name == LINK) {
        arguments.insert(1, COMMAND.into());
    }
    arguments
}

/// Long options of `subset` that are given by their beginning, in full.
///
/// As argparse has it, whatever begins with two dashes is an option, up to the argument `--`.
pub(super) fn in_full(
    mut arguments: Vec<OsString>,
    command: &clap::Command,
) -> Result<Vec<OsString>, String> {
    if arguments.get(1).is_none_or(|command| command != COMMAND) {
        return Ok(arguments);
    }
    let options = command.find_subcommand(COMMAND).into_iter().flat_map(clap::Command::get_opts);
    let known: Vec<&str> = options.filter_map(clap::Arg::get_long).collect();
    for argument in arguments.iter_mut().skip(2).take_while(|argument| *argument != "--") {
        let Some(option) = argument.to_str().and_then(|text| text.strip_prefix("--")) else {
            continue;
        };
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, None),
        };
        if let Some(full) = full_name(name, &known)? {
            *argument = match value {
                Some(value) => format!("--{full}={value}").into(),
                None => format!("--{full}").into(),
            };
        }
    }
    Ok(arguments)
}

/// The option that this is short for, if it is short for any.
fn full_name<'a>(name: &str, known: &[&'a str]) -> Result<Option<&'a str>, String> {
    if OF_2019.iter().chain(known).any(|option| *option == name) {
        return Ok(None);
    }
    let beginning_so = |options: &[&'a str]| -> Vec<&'a str> {
        options.iter().copied().filter(|option| option.starts_with(name)).collect()
    };
    let mut found = beginning_so(&OF_2019);
    if found.is_empty() {
        found = beginning_so(known);
    }
    match found[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(format!(
            "--{name} could be short for --{}\n  what to do: write the option in full",
            found.join(" or --")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> clap::Command {
        let option = |name| clap::Arg::new(name).long(name);
        let subset = clap::Command::new(COMMAND);
        clap::Command::new("review-data")
            .subcommand(subset.args(["force", "force-missing", "schema", "seed"].map(option)))
    }

    fn full(option: &str) -> String {
        let line = ["review-data", "subset", option].map(OsString::from).to_vec();
        match in_full(line, &command()) {
            Ok(line) => line[2].to_string_lossy().into_owned(),
            Err(message) => message,
        }
    }

    #[test]
    fn a_beginning_that_fits_one_option_is_that_option() {
        assert_eq!(full("--loga"), "--logarithmic");
        assert_eq!(full("--logl=INFO"), "--loglevel=INFO");
        assert_eq!(
            full("--fo=users:1=2"),
            "--force=users:1=2",
            "although there is --force-missing"
        );
        assert_eq!(full("--s"), "--schema", "although there is --seed");
        assert_eq!(full("--force-m"), "--force-missing");
        assert_eq!(full("--se=3"), "--seed=3");
        assert_eq!(full("--ch"), "--children");
        assert_eq!(full("--nothing"), "--nothing");
        assert_eq!(full("-logl"), "-logl");
    }

    #[test]
    fn a_beginning_that_fits_several_options_is_told() {
        insta::assert_snapshot!("an_option_in_short_that_could_be_two", full("--log"));
        assert!(full("--c").starts_with("--c could be short for --children or --config"));
    }

    #[test]
    fn what_follows_two_dashes_is_no_option() {
        let line = ["review-data", "subset", "--", "--loga"].map(OsString::from).to_vec();
        assert_eq!(in_full(line.clone(), &command()), Ok(line));
    }

    #[test]
    fn other_commands_are_left_alone() {
        let line = ["review-data", "postdeploy", "--out"].map(OsString::from).to_vec();
        assert_eq!(in_full(line.clone(), &command()), Ok(line));
    }

    #[test]
    fn a_link_of_the_old_name_is_the_command_subset() {
        let named = |program: &str| under_our_name(vec![program.into(), "-l".into()]);
        assert_eq!(named("/app/bin/rdbms-subsetter"), ["/app/bin/rdbms-subsetter", "subset", "-l"]);
        assert_eq!(named("review-data"), ["review-data", "-l"]);
    }
}
