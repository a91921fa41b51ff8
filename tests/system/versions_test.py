"""Other PostgreSQL versions than the host's, run from a private chroot: needs root and Debian's mirror."""
import subprocess
from pathlib import Path

import pytest

from support.postgres import Database, Postgres
from support.process import free_port
from support.replication import Replication
from support.worker import Worker

SCRIPT = Path(__file__).resolve().parents[1] / "support/servers/pg_from.sh"


class ChrootServer(Postgres):
    """Only what Database and Replication need: a port, and the client programs of the host."""

    def __init__(self, port):
        self.port, self.bin = port, Path("/usr/bin")


@pytest.mark.slow
@pytest.mark.parametrize("suite, version", [("trixie", 17)])
def test_another_major_version_is_a_source_and_a_target(suite, version, tmp_path):
    port = free_port()
    subprocess.run(["bash", str(SCRIPT), str(tmp_path), suite, str(version), str(port)], check=True)
    pid = int((tmp_path / "rootfs/pgd/data/postmaster.pid").read_text().split()[0])
    server = ChrootServer(port)
    try:
        source, target = (server.create_database(name) for name in ("src", "dst"))
        assert isinstance(source, Database)
        with Worker() as worker:
            replication = Replication(worker, source, target)
            replication.ddl("CREATE TABLE t (id int PRIMARY KEY, v text)")
            source.execute("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 100) i")
            replication.start()
            source.execute("UPDATE t SET v = 'y' WHERE id > 50; DELETE FROM t WHERE id = 1")
            replication.assert_equal("t")
    finally:
        subprocess.run(["kill", str(pid)], check=False)
