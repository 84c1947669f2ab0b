//! Connecting: what connection strings mean, TLS as libpq has it, and what a session is like.

use crate::support::{OWNER, OwnServer, READER, Server, Target, clients, eventually, servers};
use review_data::failure::Failure;
use review_data::postgres::{ReadOnly, Side, SourceUrl, TargetUrl};
use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tokio_postgres::error::SqlState;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// The answer of a session on this address, or the error.
fn ask(url: &str, sql: &str) -> Result<String, String> {
    block_on(async {
        let source = SourceUrl::parse(url).map_err(|error| error.failure("SOURCE").to_string())?;
        let session = source.connect().await.map_err(|error| Failure::from(error).to_string())?;
        Ok(value(&session, sql).await)
    })
}

async fn value(session: &ReadOnly, sql: &str) -> String {
    let rows = session.query(&format!("select ({sql})::text"), &[]).await.expect("an answer");
    rows[0].get::<_, Option<String>>(0).unwrap_or_else(|| "NULL".to_owned())
}

const IS_ENCRYPTED: &str = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

fn openssl(dir: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    command.args(arguments.split(' ')).current_dir(dir).stdout(Stdio::null());
    let output = command.stderr(Stdio::piped()).output().expect("openssl is needed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {said}");
}

/// A server that speaks TLS: to `reader` nothing else, to `app_owner` never. Its certificate is
/// for `localhost`, by its own authority.
struct TlsServer {
    own: OwnServer,
    dir: tempfile::TempDir,
}

impl TlsServer {
    fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let here = dir.path();
        std::fs::write(here.join("names"), "subjectAltName=DNS:localhost\n").expect("a file");
        let new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
        openssl(
            here,
            &format!("req -x509 {new_key} -keyout ca.key -out ca.crt -subj /CN=authority"),
        );
        openssl(
            here,
            &format!("req {new_key} -keyout server.key -out server.csr -subj /CN=localhost"),
        );
        openssl(
            here,
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
             -extfile names -out server.crt",
        );
        // without extensions, which with many versions of openssl makes version 1
        openssl(here, "x509 -req -in server.csr -signkey server.key -days 2 -out bare.crt");
        openssl(
            here,
            &format!("req -x509 {new_key} -keyout self.key -out self.crt -subj /CN=self"),
        );
        let read = |name: &str| std::fs::read_to_string(here.join(name)).expect("a file");
        let own = OwnServer::with_files(
            &[
                ("server.crt", read("server.crt")),
                ("server.key", read("server.key")),
                ("self.crt", read("self.crt")),
                ("self.key", read("self.key")),
                ("bare.crt", read("bare.crt")),
                (
                    "pg_hba.conf",
                    "local     all postgres                trust\n\
                     local     all all                     scram-sha-256\n\
                     hostssl   all reader    127.0.0.1/32  scram-sha-256\n\
                     hostnossl all app_owner 127.0.0.1/32  scram-sha-256\n"
                        .to_owned(),
                ),
            ],
            "ssl = on",
        );
        own.server.superuser("postgres").run("grant connect on database postgres to public");
        TlsServer { own, dir }
    }

    fn server(&self) -> &Server {
        &self.own.server
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// Another certificate instead of the server's.
    fn present(&self, certificate: &str, key: &str) {
        let admin = self.server().superuser("postgres");
        admin.run(&format!("alter system set ssl_cert_file = '{certificate}'"));
        admin.run(&format!("alter system set ssl_key_file = '{key}'"));
        admin.run("select pg_reload_conf()");
    }

    /// `reader`'s address at this host, with these parameters.
    fn url(&self, host: &str, parameters: &str) -> String {
        let url = self.server().url(&READER, "postgres").replace("127.0.0.1", host);
        format!("{url}?{parameters}")
    }
}

#[test]
fn sslmode_means_what_it_means_to_libpq() {
    let server = TlsServer::start();
    let (ca, own) = (server.file("ca.crt"), server.file("self.crt"));
    let encrypted = |host: &str, parameters: &str| {
        ask(&server.url(host, parameters), IS_ENCRYPTED)
            .map(|encrypted| if encrypted == "true" { "encrypted" } else { "plain" }.to_owned())
    };
    for parameters in [
        "",
        "sslmode=allow",
        "sslmode=prefer",
        "sslmode=require",
        "sslmode=no-verify",
        "ssl=true",
        "channel_binding=require",
        &format!("sslmode=require&sslrootcert={ca}"),
        &format!("sslmode=verify-ca&sslrootcert={ca}"),
    ] {
        assert_eq!(encrypted("127.0.0.1", parameters).as_deref(), Ok("encrypted"), "{parameters}");
    }
    let full = format!("sslmode=verify-full&sslrootcert={ca}");
    assert_eq!(encrypted("localhost", &full).as_deref(), Ok("encrypted"));
    for (parameters, why) in [
        ("sslmode=disable", "no encryption"),
        (&full, "not valid for name"),
        (&format!("sslmode=verify-ca&sslrootcert={own}"), "UnknownIssuer"),
        (&format!("sslmode=require&sslrootcert={own}"), "UnknownIssuer"),
        ("sslmode=verify-full&sslrootcert=system", "UnknownIssuer"),
        ("sslmode=verify-ca&sslrootcert=/no/such/file", "/no/such/file cannot be read"),
    ] {
        let told = encrypted("127.0.0.1", parameters).expect_err(parameters);
        assert!(told.contains("cannot connect to the source (reader@127.0.0.1:"), "{told}");
        assert!(told.replace("\n  ", " ").contains(why), "{parameters}: {told}");
    }
}

#[test]
fn a_certificate_that_is_itself_the_root_is_trusted() {
    let server = TlsServer::start();
    server.present("self.crt", "self.key");
    let root = server.file("self.crt");
    let url = server.url("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={root}"));
    eventually("the server has taken the certificate", || ask(&url, "1").is_ok());
    assert_eq!(ask(&url, IS_ENCRYPTED).as_deref(), Ok("true"));
    let other = server.url("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={root}"));
    assert!(ask(&other, "1").is_err(), "its name is another");
}

#[test]
fn a_certificate_of_the_oldest_kind_is_good_enough_for_require() {
    let server = TlsServer::start();
    let own = server.file("bare.crt");
    server.present("bare.crt", "server.key");
    let presented = || {
        let psql = Command::new(clients().join("psql"))
            .args(["-XAtc", "select 1"])
            .env("PGPASSWORD", READER.password)
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", server.server().port.to_string())
            .env("PGUSER", READER.name)
            .env("PGDATABASE", "postgres")
            .env("PGSSLMODE", "verify-ca")
            .env("PGSSLROOTCERT", &own)
            .output();
        psql.expect("psql").status.success()
    };
    eventually("the server has taken the certificate", presented);
    let url = server.url("127.0.0.1", "sslmode=require");
    assert_eq!(ask(&url, IS_ENCRYPTED).as_deref(), Ok("true"));
}

#[test]
fn prefer_speaks_plainly_where_the_server_wants_that() {
    let server = TlsServer::start();
    let url = server.server().url(&OWNER, "postgres");
    assert_eq!(ask(&url, IS_ENCRYPTED).as_deref(), Ok("false"));
    let url = format!("{}?sslmode=require", servers().standby.url(&READER, "postgres"));
    let told = ask(&url, "1").expect_err("a server without TLS");
    assert!(told.contains("server does not support TLS"), "{told}");
}

#[test]
fn every_spelling_of_an_address_leads_there() {
    let server = &servers().target;
    let name = "spellings";
    let admin = server.superuser("postgres");
    admin.run(&format!("create database {name} owner {} template template0", OWNER.name));
    let socket = server.socket_dir.display().to_string();
    let encoded = socket.replace('/', "%2F");
    let (port, user, password) = (server.port, OWNER.name, OWNER.password);
    for url in [
        server.url(&OWNER, name),
        server.url(&OWNER, name).replacen("postgres:", "postgresql:", 1),
        format!("host=127.0.0.1 port={port} user={user} password='{password}' dbname={name}"),
        format!("host={socket} port={port} user={user} password={password} dbname={name}"),
        format!("postgres://{user}:{password}@{encoded}:{port}/{name}"),
        format!("postgres://{user}:{password}@/{name}?host={socket}&port={port}&sslmode=require"),
        format!("postgres://{user}:{password}@127.0.0.1:1,127.0.0.1:{port}/{name}"),
        format!("hostaddr=127.0.0.1 port={port} user={user} password={password} dbname={name}"),
    ] {
        let who = "current_user || ' ' || current_database()";
        assert_eq!(ask(&url, who), Ok(format!("{user} {name}")), "{url}");
    }
    admin.run(&format!("drop database {name}"));
}

#[test]
fn a_password_with_every_awkward_character_is_understood() {
    let url = servers().standby.url(&READER, "template1");
    assert_eq!(ask(&url, "current_user").as_deref(), Ok("reader"));
}

#[test]
fn a_session_has_our_settings_and_no_time_limits() {
    let server = OwnServer::with_files(&[], "");
    let admin = server.server.superuser("postgres");
    admin.run("grant connect on database postgres to public");
    for setting in [
        "statement_timeout = '1s'",
        "lock_timeout = '1s'",
        "idle_in_transaction_session_timeout = '1s'",
        "DateStyle = 'German, DMY'",
        "IntervalStyle = 'iso_8601'",
        "TimeZone = 'Asia/Tokyo'",
        "extra_float_digits = 0",
        "bytea_output = 'escape'",
        "default_transaction_read_only = off",
    ] {
        admin.run(&format!("alter role reader set {setting}"));
    }
    let url = format!("{}?options=-c%20work_mem%3D1234kB", server.server.url(&READER, "postgres"));
    let settings = "select string_agg(name || '=' || current_setting(name), ' ' order by name)
        from pg_settings where name in ('statement_timeout', 'lock_timeout', 'DateStyle',
            'idle_in_transaction_session_timeout', 'IntervalStyle', 'TimeZone', 'work_mem',
            'extra_float_digits', 'bytea_output', 'default_transaction_read_only',
            'application_name', 'synchronize_seqscans', 'client_encoding')";
    insta::assert_snapshot!(ask(&url, settings).expect("an answer").replace(' ', "\n"));
}

#[test]
fn a_source_session_cannot_write() {
    let server = &servers().target;
    let url = SourceUrl::parse(&server.url(&OWNER, "template1")).expect("an address");
    let told = block_on(async {
        let session = url.connect().await.expect("a session");
        let error = session.run("create table t ()").await.expect_err("read-only");
        session.failure("cannot make a table", &error).to_string()
    });
    assert!(told.contains("read-only transaction"), "{told}");
}

#[test]
fn a_statement_can_be_cancelled() {
    let url = SourceUrl::parse(&servers().standby.url(&READER, "template1")).expect("an address");
    block_on(async {
        let session = url.connect().await.expect("a session");
        let start = Instant::now();
        let sleep = session.query("select pg_sleep(60)", &[]);
        let cancel = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            session.cancel().await
        };
        let (slept, cancelled) = futures_util::future::join(sleep, cancel).await;
        cancelled.expect("the server knows");
        let error = slept.expect_err("cancelled");
        assert_eq!(error.code().map(SqlState::code), Some("57014"));
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(!session.is_closed());
    });
}

#[test]
fn an_end_that_the_server_announces_is_told_as_it_says() {
    let server = &servers().target;
    let url = SourceUrl::parse(&server.url(&OWNER, "template1")).expect("an address");
    let admin = server.superuser("postgres");
    let terminate = |process: String| {
        // a session in another runtime
        thread::scope(|scope| {
            scope.spawn(|| admin.run(&format!("select pg_terminate_backend({process})")));
        });
    };
    let told = block_on(async {
        let session = url.connect().await.expect("a session");
        let process = value(&session, "pg_backend_pid()").await;
        // what the question left to tidy up is on its way: unread, it would reset the connection
        tokio::time::sleep(Duration::from_millis(200)).await;
        terminate(process);
        while !session.is_closed() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let error = session.run("select 1").await.expect_err("closed");
        session.failure("cannot read on", &error).to_string()
    });
    insta::assert_snapshot!(told);
}

#[test]
fn warnings_of_the_target_are_kept() {
    let url = TargetUrl::parse(&servers().target.url(&OWNER, "template1")).expect("an address");
    block_on(async {
        let session = url.connect().await.expect("a session");
        let sql = "do $$ begin raise warning 'ann@example.com'; raise notice 'nothing'; end $$";
        session.run(sql).await.expect("a warning is not an error");
        session.run("set local work_mem to '1MB'").await.expect("a warning is not an error");
        assert_eq!(
            session.take_warnings(),
            [
                "a message of the database's own code",
                "SET LOCAL can only be used in transaction blocks"
            ]
        );
        assert_eq!(session.take_warnings(), Vec::<String>::new());
    });
}

#[test]
fn errors_do_not_show_the_values_of_rows() {
    let target = Target::empty();
    let url = TargetUrl::parse(&target.url()).expect("an address");
    let told = block_on(async {
        let session = url.connect().await.expect("a session");
        let setting = "set search_path to public;
            create table people (id int primary key, email text unique not null,
                age int check (age > 0), boss int references people);
            create function fails() returns int language plpgsql as
                $$ begin raise exception 'ann@example.com is not welcome'; end $$;
            create function claims(state text) returns int language plpgsql as
                $$ begin raise exception 'ann@example.com' using errcode = state,
                    detail = 'bob', hint = 'bob', table = 'bob', constraint = 'bob'; end $$;
            create function asks(name text) returns int language plpgsql as
                $$ declare n int; begin execute 'select ' || name into n; return n; end $$;
            create function names(name text) returns oid language sql immutable as
                $$ select name::regclass::oid $$;
            create function writes(name text) returns int language plpgsql as
                $$ begin execute format('insert into people values (3, %L)', name);
                   return 1; end $$;
            insert into people values (1, 'ann@example.com', 30)";
        session.run(setting).await.expect("the setting");
        let mut told = String::new();
        for sql in [
            "insert into people values (2, 'ann@example.com', 1)",
            "insert into people values (2, null, 1)",
            "insert into people values (2, 'bob@example.com', -1)",
            "insert into people values (2, 'bob@example.com', 1, 1234567)",
            "select 'ann@example.com'::int",
            "select '{\"email\": ann@example.com}'::json",
            "select fails()",
            "select claims('unique_violation')",
            "select claims('insufficient_privilege')",
            "select claims('U0001')",
            "select asks('\"bob\"')",
            "select asks('bob bob bob')",
            "select writes('ann@example.com')",
            "select ascii(convert_from('\\x626f62ff', 'UTF8'))",
            "select nothing from people",
            // what casts and functions take for a name is a value here
            "select email::regclass from people",
            "select email::regtype from people",
            "select email::regoper from people",
            "select nextval(email) from people",
            "select current_setting(email) from people",
            "select pg_database_size(email) from people",
            "select to_tsquery(email || ' ! &') from people",
            "select (email || ' ! &')::tsquery from people",
            "create index on people ((names(email)))",
            // and this is none
            "drop table nowhere",
            "alter table people drop constraint unknown",
        ] {
            let error = session.run(sql).await.expect_err(sql);
            told += &session.failure("cannot do it", &error).to_string();
            told += "\n";
        }
        told
    });
    for value in ["@example.com", "1234567", "bob", "-1"] {
        assert!(!told.contains(value), "{value} in: {told}");
    }
    insta::assert_snapshot!(told);
}

/// As `pg_dump` is started.
fn prepare(psql: &mut tokio::process::Command, place: &SourceUrl) {
    psql.env_clear();
    for (name, value) in place.0.libpq_environment(Side::Source, 13) {
        psql.env(name, value.expose());
    }
}

#[test]
fn libpq_programs_are_sent_to_the_same_place() {
    let server = TlsServer::start();
    let ca = server.file("ca.crt");
    for (parameters, encrypted) in [
        (String::new(), "t"),
        ("sslmode=require".to_owned(), "t"),
        (format!("sslmode=verify-ca&sslrootcert={ca}"), "t"),
    ] {
        let url = SourceUrl::parse(&server.url("127.0.0.1", &parameters)).expect("an address");
        let mut psql = tokio::process::Command::new(clients().join("psql"));
        psql.args(["-XAtc", &format!("show default_transaction_read_only; {IS_ENCRYPTED}")]);
        prepare(&mut psql, &url);
        let output = block_on(async { psql.output().await }).expect("psql");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said, format!("on\n{encrypted}\n"), "{parameters}: {error}");
    }
}

/// The name is what TLS compares with the certificate, and the address is where both go.
#[test]
fn the_place_of_a_session_keeps_the_name_and_pins_the_address() {
    let server = TlsServer::start();
    let ca = server.file("ca.crt");
    let port = server.server().port;
    let full = format!("sslmode=verify-full&sslrootcert={ca}");
    let url = server.url(&format!("localhost:1,localhost:{port}"), &full);
    let url = url.replacen(&format!(":{port}:{port}"), &format!(":{port}"), 1);
    block_on(async {
        let session = SourceUrl::parse(&url).expect("an address").connect().await;
        let session = session.expect("the second host");
        let place = session.place();
        assert_eq!(place.0.display(), format!("reader@localhost:{port}/postgres"));
        let again = place.connect().await.expect("the same place");
        assert_eq!(again.server(), session.server());
        assert_eq!(session.another().await.expect("another").server(), session.server());
        let mut psql = tokio::process::Command::new(clients().join("psql"));
        psql.args(["-XAtc", IS_ENCRYPTED]);
        prepare(&mut psql, &place);
        let environment = place.0.libpq_environment(Side::Source, 13);
        let value = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.expose().to_owned())
        };
        assert_eq!(value("PGHOST").as_deref(), Some("localhost"));
        assert_eq!(value("PGHOSTADDR").as_deref(), Some("127.0.0.1"));
        let output = psql.output().await.expect("psql");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "t\n", "{error}");
    });
}

/// A fake server that answers the start of a session with these bytes.
fn pretender(answer: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut length = [0_u8; 4];
            while stream.read_exact(&mut length).is_ok() {
                let size = u32::from_be_bytes(length) as usize - 4;
                let mut rest = vec![0; size];
                let _ = stream.read_exact(&mut rest);
                // the request for TLS is refused, then comes the start
                let _ = if size == 4 { stream.write_all(b"N") } else { stream.write_all(&answer) };
            }
        }
    });
    port
}

fn error_response(code: &str, message: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
    let length = u32::try_from(fields.len() + 4).expect("short").to_be_bytes();
    [b"E", &length[..], fields.as_bytes()].concat()
}

#[test]
fn what_a_server_may_answer_instead_of_a_session() {
    for (name, code, message) in [
        ("a_pooler", "08P01", "unsupported startup parameter: options"),
        ("too_many_connections", "53300", "sorry, too many clients already"),
        ("starting_up", "57P03", "the database system is starting up"),
        ("no_entry_in_pg_hba", "28000", "no pg_hba.conf entry for host \"192.0.2.1\""),
        ("something_else", "XX000", "something else"),
    ] {
        let port = pretender(error_response(code, message));
        let told = ask(&format!("postgres://ann:secret@127.0.0.1:{port}/shop"), "1");
        let told = told.expect_err(name).replace(&port.to_string(), "<PORT>");
        insta::assert_snapshot!(name, told);
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let start = Instant::now();
    let url = format!("postgres://ann:secret@127.0.0.1:{port}/shop?connect_timeout=1");
    let told = ask(&url, "1").expect_err("silence");
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    insta::assert_snapshot!(told.replace(&port.to_string(), "<PORT>"));
}
