//! How frameworks name tables.

/// The tables that a class of a Rails app may have, the likeliest first: `Admin::User` has
/// `admin_users`, `users` in schema `admin`, or `users`.
pub(super) fn tables_of_class(class: &str) -> Vec<(Option<String>, String)> {
    let parts: Vec<String> =
        class.split("::").filter(|part| !part.is_empty()).map(underscore).collect();
    let Some((last, modules)) = parts.split_last() else { return Vec::new() };
    let mut tables = Vec::new();
    for name in plurals(last) {
        if modules.is_empty() {
            tables.push((None, name));
            continue;
        }
        let schema = modules.join("_");
        tables.push((None, format!("{schema}_{name}")));
        tables.push((Some(schema), name.clone()));
        tables.push((None, name));
    }
    tables
}

/// `UserProfile` is `user_profile`, `HTMLPage` is `html_page`.
fn underscore(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut name = String::new();
    for (position, letter) in letters.iter().enumerate() {
        let before = position.checked_sub(1).map(|place| letters[place]);
        let next = letters.get(position + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase() && next.is_some_and(|next| next.is_lowercase())
            });
        if begins {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name.replace('-', "_")
}

const UNCOUNTABLE: [&str; 10] = [
    "equipment",
    "information",
    "rice",
    "money",
    "species",
    "series",
    "fish",
    "sheep",
    "jeans",
    "police",
];

/// Endings and what they become, the first that fits counts.
const ENDINGS: [(&str, &str); 30] = [
    ("person", "people"),
    ("child", "children"),
    ("man", "men"),
    ("zombie", "zombies"),
    ("move", "moves"),
    ("quiz", "quizzes"),
    ("mouse", "mice"),
    ("louse", "lice"),
    ("matrix", "matrices"),
    ("vertex", "vertices"),
    ("index", "indices"),
    ("octopus", "octopi"),
    ("virus", "viri"),
    ("alias", "aliases"),
    ("status", "statuses"),
    ("bus", "buses"),
    ("buffalo", "buffaloes"),
    ("tomato", "tomatoes"),
    ("sis", "ses"),
    ("tum", "ta"),
    ("ium", "ia"),
    ("lf", "lves"),
    ("rf", "rves"),
    ("ife", "ives"),
    ("x", "xes"),
    ("ch", "ches"),
    ("ss", "sses"),
    ("sh", "shes"),
    ("hive", "hives"),
    ("s", "s"),
];

/// The plurals that a word may have as a table's name: as Rails makes it, then with an `s`, then
/// the word itself.
fn plurals(word: &str) -> Vec<String> {
    let mut plurals = Vec::new();
    if !UNCOUNTABLE.contains(&word) {
        plurals.push(plural(word));
        plurals.push(format!("{word}s"));
    }
    plurals.push(word.to_owned());
    plurals.dedup();
    plurals
}

fn plural(word: &str) -> String {
    if let Some((ending, plural)) = ENDINGS.iter().find(|(ending, _)| word.ends_with(ending)) {
        return format!("{}{plural}", &word[..word.len() - ending.len()]);
    }
    match word.strip_suffix('y') {
        Some(stem) if stem.ends_with("qu") || !stem.ends_with(['a', 'e', 'i', 'o', 'u', 'y']) => {
            format!("{stem}ies")
        }
        _ => format!("{word}s"),
    }
}

/// The words that a table's name may be the plural of, the likeliest first: `user` of `users`.
#[must_use]
pub fn singulars(table: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (ending, plural) in ENDINGS {
        if ending != plural && plural != "s" && table.ends_with(plural) {
            found.push(format!("{}{ending}", &table[..table.len() - plural.len()]));
        }
    }
    if let Some(stem) = table.strip_suffix("ies") {
        found.push(format!("{stem}y"));
    }
    if let Some(stem) = table.strip_suffix('s') {
        found.push(stem.to_owned());
    }
    found.push(table.to_owned());
    found.retain(|word| !word.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_tables_as_rails_names_them() {
        let table = |class: &str| tables_of_class(class)[0].1.clone();
        for (class, name) in [
            ("Post", "posts"),
            ("Person", "people"),
            ("Category", "categories"),
            ("Status", "statuses"),
            ("OrderStatus", "order_statuses"),
            ("UserProfile", "user_profiles"),
            ("SalesPerson", "sales_people"),
            ("HTMLPage", "html_pages"),
            ("Box", "boxes"),
            ("Branch", "branches"),
            ("Address", "addresses"),
            ("Analysis", "analyses"),
            ("Medium", "media"),
            ("Wife", "wives"),
            ("Wolf", "wolves"),
            ("Day", "days"),
            ("Equipment", "equipment"),
            ("News", "news"),
            ("Woman", "women"),
            ("V2Post", "v2_posts"),
            ("Admin::User", "admin_users"),
            ("Shop::Back::OrderLine", "shop_back_order_lines"),
        ] {
            assert_eq!(table(class), name, "{class}");
        }
        assert_eq!(
            tables_of_class("Admin::User")[..3],
            [
                (None, "admin_users".to_owned()),
                (Some("admin".to_owned()), "users".to_owned()),
                (None, "users".to_owned())
            ]
        );
        assert!(tables_of_class("Human").contains(&(None, "humans".to_owned())));
        assert!(tables_of_class("").is_empty() && tables_of_class("::").is_empty());
    }

    #[test]
    fn tables_are_the_plural_of_words() {
        for (table, word) in [
            ("users", "user"),
            ("people", "person"),
            ("categories", "category"),
            ("statuses", "status"),
            ("boxes", "box"),
            ("order_lines", "order_line"),
            ("staff", "staff"),
        ] {
            assert!(singulars(table).contains(&word.to_owned()), "{table}: {:?}", singulars(table));
        }
    }
}
