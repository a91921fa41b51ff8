"""PostgreSQL into MariaDB and MySQL: values, changes, evolution, faults, and what these targets would do in silence."""
import json
import re
import threading
import time

import pytest

from support import connectors
from support.mysql_server import MariaDb
from support.replication import Replication
from support.wait import wait_until

MYSQL = pytest.param("mysql_target", marks=pytest.mark.mysql)
EACH_TARGET = pytest.mark.parametrize("replication", ["mariadb_target", MYSQL], indirect=True)
EACH_CLASS = pytest.mark.parametrize("sink", [connectors.debezium_sink, connectors.confluent_sink],
                                     ids=["debezium", "confluent"])


@pytest.fixture
def replication(request, source, worker):
    return Replication(worker, source, request.getfixturevalue(getattr(request, "param", "mariadb_target")))


@pytest.fixture
def own_mariadb(source, worker):
    """A target that a test may kill, freeze or set to read-only."""
    with MariaDb(settings={"log_bin": None}) as server:
        yield Replication(worker, source, server.create_database("dst"))


def wait_failed(replication, *words):
    replication.worker.wait_state(replication.sink_name, "FAILED")
    trace = json.dumps(replication.worker.status(replication.sink_name), ensure_ascii=False)
    for word in words:
        assert word in trace, trace


def restart_failed(replication):
    replication.worker.request("POST", f"/connectors/{replication.sink_name}/restart?includeTasks=true&onlyFailed=true")


def rows(replication, sql, expected):
    last = [None]

    def same():
        try:
            last[0] = replication.target.query(sql)
        except replication.target.Error as error:  # A table that the sink has yet to make.
            last[0] = error
        return last[0] == expected
    wait_until(same, 30, lambda: f"{expected} at the target; there is {last[0]}\n{replication.worker.log_tail(12)}")


TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TABLE v (id int PRIMARY KEY, b boolean, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision,
  n numeric(38,10), n0 numeric(5,0), nn numeric, m money, t text, vc varchar(10), c char(5), ba bytea, u uuid,
  d date, tm time, tm0 time(0), tz timetz, ts timestamp, ts3 timestamp(3), tstz timestamptz, b8 bit(8), vb varbit,
  mo mood, x xml, j json, jb jsonb, ip inet, r int4range, iv interval);
INSERT INTO v (id) VALUES (1);
INSERT INTO v VALUES (2, true, -32768, -2147483648, -9223372036854775808, 3.4028235e38, 1.7976931348623157e308,
  -1234567890123456789012345678.0123456789, -99999, 0.000000000000000000000000000001, '-92233720368547758.08',
  E'ünï 漢字 😀 \\t\\n\\r\\\\ ''"`%_', '漢字漢字漢字😀😀😀😀', 'é', '\\x00ff27225c0d0a', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '0001-01-01', '24:00', '23:59:59', '23:59:59.999999-15:59', '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59.999',
  '0001-01-01 00:00:00+00', B'10000001', B'0011', 'it''s ok', '<a>é</a>', '{"b": 1, "a": [1.5, null, "\\u00e9"]}',
  '{"a": 12345678901, "s": "it''s \\\\ \\""}', '192.168.1.5/24', '[1,10)', '-1 year 2 mons -3 days 04:05:06.789');
INSERT INTO v VALUES (3, false, 0, 0, 0, 1e-45, 5e-324, 0, 0, 12345678901234567890123456789012345, 0, '', '', '', '',
  '00000000-0000-0000-0000-000000000000', '9999-12-31', '00:00', '00:00', '00:00+00', '2000-01-01', '2000-01-01',
  '9999-12-31 23:59:59.999999+00', B'00000000', B'', 'sad', '<a/>', '""', '{}', '::1/64', 'empty', '0');
"""


@EACH_TARGET
@pytest.mark.parametrize("many", [False, True], ids=["one by one", "in bulk"])
def test_values_of_every_type_arrive_as_they_are(replication, many):
    replication.source.execute(TYPES)
    if many:
        columns = "b, i2, i4, i8, f4, f8, n, n0, nn, m, t, vc, c, ba, u, d, tm, tm0, tz, ts, ts3, tstz, b8, vb, mo, x, j, jb, ip, r, iv"
        replication.source.execute(f"INSERT INTO v SELECT id + 10 * i, {columns} FROM v, generate_series(1, 40) i")
    replication.start()
    columns = [name for (name,) in replication.source.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'v'::regclass AND attnum > 0 AND attname NOT IN ('m', 'iv') "
        "ORDER BY attnum")]
    replication.assert_equal("v", columns=columns)
    assert replication.target.query("SELECT id, iv FROM v WHERE iv IS NOT NULL AND id < 10 ORDER BY id") == [
        (2, "P-10M-3DT4H5M6.789S"), (3, "PT0S")]
    assert str(replication.target.value("SELECT m FROM v WHERE id = 2")) == "-92233720368547758.08"
    # The stream writes the same values by statements of their own.
    replication.source.execute("UPDATE v SET id = id + 100000 WHERE id IN (2, 3)")
    replication.assert_equal("v", columns=columns)


def test_arrays_hstores_and_points_have_forms_of_their_own(replication):
    replication.source.execute(
        "CREATE EXTENSION IF NOT EXISTS hstore; CREATE TABLE t (id int PRIMARY KEY, a int[], s text[], h hstore, p point); "
        """INSERT INTO t VALUES (1, '{{1,2},{3,NULL}}', '{"a b",NULL,"q\\"","NULL"}', 'a=>1,b=>NULL', '(1.5,-2.5)')""")
    replication.start()
    rows(replication, "SELECT a, s, h, ST_AsText(p) FROM t",
         [("[[1,2],[3,null]]", '["a b",null,"q\\"","NULL"]', '{"a": "1", "b": null}', "POINT(1.5 -2.5)")])


@EACH_TARGET
@EACH_CLASS
def test_inserts_updates_deletes_and_key_changes_arrive(replication, sink):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); "
                               "INSERT INTO t SELECT i, 'snap' FROM generate_series(1, 100) i")
    replication.start(sink)
    replication.source.execute("INSERT INTO t SELECT i, 'new' FROM generate_series(101, 200) i")
    replication.source.execute("UPDATE t SET v = v || '+' WHERE id % 3 = 0")
    replication.source.execute("DELETE FROM t WHERE id % 5 = 0")
    replication.source.execute("UPDATE t SET id = id + 1000 WHERE id % 7 = 0")
    replication.source.execute("UPDATE t SET id = -id")
    replication.assert_equal("t")


def test_foreign_keys_truncates_and_large_values_arrive(replication):
    replication.source.execute("CREATE TABLE parent (id int PRIMARY KEY); "
                               "CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent); "
                               "CREATE TABLE big (id int PRIMARY KEY, n int, big text NOT NULL)")
    replication.target.execute("CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, "
                               "parent int NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id))")
    replication.start(source={"skipped_operations": "none"})
    for n in range(1, 20):
        with replication.source.session(autocommit=False) as cursor:
            cursor.execute("INSERT INTO parent VALUES (%s)", (n,))
            cursor.execute("INSERT INTO child SELECT %s * 10 + i, %s FROM generate_series(1, 5) i", (n, n))
            if n > 3:
                cursor.execute("DELETE FROM child WHERE parent = %s; DELETE FROM parent WHERE id = %s", (n - 3, n - 3))
    large = "(SELECT string_agg(md5((i * 1000 + j)::text), '') FROM generate_series(1, 400) j)"
    replication.source.execute(f"INSERT INTO big SELECT i, 0, {large} FROM generate_series(1, 100) i")
    replication.source.execute("UPDATE big SET n = n + 1")
    replication.source.execute("UPDATE big SET id = id + 1000 WHERE id <= 3; UPDATE big SET n = 7, big = 's' WHERE id = 50")
    replication.assert_equal("parent", "child", "big")
    replication.source.execute("BEGIN; TRUNCATE parent CASCADE; INSERT INTO parent VALUES (5); "
                               "INSERT INTO child VALUES (6, 5); COMMIT")
    replication.assert_equal("parent", "child")


@EACH_TARGET
def test_tables_are_made_and_follow_the_sources_changes(replication):
    replication.source.execute(
        "CREATE TABLE t (code text PRIMARY KEY, n int NOT NULL DEFAULT 42, s varchar(3), d numeric(5,2), "
        "at timestamptz(3) DEFAULT '2020-01-02 03:04:05+00'); INSERT INTO t VALUES ('a', 1, 'abc', 1.25), ('A', 2, 'x', 2), "
        "('a ', 3, 'y', 3)")
    replication.start()
    replication.assert_equal("t")
    replication.source.execute("ALTER TABLE t ALTER n TYPE bigint, ALTER s TYPE varchar(30), ALTER d TYPE numeric(20,4); "
                               "INSERT INTO t VALUES ('b', 5000000000, repeat('x', 30), 1234567890.1234)")
    replication.assert_equal("t")
    replication.source.execute("ALTER TABLE t ADD COLUMN extra int NOT NULL DEFAULT 7, ALTER n DROP NOT NULL; "
                               "INSERT INTO t (code, n) VALUES ('c', NULL)")
    replication.assert_equal("t")
    with replication.source.session(autocommit=False) as cursor:  # In mid-transaction, and renamed.
        cursor.execute("INSERT INTO t (code) VALUES ('d'); ALTER TABLE t RENAME COLUMN s TO s2; "
                       "INSERT INTO t (code, s2) VALUES ('e', 'new'); ALTER TABLE t DROP COLUMN d; INSERT INTO t (code) VALUES ('f')")
    rows(replication, "SELECT code, s, s2, extra FROM t WHERE code IN ('d', 'e', 'f') ORDER BY code",
         [("d", None, None, 7), ("e", None, "new", 7), ("f", None, None, 7)])
    made = dict(replication.target.query(
        "SELECT column_name, CONCAT(column_type, ' ', is_nullable, ' ', IFNULL(collation_name, '')) FROM "
        "information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't'"))
    assert re.fullmatch(r"varchar\(768\) NO utf8mb4_(nopad|0900)_bin", made["code"]), made
    assert re.fullmatch(r"bigint(\(20\))? YES ", made["n"]) and made["at"] == "datetime(3) YES "


def test_a_row_of_another_key_is_never_overwritten(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, u text); INSERT INTO t VALUES (1, 'one')")
    replication.target.execute("CREATE TABLE t (id int PRIMARY KEY, u varchar(20) UNIQUE); INSERT INTO t VALUES (99, 'taken')")
    replication.start(sink={"schema_evolution": "none"})
    rows(replication, "SELECT * FROM t ORDER BY id", [(1, "one"), (99, "taken")])
    replication.source.execute("INSERT INTO t VALUES (2, 'taken')")
    wait_failed(replication, 'key (id=2)', "unique index")
    assert replication.target.query("SELECT * FROM t ORDER BY id") == [(1, "one"), (99, "taken")]
    replication.target.execute("DELETE FROM t WHERE id = 99")
    restart_failed(replication)
    replication.assert_equal("t")


def test_keys_that_a_collation_takes_for_equal_are_an_error_that_names_it(replication):
    replication.source.execute("CREATE TABLE t (code text PRIMARY KEY, v int); INSERT INTO t VALUES ('a', 1)")
    replication.target.execute("CREATE TABLE t (code varchar(20) COLLATE utf8mb4_general_ci PRIMARY KEY, v int)")
    replication.start(sink={"schema_evolution": "none"})
    rows(replication, "SELECT * FROM t", [("a", 1)])
    replication.source.execute("INSERT INTO t VALUES ('A', 2)")
    wait_failed(replication, "key (code=A)", "utf8mb4_general_ci", "COLLATE utf8mb4_nopad_bin")
    assert replication.target.query("SELECT * FROM t") == [("a", 1)]
    replication.target.execute("ALTER TABLE t MODIFY code varchar(20) COLLATE utf8mb4_nopad_bin")
    restart_failed(replication)
    replication.assert_equal("t")


def test_a_value_that_the_target_cannot_hold_is_named_with_its_remedy(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, n numeric); INSERT INTO t VALUES (1, 1.5)")
    replication.start()
    replication.assert_equal("t")
    replication.source.execute("INSERT INTO t VALUES (2, 'NaN'); INSERT INTO t VALUES (3, 3)")
    wait_failed(replication, 'key (id=2)', 'column \\"n\\"', "NaN", "varchar")
    replication.target.execute("ALTER TABLE t MODIFY n varchar(100)")
    restart_failed(replication)
    rows(replication, "SELECT id, n + 0 FROM t WHERE id <> 2", [(1, 1.5), (3, 3)])
    assert replication.target.value("SELECT n FROM t WHERE id = 2") == "NaN"


@EACH_TARGET
def test_what_was_committed_is_applied_once_wherever_the_sink_dies(replication):
    """insert.mode=insert: a row that came twice would be an error, one that never came would be missed."""
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY)")
    replication.start(sink={"insert_mode": "insert", "delete_enabled": "false"})
    worker, last = replication.worker, [0]

    def write(count):
        for _ in range(count):
            first = last[0] + 1
            last[0] += 40
            replication.source.execute(f"BEGIN; INSERT INTO t SELECT i, 'v' FROM generate_series({first}, {last[0]}) i; "
                                       f"INSERT INTO u SELECT i FROM generate_series({first}, {last[0]}) i; COMMIT")
    write(3)
    replication.assert_equal("t", "u")
    for failpoint in ("sink.mid_apply=kill@2", "sink.before_commit=kill@1", "sink.after_commit=kill@1",
                      "sink.after_commit=kill@3", "sink.before_commit=kill@2"):
        worker.kill()
        worker.launch({"TIDEWIRE_FAILPOINTS": failpoint})
        wait_until(lambda: worker.answers() or not worker.running(), 20, "the worker is there")
        deadline = time.monotonic() + 20
        while worker.running():
            assert time.monotonic() < deadline, failpoint
            write(1)
    worker.launch()
    replication.assert_equal("t", "u", timeout=60)
    assert replication.target.value("SELECT COUNT(*) FROM t") == last[0]


def test_rows_of_a_snapshot_are_applied_once_wherever_the_sink_dies(replication):
    rows_ = 180_000
    replication.source.execute(f"CREATE TABLE t (id bigint PRIMARY KEY, v text); "
                               f"INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, {rows_}) i")
    replication.start_source(snapshot_max_threads=2)
    worker = replication.worker
    worker.kill()
    worker.start(env={"TIDEWIRE_FAILPOINTS": "sink.before_commit=kill@2"})
    replication.start_sink(insert_mode="insert", delete_enabled="false")
    wait_until(lambda: not worker.running(), 20, "the sink dies at its second commit", interval=0.02)
    for failpoint in ("sink.mid_apply=kill@3", "sink.after_commit=kill@2"):
        worker.launch({"TIDEWIRE_FAILPOINTS": failpoint})
        wait_until(lambda: not worker.running(), 30, f"the sink dies: {failpoint}", interval=0.02)
    worker.start()
    replication.mark()
    replication.assert_equal("t", timeout=60)


def test_a_sum_over_two_tables_is_constant_at_every_moment(replication):
    replication.source.execute("CREATE TABLE a (id int PRIMARY KEY, n bigint); CREATE TABLE b (id int PRIMARY KEY, n bigint); "
                               "INSERT INTO a SELECT i, 100 FROM generate_series(1, 100) i; INSERT INTO b SELECT * FROM a")
    replication.start()
    replication.assert_equal("a", "b")
    done, sums, = threading.Event(), []

    def look():
        with replication.target.session() as cursor:
            while not done.is_set():
                cursor.execute("SELECT (SELECT SUM(n) FROM a) + (SELECT SUM(n) FROM b)")
                sums.append(int(cursor.fetchone()[0]))
    reader = threading.Thread(target=look)
    reader.start()
    for i in range(120):
        many = 30 if i % 4 == 0 else 1
        replication.source.execute(
            f"BEGIN; UPDATE a SET n = n - 1 WHERE id BETWEEN {i % 70} AND {i % 70 + many}; "
            f"UPDATE b SET n = n + 1 WHERE id BETWEEN {i % 70} AND {i % 70 + many}; COMMIT")
    replication.mark()
    done.set()
    reader.join()
    replication.assert_equal("a", "b")
    assert len(sums) > 50 and len(set(sums)) == 1, (len(sums), sorted(set(sums))[:5])


def test_a_held_row_delays_its_change_and_nothing_is_lost(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    replication.start()
    replication.assert_equal("t")
    replication.target.server.execute("SET GLOBAL innodb_lock_wait_timeout = 1")
    worker, name = replication.worker, replication.sink_name
    worker.put(f"/connectors/{name}/pause")
    worker.put(f"/connectors/{name}/resume")  # A new session has the new limit.
    with replication.target.session(autocommit=False) as cursor:
        cursor.execute("SELECT * FROM t WHERE id = 1 FOR UPDATE")
        replication.source.execute("UPDATE t SET v = v || '+'")
        wait_until(lambda: "1205" in worker.log_text(), 20, "the wait for the lock ends and is begun again")
    replication.target.server.execute("SET GLOBAL innodb_lock_wait_timeout = 50")
    replication.assert_equal("t")
    assert "FAILED" not in worker.states(name)


@pytest.fixture
def replica(own_mariadb):
    own_mariadb.source.execute("CREATE TABLE t (id int PRIMARY KEY, v text); "
                               "INSERT INTO t SELECT i, 'v' FROM generate_series(1, 100) i")
    own_mariadb.start()
    own_mariadb.assert_equal("t")
    return own_mariadb


def test_the_target_comes_back_after_a_crash_and_after_a_freeze(replica):
    replica.target.server.restart(crash=True)
    replica.source.execute("UPDATE t SET v = 'after the crash'")
    replica.assert_equal("t")
    replica.target.server.freeze()
    replica.source.execute("UPDATE t SET v = 'frozen'")
    time.sleep(0.5)
    took = replica.worker.stop()
    replica.target.server.thaw()
    assert took < 2.0
    replica.worker.start()
    replica.assert_equal("t")


def test_the_host_that_takes_writes_is_chosen_and_followed(replica, mariadb_target):
    """Two hosts in the URL; the first becomes read-only, as after a failover, and the sink goes on at the other."""
    first, second = replica.target, mariadb_target
    worker, name = replica.worker, replica.sink_name
    url = (f"jdbc:mariadb:replication://127.0.0.1:{first.server.port},127.0.0.1:{second.server.port}/{first.name}"
           "?connectTimeout=2000&useSSL=false&rewriteBatchedStatements=true")
    second.server.execute(f"CREATE DATABASE {first.name}; CREATE USER {first.user}@'%' IDENTIFIED BY '{first.password}'; "
                          f"GRANT ALL ON {first.name}.* TO {first.user}@'%'")
    try:
        dump = first.query("SELECT connector, position FROM tidewire_offsets")
        there = second.server.database(first.name)
        there.execute("CREATE TABLE t (id int PRIMARY KEY, v longtext)")
        for row in first.query("SELECT * FROM t"):
            there.execute("INSERT INTO t VALUES (%s, %s)", row)
        there.execute("CREATE TABLE tidewire_offsets (connector varchar(255) COLLATE utf8mb4_bin PRIMARY KEY, position "
                      "mediumtext COLLATE utf8mb4_bin NOT NULL, updated_at timestamp(6) NOT NULL DEFAULT now(6))")
        there.execute("INSERT INTO tidewire_offsets (connector, position) VALUES (%s, %s)", dump[0])
        worker.put(f"/connectors/{name}/config", {**worker.get(f"/connectors/{name}/config"), "connection.url": url})
        worker.wait_running(name)
        first.server.execute("SET GLOBAL read_only = ON")
        replica.source.execute("UPDATE t SET v = 'moved'")
        wait_until(lambda: there.value("SELECT COUNT(*) FROM t WHERE v = 'moved'") == 100, 30,
                   lambda: f"the rows are at the second host\n{worker.log_tail()}")
        assert first.value("SELECT COUNT(*) FROM t WHERE v = 'moved'") == 0
        worker.delete(name)
    finally:
        second.server.execute(f"DROP DATABASE {first.name}; DROP USER {first.user}@'%'")


def test_preflight_names_what_is_missing_with_the_statement_that_mends_it(replica, tmp_path):
    def check():
        file = tmp_path / "connector.json"
        file.write_text(json.dumps({"name": "checked", "config": {
            **connectors.debezium_sink(replica.target), "connection.username": "weak", "connection.password": "weak-secret"}}))
        done = replica.worker.cli("check", file, check=False)
        return done.returncode, done.stdout + done.stderr
    server = replica.target.server
    status, text = check()
    assert status == 1 and "refused" in text and "weak-secret" not in text
    server.create_user("weak", password="weak-secret")
    server.execute(f"GRANT SELECT ON {replica.target.name}.* TO weak@'%'; SET GLOBAL read_only = ON")
    status, text = check()
    remedies = re.findall(r"remedy: (.*)", text)
    assert status == 1 and "read_only" in text
    assert any(remedy.startswith("GRANT ALTER, CREATE, DELETE, INSERT, UPDATE ON") for remedy in remedies), text
    server.execute("SET GLOBAL read_only = OFF")
    for remedy in remedies:
        if remedy.startswith("GRANT"):
            server.execute(remedy)
    assert check()[0] == 0
    server.execute("SET GLOBAL max_allowed_packet = 1048576")
    status, text = check()
    assert "SET GLOBAL max_allowed_packet" in text


@pytest.mark.plain
def test_a_single_row_is_there_within_milliseconds(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.start()
    replication.mark()
    took = []
    with replication.target.session() as cursor:
        for i in range(30):
            replication.source.execute("INSERT INTO t VALUES (%s, 'x')", (i,))
            began = time.monotonic()
            while not cursor.execute("SELECT 1 FROM t WHERE id = %s", (i,)):
                pass
            took.append(time.monotonic() - began)
    assert sorted(took)[len(took) // 2] < 0.05, took
