"""The source's properties that shape topics and events, and both sides' predicates, seen in the log."""
import json

import pytest

from support import connectors
from support.wait import wait_until


def operations(replication, topic):
    found = []
    for record in replication.worker.consume(topic):
        found.append(json.loads(record["value"])["payload"]["op"] if record["value"] else None)
    return found


def wait_operations(replication, expected, topic=r"t\.public\.t"):
    wait_until(lambda: operations(replication, topic) == expected, 20,
               lambda: f"{expected}: {operations(replication, topic)}\n{replication.worker.log_tail(5)}")


@pytest.mark.parametrize("skipped, expected", [
    ("c", ["r", "u", "d", None, "t"]), ("u,d", ["r", "c", "t"]), ("t", ["r", "c", "u", "d", None]),
    ("none", ["r", "c", "u", "d", None, "t"])])
def test_skipped_operations_leave_no_event(replication, skipped, expected):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)")
    replication.start_source(skipped_operations=skipped)
    for sql in ("INSERT INTO t VALUES (2, 2)", "UPDATE t SET v = 3 WHERE id = 1", "DELETE FROM t WHERE id = 1", "TRUNCATE t"):
        replication.source.execute(sql)
    wait_operations(replication, expected)


def test_tombstones_can_be_left_out(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
    replication.start_source(tombstones_on_delete="false")
    replication.source.execute("DELETE FROM t")
    wait_operations(replication, ["r", "d"])


def test_delimiter_prefix_and_placeholder_are_the_configured_ones(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, n int, big text); INSERT INTO t SELECT 1, 1, "
                               "string_agg(md5(i::text), '') FROM generate_series(1, 400) i")
    replication.start_source(topic_delimiter="-", unavailable_value_placeholder="not-sent", max_batch_size=1,
                             max_queue_size=2, max_queue_size_in_bytes=100000)
    replication.source.execute("UPDATE t SET n = 2")
    wait_operations(replication, ["r", "u"], "t-public-t")
    value = json.loads(replication.worker.consume("t-public-t")[1]["value"])["payload"]["after"]
    assert value == {"id": 1, "n": 2, "big": "not-sent"}


def test_small_queues_and_batches_lose_nothing(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i")
    replication.start(source={"max_batch_size": 7, "max_queue_size": 16, "max_queue_size_in_bytes": 20000,
                              "snapshot_fetch_size": 10, "snapshot_max_threads": 2})
    replication.source.execute("UPDATE t SET v = 'y'; INSERT INTO t SELECT i, 'z' FROM generate_series(5001, 9000) i")
    replication.assert_equal("t")


def test_transaction_metadata_tells_begin_end_and_order(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    replication.start_source(provide_transaction_metadata="true", snapshot_mode="no_data")
    replication.source.execute("BEGIN; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); COMMIT")
    wait_until(lambda: len(replication.worker.consume(r"t\.transaction")) == 2, 20, "BEGIN and END")
    begin, end = [json.loads(record["value"])["payload"] for record in replication.worker.consume(r"t\.transaction")]
    assert (begin["status"], end["status"], end["event_count"]) == ("BEGIN", "END", 2)
    assert end["data_collections"] == [{"data_collection": "public.t", "event_count": 2}]
    blocks = [json.loads(record["value"])["payload"]["transaction"] for record in replication.worker.consume(r"t\.public\.t")]
    assert [(block["id"].partition(":")[0], block["total_order"]) for block in blocks] == [
        (begin["id"].partition(":")[0], 1), (begin["id"].partition(":")[0], 2)]


PREDICATE = {"transforms.route.predicate": "few", "predicates": "few",
             "predicates.few.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
             "predicates.few.pattern": r"t\.public\.a"}
ROUTE = {"transforms": "route", "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
         "transforms.route.regex": ".*", "transforms.route.replacement": "routed"}


@pytest.mark.parametrize("negate", ["false", "true"])
def test_a_predicate_decides_which_records_a_transform_sees(replication, negate):
    replication.source.execute("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); "
                               "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)")
    replication.start_source(also={**ROUTE, **PREDICATE, "transforms.route.negate": negate})
    expected = {"t.public.a", "routed"} if negate == "true" else {"routed", "t.public.b"}
    wait_until(lambda: set(replication.worker.topics()) == expected, 20, lambda: f"{replication.worker.topics()}")


def test_a_predicate_keeps_tombstones_from_the_sinks_transform(replication):
    replication.source.execute("CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY, v text); "
                               "INSERT INTO a VALUES (1, 'x'); INSERT INTO b VALUES (2, 'y')")
    replication.start_source()
    also = {**ROUTE, **PREDICATE, "transforms": "unwrap,table,route", "transforms.route.replacement": "only_a",
            "transforms.table.type": "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.table.regex": r"t\.public\.b", "transforms.table.replacement": "only_b"}
    replication.worker.create("s", connectors.confluent_sink(replication.target, also=also))
    replication.source.execute("UPDATE a SET v = 'z'; DELETE FROM b")
    wait_until(lambda: target(replication) == ([(1, "z")], []), 20, lambda: f"{target(replication)}")


def target(replication):
    try:
        return replication.target.query("SELECT * FROM only_a"), replication.target.query("SELECT * FROM only_b")
    except Exception as error:  # Tables that the sink has yet to make.
        return error


def test_unwrapping_at_the_sink_adds_fields_as_columns(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'x')")
    replication.start_source().start_sink(connectors.confluent_sink, delete_enabled="false", also={
        "transforms.unwrap.delete.tombstone.handling.mode": "rewrite",
        "transforms.unwrap.add.fields": "op,source.schema,lsn", "transforms.unwrap.add.fields.prefix": "cdc_"})
    replication.source.execute("UPDATE t SET v = 'y'")

    def row():
        try:
            return replication.target.query("SELECT id, v, cdc_op, cdc_source_schema, cdc_lsn > 0, __deleted FROM t")
        except Exception as error:  # A table that the sink has yet to make.
            return error
    wait_until(lambda: row() == [(1, "y", "u", "public", True, "false")], 20, lambda: f"{row()}")

