"""A backlog of a million changes in MariaDB's binlog: into the embedded log, durable, against mariadb-binlog that fetches
the same binlog as it is (ratio), and that also decodes its rows (ratio_decoded)."""
import subprocess
import tempfile

from measure import arguments, print_result, repeat, timed
from measure_mysql import Backlog, position, program, resume
from support.wait import wait_until


def reference(backlog, *options):
    file, start = backlog.start
    with tempfile.TemporaryDirectory(prefix="tidewire-bench-") as directory:
        options = [option.format(directory=directory) for option in options]
        command = program("mariadb-binlog", backlog.server, "--read-from-remote-server", f"--start-position={start}",
                          *options, file)
        return timed(lambda: subprocess.run(command, check=True, timeout=170, stdout=subprocess.DEVNULL))


def ours(backlog):
    with backlog.worker() as worker:
        def read_all():
            resume(worker)
            wait_until(lambda: position(worker) >= backlog.end, 170,
                       lambda: f"the backlog is in the log\n{worker.log_tail()}", interval=0.01)
        seconds = timed(read_all)
        worker.stop()
    return seconds


def main():
    options = arguments(__doc__)
    backlog = Backlog().prepare_worker().write()

    def one_run(_number):
        raw = reference(backlog, "--raw", "--result-file={directory}/")
        decoded = reference(backlog, "-v", "--base64-output=decode-rows")
        seconds = ours(backlog)
        return {"ratio": raw / seconds, "ratio_decoded": decoded / seconds, "events_per_second": backlog.events / seconds,
                "reference_events_per_second": backlog.events / raw,
                "decoded_events_per_second": backlog.events / decoded}
    try:
        medians = repeat("my-to-log", options.runs, one_run)
    finally:
        backlog.remove()
    print_result("my-to-log", medians)


if __name__ == "__main__":
    main()
