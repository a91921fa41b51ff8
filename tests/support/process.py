"""Processes that must not outlive the test run, free ports, and figures of /proc."""
import atexit
import ctypes
import os
import signal
import socket
import subprocess
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def spawn(command, log, at_death=signal.SIGTERM, outlives=False, **kwargs):
    """Starts `command` with its output appended to the file `log`. It gets the signal `at_death` when this process dies,
    however it dies; with `outlives` it goes on."""
    if outlives:
        kwargs["start_new_session"] = True
    else:
        kwargs["preexec_fn"] = lambda: _libc.prctl(_PR_SET_PDEATHSIG, at_death)
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **kwargs)
    if not outlives:
        atexit.register(lambda: process.poll() is None and process.kill())
    return process


def children(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid, field="VmRSS"):
    """Megabytes of `VmRSS` (now) or `VmHWM` (peak)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(field)
