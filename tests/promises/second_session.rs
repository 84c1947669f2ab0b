//! Large tables are read by a second session too, if the source lets it in.

use crate::support::{Source, Target, Tool, fingerprint, servers};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Passes this many connections on to a server, and closes the others immediately. Says where it
/// listens, and how many came.
fn door(server: u16, open_for: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let came = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&came);
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if count.fetch_add(1, Ordering::SeqCst) < open_for {
                let inside = TcpStream::connect(("127.0.0.1", server)).expect("the server");
                copy(stream.try_clone().expect("a copy"), inside.try_clone().expect("a copy"));
                copy(inside, stream);
            }
        }
    });
    (port, came)
}

/// Enough children to come in several answers.
const MANY_CHILDREN: &str = "
    create table orders (id int primary key, placed date not null);
    create table items (id int primary key, order_id int not null references orders, note text);
    create index on items (order_id);
    insert into orders select i, date '2020-01-01' + i % 1000 from generate_series(1, 20000) i;
    insert into items select i, 1 + i % 20000, repeat(md5(i::text), 10)
        from generate_series(1, 100000) i;
    vacuum analyze;
";

#[test]
fn a_second_session_reads_on_where_the_source_lets_it() {
    let source = Source::from_sql(MANY_CHILDREN);
    let load = |open_for: usize| {
        let (port, came) = door(servers().standby.port, open_for);
        let through = source.url().replace(&servers().standby.port.to_string(), &port.to_string());
        let target = Target::empty();
        let outcome = Tool::subset(&through, &target.url(), "0.5").run().succeeded();
        let rows = fingerprint(&target);
        target.drop();
        (outcome, rows, came.load(Ordering::SeqCst))
    };
    let told = "warning: one session alone read the source, which refused a second one: \
         cannot connect to the source";
    // the first session, the one that it is compared with, pg_dump's, and the second one, unless
    // pg_dump takes its time
    let tried = |open_for: usize| {
        let mut loads = (0..9).map(|_| load(open_for));
        loads.find(|(.., came)| *came == 4).expect("a second session")
    };
    let (outcome, rows, _) = tried(usize::MAX);
    outcome.not_saying(told);
    let (outcome, without, _) = tried(3);
    outcome.saying(told);
    assert_eq!(without, rows);
}
