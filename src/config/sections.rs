//! The sections of `review-data.toml` and the keys of each.

/// The sections and their keys. The keys of `tables` are names of tables.
pub(super) const SECTIONS: [(&str, &[&str]); 13] = [
    ("source", &["url", "patience"]),
    ("target", &["url", "existing", "capacity"]),
    ("schema", &["leave_out", "leave_out_extensions"]),
    (
        "subset",
        &[
            "max_size",
            "fraction",
            "logarithmic",
            "children",
            "seed",
            "coverage",
            "schemas",
            "exclude_schemas",
        ],
    ),
    ("tables", &[]),
    ("only", &["column", "values", "where", "null"]),
    (
        "foreign_keys",
        &[
            "table",
            "columns",
            "references",
            "when",
            "name",
            "polymorphic",
            "generic",
            "types",
            "children",
            "follow",
            "descend",
        ],
    ),
    ("mask", &["mode", "locale", "keep_where", "columns", "emails"]),
    ("mask.columns", &[]),
    ("mask.emails", &["domain", "keep"]),
    (
        "migrate",
        &[
            "command",
            "framework",
            "on_failure",
            "check",
            "lock_timeout",
            "statement_timeout",
            "production",
        ],
    ),
    ("migrate.production", &["maintenance", "scale_down", "keep", "app", "token", "wait"]),
    ("postdeploy", &["before", "after", "wait", "max_duration"]),
];

/// The keys of each `[tables.NAME]`.
pub(super) const RULES: [&str; 4] = ["rows", "where", "always", "order"];

/// Each key of the file with its section, in the file's order. `NAME` stands for a table's name.
pub fn file_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    SECTIONS.iter().flat_map(|&(section, keys)| {
        let (section, keys) =
            if section == "tables" { ("tables.NAME", &RULES[..]) } else { (section, keys) };
        // a section within another is listed as a separate one
        let within = move |key: &str| {
            SECTIONS.iter().any(|(name, _)| {
                name.strip_suffix(key).is_some_and(|outer| outer.strip_suffix('.') == Some(section))
            })
        };
        keys.iter().filter(move |key| !within(key)).map(move |key| (section, *key))
    })
}

/// The keys of a section of the file.
pub(super) fn keys_of(section: &str) -> &'static [&'static str] {
    SECTIONS.iter().find(|(name, _)| *name == section).map_or(&[], |(_, keys)| keys)
}

/// The section that a key belongs in.
pub(super) fn section_of(key: &str) -> Option<&'static str> {
    SECTIONS.iter().find(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name)
}

/// As it is written in the file.
pub(super) fn called(section: &str) -> String {
    match section {
        "foreign_keys" | "only" => format!("[[{section}]]"),
        _ => format!("[{section}]"),
    }
}
