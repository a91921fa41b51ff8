"""What the sink's properties promise: how rows are written, found, deleted and named, under both class names."""
import pytest

from support import connectors
from support.wait import wait_until
from support.worker import RestError


def trace_of(worker, name):
    status = worker.status(name)
    return status["connector"].get("trace", "") + "".join(task.get("trace", "") for task in status["tasks"])


def wait_failed(replication, *words):
    """The sink fails, and its trace holds all the words."""
    replication.worker.wait_state(replication.sink_name, "FAILED")
    trace = trace_of(replication.worker, replication.sink_name)
    for word in words:
        assert word in trace, trace


def rows(replication, sql, expected, timeout=30):
    last = [None]

    def same():
        try:
            last[0] = replication.target.query(sql)
        except Exception as error:  # A table that the sink has yet to make.
            last[0] = error
        return last[0] == expected
    wait_until(same, timeout, lambda: f"{expected} at the target; there is {last[0]}; sink "
               f"{replication.worker.states(replication.sink_name)}\n{replication.worker.log_tail(12)}")


def key_columns(database, table):
    return [row[0] for row in database.query(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) "
        "WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey, a.attnum)", (table,))]


def columns(database, table):
    return [row[0] for row in database.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "ORDER BY attnum", (table,))]


BOTH = pytest.mark.parametrize("sink", [connectors.debezium_sink, connectors.confluent_sink],
                               ids=["debezium", "confluent"])


def names(sink):
    """The two classes' names of one property."""
    confluent = sink is connectors.confluent_sink
    return {"key": "pk.mode" if confluent else "primary.key.mode",
            "fields": "pk.fields" if confluent else "primary.key.fields",
            "table": "table.name.format" if confluent else "collection.name.format",
            "quote": {"quote.sql.identifiers": "never"} if confluent else {"quote.identifiers": "false"},
            "keep case": {"quote.sql.identifiers": "always"} if confluent else {"quote.identifiers": "true"},
            "no ddl": {"auto.create": "false", "auto.evolve": "false"} if confluent else {"schema.evolution": "none"}}


@BOTH
def test_insert_mode_only_inserts_and_an_existing_key_is_an_error(replication, sink):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    replication.start(sink, sink={"insert_mode": "insert", "delete_enabled": "false"})
    rows(replication, "SELECT * FROM t ORDER BY id", [(1, "a"), (2, "b")])
    replication.source.execute("UPDATE t SET v = 'c' WHERE id = 1")
    wait_failed(replication, "t_pkey", "duplicate key")


@BOTH
def test_update_mode_changes_rows_that_are_there_and_makes_none(replication, sink):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.target.execute("INSERT INTO t VALUES (1, 'old')")
    replication.source.execute("INSERT INTO t SELECT i, 'new' FROM generate_series(1, 100) i")
    replication.start(sink, sink={"insert_mode": "update"})
    rows(replication, "SELECT * FROM t", [(1, "new")])
    replication.source.execute("UPDATE t SET v = 'newer' WHERE id IN (1, 2)")
    rows(replication, "SELECT * FROM t", [(1, "newer")])


@BOTH
def test_without_key_every_event_is_a_row_of_its_own(replication, sink):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')")
    replication.start_source().start_sink(sink, insert_mode="insert", delete_enabled="false", also={names(sink)["key"]: "none"})
    replication.source.execute("UPDATE t SET v = 'b'")
    rows(replication, "SELECT * FROM t ORDER BY v", [(1, "a"), (1, "b")])
    assert key_columns(replication.target, "t") == []


@BOTH
def test_kafka_coordinates_can_be_the_key(replication, sink):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')")
    replication.start_source().start_sink(sink, insert_mode="insert", delete_enabled="false",
                                          also={names(sink)["key"]: "kafka"})
    replication.source.execute("UPDATE t SET v = 'b'")
    rows(replication, 'SELECT "__connect_topic", "__connect_partition", "__connect_offset", id, v FROM t ORDER BY 3',
         [("t", 0, 0, 1, "a"), ("t", 0, 1, 1, "b")])
    assert set(key_columns(replication.target, "t")) == {
        "__connect_topic", "__connect_partition", "__connect_offset"}


@BOTH
def test_fields_of_the_value_can_be_the_key(replication, sink):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, code text, v text); "
                               "INSERT INTO t VALUES (1, 'x', 'a'), (2, 'y', 'b')")
    replication.start_source().start_sink(sink, delete_enabled="false", also={
        names(sink)["key"]: "record_value", names(sink)["fields"]: "code"})
    rows(replication, "SELECT * FROM t ORDER BY code", [(1, "x", "a"), (2, "y", "b")])
    assert key_columns(replication.target, "t") == ["code"]
    replication.source.execute("UPDATE t SET v = 'c' WHERE id = 1; INSERT INTO t VALUES (3, 'y', 'replaces')")
    rows(replication, "SELECT * FROM t ORDER BY code", [(1, "x", "c"), (3, "y", "replaces")])


@BOTH
def test_a_part_of_the_records_key_can_be_the_key(replication, sink):
    replication.source.execute("CREATE TABLE t (a int, b int, v text, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 1, 'x')")
    replication.start_source().start_sink(sink, also={names(sink)["fields"]: "b"})
    rows(replication, "SELECT * FROM t", [(1, 1, "x")])
    assert key_columns(replication.target, "t") == ["b"]


@BOTH
def test_a_key_field_that_the_records_lack_is_an_error_that_names_it(replication, sink):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'x')")
    replication.start_source()
    replication.worker.create(replication.sink_name, sink(
        replication.target, also={names(sink)["fields"]: "nmae"}), wait=False)
    wait_failed(replication, "nmae", names(sink)["fields"])


@BOTH
def test_deletes_are_left_out_unless_enabled(replication, sink):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    replication.start(sink, sink={"delete_enabled": "false"})
    rows(replication, "SELECT id FROM t ORDER BY id", [(1,), (2,)])
    replication.source.execute("DELETE FROM t WHERE id = 1")
    replication.mark()
    rows(replication, "SELECT id FROM t ORDER BY id", [(1,), (2,)])


@BOTH
def test_deletes_arrive_with_and_without_tombstones(replication, sink):
    """Debezium's sink deletes by the envelope; Confluent's by the null value that unwrapping leaves of it."""
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t SELECT i, 'v' FROM generate_series(1, 100) i")
    replication.start(sink, source={"tombstones_on_delete": "false"}, sink={} if sink is connectors.debezium_sink else {
        "also": {"transforms.unwrap.delete.tombstone.handling.mode": "tombstone"}})
    replication.source.execute("DELETE FROM t WHERE id % 2 = 0")
    replication.assert_equal("t")
    values = [record["value"] for record in replication.worker.consume(r"t\.public\.t")]
    assert len(values) == 150 and None not in values


@BOTH
def test_delete_needs_the_records_key_and_upsert_needs_a_key(replication, sink):
    for also in ({names(sink)["key"]: "none", "delete.enabled": "false"},
                 {names(sink)["key"]: "kafka", "delete.enabled": "true"}):
        with pytest.raises(RestError) as refused:
            replication.worker.create("s", sink(replication.target, also=also))
        assert refused.value.status == 400 and names(sink)["key"] + "=record_key" in refused.value.body["message"]


def test_truncate_is_applied_only_where_it_is_enabled(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO t VALUES (1)")
    replication.start(source={"skipped_operations": "none"}, sink={"truncate_enabled": "false"})
    replication.source.execute("TRUNCATE t; INSERT INTO t VALUES (2)")
    rows(replication, "SELECT id FROM t ORDER BY id", [(1,), (2,)])


def test_truncate_with_cascade_of_referring_tables_arrives(replication):
    replication.ddl("CREATE TABLE parent (id int PRIMARY KEY); "
                    "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent); "
                    "CREATE TABLE other (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1); INSERT INTO other VALUES (1)")
    replication.start(source={"skipped_operations": "none"})
    replication.assert_equal("parent", "child", "other")
    replication.source.execute("BEGIN; TRUNCATE parent CASCADE; INSERT INTO parent VALUES (5); "
                               "INSERT INTO child VALUES (6, 5); COMMIT")
    replication.assert_equal("parent", "child", "other")
    assert replication.target.query("SELECT * FROM child") == [(6, 5)]


@BOTH
def test_a_missing_table_is_an_error_that_names_property_and_table_without_auto_create(replication, sink):
    replication.source.execute("CREATE TABLE absent (id int PRIMARY KEY); INSERT INTO absent VALUES (1)")
    replication.start_source()
    replication.worker.create(replication.sink_name, sink(replication.target, also=names(sink)["no ddl"]), wait=False)
    wait_failed(replication, "absent", next(iter(names(sink)["no ddl"])))
    assert replication.target.value("SELECT to_regclass('absent')") is None
    # Mended by hand, and restarted by hand: it goes on without loss.
    replication.target.execute("CREATE TABLE absent (id int PRIMARY KEY)")
    replication.worker.request("POST", f"/connectors/{replication.sink_name}/restart?includeTasks=true&onlyFailed=true")
    replication.assert_equal("absent")


@BOTH
def test_a_missing_column_is_an_error_that_names_it_without_auto_evolve(replication, sink):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO t VALUES (1)")
    replication.start_source()
    replication.worker.create(replication.sink_name, sink(replication.target, also=names(sink)["no ddl"]))
    rows(replication, "SELECT * FROM t", [(1,)])
    replication.source.execute("ALTER TABLE t ADD COLUMN extra text; INSERT INTO t VALUES (2, 'x')")
    wait_failed(replication, "extra", '"t"')
    replication.target.execute("ALTER TABLE t ADD COLUMN extra text")
    replication.worker.request("POST", f"/connectors/{replication.sink_name}/restart?includeTasks=true&onlyFailed=true")
    replication.assert_equal("t")


@BOTH
def test_the_table_name_format_gives_schema_and_name(replication, sink):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
    replication.target.execute("CREATE SCHEMA landing")
    replication.start_source().start_sink(sink, also={names(sink)["table"]: "landing.raw_${topic}"})
    rows(replication, "SELECT * FROM landing.raw_t", [(1,)])


def test_without_routing_confluent_takes_dots_as_qualification_and_debezium_as_underscores(replication):
    replication.source.execute("CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY); INSERT INTO s.t VALUES (1)")
    replication.target.execute("CREATE SCHEMA s")
    replication.start_source()
    replication.worker.create("confluent", connectors.confluent_sink(replication.target, also={"transforms": "unwrap"}))
    config = connectors.debezium_sink(replication.target)
    del config["transforms"]
    replication.worker.create("debezium", config)
    rows(replication, "SELECT * FROM s.t", [(1,)])
    rows(replication, "SELECT * FROM t_s_t", [(1,)])


def test_debeziums_format_takes_names_from_the_source_block(replication):
    replication.source.execute("CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY); INSERT INTO s.t VALUES (1)")
    replication.start_source().start_sink(collection_name_format="${source.schema}__${source.table}")
    rows(replication, "SELECT * FROM s__t", [(1,)])


@BOTH
def test_names_keep_or_fold_their_case_as_quoting_says(replication, sink):
    replication.source.execute('CREATE TABLE "Mixed Case" ("Id" int PRIMARY KEY, "some ""Value""" text); '
                               """INSERT INTO "Mixed Case" VALUES (1, 'x')""")
    replication.start_source(also={"transforms": "r", "transforms.r.type": "org.apache.kafka.connect.transforms.RegexRouter",
                                   "transforms.r.regex": ".*Mixed.*", "transforms.r.replacement": "t.public.MixedCase"})
    replication.worker.create("kept", sink(replication.target, also=names(sink)["keep case"]))
    rows(replication, 'SELECT "Id", "some ""Value""" FROM "MixedCase"', [(1, "x")])
    replication.worker.create("folded", sink(replication.target, also=names(sink)["quote"]))
    rows(replication, 'SELECT id, "some ""value""" FROM mixedcase', [(1, "x")])


def test_field_lists_choose_the_columns(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text); INSERT INTO t VALUES (1, 'a', 'b', 'c')")
    replication.start_source()
    create = replication.worker.create
    create("w", connectors.confluent_sink(replication.target, also={
        "fields.whitelist": "a,c", "table.name.format": "whitelisted"}))
    create("i", connectors.debezium_sink(replication.target, also={
        "field.include.list": "t:b", "collection.name.format": "included"}))
    create("e", connectors.debezium_sink(replication.target, also={
        "field.exclude.list": "t:b,c", "collection.name.format": "excluded"}))
    rows(replication, "SELECT * FROM whitelisted", [(1, "a", "c")])
    rows(replication, "SELECT * FROM included", [(1, "b")])
    rows(replication, "SELECT * FROM excluded", [(1, "a")])
    assert columns(replication.target, "whitelisted") == ["id", "a", "c"]
    assert columns(replication.target, "included") == ["id", "b"]
    assert columns(replication.target, "excluded") == ["id", "a"]


@BOTH
def test_topics_can_be_listed_by_name(replication, sink):
    replication.source.execute("CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE two (id int PRIMARY KEY); "
                               "CREATE TABLE three (id int PRIMARY KEY); INSERT INTO one VALUES (1); "
                               "INSERT INTO two VALUES (2); INSERT INTO three VALUES (3)")
    replication.start_source()
    config = sink(replication.target, topics="t.public.one, t.public.three")
    del config["topics.regex"]
    replication.worker.create(replication.sink_name, config)
    rows(replication, "SELECT one.id, three.id FROM one, three", [(1, 3)])
    assert replication.target.value("SELECT to_regclass('two')") is None
    with pytest.raises(RestError) as refused:
        replication.worker.create("both", {**config, "topics.regex": "t.*"})
    assert refused.value.status == 400 and "topics.regex" in refused.value.body["message"]


def test_columns_are_widened_without_loss_when_the_source_widens_them(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, n int, s varchar(3), d numeric(5,2)); "
                               "INSERT INTO t VALUES (1, 1, 'abc', 1.25)")
    replication.start()
    replication.assert_equal("t")
    replication.source.execute(
        "ALTER TABLE t ALTER n TYPE bigint, ALTER s TYPE varchar(30), ALTER d TYPE numeric(20,4); "
        "INSERT INTO t VALUES (2, 5000000000, repeat('x', 30), 1234567890.1234)")
    replication.assert_equal("t")
    replication.source.execute("ALTER TABLE t ADD COLUMN extra int NOT NULL DEFAULT 7; INSERT INTO t VALUES (3, 3, 'c', 3)")
    replication.assert_equal("t")


def test_a_row_that_the_target_refuses_is_named_and_nothing_behind_it_is_lost(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.target.execute("ALTER TABLE t ADD CONSTRAINT small CHECK (length(v) < 5)")
    replication.start(sink={"schema_evolution": "none"})
    replication.source.execute("INSERT INTO t VALUES (1, 'ok'); INSERT INTO t VALUES (2, 'much too long'); INSERT INTO t VALUES (3, 'ok')")
    wait_failed(replication, "small", '"t"', "(2, much too long)")
    replication.target.execute("ALTER TABLE t DROP CONSTRAINT small")
    replication.worker.request("POST", f"/connectors/{replication.sink_name}/restart?includeTasks=true&onlyFailed=true")
    replication.assert_equal("t")


def test_confluents_class_takes_envelopes_and_debeziums_takes_flat_rows(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    replication.start_source()
    replication.worker.create("enveloped", connectors.confluent_sink(replication.target, also={
        "transforms": "route", "table.name.format": "enveloped"}))
    replication.worker.create("flat", connectors.debezium_sink(replication.target, also={
        "transforms": "unwrap", "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
        "collection.name.format": "flat"}))
    replication.source.execute("UPDATE t SET v = 'c' WHERE id = 1; DELETE FROM t WHERE id = 2")
    rows(replication, "SELECT * FROM enveloped", [(1, "c")])
    rows(replication, "SELECT * FROM flat", [(1, "c")])


def test_made_tables_get_the_documented_types_defaults_and_constraints(replication):
    replication.source.execute(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN price AS numeric(8,2); CREATE TYPE pair AS (x int, y text); "
        "CREATE TABLE t (id int PRIMARY KEY, m mood, p price, c pair, n numeric, a int[][], j jsonb, vc varchar(7), "
        "ts timestamptz(3), d int NOT NULL DEFAULT 42, g int GENERATED ALWAYS AS (d * 2) STORED); "
        "INSERT INTO t VALUES (1, 'ok', 1.5, '(1,x)', 'NaN', '{{1,2},{3,4}}', '{\"k\": [1]}', 'abc', now())")
    replication.start()
    replication.assert_equal("t")
    types = dict(replication.target.query(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0"))
    assert types == {"id": "integer", "m": "text", "p": "numeric(8,2)", "c": "text", "n": "numeric", "a": "integer[]",
                     "j": "jsonb", "vc": "character varying(7)", "ts": "timestamp(3) with time zone", "d": "integer",
                     "g": "integer"}
    assert replication.target.query("SELECT column_default, is_nullable FROM information_schema.columns "
                                    "WHERE table_name = 't' AND column_name = 'd'") == [("42", "NO")]
    assert replication.target.value("SELECT attgenerated FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'g'") == "s"


def test_a_topic_that_joins_or_comes_back_is_read_from_where_it_was_left(replication):
    # insert.mode=insert: a row that came twice would be an error.
    replication.ddl("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1), (2)")
    replication.start(sink={"topics_regex": r"t\.public\.a", "insert_mode": "insert", "delete_enabled": "false"})
    replication.assert_equal("a")
    worker, sink = replication.worker, replication.sink_name
    assert replication.target.value("SELECT count(*) FROM b") == 0

    def subscribe(regex):
        worker.put(f"/connectors/{sink}/config", {**worker.get(f"/connectors/{sink}/config"), "topics.regex": regex})
        worker.wait_running(sink)
    subscribe(r"t\.public\.[ab]")
    replication.assert_equal("a", "b")
    subscribe(r"t\.public\.b")
    replication.source.execute("INSERT INTO a VALUES (3); INSERT INTO b VALUES (3)")
    replication.assert_equal("b")
    assert replication.target.value("SELECT count(*) FROM a") == 2
    subscribe(r"t\.public\.[ab]")
    replication.assert_equal("a", "b")
