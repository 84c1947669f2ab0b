//! Tables whose rows would act in a review app, or let somebody in, arrive empty.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

const SHOP: &str = "
    create table users (id int primary key, name text not null);
    insert into users select n, 'user ' || n from generate_series(1, 60) n;
    create table oban_jobs (id bigserial primary key, state text not null, args jsonb not null);
    comment on table oban_jobs is '12';
    insert into oban_jobs (state, args) select 'scheduled', '{}' from generate_series(1, 50);
    create table job_notes (id int primary key, job_id bigint not null references oban_jobs);
    insert into job_notes select n, n from generate_series(1, 50) n;
    create table job_note_readers (note_id int not null references job_notes);
    insert into job_note_readers select n from generate_series(1, 50) n;
    create schema work;
    create table work.\"Tasks\" (id int primary key, handler text, run_at timestamptz,
        locked_by text, attempts int not null default 0) partition by range (id);
    create table work.tasks_1 partition of work.\"Tasks\" for values from (1) to (1000);
    insert into work.\"Tasks\" (id, handler, run_at) select n, 'mail', now()
        from generate_series(1, 50) n;
    create table sessions (id int primary key, user_id int not null references users,
        user_agent text, ip_address inet);
    insert into sessions select n, n, 'x', '10.0.0.1' from generate_series(1, 50) n;
    create table orders (id int primary key, user_id int not null references users,
        session_id int references sessions);
    insert into orders select n, n, case when n < 20 then n end from generate_series(1, 50) n;
    create table webhook_endpoints (id int primary key, url text not null);
    create table webhook_deliveries (id int primary key, payload text,
        endpoint_id int not null references webhook_endpoints);
    insert into webhook_endpoints values (1, 'https://customer.example/hook');
    insert into webhook_deliveries values (1, '{}', 1);
    create table sessions_of_the_conference (id int primary key, title text);
    insert into sessions_of_the_conference select n, 'talk' from generate_series(1, 4) n;";

fn load(source: &Source, config: &str, part: &str) -> (Target, Outcome) {
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    let outcome = Tool::subset(&source.url(), &target.url(), part).in_dir(&app).run();
    (target, outcome)
}

fn rows(target: &Target, table: &str) -> String {
    target.ask(&format!("select count(*) from {table}"))
}

#[test]
fn queues_sessions_and_webhooks_arrive_empty_and_foreign_keys_bring_none_of_their_rows() {
    let source = Source::from_sql(SHOP);
    let (target, outcome) = load(&source, "", "1");
    let outcome = outcome.succeeded();
    let empty = ["oban_jobs", "job_notes", "job_note_readers", "work.\"Tasks\"", "sessions"];
    for table in empty.into_iter().chain(["webhook_endpoints", "webhook_deliveries"]) {
        assert_eq!(rows(&target, table), "0", "{table}");
    }
    for (table, all) in [("users", "60"), ("orders", "50"), ("sessions_of_the_conference", "4")] {
        assert_eq!(rows(&target, table), all, "{table}");
    }
    assert_eq!(rows(&target, "orders where session_id is not null"), "0");
    assert_eq!(target.ask("select obj_description('oban_jobs'::regclass)"), "12");
    let lines = [
        "left out: the rows of public.oban_jobs, work.Tasks: a queue, whose jobs would run in the",
        "left out: the rows of public.webhook_deliveries, public.webhook_endpoints: webhooks,",
        "left out: the rows of public.sessions: sessions, which would let their owners in",
        "left out: the rows of public.job_note_readers, public.job_notes: each needs a row of a",
        "public.orders: NULL in session_id of 19 rows, since the referenced rows are left out",
    ];
    let unwrapped = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = unwrapped(&outcome.stdout);
    for line in lines {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let plan = Tool::new(&["plan", &source.url(), "0.5"]).in_dir(&AppDir::empty()).run();
    let told = unwrapped(&plan.succeeded().stdout);
    for line in &lines[..4] {
        assert!(told.contains(line), "{line}\n{told}");
    }
}

#[test]
fn a_rule_that_names_the_table_brings_its_rows() {
    let source = Source::from_sql(SHOP);
    let named = "[tables.oban_jobs]\nrows = \"all\"\n[tables.\"webhook_*\"]\nrows = \"all\"\n";
    let (target, outcome) = load(&source, named, "0.5");
    outcome.succeeded();
    assert_eq!(rows(&target, "oban_jobs"), "50");
    assert_eq!(rows(&target, "job_notes"), "25");
    assert_eq!(rows(&target, "webhook_deliveries"), "1");
    assert_eq!(rows(&target, "sessions"), "0");

    let (target, outcome) = load(&source, "[tables.\"*\"]\nrows = \"50%\"\n", "1");
    outcome.succeeded();
    assert_eq!(rows(&target, "users"), "30");
    assert_eq!(rows(&target, "oban_jobs"), "0", "a rule for all tables names none");

    // what a rule asks for cannot do without a table that is left empty
    let (target, outcome) = load(&source, "[tables.job_notes]\nrows = 5\n", "0.5");
    let outcome = outcome.failed(2).saying("public.oban_jobs cannot be left empty");
    outcome.saying("would act in a review app");
    assert_eq!(target.contents(), Vec::<String>::new());
}
