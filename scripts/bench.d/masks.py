"""What masks cost: the same load with and without them, by fraction and by budget.

Usage: masks.py TOOL SOURCE TARGET ADMIN REPEAT SOURCE_DATA TARGET_DATA

CPU is that of the tool and of both servers' backends. ADMIN is a superuser's URL on the target's
server.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

LIMIT = 1.3
LIMIT_MB = 8

tool, source, target, admin, repeat, *servers = sys.argv[1:]
database, owner = target.rsplit("/", 1)[1], target.split("//")[1].split(":")[0]
directory = tempfile.mkdtemp()
environment = {"PATH": os.environ["PATH"], "REVIEW_DATA_MASK_KEY": "a key of masks for the bench"}
tick = os.sysconf("SC_CLK_TCK")


def backends():
    """CPU seconds of the servers' backends that have ended."""
    time.sleep(0.2)
    total = 0
    for data in servers:
        with open(os.path.join(data, "postmaster.pid")) as file:
            postmaster = file.readline().strip()
        with open(f"/proc/{postmaster}/stat") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        total += (int(fields[13]) + int(fields[14])) / tick
    return total


def fresh_database():
    sql = [f"drop database if exists {database}", f"create database {database} owner {owner}", "checkpoint"]
    arguments = [part for statement in sql for part in ("-c", statement)]
    quiet = ["-X", "-q", "-o", os.devnull]
    subprocess.run(["psql", admin, *quiet, *arguments], check=True, stderr=subprocess.DEVNULL)


def run(arguments):
    fresh_database()
    before = backends()
    begun = time.monotonic()
    process = subprocess.Popen(
        [tool, "subset", source, target, *arguments, "--yes"], cwd=directory, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    if status != 0:
        sys.exit(f"the load failed:\n{said}")
    cpu = usage.ru_utime + usage.ru_stime + backends() - before
    return wall, cpu, usage.ru_maxrss / 1024


failed = False
for name, size in [("by fraction", ["0.5"]), ("by budget", ["--max-size", "40MB"])]:
    ratios = []
    for turn in range(int(repeat) + 1):
        plain, masked = run([*size, "--no-mask"]), run(size)
        # the first turn only warms the servers
        if turn > 0:
            ratios.append((masked[0] / plain[0], masked[1] / plain[1], masked[2] - plain[2]))
    wall, cpu, memory = (statistics.median(values) for values in zip(*ratios))
    print(f"  {name:<12} wall {wall:5.2f}x   CPU {cpu:5.2f}x   memory {memory:+6.1f} MB")
    failed |= wall > LIMIT or cpu > LIMIT or memory > LIMIT_MB
print(f"  limits: {LIMIT}x and +{LIMIT_MB} MB: " + ("not met" if failed else "met"))
