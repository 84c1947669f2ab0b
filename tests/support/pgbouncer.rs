//! A real pooler before the target's server.

use super::servers::{OWNER, READER, Role, Server};
use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// PgBouncer with its settings, until this value goes.
pub(crate) struct PgBouncer {
    port: u16,
    process: Child,
    _home: tempfile::TempDir,
}

impl PgBouncer {
    /// Before this server; `settings` are lines of its `[pgbouncer]` section.
    pub(crate) fn before(server: &Server, settings: &str) -> Self {
        let home = tempfile::Builder::new().prefix("review-data-pool-").tempdir();
        let home = home.expect("a directory");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("a free port").port();
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let users = [&OWNER, &READER].iter().fold(String::new(), |mut all, role| {
            let _ = writeln!(all, "{} {}", quoted(role.name), quoted(role.password));
            all
        });
        let users_file = home.path().join("users.txt");
        let config = home.path().join("pgbouncer.ini");
        std::fs::write(&users_file, users).expect("the users");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\n\
             logfile = {}\n{settings}\n",
            server.port,
            users_file.display(),
            home.path().join("log").display(),
        );
        std::fs::write(&config, text).expect("the settings");
        let mut command = Command::new("pgbouncer");
        command.arg("-q").arg(&config).env("PATH", "/usr/sbin:/usr/bin:/bin:/usr/local/bin");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((uid, gid)) = super::servers::unprivileged_user() {
            // it refuses root, as the servers do
            for path in [home.path(), &users_file, &config] {
                chown(path, Some(uid), Some(gid)).expect("the user's own files");
            }
            std::fs::set_permissions(home.path(), PermissionsExt::from_mode(0o755))
                .expect("a mode");
            command.uid(uid).gid(gid);
        }
        let process = command.spawn().expect("pgbouncer is needed: run scripts/install");
        super::eventually("pgbouncer listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        PgBouncer { port, process, _home: home }
    }

    pub(crate) fn url(&self, role: &Role, database: &str) -> String {
        let password = role.encoded_password();
        format!("postgres://{}:{password}@127.0.0.1:{}/{database}", role.name, self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
