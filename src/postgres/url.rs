//! Connection strings: what people and platforms write, translated into what the driver takes.
//!
//! The driver knows neither `sslmode=verify-full` nor most of libpq's other parameters, and refuses
//! what it does not know; so the strings are read (`parameters`) and understood (`meaning`) by us.

use super::meaning::{DEFAULT_PORT, apply, refuse_pooler, take_place, take_tls};
use super::parameters::{self, Parameters};
use super::tls_mode::TlsMode;
use super::url_error::UrlError;
use crate::config::Secret;
use crate::failure::visible;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::{self, Write as _};
use std::net::IpAddr;
use tokio_postgres::config::Host;

/// Where a server is and how to speak to it.
#[derive(Clone, Debug)]
pub struct Address {
    /// Host, port, user, password, database.
    pub config: tokio_postgres::Config,
    pub tls: TlsMode,
    /// The given string: a secret, to compare with, and to leave out of environments.
    pub original: Secret,
    /// What was tolerated and is worth saying, a line each.
    pub warnings: Vec<String>,
}

/// Where one server may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The name, which TLS compares with the certificate.
    pub(super) host: String,
    /// `None` where the host is a directory of Unix sockets.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
}

/// The source's address: it can only give [`super::ReadOnly`] connections.
#[derive(Clone, Debug)]
pub struct SourceUrl(pub Address);

/// The target's address: it can only give [`super::Writable`] connections.
#[derive(Clone, Debug)]
pub struct TargetUrl(pub Address);

impl SourceUrl {
    /// # Errors
    /// As [`Address::parse`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Address::parse(text).map(SourceUrl)
    }
}

impl TargetUrl {
    /// # Errors
    /// As [`Address::parse`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Address::parse(text).map(TargetUrl)
    }
}

impl Address {
    /// Reads a `postgres://` or `postgresql://` URL or a key/value string.
    ///
    /// # Errors
    /// Where the string is neither, has an impossible value, or names a pooler.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let parameters = parameters::read(text)?;
        refuse_pooler(&parameters)?;
        Address::of(parameters, text)
    }

    pub(super) fn of(mut parameters: Parameters, text: &str) -> Result<Self, UrlError> {
        let mut warnings = Vec::new();
        let tls = take_tls(&mut parameters, &mut warnings)?;
        let mut config = tokio_postgres::Config::new();
        take_place(&mut parameters, &mut config)?;
        for (name, value) in &parameters {
            if !apply(&mut config, name, value, &mut warnings)? {
                // perhaps the rest of a password
                if value.contains('@') {
                    return Err(UrlError::Malformed("an @ stands behind a ?".to_owned()));
                }
                warnings.push(format!("the unknown connection parameter {name} is ignored"));
            }
        }
        Ok(Address { config, tls, original: Secret::new(text.trim()), warnings })
    }

    /// The same address at one of its places.
    pub(super) fn at(&self, place: &Place) -> Address {
        let text = self.original.expose();
        let pinned = parameters::read(text).and_then(|mut parameters| {
            parameters.insert("host".to_owned(), place.host.clone());
            parameters.insert("port".to_owned(), place.port.to_string());
            match place.address {
                Some(address) => parameters.insert("hostaddr".to_owned(), address.to_string()),
                None => parameters.remove("hostaddr"),
            };
            Address::of(parameters, text)
        });
        // the address was parsed before, and a place is an address too
        pinned.unwrap_or_else(|_| self.clone())
    }

    /// `user@host:port/database`, for messages: without the password.
    #[must_use]
    pub fn display(&self) -> String {
        self.to_string()
    }

    /// Reads what JVM apps write as well: `jdbc:postgresql://HOST/DATABASE?user=…&password=…`.
    ///
    /// # Errors
    /// As [`Address::parse`].
    pub fn parse_any(text: &str) -> Result<Self, UrlError> {
        Address::parse(text.strip_prefix("jdbc:").unwrap_or(text))
    }

    /// The address for a JVM app; `None` where its driver cannot reach it.
    #[must_use]
    pub fn jdbc(&self) -> Option<Jdbc> {
        let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        let ports = self.config.get_ports();
        let mut places = Vec::new();
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let Host::Tcp(host) = host else {
                return None;
            };
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
            let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            places.push(format!("{host}:{port}"));
        }
        let user = self.config.get_user().unwrap_or_default().to_owned();
        let password = self.password().unwrap_or_default();
        let database = self.config.get_dbname().unwrap_or(&user);
        let mut url = format!(
            "jdbc:postgresql://{}/{}?user={}&password={}",
            places.join(","),
            encoded(database),
            encoded(&user),
            encoded(&password)
        );
        if self.tls != TlsMode::Prefer {
            let _ = write!(url, "&sslmode={}", self.tls.name());
        }
        if let TlsMode::VerifyCa { roots: Some(roots) }
        | TlsMode::VerifyFull { roots: Some(roots) } = &self.tls
        {
            let _ = write!(url, "&sslrootcert={}", encoded(roots));
        }
        if let Some(options) = self.config.get_options() {
            let _ = write!(url, "&options={}", encoded(options));
        }
        Some(Jdbc { url, user, password })
    }

    /// A secret.
    #[must_use]
    pub fn password(&self) -> Option<String> {
        let password = self.config.get_password()?;
        Some(String::from_utf8_lossy(password).into_owned()).filter(|password| !password.is_empty())
    }

    /// True if user, password and database are the same: a follower has its primary's.
    #[must_use]
    pub fn has_same_credentials(&self, other: &Address) -> bool {
        let of = |address: &Address| {
            let config = &address.config;
            (
                config.get_user().map(str::to_owned),
                address.password(),
                config.get_dbname().map(str::to_owned),
            )
        };
        self.password().is_some() && of(self) == of(other)
    }

    /// True where every host is a directory of Unix sockets: `sslmode` then has no meaning.
    #[must_use]
    pub fn is_local_socket(&self) -> bool {
        self.config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)))
    }

    /// True where both lead to the same database of the same servers by their text, whoever the
    /// user and whatever the other parameters.
    #[must_use]
    pub fn is_same_place(&self, other: &Address) -> bool {
        let place = |address: &Address| {
            let config = &address.config;
            let ports = config.get_ports().to_vec();
            let hosts = address.hosts().iter().map(|host| host.to_lowercase()).collect::<Vec<_>>();
            let database = config.get_dbname().or(config.get_user()).map(str::to_owned);
            (hosts, if ports.is_empty() { vec![DEFAULT_PORT] } else { ports }, database)
        };
        place(self) == place(other)
    }

    /// True where both lead to a database of one name, on a host that both name.
    #[must_use]
    pub fn shares_database(&self, other: &Address) -> bool {
        let database = |address: &Address| {
            address.config.get_dbname().or(address.config.get_user()).map(str::to_owned)
        };
        let hosts = self.host_names();
        database(self) == database(other)
            && other.host_names().iter().any(|host| hosts.contains(host))
            && self.ports_overlap(other)
    }

    fn ports_overlap(&self, other: &Address) -> bool {
        let ports = |address: &Address| match address.config.get_ports() {
            [] => vec![DEFAULT_PORT],
            ports => ports.to_vec(),
        };
        let own = ports(self);
        ports(other).iter().any(|port| own.contains(port))
    }

    /// The hosts, in lower case.
    #[must_use]
    pub fn host_names(&self) -> Vec<String> {
        self.hosts().iter().map(|host| host.to_lowercase()).collect()
    }

    /// The hosts as libpq writes them, one for each port.
    pub(super) fn hosts(&self) -> Vec<String> {
        self.config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                Host::Unix(directory) => directory.display().to_string(),
            })
            .collect()
    }
}

/// All that RFC 3986 does not leave unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What Heroku and Spring give to a JVM app: the URL holds user and password as well.
#[derive(Clone)]
pub struct Jdbc {
    pub url: String,
    pub user: String,
    pub password: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = self.config.get_user() {
            write!(f, "{}@", visible(user))?;
        }
        let ports = self.config.get_ports();
        for (index, host) in self.hosts().iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
            if host.contains(':') {
                write!(f, "{comma}[{}]:{port}", visible(host))?;
            } else {
                write!(f, "{comma}{}:{port}", visible(host))?;
            }
        }
        if let Some(database) = self.config.get_dbname() {
            write!(f, "/{}", visible(database))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio_postgres::config::{ChannelBinding, SslNegotiation, TargetSessionAttrs};

    fn parse(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn refused(text: &str) -> String {
        Address::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(
            parse("postgres://ann:secret@db.example.com:5433/shop").display(),
            "ann@db.example.com:5433/shop"
        );
        assert_eq!(parse("host=::1 dbname=d").display(), "[::1]:5432/d");
        assert_eq!(parse("postgres:///d?host=/tmp").display(), "/tmp:5432/d");
        assert_eq!(parse("postgres://h1,h2:7/d").display(), "h1:5432,h2:7/d");
        assert!(!format!("{:?}", parse("postgres://ann:secret@h/d")).contains("secret"));
    }

    #[test]
    fn sslmode_means_what_it_means_to_libpq() {
        let tls = |query: &str| parse(&format!("postgres://h/d?{query}")).tls;
        assert_eq!(tls(""), TlsMode::Prefer);
        assert_eq!(tls("sslmode=disable"), TlsMode::Disable);
        assert_eq!(tls("sslmode=allow"), TlsMode::Prefer);
        assert_eq!(tls("sslmode=prefer"), TlsMode::Prefer);
        assert_eq!(tls("sslmode=require"), TlsMode::Require);
        assert_eq!(tls("ssl=true"), TlsMode::Require);
        assert_eq!(
            tls("sslmode=require&sslrootcert=%2Fca.pem"),
            TlsMode::VerifyCa { roots: Some("/ca.pem".to_owned()) },
            "require with a root verifies the chain"
        );
        assert_eq!(tls("sslmode=verify-ca"), TlsMode::VerifyCa { roots: None });
        assert_eq!(
            tls("sslmode=verify-full&sslrootcert=system"),
            TlsMode::VerifyFull { roots: Some("system".to_owned()) }
        );
        assert_eq!(
            tls("sslrootcert=system"),
            TlsMode::VerifyFull { roots: Some("system".to_owned()) }
        );
        assert_eq!(
            refused("postgres://h/d?sslrootcert=system&sslmode=require"),
            "the parameter sslmode must be verify-full where sslrootcert is system"
        );
        assert_eq!(
            refused("postgres://h/d?sslmode=often"),
            "the parameter sslmode must be disable, allow, prefer, require, verify-ca or verify-full"
        );
    }

    #[test]
    fn what_is_not_known_is_tolerated_and_said_without_its_value() {
        let address = parse("postgres://h/d?krbsrvname=secret&sslmode=no-verify&keepalives_idle=9");
        assert_eq!(
            address.warnings,
            [
                "sslmode=no-verify is taken for sslmode=require",
                "the unknown connection parameter krbsrvname is ignored",
            ]
        );
        assert_eq!(address.config.get_keepalives_idle(), Duration::from_secs(9));
        assert_eq!(
            parse("postgres://h/d?sslrootcert=x").warnings,
            ["sslrootcert is not used with sslmode=prefer"]
        );
    }

    #[test]
    fn what_is_known_reaches_the_driver() {
        let config = parse(
            "host=h hostaddr=127.0.0.1 port=6 user=u password='p w' dbname=d options='-c a=b' \
             connect_timeout=3 channel_binding=require target_session_attrs=primary \
             keepalives_count=4 tcp_user_timeout=1500 sslnegotiation=direct",
        )
        .config;
        assert_eq!(config.get_password(), Some(b"p w".as_slice()));
        assert_eq!(config.get_options(), Some("-c a=b"));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(config.get_channel_binding(), ChannelBinding::Require);
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(config.get_keepalives_retries(), Some(4));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_millis(1500)));
        assert_eq!(config.get_ssl_negotiation(), SslNegotiation::Direct);
        assert_eq!(config.get_hostaddrs().len(), 1);
    }

    #[test]
    fn impossible_values_are_refused_and_not_repeated() {
        for bad in [
            "postgres://h:secret/d",
            "postgres://h:0/d",
            "host=h hostaddr=secret",
            "host=a,b,c port=1,2",
            "host=h connect_timeout=secret",
            "host=h channel_binding=secret",
            "service=secret",
        ] {
            let said = Address::parse(bad).unwrap_err().failure("SOURCE").to_string();
            assert!(said.starts_with("error: SOURCE cannot be used\n  "), "{said}");
            assert!(said.contains("what to do: "), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn poolers_are_refused_with_the_reason() {
        for pooler in [
            "postgres://h/d?pgbouncer=true",
            "postgres://ep-cool-1-pooler.eu-central-1.aws.neon.tech/d",
            "host=aws-0-eu-west-1.pooler.supabase.com dbname=d",
        ] {
            let said = refused(pooler);
            assert!(said.starts_with("it leads to a connection pooler ("), "{said}");
        }
        assert_eq!(parse("postgres://carpooler.example.com/d?pgbouncer=false").warnings.len(), 0);
        assert!(super::super::refuse_pooler("DATABASE_CONNECTION_POOL_URL").is_err());
        assert!(super::super::refuse_pooler("DATABASE_URL").is_ok());
    }

    #[test]
    fn the_same_place_is_seen_through_other_parameters() {
        let same = |one: &str, other: &str| parse(one).is_same_place(&parse(other));
        assert!(same("postgres://a:b@H/d?sslmode=require", "postgres://c:d@h:5432/d"));
        assert!(same("postgres://a@h", "host=h dbname=a"));
        assert!(!same("postgres://h/d", "postgres://h/e"));
        assert!(!same("postgres://h/d", "postgres://h:5433/d"));
    }

    #[test]
    fn a_socket_directory_is_local() {
        assert!(parse("host=/tmp").is_local_socket());
        assert!(!parse("host=/tmp,h").is_local_socket());
    }
}
