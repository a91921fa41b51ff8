"""What the MariaDB cases share: servers, the workload of `measure` in MariaDB's words, and a backlog to read."""
import re
import shutil
import tempfile
from pathlib import Path

from measure import LAST_ID
from support import connectors
from support.mysql_server import MariaDb
from support.wait import wait_until
from support.worker import Worker

# Durable as shipped (a commit flushes InnoDB's log, not the binlog); large enough that nothing is written back in a run.
SETTINGS = {
    "innodb_flush_log_at_trx_commit": 1, "sync_binlog": 0, "innodb_buffer_pool_size": "512M",
    "innodb_log_file_size": "2G", "max_allowed_packet": "64M",
}

TABLE = ("CREATE TABLE bench (id bigint PRIMARY KEY, a int, b text, c decimal(12,2), d timestamp(6) NULL DEFAULT NULL, e json)")
ROW = ("{id}, ({id}) % 1000, concat(md5({id}), 'payload'), (({id}) % 100000) / 100, "
       "timestampadd(SECOND, ({id}) % 100000, '2024-01-01'), json_object('n', ({id}) % 100, 'k', 'v')")

# As measure.BACKLOG: 7 inserts and 3 updates a transaction; the updates fall on rows spread over all before.
BACKLOG = """
CREATE PROCEDURE backlog(transactions int)
BEGIN
  DECLARE n, m, x bigint DEFAULT 0;
  FOR t IN 1..transactions DO
    START TRANSACTION;
    INSERT INTO bench VALUES """ + ", ".join(f"({ROW.format(id=f'n + {i}')})" for i in range(1, 8)) + """;
    SET m = n + 7;
    SET x = (t * 7919) % m;
    UPDATE bench SET a = a + 1, c = c + 1
      WHERE id IN (1 + x, 1 + (x + m DIV 3) % m, 1 + (x + 2 * (m DIV 3)) % m);
    SET n = m;
    COMMIT;
  END FOR;
END
"""


def server(**settings):
    return MariaDb(settings={**SETTINGS, **settings}).start()


def program(name, server_, *arguments):
    """A command of MariaDB's for this server."""
    return [name, "--no-defaults", "-h", "127.0.0.1", "-P", str(server_.port), "-u", "root", *map(str, arguments)]


class Backlog:
    """A source server with `transactions` of ten changes behind `start`, one row behind them, and a worker's directory
    whose stopped connector `bench` has its schema history and stands at `start`; each run gets a copy of it."""

    def __init__(self, transactions=100_000):
        self.server = server()
        self.database = self.server.create_database("bench")
        self.database.execute(TABLE + "; CREATE TABLE probe (id int PRIMARY KEY)")
        self.database.execute(BACKLOG)
        self._transactions, self.events = transactions, transactions * 10 + 1
        self._template = Path(tempfile.mkdtemp(prefix="tidewire-bench-")) / "worker"
        self.start = self.end = None

    def write(self):
        self.start = self.server.binlog_position()
        self.server.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
        self.database.execute("CALL backlog(%s)", (self._transactions,))
        self.server.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
        # Everything below this position is the backlog; the row makes the readers pass it.
        self.end = self.server.binlog_position()
        self.database.execute(f"INSERT INTO bench VALUES ({ROW.format(id=LAST_ID)})")
        return self

    def prepare_worker(self):
        """Before `write`: a connector that knows the tables and has read up to here."""
        with Worker(directory=self._template) as worker:
            worker.create("bench", connectors.mariadb_source(self.database, "bench", also={"snapshot.mode": "no_data"}))
            self.database.wait_streaming()
            self.database.execute("INSERT INTO probe VALUES (1)")
            wait_until(lambda: worker.consume(r"bench\.bench\.probe"), 30,
                       lambda: f"the probe is in the log\n{worker.log_tail()}")
            worker.put("/connectors/bench/stop")
            worker.wait_state("bench", "STOPPED")
            worker.stop()
            shutil.copytree(self._template, self._template.with_name("kept"))
        return self

    def worker(self):
        """Not started yet; `resume` begins to read."""
        directory = tempfile.mkdtemp(prefix="tidewire-bench-run-")
        shutil.copytree(self._template.with_name("kept"), directory, dirs_exist_ok=True)
        return Worker(directory=directory)

    def remove(self):
        shutil.rmtree(self._template.parent, ignore_errors=True)
        self.server.remove()


def resume(worker):
    worker.put("/connectors/bench/resume")


def position(worker):
    """(file, position) that is durable in the worker's log."""
    offsets = worker.offsets("bench")
    return (offsets[0]["offset"].get("file", ""), offsets[0]["offset"].get("pos", 0)) if offsets else ("", 0)


def sink_config(target):
    return connectors.confluent_sink(target, "bench", tidewire_consistency="transaction",
                                     also={"topics.regex": re.escape("bench.bench.bench")})
