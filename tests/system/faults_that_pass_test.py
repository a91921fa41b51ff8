"""Restarts, kills and freezes of each party: the replica goes on by itself and ends equal."""
import subprocess
import time

import pytest

from support.compare import compare_tables
from support.postgres import CLIENT_BIN, lsn_number
from support.wait import wait_until
from support.worker import Worker

TABLE = "CREATE TABLE t (id bigint PRIMARY KEY, v text, n numeric(12,2))"


def insert(database, first, count):
    database.execute("INSERT INTO t SELECT i, 'v' || i, i / 7.0 FROM generate_series(%s, %s) i",
                     (first, first + count - 1))


@pytest.fixture
def replica(own_replication):
    own_replication.ddl(TABLE)
    insert(own_replication.source, 1, 100)
    own_replication.start()
    own_replication.assert_equal("t")
    return own_replication


def test_a_stopped_worker_goes_on_where_it_stopped(replica):
    assert replica.worker.stop() < 2.0
    insert(replica.source, 101, 500)
    replica.source.execute("DELETE FROM t WHERE id % 7 = 0")
    replica.worker.start()
    replica.assert_equal("t")
    assert replica.worker.states(replica.source_name) == ["RUNNING", "RUNNING"]


def test_a_killed_worker_is_back_in_the_stream_within_five_seconds(replica):
    for round_number in range(3):
        replica.worker.kill()
        insert(replica.source, 1000 * (round_number + 1), 50)
        began = time.monotonic()
        replica.worker.start()
        wait_until(lambda: replica.target.value("SELECT max(id) FROM t") == 1000 * (round_number + 1) + 49, 20,
                   "the new rows arrive", interval=0.01)
        assert time.monotonic() - began < 5.0
    replica.assert_equal("t")


@pytest.mark.parametrize("crash", [False, True], ids=["shut down", "crashed"])
def test_the_source_comes_back_after_it_was(replica, crash):
    replica.source.server.restart(crash=crash)
    insert(replica.source, 101, 100)
    replica.assert_equal("t", timeout=60)
    assert "FAILED" not in replica.worker.states(replica.source_name)


@pytest.mark.parametrize("crash", [False, True], ids=["shut down", "crashed"])
def test_the_target_comes_back_after_it_was(replica, crash):
    replica.target.server.restart(crash=crash)
    insert(replica.source, 101, 100)
    replica.assert_equal("t")
    assert "FAILED" not in replica.worker.states(replica.sink_name)


def test_the_sink_goes_on_within_a_second_of_the_targets_return(replica):
    replica.target.server.stop()
    insert(replica.source, 101, 100)
    time.sleep(5)  # Long enough for the back-off to have grown.
    replica.target.server.start()
    began = time.monotonic()
    wait_until(lambda: replica.target.value("SELECT count(*) FROM t") == 200, 20, "the rows arrive", interval=0.01)
    assert time.monotonic() - began < 1.0
    replica.assert_equal("t")


def test_the_slot_does_not_wait_for_a_target_that_is_away(replica):
    replica.target.server.stop()
    insert(replica.source, 101, 5000)
    end = replica.source.server.lsn()
    wait_until(lambda: lsn_number(replica.source.server.slot(replica.slot)["confirmed_flush_lsn"]) >= end, 20,
               "the slot is confirmed while the target is away")
    replica.target.server.start()
    replica.assert_equal("t")


def test_a_frozen_target_delays_but_loses_and_doubles_nothing(replica):
    replica.target.server.freeze()
    insert(replica.source, 101, 2000)
    replica.source.execute("UPDATE t SET v = v || '!' WHERE id <= 50")
    time.sleep(3)
    replica.target.server.thaw()
    replica.assert_equal("t", timeout=60)


def test_a_stop_request_is_obeyed_while_the_target_is_frozen(replica):
    replica.target.server.freeze()
    insert(replica.source, 101, 2000)
    time.sleep(0.5)
    took = replica.worker.stop()
    replica.target.server.thaw()
    assert took < 2.0
    replica.worker.start()
    replica.assert_equal("t", timeout=60)


def test_a_slot_that_is_taken_is_waited_for(replica):
    """After a crash the server may hold the slot for the old connection: the first tries must not fail the task."""
    replica.worker.stop()
    holder = subprocess.Popen(  # It reads and confirms nothing.
        [str(CLIENT_BIN / "pg_recvlogical"), "-h", "127.0.0.1", "-p", str(replica.source.server.port),
         "-U", "postgres", "-d", replica.source.name, "-S", replica.slot, "--start", "-f", "/dev/null",
         "--status-interval=0", "--fsync-interval=0", "-o", "proto_version=1", "-o", "publication_names=pub_t"],
        stderr=subprocess.DEVNULL)
    replica.source.server.wait_streaming(replica.slot)
    replica.worker.start()
    insert(replica.source, 101, 10)
    time.sleep(2)
    assert "FAILED" not in replica.worker.states(replica.source_name)
    holder.kill()
    holder.wait()
    replica.assert_equal("t", timeout=60)


def test_a_second_worker_on_the_same_directory_is_refused_and_harms_nothing(replica):
    second = Worker(directory=replica.worker.directory, port=None)
    second.launch()
    assert second.process.wait(20) != 0
    assert str(replica.worker.data) in replica.worker.log_text()
    insert(replica.source, 101, 10)
    replica.assert_equal("t")


def test_everything_restarted_at_once_ends_equal(replica):
    insert(replica.source, 101, 3000)
    replica.worker.kill()
    replica.target.server.restart(crash=True)
    replica.source.server.restart(crash=True)
    replica.worker.start()
    insert(replica.source, 5000, 100)
    replica.assert_equal("t", timeout=60)
    assert compare_tables(replica.source, replica.target, ["t"]) == []


def test_a_connector_runs_again_by_itself_after_a_wrong_password_was_put_right(replica):
    """The server refuses: the task says so in its trace, and a corrected configuration brings it back."""
    config = replica.worker.get(f"/connectors/{replica.sink_name}/config")
    url = config["connection.url"]
    replica.worker.put(f"/connectors/{replica.sink_name}/config", {**config, "connection.url": url + "_nowhere"})
    insert(replica.source, 101, 10)
    time.sleep(1)
    replica.worker.put(f"/connectors/{replica.sink_name}/config", {**config, "connection.url": url})
    replica.assert_equal("t")
