"""What `review-data release` costs where nothing is pending, beyond the check itself.

release.py TOOL TARGET-URL REPETITIONS; in turns, each in a directory of its own: the check alone,
run by the same shell; a release with maintenance mode configured, which asks the check and looks
for a note in the database. The check is `sleep 0.3`, which no framework undercuts: what a release
does meanwhile costs nothing, and `true`, beside which everything shows.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

tool, url, repetitions = sys.argv[1], sys.argv[2], int(sys.argv[3])
NOTHING = "no migrations are pending"


def timed(command, directory, environment):
    began = time.monotonic()
    run = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)
    wall = time.monotonic() - began
    assert run.returncode == 0, run.stderr
    return wall, run.stderr


environment = {**os.environ, "DATABASE_URL": url, "HEROKU_APP_NAME": "shop"}
for variable in ["REVIEWAPP", "HEROKU_PR_NUMBER"]:
    environment.pop(variable, None)
for check in ["true", "sleep 0.3"]:
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "review-data.toml"), "w") as config:
            config.write(
                f'[migrate]\ncommand = "false"\ncheck = "{check}"\n'
                "[migrate.production]\nmaintenance = true\n"
            )
        alone, release = [], []
        for turn in range(repetitions + 1):
            check_took, _ = timed(["bash", "-c", check], directory, environment)
            release_took, said = timed([tool, "release"], directory, environment)
            assert NOTHING in said, said
            if turn > 0:
                alone.append(check_took * 1000)
                release.append(release_took * 1000)
        alone, release = statistics.median(alone), statistics.median(release)
        print(
            f"  {'check: ' + check:<20} {alone:8.1f} ms alone {release:8.1f} ms release"
            f" {release - alone:8.1f} ms more"
        )
