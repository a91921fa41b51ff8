"""Commit to visible at 500 and at 5,000 events/s (500 transactions/s of one and of ten rows), against a native
subscription. Writer and reader are processes of their own on one clock; the reader polls every 0.2 ms."""
import multiprocessing
import statistics
import time

from measure import ROW, TABLE, arguments, print_result, repeat, server
from support import connectors
from support.worker import Worker

TRANSACTIONS_PER_SECOND = 500
SECONDS, WARM_UP_SECONDS = 12, 2


def write(database, rows, start, out):
    """Keeps the pace whatever the latency is; sends the times at which each commit had returned."""
    committed, interval = {}, 1 / TRANSACTIONS_PER_SECOND
    with database.session() as cursor:
        # Parameters make % special to the driver.
        values = ROW.format(id="i").replace("%", "%%")
        statement = f"INSERT INTO bench SELECT {values} FROM generate_series(%s, %s) i"
        for number in range(int((SECONDS + WARM_UP_SECONDS) * TRANSACTIONS_PER_SECOND)):
            pause = start + number * interval - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            first = number * rows + 1
            cursor.execute(statement, (first, first + rows - 1))
            committed[first] = time.monotonic()
    out.send(committed)


def watch(database, count, out):
    """Sends the times at which each row was first seen."""
    seen, last = {}, 0
    deadline = time.monotonic() + SECONDS + WARM_UP_SECONDS + 60
    with database.session() as cursor:
        while len(seen) < count and time.monotonic() < deadline:
            cursor.execute("SELECT id FROM bench WHERE id > %s ORDER BY id", (last,))
            found = cursor.fetchall()
            if found:
                now, last = time.monotonic(), found[-1][0]
                seen.update((row[0], now) for row in found)
            else:
                time.sleep(0.0002)
    out.send(seen)


def latencies_ms(source, target, rows):
    """Of each transaction's first row, after the warm-up, sorted."""
    ends = [multiprocessing.Pipe(duplex=False) for _ in range(2)]
    count = int((SECONDS + WARM_UP_SECONDS) * TRANSACTIONS_PER_SECOND) * rows
    processes = [multiprocessing.Process(target=write, args=(source, rows, time.monotonic() + 0.5, ends[0][1])),
                 multiprocessing.Process(target=watch, args=(target, count, ends[1][1]))]
    for process in processes:
        process.start()
    for _, sender in ends:  # So that a process that dies is an EOFError here and no wait for ever.
        sender.close()
    committed, seen = (receiver.recv() for receiver, _ in ends)
    for process in processes:
        process.join()
    assert len(seen) == count, f"only {len(seen)} of {count} rows arrived"
    skip = WARM_UP_SECONDS * TRANSACTIONS_PER_SECOND * rows
    return sorted(max(0.0, (seen[row] - at) * 1000) for row, at in committed.items() if row > skip)


def percentile(values, fraction):
    return values[min(len(values) - 1, int(len(values) * fraction))]


def native(source, target, rows):
    empty(source, target)
    target.execute(f"CREATE SUBSCRIPTION native CONNECTION 'host=127.0.0.1 port={source.server.port} user=postgres "
                   "dbname=bench' PUBLICATION bench_pub WITH (copy_data = false)")
    source.server.wait_streaming("native")
    values = latencies_ms(source, target, rows)
    target.execute("DROP SUBSCRIPTION native")
    return values


def ours(source, target, rows, name):
    empty(source, target)
    with Worker() as worker:
        worker.create(f"sink-{name}", connectors.confluent_sink(target, "bench", tidewire_consistency="transaction"))
        worker.create("bench", connectors.postgres_source(source, "bench", slot="ours", also={
            "publication.name": "bench_pub", "publication.autocreate.mode": "disabled"}))
        source.server.wait_streaming("ours")
        values = latencies_ms(source, target, rows)
        worker.stop()
    source.server.drop_slot("ours")
    return values


def empty(source, target):
    for database in (source, target):
        database.execute("TRUNCATE bench")
        database.execute("CHECKPOINT")


def main():
    options = arguments(__doc__)
    servers = [server(), server()]
    source, target = (each.create_database("bench") for each in servers)
    for database in (source, target):
        database.execute(TABLE)
    source.execute("CREATE PUBLICATION bench_pub FOR TABLE bench WITH (publish = 'insert, update, delete')")

    def one_run(number):
        result = {}
        for rows, suffix in ((1, ""), (10, "_5000")):
            reference = native(source, target, rows)
            values = ours(source, target, rows, f"{number}-{rows}")
            p50, p99 = statistics.median(values), percentile(values, 0.99)
            native_p50, native_p99 = statistics.median(reference), percentile(reference, 0.99)
            result.update({f"p50_ms{suffix}": p50, f"p99_ms{suffix}": p99, f"p50_over_native_ms{suffix}": p50 - native_p50,
                           f"p99_ratio{suffix}": p99 / native_p99, f"native_p50_ms{suffix}": native_p50,
                           f"native_p99_ms{suffix}": native_p99})
        return result
    try:
        medians = repeat("pg-latency", options.runs, one_run)
    finally:
        for each in servers:
            each.remove()
    print_result("pg-latency", medians)


if __name__ == "__main__":
    main()
