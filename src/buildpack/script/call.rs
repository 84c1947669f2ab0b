//! A simple command without the programs that only start another one: `bundle exec`, `npx`, `env`.

use super::words::Word;

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Everything before the arguments, as it is written: `DB=x bundle exec rake`.
    pub(super) lead: String,
    /// The program's name without its directory and its version.
    pub(super) program: String,
    /// The program as it is named.
    pub(super) path: String,
    pub(super) arguments: Vec<Word>,
}

/// Programs that run the command after them, possibly after options without values.
const STARTERS: &[&str] = &[
    "env",
    "exec",
    "nohup",
    "command",
    "time",
    "cross-env",
    "nice",
    "sudo",
    "stdbuf",
    "ddtrace-run",
    "opentelemetry-instrument",
    "bunx",
    "pnpx",
    "dotenvx",
    "unbuffer",
];

/// Programs that run what follows them with one more word: `bundle exec`, `poetry run`.
const STARTERS_OF_TWO: &[(&str, &[&str])] = &[
    ("bundle", &["exec"]),
    ("poetry", &["run"]),
    ("pipenv", &["run"]),
    ("uv", &["run"]),
    ("pdm", &["run"]),
    ("rye", &["run"]),
    ("hatch", &["run"]),
    ("npm", &["exec", "x"]),
    ("yarn", &["exec", "dlx"]),
    ("pnpm", &["exec", "dlx"]),
    ("bun", &["x"]),
    ("newrelic-admin", &["run-program"]),
    ("go", &["run", "tool"]),
    ("spring", &["rails"]),
];

/// Programs that run what follows a `--`.
const STARTERS_BEFORE_DASHES: &[&str] = &[
    "dotenv",
    "env-cmd",
    "chamber",
    "doppler",
    "infisical",
    "op",
    "mise",
    "wait-for-it.sh",
    "wait-for-it",
];

/// Interpreters, and their options that take a value.
const INTERPRETERS: &[(&str, &[&str])] = &[
    ("python", &["-W", "-X"]),
    ("python3", &["-W", "-X"]),
    ("python2", &["-W", "-X"]),
    ("php", &["-d", "-c"]),
    ("node", &["-r", "--require", "--loader", "--import", "--env-file"]),
    ("ts-node", &["-r", "--require", "-P", "--project", "-O", "--compiler-options"]),
    ("tsx", &["--tsconfig", "--env-file"]),
    ("ruby", &["-I", "-r"]),
    ("babel-node", &["--presets"]),
];

impl Call {
    /// `None` without a program, or where only the shell at run time knows it.
    pub(super) fn of(words: &[Word]) -> Option<Self> {
        let mut at = 0;
        loop {
            let word = words.get(at)?;
            if at > 0 && is_assignment(&word.text) {
                at += 1;
                continue;
            }
            if word.dynamic && !is_in_home(word) {
                return None;
            }
            let program = program_of(&word.text);
            match start_of_next(program, &words[at + 1..]) {
                Some(Next::At(skipped)) => at += 1 + skipped,
                Some(Next::Program { skipped, name }) => {
                    let at = at + 1 + skipped;
                    return Some(Call::at(words, at, name));
                }
                None => return Some(Call::at(words, at, program.to_owned())),
            }
        }
    }

    fn at(words: &[Word], at: usize, program: String) -> Self {
        let end = (at + 1).min(words.len());
        let lead: Vec<&str> = words[..end].iter().map(|word| word.written.as_str()).collect();
        Call {
            lead: lead.join(" "),
            program,
            path: words.get(at).map(|word| word.text.clone()).unwrap_or_default(),
            arguments: words[end..].to_vec(),
        }
    }

    /// The arguments that are not options.
    pub(super) fn plain(&self) -> Vec<&str> {
        let texts = self.arguments.iter().map(|word| word.text.as_str());
        texts.filter(|text| !text.starts_with('-') && !text.is_empty()).collect()
    }

    pub(super) fn has_option(&self, option: &str) -> bool {
        self.arguments.iter().any(|word| {
            word.text == option
                || word.text.strip_prefix(option).is_some_and(|rest| rest.starts_with('='))
        })
    }

    /// The value after an option, or joined to it by `=`.
    pub(super) fn option(&self, names: &[&str]) -> Option<&Word> {
        let at = self.arguments.iter().position(|word| names.contains(&word.text.as_str()))?;
        self.arguments.get(at + 1)
    }
}

/// A path below the app's own directory.
fn is_in_home(word: &Word) -> bool {
    matches!(word.variables.as_slice(), [only] if only == "HOME" || only == "PWD")
        && word.text.starts_with(['$'])
        && word.text.contains('/')
        && !word.text.contains("$(")
}

enum Next {
    /// The next command begins after this number of words.
    At(usize),
    /// A program under another name, which ends after this number of words.
    Program { skipped: usize, name: String },
}

/// Where the command begins that a program starts; `None` where it starts none.
fn start_of_next(program: &str, rest: &[Word]) -> Option<Next> {
    let text = |at: usize| rest.get(at).map(|word| word.text.as_str());
    let skip_options = |from: usize| {
        from + rest[from.min(rest.len())..]
            .iter()
            .take_while(|word| word.text.starts_with('-'))
            .count()
    };
    if STARTERS.contains(&program) {
        let mut at = skip_options(0);
        // nice -n 10
        while text(at).is_some_and(|text| text.parse::<i32>().is_ok()) {
            at = skip_options(at + 1);
        }
        return (at < rest.len()).then_some(Next::At(at));
    }
    if program == "timeout" {
        return Some(Next::At(skip_options(0) + 1));
    }
    // their options have values: honcho run -e .env
    if ["honcho", "foreman", "forego", "nf"].contains(&program) && text(0) == Some("run") {
        let mut at = 1;
        while text(at).is_some_and(|text| text.starts_with('-')) {
            at += if text(at).is_some_and(|text| text.contains('=')) { 1 } else { 2 };
        }
        return (at < rest.len()).then_some(Next::At(at));
    }
    if program == "npx" {
        let mut at = 0;
        while let Some(option) = text(at).filter(|text| text.starts_with('-')) {
            at += if ["-p", "--package"].contains(&option) { 2 } else { 1 };
        }
        return Some(Next::At(at));
    }
    if let Some((_, second)) = STARTERS_OF_TWO.iter().find(|(name, _)| *name == program)
        && text(0).is_some_and(|text| second.contains(&text))
    {
        let at = skip_options(1);
        return (at < rest.len()).then_some(Next::At(at));
    }
    if STARTERS_BEFORE_DASHES.contains(&program) {
        let dashes = rest.iter().position(|word| word.text == "--")?;
        return Some(Next::At(dashes + 1));
    }
    match (program, text(0)) {
        ("cargo", Some(tool @ ("sqlx" | "loco" | "diesel"))) => {
            return Some(Next::Program { skipped: 0, name: tool.to_owned() });
        }
        ("dotnet", Some(tool @ ("ef" | "dotnet-ef"))) => {
            let _ = tool;
            return Some(Next::Program { skipped: 0, name: "dotnet-ef".to_owned() });
        }
        _ => {}
    }
    let (_, with_values) = INTERPRETERS.iter().find(|(name, _)| *name == program)?;
    let mut at = 0;
    while let Some(option) = text(at).filter(|text| text.starts_with('-')) {
        match option {
            "-m" if program.starts_with("python") => {
                let name = text(at + 1)?.to_owned();
                return Some(Next::Program { skipped: at + 1, name });
            }
            "-c" | "-e" | "--eval" => return None,
            _ => at += if with_values.contains(&option) { 2 } else { 1 },
        }
    }
    let script = rest.get(at).filter(|word| !word.dynamic)?;
    Some(Next::Program { skipped: at, name: program_of(&script.text).to_owned() })
}

/// A program's name: without its directory and its version. A package's own program bears the
/// package's name.
fn program_of(path: &str) -> &str {
    if let Some((_, package)) = path.rsplit_once("node_modules/")
        && let Some((package, _)) = package.split_once('/')
        && package != ".bin"
        && !package.starts_with('@')
    {
        return package;
    }
    let path = path.trim_end_matches('/');
    let versioned = path.split_once('@').filter(|(name, _)| !name.is_empty());
    let path = versioned.map_or(path, |(name, _)| name);
    let mut segments = path.rsplit('/');
    let last = segments.next().unwrap_or(path);
    // django-admin.py is the older name
    if last == "django-admin.py" {
        return "django-admin";
    }
    let is_version = last.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
    if is_version { segments.next().unwrap_or(last) } else { last }
}

fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        let words: Vec<Word> = line.split(' ').map(Word::parse).collect();
        Call::of(&words).map_or_else(
            || "-".to_owned(),
            |call| {
                let arguments: Vec<&str> =
                    call.arguments.iter().map(|word| word.text.as_str()).collect();
                format!("{}: {}", call.program, arguments.join(" "))
            },
        )
    }

    #[test]
    fn programs_that_only_start_another_are_seen_through() {
        for (line, expected) in [
            ("bundle exec rake db:migrate", "rake: db:migrate"),
            ("env A=1 B=2 nice -n 10 rake a", "rake: a"),
            ("npx --yes -p prisma prisma@5 migrate deploy", "prisma: migrate deploy"),
            ("node ./node_modules/.bin/sequelize db:migrate", "sequelize: db:migrate"),
            (
                "node --require ts-node/register ./node_modules/typeorm/cli.js migration:run",
                "typeorm: migration:run",
            ),
            ("python -u manage.py migrate", "manage.py: migrate"),
            ("python3 -m flask db upgrade", "flask: db upgrade"),
            ("poetry run alembic upgrade head", "alembic: upgrade head"),
            ("php -d memory_limit=1G artisan migrate --force", "artisan: migrate --force"),
            ("timeout 30 bin/rails db:migrate", "rails: db:migrate"),
            ("honcho run -e .env python manage.py migrate", "manage.py: migrate"),
            ("foreman run --env=.env rake db:migrate", "rake: db:migrate"),
            ("npx -y prisma@5 migrate deploy", "prisma: migrate deploy"),
            ("newrelic-admin run-program gunicorn app", "gunicorn: app"),
            ("dotenv -e .env -- knex migrate:latest", "knex: migrate:latest"),
            ("go run github.com/pressly/goose/v3/cmd/goose up", "goose: up"),
            ("dotnet ef database update", "dotnet-ef: database update"),
            ("$COMMAND a", "-"),
            ("bundle install", "bundle: install"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }
}
