"""What the cases share: servers as they are set up for speed, the workload, medians, the RESULT line."""
import argparse
import statistics
import time

from support.postgres import Postgres, lsn_number
from support.wait import wait_until

# Durable as shipped (fsync and synchronous_commit on); large enough that checkpoints do not fall into a run by chance.
SETTINGS = {
    "fsync": "on", "shared_buffers": "512MB", "max_wal_size": "16GB", "checkpoint_timeout": "60min",
    "max_connections": "200", "wal_sender_timeout": "60s",
}

TABLE = ("CREATE TABLE bench (id bigint PRIMARY KEY, a int, b text, c numeric(12,2), d timestamptz, e jsonb)")
ROW = ("{id}, ({id} % 1000)::int, md5(({id})::text) || 'payload', ({id} % 100000) / 100.0, "
       "timestamptz '2024-01-01' + ({id} % 100000) * interval '1 second', jsonb_build_object('n', {id} % 100, 'k', 'v')")

# 7 inserts and 3 updates a transaction; the updates fall on rows spread over all that were inserted before.
BACKLOG = """
CREATE PROCEDURE backlog(transactions int) LANGUAGE plpgsql AS $$
DECLARE n bigint := 0; m bigint; x bigint;
BEGIN
  FOR t IN 1..transactions LOOP
    INSERT INTO bench SELECT """ + ROW.format(id="(n + i)") + """ FROM generate_series(1, 7) i;
    m := n + 7;
    x := (t::bigint * 7919) % m;
    UPDATE bench SET a = a + 1, c = c + 1
      WHERE id IN (1 + x, 1 + (x + m / 3) % m, 1 + (x + 2 * (m / 3)) % m);
    n := m;
    COMMIT;
  END LOOP;
END $$
"""
LAST_ID = 1_000_000_000


def server(**settings):
    return Postgres({**SETTINGS, **settings}).start()


class Backlog:
    """A source server with `transactions` of ten changes that the slot `base` has yet to read, and one row behind them.

    Each reader gets a copy of the slot, so that all read the same backlog."""

    def __init__(self, transactions=100_000):
        self.server = server()
        self.database = self.server.create_database("bench")
        self.database.execute(TABLE)
        self.database.execute("CREATE PUBLICATION bench_pub FOR TABLE bench")
        self.database.query("SELECT pg_create_logical_replication_slot('base', 'pgoutput')")
        self.database.execute(BACKLOG)
        with self.database.session() as cursor:
            cursor.execute("SET synchronous_commit = off")
            cursor.execute(f"CALL backlog({transactions})")
        # Everything below this position is the backlog; the row makes the readers pass it.
        self.end = self.database.value("SELECT pg_current_wal_insert_lsn()::text")
        self.database.execute(f"INSERT INTO bench SELECT {ROW.format(id=LAST_ID)}")
        self.database.execute("CHECKPOINT")
        self.events = transactions * 10 + 1

    def end_number(self):
        return lsn_number(self.end)

    def slot(self, name):
        self.database.query("SELECT pg_copy_logical_replication_slot('base', %s)", (name,))
        return name


def source_config(database, slot, **more):
    """Reads from where the slot stands; no snapshot."""
    from support import connectors
    return connectors.postgres_source(database, "bench", slot=slot, also={
        "publication.name": "bench_pub", "publication.autocreate.mode": "disabled", "snapshot.mode": "no_data", **more})


def wait_for_row(cursor, row_id, timeout=170, interval=0.005):
    def there():
        cursor.execute("SELECT 1 FROM bench WHERE id = %s", (row_id,))
        return cursor.fetchone()
    wait_until(there, timeout, f"row {row_id} is at the target", interval=interval)


def timed(action):
    began = time.monotonic()
    action()
    return time.monotonic() - began


def arguments(doc):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def repeat(name, runs, one_run):
    """Runs `one_run(number) -> {key: value}`, prints each, and returns the medians."""
    results = []
    for number in range(1, runs + 1):
        result = one_run(number)
        print(f"run {number}: " + show(result), flush=True)
        results.append(result)
    medians = {key: statistics.median(result[key] for result in results) for key in results[0]}
    spread = {key: f"{min(r[key] for r in results):.4g}..{max(r[key] for r in results):.4g}" for key in results[0]}
    print("spread: " + " ".join(f"{key}={value}" for key, value in spread.items()))
    return medians


def show(values):
    return " ".join(f"{key}={value:.4g}" if isinstance(value, float) and abs(value) < 10000 else f"{key}={value:.0f}"
                    for key, value in values.items())


def print_result(name, values):
    print(f"RESULT {name} {show(values)}")
