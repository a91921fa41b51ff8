"""The worked example of examples/mysql-to-postgres, with its files and with curl, as a person runs it."""
import json
import time

import pytest

from support.compare import compare_tables
from support.examples import EXAMPLES, changed, post_and_wait
from support.wait import wait_until

EXAMPLE = EXAMPLES / "mysql-to-postgres"


@pytest.fixture(params=["mariadb", pytest.param("mysql", marks=pytest.mark.mysql)])
def source(request):
    database = request.getfixturevalue(request.param)
    database.server.execute("DROP USER IF EXISTS debezium")
    database.client(EXAMPLE / "user.sql")
    yield database
    database.server.execute("DROP USER debezium")


def files_for(source, target, folder):
    """The example's files with this test's ports and databases in place of 3306, 5432 and `test`."""
    tables = json.loads((EXAMPLE / "connector.json").read_text())["config"]["table.include.list"]
    return [changed(EXAMPLE / "connector.json", folder, {
                "database.port": str(source.server.port), "database.include.list": source.name,
                "table.include.list": tables.replace("test.", f"{source.name}.")}),
            changed(EXAMPLE / "test-sink.json", folder, {
                "connection.url": f"jdbc:postgresql://localhost:{target.server.port}/{target.name}"})]


def test_two_json_files_posted_with_curl_make_a_live_replica(source, target, worker, tmp_path):
    source.client(EXAMPLE / "subscription.sql")
    assert [post_and_wait(worker, file)["type"] for file in files_for(source, target, tmp_path)] == ["source", "sink"]

    def equal():
        return not compare_tables(source, target, ["subscription"])
    wait_until(equal, 10, lambda: f"the snapshot is at the target\n{worker.log_tail()}")
    assert target.value("SELECT count(*) FROM subscription") == 16
    assert target.value("SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
                        "AND a.attnum = ANY (i.indkey) WHERE i.indrelid = 'subscription'::regclass") == "email"

    wait_until(lambda: source.server.dumps("debezium"), 20, "the source streams")
    began = time.monotonic()
    source.client(EXAMPLE / "changes.sql")
    wait_until(equal, 10, lambda: str(compare_tables(source, target, ["subscription"])), interval=0.01)
    assert time.monotonic() - began < 1.0
    assert target.value("SELECT count(*) FROM subscription") == 16
    assert target.value("SELECT status FROM subscription WHERE email = 'chloe.dubois@example.com'") == "active"
    statements = [json.loads(record["value"])["payload"]["ddl"] for record in worker.consume("dbserver1")]
    assert any("subscription" in statement and statement.startswith("CREATE TABLE") for statement in statements)
