//! What goes over a connection: whether an answer is due, and how long none of it has come. A
//! session that is silent because nobody asks it anything is never waited for.

use futures_util::task::AtomicWaker;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// What is known of one connection.
#[derive(Default)]
pub(super) struct Pulse {
    state: Mutex<State>,
    reader: AtomicWaker,
}

#[derive(Default)]
struct State {
    /// Our messages are counted from the moment at which the session is open.
    is_open: bool,
    is_over: bool,
    said: Messages,
    heard: Messages,
    /// Questions that the server has not answered to their end (`ReadyForQuery`).
    due: u32,
    /// It waits for rows of ours.
    copies: bool,
    /// The moment from which the driver has wanted bytes, and got none.
    hungry: Option<Instant>,
    /// The moment from which the connection has taken none of our bytes.
    stuck: Option<Instant>,
    /// When another session last saw that this one is at work.
    sign: Option<Instant>,
    given_up: Option<String>,
}

/// Finds the messages in a stream of bytes: each is a letter, a length that counts itself, a body.
#[derive(Default)]
struct Messages {
    head: [u8; 5],
    got: usize,
    /// The bytes that are left of a body.
    left: usize,
}

impl Messages {
    fn pass(&mut self, mut bytes: &[u8], mut begins: impl FnMut(u8)) {
        while !bytes.is_empty() {
            let body = self.left.min(bytes.len());
            self.left -= body;
            bytes = &bytes[body..];
            let head = (self.head.len() - self.got).min(bytes.len());
            if self.left > 0 || head == 0 {
                continue;
            }
            self.head[self.got..self.got + head].copy_from_slice(&bytes[..head]);
            self.got += head;
            bytes = &bytes[head..];
            if self.got == self.head.len() {
                let [letter, length @ ..] = self.head;
                let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
                self.left = length.saturating_sub(4);
                self.got = 0;
                begins(letter);
            }
        }
    }
}

impl State {
    fn say(&mut self, bytes: &[u8], now: Instant) {
        self.stuck = None;
        if !self.is_open {
            return;
        }
        let (due, hungry, copies) = (&mut self.due, &mut self.hungry, &mut self.copies);
        self.said.pass(bytes, |letter| {
            // CopyDone, CopyFail
            *copies &= !matches!(letter, b'c' | b'f');
            // Query and Sync: the server answers each with a ReadyForQuery
            if matches!(letter, b'Q' | b'S') {
                if *due == 0 {
                    *hungry = hungry.map(|_| now);
                }
                *due += 1;
            }
        });
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.hungry = None;
        let (due, copies) = (&mut self.due, &mut self.copies);
        self.heard.pass(bytes, |letter| {
            *copies |= letter == b'G';
            // ReadyForQuery; and CopyInResponse, after which the server passes over the Sync that
            // came with the COPY, and waits for our rows
            if matches!(letter, b'Z' | b'G') {
                *due = due.saturating_sub(1);
            }
        });
    }

    fn waiting_since(&self) -> Option<Instant> {
        let hungry = self.hungry.filter(|_| self.due > 0);
        [hungry, self.stuck].into_iter().flatten().min().filter(|_| !self.is_over)
    }
}

impl Pulse {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that come before the first message: the server's answer whether it encrypts.
    pub(super) fn begin(&self, bytes_before: usize) {
        self.state().heard = Messages { left: bytes_before, ..Messages::default() };
    }

    /// The session is open: what we say from now on are questions.
    pub(super) fn open(&self) {
        self.state().is_open = true;
    }

    pub(super) fn end(&self) {
        self.state().is_over = true;
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// Nothing is under way: a question would be answered immediately.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state();
        state.is_open && !state.is_over && state.due == 0 && !state.copies
    }

    /// For how long the server has owed us an answer, or taken nothing of what we send.
    pub(super) fn waited(&self) -> Option<Duration> {
        Some(self.state().waiting_since()?.elapsed())
    }

    /// The same since the last sign of life.
    pub(super) fn silence(&self) -> Option<Duration> {
        let state = self.state();
        let since = state.waiting_since()?;
        Some(state.sign.map_or(since, |sign| sign.max(since)).elapsed())
    }

    /// Another session has seen this one at work.
    pub(super) fn note_sign(&self) {
        self.state().sign = Some(Instant::now());
    }

    /// Ends the connection, whatever is on its way.
    pub(super) fn give_up(&self, why: String) {
        self.state().given_up.get_or_insert(why);
        self.reader.wake();
    }

    fn is_given_up(&self) -> io::Result<()> {
        match &self.state().given_up {
            Some(why) => Err(io::Error::new(io::ErrorKind::TimedOut, GivenUp(why.clone()))),
            None => Ok(()),
        }
    }
}

/// Why we ended a connection ourselves.
#[derive(Debug)]
pub(super) struct GivenUp(pub(super) String);

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GivenUp {}

impl GivenUp {
    /// Our own reason for the end of a connection.
    pub(super) fn of(error: &tokio_postgres::Error) -> Option<&Self> {
        let source = std::error::Error::source(error)?.downcast_ref::<io::Error>()?;
        source.get_ref()?.downcast_ref()
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
        self.pulse.is_given_up()?;
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let mut state = self.pulse.state();
        if read.is_pending() {
            state.hungry.get_or_insert_with(Instant::now);
        } else {
            state.hear(&buffer.filled()[before..]);
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
        self.pulse.is_given_up()?;
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        let mut state = self.pulse.state();
        match &written {
            Poll::Ready(Ok(written)) => state.say(&bytes[..*written], Instant::now()),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => drop(state.stuck.get_or_insert_with(Instant::now)),
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pulse.is_given_up()?;
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        let mut state = self.pulse.state();
        if flushed.is_pending() {
            state.stuck.get_or_insert_with(Instant::now);
        } else {
            state.stuck = None;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Listening<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

/// Takes the pulse of what is within the encryption.
pub(super) struct Within<T>(pub(super) T);

impl<S, T> TlsConnect<Listening<S>> for Within<T>
where
    T: TlsConnect<S>,
    T::Future: Send + 'static,
{
    type Stream = Listening<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;

    fn connect(self, Listening { stream, pulse }: Listening<S>) -> Self::Future {
        let handshake = self.0.connect(stream);
        Box::pin(async move {
            let stream = handshake.await?;
            pulse.begin(0);
            Ok(Listening { stream, pulse })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

    const PAUSE: Duration = Duration::from_millis(2);

    fn message(letter: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[letter], &length[..], body].concat()
    }

    /// A client's end, the server's, and what is known.
    fn connection() -> (Listening<DuplexStream>, DuplexStream, Arc<Pulse>) {
        let (client, server) = tokio::io::duplex(64);
        let pulse = Arc::new(Pulse::default());
        pulse.open();
        (Listening::to(client, Arc::clone(&pulse)), server, pulse)
    }

    /// What the client reads until nothing more is there.
    async fn read(client: &mut Listening<DuplexStream>) {
        let mut buffer = [0; 256];
        while let Ok(read) = tokio::time::timeout(PAUSE, client.read(&mut buffer)).await {
            read.unwrap();
        }
    }

    #[tokio::test]
    async fn an_answer_is_due_from_the_question_to_its_end() {
        let (mut client, mut server, pulse) = connection();
        read(&mut client).await;
        assert_eq!(pulse.waited(), None, "nobody asked anything");
        assert!(pulse.is_idle());
        client.write_all(&message(b'Q', b"select\0")).await.unwrap();
        read(&mut client).await;
        assert!(pulse.waited().is_some());
        // a row, in pieces: the rest is still due
        let answer = [message(b'D', &[0; 20]), message(b'Z', b"I")].concat();
        for part in answer[..28].chunks(3) {
            server.write_all(part).await.unwrap();
            read(&mut client).await;
            assert!(pulse.waited().is_some());
        }
        server.write_all(&answer[28..]).await.unwrap();
        read(&mut client).await;
        assert_eq!(pulse.waited(), None);
    }

    #[tokio::test]
    async fn a_server_that_waits_for_our_rows_owes_nothing_before_their_end() {
        let (mut client, mut server, pulse) = connection();
        client.write_all(&[message(b'E', b"\0"), message(b'S', b"")].concat()).await.unwrap();
        server.write_all(&message(b'G', &[0; 3])).await.unwrap();
        read(&mut client).await;
        assert_eq!(pulse.waited(), None);
        assert!(!pulse.is_idle(), "it waits for our rows");
        client.write_all(&[message(b'c', b""), message(b'S', b"")].concat()).await.unwrap();
        read(&mut client).await;
        assert!(pulse.waited().is_some());
    }

    #[tokio::test]
    async fn who_does_not_read_is_not_kept_waiting_by_the_server() {
        let (mut client, mut server, pulse) = connection();
        client.write_all(&message(b'Q', b"select\0")).await.unwrap();
        server.write_all(&message(b'D', &[0; 20])).await.unwrap();
        let mut few = [0; 4];
        client.read_exact(&mut few).await.unwrap();
        assert_eq!(pulse.waited(), None, "bytes are there, and the driver has not come for them");
    }

    #[tokio::test]
    async fn bytes_that_nobody_takes_are_waited_for() {
        let (mut client, mut server, pulse) = connection();
        let rows = message(b'd', &[0; 200]);
        assert!(tokio::time::timeout(PAUSE, client.write_all(&rows)).await.is_err());
        assert!(pulse.waited().is_some());
        pulse.note_sign();
        assert!(pulse.silence() < pulse.waited());
        let mut taken = [0; 64];
        server.read_exact(&mut taken).await.unwrap();
        client.write_all(&[0]).await.unwrap();
        assert_eq!(pulse.waited(), None);
    }

    #[tokio::test]
    async fn a_connection_that_is_given_up_ends_with_the_reason() {
        let (mut client, _server, pulse) = connection();
        client.write_all(&message(b'Q', b"select\0")).await.unwrap();
        let given_up = async {
            tokio::time::sleep(PAUSE).await;
            pulse.give_up("nobody answers".to_owned());
        };
        let (read, ()) = tokio::join!(client.read_u8(), given_up);
        assert_eq!(read.unwrap_err().to_string(), "nobody answers");
        assert!(client.write_u8(0).await.is_err());
    }
}
