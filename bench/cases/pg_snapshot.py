"""Three million rows through the durable log into a second server, against COPY TO STDOUT | COPY FROM STDIN."""
import subprocess

from measure import LAST_ID, ROW, TABLE, arguments, print_result, repeat, server, timed, wait_for_row
from support import connectors
from support.wait import wait_until
from support.worker import Worker

ROWS = 3_000_000


def psql(server_, sql):
    return f"{server_.bin}/psql -X -q -h 127.0.0.1 -p {server_.port} -U postgres -d bench -c '{sql}'"


def reference(source, target):
    target.execute("TRUNCATE bench")
    target.execute("CHECKPOINT")
    command = psql(source.server, "COPY bench TO STDOUT") + " | " + psql(target.server, "COPY bench FROM STDIN")
    return timed(lambda: subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, timeout=170))


def ours(source, target, name, threads):
    """Seconds, and the worker's CPU seconds and peak memory (MB). A row written behind the snapshot's view ends the
    run: it arrives when all rows of the snapshot have."""
    target.execute("TRUNCATE bench")
    target.execute("CHECKPOINT")
    slot = f"snapshot_{name}"
    with Worker() as worker, target.session() as cursor:
        worker.create(f"sink-{name}", connectors.confluent_sink(target, "bench", tidewire_consistency="transaction"))

        def copy_all():
            worker.create("bench", connectors.postgres_source(source, "bench", slot=slot, also={
                "publication.name": "bench_pub", "publication.autocreate.mode": "disabled", "snapshot.mode": "initial",
                "snapshot.max.threads": str(threads)}), wait=False)
            wait_until(lambda: (source.server.slot(slot) or {}).get("confirmed_flush_lsn"), 30, "the slot is made", 0.01)
            source.execute(f"INSERT INTO bench SELECT {ROW.format(id=LAST_ID)}")
            wait_for_row(cursor, LAST_ID, interval=0.02)  # Looking takes from both servers what the reference has for itself.
        figures = timed(copy_all), worker.cpu_seconds(), worker.memory_mb("VmHWM")
        assert target.value("SELECT count(*) FROM bench") == ROWS + 1
        worker.stop()
    source.server.drop_slot(slot)
    source.execute("DELETE FROM bench WHERE id = %s", (LAST_ID,))
    return figures


def main():
    options = arguments(__doc__)
    servers = [server(), server()]
    source, target = (each.create_database("bench") for each in servers)
    for database in (source, target):
        database.execute(TABLE)
    source.execute("CREATE PUBLICATION bench_pub FOR TABLE bench")
    source.execute(f"INSERT INTO bench SELECT {ROW.format(id='i')} FROM generate_series(1, {ROWS}) i")
    source.execute("VACUUM ANALYZE bench")
    source.execute("CHECKPOINT")

    def one_run(number):
        copy = reference(source, target)
        result = {"reference_rows_per_second": ROWS / copy}
        for threads, suffix in ((1, ""), (2, "_2")):
            seconds, cpu, peak = ours(source, target, f"{number}_{threads}", threads)
            result.update({f"ratio{suffix}": copy / seconds, f"rows_per_second{suffix}": ROWS / seconds,
                           f"cpu_s{suffix}": cpu, f"peak_rss_mb{suffix}": peak})
        return result
    try:
        medians = repeat("pg-snapshot", options.runs, one_run)
    finally:
        for each in servers:
            each.remove()
    print_result("pg-snapshot", medians)


if __name__ == "__main__":
    main()
