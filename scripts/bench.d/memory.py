"""The peak memory of loads that would need much, under a limit of 512 MiB of address space.

Usage: memory.py TOOL SOURCE_SERVER SOURCE_ADMIN TARGET_SERVER TARGET_ADMIN SIZE [LINE]

SOURCE_SERVER and TARGET_SERVER are URLs of the roles that load, without a database; the ADMINs are
URLs of superusers. SIZE is 1, or less for fewer rows. LINE is a word of the lines to measure. The peak is the resident memory of the tool
(VmHWM), polled from /proc. Exits with 1 if a load ends otherwise than expected, or above its limit.
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time

from peak import peak_of

MB = 1 << 20
ADDRESS_SPACE = 512 * MB

tool, source, source_admin, target, target_admin, size, *line = sys.argv[1:]
size = float(size)
directory = tempfile.mkdtemp()
environment = {"PATH": os.environ["PATH"]}


def rows(number):
    return max(int(number * size), 1000)


BYTES = "convert_to(repeat('x', {}), 'UTF8')"
DOCS = """
create table docs (id int primary key, body bytea);
alter table docs alter body set storage external;
insert into docs select n, convert_to(repeat('y', 1000), 'UTF8') from generate_series(100, 200) n;
"""
PARENTS = """
create table parents (id bigint primary key, name text);
create table children (id bigint primary key, parent_id bigint not null, name text);
insert into parents select n, 'p' || n from generate_series(1, {0}) n;
insert into children select n, 1 + n * 7919 % {0}, 'c' || n from generate_series(1::bigint, {1}) n;
create index on children (parent_id);
alter table children add foreign key (parent_id) references parents;
"""
TEXT_KEYS = """
create table parents (id text collate "C" not null, name text);
insert into parents select lpad(n::text, 40, 'k'), 'p' from generate_series(1, {0}) n;
alter table parents add primary key (id);
create table children (id bigint primary key, parent_id text collate "C" not null, name text);
insert into children select n, lpad((1 + n * 7919 % {0})::text, 40, 'k'), 'c' from generate_series(1::bigint, {1}) n;
create index on children (parent_id);
alter table children add foreign key (parent_id) references parents;
"""
UUID_KEYS = """
create table parents (id uuid not null, name text);
insert into parents select lpad(to_hex(n), 32, '0')::uuid, 'p' from generate_series(1, {0}) n;
alter table parents add primary key (id);
create table children (id bigint primary key, parent_id uuid not null, name text);
insert into children select n, lpad(to_hex(1 + n * 7919 % {0}), 32, '0')::uuid, 'c' from generate_series(1::bigint, {1}) n;
create index on children (parent_id);
alter table children add foreign key (parent_id) references parents;
"""
EVENTS = """
create table events (id bigint primary key, created_at timestamp not null, name text);
insert into events select n, timestamp '2026-01-01' + make_interval(secs => n * 7919 % {0}), 'e' from generate_series(1::bigint, {0}) n;
"""
ONE_PARENT = """
create table shops (id int primary key);
insert into shops values (1), (2);
create table visits (id bigint primary key, shop_id int not null references shops, name text);
insert into visits select n, 1, 'v' from generate_series(1::bigint, {0}) n;
create index on visits (shop_id);
"""
MANY = rows(10_000)

# name; SQL of the source; the tool's arguments; what it says if it is refused; MB at most;
# review-data.toml
CASES = [
    (
        "a million rows",
        PARENTS.format(rows(1_000_000), rows(4_000_000)),
        ["0.2"],
        None,
        64,
    ),
    (
        "ten million keys",
        PARENTS.format(rows(20_000_000), rows(2_000_000)),
        ["0.5"],
        None,
        256,
    ),
    (
        "ten million text keys of 40 bytes",
        TEXT_KEYS.format(rows(10_500_000), rows(2_000_000)),
        ["0.95"],
        None,
        256,
    ),
    (
        "ten million uuid keys",
        UUID_KEYS.format(rows(10_500_000), rows(2_000_000)),
        ["0.95"],
        None,
        256,
    ),
    (
        "the newest half of 20 M rows",
        EVENTS.format(rows(20_000_000)),
        ["0.5"],
        None,
        400,
        '[tables.events]\norder = "newest"\n',
    ),
    (
        "half of one parent's 30 M children",
        ONE_PARENT.format(rows(30_000_000)),
        ["0.5"],
        None,
        400,
    ),
    (
        "half of 5 M rows with 5 M parents",
        PARENTS.format(rows(5_000_000), rows(5_000_000)),
        ["0.5"],
        None,
        400,
    ),
    (
        "a value of 200 MB",
        DOCS + f"insert into docs values (1, {BYTES.format(200_000_000)});",
        ["1"],
        None,
        464,
    ),
    (
        "a row of 900 MB, refused",
        DOCS + f"insert into docs select 7, b || b || b from (select {BYTES.format(300_000_000)} b) s;",
        ["1"],
        "a row of public.docs is too large: id = 7",
        64,
    ),
    (
        "1,600 columns",
        "select 'create table wide (' || string_agg('c' || n || ' int', ', ') || ', primary key (c1))'"
        " from generate_series(1, 1600) n \\gexec\n"
        f"select 'insert into wide select ' || string_agg('g + ' || n, ', ') || ' from generate_series(1, {rows(20_000)}) g'"
        " from generate_series(1, 1600) n \\gexec\n",
        ["0.5"],
        None,
        64,
    ),
    (
        "a chain of 100,000 rows",
        f"create table nodes (id int primary key, parent_id int references nodes);"
        f"insert into nodes select n, nullif(n - 1, 0) from generate_series(1, {rows(100_000)}) n;"
        "create index on nodes (parent_id);",
        ["0.01"],
        None,
        64,
    ),
    (
        f"{MANY:,} tables",
        f"select format('create table t%s (id int primary key, name text)', n) from generate_series(1, {MANY}) n \\gexec\n"
        f"select format('insert into t%s select n, n::text from generate_series(1, 10) n', n) from generate_series(1, {MANY}) n \\gexec\n",
        ["0.5"],
        None,
        400,
    ),
]


def psql(url, *arguments, text=None):
    command = ["psql", url, "-X", "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", *arguments]
    subprocess.run(command, input=text, text=True, check=True, stderr=subprocess.DEVNULL)


def in_database(url, name):
    return f"{url.rsplit('/', 1)[0]}/{name}"


def fresh(admin, name, owner=None):
    psql(admin, "-c", f"drop database if exists {name}")
    psql(admin, "-c", f"create database {name}" + (f" owner {owner}" if owner else ""))


def load(arguments, config):
    fresh(target_admin, "bench", "bench")
    pathlib.Path(directory, "review-data.toml").write_text(config)
    begun = time.monotonic()
    process = subprocess.Popen(
        [tool, "subset", f"{source}/large", f"{target}/bench", *arguments, "--yes", "--no-mask"],
        cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE)),
    )
    peaks, done = [0], threading.Event()
    poll = threading.Thread(target=peak_of, args=(process.pid, peaks, done))
    poll.start()
    said = process.stderr.read()
    status = process.wait()
    done.set()
    poll.join()
    return status, said, max(peaks) / 1024, time.monotonic() - begun


failed = False
print(f"  {'':<36} {'peak':>8} {'limit':>8} {'wall':>8}")
for name, sql, arguments, refusal, limit, *config in CASES:
    if line and line[0] not in name:
        continue
    fresh(source_admin, "large")
    admin = in_database(source_admin, "large")
    psql(admin, "--single-transaction", text=sql)
    psql(admin, "-c", "vacuum analyze", "-c", "grant select on all tables in schema public to reader")
    status, said, peak, wall = load(arguments, "".join(config))
    print(f"  {name:<36} {peak:>5.0f} MB {limit:>5} MB {wall:>6.1f} s", flush=True)
    if (status != 0) if refusal is None else (status != 1 or refusal not in said):
        print(f"    exit {status}:\n{said[-2000:]}")
        failed = True
    failed |= peak > limit
print("  " + ("not all are met" if failed else "all are met"))
sys.exit(failed)
