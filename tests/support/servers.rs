//! The three clusters: started once a test process, on first use, and removed when it ends.

use super::session::Session;
use super::tool::eventually;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// A role that logs in with a password.
pub(crate) struct Role {
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
}

/// What production gives to review apps: `SELECT` and nothing else.
/// Its password needs escaping in each place of a URL.
pub(crate) const READER: Role = Role { name: "reader", password: "p@ss/w:rd?#%& 'é\\" };

/// What a review app has: an ordinary role that owns its database.
pub(crate) const OWNER: Role = Role { name: "app_owner", password: "0wner-of-the-target" };

impl Role {
    /// The password as a URL holds it.
    pub(crate) fn encoded_password(&self) -> String {
        utf8_percent_encode(self.password, NON_ALPHANUMERIC).to_string()
    }
}

pub(crate) struct Server {
    pub(crate) port: u16,
    /// Where its Unix socket is.
    pub(crate) socket_dir: PathBuf,
    data: PathBuf,
    /// Where its own programs are.
    programs: &'static Path,
}

pub(crate) struct Servers {
    pub(crate) primary: Server,
    pub(crate) standby: Server,
    pub(crate) target: Server,
    /// Holds the pipe on which the reaper waits: it closes when this process ends, however it ends.
    _reaper: std::process::Child,
}

static SERVERS: OnceLock<Result<Servers, String>> = OnceLock::new();

/// What the servers of this test process have logged since the last call.
pub(super) fn logged() -> String {
    static READ: Mutex<[usize; 3]> = Mutex::new([0; 3]);
    let Some(Ok(servers)) = SERVERS.get() else { return String::new() };
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let mut news = String::new();
    for (server, read) in
        [&servers.primary, &servers.standby, &servers.target].into_iter().zip(&mut *read)
    {
        let mut log = Vec::new();
        if let Ok(mut file) = fs::File::open(server.data.join("server.log"))
            && file.seek(SeekFrom::Start(*read as u64)).is_ok()
            && let Ok(bytes) = file.read_to_end(&mut log)
        {
            *read += bytes;
            news.push_str(&String::from_utf8_lossy(&log));
        }
    }
    news
}

/// The servers of this test process.
pub(crate) fn servers() -> &'static Servers {
    match SERVERS.get_or_init(|| Servers::start().map_err(|error| error.to_string())) {
        Ok(servers) => servers,
        Err(error) => panic!("the test servers could not be started: {error}"),
    }
}

/// Where the server's own programs are: `PG_BINDIR`, else what `pg_config` says, else Debian's
/// newest. Never the wrappers on Debian's PATH, which are slow.
pub(crate) fn binaries() -> &'static Path {
    static BINARIES: OnceLock<PathBuf> = OnceLock::new();
    BINARIES.get_or_init(|| {
        let given = directory("PG_BINDIR");
        let configured = || {
            let output = Command::new("pg_config").arg("--bindir").output().ok()?;
            Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
        };
        let debian = || {
            let version = |path: &PathBuf| {
                path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok())
            };
            let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|e| e.path());
            Some(versions.max_by_key(version)?.join("bin"))
        };
        given
            .into_iter()
            .chain(configured())
            .chain(debian())
            .find(|dir| dir.join("initdb").exists())
            .expect(
                "PostgreSQL's server programs are needed: run scripts/install, or set PG_BINDIR",
            )
    })
}

/// Where the target's server programs are: `PG_TARGET_BINDIR`, else where the source's are.
fn target_binaries() -> &'static Path {
    static BINARIES: OnceLock<PathBuf> = OnceLock::new();
    BINARIES.get_or_init(|| directory("PG_TARGET_BINDIR").unwrap_or_else(|| binaries().to_owned()))
}

/// Where the client programs are, such as `pg_dump`: `PG_CLIENT_BINDIR`, else where the source's server
/// programs are.
pub(crate) fn clients() -> &'static Path {
    static CLIENTS: OnceLock<PathBuf> = OnceLock::new();
    CLIENTS.get_or_init(|| directory("PG_CLIENT_BINDIR").unwrap_or_else(|| binaries().to_owned()))
}

fn directory(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Numbers of the user that the servers run as: they refuse root.
pub(crate) fn unprivileged_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"])? != 0 {
        return None;
    }
    let of = |name: &str| Some((id(&["-u", name])?, id(&["-g", name])?));
    of("postgres").or_else(|| of("nobody"))
}

/// A program of PostgreSQL's, run as the unprivileged user.
fn program(path: &Path, home: &Path) -> Command {
    let mut command = Command::new(path);
    command.current_dir(home).env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin");
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    if let Some((uid, gid)) = unprivileged_user() {
        command.uid(uid).gid(gid);
    }
    command
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output()?;
    anyhow::ensure!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

impl Servers {
    fn start() -> anyhow::Result<Self> {
        let home = home()?;
        let primary = Server::new(&home, "primary")?;
        let standby = Server::new(&home, "standby")?;
        let target = Server { programs: target_binaries(), ..Server::new(&home, "target")? };
        let reaper = reaper(&home, &[&standby, &primary, &target])?;

        thread::scope(|scope| {
            let other = scope.spawn(|| -> anyhow::Result<()> {
                target.init(&home, &[])?;
                target.start(&home)?;
                create_roles(&target);
                Ok(())
            });
            primary.init(&home, &[])?;
            primary.start(&home)?;
            create_roles(&primary);
            standby.follow(&primary, &home)?;
            standby.keep_what_its_readers_see()?;
            standby.start(&home)?;
            other.join().expect("the target's thread ended")
        })?;
        Ok(Servers { primary, standby, target, _reaper: reaper })
    }
}

/// A server of one test's own: it ends with this value.
pub(crate) struct OwnServer {
    pub(crate) server: Server,
    _reaper: std::process::Child,
}

impl OwnServer {
    /// The test puts files into the data directory before the start, by name and content.
    pub(crate) fn with_files(files: &[(&str, String)], settings: &str) -> Self {
        OwnServer::start(files, settings, &[])
            .unwrap_or_else(|error| panic!("a test's server: {error}"))
    }

    /// The files of its WAL have a megabyte each.
    pub(crate) fn with_small_wal() -> Self {
        OwnServer::start(&[], "", &["--wal-segsize=1"])
            .unwrap_or_else(|error| panic!("a test's server: {error}"))
    }

    fn start(files: &[(&str, String)], settings: &str, initdb: &[&str]) -> anyhow::Result<Self> {
        let home = home()?;
        let server = Server::new(&home, "own")?;
        let reaper = reaper(&home, &[&server])?;
        server.init(&home, initdb)?;
        for (name, content) in files {
            let path = server.data.join(name);
            fs::write(&path, content)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            if let Some((uid, gid)) = unprivileged_user() {
                chown(&path, Some(uid), Some(gid))?;
            }
        }
        let conf = server.data.join("postgresql.conf");
        let all = fs::read_to_string(&conf)? + "\n" + settings + "\n";
        fs::write(&conf, all)?;
        server.start(&home)?;
        create_roles(&server);
        Ok(OwnServer { server, _reaper: reaper })
    }
}

/// A production of one test's own: a primary and standbys that cancel reads after this time. It ends
/// with this value.
pub(crate) struct OwnProduction {
    pub(crate) primary: Server,
    pub(crate) standbys: Vec<Server>,
    _reaper: std::process::Child,
}

impl OwnProduction {
    pub(crate) fn with_standbys(count: usize, max_standby_streaming_delay: &str) -> Self {
        OwnProduction::start(count, max_standby_streaming_delay)
            .unwrap_or_else(|error| panic!("a test's servers: {error}"))
    }

    fn start(count: usize, delay: &str) -> anyhow::Result<Self> {
        let home = home()?;
        let primary = Server::new(&home, "primary")?;
        let standbys = (0..count)
            .map(|number| Server::new(&home, &format!("standby_{number}")))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let all: Vec<&Server> = standbys.iter().chain([&primary]).collect();
        let reaper = reaper(&home, &all)?;
        primary.init(&home, &[])?;
        primary.start(&home)?;
        create_roles(&primary);
        for standby in &standbys {
            standby.follow(&primary, &home)?;
            let conf = standby.data.join("postgresql.conf");
            let settings = fs::read_to_string(&conf)?
                + &format!(
                    "\nhot_standby_feedback = off\nmax_standby_streaming_delay = '{delay}'\n"
                );
            fs::write(&conf, settings)?;
            standby.start(&home)?;
        }
        Ok(OwnProduction { primary, standbys, _reaper: reaper })
    }

    /// A database made by these statements, which `reader` may read, replayed everywhere.
    pub(crate) fn create(&self, name: &str, sql: &str) {
        self.primary
            .superuser("postgres")
            .run(&format!("create database {name} template template0"));
        let session = self.primary.superuser(name);
        for statement in sql.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            session.run(statement);
        }
        session.run("grant select on all tables in schema public to reader");
        self.replayed();
    }

    /// Waits until the standbys have replayed all that the primary has written.
    pub(crate) fn replayed(&self) {
        let written = self.primary.superuser("postgres").ask("select pg_current_wal_flush_lsn()");
        for standby in &self.standbys {
            let standby = standby.superuser("postgres");
            eventually("a standby has replayed", || {
                standby.ask(&format!("select pg_last_wal_replay_lsn() >= '{written}'")) == "t"
            });
        }
    }
}

/// A directory that the unprivileged user owns.
fn home() -> anyhow::Result<PathBuf> {
    let home = tempfile::Builder::new().prefix("review-data-test-").tempdir()?.keep();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755))?;
    if let Some((uid, gid)) = unprivileged_user() {
        chown(&home, Some(uid), Some(gid))?;
    }
    Ok(home)
}

/// A process that waits for our end, stops the servers and removes their directory.
/// A pipe closes even where a test process is killed outright, which no destructor survives.
fn reaper(home: &Path, servers: &[&Server]) -> anyhow::Result<std::process::Child> {
    let script = r#"
        trap '' INT TERM HUP
        home=$1
        shift
        read -r _
        while [ $# -gt 0 ]; do
            "$1" -D "$2" -m immediate stop
            shift 2
        done
        cd / && rm -rf "$home"
    "#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "reaper"]).arg(home).current_dir(home).process_group(0);
    for server in servers {
        command.arg(server.programs.join("pg_ctl")).arg(&server.data);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some((uid, gid)) = unprivileged_user() {
        command.uid(uid).gid(gid);
    }
    Ok(command.spawn()?)
}

fn create_roles(server: &Server) {
    let session = server.superuser("postgres");
    for role in [&READER, &OWNER] {
        let password = role.password.replace('\\', "\\\\").replace('\'', "''");
        session.run(&format!("create role {} login password E'{password}'", role.name));
    }
    // Databases do not come with the right to look into each other.
    session.run("revoke connect on database postgres from public");
}

impl Server {
    fn new(home: &Path, name: &str) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (socket_dir, data) = (home.to_path_buf(), home.join(name));
        Ok(Server { port, socket_dir, data, programs: binaries() })
    }

    /// A program of its own.
    fn program(&self, name: &str, home: &Path) -> Command {
        program(&self.programs.join(name), home)
    }

    fn init(&self, home: &Path, more: &[&str]) -> anyhow::Result<()> {
        run(self.program("initdb", home).arg("-D").arg(&self.data).args(more).args([
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-A",
            "trust",
            "-N",
        ]))?;
        fs::write(
            self.data.join("pg_hba.conf"),
            "local all         postgres              trust\n\
             local replication postgres              trust\n\
             local all         all                   scram-sha-256\n\
             host  all         all      127.0.0.1/32 scram-sha-256\n",
        )?;
        Ok(())
    }

    fn follow(&self, primary: &Server, home: &Path) -> anyhow::Result<()> {
        run(program(&clients().join("pg_basebackup"), home)
            .arg("-D")
            .arg(&self.data)
            .arg("-h")
            .arg(&primary.socket_dir)
            .args(["-p", &primary.port.to_string(), "-U", "postgres"])
            .args(["-C", "-S", &self.slot(), "-c", "fast", "-X", "stream", "-N"]))?;
        // a newer pg_basebackup would write an address with options that the server does not know
        let conf = self.data.join("postgresql.conf");
        let (host, port) = (primary.socket_dir.display(), primary.port);
        let settings = fs::read_to_string(&conf)?
            + &format!(
                "\nprimary_conninfo = 'host={host} port={port} user=postgres'\n\
                 primary_slot_name = '{}'\n",
                self.slot()
            );
        fs::write(&conf, settings)?;
        let signal = self.data.join("standby.signal");
        fs::write(&signal, "")?;
        if let Some((uid, gid)) = unprivileged_user() {
            chown(&signal, Some(uid), Some(gid))?;
        }
        Ok(())
    }

    /// All tests share this standby. Without feedback, one test's clean-up on the primary would cancel
    /// another test's long load.
    fn keep_what_its_readers_see(&self) -> anyhow::Result<()> {
        let conf = self.data.join("postgresql.conf");
        let settings = fs::read_to_string(&conf)? + "\nhot_standby_feedback = on\n";
        Ok(fs::write(&conf, settings)?)
    }

    fn slot(&self) -> String {
        self.data.file_name().expect("a name").to_string_lossy().into_owned()
    }

    fn start(&self, home: &Path) -> anyhow::Result<()> {
        let mut settings = fs::read_to_string(self.data.join("postgresql.conf"))?;
        // Durability is given up for speed. Autovacuum would analyse a source behind our back:
        // a source without statistics must stay one.
        write!(
            settings,
            "\nlisten_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n\
             fsync = off\nfull_page_writes = off\nautovacuum = off\nshared_buffers = 64MB\n\
             wal_level = replica\nmax_connections = 60\nmin_wal_size = 256MB\n\
             max_wal_size = 4GB\nwal_keep_size = 256MB\nwal_receiver_status_interval = 1s\nlc_messages = 'C'\n\
             password_encryption = 'scram-sha-256'\ntimezone = 'UTC'\n",
            self.port,
            self.socket_dir.display(),
        )?;
        fs::write(self.data.join("postgresql.conf"), settings)?;
        let log = self.data.join("server.log");
        run(self
            .program("pg_ctl", home)
            .arg("-D")
            .arg(&self.data)
            .arg("-l")
            .arg(&log)
            .args(["-w", "-s", "start"])
            .stdout(Stdio::null()))
        .map_err(|error| {
            error.context(fs::read_to_string(&log).unwrap_or_else(|_| "no log".to_owned()))
        })
    }

    /// Stops it as an administrator does who cannot wait, and starts it again after a pause.
    pub(crate) fn restart(&self, pause: Duration) {
        let pg_ctl = |arguments: &[&str]| {
            let mut command = self.program("pg_ctl", &self.socket_dir);
            command.arg("-D").arg(&self.data).arg("-l").arg(self.data.join("server.log"));
            command.args(["-w", "-s"]).args(arguments).stdout(Stdio::null());
            run(&mut command).unwrap_or_else(|error| panic!("a restart: {error}"));
        };
        pg_ctl(&["-m", "fast", "stop"]);
        thread::sleep(pause);
        pg_ctl(&["start"]);
    }

    /// From now on, no file that a session writes grows beyond this: to the session, a full disk.
    pub(crate) fn limit_files(pid: &str, bytes: u32) {
        let mut command = Command::new("prlimit");
        // only the session's own user may do this
        if let Some((uid, gid)) = unprivileged_user() {
            command.uid(uid).gid(gid);
        }
        command.args(["--pid", pid, &format!("--fsize={bytes}:{bytes}")]);
        let limited = command.output().expect("prlimit").status.success();
        assert!(limited || !Path::new("/proc").join(pid).exists(), "prlimit is refused");
    }

    /// The address that a role would be given.
    pub(crate) fn url(&self, role: &Role, database: &str) -> String {
        let password = role.encoded_password();
        format!("postgres://{}:{password}@127.0.0.1:{}/{database}", role.name, self.port)
    }

    /// A session that may do anything, over the Unix socket.
    pub(crate) fn superuser(&self, database: &str) -> Session {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.socket_dir).port(self.port).user("postgres").dbname(database);
        Session::open(&config)
    }

    /// A session of a role with a password, without the limits that a case may set for the role.
    pub(crate) fn session(&self, role: &Role, database: &str) -> Session {
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(self.port).dbname(database);
        config.user(role.name).password(role.password).options(
            "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 \
             -c default_transaction_isolation=read\\ committed",
        );
        let session = Session::open(&config);
        session.run(
            "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings
              where name operator(pg_catalog.=) 'idle_session_timeout'",
        );
        session
    }

    /// A program of PostgreSQL's as superuser on this server: `psql`, `pg_dump`.
    pub(crate) fn client(&self, name: &str, database: &str) -> Command {
        let mut command = Command::new(clients().join(name));
        command.env_clear().env("LC_ALL", "C.UTF-8").env("PGHOST", &self.socket_dir);
        command.env("PGPORT", self.port.to_string()).env("PGUSER", "postgres");
        command.env("PGDATABASE", database).env("PATH", "/usr/bin:/bin");
        command
    }

    /// The server's major version.
    pub(crate) fn major(&self) -> u32 {
        let number = self.superuser("postgres").ask("show server_version_num");
        number.parse::<u32>().expect("server_version_num is a number") / 10_000
    }

    /// `15.18`, as messages name it.
    pub(crate) fn version(&self) -> String {
        let version = self.superuser("postgres").ask("show server_version");
        version.split(' ').next().unwrap_or_default().to_owned()
    }
}
