"""The same backlog into a second server, exactly once, against a native subscription."""
from measure import LAST_ID, TABLE, Backlog, arguments, print_result, repeat, server, source_config, timed, wait_for_row
from support import connectors
from support.worker import Worker


class Pair:
    def __init__(self):
        self.backlog = Backlog()
        self.target_server = server()
        self.target = self.target_server.create_database("bench")
        self.target.execute(TABLE)

    def empty_target(self):
        self.target.execute("TRUNCATE bench")
        self.target.execute("CHECKPOINT")

    def remove(self):
        self.target_server.remove()
        self.backlog.server.remove()


def native(pair, slot):
    pair.empty_target()
    pair.target.execute(
        f"CREATE SUBSCRIPTION native CONNECTION 'host=127.0.0.1 port={pair.backlog.server.port} user=postgres "
        f"dbname=bench' PUBLICATION bench_pub "
        f"WITH (create_slot = false, slot_name = '{slot}', copy_data = false, enabled = false)")
    with pair.target.session() as cursor:
        def apply_all():
            cursor.execute("ALTER SUBSCRIPTION native ENABLE")
            wait_for_row(cursor, LAST_ID)
        seconds = timed(apply_all)
    pair.target.execute("ALTER SUBSCRIPTION native DISABLE")
    pair.target.execute("ALTER SUBSCRIPTION native SET (slot_name = NONE)")
    pair.target.execute("DROP SUBSCRIPTION native")
    return seconds


def ours(pair, slot, number, look=None):
    """Seconds; `look(worker)` is called at the end, before the worker stops."""
    pair.empty_target()
    with Worker() as worker, pair.target.session() as cursor:
        worker.create(f"sink-{number}", connectors.confluent_sink(pair.target, "bench", tidewire_consistency="transaction"))

        def apply_all():
            worker.create("bench", source_config(pair.backlog.database, slot), wait=False)
            wait_for_row(cursor, LAST_ID)
        seconds = timed(apply_all)
        assert pair.target.value("SELECT count(*) FROM bench") == pair.backlog.database.value("SELECT count(*) FROM bench")
        if look:
            look(worker)
        worker.stop()
    return seconds


def main():
    options = arguments(__doc__)
    pair = Pair()

    def one_run(number):
        slots = [pair.backlog.slot(f"{who}_{number}") for who in ("native", "ours")]
        native_seconds, our_seconds = native(pair, slots[0]), ours(pair, slots[1], number)
        for slot in slots:
            pair.backlog.server.drop_slot(slot)
        events = pair.backlog.events
        return {"ratio": native_seconds / our_seconds, "events_per_second": events / our_seconds,
                "reference_events_per_second": events / native_seconds}
    try:
        medians = repeat("pg-to-pg", options.runs, one_run)
    finally:
        pair.remove()
    print_result("pg-to-pg", medians)


if __name__ == "__main__":
    main()
