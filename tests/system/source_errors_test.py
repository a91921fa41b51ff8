"""What the source does when server, slot or login are not as they should be: it waits, or says what to do."""
import time

import pytest

from support import connectors
from support.postgres import Postgres, lsn_number
from support.replication import Replication
from support.wait import wait_until
from support.worker import Worker


def trace(replication, name=None):
    status = replication.worker.status(name or replication.source_name)
    return status["connector"].get("trace", "") + "".join(task.get("trace", "") for task in status["tasks"])


def wait_trace(replication, *words, timeout=30):
    wait_until(lambda: all(word in trace(replication) for word in words), timeout,
               lambda: f"{words} in the trace: {trace(replication)!r}\n{replication.worker.log_tail(6)}")
    return trace(replication)


@pytest.fixture
def streaming(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO t VALUES (1)")
    replication.start()
    replication.assert_equal("t")
    return replication


def test_slot_drop_on_stop_drops_it_with_each_stop_and_keeps_it_otherwise(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    replication.start_source(slot_drop_on_stop="true", snapshot_mode="when_needed")
    server, worker, name = replication.source.server, replication.worker, replication.source_name
    worker.put(f"/connectors/{name}/stop")
    wait_until(lambda: server.slot(replication.slot) is None, 20, "the slot is dropped with the connector's stop")
    replication.source.execute("INSERT INTO t VALUES (1)")
    worker.put(f"/connectors/{name}/resume")
    server.wait_streaming(replication.slot)
    worker.stop()
    assert server.slot(replication.slot) is None
    worker.start()
    server.wait_streaming(replication.slot)
    wait_until(lambda: worker.consume(r"t\.public\.t"), 20, "the row of the meantime was read by a snapshot")


def test_a_slot_dropped_in_mid_stream_is_a_precise_error(streaming):
    server = streaming.source.server
    server.query("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = %s", (streaming.slot,))
    dropped = wait_until(lambda: drop(server, streaming.slot), 20, "the slot is free for a moment", interval=0.001)
    assert dropped
    streaming.source.execute("INSERT INTO t VALUES (2)")
    text = wait_trace(streaming, streaming.slot, "when_needed")
    assert "DELETE its offsets" in text
    # The remedy works as it is written.
    worker, name = streaming.worker, streaming.source_name
    worker.put(f"/connectors/{name}/stop")
    worker.request("DELETE", f"/connectors/{name}/offsets")
    worker.put(f"/connectors/{name}/resume")
    streaming.assert_equal("t")


def drop(server, slot):
    try:
        server.query("SELECT pg_drop_replication_slot(%s)", (slot,))
        return True
    except Exception:
        server.query("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = %s", (slot,))
        return False


def test_a_slot_whose_wal_is_gone_is_a_precise_error_and_when_needed_takes_a_new_snapshot(own_target_server):
    settings = {"max_slot_wal_keep_size": "1MB", "max_wal_size": "32MB", "min_wal_size": "32MB"}
    with Postgres(settings) as server, Worker() as worker:
        replication = Replication(worker, server.create_database("s"), own_target_server.create_database("t"))
        replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
        replication.start()
        replication.source.execute("INSERT INTO t VALUES (1, 'x')")
        replication.assert_equal("t")
        worker.stop()
        replication.source.execute("CREATE TABLE noise (v text); INSERT INTO t VALUES (2, 'y')")
        for _ in range(4):
            replication.source.execute("INSERT INTO noise SELECT repeat('x', 1000) FROM generate_series(1, 16000)")
            replication.source.execute("SELECT pg_switch_wal()")
            replication.source.execute("CHECKPOINT")
        assert server.slot(replication.slot)["wal_status"] == "lost"
        worker.start()
        text = wait_trace(replication, replication.slot, "max_slot_wal_keep_size")
        assert "when_needed" in text
        config = worker.get(f"/connectors/{replication.source_name}/config")
        worker.put(f"/connectors/{replication.source_name}/config", {**config, "snapshot.mode": "when_needed"})
        replication.assert_equal("t", timeout=60)


@pytest.fixture
def with_password(own_source_server, own_target_server):
    """A role `scram` that needs a password; the tests' own role goes on without."""
    server = own_source_server
    server.execute("ALTER ROLE postgres SET password_encryption = 'scram-sha-256'")  # Not the default of 13.
    server.execute("CREATE ROLE scram SUPERUSER LOGIN PASSWORD 'right-one'")
    (server.data / "pg_hba.conf").write_text("host all,replication scram 127.0.0.1/32 scram-sha-256\n"
                                             "host all,replication postgres 127.0.0.1/32 trust\n")
    server.execute("SELECT pg_reload_conf()")
    with Worker() as worker:
        yield Replication(worker, server.create_database("s"), own_target_server.create_database("t"))


def test_a_wrong_password_is_refused_by_name_and_one_that_changes_later_is_named_in_the_trace(with_password):
    replication, worker = with_password, with_password.worker
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    login = {"database.user": "scram", "database.password": "wrong-one"}
    config = connectors.postgres_source(replication.source, also=login, publication_name="pub_t")
    status, body = worker.exchange("POST", "/connectors", {"name": replication.source_name, "config": config})
    assert status == 400 and "scram" in body["message"] and "wrong-one" not in body["message"]
    replication.start(source={"also": {**login, "database.password": "right-one"}})
    replication.source.execute("INSERT INTO t VALUES (1)")
    replication.assert_equal("t")
    replication.source.execute("ALTER ROLE scram PASSWORD 'changed'")
    replication.source.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scram'")
    text = wait_trace(replication, "scram", "password")
    assert "right-one" not in text + worker.log_text()
    # Put right in the configuration: no restart by hand.
    name = replication.source_name
    config = worker.get(f"/connectors/{name}/config")
    worker.put(f"/connectors/{name}/config", {**config, "database.password": "changed"})
    replication.source.execute("INSERT INTO t VALUES (2)")
    replication.assert_equal("t")


@pytest.mark.slow
def test_a_failed_task_runs_again_by_itself_after_a_minute_when_the_server_was_put_right(with_password):
    replication = with_password
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    replication.start(source={"also": {"database.user": "scram", "database.password": "right-one"}})
    replication.source.execute("ALTER ROLE scram PASSWORD 'changed'")
    replication.source.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scram'")
    replication.worker.wait_state(replication.source_name, "FAILED")
    replication.source.execute("ALTER ROLE scram PASSWORD 'right-one'; INSERT INTO t VALUES (2)")
    replication.assert_equal("t", timeout=90)


def test_retries_are_limited_where_the_configuration_says_so(own_replication):
    own_replication.source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    own_replication.start_source(errors_max_retries=2, retriable_restart_connector_wait_ms=200)
    own_replication.source.server.stop()
    own_replication.worker.wait_state(own_replication.source_name, "FAILED")
    assert "errors.max.retries" in trace(own_replication)


def test_a_slot_that_stays_taken_is_named_with_its_holder(streaming):
    config = connectors.postgres_source(streaming.source, prefix="u", slot=streaming.slot, publication_name="pub_t",
                                        slot_max_retries=2, slot_retry_delay_ms=200)
    streaming.worker.create("rival", config, wait=False)
    wait_until(lambda: streaming.slot in trace(streaming, "rival"), 30, lambda: f"named: {trace(streaming, 'rival')}")
    assert "active" in trace(streaming, "rival")
    streaming.source.execute("INSERT INTO t VALUES (2)")
    streaming.assert_equal("t")


def test_the_slot_moves_on_an_idle_database_with_heartbeats_off(streaming):
    """Without a single change of ours, WAL of others must not be kept."""
    server = streaming.source.server
    for _ in range(3):
        server.execute("SELECT pg_logical_emit_message(false, 'noise', repeat('x', 100000))")
        server.execute("SELECT pg_switch_wal()")
    end = server.lsn()
    wait_until(lambda: lsn_number(server.slot(streaming.slot)["confirmed_flush_lsn"]) >= end, 30, "confirmed")
    began = time.monotonic()
    streaming.worker.kill()
    streaming.worker.start()
    server.wait_streaming(streaming.slot)
    assert time.monotonic() - began < 5
