//! The same address for programs built on libpq (`pg_dump`): by environment variables, so that no
//! secret is on a command line that other users can see.

use super::options::startup_options;
use super::tls;
use super::tls_mode::TlsMode;
use super::url::Address;
use crate::config::Secret;
use crate::failure::Side;
use std::path::Path;
use tokio_postgres::config::{ChannelBinding, SslNegotiation, TargetSessionAttrs};

/// Certificates of the system, as distributions name the file: libpq before 16 has no `system`.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

impl Address {
    /// The variables with which libpq connects to this address as we do, to a server of major
    /// version `server`; on the source, read-only. They are for a program that has no others: what
    /// libpq reads besides, such as `PGSERVICE`, would win over some of these.
    #[must_use]
    pub fn libpq_environment(&self, side: Side, server: u32) -> Vec<(&'static str, Secret)> {
        let config = &self.config;
        let ports = config.get_ports().iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut environment = vec![
            ("PGHOST", self.hosts().join(",")),
            ("PGPORT", if ports.is_empty() { "5432".to_owned() } else { ports.join(",") }),
            ("PGOPTIONS", startup_options(config.get_options(), side, server)),
            ("PGAPPNAME", super::connect::APPLICATION_NAME.to_owned()),
            ("PGCONNECT_TIMEOUT", super::connect::connect_timeout(config).as_secs().to_string()),
            ("PGSSLMODE", self.tls.name().to_owned()),
            ("PGSSLROOTCERT", self.libpq_roots()),
        ];
        let addresses =
            config.get_hostaddrs().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let password = config.get_password().map(String::from_utf8_lossy);
        environment.extend(
            [
                ("PGHOSTADDR", (!addresses.is_empty()).then_some(addresses)),
                ("PGUSER", config.get_user().map(str::to_owned)),
                ("PGPASSWORD", password.map(std::borrow::Cow::into_owned)),
                ("PGDATABASE", config.get_dbname().map(str::to_owned)),
                (
                    "PGCHANNELBINDING",
                    match config.get_channel_binding() {
                        ChannelBinding::Disable => Some("disable".to_owned()),
                        ChannelBinding::Require => Some("require".to_owned()),
                        _ => None,
                    },
                ),
                (
                    "PGSSLNEGOTIATION",
                    (config.get_ssl_negotiation() == SslNegotiation::Direct)
                        .then(|| "direct".to_owned()),
                ),
                (
                    "PGTARGETSESSIONATTRS",
                    match config.get_target_session_attrs() {
                        TargetSessionAttrs::ReadWrite => Some("read-write".to_owned()),
                        TargetSessionAttrs::ReadOnly => Some("read-only".to_owned()),
                        _ => None,
                    },
                ),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
        );
        environment.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
    }

    /// The root certificates. Where we do not verify, libpq must not either: it would as soon as
    /// there is a `~/.postgresql/root.crt`, so it is given a file that does not exist.
    fn libpq_roots(&self) -> String {
        match &self.tls {
            TlsMode::Disable | TlsMode::Prefer | TlsMode::Require => {
                "/nonexistent/root.crt".to_owned()
            }
            TlsMode::VerifyCa { roots } | TlsMode::VerifyFull { roots } => match roots.as_deref() {
                Some("system") => system_roots(),
                Some(file) => file.to_owned(),
                None => {
                    tls::home_roots().map_or_else(system_roots, |file| file.display().to_string())
                }
            },
        }
    }
}

fn system_roots() -> String {
    std::env::var("SSL_CERT_FILE")
        .ok()
        .into_iter()
        .chain(SYSTEM_ROOTS.map(str::to_owned))
        .find(|file| Path::new(file).exists())
        .unwrap_or_else(|| "system".to_owned())
}
