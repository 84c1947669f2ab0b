"""What a set-up costs beyond its load: the checks of whose database it is, the lock, the record.

Usage: set_up.py TOOL SOURCE TARGET ADMIN REPEAT

A set-up of an app without migrations (`postdeploy`) and a bare load of the same rows (`subset`), in
turns, each into a fresh database. ADMIN is a superuser's URL on the target's server.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

LIMIT_MS = 100

tool, source, target, admin, repeat = sys.argv[1:]
database, owner = target.rsplit("/", 1)[1], target.split("//")[1].split(":")[0]
directory = tempfile.mkdtemp()
environment = {"PATH": os.environ["PATH"]}
in_review = environment | {
    "DATABASE_URL": target,
    "REVIEW_DATA_SOURCE_URL": source,
    "REVIEWAPP": "1",
    "HEROKU_APP_NAME": "shop-pr-1",
}
commands = {
    "the load alone (subset)": ([tool, "subset", source, target, "--yes", "--no-mask"], environment),
    "the set-up (postdeploy)": ([tool, "postdeploy", "--no-mask"], in_review),
}


def fresh_database():
    sql = [f"drop database if exists {database}", f"create database {database} owner {owner}"]
    arguments = [part for statement in sql for part in ("-c", statement)]
    quiet = ["-X", "-q", "-o", os.devnull]
    subprocess.run(["psql", admin, *quiet, *arguments], check=True, stderr=subprocess.DEVNULL)


times = {name: [] for name in commands}
for round in range(int(repeat) + 1):
    for name, (command, variables) in commands.items():
        fresh_database()
        begun = time.monotonic()
        result = subprocess.run(
            command, cwd=directory, env=variables, capture_output=True, text=True
        )
        taken = time.monotonic() - begun
        if result.returncode != 0:
            sys.exit(f"{' '.join(command[1:2])} failed:\n{result.stderr}")
        # the first round only warms the servers
        if round > 0:
            times[name].append(taken * 1000)

medians = {name: statistics.median(taken) for name, taken in times.items()}
for name, median in medians.items():
    print(f"  {name:<26}{median:8.0f} ms")
load, set_up = medians.values()
beyond = set_up - load
print(f"  {'the set-up beyond the load':<26}{beyond:8.0f} ms, limit {LIMIT_MS} ms")
if beyond > LIMIT_MS:
    sys.exit(1)
