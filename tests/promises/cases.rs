//! The hard cases: each file of `tests/cases` is a production database, copied from the standby
//! with a SELECT-only role into the database of an ordinary owner, and held against all of
//! PRODUCT.md's section 5.
//!
//! `MASKED=1` runs only the load that masks. `CASE=name cargo test --test promises cases` runs the cases whose names contain the word.

use crate::clients::where_the_readers_differ;
use crate::support::{
    AppDir, Expectations, Outcome, Relation, Rows, Rule, Source, Target, Tool, broken_promises,
    broken_when_masked, definitions_of, fingerprint, servers,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

/// Cases that run at the same time: the servers and the tool take turns on few processors.
const WORKERS: usize = 3;

/// A file of `tests/cases`, as the comments that begin a line say.
#[derive(Default)]
struct Case {
    name: String,
    number: usize,
    sql: String,
    expectations: Expectations,
    fraction: String,
    /// Of the load by a budget. `none`: no load by a budget is made.
    budget: Option<String>,
    arguments: Vec<String>,
    config: Vec<String>,
    says: Vec<String>,
    /// The oldest major version of PostgreSQL that has what the case uses.
    requires: u32,
    /// A source of this version or newer writes the case's values as an older target does not read them.
    differs_since: Option<u32>,
    /// Run in the target's database before the load, by a superuser.
    target: Vec<String>,
    asks: Vec<(String, String)>,
}

#[test]
fn every_case_is_whole_exact_sized_usable_and_the_same_twice() {
    let filter = std::env::var("CASE").unwrap_or_default();
    let (cases, unreadable) = read_cases(&filter);
    assert!(unreadable.is_empty(), "cases that cannot be read:\n{}", unreadable.join("\n"));
    assert!(!cases.is_empty(), "no case has {filter:?} in its name");
    let major = servers().primary.major();
    let (cases, too_new): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|case| case.requires <= major);

    let results = run_all(cases.into());
    // Past the capture of output, which would swallow it: nothing is left out silently.
    let ignored = |name: &str, why: &str| {
        writeln!(std::io::stdout(), "\ntest cases::{name} ... ignored, {why}").expect("output");
    };
    for case in &too_new {
        ignored(&case.name, &format!("it needs PostgreSQL {}", case.requires));
    }
    let (mut kept, mut failed) = (0, Vec::new());
    for (name, seconds, verdict) in &results {
        let mark = match verdict {
            Verdict::Lacks(what) => {
                ignored(name, &format!("this build of PostgreSQL lacks a library: {what}"));
                continue;
            }
            Verdict::Broken(broken) if broken.is_empty() => {
                kept += 1;
                "kept"
            }
            Verdict::Broken(broken) => {
                let broken = broken.join("\n").replace('\n', "\n    ");
                failed.push(format!("{name}\n    {broken}"));
                "BROKEN"
            }
        };
        println!("{mark:8} {name} ({seconds:.1} s)");
    }
    let line = format!("cases kept: {kept} of {}", results.len());
    writeln!(std::io::stdout(), "\n{line}").expect("output");
    let details = failed.join("\n\n");
    assert!(failed.is_empty(), "{} of {} cases broken:\n\n{details}", failed.len(), results.len());
    assert!(kept > 0, "no case was run");
}

type Outcomes = Vec<(String, f32, Verdict)>;

/// How a case ended.
enum Verdict {
    /// The promises that are broken; none if all are kept.
    Broken(Vec<String>),
    /// What the build of PostgreSQL that is tested with does not have.
    Lacks(String),
}

impl Verdict {
    /// A build that lacks a library or a contributed module says so.
    fn of(broken: Vec<String>) -> Self {
        const LACKS: [&str; 4] = [
            "unsupported XML feature",
            "ICU is not supported in this build",
            "compression method lz4 not supported",
            "\" is not available",
        ];
        let says = |line: &&str| LACKS.iter().any(|lacks| line.contains(lacks));
        let lacks = match &broken[..] {
            [only] if only.starts_with(OWN_SQL) => only.lines().find(says),
            _ => None,
        };
        match lacks {
            Some(line) => Verdict::Lacks(line.to_owned()),
            None => Verdict::Broken(broken),
        }
    }
}

const OWN_SQL: &str = "the case's own SQL fails: ";

/// Whether the source's server and the target's are of different major versions.
fn are_mixed() -> bool {
    servers().primary.major() != servers().target.major()
}

fn run_all(cases: VecDeque<Case>) -> Outcomes {
    let waiting = Mutex::new(cases);
    let results = Mutex::new(Outcomes::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some(case) = waiting.lock().expect("cases").pop_front() else { break };
                    let start = Instant::now();
                    let broken = catch_unwind(AssertUnwindSafe(|| case.run()))
                        .unwrap_or_else(|panic| vec![what_was_said(panic.as_ref())]);
                    let seconds = start.elapsed().as_secs_f32();
                    let verdict = Verdict::of(broken);
                    results.lock().expect("results").push((case.name, seconds, verdict));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("results");
    results.sort_by(|a, b| a.0.cmp(&b.0));
    results
}

fn what_was_said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panicked").to_owned()
}

impl Case {
    /// Every promise that is broken, and none if all are kept.
    fn run(&self) -> Vec<String> {
        let source = match Source::try_from_sql(&self.sql) {
            Ok(source) => source,
            Err(error) => return vec![format!("{OWN_SQL}{error}")],
        };
        let (newer, older) = (servers().primary.major(), servers().target.major());
        let differs = self.differs_since.is_some_and(|since| newer >= since && since > older);
        if self.requires > older || differs {
            return self.is_refused(&source);
        }
        if std::env::var_os("MASKED").is_some() {
            return self.masked(&source);
        }
        let (target, mut broken) = self.load(&source);
        broken.extend(where_the_readers_differ(&source));
        if broken.is_empty() {
            let mut expected = self.expectations.clone();
            if !self.target.is_empty() {
                expected.already_there = definitions_of(&self.prepared_target());
            }
            broken = broken_promises(&source, &target, &expected);
            if self.is_every(3, 0) {
                broken.extend(self.same_again(&source, &target));
            }
            // which rows are chosen does not depend on the target's version
            if !are_mixed() || self.is_every(4, 0) {
                broken.extend(self.by_budget(&source, &expected));
            }
            if self.is_every(8, 5) {
                broken.extend(self.masked(&source));
            }
            // Last: a question may draw from a sequence.
            broken.extend(self.answers(&target));
        }
        if broken.is_empty() {
            source.drop();
            target.drop();
        }
        broken
    }

    /// Whether it is one of every `so_many` cases. In a long run, all are.
    fn is_every(&self, so_many: usize, remainder: usize) -> bool {
        self.number % so_many == remainder || std::env::var_os("REVIEW_DATA_LONG").is_some()
    }

    /// A load that masks: whole, exact except for masked columns, and the same twice. A load that
    /// cannot mask a column is refused with the lines to choose from.
    fn masked(&self, source: &Source) -> Vec<String> {
        let load = || {
            let target = self.prepared_target();
            let tool = Tool::subset(&source.url(), &target.url(), &self.fraction).masked();
            let tool = tool.env("REVIEW_DATA_MASK_KEY", "a key of masks for the cases");
            let outcome = self.run_with_settings(tool);
            (target, outcome)
        };
        let (target, outcome) = load();
        if outcome.code() == Some(2) && outcome.says("cannot mask") {
            println!("refused  {}: {outcome}", self.name);
            return Vec::new();
        }
        let mut broken = Vec::new();
        if outcome.code() == Some(0) {
            broken.extend(broken_when_masked(source, &target, &self.expectations));
            let (again, outcome) = load();
            let (first, second) = (fingerprint(&target), fingerprint(&again));
            if first != second {
                broken.push(format!("not the same twice: {outcome}"));
            }
            again.drop();
        } else {
            broken.push(format!("the load failed: {outcome}"));
        }
        if broken.is_empty() {
            target.drop();
        }
        broken.iter().map(|line| format!("masked: {line}")).collect()
    }

    /// The target's server does not know what the case uses. The load stops before a row is selected, or
    /// at a value, or leaves out what the server does not understand. Each time, both versions are named.
    fn is_refused(&self, source: &Source) -> Vec<String> {
        let target = self.prepared_target();
        let before = target.contents();
        let tool = Tool::subset(&source.url(), &target.url(), &self.fraction);
        let outcome = self.run_with_settings(tool);
        let (older, newer) = (servers().target.major(), servers().primary.major());
        let mut broken = Vec::new();
        if !outcome.says(&format!("the target is PostgreSQL {older}, the source {newer}")) {
            broken.push("both versions are not named".to_owned());
        }
        if outcome.code() == Some(0) {
            let mut expected = self.expectations.clone();
            if !self.target.is_empty() {
                expected.already_there = definitions_of(&self.prepared_target());
            }
            broken.extend(broken_promises(source, &target, &expected));
        } else {
            if outcome.code() != Some(1) || !outcome.says("take a target of PostgreSQL") {
                broken.push("it does not say what to do".to_owned());
            }
            let at_a_value = outcome.says("cannot write the rows of");
            if outcome.says("selecting rows") && !at_a_value {
                broken.push("it stops after rows were read".to_owned());
            }
            if target.contents() != before {
                broken.push(format!("a refused load leaves {:?}", target.contents()));
            }
        }
        if !broken.is_empty() {
            broken.push(outcome.to_string());
        }
        broken
    }

    /// An empty database, but for what the platform puts into it.
    fn prepared_target(&self) -> Target {
        let target = Target::empty();
        for sql in &self.target {
            target.superuser().run(sql);
        }
        target
    }

    fn load(&self, source: &Source) -> (Target, Vec<String>) {
        let target = self.prepared_target();
        let tool = Tool::subset(&source.url(), &target.url(), &self.fraction);
        let broken = self.broken_by(&self.run_with_settings(tool));
        (target, broken)
    }

    /// Whether its budget leaves little room, so that large tables are cut. The load is then often
    /// made twice. In an ordinary run, this is done with a quarter of the cases.
    fn is_cut(&self) -> bool {
        self.is_every(4, 0)
    }

    /// A load by what users get who say nothing about sizes: a budget.
    fn by_budget(&self, source: &Source, expected: &Expectations) -> Vec<String> {
        if self.budget.as_deref() == Some("none") {
            return Vec::new();
        }
        let target = self.prepared_target();
        let last = RefCell::new(String::new());
        let by = |budget: &str| {
            budget.clone_into(&mut last.borrow_mut());
            self.run_with_settings(Tool::within(&source.url(), &target.url(), budget))
        };
        let outcome = match &self.budget {
            Some(budget) => by(budget),
            None if self.is_cut() => Tool::run_within(Tool::LITTLE, by),
            None => Tool::run_within(Tool::ENOUGH, by),
        };
        let mut broken = Vec::new();
        if outcome.code() != Some(0) {
            broken.push(format!("the load failed: {outcome}"));
        }
        if broken.is_empty() {
            broken = broken_promises(source, &target, &expected.by_budget(&target));
            if self.is_cut() && !outcome.says("try 1:") {
                broken.extend(self.differs_from_plan(source, &target, &last.borrow()));
            }
        }
        if broken.is_empty() {
            target.drop();
        }
        broken.iter().map(|line| format!("by budget: {line}")).collect()
    }

    /// A plan has the rows of the first attempt.
    fn differs_from_plan(&self, source: &Source, target: &Target, budget: &str) -> Vec<String> {
        let arguments = ["plan", &source.url(), "--max-size", budget, "--format", "json"];
        let plan = self.run_with_settings(Tool::new(arguments));
        let Ok(plan) = serde_json::from_str::<serde_json::Value>(&plan.stdout) else {
            return vec![format!("no plan: {plan}")];
        };
        let line = |table: &serde_json::Value| {
            let text = |key: &str| table[key].as_str().unwrap_or_default().to_owned();
            (format!("{}.{}", text("schema"), text("table")), table["rows"].to_string())
        };
        let tables = plan["tables"].as_array();
        let planned: BTreeMap<_, _> = tables.into_iter().flatten().map(line).collect();
        let loaded = target.superuser().rows(
            "select schema_name || '.' || table_name, rows::text from review_data.load_table",
        );
        let differs = |row: Vec<Option<String>>| {
            let [Some(table), Some(rows)] = &row[..] else { return None };
            let planned = planned.get(table);
            (planned != Some(rows))
                .then(|| format!("{table}: {rows} rows arrived, planned were {planned:?}"))
        };
        loaded.into_iter().filter_map(differs).collect()
    }

    fn run_with_settings(&self, tool: Tool) -> Outcome {
        let mut app = AppDir::empty();
        if !self.config.is_empty() {
            app = app.with("review-data.toml", &self.config.join("\n"));
        }
        self.arguments.iter().fold(tool.in_dir(&app), Tool::argument).run()
    }

    fn broken_by(&self, outcome: &Outcome) -> Vec<String> {
        let mut broken = Vec::new();
        if outcome.code() == Some(0) {
            for text in self.says.iter().filter(|text| !outcome.says(text)) {
                broken.push(format!("the load does not say {text:?}: {outcome}"));
            }
        } else {
            broken.push(format!("the load failed: {outcome}"));
        }
        broken
    }

    fn answers(&self, target: &Target) -> Vec<String> {
        let session = target.superuser();
        let ask = |sql: &str| match session.try_rows(sql) {
            Ok(rows) => {
                let text = |row: Vec<Option<String>>| {
                    let values = row.into_iter().map(|v| v.unwrap_or_else(|| "NULL".to_owned()));
                    values.collect::<Vec<_>>().join("|")
                };
                rows.into_iter().map(text).collect::<Vec<_>>().join(",")
            }
            Err(error) => error,
        };
        let answer = |(sql, expected): &(String, String)| {
            let answer = ask(sql);
            (answer != *expected)
                .then(|| format!("asked: {sql}\n  expected {expected}, got {answer}"))
        };
        self.asks.iter().filter_map(answer).collect()
    }

    /// Same data, same seed: same rows, in another empty database.
    fn same_again(&self, source: &Source, first: &Target) -> Vec<String> {
        let (second, mut broken) = self.load(source);
        if broken.is_empty() {
            let (first, second) = (fingerprint(first), fingerprint(&second));
            for (table, rows) in &first {
                let again = second.get(table);
                if again != Some(rows) {
                    broken.push(format!("not the same twice: {table}: {rows}, then {again:?}"));
                }
            }
        }
        if broken.is_empty() {
            second.drop();
        }
        broken
    }
}

fn read_cases(filter: &str) -> (Vec<Case>, Vec<String>) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = fs::read_dir(&dir).expect("tests/cases").map(|entry| entry.expect("a file").path());
    let mut files =
        files.filter(|path| path.extension().is_some_and(|e| e == "sql")).collect::<Vec<_>>();
    files.sort();
    let (mut cases, mut unreadable) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if name.contains(filter) {
            let sql = fs::read_to_string(&path).expect("a case is UTF-8");
            match Case::parse(&name, sql) {
                Ok(case) => cases.push(Case { number: cases.len(), ..case }),
                Err(error) => unreadable.push(format!("{name}: {error}")),
            }
        }
    }
    (cases, unreadable)
}

/// What may stand before the colon in a case's comments. Other comments are prose.
const DIRECTIVES: [&str; 12] = [
    "fraction",
    "max_size",
    "arguments",
    "config",
    "says",
    "left out",
    "no rows",
    "requires",
    "differs since",
    "target",
    "ask",
    "relation",
];

impl Case {
    fn parse(name: &str, sql: String) -> Result<Self, String> {
        let mut case =
            Case { name: name.to_owned(), fraction: "0.3".to_owned(), ..Case::default() };
        for line in sql.lines().filter(|line| line.starts_with("--")) {
            let Some((key, value)) = line.trim_start_matches("--").split_once(':') else {
                continue;
            };
            let (key, value) = (key.trim(), value.trim());
            match key {
                "fraction" => value.clone_into(&mut case.fraction),
                "max_size" => case.budget = Some(value.to_owned()),
                "arguments" => case.arguments.extend(shell_words(value)?),
                "config" => case.config.push(value.to_owned()),
                "says" => case.says.push(value.to_owned()),
                "left out" => case.expectations.left_out.push(value.to_owned()),
                "no rows" => case.expectations.no_rows.push(value.to_owned()),
                "requires" => case.requires = value.parse().map_err(|_| "requires: a version")?,
                "differs since" => {
                    let version = value.parse().map_err(|_| "differs since: a version")?;
                    case.differs_since = Some(version);
                }
                "target" => case.target.push(value.to_owned()),
                "ask" => {
                    let (sql, answer) = value.rsplit_once("=>").ok_or("ask: SQL => answer")?;
                    case.asks.push((sql.trim().to_owned(), answer.trim().to_owned()));
                }
                "relation" => case.expectations.relations.push(relation(value)?),
                // A slip of the pen must not turn a check off.
                _ => {
                    let near = |known: &&&str| strsim::damerau_levenshtein(key, known) <= 2;
                    if let Some(known) = DIRECTIVES.iter().find(near) {
                        return Err(format!("{key:?} is not a directive, {known:?} is"));
                    }
                }
            }
        }
        case.sql = sql;
        case.expect()?;
        Ok(case)
    }

    /// What the configuration and the arguments ask for, read independently of the tool.
    fn expect(&mut self) -> Result<(), String> {
        let config: toml::Table = self.config.join("\n").parse().map_err(|e| format!("{e}"))?;
        let subset = config.get("subset").and_then(|subset| subset.as_table());
        let logarithmic = subset.and_then(|subset| subset.get("logarithmic")?.as_bool());
        let given =
            |option: &str| self.arguments.iter().any(|argument| argument.starts_with(option));
        let expected = &mut self.expectations;
        expected.fraction = self.fraction.parse().map_err(|_| "fraction: a number")?;
        expected.logarithmic = logarithmic.unwrap_or(false) || given("--logarithmic");
        expected.more_by_request = given("--force");
        for (name, rule) in config.get("tables").and_then(|t| t.as_table()).into_iter().flatten() {
            expected.more_by_request |= rule.get("always").is_some();
            let rows = rule.get("rows").map(rows_of).transpose()?;
            let condition = rule.get("where").and_then(|sql| sql.as_str()).map(ToOwned::to_owned);
            expected.rules.push((name.clone(), Rule { rows, condition }));
        }
        for entry in config.get("foreign_keys").and_then(|e| e.as_array()).into_iter().flatten() {
            let text = |key: &str| entry.get(key).and_then(|value| value.as_str());
            let (Some(table), Some(references)) = (text("table"), text("references")) else {
                continue;
            };
            // a primary key that is not named needs a "relation" directive
            if !references.contains('(') {
                continue;
            }
            let columns = entry.get("columns").and_then(|columns| columns.as_array());
            let columns = columns.into_iter().flatten().filter_map(|column| column.as_str());
            let value = |column: &str| match column.strip_suffix("[]") {
                Some(array) => format!("unnest({array})"),
                None if column.contains(['-', '#']) => column.to_owned(),
                None => format!("\"{column}\""),
            };
            let values = columns.map(value).collect::<Vec<_>>().join("; ");
            let when = text("when").map(|when| format!(" when {when}")).unwrap_or_default();
            expected.relations.push(relation(&format!("{table}: {values} -> {references}{when}"))?);
        }
        Ok(())
    }
}

/// `child: SQL; SQL -> parent(column, column) when SQL`
fn relation(text: &str) -> Result<Relation, String> {
    let parse = || {
        let (table, rest) = text.split_once(':')?;
        let (rest, when) = match rest.split_once(" when ") {
            Some((rest, when)) => (rest, Some(when.to_owned())),
            None => (rest, None),
        };
        let (values, references) = rest.rsplit_once("-> ")?;
        let (parent, columns) = references.trim().strip_suffix(')')?.split_once('(')?;
        let qualified = |name: &str| match name.trim() {
            name if name.contains('.') => name.to_owned(),
            name => format!("public.{name}"),
        };
        Some(Relation {
            table: qualified(table),
            values: values.split(';').map(|value| value.trim().to_owned()).collect(),
            when,
            parent: qualified(parent),
            columns: columns.split(',').map(|column| column.trim().to_owned()).collect(),
        })
    };
    parse().ok_or_else(|| format!("relation: child: SQL -> parent(column) when SQL, not {text}"))
}

fn rows_of(value: &toml::Value) -> Result<Rows, String> {
    let percent = |text: &str| text.strip_suffix('%')?.trim().parse().ok().map(Rows::Percent);
    let number = |number: i64| u64::try_from(number).ok().map(Rows::Number);
    match value.as_str() {
        Some("all") => Some(Rows::All),
        Some("none") => Some(Rows::None),
        Some(text) => percent(text),
        None => value.as_integer().and_then(number),
    }
    .ok_or_else(|| format!("rows = {value}: all, none, a number or a percentage"))
}

/// Splits as a shell does, as far as cases need it: words, in single or double quotes or bare.
fn shell_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(format!("arguments: an open quote in {text}"));
    }
    words.extend(word);
    Ok(words)
}
