//! Each file of examples/ is a configuration with which a database loads.

use crate::support::{AppDir, Source, Target, Tool};
use std::fs;
use std::path::{Path, PathBuf};

/// Tables that the examples speak of.
const TABLES: &str = r#"
    create table tenants (id int primary key);
    create table users (id int primary key, tenant_id int references tenants, email text);
    create table "User" (id int primary key, email text);
    create table "Session" (id int primary key, "userId" int references "User");
    create table products (id int primary key);
    create table orders (
        id int primary key, user_id int not null references users, product_id int references products
    );
    create table sessions (id int primary key, user_id int references users);
    create table django_session (session_key text primary key);
    create table django_content_type (id int primary key, app_label text, model text);
    create table django_admin_log (
        id int primary key, content_type_id int references django_content_type, object_id text
    );
    create table oban_jobs (id int primary key);
    create table events (
        id int primary key, user_id int references users, payload jsonb, created_at timestamptz
    );
    create table tags (id int primary key);
    create table posts (id int primary key, tag_ids int[]);
    create table photos (id int primary key);
    create table comments (id int primary key, commentable_type text, commentable_id int);
    insert into tenants select generate_series(40, 44);
    insert into users select i, 40 + i % 5, 'user' || i || '@shop.example' from generate_series(1, 50) i;
    insert into "User" select i, 'user' || i || '@shop.example' from generate_series(1, 5) i;
    insert into "Session" select i, i from generate_series(1, 5) i;
    insert into products select generate_series(1, 10);
    insert into orders select i, 1 + i % 50, 1 + i % 10 from generate_series(1, 100) i;
    insert into sessions select i, i from generate_series(1, 50) i;
    insert into django_session values ('a');
    insert into django_content_type values (1, 'public', 'photos');
    insert into oban_jobs select generate_series(1, 5);
    insert into events
        select i, 1 + i % 50, jsonb_build_object('user_id', 1 + i % 50), now() - i * interval '1 day'
        from generate_series(1, 100) i;
    insert into tags select generate_series(1, 5);
    insert into posts select i, array[1 + i % 5] from generate_series(1, 10) i;
    insert into photos select generate_series(1, 10);
    insert into comments
        select i, case when i % 2 = 0 then 'Post' else 'Legacy::Photo' end, 1 + i % 10
        from generate_series(1, 20) i;
"#;

/// The directories that hold a review-data.toml.
fn examples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")];
    while let Some(directory) = open.pop() {
        if directory.join("review-data.toml").exists() {
            found.push(directory.clone());
        }
        let entries = fs::read_dir(&directory)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").path());
        open.extend(entries.filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

#[test]
fn each_example_loads_a_database() {
    let source = Source::from_sql(TABLES);
    let target = Target::empty();
    let examples = examples();
    assert!(examples.len() >= 12, "{examples:?}");
    for example in &examples {
        let text = fs::read_to_string(example.join("review-data.toml")).expect("a file");
        let app = AppDir::empty().with("review-data.toml", &text);
        target.empty_again();
        let load = Tool::new(["subset", &source.url(), &target.url(), "--yes"]).in_dir(&app);
        let outcome = load.run();
        assert_eq!(outcome.code(), Some(0), "{}: {}", example.display(), outcome.all);
        let name = example.file_name().expect("a name").to_string_lossy().into_owned();
        // what the example says of itself
        let (sql, expected) = match name.as_str() {
            "one-tenant" => (
                "select string_agg(distinct tenant_id::text, ',') || ' ' || (select count(*) > 0 \
                 from orders) from users",
                "42 true",
            ),
            "recent-events" => ("select count(*) > 0 and max(id) < 31 from events", "t"),
            "polymorphic-comments" => ("select count(*) from comments", "20"),
            "shop-by-budget" | "job" => ("select count(*) from sessions", "0"),
            "phoenix" => ("select count(*) from oban_jobs", "0"),
            "django" => ("select count(*) from django_session", "0"),
            "prisma" => (r#"select count(*) from "Session""#, "0"),
            _ => ("select count(*) > 0 from users", "t"),
        };
        assert_eq!(target.ask(sql), expected, "{name}: {sql}");
    }
    source.drop();
    target.drop();
}
