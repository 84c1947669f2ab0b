//! What stands between the tool and servers: a forwarder that spreads connections over several
//! servers, cuts one at a chosen moment, or forwards nothing any more.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How a connection ends, the first time that the client sends a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never gets the text.
    Before(&'static str),
    /// The server gets it, and does as it says; its answer gets lost.
    Answer(&'static str),
    /// As `Before`, and the server does not learn that the client is gone.
    Silently(&'static str),
    /// From the text on, nothing of this connection is forwarded, and it stays open.
    Swallowed(&'static str),
    /// The same of all connections.
    AllSwallowed(&'static str),
}

impl Cut {
    fn text(self) -> &'static [u8] {
        match self {
            Cut::Before(text)
            | Cut::Answer(text)
            | Cut::Silently(text)
            | Cut::Swallowed(text)
            | Cut::AllSwallowed(text) => text.as_bytes(),
        }
    }
}

pub(crate) struct Forwarder {
    pub(crate) port: u16,
    came: Arc<AtomicUsize>,
    state: Arc<State>,
}

/// What all connections share.
#[derive(Default)]
struct State {
    /// The cut has happened.
    done: AtomicBool,
    /// Nothing is forwarded.
    muted: AtomicBool,
    /// How often a client has sent something.
    sent: AtomicUsize,
    /// From this time on, nothing is forwarded. 0: there is none.
    last: AtomicUsize,
    clients: Mutex<Vec<TcpStream>>,
}

impl Forwarder {
    /// Passes the n-th connection, counted from 0, on to the server at this port.
    pub(crate) fn new(server: impl Fn(usize) -> u16 + Send + 'static) -> Self {
        Forwarder::start(server, None)
    }

    /// Passes all on to one server, and cuts one of them once.
    pub(crate) fn cutting(server: u16, cut: Cut) -> Self {
        Forwarder::start(move |_| server, Some(cut))
    }

    fn start(server: impl Fn(usize) -> u16 + Send + 'static, cut: Option<Cut>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let came = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&came);
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let to = server(count.fetch_add(1, Ordering::SeqCst));
                // a server that is down refuses: so does the forwarder
                if let Ok(server) = TcpStream::connect(("127.0.0.1", to)) {
                    pass(client, server, cut, &shared);
                }
            }
        });
        Forwarder { port, came, state }
    }

    /// The same URL with the forwarder in the server's place.
    pub(crate) fn before(&self, url: &str, server: u16) -> String {
        url.replace(&format!(":{server}/"), &format!(":{}/", self.port))
    }

    /// From now on, everything is taken and nothing is forwarded.
    pub(crate) fn mute(&self) {
        self.state.muted.store(true, Ordering::SeqCst);
    }

    /// What clients send is passed on this many times; then everything is taken and nothing forwarded.
    pub(crate) fn mute_after(&self, times: usize) {
        self.state.last.store(times + 1, Ordering::SeqCst);
    }

    pub(crate) fn is_mute(&self) -> bool {
        self.state.muted.load(Ordering::SeqCst)
    }

    /// How often clients have sent something.
    pub(crate) fn sent(&self) -> usize {
        self.state.sent.load(Ordering::SeqCst)
    }

    /// Ends all connections that there are. New ones are passed on.
    pub(crate) fn cut_all(&self) {
        let clients =
            std::mem::take(&mut *self.state.clients.lock().unwrap_or_else(PoisonError::into_inner));
        for client in clients {
            let _ = client.shutdown(Shutdown::Both);
        }
    }

    /// Whether the cut has happened.
    pub(crate) fn has_cut(&self) -> bool {
        self.state.done.load(Ordering::SeqCst)
    }

    /// How many connections there were.
    pub(crate) fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }
}

fn pass(client: TcpStream, server: TcpStream, cut: Option<Cut>, state: &Arc<State>) {
    let copy = |stream: &TcpStream| stream.try_clone().expect("a copy");
    state.clients.lock().unwrap_or_else(PoisonError::into_inner).push(copy(&client));
    let deaf = Arc::new(AtomicBool::new(false));
    let (mut from_client, mut to_server) = (copy(&client), copy(&server));
    let (mut from_server, mut to_client) = (server, client);
    let (state, also, is_deaf) = (Arc::clone(state), Arc::clone(state), Arc::clone(&deaf));
    let mut dumb = false;
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(read @ 1..) = from_client.read(&mut buffer) {
            let sent = &buffer[..read];
            let times = state.sent.fetch_add(1, Ordering::SeqCst) + 1;
            let last = state.last.load(Ordering::SeqCst);
            if last > 0 && times >= last {
                state.muted.store(true, Ordering::SeqCst);
            }
            let now = cut.filter(|cut| {
                sent.windows(cut.text().len()).any(|part| part == cut.text())
                    && !state.done.swap(true, Ordering::SeqCst)
            });
            match now {
                None if dumb || state.muted.load(Ordering::SeqCst) => {}
                Some(Cut::Swallowed(_)) => {
                    deaf.store(true, Ordering::SeqCst);
                    dumb = true;
                }
                Some(Cut::AllSwallowed(_)) => state.muted.store(true, Ordering::SeqCst),
                None => {
                    if to_server.write_all(sent).is_err() {
                        break;
                    }
                }
                Some(Cut::Before(_)) => break,
                Some(Cut::Answer(_)) => {
                    deaf.store(true, Ordering::SeqCst);
                    let _ = to_server.write_all(sent);
                    thread::sleep(Duration::from_millis(500));
                    break;
                }
                Some(Cut::Silently(_)) => {
                    deaf.store(true, Ordering::SeqCst);
                    let _ = from_client.shutdown(Shutdown::Both);
                    // nobody closes the connection to the server
                    std::mem::forget(to_server);
                    return;
                }
            }
        }
        let _ = from_client.shutdown(Shutdown::Both);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(read @ 1..) = from_server.read(&mut buffer) {
            let mute = is_deaf.load(Ordering::SeqCst) || also.muted.load(Ordering::SeqCst);
            if !mute && to_client.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
        let _ = from_server.shutdown(Shutdown::Both);
    });
}
