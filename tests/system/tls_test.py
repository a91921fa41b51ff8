"""Encrypted connections: a server with a certificate of an own authority, clients with certificates of theirs."""
import os
import shutil

import pytest

from support import connectors
from support.certificates import certificate, openssl
from support.postgres import Postgres
from support.replication import Replication
from support.wait import wait_until
from support.worker import Worker


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder, "ca", "own authority")
    certificate(folder, "stranger", "another authority")
    certificate(folder, "server", "db.example", "ca", "DNS:localhost")
    certificate(folder, "client", "postgres", "ca")
    openssl(folder, "pkcs8", "-topk8", "-in", "client.key", "-out", "client.pk8", "-outform", "DER", "-nocrypt")
    openssl(folder, "pkcs8", "-topk8", "-in", "client.key", "-out", "locked.key", "-passout", "pass:key-secret")
    for key in ("client.key", "client.pk8", "locked.key"):
        os.chmod(folder / key, 0o600)
    return folder


@pytest.fixture(scope="module")
def server(certificates):
    """Plain connections come from this test only; those of the worker need TLS, and a certificate for `postgres`."""
    postgres = Postgres()
    with postgres:
        for name in ("server.key", "server.crt", "ca.crt"):
            shutil.copy(certificates / name, postgres.data / name)
            shutil.chown(postgres.data / name, "postgres" if os.getuid() == 0 else None)
            os.chmod(postgres.data / name, 0o600)
        postgres.execute("CREATE ROLE tls SUPERUSER LOGIN; CREATE ROLE certified SUPERUSER LOGIN")
        (postgres.data / "pg_hba.conf").write_text(
            "host all postgres 127.0.0.1/32 trust\nhostssl all,replication tls 127.0.0.1/32 trust\n"
            "hostssl all,replication tls ::1/128 trust\n"
            "hostssl all,replication certified 127.0.0.1/32 cert map=m\n")
        (postgres.data / "pg_ident.conf").write_text("m postgres certified\n")
        postgres.settings.update({"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key",
                                  "ssl_ca_file": "ca.crt"})
        postgres.restart()
        yield postgres


def config(database, user, **more):
    return connectors.postgres_source(database, also={"database.hostname": "localhost", "database.user": user},
                                      publication_name="pub_t", **more)


def attempt(worker, name, properties):
    """'' when the source may connect, else what the refusal says."""
    status, body = worker.exchange("POST", "/connectors", {"name": name, "config": properties})
    return "" if status == 201 else body["message"]


@pytest.fixture
def database(server):
    database = server.create_database("tls")
    database.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
    yield database
    database.drop()


def test_sslmode_decides_what_is_accepted(worker, database, certificates):
    ca, stranger = certificates / "ca.crt", certificates / "stranger.crt"
    assert attempt(worker, "a", config(database, "tls", database_sslmode="disable"))
    assert not attempt(worker, "b", config(database, "tls", database_sslmode="require"))
    worker.delete("b")
    assert "certificate" in attempt(worker, "c", config(
        database, "tls", database_sslmode="verify-ca", database_sslrootcert=stranger))
    by_address = config(database, "tls", database_sslmode="verify-full", database_sslrootcert=ca)
    by_address["database.hostname"] = "127.0.0.1"
    assert "127.0.0.1" in attempt(worker, "d", by_address)
    missing = attempt(worker, "e", config(
        database, "tls", database_sslmode="verify-ca", database_sslrootcert=certificates / "nowhere.crt"))
    assert "nowhere.crt" in missing
    assert not attempt(worker, "f", config(database, "tls", database_sslmode="verify-full", database_sslrootcert=ca))
    worker.wait_running("f")
    database.server.wait_streaming(connectors.slot_name(database))
    assert database.value("SELECT bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) "
                          "WHERE a.usename = 'tls'")


@pytest.mark.parametrize("key, password", [("client.key", None), ("client.pk8", None), ("locked.key", "key-secret")])
def test_a_client_certificate_logs_in(worker, database, certificates, key, password):
    files = {"database.sslmode": "verify-full", "database.sslrootcert": str(certificates / "ca.crt")}
    assert "certificate" in attempt(worker, "without", {**config(database, "certified"), **files})
    files |= {"database.sslcert": str(certificates / "client.crt"), "database.sslkey": str(certificates / key)}
    if password:
        files["database.sslpassword"] = password
    assert not attempt(worker, "with", {**config(database, "certified"), **files})
    worker.wait_running("with")
    database.server.wait_streaming(connectors.slot_name(database))
    wait_until(lambda: len(worker.consume(r"t\.public\.t")) == 1, 20, "the row")
    assert "key-secret" not in worker.log_text()


def test_a_publication_dropped_in_mid_stream_is_told_through_tls(worker, database):
    """With encryption the stream is read through libpq, which takes errors and warnings in another way."""
    worker.create("g", config(database, "tls", database_sslmode="require"))
    database.server.wait_streaming("tls_t")
    database.execute("DROP PUBLICATION pub_t; INSERT INTO t VALUES (2)")
    wait_until(lambda: "new snapshot" in worker.status("g")["tasks"][0].get("trace", ""), 30, worker.log_tail)


def test_the_sink_takes_the_same_from_its_url(server, certificates):
    source, target = server.create_database("from_here"), server.create_database("to_there")
    with Worker() as worker:
        replication = Replication(worker, source, target)
        replication.ddl("CREATE TABLE t (id int PRIMARY KEY)")
        source.execute("INSERT INTO t VALUES (1)")
        url = (f"jdbc:postgresql://localhost:{server.port}/{target.name}?sslmode=verify-full"
               f"&sslrootcert={certificates / 'ca.crt'}&sslcert={certificates / 'client.crt'}"
               f"&sslkey={certificates / 'client.key'}")
        replication.start(sink={"also": {"connection.url": url, "connection.username": "certified"}})
        replication.assert_equal("t")
