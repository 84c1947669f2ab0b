//! `[[foreign_keys]]`: what is said of single foreign keys.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

/// 20 users with 10 orders and 10 visits each, and a tree of categories: 1 above 2 and 3, 2 above
/// 4 and 5, and so on.
const SHOP: &str = "
    create table users (id int primary key);
    create table orders (id int primary key, user_id int not null references users);
    create table visits (id int primary key, user_id int not null references users);
    create table categories (id int primary key, parent_id int references categories);
    insert into users select generate_series(1, 20);
    insert into orders select i, (i - 1) / 10 + 1 from generate_series(1, 200) i;
    insert into visits select i, (i - 1) / 10 + 1 from generate_series(1, 200) i;
    insert into categories select i, nullif(i / 2, 0) from generate_series(1, 1023) i;
";

fn run(source: &Source, config: &str) -> (Target, Outcome) {
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    let outcome = Tool::subset(&source.url(), &target.url(), "0.1").in_dir(&app).run();
    (target, outcome)
}

fn load(source: &Source, config: &str) -> Target {
    let (target, outcome) = run(source, config);
    outcome.succeeded();
    target
}

#[test]
fn a_foreign_key_has_a_number_of_children_of_its_own() {
    let source = Source::from_sql(SHOP);
    let target = load(
        &source,
        "[subset]\nchildren = 1\n[tables.users]\nrows = 4\n[tables.orders]\nrows = 20\n\
         [tables.visits]\nrows = 12\n\
         [[foreign_keys]]\ntable = \"orders\"\ncolumns = [\"user_id\"]\nchildren = 5\n\
         [[foreign_keys]]\ntable = \"visits\"\nname = \"visits_user_id_fkey\"\nchildren = 3\n",
    );
    let spread = |table: &str| {
        target.ask(&format!(
            "select string_agg(distinct n::text, ',') from (
                select count(*) n from {table} group by user_id) each_user"
        ))
    };
    assert_eq!(target.ask("select count(*) from users"), "4", "nobody else is dragged in");
    assert_eq!((spread("orders"), spread("visits")), ("5".to_owned(), "3".to_owned()));
}

#[test]
fn a_foreign_key_that_is_not_followed_brings_no_children() {
    let source = Source::from_sql(SHOP);
    let config = "[tables.users]\nrows = 0\nalways = [\"id = 7\"]\n\
        [tables.orders]\nrows = 0\n[tables.visits]\nrows = 0\n\
        [[foreign_keys]]\ntable = \"visits\"\ncolumns = [\"user_id\"]\nfollow = false\n";
    let target = load(&source, config);
    assert_eq!(target.ask("select count(*) from orders where user_id = 7"), "10");
    assert_eq!(target.ask("select count(*) from visits"), "0");
    // it does not drive either: 20 visits of 2 users would be connected, and are drawn from all
    let config = "[[foreign_keys]]\ntable = \"visits\"\ncolumns = [\"user_id\"]\nfollow = false\n";
    let target = load(&source, config);
    assert_eq!(target.ask("select count(distinct user_id) from orders"), "2");
    assert!(target.superuser().count("select count(distinct user_id) from visits") > 5);
    let orphans = "select count(*) from visits left join users u on u.id = user_id
        where u.id is null";
    assert_eq!(target.ask(orphans), "0", "what is needed comes all the same");
}

#[test]
fn children_are_followed_down_a_self_reference_where_that_is_asked_for() {
    let source = Source::from_sql(SHOP);
    let descend = "[[foreign_keys]]\ntable = \"categories\"\ncolumns = [\"parent_id\"]\n\
        descend = true\n";
    let always = "[tables.categories]\nrows = 0\nalways = [\"id = 64\"]\n";
    let line = "select string_agg(id::text, ',' order by id) from categories where id < 64";
    let below = "select string_agg(id::text, ',' order by id) from categories where id > 64";
    let target = load(&source, always);
    assert_eq!(target.ask(below), "NULL");
    let target = load(&source, &format!("{always}{descend}"));
    assert_eq!(target.ask(line), "1,2,4,8,16,32", "and what it needs");
    let descendants = "128,129,256,257,258,259,512,513,514,515,516,517,518,519";
    assert_eq!(target.ask(below), descendants);
}

#[test]
fn rows_are_chosen_down_a_self_reference_where_that_is_asked_for() {
    let source = Source::from_sql(
        "create table messages (id int primary key, reply_to int references messages);
        insert into messages select i, case i % 10 when 1 then null else i - 1 end
            from generate_series(1, 1000) i;",
    );
    let descend = "[[foreign_keys]]\ntable = \"messages\"\ncolumns = [\"reply_to\"]\n\
        children = 9\ndescend = true\n";
    let target = load(&source, descend);
    let threads = "select count(*), count(distinct (id - 1) / 10) from messages";
    assert_eq!(target.superuser().rows(threads)[0], ["100", "10"].map(|n| Some(n.to_owned())));
    let target = load(&source, "");
    let scattered = target.superuser().count("select count(distinct (id - 1) / 10) from messages");
    assert!(scattered > 50, "{scattered}: any message drags in those before it");
}

/// What the tool says to an entry that does not fit.
fn refusal(entry: &str) -> String {
    let source = Source::from_sql(SHOP);
    let (target, outcome) = run(&source, entry);
    assert_eq!(outcome.code(), Some(2), "{outcome}");
    assert_eq!(target.contents(), Vec::<String>::new());
    let start = outcome.stderr.find("error: ").expect("a failure");
    outcome.stderr[start..].trim_end().to_owned()
}

#[test]
fn entries_that_do_not_fit_the_source_are_pointed_at() {
    let entry = |text: &str| refusal(&format!("[[foreign_keys]]\n{text}\n"));
    insta::assert_snapshot!(entry("table = \"order\"\ncolumns = [\"user_id\"]"));
    insta::assert_snapshot!(entry("table = \"orders\"\ncolumns = [\"usr_id\"]"));
    insta::assert_snapshot!(entry("table = \"orders\"\ncolumns = [\"id\"]"));
    insta::assert_snapshot!(entry("table = \"users\"\nname = \"users_fkey\""));
    insta::assert_snapshot!(entry("table = \"orders\"\ncolumns = [\"user_id\"]\ndescend = true"));
    let twice = "table = \"orders\"\ncolumns = [\"user_id\"]\n\n[[foreign_keys]]\n\
        table = \"public.orders\"\nname = \"orders_user_id_fkey\"";
    insta::assert_snapshot!(entry(twice));
}
