//! Sized: no more rows come than foreign keys demand, however densely the tables are connected.

use crate::support::{Source, Target, Tool};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// A subset of this fraction: each table with the rows it got, n(T) and N(T).
fn subset(source: &Source, fraction: f64) -> Vec<Got> {
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), &fraction.to_string()).run().succeeded();
    let (here, there) = (source.primary(), target.superuser());
    let tables = here.column(
        "select oid::regclass from pg_class where relkind in ('r', 'p') and not relispartition
         and relnamespace = 'public'::regnamespace order by 1",
    );
    let got = |table: String| {
        let count = format!("select count(*) from {table}");
        let (all, rows) = (here.count(&count), there.count(&count));
        Got { table, rows, wanted: share(all, fraction), all }
    };
    let got = tables.into_iter().map(got).collect();
    target.drop();
    got
}

struct Got {
    table: String,
    rows: u64,
    wanted: u64,
    all: u64,
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "some thousands of rows"
)]
fn share(all: u64, fraction: f64) -> u64 {
    ((all as f64 * fraction * (1.0 + 1e-9)) as u64).clamp(u64::from(all > 0), all)
}

fn table_of(all: &[Got]) -> String {
    let mut text = format!("{:20} {:>8} {:>8} {:>8}\n", "table", "rows", "wanted", "of");
    for Got { table, rows, wanted, all } in all {
        writeln!(text, "{table:20} {rows:8} {wanted:8} {all:8}").expect("a string takes all");
    }
    text
}

/// Ten tables with five self-references each, and a table that links them for each pair. Whoever
/// follows links both ways, or brings the children of what foreign keys bring, gets everything.
#[test]
fn a_dense_graph_of_links_does_not_explode() {
    let mut sql = String::new();
    for entity in 0..10 {
        let name = format!("entity_{entity}");
        let _ = write!(
            sql,
            "create table {name} (
                id int primary key,
                above int references {name},
                family int not null references {name},
                merged_into int references {name},
                replaces int references {name},
                checked_by int not null references {name}
            );
            insert into {name}
                select n, case when n > 10 then n / 10 end, 1 + n % 20,
                    case when n % 20 = 7 then n / 2 end, case when n % 10 = 3 then n - 1 end,
                    1 + n * 7 % 25
                from generate_series(1, 1000) n;"
        );
    }
    for (one, other) in (0..10).flat_map(|one| (one + 1..10).map(move |other| (one, other))) {
        let name = format!("link_{one}_{other}");
        let _ = write!(
            sql,
            "create table {name} (
                one int references entity_{one},
                other int references entity_{other},
                primary key (one, other)
            );
            insert into {name}
                select 1 + n % 1000, 1 + abs(hashint8extended(n, {one}{other})) % 1000
                from generate_series(1, 3000) n
                on conflict do nothing;
            create index on {name} (other);"
        );
    }
    let source = Source::from_sql(&sql);
    let got = subset(&source, 0.01);
    let (rows, all) = (sum(&got, |got| got.rows), sum(&got, |got| got.all));
    assert!(rows * 20 < all, "{rows} of {all} rows are more than 5 %:\n{}", table_of(&got));
    assert!(got.iter().all(|got| got.rows >= got.wanted), "{}", table_of(&got));
}

fn sum(all: &[Got], of: impl Fn(&Got) -> u64) -> u64 {
    all.iter().map(of).sum()
}

/// The shop of `scripts/demo`, in which each table is connected with all others. A tenth of it,
/// and in long runs the whole.
#[test]
fn the_shop_gets_at_most_twice_the_rows_that_were_wanted() {
    let source = Source::from_sql(&shop());
    for fraction in [0.01, 0.05, 0.2] {
        let got = subset(&source, fraction);
        let (rows, wanted) = (sum(&got, |got| got.rows), sum(&got, |got| got.wanted));
        let told = format!("at {fraction}, {rows} rows for {wanted}:\n{}", table_of(&got));
        println!("{told}");
        assert!(rows <= 2 * wanted, "{told}");
        assert!(got.iter().all(|got| got.rows >= got.wanted), "{told}");
    }
    source.drop();
}

/// What the shop's migrations make, and the demo's rows.
fn shop() -> String {
    /// Alembic's `op` writes down what it should execute.
    const MIGRATE: &str = "
import glob, runpy, sys, types
op = types.SimpleNamespace(execute=lambda sql: print(sql, end=';\\n'))
sys.modules['alembic'] = types.SimpleNamespace(op=op)
for migration in sorted(glob.glob(sys.argv[1] + '/*.py')):
    runpy.run_path(migration)['upgrade']()
";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let migrations = root.join("tests/fixtures/apps/pyramid-shop/myapp/migrations/versions");
    let mut python = Command::new("python3");
    let output = python.args(["-B", "-c", MIGRATE]).arg(migrations).output().expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let schema = String::from_utf8(output.stdout).expect("UTF-8");
    let rows = std::fs::read_to_string(root.join("scripts/demo.d/production.sql")).expect("rows");
    if std::env::var_os("REVIEW_DATA_LONG").is_some() {
        return schema + &rows;
    }
    let tenths = [
        ("60000", "6000"),
        ("59999", "5999"),
        ("80000", "8000"),
        ("150000", "15000"),
        ("149500", "14950"),
        ("(1, 5000)", "(1, 500)"),
        ("4999", "499"),
    ];
    schema + &tenths.iter().fold(rows, |rows, (whole, tenth)| rows.replace(whole, tenth))
}
