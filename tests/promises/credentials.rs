//! The credential that README tells how to make reads what a load needs, also of tables that a
//! migration makes later.

use crate::support::{Role, Source, Target, Tool, servers};

const README: &str = include_str!("../../README.md");

/// Named as no other test names a role; the server's roles are shared.
const CREDENTIAL: Role = Role { name: "review_data_of_readme", password: "read-only" };

#[test]
fn readmes_statements_make_a_credential_that_reads_future_tables_too() {
    let block = README.split("```sql\n").find(|block| block.contains("alter default privileges"));
    let statements =
        block.expect("README has the statements").split("```").next().unwrap_or_default();
    let statements = statements.replace("review_data;", &format!("{};", CREDENTIAL.name));

    let source = Source::from_sql(
        "create role owner_of_readme;
         grant all on schema public to owner_of_readme;
         set role owner_of_readme;
         create table users (id int primary key, name text not null);
         insert into users select i, 'qwzx user ' || i from generate_series(1, 50) i;",
    );
    let Role { name, password } = CREDENTIAL;
    source.change(&format!("create role {name} login password '{password}'"));
    // as Heroku's credentials are: without the default rights on public
    source.change("revoke all on schema public from public");
    source.change(&owned(&statements));
    source.change(
        "set role owner_of_readme;
         create table orders (id int primary key, user_id int not null references users);
         insert into orders select i, 1 + i % 50 from generate_series(1, 200) i;",
    );
    let target = Target::empty();
    let url = servers().standby.url(&CREDENTIAL, &source.name);
    let outcome = Tool::subset(&url, &target.url(), "1").run();
    assert_eq!(outcome.code(), Some(0), "{outcome}");
    assert_eq!(target.ask("select count(*) from orders"), "200");
    let written = servers().primary.session(&CREDENTIAL, &source.name);
    assert!(written.try_rows("delete from orders").is_err(), "it may not write");
    target.drop();
}

/// As the owner types them; the schema is the superuser's here.
fn owned(statements: &str) -> String {
    statements
        .lines()
        .map(|line| {
            if line.starts_with("grant usage") {
                line.to_owned()
            } else {
                format!("set role owner_of_readme; {line} reset role;")
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}
