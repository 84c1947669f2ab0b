//! Source text of a language with braces: what of it is code, and what runs when the program starts.
//!
//! Comments and the contents of strings are blanked. A call counts where blocks without a condition
//! lead to it from the program's entry, by the names of the functions between. What depends on a
//! condition, an argument or a type that only the compiler knows is not claimed.

use std::collections::HashSet;

/// Code of one file, as long as the text, byte by byte.
pub(super) struct Code {
    text: String,
    /// Whether what stands outside of functions runs: statements of scripts and of C#'s top level.
    runs_at_top: bool,
}

/// How a language writes strings and characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    CSharp,
    Go,
    Rust,
    Script,
}

/// Functions that the platform itself calls when a program starts.
const ENTRIES: &[&str] = &["main", "Main", "init", "Configure", "ConfigureServices", "rocket"];

/// Words that begin a block that may not run.
const CONDITIONS: &[&str] = &[
    "if", "else", "switch", "match", "case", "default", "for", "foreach", "while", "loop", "catch",
    "select", "when",
];

impl Code {
    pub(super) fn of(text: &str, language: Language) -> Self {
        let mut code = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let letter = (first.len_utf8(), first.len_utf8());
            let (length, kept) = token(rest, language).unwrap_or(letter);
            code.push_str(&rest[..kept]);
            code.extend(rest[kept..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
        let runs_at_top = matches!(language, Language::CSharp | Language::Script);
        Code { text: code, runs_at_top }
    }

    /// The places of a text: the line, from 1, and the functions and conditions around it.
    fn places<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.text.match_indices(wanted).map(|(at, _)| at)
    }

    /// The line of a place, from 1.
    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// The headers of the blocks around a place, the outermost first.
    fn headers(&self, at: usize) -> Vec<&str> {
        let mut open: Vec<&str> = Vec::new();
        let mut start = 0;
        for (index, letter) in self.text[..at].char_indices() {
            match letter {
                '{' => {
                    open.push(self.text[start..index].trim());
                    start = index + 1;
                }
                '}' => {
                    open.pop();
                    start = index + 1;
                }
                ';' => start = index + 1,
                _ => {}
            }
        }
        open
    }
}

/// What stands between the program's start and a place.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// It runs when the function does; `None` for the program's own text.
    In(Option<String>),
    /// It depends on something.
    Depends,
}

fn way(headers: &[&str]) -> Way {
    let mut function = None;
    for header in headers {
        let header = without_attributes(header);
        let words: Vec<&str> = header
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .collect();
        if let Some(arrow) = header.strip_suffix("=>") {
            match arrow_function(arrow, &words) {
                Arrow::Named(name) => function = Some(name),
                Arrow::AtOnce => {}
                Arrow::Unknown => return Way::Depends,
            }
            continue;
        }
        let chooses = |word: &&str| ["if", "match", "switch", "else"].contains(word);
        let depends = words.first().is_some_and(|word| CONDITIONS.contains(word))
            || words.iter().any(chooses)
            || header.contains("cfg(test)")
            || words.first() == Some(&"mod") && words.get(1) == Some(&"tests");
        if depends {
            return Way::Depends;
        }
        if let Some(name) = declared(header, &words) {
            function = Some(name);
        }
    }
    Way::In(function)
}

/// A function of JavaScript that is written with an arrow.
enum Arrow {
    Named(String),
    /// It runs where it stands, or after what stands before it has succeeded.
    AtOnce,
    Unknown,
}

fn arrow_function(header: &str, words: &[&str]) -> Arrow {
    let at = words.iter().position(|word| ["const", "let", "var"].contains(word));
    let name = at.filter(|_| header.contains('=')).and_then(|at| words.get(at + 1));
    if let Some(name) = name {
        Arrow::Named((*name).to_owned())
    } else if header.trim_start().starts_with("(async") || header.contains(".then(") {
        Arrow::AtOnce
    } else {
        Arrow::Unknown
    }
}

/// Without the lines of attributes before a declaration. `#[cfg(test)]` stays.
fn without_attributes(header: &str) -> &str {
    let mut header = header.trim();
    while header.starts_with("#[") && !header.starts_with("#[cfg(") {
        match header.split_once(']') {
            Some((_, rest)) => header = rest.trim_start(),
            None => break,
        }
    }
    header
}

/// The name of the function that a header declares.
fn declared(header: &str, words: &[&str]) -> Option<String> {
    let is_type = |word: &&str| {
        ["class", "struct", "namespace", "impl", "trait", "interface", "mod", "enum", "record"]
            .contains(word)
    };
    let keyword = words.iter().position(|word| ["fn", "func"].contains(word));
    if let Some(at) = keyword {
        // func (r *Repo) Migrate(
        let after = header.split_once("func (").and_then(|(_, receiver)| receiver.split_once(')'));
        let name = match after {
            Some((_, rest)) => {
                rest.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next()
            }
            None => words.get(at + 1).copied(),
        };
        return name.map(str::to_owned);
    }
    if words.iter().any(is_type) || header.contains('=') {
        return None;
    }
    // public static void Migrate(this IHost host)
    let (before, _) = header.split_once('(')?;
    let names: Vec<&str> = before.split_whitespace().collect();
    let is_declaration =
        names.len() >= 2 && !["using", "lock", "await", "return", "new", "try"].contains(&names[0]);
    let name = names.last()?.split('<').next()?;
    is_declaration.then(|| name.to_owned())
}

/// The first place of one of these texts that the program reaches when it starts: the index of the
/// file, the line, and the text.
pub(super) fn reached<'a>(files: &[Code], wanted: &[&'a str]) -> Option<(usize, usize, &'a str)> {
    let mut seen: HashSet<String> = HashSet::new();
    for (index, code) in files.iter().enumerate() {
        for &text in wanted {
            for at in code.places(text) {
                if starts(files, code, &way(&code.headers(at)), &mut seen) {
                    return Some((index, code.line(at), text));
                }
            }
        }
    }
    None
}

/// Whether the program gets there when it starts.
fn starts(files: &[Code], code: &Code, way: &Way, seen: &mut HashSet<String>) -> bool {
    let name = match way {
        Way::Depends => return false,
        Way::In(None) => return code.runs_at_top,
        Way::In(Some(name)) => name,
    };
    if ENTRIES.contains(&name.as_str()) {
        return true;
    }
    if !seen.insert(name.clone()) {
        return false;
    }
    files.iter().any(|code| {
        let called = code.places(name).filter(|at| is_call(&code.text, *at, name));
        let ways: Vec<Way> = called.map(|at| self::way(&code.headers(at))).collect();
        ways.iter().any(|way| starts(files, code, way, seen))
    })
}

/// A whole name with an argument list, that is not being declared.
fn is_call(text: &str, at: usize, name: &str) -> bool {
    let belongs = |c: char| c.is_alphanumeric() || c == '_';
    let before = &text[..at];
    let after = &text[at + name.len()..];
    let line = before.rsplit(['\n', ';', '{', '}']).next().unwrap_or(before).trim();
    let declares = ["fn", "func", "void", "Task", "static", "def"]
        .iter()
        .any(|word| line.split(|c: char| !belongs(c)).any(|found| found == *word));
    !before.chars().next_back().is_some_and(belongs) && after.starts_with('(') && !declares
}

/// A comment, a string or a character at the beginning of the text: its length, and how much of its
/// beginning is kept.
fn token(text: &str, language: Language) -> Option<(usize, usize)> {
    let to = |end: &str, from: usize| {
        text[from..].find(end).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("//") {
        return Some((text.find('\n').unwrap_or(text.len()), 0));
    }
    if text.starts_with("/*") {
        return Some((to("*/", 2), 0));
    }
    match language {
        Language::Rust => {
            if let Some(rest) = text.strip_prefix('r') {
                let hashes = rest.len() - rest.trim_start_matches('#').len();
                if rest[hashes..].starts_with('"') {
                    let end = format!("\"{}", "#".repeat(hashes));
                    return Some((to(&end, hashes + 2), 0));
                }
            }
            // 'a' is a character, 'a is a lifetime
            if let Some(rest) = text.strip_prefix('\'') {
                let inner = rest.chars().next()?;
                let length = if inner == '\\' { to("'", 3) } else { 2 + inner.len_utf8() };
                return (text.get(length - 1..length) == Some("'")).then_some((length, 0));
            }
        }
        Language::CSharp => {
            if text.starts_with("\"\"\"") {
                return Some((to("\"\"\"", 3), 0));
            }
            if text.starts_with("@\"") {
                return Some((to("\"", 2), 0));
            }
            if text.starts_with("#region") || text.starts_with("#endregion") {
                return Some((text.find('\n').unwrap_or(text.len()), 0));
            }
        }
        Language::Go | Language::Script => {
            if text.starts_with('`') {
                return Some((to("`", 1), 0));
            }
        }
    }
    let quote =
        text.chars().next().filter(|c| *c == '"' || *c == '\'' && language != Language::Rust)?;
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return Some((at, 0)),
            _ if letter == quote => return Some((at + 1, 0)),
            _ => {}
        }
    }
    Some((text.len(), 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(language: Language, wanted: &str, files: &[&str]) -> Option<(usize, usize)> {
        let files: Vec<Code> = files.iter().map(|text| Code::of(text, language)).collect();
        reached(&files, &[wanted]).map(|(file, line, _)| (file, line))
    }

    #[test]
    fn what_the_program_reaches_at_its_start() {
        let go = |files: &[&str]| found(Language::Go, "goose.Up(", files);
        assert_eq!(
            go(&["func main() {\n\tif err := goose.Up(db, \"m\"); err != nil {\n\t}\n}"]),
            Some((0, 2))
        );
        assert_eq!(
            go(&[
                "func main() {\n\tmigrate(db)\n}",
                "func migrate(db *sql.DB) error {\n\treturn goose.Up(db, \"m\")\n}"
            ]),
            Some((1, 2))
        );
        assert_eq!(
            go(&[
                "func (s *Store) Up() error {\n\treturn goose.Up(db, \"m\")\n}\nfunc main() { s.Up() }"
            ]),
            Some((0, 2))
        );
        let node = |text: &str| found(Language::Script, "sequelize.sync(", &[text]);
        assert_eq!(
            node("const start = async () => {\n  await sequelize.sync()\n}\nstart()"),
            Some((0, 2))
        );
        assert_eq!(node("db.connect().then(() => {\n  sequelize.sync()\n})"), Some((0, 2)));
        let rust = |files: &[&str]| found(Language::Rust, "sqlx::migrate!(", files);
        assert_eq!(
            rust(&[
                "#[tokio::main]\nasync fn main() -> Result<()> {\n    let c = 'x';\n    sqlx::migrate!().run(&db).await?;\n}"
            ]),
            Some((0, 4))
        );
        let net = |files: &[&str]| found(Language::CSharp, "Database.Migrate(", files);
        assert_eq!(
            net(&[
                "var app = b.Build();\nusing (var s = app.CreateScope()) {\n  db.Database.Migrate();\n}"
            ]),
            Some((0, 3))
        );
        assert_eq!(
            net(&[
                "var app = b.Build();\napp.Prepare();",
                "public static class X {\n  public static void Prepare(this IHost h) {\n    db.Database.Migrate();\n  }\n}"
            ]),
            Some((1, 3))
        );
        assert_eq!(
            net(&[
                "namespace A {\n public class Startup {\n  public void Configure(IApplicationBuilder app) {\n   db.Database.Migrate();\n}}}"
            ]),
            Some((0, 4))
        );
    }

    #[test]
    fn what_depends_on_something_or_is_no_code_is_not_claimed() {
        let go = |text: &str| found(Language::Go, "goose.Up(", &[text]);
        for text in [
            "func main() {\n\tif *flagMigrate {\n\t\tgoose.Up(db, \"m\")\n\t}\n}",
            "func main() {\n\tswitch os.Args[1] {\n\tcase \"migrate\":\n\t\tgoose.Up(db, \"m\")\n\t}\n}",
            "func main() {\n\t/* goose.Up(db) */ // goose.Up(db)\n\tx := \"goose.Up(\" + `goose.Up(`\n}",
            "func migrate() {\n\tgoose.Up(db, \"m\")\n}\nfunc main() { serve() }",
        ] {
            assert_eq!(go(text), None, "{text}");
        }
        let rust = |text: &str| found(Language::Rust, "sqlx::migrate!(", &[text]);
        for text in [
            "fn main() {\n  match args {\n    Command::Migrate => { sqlx::migrate!().run(&db) }\n  }\n}",
            "fn main() { let x: &'a str = r#\"sqlx::migrate!(\"#; }",
            "#[cfg(test)]\nmod tests {\n  fn main() { sqlx::migrate!() }\n}",
            "/// sqlx::migrate!()\nfn main() {}",
        ] {
            assert_eq!(rust(text), None, "{text}");
        }
        let node = |text: &str| found(Language::Script, "sequelize.sync(", &[text]);
        for text in [
            "const f = () => {\n sequelize.sync()\n}",
            "app.get('/', () => {\n sequelize.sync()\n})",
        ] {
            assert_eq!(node(text), None, "{text}");
        }
        let net = |text: &str| found(Language::CSharp, "Database.Migrate(", &[text]);
        for text in [
            "if (app.Environment.IsDevelopment()) {\n  db.Database.Migrate();\n}",
            "Console.WriteLine(@\"Database.Migrate(\");",
            "public class Seeder { public void Run() { db.Database.Migrate(); } }",
        ] {
            assert_eq!(net(text), None, "{text}");
        }
    }
}
