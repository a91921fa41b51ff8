"""Servers for a session, started when the first test asks for one; databases and a worker for each test."""
import contextlib
import itertools
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.mysql_server import MariaDb, Mysql  # noqa: E402
from support.postgres import Postgres  # noqa: E402
from support.replication import Replication  # noqa: E402
from support.worker import Worker  # noqa: E402

_numbers = itertools.count(1)
# Tests that use these fixtures get the marker.
MARKERS = {"mysql_server": "mysql", "mysql_target_server": "mysql", "old_mariadb_server": "other_mariadb",
           "new_mariadb_server": "other_mariadb"}


def pytest_collection_modifyitems(items):
    for item in items:
        for marker in {MARKERS[name] for name in item.fixturenames if name in MARKERS}:
            item.add_marker(marker)


@pytest.fixture(scope="session")
def source_server():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def target_server():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server():
    """MariaDB 10.11, the machine's own."""
    with MariaDb() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_target_server():
    with MariaDb(settings={"log_bin": None}) as server:
        yield server


@pytest.fixture(scope="session")
def old_mariadb_server():
    with MariaDb("10.5") as server:
        yield server


@pytest.fixture(scope="session")
def new_mariadb_server():
    with MariaDb("11.8") as server:
        yield server


@pytest.fixture(scope="session")
def mysql_server():
    with Mysql(settings={"gtid_mode": "ON", "enforce_gtid_consistency": "ON"}) as server:
        yield server


@pytest.fixture(scope="session")
def mysql_target_server():
    with Mysql(settings={"log_bin": None, "skip_log_bin": True}) as server:
        yield server


@contextlib.contextmanager
def _database(server, role):
    database = server.create_database(f"{role}_{os.getpid()}_{next(_numbers)}")
    yield database
    database.drop()


@pytest.fixture
def source(source_server):
    with _database(source_server, "src") as database:
        yield database


@pytest.fixture
def target(target_server):
    with _database(target_server, "dst") as database:
        yield database


@pytest.fixture
def mariadb(mariadb_server):
    """A database with a binlog, for a source."""
    with _database(mariadb_server, "src") as database:
        yield database


@pytest.fixture
def mariadb_target(mariadb_target_server):
    with _database(mariadb_target_server, "dst") as database:
        yield database


@pytest.fixture
def mysql(mysql_server):
    """A database with a binlog, for a source."""
    with _database(mysql_server, "src") as database:
        yield database


@pytest.fixture
def mysql_target(mysql_target_server):
    with _database(mysql_target_server, "dst") as database:
        yield database


@pytest.fixture
def worker(request):
    """A running worker with an empty directory. What it logged is shown when the test fails."""
    with Worker() as running:
        yield running
        report = getattr(request.node, "call_report", None)
        if report is not None and report.failed:
            print(f"\n--- end of the worker's log ---\n{running.log_tail(60)}")


@pytest.fixture
def replication(source, target, worker):
    """Databases and worker, with the connectors not yet started."""
    return Replication(worker, source, target)


@pytest.fixture
def own_source_server():
    """For tests that stop, crash or freeze their servers."""
    with Postgres() as server:
        yield server


@pytest.fixture
def own_target_server():
    with Postgres() as server:
        yield server


@pytest.fixture
def own_replication(own_source_server, own_target_server):
    source = own_source_server.create_database("src")
    target = own_target_server.create_database("dst")
    with Worker() as running:
        yield Replication(running, source, target)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.call_report = outcome.get_result()
