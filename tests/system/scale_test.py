"""Large transactions, many tables: bounded memory and no limits met by accident."""
import time

import pytest

from support.wait import wait_until


def one_transaction(replication, rows):
    replication.ddl("CREATE TABLE t (id bigint PRIMARY KEY, a int, v text)")
    replication.start(sink={"tidewire_consistency": "transaction"})
    replication.source.execute(f"INSERT INTO t SELECT i, i % 1000, md5(i::text) FROM generate_series(1, {rows}) i")
    wait_until(lambda: replication.target.value("SELECT count(*) FROM t") == rows, 600, "all rows are there",
               interval=0.5)
    peak = replication.worker.memory_mb("VmHWM")
    print(f"{rows} rows in one transaction: the worker's peak is {peak:.0f} MB")
    assert peak < 300, f"peak memory {peak:.0f} MB"
    replication.assert_equal("t")


@pytest.mark.plain
def test_half_a_million_rows_in_one_transaction_need_little_memory(replication):
    one_transaction(replication, 500_000)


@pytest.mark.slow
def test_five_million_rows_in_one_transaction_need_little_memory(replication):
    one_transaction(replication, 5_000_000)


def make_tables(database, count):
    for first in range(1, count + 1, 500):
        database.execute("; ".join(f"CREATE TABLE many_{n} (id int PRIMARY KEY, v text)"
                                   for n in range(first, min(first + 500, count + 1))))


def many_tables(count, replication):
    make_tables(replication.source, count)
    replication.source.execute("".join(f"INSERT INTO many_{n} VALUES (1, 'snap');" for n in range(1, count + 1, 97)))
    began = time.monotonic()
    replication.start_source(wait_streaming=False)
    replication.source.server.wait_streaming(replication.slot, timeout=300)
    replication.start_sink()
    replication.source.execute(f"INSERT INTO many_{count} VALUES (2, 'stream')")
    replication.assert_equal(f"many_{count}", "many_1", timeout=120)
    return time.monotonic() - began


def test_five_hundred_tables_are_streamed(replication):
    many_tables(500, replication)


@pytest.mark.slow
def test_ten_thousand_tables_are_streamed():
    from support.postgres import Postgres
    from support.replication import Replication
    from support.worker import Worker
    settings = {"max_locks_per_transaction": 1024}
    with Postgres(settings) as source, Postgres(settings) as target, Worker() as worker:
        many_tables(10_000, Replication(worker, source.create_database("s"), target.create_database("t")))


def test_a_value_of_twenty_megabytes_arrives(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text, b bytea)")
    replication.start()
    replication.source.execute("INSERT INTO t VALUES (1, repeat('x', 20000000), decode(repeat('ab', 5000000), 'hex'))")
    replication.assert_equal("t", timeout=60)
