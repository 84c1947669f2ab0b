//! Whether a server still answers. A connection that is acknowledged and brings nothing looks like a
//! server at work: so after a time of silence, a second session asks the server whether the first one
//! is still there. If it is gone, or nobody answers, the connection is given up.

use futures_util::task::AtomicWaker;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What was heard of a server last, and said to it last.
#[derive(Default)]
pub(super) struct Pulse {
    /// Milliseconds on our own clock.
    heard: AtomicU64,
    said: AtomicU64,
    given_up: AtomicBool,
    reader: AtomicWaker,
}

static CLOCK: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now() -> u64 {
    u64::try_from(CLOCK.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Pulse {
    /// How long an answer has been awaited; `None` where none is.
    fn silence(&self) -> Option<Duration> {
        let (heard, said) = (self.heard.load(Ordering::Relaxed), self.said.load(Ordering::Relaxed));
        (said > heard).then(|| Duration::from_millis(now().saturating_sub(said)))
    }

    /// The server has answered about this session, though not in it.
    fn note_sign(&self) {
        self.said.store(now(), Ordering::Relaxed);
    }

    fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
        self.reader.wake();
    }
}

/// A connection whose pulse is taken.
pub(super) struct Listening<S> {
    stream: S,
    pulse: Arc<Pulse>,
}

impl<S> Listening<S> {
    pub(super) fn to(stream: S, pulse: Arc<Pulse>) -> Self {
        Listening { stream, pulse }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Listening<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.pulse.reader.register(context.waker());
        if self.pulse.given_up.load(Ordering::Relaxed) {
            let silent = "the server has not answered for minutes, and does not know this session";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, silent)));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            // what was said in the same millisecond is answered
            let heard = now().max(self.pulse.said.load(Ordering::Relaxed));
            self.pulse.heard.store(heard, Ordering::Relaxed);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Listening<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if matches!(written, Poll::Ready(Ok(_))) {
            let said = now().max(self.pulse.heard.load(Ordering::Relaxed) + 1);
            self.pulse.said.store(said, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// What a second session says of the first.
pub(super) enum Sign {
    /// The server has it.
    There,
    /// The server does not have it, or nobody answers.
    None,
}

/// Asks each time that the server has been silent for this long, until the session is gone.
pub(super) async fn watch<F>(pulse: Weak<Pulse>, silence: Duration, ask: impl Fn() -> F)
where
    F: Future<Output = Sign>,
{
    loop {
        let waited = match pulse.upgrade() {
            Some(pulse) => pulse.silence(),
            None => return,
        };
        match waited {
            Some(waited) if waited >= silence => {
                let sign = ask().await;
                let Some(pulse) = pulse.upgrade() else { return };
                // an answer may have come meanwhile
                let is_silent = pulse.silence().is_some_and(|waited| waited >= silence);
                match sign {
                    Sign::There => pulse.note_sign(),
                    Sign::None if is_silent => {
                        pulse.give_up();
                        return;
                    }
                    Sign::None => {}
                }
            }
            Some(waited) => tokio::time::sleep(silence.saturating_sub(waited)).await,
            None => tokio::time::sleep(silence).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const SILENCE: Duration = Duration::from_millis(60);

    /// A client's end and the server's.
    fn connection() -> (Listening<tokio::io::DuplexStream>, tokio::io::DuplexStream, Weak<Pulse>) {
        let (client, server) = tokio::io::duplex(1_000);
        let pulse = Arc::new(Pulse::default());
        let weak = Arc::downgrade(&pulse);
        (Listening::to(client, pulse), server, weak)
    }

    #[tokio::test]
    async fn a_server_that_is_silent_and_does_not_know_the_session_is_given_up() {
        let (mut client, _server, pulse) = connection();
        client.write_all(b"question").await.unwrap();
        let read = async { client.read_u8().await.unwrap_err().kind() };
        let (read, ()) = tokio::join!(read, watch(pulse, SILENCE, async || Sign::None));
        assert_eq!(read, io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_server_at_work_is_waited_for() {
        let (mut client, mut server, pulse) = connection();
        client.write_all(b"question").await.unwrap();
        let asked = Cell::new(0);
        let ask = async || {
            asked.set(asked.get() + 1);
            if asked.get() == 3 {
                server_answers().await;
            }
            Sign::There
        };
        async fn server_answers() {}
        let watching = watch(pulse, SILENCE, ask);
        let answered = async {
            while asked.get() < 3 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            server.write_all(b"a").await.unwrap();
            let answer = client.read_u8().await.unwrap();
            drop(client);
            answer
        };
        let (answer, ()) = tokio::join!(answered, watching);
        assert_eq!(answer, b'a');
    }

    #[tokio::test]
    async fn a_session_without_a_question_is_left_alone() {
        let (mut client, mut server, pulse) = connection();
        client.write_all(b"question").await.unwrap();
        server.write_all(b"a").await.unwrap();
        client.read_u8().await.unwrap();
        let watching = watch(pulse, SILENCE, async || panic!("nobody waits"));
        let pause = tokio::time::timeout(SILENCE * 4, watching).await;
        assert!(pause.is_err());
    }
}
