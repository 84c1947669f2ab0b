//! A server, or what stands before it, that answers what nobody asked for.

use crate::support::{AppDir, Source, Target, Tool, servers};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// What becomes of rows on their way to the tool.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    /// Each value is NULL.
    Nulls,
    /// The message ends in the middle of its values.
    Short,
    /// There is a value less.
    Fewer,
}

/// Passes connections on to a server, and makes rows wrong from the n-th on, counted over all
/// connections from 0.
fn garbling(server: u16, wrong: Wrong, from: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
            let (mut up_from, mut up_to) =
                (client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
            thread::spawn(move || {
                let _ = std::io::copy(&mut up_from, &mut up_to);
                let _ = up_to.shutdown(std::net::Shutdown::Both);
            });
            thread::spawn(move || garble(server, client, wrong, from));
        }
    });
    port
}

/// A message is a letter, a length that counts itself, and a body.
fn garble(mut server: TcpStream, mut client: TcpStream, wrong: Wrong, from: usize) {
    let mut rows = 0;
    let mut head = [0; 5];
    while server.read_exact(&mut head).is_ok() {
        let length = u32::from_be_bytes(head[1..].try_into().expect("four bytes")) as usize;
        let mut body = vec![0; length - 4];
        if server.read_exact(&mut body).is_err() {
            break;
        }
        if head[0] == b'D' {
            if rows >= from {
                body = changed(&body, wrong);
            }
            rows += 1;
        }
        let length = u32::try_from(body.len() + 4).expect("a length").to_be_bytes();
        let message = [&head[..1], &length, &body].concat();
        if client.write_all(&message).is_err() {
            break;
        }
    }
    let _ = client.shutdown(std::net::Shutdown::Both);
}

fn changed(body: &[u8], wrong: Wrong) -> Vec<u8> {
    let count = u16::from_be_bytes([body[0], body[1]]);
    match wrong {
        Wrong::Nulls => [&body[..2], &[0xff; 4].repeat(usize::from(count))].concat(),
        Wrong::Short => body[..body.len().min(2 + (body.len() - 2) / 2)].to_vec(),
        Wrong::Fewer => {
            let fewer = count.saturating_sub(1);
            [&fewer.to_be_bytes()[..], &[0xff; 4].repeat(usize::from(fewer))].concat()
        }
    }
}

#[test]
fn a_server_that_sends_nonsense_ends_the_run_with_one_message() {
    let source = Source::from_sql(
        "create table a (id int primary key, t text);
        create table b (id int primary key, a int references a);
        insert into a select n, 'x' from generate_series(1, 50) n;
        insert into b select n, n from generate_series(1, 50) n;",
    );
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", "[source]\npatience = \"0s\"\n");
    let standby = servers().standby.port;
    let froms: &[usize] = if std::env::var_os("REVIEW_DATA_LONG").is_some() {
        &[0, 1, 3, 6, 12, 25, 50]
    } else {
        &[0, 6, 25]
    };
    for wrong in [Wrong::Nulls, Wrong::Short, Wrong::Fewer] {
        for &from in froms {
            let port = garbling(standby, wrong, from);
            let url = source.url().replace(&standby.to_string(), &port.to_string());
            let url = format!("{url}?sslmode=disable");
            let run = Tool::subset(&url, &target.url(), "1").in_dir(&app).run();
            let code = run.code();
            assert!(code == Some(1) || code == Some(2), "{wrong:?} from {from}: {run}");
            assert!(!run.all.contains("panicked") && !run.all.contains("RUST_BACKTRACE"), "{run}");
            let errors = run.all.lines().filter(|line| line.starts_with("error: ")).count();
            assert_eq!(errors, 1, "{wrong:?} from {from}: {run}");
            assert!(target.contents().is_empty(), "{wrong:?} from {from}: {run}");
        }
    }
}

/// A server that lets everybody in, and has the same answer to each question about a type: it is a
/// domain over a type that the driver does not know. `known`: the answer itself is of known types.
fn types_without_end(known: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || answer_types(client, known));
        }
    });
    port
}

fn message(letter: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a length").to_be_bytes();
    [&[letter], &length[..], body].concat()
}

/// `RowDescription`: columns without a name, of these types.
fn columns(types: &[u32]) -> Vec<u8> {
    let count = u16::try_from(types.len()).expect("a count").to_be_bytes();
    let column = |oid: &u32| [&[0; 7][..], &oid.to_be_bytes(), &[0; 8]].concat();
    message(b'T', &[count.to_vec(), types.iter().flat_map(column).collect()].concat())
}

fn answer_types(mut client: TcpStream, known: bool) {
    const UNKNOWN: u32 = 90_000;
    let ready = message(b'Z', b"I");
    let mut length = [0; 4];
    if client.read_exact(&mut length).is_err() {
        return;
    }
    let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
    let _ = client.read_exact(&mut startup);
    let _ = client.write_all(&[message(b'R', &[0; 4]), ready.clone()].concat());
    let (mut head, mut answer, mut asks_for_a_type) = ([0; 5], Vec::new(), false);
    while client.read_exact(&mut head).is_ok() {
        let length = u32::from_be_bytes(head[1..].try_into().expect("four bytes")) as usize;
        let mut body = vec![0; length - 4];
        if client.read_exact(&mut body).is_err() {
            return;
        }
        match head[0] {
            b'P' => {
                asks_for_a_type = body.windows(11).any(|part| part == b"rngsubtype,");
                answer.extend(message(b'1', b""));
            }
            b'D' => {
                // a question has one parameter: bool, or an oid
                let parameter = if asks_for_a_type { 26_u32 } else { 16 };
                answer.extend(message(
                    b't',
                    &[&1_u16.to_be_bytes()[..], &parameter.to_be_bytes()].concat(),
                ));
                // name, char, oid, oid, oid, name, oid
                let of_a_type = [19, 18, 26, 26, 26, 19, 26];
                let known = known && asks_for_a_type;
                answer.extend(columns(if known { &of_a_type } else { &[UNKNOWN] }));
            }
            b'B' => answer.extend(message(b'2', b"")),
            b'E' => {
                let oid = |oid: u32| [&4_u32.to_be_bytes()[..], &oid.to_be_bytes()].concat();
                let text = |text: &[u8]| [&1_u32.to_be_bytes()[..], text].concat();
                let row = [
                    &7_u16.to_be_bytes()[..],
                    &text(b"t"),
                    &text(b"d"),
                    &oid(0),
                    &[0xff; 4],
                    &oid(UNKNOWN),
                    &text(b"n"),
                    &oid(0),
                ];
                answer.extend(message(b'D', &row.concat()));
                answer.extend(message(b'C', b"SELECT 1\0"));
            }
            b'S' => {
                answer.extend(&ready);
                if client.write_all(&answer).is_err() {
                    return;
                }
                answer.clear();
            }
            _ => {}
        }
    }
}

#[test]
fn types_within_types_without_an_end_do_not_exhaust_the_stack() {
    let app = AppDir::empty().with("review-data.toml", "[source]\npatience = \"0s\"\n");
    for known in [true, false] {
        let port = types_without_end(known);
        let url = format!("postgres://u:p@127.0.0.1:{port}/d?sslmode=disable");
        let run = Tool::new(["plan", &url, "1"]).in_dir(&app).run().failed(1);
        run.saying("the server describes types within types without an end");
    }
}
