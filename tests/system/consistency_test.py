"""tidewire.consistency=transaction: no reader of the target ever sees half of a source transaction."""
import random
import threading
import time

ACCOUNTS, TOTAL = 200, 200 * 1000


def test_a_sum_over_two_tables_is_constant_at_every_moment(replication):
    replication.ddl("CREATE TABLE a (id int PRIMARY KEY, balance bigint); CREATE TABLE b (id int PRIMARY KEY, balance bigint)")
    replication.source.execute(f"INSERT INTO a SELECT i, 1000 FROM generate_series(1, {ACCOUNTS // 2}) i; "
                               f"INSERT INTO b SELECT i, 1000 FROM generate_series(1, {ACCOUNTS // 2}) i")
    replication.start(sink={"tidewire_consistency": "transaction"})
    replication.assert_equal("a", "b")
    done, errors, looks = threading.Event(), [], [0]

    def look():
        with replication.target.session() as cursor:
            while not done.is_set():
                cursor.execute("SELECT (SELECT sum(balance) FROM a) + (SELECT sum(balance) FROM b)")
                looks[0] += 1
                total = cursor.fetchone()[0]
                if total != TOTAL:
                    errors.append(total)
    reader = threading.Thread(target=look)
    reader.start()
    rng = random.Random(1)
    end = time.monotonic() + 6
    with replication.source.session(autocommit=False) as cursor:
        while time.monotonic() < end:
            for _ in range(rng.choice((1, 3, 30))):
                amount = rng.randint(1, 50)
                cursor.execute("UPDATE a SET balance = balance - %s WHERE id = %s", (amount, rng.randint(1, 100)))
                cursor.execute("UPDATE b SET balance = balance + %s WHERE id = %s", (amount, rng.randint(1, 100)))
            cursor.connection.commit()
    replication.mark()
    done.set()
    reader.join()
    replication.assert_equal("a", "b")
    assert not errors, f"{len(errors)} of {looks[0]} looks saw a broken sum, first {errors[0]}"
    assert looks[0] > 100
