"""A log that no longer has what a sink needs."""
import shutil

from support.connectors import debezium_sink
from support.wait import wait_until


def stop_and_forget_offsets(worker, connector):
    worker.put(f"/connectors/{connector}/stop")
    worker.wait_state(connector, "STOPPED")
    worker.request("DELETE", f"/connectors/{connector}/offsets")


def test_a_sink_that_stood_still_for_longer_than_the_log_keeps_events_fails_with_the_remedy(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t SELECT i, 'a' FROM generate_series(1, 10) i")
    replication.start()
    replication.assert_equal("t")
    worker, source, sink = replication.worker, replication.source_name, replication.sink_name
    worker.put(f"/connectors/{sink}/stop")
    worker.wait_state(sink, "STOPPED")
    replication.source.execute("UPDATE t SET v = 'b'")
    wait_until(lambda: len(worker.consume(r"t\.public\.t")) == 20, 20, "the updates are in the log")
    worker.stop()
    kept = dict(worker.properties)
    worker.properties.update({"tidewire.log.retention.ms": "100", "tidewire.log.retention.check.interval.ms": "100"})
    worker.start()
    wait_until(lambda: not worker.consume(r"t\.public\.t"), 20, "the log has forgotten them")
    worker.stop()
    worker.properties = kept
    worker.start()
    worker.put(f"/connectors/{sink}/resume")
    worker.wait_state(sink, "FAILED")
    trace = worker.status(sink)["tasks"][0]["trace"]
    assert "retention deleted records of t.public.t (partition 0, below offset 20) before they were read" in trace
    # As the message says.
    stop_and_forget_offsets(worker, sink)
    stop_and_forget_offsets(worker, source)
    worker.put(f"/connectors/{sink}/resume")
    worker.put(f"/connectors/{source}/resume")
    replication.assert_equal("t")


def test_a_sink_whose_log_was_replaced_fails_with_the_remedy(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.start()
    replication.source.execute("INSERT INTO t VALUES (1, 'a')")
    replication.assert_equal("t")
    worker = replication.worker
    worker.stop()
    shutil.rmtree(worker.data)
    worker.start()
    replication.start_source()
    # The new log grows beyond the sink's position, so that only its id tells that it is another one.
    for i in range(2, 40):
        replication.source.execute("INSERT INTO t VALUES (%s, 'b')", (i,))
    wait_until(lambda: len(worker.consume(r"t\.public\.t")) == 39, 20, "all rows are in the log")
    worker.create(replication.sink_name, debezium_sink(replication.target, replication.prefix), wait=False)
    worker.wait_state(replication.sink_name, "FAILED")
    assert "the log was replaced" in worker.status(replication.sink_name)["tasks"][0]["trace"]
    assert replication.target.value("SELECT count(*) FROM t") == 1
    stop_and_forget_offsets(worker, replication.sink_name)
    worker.put(f"/connectors/{replication.sink_name}/resume")
    replication.assert_equal("t")
