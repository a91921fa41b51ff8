"""Configuration: providers, secrets, preflight, and errors that say how to mend."""
import json

import pytest

from support import connectors


def test_values_come_from_files_directories_and_the_environment(source, target, source_server, tmp_path):
    from support.worker import Worker
    (tmp_path / "db.properties").write_text(f"host=127.0.0.1\nport={source_server.port}\n")
    (tmp_path / "user").write_text("postgres")
    source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    with Worker(env={"DATABASE_NAME": source.name}, properties={
            "config.providers": "file,env,dir",
            "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
            "config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
            "config.providers.dir.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider"}) as worker:
        config = connectors.postgres_source(source)
        config.update({
            "database.hostname": "${file:%s/db.properties:host}" % tmp_path,
            "database.port": "${file:%s/db.properties:port}" % tmp_path,
            "database.user": "${dir:%s:user}" % tmp_path, "database.dbname": "${env:DATABASE_NAME}"})
        worker.create("c", config)
        source_server.wait_streaming(config["slot.name"])
        assert worker.get("/connectors/c/config")["database.dbname"] == "${env:DATABASE_NAME}"


def test_secrets_are_masked_in_validation_and_absent_from_the_log(replication):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    replication.start()
    for name, plugin in (("database.password", "PostgresConnector"), ("connection.password", "JdbcSinkConnector")):
        config = (connectors.postgres_source(replication.source) if name.startswith("database")
                  else connectors.debezium_sink(replication.target))
        answer = replication.worker.put(f"/connector-plugins/{config['connector.class']}/config/validate",
                                        {"name": "x", **config})
        assert "postgres-secret" not in json.dumps(answer)
        value = next(item["value"] for item in answer["configs"] if item["value"]["name"] == name)
        assert value["value"] == "[hidden]", plugin
    assert "postgres-secret" not in replication.worker.log_text()


def check(worker, tmp_path, config, expect_status=None):
    file = tmp_path / "connector.json"
    file.write_text(json.dumps({"name": "checked", "config": config}))
    done = worker.cli("check", file, check=False)
    if expect_status is not None:
        assert done.returncode == expect_status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_check_passes_a_good_configuration_and_starts_nothing(worker, source, tmp_path):
    source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    check(worker, tmp_path, connectors.postgres_source(source), expect_status=0)
    assert worker.get("/connectors") == []
    assert source.server.slot(connectors.slot_name(source)) is None


def test_check_names_the_statement_that_mends_the_role(worker, source, tmp_path):
    source.execute("CREATE TABLE t (id int PRIMARY KEY); DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN")
    config = {**connectors.postgres_source(source), "database.user": "weak"}
    text = check(worker, tmp_path, config)
    assert "ALTER ROLE" in text and "REPLICATION" in text
    assert "GRANT SELECT" in text


def test_check_names_tables_whose_updates_would_fail_or_be_lost(worker, source, tmp_path):
    source.execute("CREATE TABLE nokey (a int); CREATE TABLE nothing (id int PRIMARY KEY); "
                   "ALTER TABLE nothing REPLICA IDENTITY NOTHING")
    text = check(worker, tmp_path, connectors.postgres_source(source))
    assert "nokey" in text and "nothing" in text and "REPLICA IDENTITY" in text


def test_check_names_wal_level(worker, tmp_path):
    from support.postgres import Postgres
    with Postgres(settings={"wal_level": "replica"}) as server:
        text = check(worker, tmp_path, connectors.postgres_source(server.create_database("d")))
    assert "wal_level" in text and "ALTER SYSTEM SET wal_level" in text


def test_check_says_when_no_slot_is_left(worker, tmp_path):
    from support.postgres import Postgres
    with Postgres(settings={"max_replication_slots": 1}) as server:
        server.query("SELECT pg_create_logical_replication_slot('taken', 'pgoutput')")
        text = check(worker, tmp_path, connectors.postgres_source(server.create_database("d")))
    assert "max_replication_slots" in text


@pytest.mark.parametrize("wrong, right", [("slot.nmae", "slot.name"), ("tabel.include.list", "table.include.list")])
def test_an_unknown_property_is_answered_with_a_suggestion(worker, source, tmp_path, wrong, right):
    text = check(worker, tmp_path, {**connectors.postgres_source(source), wrong: "x"})
    assert wrong in text and right in text


def test_a_property_that_is_not_supported_yet_is_named(worker, source, tmp_path):
    text = check(worker, tmp_path, {**connectors.postgres_source(source), "signal.data.collection": "public.sig"})
    assert "signal.data.collection" in text


def test_a_missing_database_is_named_in_the_answer(worker, source):
    config = {**connectors.postgres_source(source), "database.dbname": "no_such_database"}
    status, body = worker.exchange("POST", "/connectors", {"name": "c", "config": config})
    assert status == 400, body
    assert "no_such_database" in body["message"]


def test_configurations_and_states_survive_a_restart(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    replication.start()
    worker = replication.worker
    worker.put(f"/connectors/{replication.sink_name}/pause")
    worker.wait_state(replication.sink_name, "PAUSED")
    before = {name: worker.get(f"/connectors/{name}") for name in worker.get("/connectors")}
    worker.kill()
    worker.start()
    worker.wait_running(replication.source_name)
    assert {name: worker.get(f"/connectors/{name}") for name in worker.get("/connectors")} == before
    worker.wait_state(replication.sink_name, "PAUSED")
    replication.source.execute("INSERT INTO t VALUES (1)")
    worker.put(f"/connectors/{replication.sink_name}/resume")
    replication.assert_equal("t")


def test_offsets_of_a_stopped_sink_can_be_reset_and_the_log_is_read_again(replication):
    replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
    replication.source.execute("INSERT INTO t SELECT generate_series(1, 10)")
    replication.start()
    replication.assert_equal("t")
    worker, sink = replication.worker, replication.sink_name
    worker.put(f"/connectors/{sink}/stop")
    worker.wait_state(sink, "STOPPED")
    replication.target.execute("TRUNCATE t")
    worker.request("DELETE", f"/connectors/{sink}/offsets")
    worker.put(f"/connectors/{sink}/resume")
    replication.assert_equal("t")
