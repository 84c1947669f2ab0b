//! A document: its headings, tables and blocks.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A Markdown file of the repository.
pub(crate) struct Page {
    /// Relative to the root, such as `docs/commands.md`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A fenced block.
pub(crate) struct Block<'a> {
    pub(crate) language: &'a str,
    pub(crate) text: String,
    /// The comment on the line before the block.
    pub(crate) comment: Option<&'a str>,
    /// `docs/commands.md:12`
    pub(crate) place: String,
}

pub(crate) fn read(path: &str) -> Page {
    let text = fs::read_to_string(Path::new(ROOT).join(path));
    Page { path: path.to_owned(), text: text.unwrap_or_else(|error| panic!("{path}: {error}")) }
}

/// The pages that users read: README and everything in docs/.
pub(crate) fn for_users() -> Vec<Page> {
    let mut names: Vec<String> = fs::read_dir(Path::new(ROOT).join("docs"))
        .unwrap()
        .map(|entry| format!("docs/{}", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    names.sort();
    assert!(names.len() >= 15, "a page for each purpose: {names:?}");
    names.insert(0, "README.md".to_owned());
    names.iter().map(|name| read(name)).collect()
}

/// All pages of the repository.
pub(crate) fn all() -> Vec<Page> {
    let others = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    let others = others.into_iter().map(read);
    for_users().into_iter().chain(others).collect()
}

/// The files below a directory, in order.
pub(crate) fn files(directory: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(ROOT).join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

impl Page {
    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks: Vec<Block<'_>> = Vec::new();
        let mut open = false;
        let mut before = "";
        for (index, line) in self.text.lines().enumerate() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                open = !open;
                if open {
                    let comment = before.strip_prefix("<!-- ");
                    blocks.push(Block {
                        language,
                        text: String::new(),
                        comment: comment.and_then(|comment| comment.strip_suffix(" -->")),
                        place: format!("{}:{}", self.path, index + 1),
                    });
                }
            } else if open {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            before = line;
        }
        assert!(!open, "{}: a block is not closed", self.path);
        blocks
    }

    pub(crate) fn blocks_in(&self, language: &str) -> Vec<Block<'_>> {
        self.blocks().into_iter().filter(|block| block.language == language).collect()
    }

    /// The text without blocks.
    pub(crate) fn prose(&self) -> String {
        let mut open = false;
        let mut prose = String::new();
        for line in self.text.lines() {
            if line.trim_start().starts_with("```") {
                open = !open;
            } else if !open {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        prose
    }

    /// Each heading of this level with the text below it, down to the next one.
    pub(crate) fn sections(&self, level: usize) -> Vec<(&str, &str)> {
        let mark = format!("\n{} ", "#".repeat(level));
        let parts = self.text.split(mark.as_str()).skip(1);
        parts.map(|part| part.split_once('\n').unwrap_or((part, ""))).collect()
    }
}

/// What stands between backticks.
pub(crate) fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The rows of a section's tables, cell by cell, without the heads.
pub(crate) fn rows(section: &str) -> Vec<Vec<&str>> {
    let lines = section.lines().filter(|line| line.starts_with('|'));
    let cells = lines.map(|line| {
        let inner = line.trim_start_matches('|').trim_end_matches('|');
        inner.split('|').map(str::trim).collect::<Vec<_>>()
    });
    let rows: Vec<Vec<&str>> = cells.collect();
    let is_rule = |row: &[&str]| row.iter().all(|cell| *cell == "---");
    let mut kept: Vec<Vec<&str>> = Vec::new();
    for row in rows {
        if is_rule(&row) {
            // the head is the row before it
            kept.pop();
        } else {
            kept.push(row);
        }
    }
    kept
}
