"""The worked example of examples/postgres-to-postgres, with its files and with curl, as a person runs it."""
import json
import subprocess
import time
from pathlib import Path

from support.compare import compare_tables
from support.wait import wait_until

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/postgres-to-postgres"


def post_with_curl(worker, file):
    done = subprocess.run(
        ["curl", "-sS", "-i", "-X", "POST", "-H", "Accept:application/json", "-H", "Content-Type:application/json",
         f"localhost:{worker.port}/connectors/", "--data", f"@{file}"], capture_output=True, text=True, check=True)
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    return head.splitlines(), json.loads(body)


def for_these_servers(name, folder, source, target):
    """The example's file with this test's ports and databases in place of 5432, 5433 and `test`."""
    document = json.loads((EXAMPLE / name).read_text())
    config = document["config"]
    if "database.port" in config:
        config.update({"database.port": str(source.server.port), "database.dbname": source.name,
                       "slot.name": f"slot_{source.name}"})
    else:
        config["connection.url"] = f"jdbc:postgresql://localhost:{target.server.port}/{target.name}"
    file = folder / name
    file.write_text(json.dumps(document))
    return file


def test_two_json_files_posted_with_curl_make_a_live_replica(source, target, worker, tmp_path):
    source.psql("-f", EXAMPLE / "subscription.sql")
    for name in ("connector.json", "test-sink.json"):
        head, body = post_with_curl(worker, for_these_servers(name, tmp_path, source, target))
        assert head[0].split()[1] == "201", (head, body)
        assert f"/connectors/{body['name']}" in next(line for line in head if line.lower().startswith("location:"))
        assert body["type"] == ("source" if name == "connector.json" else "sink")
        worker.wait_running(body["name"])

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


def test_posting_the_same_file_again_is_refused_with_409(source, target, worker, tmp_path):
    source.psql("-f", EXAMPLE / "subscription.sql")
    file = for_these_servers("connector.json", tmp_path, source, target)
    assert post_with_curl(worker, file)[0][0].split()[1] == "201"
    head, body = post_with_curl(worker, file)
    assert head[0].split()[1] == "409"
    assert body == {"error_code": 409, "message": "Connector connector already exists"}
