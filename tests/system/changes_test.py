"""Every kind of change arrives: keys, truncates, DDL, TOAST, replica identities, partitions, tables without a key."""
import json

import pytest

from support import connectors
from support.wait import wait_until


def events(replication, topic):
    """(operation or None for a tombstone, key payload) of each record of the topic."""
    found = []
    for record in replication.worker.consume(topic):
        value = json.loads(record["value"])["payload"] if record["value"] else None
        key = json.loads(record["key"])["payload"] if record["key"] else None
        found.append((value and value["op"], key))
    return found


@pytest.mark.parametrize("sink", [connectors.debezium_sink, connectors.confluent_sink], ids=["debezium", "confluent"])
def test_inserts_updates_deletes_and_key_changes_arrive(replication, sink):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t SELECT i, 'snap' FROM generate_series(1, 100) i")
    replication.start(sink)
    replication.source.execute("INSERT INTO t SELECT i, 'new' FROM generate_series(101, 200) i")
    replication.source.execute("UPDATE t SET v = v || '+' WHERE id % 3 = 0")
    replication.source.execute("DELETE FROM t WHERE id % 5 = 0")
    replication.source.execute("UPDATE t SET id = id + 1000 WHERE id % 7 = 0")
    replication.source.execute("UPDATE t SET id = -id")
    replication.assert_equal("t")


def test_a_key_change_is_delete_tombstone_create_with_headers_that_name_the_other_key(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')")
    replication.start_source()
    replication.source.execute("UPDATE t SET id = 2 WHERE id = 1")
    wait_until(lambda: len(events(replication, r"t\.public\.t")) == 4, 20, "the events of the key change")
    assert events(replication, r"t\.public\.t") == [
        ("r", {"id": 1}), ("d", {"id": 1}), (None, {"id": 1}), ("c", {"id": 2})]
    records = replication.worker.consume(r"t\.public\.t")
    headers = [dict(record["headers"]) for record in records]
    assert "__debezium.newkey" in headers[1] and "__debezium.newkey" in headers[2]
    assert "__debezium.oldkey" in headers[3]


def test_swapped_and_rotated_keys_and_unique_values_arrive(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, v text)")
    replication.source.execute("INSERT INTO t SELECT i, i, 'row ' || i FROM generate_series(1, 50) i")
    replication.start()
    for a, b in ((1, 2), (3, 4), (10, 20), (1, 50)):
        with replication.source.session(autocommit=False) as cursor:
            cursor.execute("UPDATE t SET u = NULL WHERE id = %s RETURNING v", (a,))
            cursor.execute("UPDATE t SET u = %s WHERE id = %s", (a, b))
            cursor.execute("UPDATE t SET u = %s WHERE id = %s", (b, a))
        with replication.source.session(autocommit=False) as cursor:
            cursor.execute("UPDATE t SET id = 0 WHERE id = %s", (a,))
            cursor.execute("UPDATE t SET id = %s WHERE id = %s", (a, b))
            cursor.execute("UPDATE t SET id = %s WHERE id = 0", (b,))
    replication.source.execute("DELETE FROM t WHERE id = 30")
    replication.source.execute("INSERT INTO t VALUES (60, 30, 'takes a unique value that was freed')")
    replication.assert_equal("t")


def test_foreign_keys_between_tables_hold_at_the_target(replication):
    replication.ddl("CREATE TABLE parent (id int PRIMARY KEY); "
                    "CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent)")
    replication.start()
    for n in range(1, 40):
        with replication.source.session(autocommit=False) as cursor:
            cursor.execute("INSERT INTO parent VALUES (%s)", (n,))
            cursor.execute("INSERT INTO child SELECT %s * 10 + i, %s FROM generate_series(1, 5) i", (n, n))
            if n > 3:
                cursor.execute("DELETE FROM child WHERE parent = %s", (n - 3,))
                cursor.execute("DELETE FROM parent WHERE id = %s", (n - 3,))
    replication.assert_equal("parent", "child")


def test_truncate_arrives_when_it_is_not_skipped(replication):
    replication.ddl("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1), (2)")
    replication.start(source={"skipped_operations": "none"})
    replication.assert_equal("a", "b")
    replication.source.execute("BEGIN; INSERT INTO a VALUES (3); TRUNCATE a, b; INSERT INTO a VALUES (4); COMMIT")
    replication.assert_equal("a", "b")
    assert replication.target.query("SELECT id FROM a") == [(4,)]


def test_truncate_is_skipped_by_default(replication):
    replication.ddl("CREATE TABLE a (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO a VALUES (1)")
    replication.start()
    replication.source.execute("TRUNCATE a")
    replication.mark()
    assert replication.target.query("SELECT id FROM a") == [(1,)]


def test_columns_added_renamed_retyped_and_dropped_in_mid_stream_arrive(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1)")
    replication.start()
    run = replication.source.execute
    run("INSERT INTO t VALUES (2, 2)")
    run("ALTER TABLE t ADD COLUMN b text; INSERT INTO t VALUES (3, 3, 'three')")
    run("ALTER TABLE t RENAME COLUMN b TO c; INSERT INTO t VALUES (4, 4, 'four')")
    run("UPDATE t SET c = 'again' WHERE id = 3")
    run("ALTER TABLE t DROP COLUMN a; INSERT INTO t VALUES (5, 'five')")
    replication.mark()
    assert replication.target.query("SELECT id, a, b, c FROM t ORDER BY id") == [
        (1, 1, None, None), (2, 2, None, None), (3, 3, "three", "again"), (4, 4, None, "four"),
        (5, None, None, "five")]


def test_a_table_made_in_mid_stream_is_replicated(replication):
    replication.start()
    replication.source.execute("CREATE TABLE late (id int PRIMARY KEY, v text); INSERT INTO late VALUES (1, 'x')")
    replication.assert_equal("late")


def test_an_unchanged_large_value_keeps_its_value_at_the_target(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, n int, big text, bytes bytea, doc jsonb)")
    replication.source.execute(
        "INSERT INTO t SELECT i, 0, (SELECT string_agg(md5((i * 1000 + j)::text), '') FROM generate_series(1, 400) j), "
        "decode((SELECT string_agg(md5(j::text), '') FROM generate_series(1, 400) j), 'hex'), "
        "jsonb_build_object('k', (SELECT string_agg(md5(j::text), '') FROM generate_series(1, 400) j)) "
        "FROM generate_series(1, 20) i")
    replication.start()
    replication.source.execute("UPDATE t SET n = n + 1")
    replication.source.execute("UPDATE t SET n = n + 1, big = 'short' WHERE id = 1")
    replication.source.execute("UPDATE t SET id = id + 100 WHERE id BETWEEN 5 AND 8")
    replication.source.execute("DELETE FROM t WHERE id = 10")
    replication.assert_equal("t")


def test_large_values_changed_and_unchanged_in_one_transaction_arrive(replication):
    """The last change of a key wins inside a batch, but an unavailable value must not hide the one before it."""
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, n int, big text)")
    replication.start()
    big = "(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 400))"
    replication.source.execute(f"BEGIN; INSERT INTO t VALUES (1, 1, {big}), (2, 1, {big}); UPDATE t SET n = 2; COMMIT")
    replication.source.execute(f"BEGIN; UPDATE t SET big = {big} WHERE id = 1; UPDATE t SET n = 3; "
                               "UPDATE t SET id = 9 WHERE id = 1; UPDATE t SET n = 4; COMMIT")
    replication.assert_equal("t")


@pytest.mark.parametrize("identity", ["DEFAULT", "FULL", "USING INDEX t_u"])
def test_a_replica_identity_carries_updates_and_deletes(replication, identity):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, u int NOT NULL, v text); CREATE UNIQUE INDEX t_u ON t (u)")
    replication.source.execute(f"ALTER TABLE t REPLICA IDENTITY {identity}")
    replication.source.execute("INSERT INTO t SELECT i, i, 'v' FROM generate_series(1, 20) i")
    replication.start()
    replication.source.execute("UPDATE t SET v = 'w' WHERE id < 10")
    replication.source.execute("UPDATE t SET u = u + 100 WHERE id < 5")
    replication.source.execute("DELETE FROM t WHERE id > 15")
    replication.assert_equal("t")


def test_a_table_without_key_and_with_full_identity_is_replicated_row_for_row(replication):
    replication.ddl("CREATE TABLE t (a int, b text)")
    replication.source.execute("ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL)")
    replication.start()
    replication.assert_equal("t")
    replication.source.execute("INSERT INTO t VALUES (2, 'y'), (2, 'y')")
    replication.source.execute("UPDATE t SET b = 'z' WHERE ctid = (SELECT min(ctid) FROM t WHERE a = 2)")
    replication.source.execute("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE a = 1)")
    replication.source.execute("DELETE FROM t WHERE a IS NULL")
    replication.assert_equal("t")


def test_a_table_without_any_identity_is_appended_without_doubling(replication):
    replication.ddl("CREATE TABLE t (a int, b text)")
    replication.source.execute("ALTER TABLE t REPLICA IDENTITY NOTHING; INSERT INTO t VALUES (1, 'x'), (1, 'x')")
    replication.start()
    for _ in range(3):
        replication.source.execute("INSERT INTO t SELECT i % 5, 'y' FROM generate_series(1, 200) i")
        replication.worker.kill()
        replication.worker.start()
    replication.assert_equal("t")


PARTITIONED = ("CREATE TABLE p (id int, r text, v text, PRIMARY KEY (id, r)) PARTITION BY LIST (r); "
               "CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a'); CREATE TABLE p_b PARTITION OF p FOR VALUES IN ('b')")
PARTITION_CHANGES = ("INSERT INTO p VALUES (3, 'a', 'new'); UPDATE p SET r = 'b' WHERE id = 3; "
                     "UPDATE p SET v = 'upd' WHERE id = 1; DELETE FROM p WHERE id = 2")


def test_partitions_arrive_under_their_own_names(replication):
    replication.ddl(PARTITIONED)
    replication.source.execute("INSERT INTO p VALUES (1, 'a', 'x'), (2, 'b', 'y')")
    replication.start()
    replication.source.execute(PARTITION_CHANGES)
    replication.assert_equal("p_a", "p_b", "p")


def test_partitions_arrive_under_the_root_when_published_so(replication):
    replication.source.execute(PARTITIONED)
    replication.target.execute("CREATE TABLE p (id int, r text, v text, PRIMARY KEY (id, r))")
    replication.source.execute("INSERT INTO p VALUES (1, 'a', 'x'), (2, 'b', 'y')")
    replication.start(source={"publish_via_partition_root": "true"})
    replication.source.execute(PARTITION_CHANGES)
    replication.assert_equal("p")
    assert not replication.target.value("SELECT to_regclass('p_a')")


def test_generated_and_identity_columns_arrive(replication):
    replication.ddl("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, "
                    "twice int GENERATED ALWAYS AS (a * 2) STORED, s serial)")
    replication.source.execute("INSERT INTO t (a) VALUES (1), (2)")
    replication.start()
    replication.source.execute("INSERT INTO t (a) VALUES (3)")
    replication.source.execute("UPDATE t SET a = 10 WHERE id = 1")
    replication.assert_equal("t")


def test_two_connectors_on_one_database_do_not_disturb_each_other(replication, worker, source, target):
    from support.replication import Replication
    replication.ddl("CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE two (id int PRIMARY KEY)")
    second = Replication(worker, source, target, prefix="u")
    replication.start(source={"table_include_list": "public.one", "publication_autocreate_mode": "filtered"})
    second.start(source={"table_include_list": "public.two", "publication_autocreate_mode": "filtered"})
    source.execute("INSERT INTO one VALUES (1); INSERT INTO two VALUES (2)")
    replication.assert_equal("one", "two")
    worker.delete(replication.source_name)
    source.execute("INSERT INTO two VALUES (3)")
    second.assert_equal("two")


def test_rolled_back_work_never_shows(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.start()
    replication.source.execute(
        "BEGIN; INSERT INTO t VALUES (1, 'a'); SAVEPOINT s; INSERT INTO t VALUES (2, 'b'); ROLLBACK TO s; COMMIT")
    with replication.source.session(autocommit=False) as cursor:
        cursor.execute("INSERT INTO t VALUES (3, 'c')")
        cursor.connection.rollback()
    replication.assert_equal("t")
    replication.mark()
    assert [key for _, key in events(replication, r"t\.public\.t")] == [{"id": 1}]


def test_lists_choose_schemas_tables_and_columns(replication):
    replication.source.execute(
        "CREATE SCHEMA s; CREATE SCHEMA x; CREATE TABLE s.yes (id int PRIMARY KEY, v text, secret text); "
        "CREATE TABLE s.no (id int PRIMARY KEY); CREATE TABLE x.other (id int PRIMARY KEY); "
        "INSERT INTO s.yes VALUES (1, 'a', 'hidden'); INSERT INTO s.no VALUES (1); INSERT INTO x.other VALUES (1)")
    replication.start_source(schema_include_list="s", table_exclude_list=r"s\.no", column_exclude_list=r"s\.yes\.secret")
    replication.source.execute("INSERT INTO s.yes VALUES (2, 'b', 'hidden'); INSERT INTO s.no VALUES (2); "
                               "INSERT INTO x.other VALUES (2)")
    wait_until(lambda: len(replication.worker.consume(r"t\..*")) == 2, 20, "two records")
    for record in replication.worker.consume(r"t\..*"):
        assert record["topic"] == "t.s.yes"
        assert "secret" not in record["value"] and "hidden" not in record["value"]


def test_message_key_columns_make_the_key(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t VALUES (1, 2, 3)")
    replication.start_source(message_key_columns="public.t:b,a")
    wait_until(lambda: events(replication, r"t\.public\.t"), 20, "a record")
    assert events(replication, r"t\.public\.t") == [("r", {"a": 2, "b": 3})]


@pytest.mark.parametrize("key", ["bigint", "numeric(10,2)", "int[]", "varchar(20)", "char(8)", "uuid", "mood",
                                 "positive"])
def test_bulks_of_changes_find_their_rows_by_keys_of_any_type(replication, key):
    made = {"int[]": "ARRAY[i, i + 1]", "uuid": "md5(i::text)::uuid", "mood": "('m' || i)::mood"}.get(key, f"i::{key}")
    replication.ddl("CREATE DOMAIN positive AS bigint CHECK (VALUE > 0)")
    members = ", ".join(f"'m{i}'" for i in range(1, 401))
    replication.ddl(f"CREATE TYPE mood AS ENUM ({members}); CREATE TABLE t (k {key} PRIMARY KEY, n int, big text)")
    replication.source.execute("ALTER TABLE t ALTER big SET STORAGE EXTERNAL; INSERT INTO t SELECT " + made +
                               ", i, repeat('x', 3000) FROM generate_series(1, 400) i")
    replication.start()
    replication.assert_equal("t")
    replication.worker.put("/admin/loggers/sink.sql", {"level": "DEBUG"})
    # Updates lack the large value, so they go by the key as well.
    replication.source.execute("BEGIN; UPDATE t SET n = -n WHERE n > 100; DELETE FROM t WHERE n > 0; COMMIT")
    replication.assert_equal("t")
    assert replication.target.value("SELECT count(*) FROM t") == 300
    assert "in bulk:" not in replication.worker.log_text(), "a bulk was refused and its rows went one by one"
