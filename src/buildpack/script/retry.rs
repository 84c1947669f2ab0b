//! Loops. Some try a command again until it succeeds: then it matters whether the loop fails where
//! each try fails, and whether it ends at all.

use super::condition::is_test;
use super::exits::ends_in_success;
use super::loops::Next;
use super::part::{Condition, Hidden, Truth};
use super::walk::{Context, Shell, Walker};
use brush_parser::ast::{AndOr, Command, CompoundCommand, CompoundList, Pipeline};

/// How a loop is left once its command has succeeded.
enum WayOut {
    /// `COMMAND && break`; whether a failed last round is the loop's result.
    Break { failure_counts: bool },
    /// `COMMAND && exit 0`
    Exit,
}

impl Walker<'_> {
    /// Whether it was a loop.
    pub(super) fn repeated(
        &mut self,
        compound: &CompoundCommand,
        context: &Context,
        shell: &mut Shell,
    ) -> bool {
        match compound {
            CompoundCommand::ForClause(clause) => {
                let text = format!("for {}", clause.variable_name);
                self.body(&clause.body.list, &text, context, shell);
            }
            CompoundCommand::ArithmeticForClause(clause) => {
                self.body(&clause.body.list, "for", context, shell);
            }
            CompoundCommand::WhileClause(clause) => {
                self.while_loop(&clause.0, &clause.1.list, negated(&clause.0), context, shell);
            }
            CompoundCommand::UntilClause(clause) => {
                self.while_loop(&clause.0, &clause.1.list, true, context, shell);
            }
            _ => return false,
        }
        true
    }

    fn while_loop(
        &mut self,
        condition: &CompoundList,
        body: &CompoundList,
        until_success: bool,
        context: &Context,
        shell: &mut Shell,
    ) {
        let mut asked = context.clone();
        if until_success {
            let text = body.to_string();
            let is_left = ["break", "exit", "return"].iter().any(|word| {
                text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .any(|found| found == *word)
            });
            asked.hidden = (!is_left && !shell.loops.is_limited).then_some(Hidden::Endless);
            self.retrying(condition, &asked, shell);
        } else {
            self.list(condition, &asked.hide(Hidden::Condition), shell);
        }
        self.body(body, "while", context, shell);
    }

    fn body(&mut self, list: &CompoundList, text: &str, context: &Context, shell: &mut Shell) {
        let mut context = context.clone().under(Condition::new(text, Truth::Unknown));
        let Some(way_out) = way_out(list) else {
            self.list(list, &context, shell);
            return;
        };
        let fails = match way_out {
            WayOut::Exit => shell.loops.next == Next::Fails,
            WayOut::Break { failure_counts } => failure_counts && shell.loops.next == Next::Nothing,
        };
        let is_lost = !shell.reads_results && (!fails || context.hidden.is_some());
        context.hidden = is_lost.then_some(Hidden::Retried);
        self.retrying(list, &context, shell);
    }

    /// The context has decided what hides failures.
    fn retrying(&mut self, list: &CompoundList, context: &Context, shell: &mut Shell) {
        let before = std::mem::replace(&mut shell.loops.retries, true);
        self.list(list, context, shell);
        shell.loops.retries = before;
    }
}

/// `while ! COMMAND`
fn negated(condition: &CompoundList) -> bool {
    let [only] = condition.0.as_slice() else { return false };
    only.0.additional.is_empty() && only.0.first.bang && !is_test(&only.0.first)
}

fn way_out(list: &CompoundList) -> Option<WayOut> {
    let count = list.0.len();
    list.0.iter().enumerate().find_map(|(at, item)| {
        let and_or = &item.0;
        if let [Command::Compound(CompoundCommand::IfClause(clause), _)] =
            and_or.first.seq.as_slice()
        {
            let asks = clause.condition.0.last().is_some_and(|asked| !is_test(&asked.0.first));
            let then = clause.then.to_string();
            return match (asks, is_break(&then), ends_with_exit(&then)) {
                (true, true, _) => Some(WayOut::Break { failure_counts: false }),
                (true, _, true) => Some(WayOut::Exit),
                _ => None,
            };
        }
        if is_test(&and_or.first) {
            return None;
        }
        and_or.additional.iter().find_map(|next| match next {
            AndOr::And(pipeline) => {
                way_out_of(pipeline, at + 1 == count && and_or.additional.len() == 1)
            }
            AndOr::Or(_) => None,
        })
    })
}

fn way_out_of(pipeline: &Pipeline, failure_counts: bool) -> Option<WayOut> {
    if is_break(&pipeline.to_string()) {
        return Some(WayOut::Break { failure_counts });
    }
    ends_in_success(pipeline).then_some(WayOut::Exit)
}

fn is_break(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "break")
}

fn ends_with_exit(text: &str) -> bool {
    let last = text.trim().trim_end_matches(';').rsplit([';', '\n']).next().unwrap_or_default();
    matches!(last.trim(), "exit" | "exit 0")
}
