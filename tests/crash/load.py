"""Random transactions against the source, until told to stop; a server that is away is waited for."""
import random
import threading
import time

from schema import ACCOUNTS, dialect

BULK_ROWS = 200_000


class Load:
    """Counts what was committed; each writer has a range of journal numbers of its own."""

    def __init__(self, database, seed, writers=3):
        self.database, self.dialect, self.stopping = database, dialect(database), threading.Event()
        self.transactions, self._lock = 0, threading.Lock()
        self.errors = []
        self.threads = [threading.Thread(target=self._run, args=(number, random.Random(seed * 100 + number)), daemon=True)
                        for number in range(writers)]
        self.threads.append(threading.Thread(target=self._run_bulk, args=(random.Random(seed * 100 + 99),), daemon=True))

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _with_connection(self, step, pause):
        connection = None
        while not self.stopping.is_set():
            try:
                if connection is None:
                    connection = self.database.connect(autocommit=False)
                with connection.cursor() as cursor:
                    step(cursor)
                connection.commit()
                with self._lock:
                    self.transactions += 1
            except self.database.Error as error:
                if self.database.conflict(error):
                    connection.rollback()
                elif self.database.lost(error):
                    connection = None
                    time.sleep(0.1)
                else:
                    self.errors.append(repr(error))
                    return
            time.sleep(pause())

    def _run(self, number, rng):
        state = {"next": number * 1_000_000_000, "dialect": self.dialect}
        kinds = [transfer] * 5 + [change_keys, swap_places, rotate_keys, family, touch_big_value]

        def step(cursor):
            for kind in rng.sample(kinds, rng.randint(1, 3)):
                kind(cursor, rng, state, number)
            state["next"] += 1
            cursor.execute("INSERT INTO journal VALUES (%s, %s)", (state["next"], "x" * rng.randint(0, 200)))
        self._with_connection(step, lambda: rng.choice((0, 0, 0, 0.002, 0.02)))

    def _run_bulk(self, rng):
        def step(cursor):
            cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM bulk")
            count, last = cursor.fetchone()
            if count > 2 * BULK_ROWS:
                cursor.execute("DELETE FROM bulk")
                cursor.execute("UPDATE bulk_count SET n = 0")
            else:
                cursor.execute(self.dialect.ADD_BULK, (last + 1, last + BULK_ROWS))
                cursor.execute("UPDATE bulk_count SET n = n + %s", (BULK_ROWS,))
        self._with_connection(step, lambda: rng.uniform(5, 15))


def transfer(cursor, rng, _state, _number):
    """Between accounts of both tables, several legs, in ascending order so that writers seldom deadlock."""
    legs = rng.choice((1, 2, 10))
    for side, sign in (("account_a", -1), ("account_b", 1)):
        for account in sorted(rng.sample(range(1, ACCOUNTS + 1), legs)):
            cursor.execute(f"UPDATE {side} SET balance = balance + %s, version = version + 1 WHERE id = %s",
                           (sign * 7, account))


def change_keys(cursor, rng, _state, number):
    """Moves rows out of the way and back: each is a key change. Writers keep to keys of their own remainder."""
    key = 3 * rng.randint(1, 60) + number
    cursor.execute("UPDATE keyed SET id = id + 10000 WHERE id = %s", (key,))
    if rng.random() < 0.8:
        cursor.execute("UPDATE keyed SET id = id - 10000 WHERE id = %s", (key + 10000,))
    else:
        cursor.execute("UPDATE keyed SET id = id - 10000 WHERE id > 10000 AND id %% 3 = %s", ((10000 + number) % 3,))


def rotate_keys(cursor, rng, _state, number):
    """Two rows exchange their keys."""
    a, b = sorted(3 * n + number for n in rng.sample(range(1, 60), 2))
    cursor.execute("SELECT count(*) FROM keyed WHERE id IN (%s, %s)", (a, b))
    if cursor.fetchone()[0] == 2:
        spare = -1 - number
        cursor.execute("UPDATE keyed SET id = %s WHERE id = %s", (spare, a))
        cursor.execute("UPDATE keyed SET id = %s WHERE id = %s", (a, b))
        cursor.execute("UPDATE keyed SET id = %s WHERE id = %s", (b, spare))


def swap_places(cursor, rng, _state, number):
    """Two rows exchange a unique value by way of one that nobody else uses."""
    a, b = sorted(3 * n + number for n in rng.sample(range(1, 60), 2))
    cursor.execute("SELECT id, place FROM swapped WHERE id IN (%s, %s) ORDER BY id FOR UPDATE", (a, b))
    rows = cursor.fetchall()
    if len(rows) == 2:
        cursor.execute("UPDATE swapped SET place = %s WHERE id = %s", (-1 - number, a))
        cursor.execute("UPDATE swapped SET place = %s WHERE id = %s", (rows[0][1], b))
        cursor.execute("UPDATE swapped SET place = %s WHERE id = %s", (rows[1][1], a))


def family(cursor, rng, state, number):
    """Parents with children, and the death of older families: foreign keys in both directions."""
    state["family"] = state.get("family", number * 1_000_000_000) + 1
    parent = state["family"]
    cursor.execute(state["dialect"].ADD_PARENT, (parent,))
    cursor.execute(state["dialect"].ADD_CHILDREN, (parent, parent, rng.randint(0, 5)))
    cursor.execute("DELETE FROM child WHERE parent = %s", (parent - 20,))
    cursor.execute("DELETE FROM parent WHERE id = %s", (parent - 20,))


def touch_big_value(cursor, rng, state, number):
    """Mostly leaves the large value alone, so that the stream lacks it."""
    row = 3 * rng.randint(1, 5) + number
    if rng.random() < 0.8:
        cursor.execute("UPDATE big_value SET n = n + 1 WHERE id = %s", (row,))
    else:
        cursor.execute(state["dialect"].CHANGE_BIG_VALUE, (row,))
