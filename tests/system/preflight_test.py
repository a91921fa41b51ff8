"""`tidewire check`: each finding comes with the statement that mends it, and the statement does mend it."""
import json
import re

import pytest

from support import connectors
from support.postgres import Postgres


def check(worker, tmp_path, config):
    file = tmp_path / "connector.json"
    file.write_text(json.dumps({"name": "checked", "config": config}))
    done = worker.cli("check", file, check=False)
    return done.returncode, done.stdout + done.stderr


def remedies(text):
    return re.findall(r"remedy: (.*)", text)


@pytest.fixture
def weak(source):
    source.execute("DROP ROLE IF EXISTS weak_checked; CREATE ROLE weak_checked LOGIN; CREATE SCHEMA closed; "
                   "CREATE TABLE closed.t (id int PRIMARY KEY); REVOKE ALL ON SCHEMA public FROM PUBLIC")
    yield {**connectors.postgres_source(source), "database.user": "weak_checked"}
    source.execute("DROP OWNED BY weak_checked; DROP ROLE weak_checked")


def test_the_statements_for_a_weak_role_mend_it_when_they_are_run(worker, source, weak, tmp_path):
    weak["publication.autocreate.mode"] = "disabled"
    status, text = check(worker, tmp_path, weak)
    assert status == 1
    for statement in ("ALTER ROLE", "GRANT USAGE ON SCHEMA", "GRANT SELECT ON", "CREATE PUBLICATION"):
        assert any(statement in remedy for remedy in remedies(text)), text
    for remedy in remedies(text):
        sql = re.sub(r"\(Amazon RDS:.*\)", "", remedy)
        if re.match(r"(ALTER|GRANT|CREATE) ", sql):
            source.execute(sql)
    status, text = check(worker, tmp_path, weak)
    assert status == 0, text


def test_a_role_that_may_not_make_the_publication_is_told_so(worker, source, weak, tmp_path):
    source.execute("ALTER ROLE weak_checked REPLICATION; GRANT USAGE ON SCHEMA closed TO weak_checked; "
                   "GRANT SELECT ON closed.t TO weak_checked")
    status, text = check(worker, tmp_path, weak)
    assert status == 1 and "FOR ALL TABLES" in text and "superuser" in text
    weak["publication.autocreate.mode"] = "filtered"
    status, text = check(worker, tmp_path, weak)
    assert status == 1 and "GRANT CREATE ON DATABASE" in text and "as the owner: CREATE PUBLICATION" in text


def test_row_security_that_hides_rows_is_an_error(worker, source, weak, tmp_path):
    source.execute("ALTER ROLE weak_checked REPLICATION; GRANT USAGE ON SCHEMA closed TO weak_checked; "
                   "GRANT SELECT ON closed.t TO weak_checked; ALTER TABLE closed.t ENABLE ROW LEVEL SECURITY")
    status, text = check(worker, tmp_path, weak)
    assert status == 1 and "BYPASSRLS" in text


def test_a_publication_without_the_tables_or_operations_is_named(worker, source, tmp_path):
    source.execute("CREATE TABLE inside (id int PRIMARY KEY); CREATE TABLE outside (id int PRIMARY KEY); "
                   "CREATE PUBLICATION few FOR TABLE inside WITH (publish = 'insert')")
    status, text = check(worker, tmp_path, connectors.postgres_source(source, publication_name="few"))
    assert status == 0
    assert 'ALTER PUBLICATION "few" ADD TABLE "public"."outside";' in text
    assert """ALTER PUBLICATION "few" SET (publish = 'insert, update, delete, truncate');""" in text


def test_a_slot_of_another_plugin_or_database_is_named(worker, source, source_server, tmp_path):
    source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    slot = connectors.slot_name(source)
    try:
        source.query("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", (slot,))
    except Exception:  # Without the contrib module, a slot that is not logical at all.
        source.query("SELECT pg_create_physical_replication_slot(%s)", (slot,))
    status, text = check(worker, tmp_path, connectors.postgres_source(source))
    assert status == 1 and f"pg_drop_replication_slot('{slot}')" in text
    source_server.drop_slot(slot)
    source_server.query("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (slot,))
    status, text = check(worker, tmp_path, connectors.postgres_source(source))
    source_server.drop_slot(slot)
    assert status == 1 and "belongs to database postgres" in text


def test_a_slot_in_use_is_a_warning_with_its_process(replication, tmp_path):
    replication.source.execute("CREATE TABLE t (id int PRIMARY KEY)")
    replication.start_source()
    status, text = check(replication.worker, tmp_path, connectors.postgres_source(replication.source))
    assert status == 0 and "pg_terminate_backend" in text


def test_no_sender_left_is_named(worker, tmp_path):
    with Postgres(settings={"max_wal_senders": 0, "max_replication_slots": 4}) as server:
        status, text = check(worker, tmp_path, connectors.postgres_source(server.create_database("d")))
    assert status == 1 and "ALTER SYSTEM SET max_wal_senders" in text


def test_a_server_that_is_away_and_a_database_that_is_missing_are_named(worker, source, tmp_path):
    config = {**connectors.postgres_source(source), "database.port": "1"}
    status, text = check(worker, tmp_path, config)
    assert status == 1 and "127.0.0.1" in text
    config = connectors.debezium_sink(source, also={
        "connection.url": f"jdbc:postgresql://127.0.0.1:{source.server.port}/nowhere_at_all"})
    status, text = check(worker, tmp_path, config)
    assert status == 1 and "nowhere_at_all" in text


def test_a_sinks_modes_and_rights_are_checked(worker, target, tmp_path):
    status, text = check(worker, tmp_path, connectors.confluent_sink(target, pk_mode="none"))
    assert status == 1 and "pk.mode=record_key" in text
    target.execute("DROP ROLE IF EXISTS weak_sink; CREATE ROLE weak_sink LOGIN; "
                   "REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # Before 15 everybody may.
    status, text = check(worker, tmp_path, connectors.debezium_sink(target, also={"connection.username": "weak_sink"}))
    target.execute("DROP ROLE weak_sink")
    assert status == 1 and "GRANT CREATE, USAGE ON SCHEMA" in text


def test_the_api_suggests_names_too_and_masks_values_from_providers(worker, source, tmp_path):
    (tmp_path / "secret").write_text("from-a-file")
    config = {**connectors.postgres_source(source), "name": "c", "slot.nmae": "x",
              "database.password": "${dir:%s:secret}" % tmp_path}
    answer = worker.put(f"/connector-plugins/{config['connector.class']}/config/validate", config)
    assert "slot.name" in json.dumps(answer["warnings"])
    assert "from-a-file" not in json.dumps(answer)
    worker.exchange("POST", "/connectors", {"name": "c", "config": {**config, "database.port": "1"}})
    assert "from-a-file" not in worker.log_text()
