"""Runs a command; appends "wall-seconds cpu-seconds peak-kilobytes" to a file.

measure.py FILE COMMAND...; exits as the command does. CPU is the command's and its descendants',
by wait4(2). The peak is the resident memory of the command alone, polled from /proc (VmHWM), as
ru_maxrss would count this interpreter in.
"""

import os
import subprocess
import sys
import threading
import time

from peak import peak_of

began = time.monotonic()
child = subprocess.Popen(sys.argv[2:])
peaks, done = [0], threading.Event()
poll = threading.Thread(target=peak_of, args=(child.pid, peaks, done))
poll.start()
_, status, usage = os.wait4(child.pid, 0)
wall = time.monotonic() - began
done.set()
poll.join()
with open(sys.argv[1], "a") as out:
    print(f"{wall:.3f} {usage.ru_utime + usage.ru_stime:.3f} {max(peaks)}", file=out)
sys.exit(os.waitstatus_to_exitcode(status))
