#!/usr/bin/python3
"""Runs the golden scenarios against a real server and the worker, and compares with what real Debezium made of them.

usage: run_golden.py [--keep DIR] [RUN...]        (`sink` is the run through the JDBC sink)

Each run: a database of ref/postgres/01-schema.sql, the connector of ref/postgres/<run>.meta.json, 02-changes.sql once it
streams, all topics read by `tidewire consume`, compared by compare_golden.py; deliberate differences stand in
<run>.ignore and all.ignore, each with its reason. `mariadb/RUN` and `mysql/RUN` are runs with these servers: the same
of ref/<server>, and <server>/*.ignore. Last line: N passed, N failed.
"""
import argparse
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import golden_binlog  # noqa: E402
from support import connectors  # noqa: E402
from support.compare import compare_tables  # noqa: E402
from support.postgres import Postgres  # noqa: E402
from support.wait import wait_until  # noqa: E402
from support.worker import Worker  # noqa: E402

REFERENCE = HERE / "ref/postgres"
RUNS = ["default", "noschemas", "strings", "double-hex", "isostring", "unwrap", "unwrap-rewrite", "txmeta"]
BINLOG_RUNS = [f"{server}/{run}" for server, runs in golden_binlog.RUNS.items() for run in runs]
# What is run without arguments.
DEFAULT_RUNS = [*RUNS, "sink", *BINLOG_RUNS]
# Their errors are meant: updates and deletes of a table without replica identity.
EXPECTED_PSQL_ERRORS = 2


def prepare(server, name):
    server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    database = server.create_database(name)
    database.psql("-v", "ON_ERROR_STOP=1", "-f", REFERENCE / "01-schema.sql")
    return database


def change(database, big_values):
    """Runs 02-changes.sql; only the run `default` was recorded with values of 100 kB, the others have 10 kB."""
    sql = (REFERENCE / "02-changes.sql").read_text()
    if not big_values:
        sql = sql.replace("generate_series(1, 3200)", "generate_series(1, 320)")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(sql)
        file.flush()
        errors = database.psql("-f", file.name, check=False)
    found = len(re.findall(r"ERROR:", errors))
    assert found == EXPECTED_PSQL_ERRORS, errors


def rows_arrived(worker, topic, count):
    return len(worker.consume(re.escape(topic))) >= count


def record(server, worker, run):
    """The events of one run, as `tidewire consume` gives them."""
    config = json.loads((REFERENCE / f"{run}.meta.json").read_text())["connector"]
    config = {key: str(value) for key, value in config.items()}
    config.update({"database.port": str(server.port), "database.hostname": "127.0.0.1"})
    prefix = config["topic.prefix"]
    database = prepare(server, "golden")
    worker.create(run, config)
    try:
        server.wait_streaming(config["slot.name"])
        change(database, big_values=run == "default")
        wait_until(lambda: rows_arrived(worker, f"{prefix}.g.empty_t", 1), 60,
                   lambda: f"the end marker arrives\n{worker.status(run)}\n{worker.log_tail()}", interval=0.3)
        if "heartbeat.interval.ms" in config:
            time.sleep(int(config["heartbeat.interval.ms"]) / 1000 + 0.2)
        return worker.consume(rf"{re.escape(prefix)}.*|__debezium-heartbeat.*")
    finally:
        worker.exchange("DELETE", f"/connectors/{run}")
        server.drop_slot(config["slot.name"])
        database.execute('DROP PUBLICATION IF EXISTS "%s"' % config["publication.name"])


def postgres_run(server, worker, run, directory):
    """None when equal, else what differs."""
    return compared(run, record(server, worker, run), REFERENCE / f"{run}.jsonl", HERE, directory)


def binlog_run(server, worker, run, directory):
    records = golden_binlog.record(server, worker, run.partition("/")[2])
    return compared(run, records, golden_binlog.REFERENCE / f"{run}.jsonl", HERE / server.kind, directory)


def compared(run, records, expected, ignores, directory):
    """Leaves the records in a file of the golden form; None when they are equal to the expected, else what differs."""
    actual = directory / f"{run}.jsonl"
    actual.parent.mkdir(parents=True, exist_ok=True)
    actual.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in records))
    command = [sys.executable, str(HERE / "compare_golden.py"), str(expected), str(actual), "--quiet", "--whole"]
    for ignore in (ignores / "all.ignore", ignores / f"{expected.stem}.ignore"):
        if ignore.exists():
            command += ["--ignore", str(ignore)]
    done = subprocess.run(command, capture_output=True, text=True)
    print(f"{run}: {done.stdout.splitlines()[-1] if done.stdout else done.stderr}")
    return None if done.returncode == 0 else done.stdout + done.stderr


# By name: how the sink is configured, whether its tables are there before, and which tables it cannot keep equal.
SINKS = {
    "debezium, tables there": (connectors.debezium_sink, True, set()),
    "debezium, tables made": (connectors.debezium_sink, False, set()),
    # Confluent's sink knows no TRUNCATE, and flat rows do not hold what an update of a row without key needs.
    "confluent, tables there": (connectors.confluent_sink, True, {"trunc1", "trunc2", "nopk_full"}),
    "confluent, tables made": (connectors.confluent_sink, False, {"trunc1", "trunc2", "nopk_full"}),
}


def sink_config(make, target, left_out):
    config = make(target, "gp")
    if make is connectors.debezium_sink:
        config.update({"transforms": "", "collection.name.format": "${source.schema}.${source.table}",
                       "quote.identifiers": "true", "topics.regex": r"gp\.g\..*"})
    else:
        config.update({"transforms": "unwrap", "table.name.format": "${topic}",
                       "topics.regex": r"gp\.g\.(?!(%s)$).*" % "|".join(sorted(left_out))})
    return config


def prepared_target(server, with_tables, tables):
    server.execute("DROP DATABASE IF EXISTS golden_sink WITH (FORCE)")
    target = server.create_database("golden_sink")
    if with_tables:
        target.psql("-v", "ON_ERROR_STOP=1", "-f", REFERENCE / "01-schema.sql")
        target.execute("TRUNCATE " + ", ".join('g."%s"' % table for table in tables))
    return target


def play_into(server, worker, name):
    """Plays the scripts into one kind of sink; the differences."""
    make, with_tables, left_out = SINKS[name]
    source = prepare(server, "golden")
    tables = [row[0] for row in source.query(
        "SELECT relname FROM pg_class WHERE relnamespace = 'g'::regnamespace AND relkind IN ('r', 'p')")]
    target = prepared_target(server, with_tables, tables)
    worker.create("golden-source", connectors.postgres_source(source, "gp", slot="golden_sink", also={
        "schema.include.list": "g", "publication.name": "golden_sink", "skipped.operations": "none"}))
    worker.create("golden-sink", sink_config(make, target, left_out))
    try:
        server.wait_streaming("golden_sink")
        change(source, big_values=True)
        pairs = table_pairs([*tables, "created_later"], make, with_tables, left_out)

        def differences():
            try:
                return compare_tables(source, target, pairs)
            except Exception as error:
                return [str(error)]
        try:
            wait_until(lambda: not differences(), 20, "equal", interval=0.5)
        except AssertionError:
            pass
        found = differences()
        print(f"sink ({name}): {len(pairs)} tables, {len(found)} findings")
        return [*found, str(worker.states("golden-sink")), worker.log_tail(10)] if found else []
    finally:
        for connector in ("golden-source", "golden-sink"):
            worker.exchange("DELETE", f"/connectors/{connector}")
        server.drop_slot("golden_sink")
        source.execute("DROP PUBLICATION IF EXISTS golden_sink")


def table_pairs(tables, make, with_tables, left_out):
    """(source, target) of the tables to compare. Confluent's sink names tables by topics, in which odd letters are gone."""
    pairs = []
    for table in tables:
        # Only records make tables: sig never had a row, and those of part come by its partitions' topics.
        if table in left_out or not with_tables and table in ("sig", "part"):
            continue
        if make is connectors.confluent_sink and table == "We ird.Näme":
            # Topic gp.g.We_ird.N_me: the last two parts are schema and table.
            pairs.append((f"g.{table}", "We_ird.N_me"))
        else:
            pairs.append((f"g.{table}", f"g.{table}"))
    return pairs


def sink_run(server, _worker, _run, _directory):
    """Every golden table and every change made to it arrives with column::text equal, through both kinds of JDBC sink."""
    found = []
    for name in SINKS:
        with Worker() as worker:  # Its own: positions outlive connectors of the same name.
            differences = play_into(server, worker, name)
        found += [f"{name}:", *differences] if differences else []
    return "\n".join(found) or None


def kind_of(run):
    """(what plays it, what makes its server)"""
    if run in BINLOG_RUNS:
        return binlog_run, getattr(golden_binlog, run.partition("/")[0])
    return (sink_run if run == "sink" else postgres_run), Postgres


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"of {', '.join([*RUNS, 'sink', *BINLOG_RUNS])}")
    parser.add_argument("--keep", type=Path, help="leave the recorded events in this directory")
    options = parser.parse_args()
    failed = {}
    runs = options.runs or DEFAULT_RUNS
    unknown = set(runs) - {*RUNS, "sink", *BINLOG_RUNS}
    if unknown:
        parser.error(f"no such run: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="tidewire-golden-") as temporary, contextlib.ExitStack() as stack:
        directory = options.keep or Path(temporary)
        servers = {}
        for run in runs:
            play, make_server = kind_of(run)
            if make_server not in servers:
                servers[make_server] = stack.enter_context(make_server())
            with Worker() as worker:
                try:
                    difference = play(servers[make_server], worker, run, directory)
                except Exception as error:
                    difference = f"{type(error).__name__}: {error}\n{worker.log_tail()}"
            if difference:
                failed[run] = difference
    for run, difference in failed.items():
        print(f"\n--- {run} ---\n{difference}")
    print(f"{len(runs) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
