#!/usr/bin/python3
"""Kills the worker and its servers under load, again and again, and proves that nothing was lost, doubled or torn.

usage: crash.py [--seconds N] [--seed N] [--failpoints NAME,...] [--source KIND] [--target KIND]

Random multi-table transactions run at the source; the worker is killed by SIGKILL at random moments and at each named
failpoint of the sources; both servers are shut down, crashed and frozen. Each minute all that was committed has to
arrive; at the end source and target are equal row by row, the audit triggers of the target saw nothing applied twice, and
no reader of the target ever saw an invariant broken.
KIND is postgres (as without it), mariadb or mysql. Prints the seed; last line: N passed, N failed.
"""
import argparse
import random
import re
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(HERE)]

import schema  # noqa: E402
from load import Load  # noqa: E402
from support.compare import compare_tables  # noqa: E402
from support.connectors import debezium_sink  # noqa: E402
from support.mysql_server import MariaDb, Mysql  # noqa: E402
from support.postgres import Postgres  # noqa: E402
from support.replication import Replication  # noqa: E402
from support.wait import wait_until  # noqa: E402
from support.worker import Worker  # noqa: E402

SERVERS = {"postgres": Postgres, "mariadb": MariaDb, "mysql": Mysql}
# Where src/source keeps what is of one kind of source only.
SOURCE_ROOMS = {"postgres": "postgres", "mariadb": "mysql", "mysql": "mysql"}

# So often the worker is left alone until all that was committed has arrived. A kill every few seconds makes the server
# decode the same WAL again and again; without a calm moment it may never get past a large transaction.
CALM_EVERY_S = 60


def failpoint_names(source):
    """All that a source of this kind may pass, and all of everything else."""
    others = {ROOT / "src/source" / room for room in SOURCE_ROOMS.values()} - {ROOT / "src/source" / SOURCE_ROOMS[source]}
    names = set()
    for file in (ROOT / "src").rglob("*.cc"):
        if file.parent in others:
            continue
        names.update(re.findall(r'\bFailpoint\("([^"]+)"\)', file.read_text()))
    return sorted(names)


class InvariantReader:
    """Looks at the target as often as it can."""

    def __init__(self, database):
        self.database, self.stopping = database, threading.Event()
        self.looks, self.broken = 0, []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        connection = None
        while not self.stopping.is_set():
            try:
                if connection is None:
                    connection = self.database.connect()
                with connection.cursor() as cursor:
                    cursor.execute(schema.INVARIANTS)
                    row = cursor.fetchone()
                    self.looks += 1
                    for column, good in zip(cursor.description, row):
                        if not good and len(self.broken) < 100:
                            self.broken.append(f"{time.strftime('%H:%M:%S')} {column[0]}")
            except self.database.Error as error:
                if not self.database.lost(error):
                    self.broken.append(repr(error))
                    return
                connection = None
            time.sleep(0.05)

    def stop(self):
        self.stopping.set()
        self.thread.join()


class Chaos:
    """Does one bad thing after the other; counts them by kind."""

    def __init__(self, replication, rng, failpoints):
        self.replication, self.worker, self.rng, self.failpoints = replication, replication.worker, rng, failpoints
        self.counts, self.died_at = {}, {}
        self._queue = []

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def step(self):
        time.sleep(self.rng.choice((0.05, 0.3, 1, 2, 3)))
        action = self.rng.choices(
            [self.kill, self.kill_at_failpoint, self.stop_worker, self.restart_target, self.restart_source,
             self.freeze_target, self.vacuum_target], weights=[6, 8, 1, 1, 1, 1, 1])[0]
        action()

    def kill(self):
        self.worker.kill()
        self.count("SIGKILL")
        time.sleep(self.rng.choice((0, 0, 0.2, 1)))
        self.worker.start()

    def stop_worker(self):
        self.worker.stop()
        self.count("SIGTERM")
        self.worker.start()

    def kill_at_failpoint(self):
        """Restarts the worker so that it kills itself at the n-th passing of a failpoint."""
        if not self.failpoints:
            return self.kill()
        if not self._queue:
            self._queue = self.rng.sample(self.failpoints, len(self.failpoints))
        name = self._queue.pop()
        passing = self.rng.choice((1, 1, 2, 3, 10, 50))
        self.worker.kill()
        self.worker.launch({"TIDEWIRE_FAILPOINTS": f"{name}=kill@{passing}"})
        deadline = time.monotonic() + self.rng.uniform(3, 6)
        while time.monotonic() < deadline and self.worker.running():
            time.sleep(0.02)
        if self.worker.running():
            self.worker.kill()
            self.count("SIGKILL")
        else:
            self.count("killed at a failpoint")
            self.died_at[name] = self.died_at.get(name, 0) + 1
        self.worker.start()

    def restart_target(self):
        self.count("target restart")
        self.replication.target.server.restart(crash=self.rng.random() < 0.5)

    def restart_source(self):
        self.count("source restart")
        self.replication.source.server.restart(crash=self.rng.random() < 0.5)

    def freeze_target(self):
        self.count("target freeze")
        self.replication.target.server.freeze()
        time.sleep(self.rng.uniform(0.2, 3))
        self.replication.target.server.thaw()

    def vacuum_target(self):
        self.count("target vacuum")
        self.replication.target.execute(schema.dialect(self.replication.target).UPKEEP)


class Results:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, what, problems):
        if problems:
            self.failed += 1
            print(f"FAILED {what}")
            for problem in problems[:20]:
                print(f"  {problem}")
        else:
            self.passed += 1
            print(f"ok     {what}")


def set_up(replication):
    for database in (replication.source, replication.target):
        database.execute(schema.dialect(database).DDL)
    replication.source.execute(schema.dialect(replication.source).ROWS)
    replication.start(debezium_sink, sink={"tidewire_consistency": "transaction"})
    replication.assert_equal(*schema.TABLES, timeout=60)
    replication.target.execute(schema.dialect(replication.target).AUDIT)


class Marks:
    """Journal entries of our own: when one is at the target, so is all that was committed before it."""

    def __init__(self, replication):
        self.replication, self.count = replication, 0

    def wait_for_a_new_one(self):
        """The problems, if it does not arrive while the worker is left alone."""
        replication, self.count = self.replication, self.count + 1
        replication.source.execute("INSERT INTO journal VALUES (%s, 'mark')", (-self.count,))
        try:
            wait_until(lambda: replication.target.query("SELECT 1 FROM journal WHERE id = %s", (-self.count,)), 180,
                       f"mark {self.count} arrives", 0.2)
            return []
        except (AssertionError, replication.source.Error, replication.target.Error) as error:
            return [str(error), str(replication.worker.states(replication.source_name)),
                    str(replication.worker.states(replication.sink_name)), replication.worker.log_tail()]


def verify(results, replication, reader, load, chaos, marks):
    source, target = replication.source, replication.target
    results.check("everything committed arrives", marks.wait_for_a_new_one())
    reader.stop()
    results.check("the load met no unexpected error", load.errors)
    for table in schema.TABLES:
        results.check(f"{table} is equal row by row", compare_tables(source, target, [table]))
    results.check("the audit saw nothing applied twice or backwards",
                  [row[0] for row in target.query("SELECT what FROM audit LIMIT 20")])
    doubled = target.query("SELECT id, count(*) FROM journal_seen GROUP BY id HAVING count(*) > 1 LIMIT 20")
    results.check("each journal entry was inserted exactly once", [f"{row[0]}: {row[1]} times" for row in doubled])
    results.check(f"the invariants held at each of {reader.looks} looks", reader.broken or ([] if reader.looks else ["no look"]))
    states = replication.worker.states(replication.source_name) + replication.worker.states(replication.sink_name)
    results.check("no task needed a restart by hand", [] if set(states) == {"RUNNING"} else [str(states)])
    results.check("the worker was killed", [] if chaos.counts else ["nothing happened"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--failpoints", help="only these, separated by commas (default: all of the sources)")
    parser.add_argument("--source", choices=SERVERS, default="postgres")
    parser.add_argument("--target", choices=SERVERS, default="postgres")
    options = parser.parse_args()
    failpoints = options.failpoints.split(",") if options.failpoints else failpoint_names(options.source)
    print(f"seed {options.seed}; failpoints: {', '.join(failpoints)}", flush=True)
    rng, results = random.Random(options.seed), Results()
    with SERVERS[options.source]() as source, SERVERS[options.target]() as target, Worker() as worker:
        replication = Replication(worker, source.create_database("src"), target.create_database("dst"))
        set_up(replication)
        reader, load = InvariantReader(replication.target), Load(replication.source, options.seed)
        chaos = Chaos(replication, rng, failpoints)
        load.start()
        began = time.monotonic()
        marks, calm = Marks(replication), began + CALM_EVERY_S
        problem = None
        while problem is None and time.monotonic() < began + options.seconds:
            try:
                chaos.step()
                if time.monotonic() > calm:
                    problem = "\n".join(marks.wait_for_a_new_one()) or None
                    calm = time.monotonic() + CALM_EVERY_S
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
                break
        load.stop()
        results.check("the worker and the servers always came back", [problem] if problem else [])
        if not worker.running():
            worker.start()
        verify(results, replication, reader, load, chaos, marks)
        kills = chaos.counts.get("SIGKILL", 0) + chaos.counts.get("killed at a failpoint", 0)
        print(f"seed={options.seed} seconds={time.monotonic() - began:.0f} kills={kills} transactions={load.transactions} "
              f"marks={marks.count} looks={reader.looks} " + " ".join(f"{k.replace(' ', '_')}={v}" for k, v in sorted(chaos.counts.items())))
        print("died at: " + (", ".join(f"{k} × {v}" for k, v in sorted(chaos.died_at.items())) or "no failpoint"))
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
