"""Three million rows through the durable log into a second MariaDB, against mariadb-dump | mariadb (ratio), and against
SELECT piped into LOAD DATA (ratio_load)."""
import shlex
import subprocess

from measure import LAST_ID, arguments, print_result, repeat, timed, wait_for_row
from measure_mysql import ROW, TABLE, program, server, sink_config
from support import connectors
from support.wait import wait_until
from support.worker import Worker

ROWS = 3_000_000


def piped(source, target, read, write):
    """Seconds of one program that writes rows and one that takes them."""
    target.execute("TRUNCATE bench")
    command = shlex.join(program(*read[:1], source.server, *read[1:])) + " | " + \
        shlex.join(program(*write[:1], target.server, *write[1:]))
    seconds = timed(lambda: subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, timeout=300))
    assert target.value("SELECT count(*) FROM bench") == ROWS
    return seconds


def dump(source, target):
    return piped(source, target, ["mariadb-dump", "--single-transaction", "--quick", "--no-create-info", "bench", "bench"],
                 ["mariadb", "bench"])


def load(source, target):
    return piped(source, target, ["mariadb", "--batch", "--quick", "--skip-column-names", "-e", "SELECT * FROM bench", "bench"],
                 ["mariadb", "--local-infile=1", "-e", "LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE bench", "bench"])


def ours(source, target, name, threads):
    """Seconds, and the worker's CPU seconds and peak memory (MB). A row written behind the snapshot's view ends the
    run: it arrives when all rows of the snapshot have."""
    target.execute("TRUNCATE bench")
    with Worker() as worker, target.session() as cursor:
        worker.create(f"sink-{name}", sink_config(target))

        def copy_all():
            worker.create("bench", connectors.mariadb_source(source, "bench", also={
                "snapshot.mode": "initial", "snapshot.max.threads": str(threads)}), wait=False)
            wait_until(lambda: worker.status("bench").get("snapshot", {}).get("rows"), 30, "rows are read", 0.01)
            source.execute(f"INSERT INTO bench VALUES ({ROW.format(id=LAST_ID)})")
            wait_for_row(cursor, LAST_ID, interval=0.02)  # Looking takes from both servers what the reference has for itself.
        figures = timed(copy_all), worker.cpu_seconds(), worker.memory_mb("VmHWM")
        assert target.value("SELECT count(*) FROM bench") == ROWS + 1
        worker.stop()
    source.execute("DELETE FROM bench WHERE id = %s", (LAST_ID,))
    return figures


def main():
    options = arguments(__doc__)
    servers = [server(), server(server_id=2, log_bin=None)]
    source, target = (each.create_database("bench") for each in servers)
    for database in (source, target):
        database.execute(TABLE)
    source.execute(f"SET sql_log_bin = 0; INSERT INTO bench SELECT {ROW.format(id='seq')} FROM seq_1_to_{ROWS}; "
                   "ANALYZE TABLE bench")

    def one_run(number):
        dumped, loaded = dump(source, target), load(source, target)
        result = {"reference_rows_per_second": ROWS / dumped, "load_rows_per_second": ROWS / loaded}
        for threads, suffix in ((1, ""), (2, "_2")):
            seconds, cpu, peak = ours(source, target, f"{number}_{threads}", threads)
            result.update({f"ratio{suffix}": dumped / seconds, f"ratio_load{suffix}": loaded / seconds,
                           f"rows_per_second{suffix}": ROWS / seconds, f"cpu_s{suffix}": cpu, f"peak_rss_mb{suffix}": peak})
        return result
    try:
        medians = repeat("my-snapshot", options.runs, one_run)
    finally:
        for each in servers:
            each.remove()
    print_result("my-snapshot", medians)


if __name__ == "__main__":
    main()
