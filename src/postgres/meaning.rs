//! What the parameters of a connection string mean to the driver.

use super::parameters::Parameters;
use super::pooler::Pooler;
use super::tls_mode::TlsMode;
use super::url_error::UrlError;
use std::path::Path;
use std::time::Duration;
use tokio_postgres::config::{
    ChannelBinding, LoadBalanceHosts, SslNegotiation, TargetSessionAttrs,
};

pub(super) const DEFAULT_PORT: u16 = 5432;

/// `sslmode`, `sslrootcert` and the words of other drivers for them.
pub(super) fn take_tls(
    parameters: &mut Parameters,
    warnings: &mut Vec<String>,
) -> Result<TlsMode, UrlError> {
    let roots = parameters.remove("sslrootcert").filter(|roots| !roots.is_empty());
    let ssl = parameters.remove("ssl");
    let mode = parameters.remove("sslmode").filter(|mode| !mode.is_empty());
    let system = roots.as_deref() == Some("system");
    let mode = match (mode.as_deref(), ssl.as_deref()) {
        (Some(mode), _) => mode,
        // as in libpq
        (None, _) if system => "verify-full",
        (None, Some("true" | "1")) => "require",
        (None, _) => "prefer",
    };
    if system && mode != "verify-full" {
        return Err(UrlError::Value {
            parameter: "sslmode",
            expected: "verify-full where sslrootcert is system",
        });
    }
    let mode = match mode {
        "disable" => TlsMode::Disable,
        "allow" | "prefer" => TlsMode::Prefer,
        "require" if roots.is_some() => TlsMode::VerifyCa { roots: roots.clone() },
        "require" => TlsMode::Require,
        "no-verify" => {
            warnings.push("sslmode=no-verify is taken for sslmode=require".to_owned());
            TlsMode::Require
        }
        "verify-ca" => TlsMode::VerifyCa { roots: roots.clone() },
        "verify-full" => TlsMode::VerifyFull { roots: roots.clone() },
        _ => {
            return Err(UrlError::Value {
                parameter: "sslmode",
                expected: "disable, allow, prefer, require, verify-ca or verify-full",
            });
        }
    };
    if roots.is_some() && matches!(mode, TlsMode::Disable | TlsMode::Prefer | TlsMode::Require) {
        warnings.push(format!("sslrootcert is not used with sslmode={}", mode.name()));
    }
    Ok(mode)
}

/// The hosts, their addresses and ports.
pub(super) fn take_place(
    parameters: &mut Parameters,
    config: &mut tokio_postgres::Config,
) -> Result<(), UrlError> {
    let mut list = |name: &str| -> Vec<String> {
        let value = parameters.remove(name).unwrap_or_default();
        if value.is_empty() {
            Vec::new()
        } else {
            value.split(',').map(|item| item.trim().to_owned()).collect()
        }
    };
    let (mut hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"));

    let ports = ports
        .iter()
        .map(|port| match port.as_str() {
            "" => Some(DEFAULT_PORT),
            port => port.parse::<u16>().ok().filter(|port| *port > 0),
        })
        .collect::<Option<Vec<u16>>>()
        .ok_or(UrlError::Value { parameter: "port", expected: "a number from 1 to 65535" })?;

    if hosts.is_empty() {
        hosts = if addresses.is_empty() {
            vec![default_host(ports.first().copied().unwrap_or(DEFAULT_PORT))]
        } else {
            addresses.clone()
        };
    }
    if !addresses.is_empty() && addresses.len() != hosts.len() {
        return Err(UrlError::Value { parameter: "hostaddr", expected: "one address a host" });
    }
    if ports.len() > 1 && ports.len() != hosts.len() {
        return Err(UrlError::Value { parameter: "port", expected: "one port, or one a host" });
    }
    for host in hosts {
        config.host(if host.is_empty() { "localhost" } else { host.as_str() });
    }
    for address in addresses {
        config.hostaddr(address.parse().map_err(|_| UrlError::Value {
            parameter: "hostaddr",
            expected: "an IPv4 or IPv6 address",
        })?);
    }
    for port in ports {
        config.port(port);
    }
    Ok(())
}

/// Where no host is given: the usual socket directories if a server listens there, else TCP.
fn default_host(port: u16) -> String {
    ["/var/run/postgresql", "/tmp"]
        .into_iter()
        .find(|directory| Path::new(directory).join(format!(".s.PGSQL.{port}")).exists())
        .unwrap_or("localhost")
        .to_owned()
}

/// One of the other parameters; false for an unknown one.
pub(super) fn apply(
    config: &mut tokio_postgres::Config,
    name: &str,
    value: &str,
    warnings: &mut Vec<String>,
) -> Result<bool, UrlError> {
    match name {
        _ if value.is_empty() => {}
        "user" => drop(config.user(value)),
        "password" => drop(config.password(value)),
        "dbname" => drop(config.dbname(value)),
        "options" => drop(config.options(value)),
        // we say who we are ourselves, and speak UTF-8; a pooler would have been refused before
        "application_name" | "fallback_application_name" | "client_encoding" | "pgbouncer" => {}
        "connect_timeout" => {
            if let Some(limit) = seconds("connect_timeout", value)? {
                config.connect_timeout(limit);
            }
        }
        "keepalives" => drop(config.keepalives(value != "0")),
        "keepalives_idle" => {
            if let Some(limit) = seconds("keepalives_idle", value)? {
                config.keepalives_idle(limit);
            }
        }
        "keepalives_interval" => {
            if let Some(limit) = seconds("keepalives_interval", value)? {
                config.keepalives_interval(limit);
            }
        }
        "keepalives_count" | "keepalives_retries" => {
            config.keepalives_retries(value.parse().map_err(|_| UrlError::Value {
                parameter: "keepalives_count",
                expected: "a number",
            })?);
        }
        "tcp_user_timeout" => {
            let limit = value.parse().map_err(|_| UrlError::Value {
                parameter: "tcp_user_timeout",
                expected: "a number of milliseconds",
            })?;
            config.tcp_user_timeout(Duration::from_millis(limit));
        }
        "sslnegotiation" => drop(config.ssl_negotiation(match value {
            "postgres" => SslNegotiation::Postgres,
            "direct" => SslNegotiation::Direct,
            _ => {
                return Err(UrlError::Value {
                    parameter: "sslnegotiation",
                    expected: "postgres or direct",
                });
            }
        })),
        "channel_binding" => drop(config.channel_binding(match value {
            "disable" => ChannelBinding::Disable,
            "prefer" => ChannelBinding::Prefer,
            "require" => ChannelBinding::Require,
            _ => {
                return Err(UrlError::Value {
                    parameter: "channel_binding",
                    expected: "disable, prefer or require",
                });
            }
        })),
        "load_balance_hosts" => drop(config.load_balance_hosts(match value {
            "disable" => LoadBalanceHosts::Disable,
            "random" => LoadBalanceHosts::Random,
            _ => {
                return Err(UrlError::Value {
                    parameter: "load_balance_hosts",
                    expected: "disable or random",
                });
            }
        })),
        "target_session_attrs" => drop(config.target_session_attrs(match value {
            "any" => TargetSessionAttrs::Any,
            "read-write" | "primary" => TargetSessionAttrs::ReadWrite,
            "read-only" | "standby" => TargetSessionAttrs::ReadOnly,
            "prefer-standby" => {
                warnings.push("target_session_attrs=prefer-standby is taken for any".to_owned());
                TargetSessionAttrs::Any
            }
            _ => {
                return Err(UrlError::Value {
                    parameter: "target_session_attrs",
                    expected: "any, read-write, read-only, primary, standby or prefer-standby",
                });
            }
        })),
        "service" => {
            return Err(UrlError::Unsupported {
                parameter: "service",
                reason: "service files are not read",
            });
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// A limit in seconds. As in libpq, zero and less mean unlimited.
fn seconds(parameter: &'static str, value: &str) -> Result<Option<Duration>, UrlError> {
    let number = value
        .trim()
        .parse::<i64>()
        .map_err(|_| UrlError::Value { parameter, expected: "a number of seconds" })?;
    Ok(u64::try_from(number).ok().filter(|number| *number > 0).map(Duration::from_secs))
}

/// Refuses a host or a parameter that is known to lead to a pooler in transaction mode.
pub(super) fn refuse_pooler(parameters: &Parameters) -> Result<(), Pooler> {
    if parameters.get("pgbouncer").is_some_and(|value| value != "false" && value != "0") {
        return Err(Pooler { how_known: "the parameter pgbouncer".to_owned() });
    }
    let hosts = parameters.get("host").map(String::as_str).unwrap_or_default();
    for host in hosts.split(',').map(str::to_ascii_lowercase) {
        let first_label = host.split('.').next().unwrap_or_default();
        let neon = host.contains('.') && first_label.ends_with("-pooler");
        if neon || host.ends_with(".pooler.supabase.com") {
            return Err(Pooler { how_known: format!("the host's name, {host}") });
        }
    }
    Ok(())
}
