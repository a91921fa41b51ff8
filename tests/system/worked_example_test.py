"""The worked example of examples/postgres-to-postgres, with its files and with curl, as a person runs it."""
import time

from support.compare import compare_tables
from support.examples import EXAMPLES, changed, post_and_wait, post_with_curl
from support.wait import wait_until

EXAMPLE = EXAMPLES / "postgres-to-postgres"


def source_file(folder, source):
    """The example's file with this test's port and database in place of 5432 and `test`."""
    return changed(EXAMPLE / "connector.json", folder, {
        "database.port": str(source.server.port), "database.dbname": source.name, "slot.name": f"slot_{source.name}"})


def sink_file(folder, target):
    return changed(EXAMPLE / "test-sink.json", folder, {
        "connection.url": f"jdbc:postgresql://localhost:{target.server.port}/{target.name}"})


def test_two_json_files_posted_with_curl_make_a_live_replica(source, target, worker, tmp_path):
    source.psql("-f", EXAMPLE / "subscription.sql")
    files = [source_file(tmp_path, source), sink_file(tmp_path, target)]
    assert [post_and_wait(worker, file)["type"] for file in files] == ["source", "sink"]

    def equal():
        return not compare_tables(source, target, ["subscription"])

    def exists():
        return target.value("SELECT to_regclass('subscription')")
    wait_until(lambda: exists() and equal(), 10, "the snapshot is at the target")
    assert target.value("SELECT count(*) FROM subscription") == 16
    assert target.value("SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
                        "AND a.attnum = ANY (i.indkey) WHERE i.indrelid = 'subscription'::regclass") == "email"

    source.server.wait_streaming(f"slot_{source.name}")
    began = time.monotonic()
    source.psql("-f", EXAMPLE / "changes.sql")
    wait_until(equal, 10, lambda: str(compare_tables(source, target, ["subscription"])), interval=0.01)
    assert time.monotonic() - began < 1.0
    assert target.value("SELECT count(*) FROM subscription") == 16
    assert target.value("SELECT status FROM subscription WHERE email = 'chloe.dubois@example.com'") == "active"


def test_posting_the_same_file_again_is_refused_with_409(source, worker, tmp_path):
    source.psql("-f", EXAMPLE / "subscription.sql")
    file = source_file(tmp_path, source)
    assert post_with_curl(worker, file)[0][0].split()[1] == "201"
    head, body = post_with_curl(worker, file)
    assert head[0].split()[1] == "409"
    assert body == {"error_code": 409, "message": "Connector connector already exists"}
