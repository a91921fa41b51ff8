"""What an idle connector costs: 200 sources and 1,000 sinks that have nothing to do; and one source with 10,000 tables."""
import time

from measure import arguments, print_result, repeat, server
from support import connectors
from support.wait import wait_until
from support.worker import Worker

SOURCES, SINKS, TABLES = 200, 1000, 10_000
SETTLE_SECONDS, LOOK_SECONDS = 10, 20


def start_all(worker, source, target):
    for number in range(SOURCES):
        worker.create(f"source-{number}", connectors.postgres_source(source, f"p{number}", also={
            "publication.name": "idle", "publication.autocreate.mode": "disabled"}), wait=False)
    for number in range(SINKS):
        worker.create(f"sink-{number}", connectors.confluent_sink(target, f"p{number % SOURCES}"), wait=False)

    def running():
        answer = worker.get("/connectors?expand=status")
        return sum(entry["status"]["connector"]["state"] == "RUNNING"
                   and [task["state"] for task in entry["status"]["tasks"]] == ["RUNNING"]
                   for entry in answer.values()) == SOURCES + SINKS
    wait_until(running, 120, lambda: f"all run\n{worker.log_tail()}", interval=1)


def idle_costs(source, target):
    with Worker() as worker:
        time.sleep(1)
        empty_mb = worker.memory_mb()
        start_all(worker, source, target)
        time.sleep(SETTLE_SECONDS)
        cpu, began = worker.cpu_seconds(), time.monotonic()
        time.sleep(LOOK_SECONDS)
        core_percent = (worker.cpu_seconds() - cpu) / (time.monotonic() - began) * 100
        count = SOURCES + SINKS
        figures = {"mb_per_connector": (worker.memory_mb() - empty_mb) / count,
                   "core_percent_per_connector": core_percent / count}
        worker.stop()
    for number in range(SOURCES):
        source.server.drop_slot(connectors.slot_name(source, f"p{number}"))
    return figures


def many_tables(database):
    """Until the stream runs behind the snapshot of 10,000 tables; the tables are empty."""
    with Worker() as worker:
        time.sleep(1)
        empty_mb, began = worker.memory_mb(), time.monotonic()
        worker.create("tables", connectors.postgres_source(database, "m", slot="many", also={"publication.name": "many"}),
                      wait=False)
        database.server.wait_streaming("many", timeout=170)
        figures = {"tables_ready_s": time.monotonic() - began, "tables_mb": worker.memory_mb() - empty_mb}
        worker.stop()
    database.server.drop_slot("many")
    return figures


def make_tables(database):
    for first in range(0, TABLES, 500):
        database.execute("; ".join(f"CREATE TABLE t{number} (id int PRIMARY KEY, v text)"
                                   for number in range(first, first + 500)))


def main():
    options = arguments(__doc__)
    settings = {"max_connections": 2500, "max_wal_senders": 300, "max_replication_slots": 300,
                "max_locks_per_transaction": 256, "shared_buffers": "128MB"}
    servers = [server(**settings), server(**settings)]
    source, target = (each.create_database("idle") for each in servers)
    source.execute("CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION idle FOR TABLE t")
    tables = servers[0].create_database("tables")
    make_tables(tables)
    try:
        medians = repeat("idle", options.runs, lambda _: {**idle_costs(source, target), **many_tables(tables)})
    finally:
        for each in servers:
            each.remove()
    print_result("idle", medians)


if __name__ == "__main__":
    main()
