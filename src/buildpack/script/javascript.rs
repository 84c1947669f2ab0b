//! The commands that a script in JavaScript starts: `execSync("prisma migrate deploy")`. Only fixed
//! texts count. What stands in a branch, a callback or a function that the script does not call on its
//! own runs under a condition that nobody can judge.

/// A command that a script starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Started {
    pub(super) line: usize,
    pub(super) command: String,
    /// What decides whether it runs.
    pub(super) condition: Option<String>,
}

/// What only the script knows, as a variable of the shell: then nobody takes it for a fixed text.
const UNKNOWN: &str = "$JS";

/// Modules that start commands. A script without them starts none.
const MODULES: &[&str] = &["child_process", "execa", "shelljs", "zx", "from \"bun\"", "from 'bun'"];

/// Functions whose first argument is a command line.
const LINES: &[&str] = &["execSync", "exec", "execaCommand", "execaCommandSync"];

/// Functions whose first argument is a program, and the second a list.
const PROGRAMS: &[&str] = &["spawnSync", "spawn", "execFileSync", "execFile", "execa", "execaSync"];

/// Objects whose `exec` starts a command. A regular expression's `exec` does not.
const OWNERS: &[&str] = &["child_process", "childProcess", "cp", "shell", "sh", "shelljs"];

/// The commands in the order of the text. Empty where the text is not understood.
pub(super) fn started(text: &str) -> Vec<Started> {
    if !MODULES.iter().any(|module| text.contains(module)) {
        return Vec::new();
    }
    let Some(scan) = Scan::of(text) else { return Vec::new() };
    scan.found
        .iter()
        .map(|(line, command, blocks)| Started {
            line: *line,
            command: command.clone(),
            condition: blocks.iter().find_map(|header| scan.decides(header)),
        })
        .collect()
}

#[derive(Default)]
struct Scan {
    /// Line, command, and the headers of what it stands in.
    found: Vec<(usize, String, Vec<String>)>,
    /// Functions that are called outside of every block.
    called: Vec<String>,
}

impl Scan {
    /// `None` where brackets do not match.
    fn of(text: &str) -> Option<Self> {
        let mut scan = Scan::default();
        let mut blocks: Vec<String> = Vec::new();
        let mut statement = String::new();
        let mut line = 1;
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        while let Some(c) = rest.chars().next() {
            let next = &rest[c.len_utf8()..];
            match c {
                '\n' => line += 1,
                _ if rest.starts_with("//") || rest.starts_with("#!") && line == 1 => {
                    rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                    continue;
                }
                _ if rest.starts_with("/*") => {
                    let end = rest.find("*/")? + 2;
                    line += rest[..end].matches('\n').count();
                    rest = &rest[end..];
                    continue;
                }
                '"' | '\'' | '`' => {
                    let (_, after) = string(rest)?;
                    line += rest[..rest.len() - after.len()].matches('\n').count();
                    statement.push('"');
                    rest = after;
                    continue;
                }
                '/' if begins_regex(&statement) => {
                    rest = regex(rest)?;
                    statement.push('"');
                    continue;
                }
                '{' => {
                    blocks.push(std::mem::take(&mut statement).trim().to_owned());
                    rest = next;
                    continue;
                }
                '}' => {
                    blocks.pop()?;
                    statement.clear();
                    rest = next;
                    continue;
                }
                ';' => {
                    statement.clear();
                    rest = next;
                    continue;
                }
                c if is_name(c) => {
                    let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                    let (name, after) = rest.split_at(end);
                    let owner = statement.strip_suffix('.').map(last_name);
                    if let Some(command) = command_of(name, owner, after) {
                        let mut around = blocks.clone();
                        around.push(format!("statement {}", statement.trim()));
                        scan.found.push((line, command, around));
                    } else if blocks.is_empty()
                        && owner.is_none()
                        && after.starts_with('(')
                        && !is_declaration(&statement)
                    {
                        scan.called.push(name.to_owned());
                    }
                    statement.push_str(name);
                    rest = after;
                    continue;
                }
                _ => {}
            }
            if c != '\n' {
                statement.push(c);
            } else if !statement.trim().is_empty() {
                statement.push(' ');
            }
            rest = next;
        }
        blocks.is_empty().then_some(scan)
    }

    /// What a header says about whether its block runs; `None` where it always does.
    fn decides(&self, header: &str) -> Option<String> {
        if let Some(statement) = header.strip_prefix("statement ") {
            let before = ["&&", "||", "?", "=>"];
            let is_branch = ["if", "else", "while", "for", "case"]
                .iter()
                .any(|word| statement.split(|c: char| !is_name(c)).any(|found| found == *word));
            let branches = is_branch || before.iter().any(|mark| statement.contains(mark));
            return branches.then(|| shown(statement));
        }
        let last = header.rsplit(';').next().unwrap_or(header).trim();
        if ["try", "do", "finally", ""].contains(&last) {
            return None;
        }
        // run on the spot: (async () => { ... })()
        if last.starts_with('(') && last.ends_with("=>") && last.matches('=').count() == 1 {
            return None;
        }
        let name = function_name(last);
        if name.is_some_and(|name| self.called.iter().any(|called| called == name)) {
            return None;
        }
        Some(shown(last))
    }
}

/// `function` or `function*` stands before the name.
fn is_declaration(statement: &str) -> bool {
    last_name(statement.trim_end().trim_end_matches('*').trim_end()) == "function"
}

/// `async function main()`, `const main = async () =>`
fn function_name(header: &str) -> Option<&str> {
    if let Some((_, rest)) = header.split_once("function ") {
        let name = rest.trim_start_matches('*').trim_start();
        return name.split(|c: char| !is_name(c)).next().filter(|name| !name.is_empty());
    }
    let arrow = header.strip_suffix("=>")?;
    let (declared, _) = arrow.split_once('=')?;
    let words: Vec<&str> = declared.split_whitespace().collect();
    match words.as_slice() {
        ["const" | "let" | "var", name] => Some(name),
        _ => None,
    }
}

fn shown(header: &str) -> String {
    let text = header.split_whitespace().collect::<Vec<_>>().join(" ");
    let text =
        text.strip_prefix("if ").or_else(|| text.strip_prefix("} else if ")).unwrap_or(&text);
    if text.is_empty() { "its code says so".to_owned() } else { super::shortened(text) }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

fn last_name(text: &str) -> &str {
    text.rsplit(|c: char| !is_name(c)).next().unwrap_or_default()
}

/// The command line of a call, where it is fixed.
fn command_of(name: &str, owner: Option<&str>, after: &str) -> Option<String> {
    if name == "$" && after.starts_with('`') {
        return string(after).map(|(text, _)| text);
    }
    let is_own = owner.is_none_or(|owner| OWNERS.contains(&owner));
    let takes_line = LINES.contains(&name) && is_own;
    let takes_program = PROGRAMS.contains(&name) && is_own;
    if !takes_line && !takes_program {
        return None;
    }
    let (first, rest) = string(after.strip_prefix('(')?.trim_start())?;
    if takes_line {
        return Some(first);
    }
    let Some(rest) = rest.trim_start().strip_prefix(',') else { return Some(first) };
    let Some(mut list) = rest.trim_start().strip_prefix('[') else {
        return Some(format!("{first} {UNKNOWN}"));
    };
    let mut command = first;
    loop {
        list = list.trim_start_matches([' ', '\n', '\t', '\r', ',']);
        if list.starts_with(']') {
            return Some(command);
        }
        match string(list) {
            Some((word, rest))
                if word.chars().all(|c| !c.is_whitespace() && !"\"'".contains(c)) =>
            {
                command = format!("{command} {word}");
                list = rest;
            }
            _ => return Some(format!("{command} {UNKNOWN}")),
        }
    }
}

/// A string at the beginning, with what is put into it as a variable of the shell, and the rest.
fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| ['"', '\'', '`'].contains(c))?;
    let mut out = String::new();
    let mut rest = &text[1..];
    loop {
        let c = rest.chars().next()?;
        let next = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = next.chars().next()?;
                out.push(if escaped == 'n' { '\n' } else { escaped });
                rest = &next[escaped.len_utf8()..];
                continue;
            }
            '$' if quote == '`' && next.starts_with('{') => {
                let mut depth = 0;
                let end = next.char_indices().find(|(_, c)| {
                    depth += i32::from(*c == '{') - i32::from(*c == '}');
                    depth == 0
                });
                out.push_str(UNKNOWN);
                rest = &next[end?.0 + 1..];
                continue;
            }
            '\n' if quote != '`' => return None,
            c if c == quote => return Some((out, next)),
            c => out.push(c),
        }
        rest = next;
    }
}

/// A slash begins a regular expression where no value stands before it.
fn begins_regex(statement: &str) -> bool {
    let last = statement.trim_end().chars().next_back();
    last.is_none_or(|c| "(,=:[!&|?{};+-*<>~^%".contains(c))
        || statement.trim_end().ends_with("return")
}

fn regex(text: &str) -> Option<&str> {
    let mut in_class = false;
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return Some(&text[at + 1..]),
            '\n' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let text = format!("const {{ execSync }} = require('child_process');\n{text}");
        started(&text)
            .into_iter()
            .map(|Started { line, command, condition }| {
                let condition = condition.map(|it| format!(" if {it}")).unwrap_or_default();
                format!("{line}: {command}{condition}")
            })
            .collect()
    }

    #[test]
    fn fixed_commands_are_found_and_conditions_are_named() {
        for (text, expected) in [
            (
                "execSync('prisma migrate deploy', { stdio: 'inherit' });",
                &["2: prisma migrate deploy"][..],
            ),
            (
                "execSync(`npx knex migrate:latest --env ${env}`)",
                &["2: npx knex migrate:latest --env $JS"],
            ),
            (
                "spawnSync('npx', ['prisma', 'migrate', 'deploy'])",
                &["2: npx prisma migrate deploy"],
            ),
            ("cp.spawn('npx', args)", &["2: npx $JS"]),
            (
                "async function main() {\n  execSync('a');\n}\nmain().catch(console.error);",
                &["3: a"],
            ),
            ("const main = async () => {\n  execSync('a');\n};\nmain();", &["3: a"]),
            ("(async () => { execSync('a') })();", &["2: a"]),
            ("try { execSync('a') } catch (e) { process.exit(1) }", &["2: a"]),
            ("function reset() { execSync('a') }", &["2: a if function reset()"]),
            ("if (process.env.RESET) { execSync('a') }", &["2: a if (process.env.RESET)"]),
            ("if (x) execSync('a')", &["2: a if (x)"]),
            ("x && execSync('a')", &["2: a if x &&"]),
            ("server.on('ready', () => { execSync('a') })", &["2: a if server.on(\", () =>"]),
            (
                "// execSync('a')\n/* execSync('b') */\nconst s = \"execSync('c')\"; /execSync('d')/.test(s)",
                &[],
            ),
            ("/x/.exec('a'); re.exec('b')", &[]),
            ("execSync(command)", &[]),
            ("execSync('a'", &["2: a"]),
            ("function f() { execSync('a')", &[]),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
        assert_eq!(started("execSync('a')"), [], "without the module");
    }
}
