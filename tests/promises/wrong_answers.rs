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
