"""What the source's slot is told: only what is durable, and always as much as that."""
import json
import time

from support.postgres import lsn_number
from support.wait import wait_until


def confirmed(replication):
    return lsn_number(replication.source.server.slot(replication.slot)["confirmed_flush_lsn"])


def test_nothing_is_confirmed_before_the_log_holds_it(replication):
    """Kill the worker in the middle of load, many times: whatever the slot was told must be in the log."""
    replication.ddl("CREATE TABLE t (id bigint PRIMARY KEY)")
    replication.start_source(publication_autocreate_mode="all_tables")
    next_id = 1
    for _ in range(4):
        for _ in range(20):
            replication.source.execute("INSERT INTO t SELECT i FROM generate_series(%s, %s) i",
                                       (next_id, next_id + 99))
            next_id += 100
        replication.worker.kill()
        replication.worker.start()
    last = next_id - 1

    def keys():
        records = replication.worker.consume(r"t\.public\.t")
        return [json.loads(record["key"])["payload"]["id"] for record in records]
    wait_until(lambda: keys()[-1:] == [last], 30, "the last row is in the log", interval=0.5)
    assert keys() == list(range(1, last + 1))


def test_the_slot_advances_on_an_idle_database_while_others_write(replication, source_server):
    replication.ddl("CREATE TABLE t (id bigint PRIMARY KEY)")
    replication.start_source()
    replication.source.execute("INSERT INTO t VALUES (1)")
    other = source_server.create_database(f"{replication.source.name}_other")
    try:
        other.execute("CREATE TABLE noise AS SELECT i, repeat('x', 100) v FROM generate_series(1, 200000) i")
        end = source_server.lsn()
        wait_until(lambda: confirmed(replication) >= end, 30,
                   lambda: f"the slot is at {confirmed(replication)}, the server at {end}")
    finally:
        other.drop()


def test_the_slot_advances_when_only_tables_outside_the_publication_change(replication):
    replication.ddl("CREATE TABLE t (id bigint PRIMARY KEY)")
    replication.source.execute("CREATE TABLE noise (i int, v text)")
    replication.start_source(table_include_list="public.t", publication_autocreate_mode="filtered")
    replication.source.execute("INSERT INTO noise SELECT i, repeat('x', 100) FROM generate_series(1, 200000) i")
    end = replication.source.server.lsn()
    wait_until(lambda: confirmed(replication) >= end, 30,
               lambda: f"the slot is at {confirmed(replication)}, the server at {end}")


def test_the_slot_and_publication_are_named_as_configured_and_dropped_with_the_connector_when_asked(replication):
    replication.source.execute("CREATE TABLE t (id bigint PRIMARY KEY)")
    replication.start_source(slot_drop_on_stop="true")
    assert replication.source.server.slot(replication.slot)["plugin"] == "pgoutput"
    assert replication.source.value("SELECT puballtables FROM pg_publication WHERE pubname = 'pub_t'") is True
    replication.worker.delete(replication.source_name)
    wait_until(lambda: replication.source.server.slot(replication.slot) is None, 20, "the slot is dropped")


def test_a_deleted_connector_leaves_its_slot_by_default(replication):
    replication.source.execute("CREATE TABLE t (id bigint PRIMARY KEY)")
    replication.start_source()
    replication.worker.delete(replication.source_name)
    wait_until(lambda: not replication.source.server.slot(replication.slot)["active"], 20, "the slot is released")
    time.sleep(0.5)
    assert replication.source.server.slot(replication.slot) is not None


def test_a_missing_slot_with_a_stored_offset_is_a_precise_error(replication):
    replication.ddl("CREATE TABLE t (id bigint PRIMARY KEY)")
    replication.start_source()
    replication.source.execute("INSERT INTO t VALUES (1)")
    wait_until(lambda: len(replication.worker.consume(r"t\.public\.t")) == 1, 20, "the row is in the log")
    replication.worker.stop()
    replication.source.server.drop_slot(replication.slot)
    replication.source.execute("INSERT INTO t VALUES (2)")
    replication.worker.start()
    replication.worker.wait_state(replication.source_name, "FAILED")
    trace = replication.worker.status(replication.source_name)["tasks"][0]["trace"]
    assert replication.slot in trace
