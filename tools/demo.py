#!/usr/bin/python3
"""The demo behind ./demo.sh; see its head for what it does. Needs the release build."""
import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.compare import compare_tables  # noqa: E402
from support.postgres import Postgres  # noqa: E402
from support.wait import wait_until  # noqa: E402
from support.worker import Worker  # noqa: E402

EXAMPLE = ROOT / "examples/postgres-to-postgres"
STORM_TABLES = ["customer", "purchase", "stock"]
STORM_DDL = """
CREATE TABLE customer (id bigint PRIMARY KEY, name text, email varchar(100) UNIQUE, balance numeric(12,2), since timestamptz);
CREATE TABLE purchase (id bigint PRIMARY KEY, customer bigint NOT NULL, item int NOT NULL, price numeric(10,2), note jsonb);
CREATE TABLE stock (item int PRIMARY KEY, amount int NOT NULL, label text);
"""
STORM_ROWS = """
INSERT INTO customer SELECT i, 'customer ' || i, 'c' || i || '@example.com', 100, now() FROM generate_series(1, 1000) i;
INSERT INTO stock SELECT i, 10000, 'item ' || i FROM generate_series(1, 200) i;
"""


def say(text=""):
    print(text, flush=True)


def heading(text):
    say(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


class Demo:
    def __init__(self, options):
        self.options = options
        self.directory = Path(tempfile.mkdtemp(prefix="tidewire-demo-"))
        # The servers run as another user when the demo is run by root.
        self.directory.chmod(0o755)
        self.servers = [Postgres(directory=self.directory / role, outlives=options.keep)
                        for role in ("source", "target")]
        self.worker = Worker(directory=self.directory / "worker", outlives=options.keep)
        self.source = self.target = None

    # The worked example.
    def start(self):
        heading("Two PostgreSQL servers and one worker, in " + str(self.directory))
        for server in self.servers:
            server.start()
        self.source, self.target = (server.create_database("test") for server in self.servers)
        self.worker.start()
        say(f"source: psql -h 127.0.0.1 -p {self.servers[0].port} -U postgres test")
        say(f"target: psql -h 127.0.0.1 -p {self.servers[1].port} -U postgres test")
        say(f"worker: {self.worker.url}  (REST ready after {self.worker.ready_ms:.0f} ms)")

    def post(self, name, change):
        """The example's file, with this demo's ports, through curl."""
        document = json.loads((EXAMPLE / name).read_text())
        change(document["config"])
        file = self.directory / name
        file.write_text(json.dumps(document, indent=2) + "\n")
        command = ["curl", "-i", "-sS", "-X", "POST", "-H", "Accept:application/json", "-H",
                   "Content-Type:application/json", f"localhost:{self.worker.port}/connectors/", "--data", f"@{file}"]
        say("$ " + " ".join(command))
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        say(answer.splitlines()[0])
        if " 201 " not in answer.splitlines()[0] + " ":
            raise RuntimeError(answer)
        self.worker.wait_running(document["name"])

    def worked_example(self):
        heading("The worked example: a Debezium source and a Confluent JDBC sink, as their JSON files say")
        self.source.psql("-f", EXAMPLE / "subscription.sql")
        self.post("connector.json", lambda config: config.update({"database.port": str(self.servers[0].port)}))
        self.post("test-sink.json", lambda config: config.update({
            "connection.url": f"jdbc:postgresql://localhost:{self.servers[1].port}/test"}))
        self.wait_equal(["subscription"])
        say(f"the snapshot is there: {self.target.value('SELECT count(*) FROM subscription')} rows at the target")
        self.servers[0].wait_streaming("subscription_slot")
        began = time.monotonic()
        self.source.psql("-f", EXAMPLE / "changes.sql")
        self.wait_equal(["subscription"])
        say(f"insert, update, delete and key change: equal after {(time.monotonic() - began) * 1000:.0f} ms")

    def wait_equal(self, tables, timeout=60):
        def equal():
            try:
                return not compare_tables(self.source, self.target, tables)
            except Exception:  # The sink has yet to make the table.
                return False
        wait_until(equal, timeout, f"{', '.join(tables)} equal at the target", interval=0.02)

    # The storm.
    def connect_storm_tables(self):
        for database in (self.source, self.target):
            database.execute(STORM_DDL)
        self.source.execute(STORM_ROWS)

        def source(config):
            config.update({"database.port": str(self.servers[0].port), "table.include.list":
                           ",".join(f"public.{table}" for table in STORM_TABLES), "slot.name": "storm",
                           "publication.name": "storm", "topic.prefix": "storm", "transforms": ""})

        def sink(config):
            config.pop("topics")
            config.update({"topics.regex": r"storm\..*", "pk.fields": "", "transforms": "unwrap,route",
                           "connection.url": f"jdbc:postgresql://localhost:{self.servers[1].port}/test",
                           "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
                           "transforms.route.regex": r"storm\.public\.(.*)", "transforms.route.replacement": "$1"})
        for name, file, change in (("storm", "connector.json", source), ("storm-sink", "test-sink.json", sink)):
            config = json.loads((EXAMPLE / file).read_text())["config"]
            change(config)
            config = {key: value for key, value in config.items()
                      if config.get("transforms") or not key.startswith("transforms")}
            self.worker.create(name, config)
        self.servers[0].wait_streaming("storm")
        self.wait_equal(STORM_TABLES)

    def storm(self):
        heading(f"A storm of {self.options.seconds} s: inserts, updates, deletes, key changes, multi-table transactions")
        self.connect_storm_tables()
        storm = Storm(self.source, self.options.rate)
        storm.start()
        began = last = time.monotonic()
        shown = 0
        while time.monotonic() < began + self.options.seconds and not storm.error:
            time.sleep(0.5)
            now, events = time.monotonic(), storm.events
            self.live_line(f"{now - began:5.1f} s  {(events - shown) / (now - last):9,.0f} events/s  "
                           f"{events:10,d} events  lag {self.lag_ms():6.1f} ms")
            last, shown = now, events
        storm.stop()
        if storm.error:
            raise storm.error
        began_waiting = time.monotonic()
        self.wait_equal(STORM_TABLES)
        elapsed = time.monotonic() - began
        say(f"\nthe target was equal {time.monotonic() - began_waiting:.1f} s after the last commit")
        return storm.events, storm.events / elapsed

    def live_line(self, text):
        if sys.stdout.isatty():
            print("\r" + text, end="", flush=True)
        else:
            say(text)

    def lag_ms(self):
        """The time that a commit needs to become visible at the target, by a row of its own."""
        began = time.monotonic()
        self.source.execute("UPDATE stock SET label = %s WHERE item = 1", (f"probe {began}",))
        wait_until(lambda: self.target.value("SELECT label FROM stock WHERE item = 1") == f"probe {began}", 30,
                   "the probe arrives", interval=0.002)
        return (time.monotonic() - began) * 1000

    # The result.
    def compare(self):
        heading("Comparing both databases row by row, column::text")
        tables = ["subscription", *STORM_TABLES]
        differences, rows = [], 0
        for table in tables:
            found = compare_tables(self.source, self.target, [table])
            count = self.source.value(f"SELECT count(*) FROM {table}")
            rows += count
            say(f"{table:15s} {count:10,d} rows  {'equal' if not found else 'DIFFERENT'}")
            differences += found
        for line in differences:
            say("  " + line)
        return rows, not differences

    def what_next(self):
        heading("What to try next")
        say("""  ./demo.sh --keep                              leaves the servers and the worker running
  examples/postgres-to-postgres/README.md       the same by hand, step by step
  build/release/tidewire check connector.json   what is missing at your server, and the SQL that mends it
  build/release/tidewire consume --help         look at the events, as a Kafka consumer would see them
  bench/run.sh pg-to-pg                         the speed beside PostgreSQL's own replication""")

    def stop(self):
        if self.worker.running():
            self.worker.stop()
        for server in self.servers:
            server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class Storm:
    """Three writers that keep to a rate of changes a second; counts row changes that were committed."""
    WRITERS = 3

    def __init__(self, database, rate):
        self.database, self.rate, self.stopping = database, rate, threading.Event()
        self.events, self.error, self._lock = 0, None, threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(self.WRITERS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number):
        rng, next_id = random.Random(number), number * 100_000_000 + 1_000_000
        began, done = time.monotonic(), 0
        try:
            with self.database.session(autocommit=False) as cursor:
                while not self.stopping.is_set():
                    changes, next_id = self._transaction(cursor, rng, number, next_id)
                    cursor.connection.commit()
                    with self._lock:
                        self.events += changes
                    done += changes
                    self.stopping.wait(began + done * self.WRITERS / self.rate - time.monotonic())
        except Exception as error:
            self.error = error
            self.stopping.set()

    def _transaction(self, cursor, rng, number, next_id):
        count = rng.choice((1, 5, 50, 500))
        mine = f"id %% 3 = {number}"
        run = cursor.execute
        run("INSERT INTO purchase SELECT %s + i, 1 + i %% 1000, 1 + i %% 200, i / 3.0, "
            "jsonb_build_object('n', i) FROM generate_series(1, %s) i", (next_id, count))
        changes = cursor.rowcount
        run(f"UPDATE customer SET balance = balance - 1 WHERE {mine} AND id BETWEEN %s AND %s",
            (lambda first: (first, first + 60))(rng.randint(1, 900)))
        changes += cursor.rowcount
        run("UPDATE stock SET amount = amount - 1 WHERE item = %s", (2 + number + 3 * rng.randint(0, 60),))
        changes += cursor.rowcount
        run("DELETE FROM purchase WHERE id BETWEEN %s AND %s", (next_id - 3000, next_id - 2000))
        changes += cursor.rowcount
        if rng.random() < 0.2:  # A key change, there and back.
            key = 3 * rng.randint(1, 300) + number
            run("UPDATE customer SET id = id + 1000000 WHERE id = %s", (key,))
            changes += 2 * cursor.rowcount
            if rng.random() < 0.9:
                run("UPDATE customer SET id = id - 1000000 WHERE id = %s", (key + 1000000,))
                changes += 2 * cursor.rowcount
        return changes, next_id + count


def main():
    parser = argparse.ArgumentParser(prog="demo.sh", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the servers and the worker running")
    parser.add_argument("--seconds", type=int, default=10, help="length of the storm (10)")
    parser.add_argument("--rate", type=int, default=30_000, help="changes a second that the storm aims at (30000)")
    demo = Demo(parser.parse_args())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rows, events, rate, equal = 0, 0, 0.0, False
    try:
        demo.start()
        demo.worked_example()
        events, rate = demo.storm()
        rows, equal = demo.compare()
        demo.what_next()
    except Exception as error:
        say(f"\nThe demo failed: {error}\nEnd of the worker's log:\n{demo.worker.log_tail()}")
    finally:
        if demo.options.keep and equal:
            keep(demo)
        else:
            demo.stop()
    say(f"\nRESULT demo equal={'yes' if equal else 'no'} rows={rows} events={events} events_per_second={rate:.0f}")
    return 0 if equal else 1


def keep(demo):
    """Leaves all running, with a script that ends it."""
    processes = [demo.worker.process.pid, *(server.process.pid for server in demo.servers)]
    script = demo.directory / "stop.sh"
    script.write_text("#!/bin/sh\nkill -TERM %d; kill -INT %d %d; sleep 2; rm -rf '%s'\n" % (*processes, demo.directory))
    script.chmod(0o755)
    heading(f"All is left running. {script} ends it; the worker's log is {demo.worker.log}")


if __name__ == "__main__":
    sys.exit(main())
