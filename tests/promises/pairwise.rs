//! Problems of production do not come alone: a random database gets two or three of
//! `tests/problems`. The load makes a correct copy, or is refused before a row is read. Whatever
//! differs from the source is named in the result, and nothing else differs.
//!
//! A few pairs in every run, always the same; with `REVIEW_DATA_LONG=1` many more. `SEED=n` runs
//! one, `PROBLEMS=word,word` takes the problems whose names contain these words.

use crate::properties::{Dice, random_sql};
use crate::support::{
    AppDir, Expectations, Outcome, Session, Source, Target, Tool, broken_promises,
};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, thread};

/// In every run.
const SEEDS: u64 = 6;

/// In a long run.
const LONG: u64 = 300;

/// Pairs at the same time: the servers and the tool take turns on few processors.
const WORKERS: usize = 3;

/// A file of `tests/problems`. `{p}` stands in each name, so that a problem can come twice.
#[derive(Clone, Debug)]
struct Problem {
    name: String,
    sql: String,
    /// The setting of the database that it changes: no other problem may change it.
    setting: Option<String>,
    /// It cannot be loaded as it is: the refusal says this, and has a remedy that works.
    refuses: Option<String>,
    /// The same, of less than all rows.
    refuses_a_part: Option<String>,
    leave_out: Vec<String>,
}

#[test]
fn of_problems_that_come_together_each_difference_is_named() {
    let problems = read_problems();
    let waiting = Mutex::new(seeds().into_iter());
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some(seed) = waiting.lock().expect("seeds").next() else { break };
                    let trial = Trial::random(seed, &problems);
                    let broken = catch_unwind(AssertUnwindSafe(|| trial.run()))
                        .unwrap_or_else(|panic| vec![said(panic.as_ref())]);
                    if !broken.is_empty() {
                        let failure = format!("SEED={seed} {trial}\n{}", broken.join("\n"));
                        eprintln!("{failure}\n");
                        failures.lock().expect("failures").push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("failures");
    assert!(failures.is_empty(), "{} failures:\n\n{}", failures.len(), failures.join("\n\n"));
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panicked").to_owned()
}

fn seeds() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("SEED") {
        return (seed..seed + number("SEEDS").unwrap_or(1)).collect();
    }
    if std::env::var_os("REVIEW_DATA_LONG").is_none() {
        return (0..SEEDS).collect();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    (0..SEEDS).chain(now * LONG..now * LONG + LONG).collect()
}

fn read_problems() -> Vec<Problem> {
    let wanted = std::env::var("PROBLEMS").unwrap_or_default();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems");
    let files = fs::read_dir(&dir).expect("tests/problems").map(|entry| entry.expect("a file"));
    let mut paths: Vec<_> = files.map(|entry| entry.path()).collect();
    paths.sort();
    let problems = paths.iter().map(|path| {
        let sql = fs::read_to_string(path).expect("a problem is UTF-8");
        let values = |key: &str| {
            let start = format!("-- {key}: ");
            let values = sql.lines().filter_map(|line| line.strip_prefix(&start));
            values.map(ToOwned::to_owned).collect::<Vec<_>>()
        };
        Problem {
            name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
            setting: values("setting").pop(),
            refuses: values("refuses").pop(),
            refuses_a_part: values("refuses a part").pop(),
            leave_out: values("leave out"),
            sql,
        }
    });
    let is_wanted = |problem: &Problem| wanted.split(',').any(|word| problem.name.contains(word));
    let problems: Vec<_> = problems.filter(is_wanted).collect();
    assert!(!problems.is_empty(), "no problem has one of {wanted:?} in its name");
    problems
}

/// What comes together.
struct Trial {
    tables: String,
    problems: Vec<Problem>,
    fraction: &'static str,
}

impl std::fmt::Display for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.problems.iter().map(|problem| problem.name.as_str()).collect();
        write!(f, "{} of {}", self.fraction, names.join(" + "))
    }
}

impl Trial {
    fn random(seed: u64, problems: &[Problem]) -> Self {
        let mut dice = Dice::new(seed);
        let mut chosen = Vec::<Problem>::new();
        let count = dice.between(2, 3);
        for number in 1..=count {
            let mut problem = problems[dice.below(problems.len())].clone();
            let taken = |other: &Problem| other.setting == problem.setting;
            if problem.setting.is_some() && chosen.iter().any(taken) {
                continue;
            }
            let prefix = format!("p{number}");
            problem.sql = problem.sql.replace("{p}", &prefix);
            for pattern in &mut problem.leave_out {
                *pattern = pattern.replace("{p}", &prefix);
            }
            chosen.push(problem);
        }
        let tables = if dice.percent(50) { random_sql(seed) } else { String::new() };
        Trial { tables, problems: chosen, fraction: dice.pick(&["1", "1", "0.5", "0.1"]) }
    }

    /// What is wrong, and nothing if all is right.
    fn run(&self) -> Vec<String> {
        let sql = self.problems.iter().map(|problem| problem.sql.as_str());
        let sql: Vec<&str> = std::iter::once(self.tables.as_str()).chain(sql).collect();
        let source = match Source::try_from_sql(&sql.join("\n")) {
            Ok(source) => source,
            Err(error) => return vec![format!("the problems' own SQL fails: {error}")],
        };
        let target = Target::empty();
        let left_out = self.problems.iter().flat_map(|problem| &problem.leave_out);
        let left_out: Vec<String> = left_out.map(|pattern| format!("{pattern:?}")).collect();
        let config = if left_out.is_empty() {
            String::new()
        } else {
            format!("[schema]\nleave_out = [{}]\n", left_out.join(", "))
        };
        let mut config = config;
        let mut broken = Vec::new();
        for refusal in self.refusals() {
            let load = load(&source, &target, self.fraction, &config);
            let remedy = refused(&load, refusal, &target, &mut broken);
            config = with_remedy(&config, &remedy);
        }
        let load = load(&source, &target, self.fraction, &config);
        if broken.is_empty() {
            broken = self.judge(&source, &target, &config, &load);
        }
        let app = AppDir::empty().with("review-data.toml", &config);
        let plan = Tool::new(["plan", &source.url(), self.fraction]).in_dir(&app).run();
        if plan.code() == Some(0) {
            broken.extend(not_planned(&load, &plan));
        } else {
            broken.push(format!("plan fails: {plan}"));
        }
        if broken.is_empty() {
            source.drop();
            target.drop();
        }
        broken
    }

    /// What the loads are refused for, one after the other.
    fn refusals(&self) -> BTreeSet<&String> {
        let cut = self.fraction != "1";
        let refusals = self.problems.iter().map(|problem| {
            problem.refuses.as_ref().or(problem.refuses_a_part.as_ref().filter(|_| cut))
        });
        refusals.flatten().collect()
    }

    fn judge(&self, source: &Source, target: &Target, config: &str, load: &Outcome) -> Vec<String> {
        if load.code() != Some(0) {
            return vec![format!("the load fails: {load}")];
        }
        let named = Named::of(load);
        let expected = Expectations {
            fraction: self.fraction.parse().expect("a number"),
            ..Expectations::default()
        };
        let mut broken = broken_promises(source, target, &expected);
        // the question of a view may find its functions in the database's own path only
        broken.retain(|line| !line.contains("does not hold what its query gives"));
        broken.retain(|line| !named.has(line));
        // more rows of a table, since the remedy asked for them
        broken.retain(|line| !(line.starts_with("sized: ") && asked_for(line, config)));
        broken.extend(self.views(source, target, &named));
        broken.extend(settings(source, target, &named));
        if !broken.is_empty() {
            broken.push(format!("not named by: {load}"));
        }
        broken
    }

    /// Materialized views that are not as in the source.
    fn views(&self, source: &Source, target: &Target, named: &Named) -> Vec<String> {
        let (there, here) = (source.primary(), target.superuser());
        for session in [&there, &here] {
            session.run(
                "set datestyle = 'ISO'; set intervalstyle = 'postgres'; set timezone = 'UTC';
                 set extra_float_digits = 1; set bytea_output = 'hex'; set search_path = pg_catalog",
            );
        }
        let filled =
            "select oid::regclass from pg_class where relkind = 'm' and relispopulated order by 1";
        let mut broken = Vec::new();
        for view in there.column(filled) {
            let rows = format!("select count(*), sum(hashtext(v::text)) from {view} v");
            let text = |session: &Session| format!("{:?}", session.try_rows(&rows));
            if self.fraction == "1" && text(&there) != text(&here) && !named.word(&view) {
                broken.push(format!("{view}: {} there, {} here", text(&there), text(&here)));
            }
        }
        broken
    }
}

fn load(source: &Source, target: &Target, fraction: &str, config: &str) -> Outcome {
    let app = AppDir::empty().with("review-data.toml", config);
    Tool::subset(&source.url(), &target.url(), fraction).in_dir(&app).run()
}

/// What the plan does not name, and the load leaves out, weakens or does not set. Rows tell which
/// constraint or index they break, a function's text what it calls, and the target its locales.
fn not_planned(load: &Outcome, plan: &Outcome) -> Vec<String> {
    let (planned, named) = (Named::of(plan), Named::of(load));
    let is_planned = |line: &&String| {
        let subject = line.split(": ").next().unwrap_or_default();
        let mut subjects = words(subject).filter(|word| is_of_a_problem(word));
        let by_rows = ["is damaged", "rows of the source have NULL", "_broken_by_rows of"];
        by_rows.iter().any(|words| line.contains(words))
            || line.contains("needs collation")
            || line.contains("(SQLSTATE ")
            || subjects.all(|word| planned.words.contains(word))
    };
    let missing = named.sure.iter().filter(|line| !is_planned(line));
    missing.map(|line| format!("the plan does not name: {line}\n{plan}")).collect()
}

/// Whether a table of the line has a rule of its own.
fn asked_for(line: &str, config: &str) -> bool {
    line.split(' ').any(|word| config.contains(&format!("[tables.\"{word}\"]")))
}

/// The lines of the remedy that belong into review-data.toml.
fn refused(
    load: &Outcome,
    refusal: &str,
    target: &Target,
    broken: &mut Vec<String>,
) -> Vec<String> {
    if load.code() == Some(0) || !load.says(refusal) {
        broken.push(format!("the load is not refused for {refusal:?}: {load}"));
    }
    if load.says("selecting rows") {
        broken.push(format!("the load is refused after rows were read: {load}"));
    }
    let left = target.contents();
    if !left.is_empty() {
        broken.push(format!("a refused load leaves {left:?}"));
    }
    let lines = load.all.lines().map(str::trim);
    let of_configuration = |line: &&str| {
        ["[schema]", "[tables.", "rows = ", "leave_out = "]
            .iter()
            .any(|start| line.starts_with(start))
    };
    lines.filter(of_configuration).map(ToOwned::to_owned).collect()
}

/// What is left out already stays so.
fn with_remedy(config: &str, remedy: &[String]) -> String {
    let list = |text: &str| {
        let lists =
            text.lines().filter_map(|line| line.strip_prefix("leave_out = [")?.strip_suffix(']'));
        lists.filter(|list| !list.is_empty()).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let both = [list(config), list(&remedy.join("\n"))].concat();
    let others = |text: &str| {
        let others =
            text.lines().filter(|line| !line.starts_with("leave_out") && *line != "[schema]");
        others.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let others = [others(config), others(&remedy.join("\n"))].concat();
    format!("[schema]\nleave_out = [{}]\n{}\n", both.join(", "), others.join("\n"))
}

/// Settings of the database that the target does not have.
fn settings(source: &Source, target: &Target, named: &Named) -> Vec<String> {
    let of = |session: Session| {
        session.column(
            "select unnest(setconfig) from pg_db_role_setting s
             join pg_database d on d.oid = s.setdatabase
             where d.datname = current_database() and s.setrole = 0",
        )
    };
    let there = of(target.superuser());
    let missing = of(source.primary()).into_iter().filter(|setting| !there.contains(setting));
    let unnamed = missing.filter(|setting| {
        let name = setting.split('=').next().unwrap_or_default();
        !named.lines.iter().any(|line| line.starts_with(&format!("{name}: ")))
    });
    unnamed.map(|setting| format!("setting {setting} is missing")).collect()
}

/// What a result names as different.
struct Named {
    lines: Vec<String>,
    /// The lines about what the catalogue tells.
    sure: Vec<String>,
    words: BTreeSet<String>,
}

impl Named {
    fn of(load: &Outcome) -> Self {
        const PREFIXES: [&str; 5] =
            ["left out: ", "not valid: ", "not populated: ", "not set: ", "other values: "];
        // long lines are broken between words
        let text = load.stdout.replace("\n  ", " ");
        let of_difference = |line: &str| {
            let named = PREFIXES.iter().find_map(|prefix| line.strip_prefix(prefix));
            named.or_else(|| line.contains("NULL").then_some(line)).map(ToOwned::to_owned)
        };
        let lines: Vec<String> = text.lines().filter_map(of_difference).collect();
        let sure = text.lines().filter_map(|line| {
            let prefixes = ["left out: ", "not valid: ", "not set: "];
            prefixes.iter().find_map(|prefix| line.strip_prefix(prefix)).map(ToOwned::to_owned)
        });
        let sure = sure.collect();
        let words = lines.iter().flat_map(|line| words(line)).map(ToOwned::to_owned).collect();
        Named { lines, sure, words }
    }

    /// Whether the object that a promise is broken for is named. All objects of problems have names
    /// with a prefix.
    fn has(&self, broken: &str) -> bool {
        let first = broken.lines().next().unwrap_or_default();
        let mut subjects = words(first).filter(|word| is_of_a_problem(word));
        if first.starts_with("schema: COMMENT") {
            return subjects.any(|word| self.words.contains(word));
        }
        let in_schema = first.starts_with("schema: ");
        if in_schema && (self.in_a_schema_left_out(first) || self.of_a_table_left_out(first)) {
            return true;
        }
        let subject = if in_schema { subjects.last() } else { subjects.next() };
        subject.map_or_else(
            || words(first).any(|word| self.words.contains(word) && word.len() > 9),
            |word| self.words.contains(word),
        )
    }

    /// `[schema] leave_out` names a whole schema, and not what is in it.
    fn in_a_schema_left_out(&self, line: &str) -> bool {
        let schemas = self.lines.iter().filter_map(|line| line.strip_prefix("schema "));
        let mut schemas = schemas.filter_map(|line| line.split(':').next());
        schemas.any(|schema| line.contains(&format!(" {schema}.")))
    }

    /// What belongs to a table goes with it.
    fn of_a_table_left_out(&self, line: &str) -> bool {
        let tables = self.lines.iter().filter_map(|line| line.strip_prefix("table "));
        let mut tables = tables.filter_map(|line| line.split(": ").next());
        tables.any(|table| line.contains(&format!(" {table} ")))
    }

    fn word(&self, name: &str) -> bool {
        words(name).last().is_some_and(|word| self.words.contains(word))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn is_of_a_problem(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next() == Some('p')
        && characters.next().is_some_and(|c| c.is_ascii_digit())
        && characters.next() == Some('_')
}
