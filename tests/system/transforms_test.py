"""Transforms on the source's and on the sink's side."""
import json

from support import connectors
from support.wait import wait_until


def records(replication, topic):
    return replication.worker.consume(topic)


def test_unwrapping_at_the_source_makes_flat_rows(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')")
    replication.start_source(also={
        "transforms": "u", "transforms.u.type": "io.debezium.transforms.ExtractNewRecordState",
        "transforms.u.add.fields": "op,source.table", "transforms.u.add.headers": "db"})
    wait_until(lambda: records(replication, r"t\.public\.t"), 20, "a record")
    record = records(replication, r"t\.public\.t")[0]
    assert json.loads(record["value"])["payload"] == {"id": 1, "v": "a", "__op": "r", "__source_table": "t"}
    assert dict(record["headers"])["__db"] == replication.source.name


def test_rows_unwrapped_at_the_source_are_applied_by_the_sink(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    unwrap = {"transforms": "u", "transforms.u.type": "io.debezium.transforms.ExtractNewRecordState"}
    sink = {"transforms": "route"}
    replication.start_source(also=unwrap)
    replication.start_sink(connectors.confluent_sink, also=sink)
    replication.source.execute("DELETE FROM t WHERE id = 1; UPDATE t SET id = 5 WHERE id = 2; INSERT INTO t VALUES (3, 'c')")
    replication.assert_equal("t")


def test_deletes_become_a_flag_with_rewrite(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); ALTER TABLE t REPLICA IDENTITY FULL; "
                               "INSERT INTO t VALUES (1, 'a')")
    replication.start_source(also={
        "transforms": "u", "transforms.u.type": "io.debezium.transforms.ExtractNewRecordState",
        "transforms.u.delete.tombstone.handling.mode": "rewrite"})
    replication.source.execute("DELETE FROM t")
    wait_until(lambda: len(records(replication, r"t\.public\.t")) == 2, 20, "two records")
    values = [json.loads(record["value"])["payload"] for record in records(replication, r"t\.public\.t")]
    assert values == [{"id": 1, "v": "a", "__deleted": "false"}, {"id": 1, "v": "a", "__deleted": "true"}]


def test_topics_are_routed_by_regular_expression(replication):
    replication.source.execute("CREATE TABLE orders_1 (id int PRIMARY KEY); CREATE TABLE orders_2 (id int PRIMARY KEY); "
                               "INSERT INTO orders_1 VALUES (1); INSERT INTO orders_2 VALUES (2)")
    replication.start_source(also={
        "transforms": "r", "transforms.r.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.r.regex": r"t\.public\.orders_\d+", "transforms.r.replacement": "orders"})
    wait_until(lambda: len(records(replication, "orders")) == 2, 20, "both tables in one topic")


def test_an_unknown_transform_is_refused_and_named(worker, source):
    config = connectors.postgres_source(source, also={"transforms": "x", "transforms.x.type": "com.example.Nope"})
    status, body = worker.exchange("POST", "/connectors", {"name": "c", "config": config})
    assert status == 400 and "com.example.Nope" in body["message"]
