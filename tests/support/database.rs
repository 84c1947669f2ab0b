//! Sources and targets: databases of one test.

use super::secrets;
use super::servers::{OWNER, READER, Server, servers};
use super::session::Session;
use super::tool::eventually;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

// Databases are made from template0, which nobody can connect to: CREATE DATABASE fails while
// another session uses the template, and some tests use template1.

/// Names of one length: messages are wrapped.
fn fresh_name(kind: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    format!("{kind}_{:04}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn create_in(server: &Server, name: &str, owner: &str, encoding: &str) {
    server.superuser("postgres").run(&format!(
        "create database {name} owner {owner} encoding '{encoding}' lc_collate 'C' lc_ctype 'C' \
         template template0"
    ));
}

/// A production database: written on the primary, read from the standby.
pub(crate) struct Source {
    pub(crate) name: String,
}

impl Source {
    /// A database made by these statements, which `reader` may read, replayed on the standby.
    /// Never analysed, so that nothing may lean on statistics.
    pub(crate) fn from_sql(sql: &str) -> Self {
        Source::try_from_sql(sql).unwrap_or_else(|error| panic!("the source's SQL: {error}"))
    }

    /// The same with another encoding.
    pub(crate) fn in_encoding(encoding: &str, sql: &str) -> Self {
        let source = Source { name: fresh_name("source") };
        create_in(&servers().primary, &source.name, "postgres", encoding);
        source.try_psql(sql).unwrap_or_else(|error| panic!("the source's SQL: {error}"));
        source.grant_select();
        source.replayed();
        source
    }

    pub(crate) fn try_from_sql(sql: &str) -> Result<Self, String> {
        let source = Source { name: fresh_name("source") };
        let admin = servers().primary.superuser("postgres");
        admin.run(&format!("create database {} template template0", source.name));
        source.try_psql(sql)?;
        source.grant_select();
        source.replayed();
        Ok(source)
    }

    /// The one database of this test process that these statements make. For tests that only read
    /// it: creating a database costs more than a small load.
    pub(crate) fn shared(sql: &str) -> Self {
        static SHARED: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let name = shared.entry(sql.to_owned()).or_insert_with(|| Source::from_sql(sql).name);
        Source { name: name.clone() }
    }

    /// Another database in the same place, without what the making of one costs: tables, types
    /// and schemas go, and these statements are run. Not for what else a script may make.
    pub(crate) fn try_refill(&self, sql: &str) -> Result<(), String> {
        const EMPTY: &str = "
            do $$
            declare what text;
            begin
                for what in
                    select format('schema %I', nspname) from pg_namespace
                        where oid >= 16384 and nspname !~ '^pg_'
                    union all
                    select format('table if exists public.%I', relname) from pg_class
                        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
                    union all
                    select format('type if exists public.%I', typname) from pg_type
                        where typnamespace = 'public'::regnamespace and typtype in ('d', 'e')
                loop
                    execute 'drop ' || what || ' cascade';
                end loop;
            end $$";
        let primary = self.primary();
        primary.run("set client_min_messages = warning");
        primary.run(EMPTY);
        primary.try_rows(sql)?;
        self.grant_select();
        self.replayed();
        Ok(())
    }

    /// Runs a script with `psql`, as superuser on the primary.
    fn try_psql(&self, sql: &str) -> Result<(), String> {
        let mut psql = servers().primary.client("psql", &self.name);
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        psql.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = psql.spawn().map_err(|error| format!("psql: {error}"))?;
        let mut stdin = child.stdin.take().expect("psql's standard input");
        // An error makes psql stop reading: what it says is worth more than the broken pipe.
        let _ = stdin.write_all(sql.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().map_err(|error| format!("psql: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Changes production, and waits for the standby.
    pub(crate) fn change(&self, sql: &str) {
        self.primary().run(sql);
        self.replayed();
    }

    /// `SELECT` on tables, and no right on sequences: the least that a load can live with.
    pub(crate) fn grant_select(&self) {
        self.primary().run(
            "do $$
            declare s name;
            begin
                for s in select nspname from pg_namespace
                    where nspname !~ '^pg_' and nspname not in ('information_schema', '_heroku')
                loop
                    execute format('grant usage on schema %I to reader', s);
                    execute format('grant select on all tables in schema %I to reader', s);
                end loop;
            end $$",
        );
    }

    /// Waits until the standby has replayed all that the primary has written.
    pub(crate) fn replayed(&self) {
        let written = self.primary().ask("select pg_current_wal_flush_lsn()");
        let standby = servers().standby.superuser("postgres");
        eventually("the standby has replayed", || {
            standby.ask(&format!("select pg_last_wal_replay_lsn() >= '{written}'")) == "t"
        });
    }

    /// What a review app is given: the standby, as a role with `SELECT` only.
    pub(crate) fn url(&self) -> String {
        servers().standby.url(&READER, &self.name)
    }

    /// The same database at its other address.
    pub(crate) fn primary_url(&self) -> String {
        servers().primary.url(&READER, &self.name)
    }

    /// As superuser, on the primary.
    pub(crate) fn primary(&self) -> Session {
        servers().primary.superuser(&self.name)
    }

    /// As `reader`, on the standby: what the tool can see.
    pub(crate) fn as_reader(&self) -> Session {
        servers().standby.session(&READER, &self.name)
    }

    /// As superuser, on the standby.
    pub(crate) fn on_standby(&self) -> Session {
        servers().standby.superuser(&self.name)
    }

    pub(crate) fn ask(&self, sql: &str) -> String {
        self.primary().ask(sql)
    }

    /// Gives the disk space back; what is not dropped goes with the servers.
    pub(crate) fn drop(self) {
        let admin = servers().primary.superuser("postgres");
        admin.run(&format!("drop database {} with (force)", self.name));
    }
}

/// A review app's database.
pub(crate) struct Target {
    pub(crate) name: String,
    server: &'static Server,
    /// Another test gets it, emptied, when this one has ended.
    is_reused: bool,
}

/// Databases that tests have emptied.
static EMPTIED: Mutex<Vec<Target>> = Mutex::new(Vec::new());

impl Drop for Target {
    fn drop(&mut self) {
        if self.is_reused && !std::thread::panicking() && self.is_empty_again() {
            let emptied = Target { name: self.name.clone(), server: self.server, is_reused: false };
            EMPTIED.lock().unwrap_or_else(PoisonError::into_inner).push(emptied);
        }
    }
}

impl Target {
    /// An empty database that the ordinary role `app_owner` owns.
    pub(crate) fn empty() -> Self {
        Target::empty_on(&servers().target)
    }

    /// An empty database that an earlier test may have used. Its catalogues are larger than a fresh
    /// database's, so it is not for tests of sizes. Creating a database costs more than a small load.
    pub(crate) fn reused() -> Self {
        let emptied = EMPTIED.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut target = emptied.unwrap_or_else(Target::empty);
        target.is_reused = true;
        target
    }

    /// Takes out what a test has brought. False where something is left.
    fn is_empty_again(&self) -> bool {
        let superuser = self.superuser();
        secrets::are_kept_in_record(&superuser);
        superuser.run(
            "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()",
        );
        superuser.run(&format!("alter database {} reset all", self.name));
        self.empty_again();
        let as_made = format!(
            "select datdba = '{}'::regrole and datacl is null and datconnlimit = -1
                from pg_database where datname = current_database()",
            OWNER.name
        );
        superuser.ask(&as_made) == "t" && self.contents().is_empty()
    }

    /// An empty database with another encoding.
    pub(crate) fn in_encoding(encoding: &str) -> Self {
        let server = &servers().target;
        let target = Target { name: fresh_name("target"), server, is_reused: false };
        create_in(server, &target.name, OWNER.name, encoding);
        target
    }

    pub(crate) fn empty_on(server: &'static Server) -> Self {
        let target = Target { name: fresh_name("target"), server, is_reused: false };
        let admin = server.superuser("postgres");
        admin.run(&format!(
            "create database {} owner {} template template0",
            target.name, OWNER.name
        ));
        target
    }

    pub(crate) fn url(&self) -> String {
        self.server.url(&OWNER, &self.name)
    }

    pub(crate) fn superuser(&self) -> Session {
        self.server.superuser(&self.name)
    }

    /// As the app sees it.
    pub(crate) fn as_owner(&self) -> Session {
        self.server.session(&OWNER, &self.name)
    }

    pub(crate) fn ask(&self, sql: &str) -> String {
        self.superuser().ask(sql)
    }

    pub(crate) fn run(&self, sql: &str) {
        self.as_owner().run(sql);
    }

    /// Everything that somebody has put into the database, a line each. Empty for a fresh one.
    pub(crate) fn contents(&self) -> Vec<String> {
        self.superuser().column(
            "select 'schema ' || nspname from pg_namespace
                where oid >= 16384 and nspname !~ '^pg_'
            union all
            select format('relation %s', oid::regclass) from pg_class
                where oid >= 16384 and relnamespace <> 'pg_toast'::regnamespace
            union all
            select format('function %s', oid::regprocedure) from pg_proc where oid >= 16384
            union all
            select format('type %s', oid::regtype) from pg_type
                where oid >= 16384 and typrelid = 0 and typelem = 0
            union all
            select 'extension ' || extname from pg_extension where oid >= 16384
            order by 1",
        )
    }

    /// Takes out what a load has brought: all of it is the owner's.
    pub(crate) fn empty_again(&self) {
        self.superuser().run(&format!(
            "set client_min_messages = warning; drop owned by {} cascade",
            OWNER.name
        ));
    }

    /// Gives the disk space back; what is not dropped goes with the servers.
    pub(crate) fn drop(self) {
        secrets::are_kept_in_record(&self.superuser());
        if !self.is_reused {
            let admin = self.server.superuser("postgres");
            admin.run(&format!("drop database {} with (force)", self.name));
        }
    }
}
