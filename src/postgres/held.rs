//! Connections of our own making. The driver opens connections itself and does not hand them out: then
//! nobody could keep one open in our place, nor see whether anything arrives.

use super::meaning::DEFAULT_PORT;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::config::Host;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A connection that is not acknowledged for this long has ended, so that nobody waits for a machine
/// that is gone, and a lock's holder learns of its loss before the server gives the lock to another.
pub(super) const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// A connection, and a copy of it.
pub(super) enum Connected {
    Tcp(TcpStream, OwnedFd),
    Unix(UnixStream, OwnedFd),
}

/// Connects to the one place that the configuration names, and copies the connection.
///
/// # Errors
/// The network's.
pub(super) async fn connect(config: &Config, limit: Duration) -> io::Result<Connected> {
    let connected = tokio::time::timeout(limit, connect_to(config)).await;
    connected.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "timed out")))
}

/// The name that a server's certificate is compared with.
pub(super) fn server_name(config: &Config) -> &str {
    match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name,
        _ => "",
    }
}

/// Asks a server to stop what runs in the session of this token, over a new connection. The
/// token does not know where that leads.
///
/// # Errors
/// Where the server cannot be reached.
pub(super) async fn cancel(
    token: &CancelToken,
    tls: &MakeRustlsConnect,
    config: &Config,
    limit: Duration,
) -> io::Result<()> {
    match connect(config, limit).await? {
        Connected::Tcp(stream, _) => cancel_over(stream, token, tls, config).await,
        Connected::Unix(stream, _) => cancel_over(stream, token, tls, config).await,
    }
}

async fn cancel_over<S>(
    stream: S,
    token: &CancelToken,
    tls: &MakeRustlsConnect,
    config: &Config,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = MakeTlsConnect::<S>::make_tls_connect(&mut tls.clone(), server_name(config));
    let handshake = handshake.map_err(io::Error::other)?;
    token.cancel_query_raw(stream, handshake).await.map_err(io::Error::other)
}

async fn connect_to(config: &Config) -> io::Result<Connected> {
    let port = config.get_ports().first().copied().unwrap_or(DEFAULT_PORT);
    let stream = match (config.get_hosts().first(), config.get_hostaddrs().first()) {
        (_, Some(address)) => TcpStream::connect((*address, port)).await?,
        (Some(Host::Tcp(name)), None) => TcpStream::connect((name.as_str(), port)).await?,
        (Some(Host::Unix(directory)), None) => {
            let stream = UnixStream::connect(directory.join(format!(".s.PGSQL.{port}"))).await?;
            let copy = stream.as_fd().try_clone_to_owned()?;
            return Ok(Connected::Unix(stream, copy));
        }
        (None, None) => return Err(io::Error::other("it names no host")),
    };
    stream.set_nodelay(true)?;
    let socket = socket2::SockRef::from(&stream);
    if config.get_keepalives() {
        let mut keepalive = socket2::TcpKeepalive::new().with_time(config.get_keepalives_idle());
        if let Some(interval) = config.get_keepalives_interval() {
            keepalive = keepalive.with_interval(interval);
        }
        if let Some(retries) = config.get_keepalives_retries() {
            keepalive = keepalive.with_retries(retries);
        }
        socket.set_tcp_keepalive(&keepalive)?;
    }
    #[cfg(target_os = "linux")]
    {
        let limit = config.get_tcp_user_timeout().copied().unwrap_or(UNACKNOWLEDGED);
        socket.set_tcp_user_timeout(Some(limit))?;
    }
    let copy = stream.as_fd().try_clone_to_owned()?;
    Ok(Connected::Tcp(stream, copy))
}
