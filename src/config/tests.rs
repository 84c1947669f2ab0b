//! Each mistake and its message, as people read it; and a file with every key.

use super::told::mistakes;
use super::*;
use crate::failure::Failure;
use std::time::Duration;

fn said(text: &str) -> String {
    Failure::from(Config::parse(FILE_NAME, text).unwrap_err()).to_string()
}

mistakes! {
    an_unknown_key: "[subset]\nfractoin = 0.05\n";
    an_unknown_key_like_no_other: "[subset]\nwhatever = 1\n";
    an_unknown_section: "[subsets]\nfraction = 0.05\n";
    a_key_outside_of_sections: "fraction = 0.05\n";
    a_key_in_the_wrong_section: "[subset]\nrows = 5\non_failure = \"warn\"\n";
    a_size_without_a_unit: "[subset]\nmax_size = \"200\"\n";
    a_size_as_a_number: "[subset]\nmax_size = 200\n";
    a_size_with_an_unknown_unit: "[subset]\nmax_size = \"200 MG\"\n";
    a_size_of_nothing: "[subset]\nmax_size = \"0MB\"\n";
    a_size_and_a_fraction: "[subset]\nmax_size = \"200MB\"\nfraction = 0.05\n";
    a_size_misspelt: "[subset]\nmaxsize = \"200MB\"\n";
    a_section_that_is_a_value: "subset = 0.05\n";
    a_fraction_above_one: "[subset]\nfraction = 5\n";
    a_fraction_below_zero: "[subset]\nfraction = -0.1\n";
    a_fraction_that_is_not_a_number: "[subset]\nfraction = nan\n";
    a_fraction_in_quotes: "[subset]\nfraction = \"0.05\"\n";
    logarithmic_without_a_fraction: "[subset]\nlogarithmic = true\n";
    logarithmic_as_a_number: "[subset]\nfraction = 0.5\nlogarithmic = 1\n";
    negative_children: "[subset]\nchildren = -1\n";
    children_as_a_text: "[subset]\nchildren = \"3\"\n";
    a_seed_that_is_not_whole: "[subset]\nseed = 1.5\n";
    a_seed_that_is_too_large: "[subset]\nseed = 9223372036854775808\n";
    schemas_as_a_text: "[subset]\nschemas = \"shop\"\n";
    schemas_with_an_empty_name: "[subset]\nschemas = [\"shop\", \" \"]\n";
    excluded_schemas_with_an_open_quote: "[subset]\nexclude_schemas = [\"\\\"shop\"]\n";
    schemas_misspelt: "[subset]\nexclude_schema = [\"shop\"]\n";
    rows_misspelt: "[tables.countries]\nrows = \"al\"\n";
    rows_of_no_meaning: "[tables.countries]\nrows = \"some of them\"\n";
    rows_as_a_number_in_quotes: "[tables.countries]\nrows = \"500\"\n";
    rows_below_zero: "[tables.countries]\nrows = -1\n";
    rows_above_all_of_them: "[tables.countries]\nrows = \"150%\"\n";
    rows_as_a_float: "[tables.countries]\nrows = 0.5\n";
    coverage_as_a_text: "[subset]\ncoverage = \"yes\"\n";
    order_is_empty: "[tables.events]\norder = \"\"\n";
    order_as_a_list: "[tables.events]\norder = [\"newest\"]\n";
    where_is_empty: "[tables.events]\nwhere = \"  \"\n";
    always_is_one_text: "[tables.users]\nalways = \"id = 1\"\n";
    always_holds_a_number: "[tables.users]\nalways = [\"id = 1\", 2]\n";
    a_rule_with_an_unknown_key: "[tables.users]\nwehre = \"true\"\n";
    a_table_that_is_a_value: "[tables]\nusers = \"all\"\n";
    a_schema_without_quotes: "[tables.public.users]\nrows = \"all\"\n";
    a_name_of_three_parts: "[tables.\"a.b.c\"]\nrows = \"all\"\n";
    foreign_keys_in_one_bracket: "[foreign_keys]\ntable = \"orders\"\n";
    foreign_keys_that_are_a_text: "foreign_keys = \"orders.user_id\"\n";
    a_foreign_key_without_table_and_columns: "[[foreign_keys]]\nchildren = 5\n";
    a_foreign_key_with_an_unknown_key:
        "[[foreign_keys]]\ntable = \"orders\"\ncolums = [\"user_id\"]\nrows = 5\n";
    a_foreign_key_of_wrong_types:
        "[[foreign_keys]]\ntable = \"a.b.c\"\ncolumns = \"user_id\"\nchildren = -1\nfollow = \"no\"\n";
    a_foreign_key_that_is_followed_and_not:
        "[[foreign_keys]]\ntable = \"a\"\nname = \"k\"\nfollow = false\ndescend = true\n";
    foreign_keys_whose_columns_and_references_are_none:
        "[[foreign_keys]]\ntable = \"a\"\ncolumns = [\"p -> 'x'\", \"f(x)[1]\", 3]\nreferences = \"b(\"\n";
    a_pattern_with_what_it_finds_itself:
        "[[foreign_keys]]\ntable = \"*\"\npolymorphic = \"*\"\ngeneric = \"content_type\"\ncolumns = [\"id\"]\ntypes = { A = \"a.b.c\", B = 3 }\n\
         [[foreign_keys]]\ntable = \"a\"\ncolumns = [\"id\"]\ntypes = { A = \"a\" }\n";
    a_condition_without_references:
        "[[foreign_keys]]\ntable = \"a\"\ncolumns = []\nwhen = \"x = 1\"\n\
         [[foreign_keys]]\ntable = \"a\"\nname = \"k\"\nreferences = \"b(id)\"\n";
    a_foreign_keys_key_elsewhere: "[subset]\nfollow = false\n";
    a_mask_mode_that_does_not_exist: "[mask]\nmode = \"automatic\"\n";
    an_unknown_mask: "[mask.columns]\n\"users.email\" = \"e-mail\"\n";
    masked_columns_that_are_none:
        "[mask.columns]\nemail = \"email\"\nusers.email = \"email\"\n\"users.p:\" = \"json\"\n\"a.b\" = 3\n";
    masks_misspelt: "[mask]\ncolums = {}\nlocale = \"xx\"\n[mask.emails]\ndomain = \"@x\"\nkeep = [\"y\"]\n";
    rows_that_keep_their_values_without_a_condition: "[mask]\nkeep_where = { users = true, \"a.b.c\" = \"x\" }\n";
    what_exists_is_neither_refused_nor_replaced: "[target]\nexisting = \"replce\"\n";
    an_unknown_policy: "[migrate]\non_failure = \"warm\"\n";
    a_command_that_is_empty: "[migrate]\ncommand = \"\"\n";
    a_command_as_a_list: "[migrate]\ncommand = [\"alembic\", \"upgrade\", \"head\"]\n";
    a_check_that_is_empty: "[migrate]\ncheck = \"\"\n";
    a_time_without_a_unit: "[migrate]\nlock_timeout = \"5\"\n";
    a_time_as_a_number: "[migrate]\nstatement_timeout = 5\n";
    a_time_of_nothing: "[migrate]\nlock_timeout = \"0s\"\n";
    a_wait_that_is_too_long: "[migrate.production]\nwait = \"2h\"\n";
    maintenance_as_a_text: "[migrate.production]\nmaintenance = \"true\"\n";
    maintenance_in_the_wrong_section: "[migrate]\nmaintenance = true\n";
    production_at_the_root: "[production]\nmaintenance = true\n";
    an_unknown_key_of_production: "[migrate.production]\nmaintainance = true\n";
    production_that_is_a_value: "[migrate]\nproduction = true\n";
    scale_down_as_a_text: "[migrate.production]\nmaintenance = true\nscale_down = \"web\"\n";
    scale_down_without_maintenance: "[migrate.production]\nscale_down = [\"web\"]\n";
    keep_is_one_text: "[migrate.production]\nmaintenance = true\nkeep = \"clock\"\n";
    a_token_in_the_file:
        "[migrate.production]\ntoken = \"HRKU-01234567-89ab-cdef-0123-456789abcdef\"\n";
    a_token_of_letters_in_the_file:
        "[migrate.production]\ntoken = \"a0123456789abcdef\" # mine\n";
    after_is_one_text: "[postdeploy]\nafter = \"true\"\n";
    before_holds_a_number: "[postdeploy]\nbefore = [\"true\", 1]\n";
    wait_without_a_unit: "[postdeploy]\nwait = 30\n";
    wait_that_is_too_long: "[postdeploy]\nwait = \"25h\"\n";
    an_unknown_key_of_postdeploy: "[postdeploy]\nbefor = []\n";
    a_url_in_the_file: "[source]\nurl = \"postgres://ann:secret@db/shop\"\n";
    a_key_value_string_in_the_file: "[source]\nurl = \"host=db password=secret\"\n";
    a_source_that_is_no_name: "[source]\nurl = \"the follower\"\n";
    toml_without_quotes: "[source]\nurl = postgres://ann:secret@db/shop\n";
    toml_with_an_open_string: "[migrate]\ncommand = \"alembic\n";
    toml_with_a_key_given_twice: "[subset]\nseed = 1\nseed = 2\n";
    toml_with_a_table_given_twice: "[tables.users]\nrows = 1\n[tables.users]\nrows = 2\n";
    toml_that_ends_too_soon: "[subset\n";
    all_mistakes_are_told_at_once:
        "[subset]\nfraction = 2\nchildern = 3\n\n[tables.\"größe\"]\n\trows = true\n\n[tabels.users]\n";
}

#[test]
fn no_mistake_shows_a_secret() {
    for text in [
        "[source]\nurl = \"postgres://ann:secret@db/shop\"\n",
        "[source]\nurl = postgres://ann:secret@db/shop\n",
        "[source]\nurl = \"host=db password=secret\"\n",
        "[mask]\nkey = \"secret\"\n",
        "[source]\nurl = \"host=db PASSWORD = secret\" x\n",
        "\"postgres://ann:secret@db/shop\" = 1\n",
        "[source]\npassword = \"secret\"\n",
        "[migrate.production]\ntoken = \"secret-secret\"\n",
        "[migrate.production]\ntoken = secret-secret\n",
        "[subset]\n\"a://secret\" = 1\n",
        "[tables.\"postgres://ann:secret@db/shop\"]\nrow = 1\n",
        "[tables.\"postgres://ann:secret@d.b/shop\"]\nrow.secret = 1\n",
        "[tables.a.\"postgres://secret\"]\nrow = 1\n",
    ] {
        let said = said(text);
        assert!(!said.contains("ann:secret") && !said.contains("=secret"), "{said}");
        assert!(!said.contains("secret-secret"), "{said}");
        assert!(!said.contains("//secret") && !said.contains("\"secret"), "{said}");
    }
}

#[test]
fn every_key_is_read() {
    let config = Config::parse(
        FILE_NAME,
        r#"
[source]
url = "HEROKU_POSTGRESQL_PINK_URL"
[target]
url = "DATABASE_URL"
existing = "replace"
capacity = "10GB"

[subset]
fraction = 0.5
logarithmic = true
children = 0
seed = -7
coverage = false
schemas = ["public", "shop_*"]
exclude_schemas = ["shop_old"]

[tables.users]
always = ["id = 1", "email like '%@example.com'"]
[tables."accounts.Users"]
rows = "all"
[tables."\"my.schema\".t"]
rows = "none"
[tables.events]
rows = 500
where = "created_at > now() - interval '30 days'"
order = "newest"
[tables.orders]
rows = "2.5%"
order = "total desc, id"

[[foreign_keys]]
table = "accounts.users"
columns = ["team", "id"]
children = 7
[[foreign_keys]]
table = "categories"
name = "categories_parent_id_fkey"
follow = true
descend = true

[migrate]
command = "alembic upgrade head"
on_failure = "warn"

[postdeploy]
after = ["python scripts/create_reviewer.py", "true"]
"#,
    )
    .unwrap();
    assert_eq!(config.file.as_deref(), Some("review-data.toml"));
    let url = config.source.url.unwrap();
    assert_eq!(url.value, "HEROKU_POSTGRESQL_PINK_URL");
    assert_eq!(url.location, Some(Location { line: 3, column: 7 }));
    let limit = Some(ByteSize(10_000_000_000));
    assert_eq!((config.target.replace_existing, config.target.capacity), (true, limit));
    assert_eq!(config.target.url.map(|url| url.value).as_deref(), Some("DATABASE_URL"));
    assert_eq!(
        config.subset,
        Subset { size: Size::Logarithmic(0.5), children: 0, seed: -7, coverage: false }
    );
    let schemas = |asked: &[Asked<NamePattern>]| {
        asked.iter().map(|schema| schema.value.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(schemas(&config.schemas.included), "public shop_*");
    assert_eq!(schemas(&config.schemas.excluded), "shop_old");
    assert_eq!(config.schemas.excluded[0].given, Given::File(Location { line: 16, column: 20 }));
    // in the file's order
    let names: Vec<_> = config.tables.iter().map(|rule| rule.table.value.to_string()).collect();
    assert_eq!(names, ["users", "accounts.Users", "\"my.schema\".t", "events", "orders"]);
    let rows: Vec<_> = config.tables.iter().map(|rule| rule.rows).collect();
    assert_eq!(
        rows,
        [
            None,
            Some(Rows::All),
            Some(Rows::None),
            Some(Rows::Number(500)),
            Some(Rows::Percent(2.5))
        ]
    );
    assert_eq!(config.tables[0].table.location, Some(Location { line: 18, column: 9 }));
    assert_eq!(config.tables[0].always[1].value, "email like '%@example.com'");
    assert_eq!(config.tables[0].always[1].location, Some(Location { line: 19, column: 21 }));
    assert!(config.tables[3].condition.is_some());
    let order = |table: usize| config.tables[table].order.as_ref().map(|order| &order.value);
    assert_eq!(order(3), Some(&Order::Newest));
    assert_eq!(order(4), Some(&Order::Sql("total desc, id".to_owned())));
    assert_eq!(order(0), None);
    let [users, categories] = &config.foreign_keys[..] else { panic!("two foreign keys") };
    assert_eq!(users.table.value.to_string(), "accounts.users");
    assert_eq!(users.table.location.unwrap().line, users.place.unwrap().line + 1);
    let columns: Vec<_> = users.columns.iter().map(|column| column.value.column.as_str()).collect();
    assert_eq!((columns, users.children, users.follow), (vec!["team", "id"], Some(7), true));
    assert_eq!(categories.name.as_ref().unwrap().value, "categories_parent_id_fkey");
    assert!(categories.descend.as_ref().unwrap().value && categories.children.is_none());
    assert_eq!(config.migrate.command.as_deref(), Some("alembic upgrade head"));
    assert_eq!(config.migrate.on_failure, OnFailure::Warn);
    assert_eq!(config.postdeploy.after, ["python scripts/create_reviewer.py", "true"]);
}

#[test]
fn every_key_of_mask_is_read() {
    let config = Config::parse(
        FILE_NAME,
        r#"
[mask]
mode = "strict"
locale = "de"
keep_where = { users = "email like '%@ourcompany.com'" }
[mask.columns]
"*.email" = "email"
"users.profile:address.street" = "street"
"users.note" = "constant:a note"
[mask.emails]
domain = "review.ourcompany.com"
keep = ["ourcompany.com"]
"#,
    )
    .unwrap();
    let masking = config.masking;
    assert_eq!(masking.mode, MaskMode::Strict);
    let masks: Vec<String> = masking
        .columns
        .iter()
        .map(|rule| format!("{} = {}", rule.columns.value, rule.mask))
        .collect();
    assert_eq!(
        masks,
        [
            "*.email = email",
            "users.profile:address.street = street",
            "users.note = constant:a note"
        ]
    );
    assert_eq!(masking.keep_where[0].condition.value, "email like '%@ourcompany.com'");
    assert_eq!(masking.locale.unwrap().value, "de");
    assert_eq!(masking.emails.domain.unwrap().value, "review.ourcompany.com");
    assert_eq!(masking.emails.keep[0].value, "ourcompany.com");
}

#[test]
fn every_key_of_postdeploy_is_read() {
    let text = "[postdeploy]\nbefore = [\"bin/a\"]\nafter = [\"bin/b\", \"c\"]\nwait = \"0s\"\nmax_duration = \"40min\"\n";
    let postdeploy = Config::parse(FILE_NAME, text).unwrap().postdeploy;
    assert_eq!(postdeploy.before, ["bin/a"]);
    assert_eq!(postdeploy.after, ["bin/b", "c"]);
    assert_eq!(postdeploy.wait, Duration::ZERO);
    assert_eq!(postdeploy.max_duration, Duration::from_secs(40 * 60));
}

#[test]
fn everything_is_optional() {
    for text in ["", "[source]\n[mask]\n[subset]\n[tables]\n[tables.users]\n", "# nothing\r\n"] {
        let config = Config::parse(FILE_NAME, text).unwrap();
        assert_eq!(config.subset, Subset::default());
        assert_eq!(config.migrate, Migrate::default());
        assert_eq!(config.postdeploy, Postdeploy::default());
    }
}

#[test]
fn a_fraction_may_be_whole() {
    for (text, fraction) in [("0", 0.0), ("1", 1.0), ("1.0", 1.0), ("5e-2", 0.05)] {
        let config = Config::parse(FILE_NAME, &format!("[subset]\nfraction = {text}")).unwrap();
        assert_eq!(config.subset.size, Size::Linear(fraction));
    }
}

#[test]
fn every_key_of_production_is_read() {
    let config = Config::parse(
        FILE_NAME,
        r#"
[migrate]
check = "bin/nothing-to-migrate"
lock_timeout = "5s"
statement_timeout = "10min"

[migrate.production]
maintenance = true
scale_down = ["web", "worker"]
keep = ["clock"]
app = "shop"
token = "SHOP_TOKEN"
wait = "90s"
"#,
    )
    .unwrap();
    assert_eq!(config.migrate.check.as_deref(), Some("bin/nothing-to-migrate"));
    assert_eq!(config.migrate.lock_timeout, Some(Duration::from_secs(5)));
    assert_eq!(config.migrate.statement_timeout, Some(Duration::from_secs(600)));
    let production = config.migrate.production;
    assert!(production.maintenance);
    let values =
        |texts: &[Located<String>]| texts.iter().map(|text| text.value.clone()).collect::<Vec<_>>();
    match &production.scale_down {
        ScaleDown::Types(types) => assert_eq!(values(types), ["web", "worker"]),
        other => panic!("{other:?}"),
    }
    assert_eq!(values(&production.keep), ["clock"]);
    assert_eq!(production.app.map(|app| app.value).as_deref(), Some("shop"));
    assert_eq!(production.token.map(|token| token.value).as_deref(), Some("SHOP_TOKEN"));
    assert_eq!(production.wait, Duration::from_secs(90));
}

#[test]
fn all_or_no_dynos_are_scaled_down() {
    for (text, expected) in [
        ("maintenance = true", ScaleDown::All),
        ("maintenance = true\nscale_down = true", ScaleDown::All),
        ("maintenance = true\nscale_down = false", ScaleDown::None),
        ("maintenance = false\nscale_down = true", ScaleDown::All),
    ] {
        let config = Config::parse(FILE_NAME, &format!("[migrate.production]\n{text}\n"));
        assert_eq!(config.unwrap().migrate.production.scale_down, expected, "{text}");
    }
}

#[test]
fn the_command_line_wins() {
    let config = Config::parse(FILE_NAME, "[subset]\nfraction = 0.1\nseed = 4\n").unwrap();
    let force = "users:1".parse::<Force>().unwrap();
    let config = config.with(Overrides {
        fraction: Some(0.5),
        logarithmic: true,
        children: Some(9),
        seed: None,
        force: vec![force.clone()],
        ..Overrides::default()
    });
    assert_eq!(
        config.subset,
        Subset { size: Size::Logarithmic(0.5), children: 9, seed: 4, coverage: true }
    );
    assert_eq!(config.force, [force]);
}

#[test]
fn what_the_database_finds_wrong_is_pointed_at() {
    let config = Config::parse(FILE_NAME, "[tables.\"accounts.user\"]\nrows = 1\n").unwrap();
    insta::assert_snapshot!(config.point_at(
        config.tables[0].table.location,
        "the source has no table accounts.user; did you mean \"accounts.users\"?"
    ));
    assert_eq!(Config::default().point_at(None, "no place"), "no place");
}

#[test]
fn the_nearest_name_is_like_the_wrong_one() {
    assert_eq!(nearest("user", ["users", "uses", "orders"]), Some("users"));
    assert_eq!(nearest("Users", ["users"]), Some("users"));
    assert_eq!(nearest("payments", ["users", "orders"]), None);
}
