"""Snapshot modes, and the seam between snapshot and stream."""
import json
import threading

import pytest

from support.wait import wait_until


def operations(replication, topic=r"t\.public\.t"):
    return [json.loads(record["value"])["payload"]["op"] for record in replication.worker.consume(topic)
            if record["value"]]


@pytest.fixture
def table(replication):
    replication.source.execute("CREATE TABLE t (id bigint PRIMARY KEY, v text); "
                               "INSERT INTO t SELECT i, 'snap' FROM generate_series(1, 10) i")
    return replication


def restart_connector(replication):
    replication.worker.stop()
    replication.worker.start()
    replication.source.server.wait_streaming(replication.slot)


def test_initial_reads_the_tables_once(table):
    table.start_source(snapshot_mode="initial")
    restart_connector(table)
    table.source.execute("INSERT INTO t VALUES (11, 'x')")
    wait_until(lambda: "c" in operations(table), 20, "the insert is in the log")
    assert operations(table) == ["r"] * 10 + ["c"]


def test_always_reads_the_tables_at_each_start(table):
    table.start_source(snapshot_mode="always")
    restart_connector(table)
    wait_until(lambda: operations(table) == ["r"] * 20, 20, lambda: f"two snapshots: {operations(table)}")


@pytest.mark.parametrize("mode", ["no_data", "never"])
def test_no_data_reads_no_rows(table, mode):
    table.start_source(snapshot_mode=mode)
    table.source.execute("INSERT INTO t VALUES (11, 'x')")
    wait_until(lambda: operations(table) == ["c"], 20, lambda: f"only the insert: {operations(table)}")


def test_initial_only_ends_behind_the_snapshot(table):
    table.start_source(snapshot_mode="initial_only", wait_streaming=False)
    wait_until(lambda: operations(table) == ["r"] * 10, 20, "the snapshot")
    table.source.execute("INSERT INTO t VALUES (11, 'x')")
    wait_until(lambda: not (table.source.server.slot(table.slot) or {}).get("active"), 20, "the slot is released")
    assert operations(table) == ["r"] * 10
    assert "FAILED" not in table.worker.states(table.source_name)


def test_when_needed_reads_again_when_the_slot_is_gone(table):
    table.start_source(snapshot_mode="when_needed")
    table.source.execute("INSERT INTO t VALUES (11, 'x')")
    wait_until(lambda: operations(table) == ["r"] * 10 + ["c"], 20, "snapshot and insert")
    table.worker.stop()
    table.source.server.drop_slot(table.slot)
    table.worker.start()
    table.source.server.wait_streaming(table.slot)
    wait_until(lambda: operations(table) == ["r"] * 10 + ["c"] + ["r"] * 11, 20, "a second snapshot")


@pytest.mark.plain
@pytest.mark.parametrize("threads", [1, 3])
def test_snapshot_and_stream_meet_without_gap_or_double_while_rows_are_written(replication, threads):
    replication.ddl("CREATE TABLE a (id bigint PRIMARY KEY, n int); CREATE TABLE b (id bigint PRIMARY KEY, n int)")
    replication.source.execute("INSERT INTO a SELECT i, 0 FROM generate_series(1, 60000) i; "
                               "INSERT INTO b SELECT i, 0 FROM generate_series(1, 60000) i")
    done = threading.Event()

    def write():
        next_id = 100001
        while not done.is_set():
            replication.source.execute(
                "BEGIN; INSERT INTO a VALUES (%(n)s, 1); UPDATE a SET n = n + 1 WHERE id = %(n)s %% 60000; "
                "DELETE FROM b WHERE id = %(n)s - 100000; UPDATE b SET n = n + 1 WHERE id = 60000 - %(n)s %% 1000; COMMIT",
                {"n": next_id})
            next_id += 1
    writer = threading.Thread(target=write)
    writer.start()
    try:
        replication.start(source={"snapshot_max_threads": threads})
        replication.mark()
    finally:
        done.set()
        writer.join()
    replication.assert_equal("a", "b", timeout=60)
    counts = {}
    for record in replication.worker.consume(r"t\.public\.[ab]"):
        value = json.loads(record["value"])["payload"] if record["value"] else None
        if value and value["op"] in "rc":
            key = (record["topic"], value["after"]["id"])
            counts[key] = counts.get(key, 0) + 1
    assert max(counts.values()) == 1


def test_a_snapshot_that_was_killed_ends_complete(replication):
    replication.ddl("CREATE TABLE t (id bigint PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, 300000) i")
    replication.start_source(wait_streaming=False)
    wait_until(lambda: replication.source.server.slot(replication.slot), 20, "the snapshot has begun", interval=0.005)
    replication.worker.kill()
    replication.worker.start()
    replication.source.execute("INSERT INTO t VALUES (300001, 'stream')")
    replication.start_sink()
    replication.assert_equal("t", timeout=120)


def test_rows_of_a_snapshot_are_applied_once_wherever_the_sink_dies(replication):
    """Through two connections at once; what each of them inserts and updates is counted in the target."""
    rows = 400_000
    replication.ddl("CREATE TABLE t (id bigint PRIMARY KEY, v text)")
    replication.source.execute(f"INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, {rows}) i")
    replication.target.execute("""
        CREATE TABLE applied (what text, n bigint, backend int);
        CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO applied SELECT TG_OP, count(*), pg_backend_pid() FROM changed; RETURN NULL; END $$;
        CREATE TRIGGER inserted AFTER INSERT ON t REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
          EXECUTE FUNCTION count_rows();
        CREATE TRIGGER updated AFTER UPDATE ON t REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
          EXECUTE FUNCTION count_rows();""")
    replication.start_source(snapshot_max_threads=2)
    worker = replication.worker
    worker.kill()
    worker.start(env={"TIDEWIRE_FAILPOINTS": "sink.before_commit=kill@3"})
    replication.start_sink()
    wait_until(lambda: not worker.running(), 20, "the sink dies at its third commit", interval=0.02)
    for failpoint in ("sink.mid_apply=kill@4", "sink.after_commit=kill@3", "sink.before_commit=kill@2"):
        worker.launch({"TIDEWIRE_FAILPOINTS": failpoint})
        wait_until(lambda: not worker.running(), 20, f"the sink dies: {failpoint}", interval=0.02)
    worker.start()
    replication.mark()
    replication.assert_equal("t", timeout=60)
    applied = dict(replication.target.query("SELECT what, sum(n)::bigint FROM applied WHERE n > 0 GROUP BY what"))
    assert applied == {"INSERT": rows}
    assert replication.target.value("SELECT count(DISTINCT backend) FROM applied") > 5  # Five runs, and some had two.


@pytest.mark.parametrize("point", [3, 7])
def test_tables_are_read_behind_those_they_refer_to_and_a_killed_snapshot_goes_on_so(replication, point):
    """By name alone children would come first, and a target with the same foreign keys would refuse them."""
    replication.ddl("CREATE TABLE z_root (id int PRIMARY KEY, v text); "
                    "CREATE TABLE m (id int PRIMARY KEY, root int REFERENCES z_root, v text); "
                    "CREATE TABLE a (id int PRIMARY KEY, m int REFERENCES m); CREATE TABLE n (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO z_root SELECT i, 'z' FROM generate_series(1, 30000) i; "
                               "INSERT INTO m SELECT i, i, 'm' FROM generate_series(1, 30000) i; "
                               "INSERT INTO a SELECT i, i FROM generate_series(1, 30000) i; "
                               "INSERT INTO n SELECT i, 'n' FROM generate_series(1, 30000) i")
    replication.worker.kill()
    replication.worker.start(env={"TIDEWIRE_FAILPOINTS": f"snapshot.emit=kill@{point}"})
    replication.start_source(wait_streaming=False, max_batch_size=10000)
    wait_until(lambda: not replication.worker.running(), 20, "the snapshot dies at the point")
    for table in ("z_root", "m", "a", "n"):
        replication.source.execute(f"UPDATE {table} SET id = id + 100000 WHERE id IN (29990, 29999)" if table in "an"
                                   else f"UPDATE {table} SET v = 'later' WHERE id % 1000 = 0")
    replication.source.execute("DELETE FROM a WHERE id < 50; DELETE FROM m WHERE id < 50; DELETE FROM z_root WHERE id < 50; "
                               "INSERT INTO z_root VALUES (0, 'new'); INSERT INTO m VALUES (0, 0, 'new'); "
                               "INSERT INTO a VALUES (0, 0)")
    replication.worker.start()
    replication.start_sink()
    replication.assert_equal("z_root", "m", "a", "n", timeout=60)


def test_the_snapshot_block_of_the_events_names_first_and_last(table):
    table.start_source()
    wait_until(lambda: len(operations(table)) == 10, 20, "the snapshot")
    marks = [json.loads(record["value"])["payload"]["source"]["snapshot"]
             for record in table.worker.consume(r"t\.public\.t")]
    assert marks[0] == "first" and marks[-1] == "last" and set(marks[1:-1]) == {"true"}
