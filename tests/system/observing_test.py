"""Figures, levels and progress while things happen: /metrics, /admin/loggers, the snapshot's progress, the log's form."""
import json
import os
import pty
import re
import select
import subprocess
import time

import pytest

from support.process import free_port
from support.wait import wait_until
from support.worker import ROOT, binary

SOURCE = ["tidewire_source_events_total", "tidewire_source_bytes_total", "tidewire_source_queue_bytes",
          "tidewire_source_queue_capacity_bytes", "tidewire_source_lag_bytes", "tidewire_source_lag_seconds",
          "tidewire_source_commit_to_log_seconds_bucket", "tidewire_source_retained_wal_bytes",
          "tidewire_source_batch_records_bucket", "tidewire_snapshot_rows", "tidewire_snapshot_rows_expected",
          "tidewire_snapshot_tables", "tidewire_snapshot_tables_done", "tidewire_snapshot_running"]
SINK = ["tidewire_sink_events_total", "tidewire_sink_bytes_total", "tidewire_sink_lag_records",
        "tidewire_sink_lag_seconds", "tidewire_sink_commit_to_target_seconds_bucket", "tidewire_sink_batch_records_bucket",
        "tidewire_sink_rows_written_total", "tidewire_sink_rows_deleted_total", "tidewire_sink_transactions_total"]
BOTH = ["tidewire_task_state", "tidewire_connector_state", "tidewire_task_retries_total"]
PROCESS = ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_threads",
           "process_start_time_seconds", "tidewire_log_size_bytes"]


def series(metrics, name, **labels):
    """The sum of a metric's series that have these labels."""
    found = [value for key, value in metrics.items() if key.partition("{")[0] == name
             and all(f'{label}="{text}"' in key for label, text in labels.items())]
    assert found, f"no {name} with {labels}"
    return sum(found)


def test_every_figure_is_there_and_true(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
    replication.source.execute("INSERT INTO t SELECT i, 'snap' FROM generate_series(1, 50) i")
    replication.start()
    replication.source.execute("INSERT INTO t VALUES (51, 'x'); UPDATE t SET v = 'y' WHERE id <= 3; "
                               "DELETE FROM t WHERE id > 46")
    replication.assert_equal("t")
    worker, source, sink = replication.worker, replication.source_name, replication.sink_name
    wait_until(lambda: series(worker.metrics(), "tidewire_sink_lag_records", connector=sink) == 0, 20, "no lag")
    metrics = worker.metrics()
    for name in SOURCE + BOTH:
        series(metrics, name, connector=source)
    for name in SINK + BOTH:
        series(metrics, name, connector=sink)
    for name in PROCESS:
        series(metrics, name)
    for prefix, connector in (("source", source), ("sink", sink)):
        for operation, count in (("read", 50), ("create", 1), ("update", 3), ("delete", 5), ("tombstone", 5)):
            assert series(metrics, f"tidewire_{prefix}_events_total", connector=connector, table="public.t",
                          op=operation) == count
    assert series(metrics, "tidewire_snapshot_rows", connector=source) == 50
    assert series(metrics, "tidewire_snapshot_tables_done", connector=source) == 1
    assert series(metrics, "tidewire_task_state", connector=source, state="RUNNING") == 1
    assert series(metrics, "tidewire_connector_state", connector=sink, state="RUNNING") == 1
    assert 0 < series(metrics, "tidewire_source_lag_seconds", connector=source) < 10
    assert 0 < series(metrics, "tidewire_sink_lag_seconds", connector=sink) < 10
    assert series(metrics, "tidewire_sink_rows_deleted_total", connector=sink) == 5
    assert series(metrics, "tidewire_log_size_bytes") > 0
    worker.put(f"/connectors/{sink}/pause")
    state = 'tidewire_connector_state{connector="%s",state="PAUSED"}' % sink
    wait_until(lambda: worker.metrics().get(state) == 1, 10, "the state is shown")
    for metric in metrics:
        assert re.fullmatch(r'[a-z_]+(\{.*\})?', metric), metric


def test_retries_and_retained_wal_are_counted_while_the_source_is_away(own_replication):
    own_replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    own_replication.start()
    worker, name = own_replication.worker, own_replication.source_name
    own_replication.source.server.stop()
    wait_until(lambda: series(worker.metrics(), "tidewire_task_retries_total", connector=name) >= 2, 20, "two retries")
    assert "RetriableError" in worker.status(name)["tasks"][0]["trace"]
    own_replication.source.server.start()
    own_replication.source.execute("INSERT INTO t VALUES (1)")
    own_replication.assert_equal("t")
    wait_until(lambda: "trace" not in worker.status(name)["tasks"][0], 20, "the trace goes when the fault has passed")


@pytest.mark.plain
def test_a_snapshots_progress_is_shown_by_status_metrics_and_log(replication):
    replication.source.execute("CREATE TABLE t (id bigint PRIMARY KEY, v text); "
                               "INSERT INTO t SELECT i, repeat('x', 300) FROM generate_series(1, 400000) i; ANALYZE t")
    replication.worker.kill()
    # Slow enough to be looked at: each commit of a batch waits.
    replication.worker.start(env={"TIDEWIRE_FAILPOINTS": "log.before_write=sleep:200"})
    replication.start_source(wait_streaming=False, max_queue_size_in_bytes=1000000)
    worker, name = replication.worker, replication.source_name

    def part():
        shown = worker.status(name).get("snapshot")
        return shown and 0 < shown["rows"] < 400000 and shown
    shown = wait_until(part, 60, lambda: f"progress: {worker.status(name)}", interval=0.01)
    assert shown["tables"] == 1 and 300000 < shown["rows_expected"] < 500000
    assert 0 < shown["percent"] < 100 and shown["eta_seconds"] > 0
    metrics = worker.metrics()
    assert series(metrics, "tidewire_snapshot_running", connector=name) == 1
    assert 0 < series(metrics, "tidewire_snapshot_rows", connector=name) <= 400000
    wait_until(lambda: re.search(r"snapshot: 0 of 1 tables, \d+ rows of about \d+ \(\d+ %\)", worker.log_text()), 30,
               lambda: f"progress in the log: {worker.log_tail(5)}")
    worker.kill()
    worker.start()
    replication.source.server.wait_streaming(replication.slot)
    wait_until(lambda: "snapshot" not in worker.status(name), 20, "no progress is shown behind its end")
    assert "the snapshot resumes" in worker.log_text()


def test_a_level_changed_at_run_time_changes_what_is_logged(replication):
    worker = replication.worker
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    loggers = worker.get("/admin/loggers")
    used = {name for file in (ROOT / "src").rglob("*.cc") for name in re.findall(r'Logger\("([a-z.]+)"\)', file.read_text())}
    used.remove("source.mysql")  # No such connector runs here.
    assert used and set(loggers) == used | {"root"}
    assert '"level":"INFO"' in worker.log_text()
    worker.put("/admin/loggers/root", {"level": "ERROR"})
    silent = len(worker.log_text())
    replication.start_source()
    assert '"level":"INFO"' not in worker.log_text()[silent:]
    assert worker.put("/admin/loggers/source", {"level": "TRACE"}) == ["source", "source.postgres"]
    worker.put(f"/connectors/{replication.source_name}/stop")
    worker.put(f"/connectors/{replication.source_name}/resume")
    wait_until(lambda: '"logger":"source.postgres"' in worker.log_text()[silent:], 20, "the source's lines")
    assert '"logger":"runtime.herder","level":"INFO"' not in worker.log_text()[silent:]


def test_on_a_terminal_the_log_is_for_people(tmp_path):
    master, slave = pty.openpty()
    process = subprocess.Popen([binary(), "worker", "--set", f"listeners=HTTP://127.0.0.1:{free_port()}",
                                "--set", f"tidewire.data.dir={tmp_path / 'data'}"], stdout=slave, stderr=slave)
    os.close(slave)
    text = b""
    deadline = time.monotonic() + 20
    while b"answers at" not in text and time.monotonic() < deadline:
        if select.select([master], [], [], 0.2)[0]:
            text += os.read(master, 65536)
    process.terminate()
    assert process.wait(20) == 0
    os.close(master)
    line = next(line for line in text.decode().splitlines() if "answers at" in line)
    assert not line.startswith("{") and "info" in line


def test_the_worker_listens_on_loopback_only_unless_told_otherwise(worker):
    listening = subprocess.run(["ss", "-Hltn", f"sport = :{worker.port}"], capture_output=True, text=True).stdout
    assert listening.split()[3].startswith("127.0.0.1:"), listening


def test_consume_takes_the_console_consumers_options(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 5)")
    replication.start_source()
    worker = replication.worker
    wait_until(lambda: len(worker.consume(r"t\.public\.t")) == 5, 20, "the rows")
    lines = worker.cli("consume", *worker.location(), "--topic", "t.public.t", "--from-beginning", "--max-messages", "2",
                       "--property", "print.key=true", "--property", "print.offset=true", "--property",
                       "print.partition=true", "--property", "print.timestamp=true", "--property", "print.value=false",
                       "--property", "key.separator=|").stdout.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"CreateTime:\d+\|Partition:0\|Offset:0\|\{.*\}", lines[0]), lines[0]
    follower = subprocess.Popen([binary(), "consume", *worker.location(), "--topic", "t.public.t", "--format", "jsonl",
                                 "--max-messages", "1"], stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    replication.source.execute("INSERT INTO t VALUES (6)")
    out, _ = follower.communicate(timeout=20)
    assert json.loads(json.loads(out)["key"])["payload"] == {"id": 6}
    missing = worker.cli("consume", "--data-dir", worker.directory / "nowhere", "--topic", "x", "--from-beginning", check=False)
    assert missing.returncode != 0 and "nowhere" in missing.stderr
