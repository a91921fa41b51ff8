"""publication.autocreate.mode in all its values, and publications that are missing."""
import json

from support import connectors
from support.wait import wait_until


def published(database, name="pub_t"):
    return [row[0] for row in database.query(
        "SELECT tablename FROM pg_publication_tables WHERE pubname = %s ORDER BY tablename", (name,))]


def keys(replication, topic):
    return [(record["topic"], json.loads(record["key"])["payload"]["id"]) for record in replication.worker.consume(topic)]


def tables(replication):
    replication.source.execute("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); "
                               "CREATE TABLE c (id int PRIMARY KEY)")


def failure(replication):
    replication.worker.wait_state(replication.source_name, "FAILED")
    return replication.worker.status(replication.source_name)["tasks"][0]["trace"]


def test_all_tables_publishes_tables_that_come_later_too(replication):
    tables(replication)
    replication.start_source(publication_autocreate_mode="all_tables")
    assert replication.source.value("SELECT puballtables FROM pg_publication WHERE pubname = 'pub_t'")
    replication.source.execute("CREATE TABLE d (id int PRIMARY KEY); INSERT INTO d VALUES (1)")
    wait_until(lambda: keys(replication, r"t\..*") == [("t.public.d", 1)], 20, "the row of the new table")


def test_filtered_publishes_what_the_lists_choose_and_follows_them(replication):
    tables(replication)
    replication.start_source(publication_autocreate_mode="filtered", table_include_list="public.[ab]")
    assert published(replication.source) == ["a", "b"]
    name = replication.source_name
    config = replication.worker.get(f"/connectors/{name}/config")
    replication.worker.put(f"/connectors/{name}/config", {**config, "table.include.list": "public.b,public.c"})
    wait_until(lambda: published(replication.source) == ["b", "c"], 20,
               lambda: f"the publication follows: {published(replication.source)}")
    replication.source.server.wait_streaming(replication.slot)
    replication.source.execute("INSERT INTO a VALUES (1); INSERT INTO b VALUES (2); INSERT INTO c VALUES (3)")
    wait_until(lambda: keys(replication, r"t\..*") == [("t.public.b", 2), ("t.public.c", 3)], 20,
               lambda: f"rows of b and c: {keys(replication, '.*')}")


def test_filtered_with_lists_that_choose_nothing_is_a_precise_error(replication):
    tables(replication)
    replication.worker.create(replication.source_name, connectors.postgres_source(
        replication.source, publication_autocreate_mode="filtered", table_include_list="public.nope"), wait=False)
    assert "table.include.list" in failure(replication)


def test_no_tables_makes_an_empty_publication_that_an_administrator_fills(replication):
    tables(replication)
    replication.start_source(publication_autocreate_mode="no_tables")
    assert replication.source.query("SELECT puballtables FROM pg_publication WHERE pubname = 'pub_t'") == [(False,)]
    assert published(replication.source) == []
    replication.source.execute("ALTER PUBLICATION pub_t ADD TABLE b")
    replication.source.execute("INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)")
    wait_until(lambda: keys(replication, r"t\..*") == [("t.public.b", 2)], 20, "only the row of b")


def test_disabled_takes_what_is_there_and_says_how_to_make_it_when_it_is_not(replication):
    tables(replication)
    source, worker, name = replication.source, replication.worker, replication.source_name
    worker.create(name, connectors.postgres_source(
        source, publication_autocreate_mode="disabled", publication_name="mine"), wait=False)
    trace = failure(replication)
    assert 'CREATE PUBLICATION "mine"' in trace and "publication.autocreate.mode" in trace
    source.execute("CREATE PUBLICATION mine FOR TABLE c")
    worker.request("POST", f"/connectors/{name}/restart?includeTasks=true&onlyFailed=true")
    source.server.wait_streaming(replication.slot)
    source.execute("INSERT INTO a VALUES (1); INSERT INTO c VALUES (3)")
    wait_until(lambda: keys(replication, r"t\..*") == [("t.public.c", 3)], 20, "only the row of c")
    assert source.query("SELECT pubname FROM pg_publication") == [("mine",)]


def test_a_publication_dropped_in_mid_stream_is_an_error_with_its_remedy(replication):
    tables(replication)
    replication.start_source(errors_max_retries=2)
    replication.source.execute("DROP PUBLICATION pub_t; INSERT INTO a VALUES (1)")

    def told():
        status = replication.worker.status(replication.source_name)["tasks"][0]
        return "pub_t" in status.get("trace", "") and status["trace"]
    trace = wait_until(told, 30, lambda: f"the trace names it: {replication.worker.log_tail(5)}")
    assert "publication" in trace and "new snapshot" in trace
