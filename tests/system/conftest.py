"""Two PostgreSQL servers for a session, a pair of databases and a worker for each test."""
import itertools
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.postgres import Postgres  # noqa: E402
from support.replication import Replication  # noqa: E402
from support.worker import Worker  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def source_server():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def target_server():
    with Postgres() as server:
        yield server


def _database(server, role):
    return server.create_database(f"{role}_{os.getpid()}_{next(_numbers)}")


@pytest.fixture
def source(source_server):
    database = _database(source_server, "src")
    yield database
    database.drop()


@pytest.fixture
def target(target_server):
    database = _database(target_server, "dst")
    yield database
    database.drop()


@pytest.fixture
def worker(request, source_server, target_server):
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
