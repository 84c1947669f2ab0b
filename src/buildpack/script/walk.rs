//! A command line, command by command: what each does, when it runs, and whether its failure counts.

use super::call::Call;
use super::condition::is_test;
use super::effects::effects;
use super::exits::{Rest, always_succeeds, ends_in_failure, ends_in_success};
use super::input::input_of;
use super::loops::{Loops, Next};
use super::parse::parse;
use super::part::{At, Condition, Effect, FilePlace, Hidden, Part, Reading, Truth, shortened};
use super::paths::joined;
use super::sql;
use super::words::Word;
use crate::migrate::frameworks::AppFiles;
use brush_parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem, CompoundCommand, CompoundList,
    CompoundListItem, IfClauseCommand, Pipeline, SeparatorOperator, SimpleCommand, SourceLocation,
};
use std::collections::HashMap;

/// A command line leads through at most this many files, scripts and functions, one in another.
const DEEPEST: usize = 10;

/// Past this many commands, no further one is looked at.
const MOST_PARTS: usize = 300;

/// Goes through command lines and notes what it finds.
pub(super) struct Walker<'a> {
    pub(super) files: &'a AppFiles,
    pub(super) reading: Reading,
    /// The files and scripts that are being read, so that a circle ends.
    open: Vec<String>,
}

/// Where a command stands, and what its surroundings mean for it.
#[derive(Clone, Default)]
pub(super) struct Context {
    pub(super) file: Option<String>,
    /// A name in that file, which is then shown instead of the line.
    pub(super) name: Option<String>,
    pub(super) conditions: Vec<Condition>,
    pub(super) hidden: Option<Hidden>,
}

/// The state of one shell.
#[derive(Clone, Default)]
pub(super) struct Shell {
    pub(super) errexit: bool,
    pub(super) pipefail: bool,
    /// Relative to the app's directory, `""` for the directory itself.
    pub(super) directory: String,
    pub(super) functions: HashMap<String, (Option<String>, CompoundList)>,
    /// Whether the script looks at results (`$?`): then no failure counts as hidden.
    pub(super) reads_results: bool,
    /// How many conditions lead to this shell.
    pub(super) outer: usize,
    /// What of the script still runs after an `exit`.
    pub(super) rest: Rest,
    pub(super) loops: Loops,
}

impl Context {
    pub(super) fn hide(mut self, hidden: Hidden) -> Self {
        self.hidden.get_or_insert(hidden);
        self
    }

    pub(super) fn under(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }
}

impl<'a> Walker<'a> {
    pub(super) fn new(files: &'a AppFiles) -> Self {
        Walker { files, reading: Reading::default(), open: Vec::new() }
    }

    /// Reads a text as a shell does.
    pub(super) fn text(&mut self, text: &str, context: &Context, mut shell: Shell) {
        shell.outer = context.conditions.len();
        shell.rest = Rest::default();
        self.sourced(text, context, &mut shell);
    }

    /// Reads a text in a shell that goes on afterwards.
    fn sourced(&mut self, text: &str, context: &Context, shell: &mut Shell) {
        let Some(program) = parse(text) else {
            self.reading.is_not_shell |= self.open.is_empty();
            self.unknown(text.to_owned(), None, context, shell);
            return;
        };
        shell.reads_results |= text.contains("$?") || text.contains("PIPESTATUS");
        let items: Vec<&CompoundListItem> =
            program.complete_commands.iter().flat_map(|list| &list.0).collect();
        self.sequence(&items, context, shell);
    }

    /// Reads something under this name, unless that is being read already.
    pub(super) fn entering(&mut self, key: String, read: impl FnOnce(&mut Self)) {
        if self.open.contains(&key) || self.open.len() >= DEEPEST {
            self.reading.partial = true;
            return;
        }
        self.open.push(key);
        read(self);
        self.open.pop();
    }

    fn sequence(&mut self, items: &[&CompoundListItem], context: &Context, shell: &mut Shell) {
        for (at, CompoundListItem(list, separator)) in items.iter().enumerate() {
            let Rest::RunsIf(conditions) = &shell.rest else { return };
            let context = &conditions.iter().fold(context.clone(), |context, condition| {
                if context.conditions.contains(condition) {
                    context
                } else {
                    context.under(condition.clone())
                }
            });
            if matches!(separator, SeparatorOperator::Async) {
                let mut own = shell.clone();
                self.and_or(list, &context.clone().hide(Hidden::Background), &mut own, None);
                continue;
            }
            let next = items.get(at + 1).map(|CompoundListItem(next, _)| next.to_string());
            self.and_or(list, context, shell, next.as_deref());
        }
    }

    pub(super) fn list(&mut self, list: &CompoundList, context: &Context, shell: &mut Shell) {
        let items: Vec<&CompoundListItem> = list.0.iter().collect();
        self.sequence(&items, context, shell);
    }

    /// `next` is what runs after the list, whatever its result, unless the shell stops at errors.
    fn and_or(
        &mut self,
        list: &AndOrList,
        context: &Context,
        shell: &mut Shell,
        next: Option<&str>,
    ) {
        let joined: Vec<(bool, &Pipeline)> = std::iter::once((true, &list.first))
            .chain(list.additional.iter().map(|next| match next {
                AndOr::And(pipeline) => (true, pipeline),
                AndOr::Or(pipeline) => (false, pipeline),
            }))
            .collect();
        for (at, (_, pipeline)) in joined.iter().enumerate() {
            shell.loops.next = Next::of(next);
            let mut context = context.clone();
            let later = joined.iter().skip(at + 1).find(|(and, _)| !and);
            let is_last = at + 1 == joined.len();
            match (later, next) {
                _ if shell.loops.retries => {}
                (Some((_, fallback)), _) if always_succeeds(&fallback.to_string()) => {
                    context = context.hide(Hidden::Or(shortened(&fallback.to_string())));
                }
                (None, Some(next)) if hides(shell, is_last, next) => {
                    let next = shortened(next);
                    let file = context.file.clone();
                    context = context.hide(Hidden::Then { next, file });
                }
                _ => {}
            }
            for condition in conditions_before(&joined, at) {
                context = context.under(condition);
            }
            if at > 0 && ends_in_success(pipeline) && !is_test(joined[at - 1].1) {
                let before = joined[at - 1].1;
                context = context.under(Condition::new(&before.to_string(), Truth::Unknown));
            }
            self.pipeline(pipeline, &context, shell);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, context: &Context, shell: &mut Shell) {
        let [stages @ .., last] = pipeline.seq.as_slice() else { return };
        if stages.is_empty() {
            self.command(last, context, shell);
            return;
        }
        let calls: Vec<Option<Call>> = pipeline.seq.iter().map(call_of).collect();
        if let Some(effect) = sql::of_pipeline(&calls, self.files, &shell.directory) {
            self.note(pipeline.to_string(), effect, location(last), context, shell);
            return;
        }
        for stage in stages {
            let mut context = context.clone();
            if !shell.pipefail && !shell.reads_results {
                context = context.hide(Hidden::Pipe(shortened(&last.to_string())));
            }
            self.command(stage, &context, &mut shell.clone());
        }
        self.command(last, context, &mut shell.clone());
    }

    fn command(&mut self, command: &Command, context: &Context, shell: &mut Shell) {
        match command {
            Command::Simple(simple) => self.simple(simple, context, shell),
            Command::Function(function) => {
                if let CompoundCommand::BraceGroup(body) = &function.body.0 {
                    let name = function.fname.to_string();
                    shell.functions.insert(name, (context.file.clone(), body.list.clone()));
                }
            }
            Command::Compound(compound, _) => self.compound(compound, context, shell),
            Command::ExtendedTest(..) => {}
        }
    }

    fn compound(&mut self, compound: &CompoundCommand, context: &Context, shell: &mut Shell) {
        if self.repeated(compound, context, shell) {
            return;
        }
        match compound {
            CompoundCommand::BraceGroup(group) => self.list(&group.list, context, shell),
            CompoundCommand::Subshell(group) => {
                self.list(&group.list, context, &mut shell.clone());
            }
            CompoundCommand::IfClause(clause) => self.if_clause(clause, context, shell),
            CompoundCommand::CaseClause(clause) => {
                let value = Word::of(&clause.value);
                let mut earlier = Truth::No;
                for case in &clause.cases {
                    let patterns: Vec<Word> = case.patterns.iter().map(Word::of).collect();
                    let (condition, holds) = Condition::of_case(&value, &patterns, earlier);
                    earlier = earlier.or(holds);
                    if let Some(list) = &case.cmd {
                        self.list(list, &context.clone().under(condition), shell);
                    }
                }
            }
            _ => {}
        }
    }

    fn if_clause(&mut self, clause: &IfClauseCommand, context: &Context, shell: &mut Shell) {
        let asked = if shell.loops.retries {
            context.clone()
        } else {
            context.clone().hide(Hidden::Condition)
        };
        self.list(&clause.condition, &asked, shell);
        let condition = Condition::of_list(&clause.condition);
        self.list(&clause.then, &context.clone().under(condition.clone()), shell);
        let mut otherwise = context.clone().under(condition.not());
        for branch in clause.elses.iter().flatten() {
            match &branch.condition {
                Some(list) => {
                    self.list(list, &asked, shell);
                    let condition = Condition::of_list(list);
                    self.list(&branch.body, &otherwise.clone().under(condition.clone()), shell);
                    otherwise = otherwise.under(condition.not());
                }
                None => self.list(&branch.body, &otherwise, shell),
            }
        }
    }

    fn simple(&mut self, simple: &SimpleCommand, context: &Context, shell: &mut Shell) {
        let Some(name) = &simple.word_or_name else {
            // an assignment; the command in its value runs too
            if simple.to_string().contains("$(") || simple.to_string().contains('`') {
                self.reading.partial = true;
            }
            return;
        };
        let words = words_of(simple);
        let written = simple.to_string();
        let line = simple.location().map(|location| location.start.line);
        let name = Word::of(name);
        if self.builtin(&name, &words, context, shell) {
            return;
        }
        if let Some((file, body)) = shell.functions.get(&name.text).cloned() {
            let context = &Context { file, ..context.clone() };
            self.entering(format!("function {}", name.text), |walker| {
                walker.list(&body, context, shell);
            });
            return;
        }
        let Some(call) = Call::of(&words) else {
            self.unknown(written, line, context, shell);
            return;
        };
        if let Some(effect) = sql::of_call(&call, input_of(simple), self.files, &shell.directory) {
            self.note(written, effect, line, context, shell);
            return;
        }
        if call.program == "psql" && self.reads_a_dump(&call, shell) {
            self.note(written, Effect::Copies, line, context, shell);
            return;
        }
        if self.follow(&call, context, shell) {
            return;
        }
        let found = effects(&call);
        if found.is_empty() {
            self.unknown(written, line, context, shell);
        }
        let assignments = assignments_of(simple);
        for (command, effect) in found {
            self.note(format!("{assignments}{command}"), effect, line, context, shell);
        }
    }

    /// Whether `psql` reads a file that is not in the app, after a command that makes or fetches one.
    fn reads_a_dump(&self, call: &Call, shell: &Shell) -> bool {
        let file = call.option(&["-f", "--file"]).map(|word| word.text.as_str());
        let is_made = file.is_some_and(|file| !self.files.has(&joined(&shell.directory, file)));
        let makes = ["pg_dump", "curl", "wget", "aws", "gsutil"];
        is_made
            && self
                .reading
                .parts
                .iter()
                .any(|part| part.command.split_whitespace().any(|word| makes.contains(&word)))
    }

    /// What the shell itself does. Whether it was one of these.
    fn builtin(
        &mut self,
        name: &Word,
        words: &[Word],
        context: &Context,
        shell: &mut Shell,
    ) -> bool {
        let arguments: Vec<&str> = words.iter().skip(1).map(|word| word.text.as_str()).collect();
        match name.text.as_str() {
            "set" => {
                set(shell, &arguments);
                true
            }
            "cd" | "pushd" => {
                match arguments.iter().find(|argument| !argument.starts_with('-')) {
                    Some(directory) => shell.directory = joined(&shell.directory, directory),
                    None => shell.directory = String::new(),
                }
                true
            }
            "." | "source" => {
                let script = arguments.first().copied().unwrap_or_default();
                let path = joined(&shell.directory, script);
                match self.files.rough_text(&path) {
                    Ok(Some(text)) => {
                        let mut context = context.clone();
                        context.file = Some(path.clone());
                        context.name = None;
                        self.entering(path, |walker| walker.sourced(&text, &context, shell));
                    }
                    _ => self.reading.partial = true,
                }
                true
            }
            "eval" => {
                self.reading.partial = true;
                true
            }
            "exit" if matches!(arguments.first(), None | Some(&"0")) => {
                let conditions = context.conditions.get(shell.outer..).unwrap_or_default();
                shell.rest.after_exit(conditions);
                true
            }
            _ => false,
        }
    }

    pub(super) fn unknown(
        &mut self,
        command: String,
        line: Option<usize>,
        context: &Context,
        shell: &Shell,
    ) {
        self.note(command, Effect::Unknown, line, context, shell);
    }

    pub(super) fn note(
        &mut self,
        command: String,
        effect: Effect,
        line: Option<usize>,
        context: &Context,
        shell: &Shell,
    ) {
        if self.reading.parts.len() >= MOST_PARTS {
            self.reading.partial = true;
            return;
        }
        let place = context.file.clone().map(|file| FilePlace {
            file,
            at: match &context.name {
                Some(name) => At::Name(name.clone()),
                None => At::Line(line.unwrap_or(1)),
            },
        });
        let directory = &shell.directory;
        let command =
            if directory.is_empty() { command } else { format!("cd {directory} && {command}") };
        self.reading.parts.push(Part {
            command,
            effect,
            place,
            conditions: context.conditions.clone(),
            hidden: context.hidden.clone(),
        });
    }
}

/// Tests that decide whether the pipeline at this place of an and-or list runs.
fn conditions_before(joined: &[(bool, &Pipeline)], at: usize) -> Vec<Condition> {
    let mut found = Vec::new();
    let Some((and, _)) = joined.get(at).filter(|_| at > 0) else { return found };
    if !and {
        let (_, before) = joined[at - 1];
        found.push(if is_test(before) {
            Condition::of_pipeline(before).not()
        } else {
            Condition::new(&format!("{before} fails"), Truth::Unknown)
        });
        return found;
    }
    for (index, (_, before)) in joined.iter().enumerate().take(at) {
        let only_and = joined[index + 1..=at].iter().all(|(and, _)| *and);
        if only_and && is_test(before) {
            found.push(Condition::of_pipeline(before));
        }
    }
    found
}

/// Whether a list's failure is lost because the next one runs all the same.
fn hides(shell: &Shell, is_last_of_its_list: bool, next: &str) -> bool {
    let stops = shell.errexit && is_last_of_its_list;
    !(stops || shell.reads_results || ends_in_failure(next))
}

fn set(shell: &mut Shell, arguments: &[&str]) {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let on = argument.starts_with('-');
        let Some(flags) = argument.strip_prefix(['-', '+']) else { continue };
        if flags.contains('e') && !flags.starts_with('-') {
            shell.errexit = on;
        }
        if flags.ends_with('o') {
            match arguments.next() {
                Some(&"pipefail") => shell.pipefail = on,
                Some(&"errexit") => shell.errexit = on,
                _ => {}
            }
        }
    }
}

fn call_of(command: &Command) -> Option<Call> {
    match command {
        Command::Simple(simple) => Call::of(&words_of(simple)),
        _ => None,
    }
}

fn location(command: &Command) -> Option<usize> {
    command.location().map(|location| location.start.line)
}

/// The program's name and its arguments.
fn words_of(simple: &SimpleCommand) -> Vec<Word> {
    let name = simple.word_or_name.iter().map(Word::of);
    let arguments =
        simple.suffix.iter().flat_map(|suffix| &suffix.0).filter_map(|item| match item {
            CommandPrefixOrSuffixItem::Word(word)
            | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => Some(Word::of(word)),
            _ => None,
        });
    name.chain(arguments).collect()
}

/// `A=1 B=2 `, as they are written before the program.
fn assignments_of(simple: &SimpleCommand) -> String {
    let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
    prefix
        .filter_map(|item| match item {
            CommandPrefixOrSuffixItem::AssignmentWord(_, word) => Some(format!("{word} ")),
            _ => None,
        })
        .collect()
}
