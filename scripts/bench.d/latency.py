"""What distance costs: the round trips of a load, and its time with 20 ms each way on both sides.

Usage: latency.py TOOL SOURCE_ADMIN TARGET_ADMIN READER OWNER

The first two are superusers' URLs, the last two NAME:PASSWORD. Makes databases with a chain of tables,
each of which references the one before, and loads a fifth of their rows through two proxies that hold
each byte back. A round trip is a turn of the client's after a turn of the server's, in any connection.
Exits with 1 where round trips grow with rows.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time

DELAY = 0.02
TABLES = [4, 16]
ROWS = [100, 2_000, 20_000]
# With more rows there are more rounds: keys are sent in batches.
ALLOWED = 1.5

tool, source_admin, target_admin, reader, owner = sys.argv[1:]


def place(url):
    return url.split("@")[1].split("/")[0]


class Proxy:
    """Passes bytes on after a delay, and counts turns: of pg_dump's sessions and of ours."""

    def __init__(self, url):
        self.host, self.port = place(url).split(":")
        self.turns = {"ours": 0, "pg_dump": 0}

    async def start(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def accept(self, client_in, client_out):
        server_in, server_out = await asyncio.open_connection(self.host, self.port)
        state = {"whose": "ours", "last": "server"}

        def from_client(chunk):
            if b"review-data pg_dump" in chunk:
                state["whose"] = "pg_dump"
            if state["last"] == "server":
                self.turns[state["whose"]] += 1
            state["last"] = "client"

        def from_server(_):
            state["last"] = "server"

        try:
            await asyncio.gather(
                held_back(client_in, server_out, from_client),
                held_back(server_in, client_out, from_server),
            )
        except asyncio.CancelledError:
            # the bench has ended
            pass


async def held_back(reader, writer, seen):
    queue = asyncio.Queue()

    async def write():
        while True:
            due, chunk = await queue.get()
            await asyncio.sleep(max(0, due - time.monotonic()))
            if not chunk:
                break
            writer.write(chunk)
            await writer.drain()

    writing = asyncio.create_task(write())
    try:
        while chunk := await reader.read(1 << 16):
            seen(chunk)
            queue.put_nowait((time.monotonic() + DELAY, chunk))
        queue.put_nowait((0, b""))
        await writing
    except ConnectionError:
        writing.cancel()
    finally:
        writer.close()


def psql(url, *statements):
    arguments = [part for statement in statements for part in ("-c", statement)]
    quiet = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
    environment = os.environ | {"PGOPTIONS": "-c client_min_messages=warning"}
    subprocess.run(["psql", url, *quiet, *arguments], check=True, env=environment)


def make(database, tables, rows):
    psql(source_admin, f"create database {database}")
    url = source_admin.rsplit("/", 1)[0] + "/" + database
    for number in range(tables):
        before = f"references t{number - 1}" if number else ""
        psql(
            url,
            f"create table t{number} (id int primary key, parent int {before}, note text)",
            f"insert into t{number} select i, {'i' if number else 'null'}, md5(i::text) "
            f"from generate_series(1, {rows}) i",
            f"create index on t{number} (parent)",
        )
    psql(url, "grant select on all tables in schema public to " + reader.split(":")[0], "analyze")


async def load(database):
    name = owner.split(":")[0]
    # a session of the load before may still be ending
    drop = "drop database if exists bench with (force)"
    psql(target_admin, drop, f"create database bench owner {name}")
    source, target = Proxy(source_admin), Proxy(target_admin)
    source_port, target_port = await source.start(), await target.start()
    command = [
        tool,
        "subset",
        f"postgres://{reader}@127.0.0.1:{source_port}/{database}",
        f"postgres://{owner}@127.0.0.1:{target_port}/bench",
        "0.2",
        "--yes",
        "--no-mask",
    ]
    begun = time.monotonic()
    child = await asyncio.create_subprocess_exec(
        *command,
        cwd=tempfile.mkdtemp(),
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    _, errors = await child.communicate()
    if child.returncode != 0:
        sys.exit(f"the load failed:\n{errors.decode()}")
    return time.monotonic() - begun, source.turns, target.turns


async def main():
    print("  tables  rows of each   seconds   round trips: source  pg_dump  target")
    grows = False
    for tables in TABLES:
        trips = []
        for rows in ROWS:
            database = f"chain_{tables}_{rows}"
            make(database, tables, rows)
            seconds, source, target = await load(database)
            ours, dump, there = source["ours"], source["pg_dump"], target["ours"]
            print(f"  {tables:6}  {rows:12,}  {seconds:8.1f}   {ours:19,}  {dump:7,}  {there:6,}")
            trips.append(ours + there)
        grows |= max(trips) > ALLOWED * min(trips)
    if grows:
        sys.exit("round trips grow with rows")


asyncio.run(main())
