"""The peak memory of a process, which /proc tells while it runs."""


def peak_of(pid, peaks, done):
    """Adds what it has needed, in kilobytes, until the event or its end."""
    while not done.wait(0.005):
        try:
            with open(f"/proc/{pid}/status") as status:
                peaks += [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
        except OSError:
            return
