"""A backlog of a million changes: into the embedded log, durable, against pg_recvlogical into /dev/null."""
import subprocess

from measure import Backlog, arguments, print_result, repeat, source_config, timed
from support.wait import wait_until
from support.worker import Worker


def reference(backlog, slot):
    command = [str(backlog.server.bin / "pg_recvlogical"), "-h", "127.0.0.1", "-p", str(backlog.server.port), "-U",
               "postgres", "-d", "bench", "-S", slot, "--start", "--no-loop", "-f", "/dev/null", "--endpos", backlog.end,
               "-o", "proto_version=1", "-o", "publication_names=bench_pub"]
    return timed(lambda: subprocess.run(command, check=True, timeout=170))


def ours(backlog, slot):
    with Worker() as worker:
        def read_all():
            worker.create("bench", source_config(backlog.database, slot), wait=False)
            wait_until(lambda: durable_position(worker) >= backlog.end_number(), 170,
                       lambda: f"the backlog is in the log\n{worker.log_tail()}", interval=0.01)
        seconds = timed(read_all)
        worker.stop()
    return seconds


def durable_position(worker):
    offsets = worker.offsets("bench")
    return offsets[0]["offset"].get("lsn", 0) if offsets else 0


def main():
    options = arguments(__doc__)
    backlog = Backlog()

    def one_run(number):
        slots = [backlog.slot(f"{who}_{number}") for who in ("ref", "ours")]
        reference_seconds, our_seconds = reference(backlog, slots[0]), ours(backlog, slots[1])
        for slot in slots:
            backlog.server.drop_slot(slot)
        return {"ratio": reference_seconds / our_seconds, "events_per_second": backlog.events / our_seconds,
                "reference_events_per_second": backlog.events / reference_seconds}
    try:
        medians = repeat("pg-to-log", options.runs, one_run)
    finally:
        backlog.server.remove()
    print_result("pg-to-log", medians)


if __name__ == "__main__":
    main()
