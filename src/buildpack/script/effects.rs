//! What a call does to a database: by the lists of what is known, or by the name of a command of the
//! app's own.

use super::call::Call;
use super::known::{FLYWAY, GOALS, HARMLESS, Known, RULES, Rule, TASKS};
use super::part::Effect;

/// The commands in a call with what each does, in order. Empty where nothing is known.
pub(super) fn effects(call: &Call) -> Vec<(String, Effect)> {
    let whole = || written(call);
    let several = |known: &[Known]| {
        known.iter().map(|known| (whole(), Effect::from(*known))).collect::<Vec<_>>()
    };
    if let Some(tasks) = task_list(&call.program) {
        return each_task(call, tasks);
    }
    if call.program == "review-data" {
        let ours = call.plain().first().map_or("", |word| word).to_owned();
        return vec![(whole(), Effect::Ours(ours))];
    }
    match rule_of(call) {
        Some((.., known)) => several(known),
        None if is_harmless(call) => vec![(whole(), Effect::Nothing)],
        None => by_name_of_call(call).map(|effect| (whole(), effect)).into_iter().collect(),
    }
}

fn rule_of(call: &Call) -> Option<&'static Rule> {
    let plain = call.plain();
    RULES.iter().find(|(programs, words, option, _)| {
        programs.split('|').any(|program| program == call.program)
            && stand_together(&plain, words)
            && (option.is_empty() || call.has_option(option))
    })
}

/// Whether a list says what the call does: then its program is the tool, also where a script of the
/// app wraps it, as `./mvnw`.
pub(super) fn is_listed(call: &Call) -> bool {
    rule_of(call).is_some() || task_list(&call.program).is_some()
}

/// The call as it is written.
pub(super) fn written(call: &Call) -> String {
    let arguments = call.arguments.iter().map(|word| word.written.as_str());
    std::iter::once(call.lead.as_str()).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn task_list(program: &str) -> Option<&'static [(&'static str, &'static [Known])]> {
    match program {
        "rake" | "rails" => Some(TASKS),
        "mvn" | "mvnw" | "gradle" | "gradlew" | "sbt" => Some(GOALS),
        "flyway" => Some(FLYWAY),
        _ => None,
    }
}

fn each_task(call: &Call, tasks: &[(&str, &[Known])]) -> Vec<(String, Effect)> {
    let mut found = Vec::new();
    let options: Vec<&str> = call
        .arguments
        .iter()
        .filter(|word| word.text.starts_with('-') || word.text.contains('='))
        .map(|word| word.written.as_str())
        .collect();
    for word in call.arguments.iter().filter(|word| !word.text.starts_with('-')) {
        if word.text.contains('=') {
            continue;
        }
        // rake 'task[argument]'
        let name = word.text.split('[').next().unwrap_or_default();
        let command: Vec<&str> = [call.lead.as_str(), word.written.as_str()]
            .into_iter()
            .chain(options.iter().copied())
            .collect();
        let command = command.join(" ");
        match tasks.iter().find(|(task, _)| *task == name) {
            Some((_, known)) => {
                found.extend(known.iter().map(|known| (command.clone(), Effect::from(*known))));
            }
            None => found.push((command, by_name(name).unwrap_or(Effect::Unknown))),
        }
        // what follows is the code or the name of a program, not a task
        if call.program == "rails" && ["runner", "r", "server", "s", "console", "c"].contains(&name)
        {
            break;
        }
    }
    if found.is_empty() {
        found.push((written(call), Effect::Unknown));
    }
    found
}

fn stand_together(plain: &[&str], words: &str) -> bool {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.is_empty() || plain.windows(words.len()).any(|window| window == words)
}

fn is_harmless(call: &Call) -> bool {
    let artisan = [":cache", ":clear", "optimize", "view:", "route:", "event:", "config:"];
    HARMLESS.contains(&call.program.as_str())
        || call.program == "artisan"
            && call.plain().first().is_some_and(|command| {
                artisan.iter().any(|part| command.ends_with(part) || command.starts_with(part))
            })
}

/// A command of the app's own, by the name that people give it.
fn by_name_of_call(call: &Call) -> Option<Effect> {
    let plain = call.plain();
    match call.program.as_str() {
        "manage.py" | "django-admin" | "flask" | "console" | "artisan" | "ace" | "mix" | "cake"
        | "yii" => plain.iter().take(3).find_map(|word| by_name(word)),
        // a release of Elixir: bin/app eval "App.Release.migrate"
        _ if plain.first() == Some(&"eval") => plain.get(1).and_then(|code| by_name(code)),
        "psql" | "cat" | "curl" | "git" | "npm" | "yarn" | "pnpm" | "bun" | "make" | "heroku"
        | "python" | "python3" | "node" | "ruby" | "php" | "docker" => None,
        program => by_name(program.split('.').next().unwrap_or(program))
            .or_else(|| plain.first().filter(|_| plain.len() == 1).and_then(|word| by_name(word))),
    }
}

/// What a name says: one that seeds, populates or loads fixtures fills, and so on.
pub(super) fn by_name(name: &str) -> Option<Effect> {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let any = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    if any(&["superuser", "createsuperuser", "admin", "createadmin", "createuser"])
        || lower.contains("create_user")
        || lower.contains("create-user")
    {
        Some(Effect::CreatesUser)
    } else if any(&[
        "seed", "seeds", "seeder", "seeding", "populate", "fixture", "fixtures", "sample", "demo",
        "fake", "faker", "dummy",
    ]) || ["sample_data", "initial_data", "test_data", "demo_data"]
        .iter()
        .any(|data| lower.contains(data))
        || lower.contains("populate")
        || lower.contains("seed_")
    {
        Some(Effect::Fills)
    } else if any(&["migrate", "migrations"])
        && !any(&["make", "status", "check", "rollback", "down"])
    {
        Some(Effect::Migrates)
    } else {
        None
    }
}
