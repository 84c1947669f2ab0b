//! `[[foreign_keys]]`: settings of single foreign keys.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

/// 20 users with 10 orders and 10 visits each, and a tree of categories: 1 above 2 and 3, 2 above
/// 4 and 5, and so on.
const SHOP: &str = "
    create table users (id int primary key);
    create table orders (
        id int primary key, user_id int not null references users, note text, kind text, at date
    );
    create table logs (what text);
    create table comments (
        thing_type text, thing_id int, content_type_id int, object_id text
    );
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
fn rows_that_always_come_bring_what_is_below_them_unless_follow_is_false() {
    let source = Source::from_sql(SHOP);
    let not_followed = "[[foreign_keys]]\ntable = \"categories\"\ncolumns = [\"parent_id\"]\n\
        follow = false\n";
    let always = "[tables.categories]\nrows = 0\nalways = [\"id = 64\"]\n";
    let line = "select string_agg(id::text, ',' order by id) from categories where id < 64";
    let below = "select string_agg(id::text, ',' order by id) from categories where id > 64";
    let target = load(&source, &format!("{always}{not_followed}"));
    assert_eq!(target.ask(below), "NULL");
    let target = load(&source, always);
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

#[test]
fn what_references_a_table_that_is_left_empty_is_null_or_left_as_it_is() {
    let source = Source::from_sql(
        "create table campaigns (id int primary key);
        create table orders (
            id int primary key, campaign_id int, flags int[], target text, target_id text not null
        );
        insert into campaigns select generate_series(1, 10);
        insert into orders
            select n, 1 + n % 10, array[3, 4], case when n % 2 = 0 then 'campaign' else 'x' end, 7
            from generate_series(1, 40) n;",
    );
    let (target, outcome) = run(
        &source,
        "[tables.campaigns]\nrows = \"none\"\n\
         [[foreign_keys]]\ntable = \"orders\"\ncolumns = [\"campaign_id\"]\n\
         references = \"campaigns(id)\"\n\
         [[foreign_keys]]\ntable = \"orders\"\ncolumns = [\"flags[]\"]\n\
         references = \"campaigns(id)\"\n\
         [[foreign_keys]]\ntable = \"orders\"\ncolumns = [\"target_id\"]\n\
         references = \"campaigns\"\nwhen = \"lower(target) = 'campaign'\"\n",
    );
    let outcome = outcome.succeeded();
    for line in [
        "public.orders: NULL in campaign_id of 4 rows, since the referenced rows are left out",
        "public.orders.flags[] -> campaigns: 2 values resolve to nothing, since that\n",
        "public.orders.target_id -> campaigns: 1 value resolves to nothing, since that\n",
    ] {
        assert!(outcome.says(line), "{line}: {outcome}");
    }
    let rows = "select count(*), count(campaign_id), min(flags::text), min(target_id) from orders";
    let rows = target.superuser().rows(rows);
    assert_eq!(rows[0], ["4", "0", "{3,4}", "7"].map(|text| Some(text.to_owned())));
}

#[test]
fn children_come_along_foreign_keys_that_are_not_declared() {
    let source = Source::from_sql(
        "create table users (id int primary key);
        create table tags (id uuid primary key);
        create table posts (id int primary key, author text not null, tags uuid[] not null);
        create table events (id int primary key, payload jsonb);
        insert into users select generate_series(1, 100);
        insert into tags select md5(n::text)::uuid from generate_series(1, 100) n;
        insert into posts select n, 1 + n % 100, array[md5((1 + n % 50)::text)::uuid,
            md5((1 + n % 49)::text)::uuid] from generate_series(1, 1000) n;
        insert into events select n, jsonb_build_object('post', n, 'by', 'user')
            from generate_series(1, 1000) n;",
    );
    let config = "[tables.users]\nrows = 0\nalways = [\"id = 17\"]\n\
        [tables.tags]\nrows = 0\nalways = [\"id = md5('7')::uuid\"]\n\
        [tables.posts]\nrows = 0\n[tables.events]\nrows = 0\n\
        [[foreign_keys]]\ntable = \"posts\"\ncolumns = [\"author\"]\nreferences = \"users\"\n\
        [[foreign_keys]]\ntable = \"posts\"\ncolumns = [\"tags[]\"]\nreferences = \"tags\"\n\
        [[foreign_keys]]\ntable = \"events\"\ncolumns = [\"payload ->> 'post'\"]\n\
        references = \"posts\"\nwhen = \"payload ->> 'by' = 'user'\"\n";
    let indexes = "create index on posts (author); create index on posts using gin (tags);
        create index on events ((payload ->> 'post'));";
    for indexed in [false, true] {
        if indexed {
            source.change(indexes);
        }
        let target = load(&source, config);
        let posts = "select count(*), count(*) filter (where author = '17'),
            count(*) filter (where md5('7')::uuid = any (tags)) from posts";
        let all = "select count(*), count(*) filter (where author = '17'),
            count(*) filter (where md5('7')::uuid = any (tags)) from posts
            where author = '17' or md5('7')::uuid = any (tags)";
        assert_eq!(target.superuser().rows(posts), source.primary().rows(all), "{indexed}");
        let with_event = "select count(*) from posts
            join events on payload ->> 'post' = posts.id::text";
        assert_eq!(target.ask(with_event), target.ask("select count(*) from posts"), "{indexed}");
    }
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

#[test]
fn undeclared_foreign_keys_that_do_not_fit_the_source_are_pointed_at() {
    let entry = |columns: &str, references: &str, more: &str| {
        refusal(&format!(
            "[[foreign_keys]]\ntable = \"orders\"\ncolumns = [{columns}]\n\
             references = \"{references}\"\n{more}"
        ))
    };
    insta::assert_snapshot!(entry("\"note\"", "user(id)", ""));
    insta::assert_snapshot!(entry("\"note\"", "users(idd)", ""));
    insta::assert_snapshot!(entry("\"note\"", "visits(user_id)", ""));
    insta::assert_snapshot!(entry("\"note\"", "logs", ""));
    insta::assert_snapshot!(entry("\"note\", \"id\"", "users(id)", ""));
    insta::assert_snapshot!(entry("\"note[]\"", "users(id)", ""));
    insta::assert_snapshot!(entry("\"note ->> 'x'\"", "users(id)", ""));
    insta::assert_snapshot!(entry("\"at\"", "users(id)", ""));
    insta::assert_snapshot!(entry("\"note\"", "users(id)", "when = \"knid = 'user' or true\""));
    insta::assert_snapshot!(entry("\"note\"", "users(id)", "when = \"kind = 'user' +\""));
}

#[test]
fn patterns_that_do_not_fit_the_source_are_pointed_at() {
    let entry = |text: &str| refusal(&format!("[[foreign_keys]]\n{text}\n"));
    insta::assert_snapshot!(entry("table = \"orders\"\npolymorphic = \"commentable\""));
    insta::assert_snapshot!(entry("table = \"*\"\npolymorphic = \"commentable\""));
    insta::assert_snapshot!(entry(
        "table = \"*\"\npolymorphic = \"thing\"\ntypes = { A = \"user\" }"
    ));
    insta::assert_snapshot!(entry("table = \"comments\"\ngeneric = \"content_type\""));
}
