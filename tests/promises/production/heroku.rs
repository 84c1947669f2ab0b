//! Heroku's Platform API, as far as its documents describe the calls that we make: a real HTTP
//! server that keeps an app with its formation and its dynos, and fails where a test wants it.
//!
//! <https://devcenter.heroku.com/articles/platform-api-reference>

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub(super) const TOKEN: &str = "HRKU-a-token-that-nobody-may-see";
const ACCEPT: &str = "application/vnd.heroku+json; version=3";

/// A call that goes wrong, by its number from 1.
pub(super) struct Fault {
    pub(super) call: usize,
    /// The next calls too.
    pub(super) and_all_after: bool,
    pub(super) when: When,
    pub(super) how: How,
}

/// Before the call has taken effect, or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Before,
    After,
}

pub(super) enum How {
    /// An answer of this status.
    Status(u16),
    /// An answer of 429 that asks to wait this number of seconds.
    RateLimit(u32),
    /// The connection is closed without an answer.
    NoAnswer,
    /// No answer for so long.
    Slow(Duration),
    /// Tells the first channel, then answers as if nothing were once the second says so.
    Held(Sender<()>, Receiver<()>),
    /// Somebody else changes the app, then all goes on.
    Meanwhile(Box<dyn FnOnce(&mut State) + Send>),
}

pub(super) struct State {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) maintenance: bool,
    /// Type, quantity, size.
    pub(super) formation: Vec<(String, u64, String)>,
    dynos: Vec<Dyno>,
    /// How long a dyno takes to stop, and to start.
    pub(super) stopping: Duration,
    pub(super) starting: Duration,
    /// A process type whose dynos crash on start.
    pub(super) crashing: Option<String>,
    /// Items of a page of a list.
    pub(super) page: usize,
    faults: Vec<Fault>,
    calls: Vec<String>,
    wrong: Vec<String>,
}

struct Dyno {
    name: String,
    process_type: String,
    up_at: Instant,
    gone_at: Option<Instant>,
}

pub(super) struct Heroku {
    state: Arc<Mutex<State>>,
    port: u16,
}

impl State {
    /// As a person with the command line would.
    pub(super) fn scale(&mut self, process_type: &str, quantity: u64, size: Option<&str>) {
        let (stopping, starting) = (self.stopping, self.starting);
        let formation = self.formation.iter_mut().find(|(name, ..)| name == process_type);
        let formation = formation.expect("a process type of the app");
        formation.1 = quantity;
        if let Some(size) = size {
            size.clone_into(&mut formation.2);
        }
        let now = Instant::now();
        for number in 1..=99 {
            let name = format!("{process_type}.{number}");
            let running =
                self.dynos.iter_mut().find(|dyno| dyno.name == name && dyno.gone_at.is_none());
            match running {
                Some(dyno) if number > quantity => dyno.gone_at = Some(now + stopping),
                None if number <= quantity => self.dynos.push(Dyno {
                    name,
                    process_type: process_type.to_owned(),
                    up_at: now + starting,
                    gone_at: None,
                }),
                _ => {}
            }
        }
    }
}

impl Heroku {
    /// The app `shop`, with dynos that are up.
    pub(super) fn with_shop() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mut state = State {
            name: "shop".to_owned(),
            id: "01234567-89ab-cdef-0123-456789abcdef".to_owned(),
            maintenance: false,
            formation: [
                ("web", 0, "Standard-1X"),
                ("worker", 0, "Standard-2X"),
                ("clock", 0, "Standard-1X"),
                ("urgent", 0, "Performance-M"),
                ("release", 0, "Standard-1X"),
            ]
            .map(|(name, quantity, size)| (name.to_owned(), quantity, size.to_owned()))
            .to_vec(),
            dynos: Vec::new(),
            stopping: Duration::ZERO,
            starting: Duration::ZERO,
            crashing: None,
            page: 1000,
            faults: Vec::new(),
            calls: Vec::new(),
            wrong: Vec::new(),
        };
        state.scale("web", 2, None);
        state.scale("worker", 1, None);
        state.scale("clock", 1, None);
        let state = Arc::new(Mutex::new(state));
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&served);
                thread::spawn(move || while serve(&stream, &state).is_some() {});
            }
        });
        Heroku { state, port }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a person would compare before and after.
    pub(super) fn shown(&self) -> String {
        let state = self.state();
        let formation = state
            .formation
            .iter()
            .map(|(name, quantity, size)| format!("{name}={quantity}:{size}"));
        let formation = formation.collect::<Vec<_>>().join(" ");
        format!("maintenance {}, {formation}", if state.maintenance { "on" } else { "off" })
    }

    pub(super) fn fails(&self, call: usize, when: When, how: How) {
        self.state().faults.push(Fault { call, and_all_after: false, when, how });
    }

    pub(super) fn fails_from(&self, call: usize, status: u16) {
        let how = How::Status(status);
        self.state().faults.push(Fault { call, and_all_after: true, when: When::Before, how });
    }

    pub(super) fn mends(&self) {
        self.state().faults.clear();
    }

    /// The call is received, and held until the sender speaks or is dropped.
    pub(super) fn holds(&self, call: usize, when: When) -> (Receiver<()>, Sender<()>) {
        let (reached, is_reached) = channel();
        let (go_on, may_go_on) = channel();
        self.fails(call, when, How::Held(reached, may_go_on));
        (is_reached, go_on)
    }

    /// All calls so far, in order, such as `PATCH formation web=0`.
    pub(super) fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// The calls that changed something.
    pub(super) fn changes(&self) -> Vec<String> {
        self.calls().into_iter().filter(|call| call.starts_with("PATCH")).collect()
    }
}

impl Drop for Heroku {
    fn drop(&mut self) {
        let wrong = std::mem::take(&mut self.state().wrong);
        if !thread::panicking() {
            assert!(wrong.is_empty(), "requests that the documents do not allow: {wrong:?}");
        }
    }
}

struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut request = Request { method, path, headers, body: Value::Null };
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        if !body.is_empty() {
            request.body = serde_json::from_slice(&body).ok()?;
        }
        Some(request)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// In a line, for tests.
    fn shown(&self) -> String {
        let last = self.path.rsplit('/').next();
        let thing = last.filter(|last| ["formation", "dynos"].contains(last)).unwrap_or("app");
        let mut shown = format!("{} {thing}", self.method);
        if let Some(maintenance) = self.body.get("maintenance") {
            let _ = write!(shown, " maintenance={maintenance}");
        }
        for update in self.body.get("updates").and_then(Value::as_array).into_iter().flatten() {
            let (name, quantity) = (text(update, "type"), &update["quantity"]);
            let _ = write!(shown, " {name}={quantity}");
            if let Some(size) = update.get("size").and_then(Value::as_str) {
                let _ = write!(shown, ":{size}");
            }
        }
        shown
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Status, headers, body.
struct Answer(u16, Vec<(&'static str, String)>, Value);

fn refusal(status: u16, id: &str, message: &str) -> Answer {
    Answer(status, Vec::new(), json!({ "id": id, "message": message }))
}

/// One request of a connection; `None` where there will be no other.
fn serve(mut stream: &TcpStream, state: &Mutex<State>) -> Option<()> {
    let request = Request::read(stream)?;
    let fault = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.calls.push(request.shown());
        let number = state.calls.len();
        let hit = state
            .faults
            .iter()
            .position(|fault| fault.call == number || fault.and_all_after && fault.call < number);
        hit.map(|hit| {
            let fault = &state.faults[hit];
            if let (true, How::Status(status)) = (fault.and_all_after, &fault.how) {
                return (fault.when, How::Status(*status));
            }
            let fault = state.faults.remove(hit);
            (fault.when, fault.how)
        })
    };
    let (when, how) = match fault {
        Some((when, how)) => (when, Some(how)),
        None => (When::After, None),
    };
    let proper = (when == When::After).then(|| answer(&request, state));
    let instead = match how.map_or(Failed::Not, |how| fails(how, state)) {
        Failed::With(answer) => answer,
        Failed::WithoutAnswer => return None,
        Failed::Not => proper.unwrap_or_else(|| answer(&request, state)),
    };
    let Answer(status, headers, body) = instead;
    let body = body.to_string();
    let mut head = format!(
        "HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).ok()
}

/// What the server sends instead of the proper answer.
enum Failed {
    Not,
    With(Answer),
    WithoutAnswer,
}

fn fails(how: How, state: &Mutex<State>) -> Failed {
    match how {
        How::Status(status) => Failed::With(refusal(status, "because", "The test says so.")),
        How::RateLimit(seconds) => {
            let message = "Your account reached the API rate limit";
            let Answer(status, _, body) = refusal(429, "rate_limit", message);
            Failed::With(Answer(status, vec![("Retry-After", seconds.to_string())], body))
        }
        How::NoAnswer => Failed::WithoutAnswer,
        How::Slow(time) => {
            thread::sleep(time);
            Failed::Not
        }
        How::Held(reached, may_go_on) => {
            reached.send(()).ok();
            may_go_on.recv().ok();
            Failed::Not
        }
        How::Meanwhile(change) => {
            change(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
            Failed::Not
        }
    }
}

fn answer(request: &Request, state: &Mutex<State>) -> Answer {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    if request.header("accept") != Some(ACCEPT) {
        state.wrong.push(format!("{}: Accept {:?}", request.shown(), request.header("accept")));
    }
    if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return refusal(401, "unauthorized", "Invalid credentials provided.");
    }
    let rest = request.path.strip_prefix("/apps/").unwrap_or_default();
    let (app, rest) = rest.split_once('/').map_or((rest, ""), |(app, rest)| (app, rest));
    if app != state.name && app != state.id {
        return refusal(404, "not_found", "Couldn't find that app.");
    }
    match (request.method.as_str(), rest) {
        ("GET", "") => {}
        ("PATCH", "") => match request.body["maintenance"].as_bool() {
            Some(maintenance) => state.maintenance = maintenance,
            None => return refusal(422, "invalid_params", "Nothing to change."),
        },
        ("GET", "formation") => return list(request, &state, &formation(&state)),
        ("PATCH", "formation") => {
            let updates = request.body["updates"].as_array().cloned().unwrap_or_default();
            let known = |update: &Value| {
                state.formation.iter().any(|(name, ..)| name == text(update, "type"))
            };
            if updates.is_empty() || !updates.iter().all(known) {
                return refusal(404, "not_found", "Couldn't find that process type.");
            }
            for update in &updates {
                let quantity = update["quantity"].as_u64().unwrap_or_default();
                let size = update.get("size").and_then(Value::as_str);
                state.scale(text(update, "type"), quantity, size);
            }
            return Answer(200, Vec::new(), Value::Array(formation(&state)));
        }
        ("GET", "dynos") => return list(request, &state, &dynos(&state)),
        _ => {
            state.wrong.push(format!("{} {}", request.method, request.path));
            return refusal(404, "not_found", "The requested API endpoint was not found.");
        }
    }
    let app = json!({
        "id": state.id,
        "name": state.name,
        "maintenance": state.maintenance,
        "archived_at": null,
        "region": { "id": "59accabd-516d-4f0e-83e6-6e3757701145", "name": "us" },
        "updated_at": "2026-01-01T12:00:00Z",
    });
    Answer(200, Vec::new(), app)
}

/// A page of a list: `Range: index 2..` is our own spelling, which nobody should read.
fn list(request: &Request, state: &State, items: &[Value]) -> Answer {
    let from =
        request.header("range").and_then(|range| range.strip_prefix("index ")?.strip_suffix(".."));
    let from: usize = from.and_then(|from| from.parse().ok()).unwrap_or(0);
    let page: Vec<Value> = items.iter().skip(from).take(state.page).cloned().collect();
    let next = from + page.len();
    if next < items.len() {
        return Answer(206, vec![("Next-Range", format!("index {next}.."))], Value::Array(page));
    }
    Answer(200, Vec::new(), Value::Array(page))
}

fn formation(state: &State) -> Vec<Value> {
    let process = |(name, quantity, size): &(String, u64, String)| {
        json!({
            "id": format!("01234567-0000-0000-0000-{name:>12}"),
            "app": { "id": state.id, "name": state.name },
            "command": format!("bin/{name}"),
            "type": name,
            "quantity": quantity,
            "size": size,
        })
    };
    state.formation.iter().map(process).collect()
}

fn dynos(state: &State) -> Vec<Value> {
    let now = Instant::now();
    let dyno = |name: &str, process_type: &str, state: &str| {
        json!({
            "id": "01234567-0000-0000-0000-000000000000",
            "name": name,
            "type": process_type,
            "state": state,
            "size": "Standard-1X",
            "release": { "id": "01234567-0000-0000-0000-000000000000", "version": 7 },
        })
    };
    // the dyno that the release itself runs in
    let mut dynos = vec![dyno("release.1234", "release", "up")];
    for one in &state.dynos {
        let there = one.gone_at.is_none_or(|gone| gone > now);
        let up = match one.up_at <= now {
            true if state.crashing.as_ref() == Some(&one.process_type) => "crashed",
            true => "up",
            false => "starting",
        };
        if there {
            dynos.push(dyno(&one.name, &one.process_type, up));
        }
    }
    dynos
}
