"""A PostgreSQL server of the test's own: temporary directory, free port, 127.0.0.1 only."""
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from support.process import children, free_port, spawn
from support.wait import wait_until

DEFAULTS = {
    "listen_addresses": "127.0.0.1",
    "wal_level": "logical",
    "max_wal_senders": 60,
    "max_replication_slots": 60,
    "max_connections": 200,
    "shared_buffers": "64MB",
    # The machine does not lose power in a test; a killed server process keeps what the kernel has.
    "fsync": "off",
    "timezone": "UTC",
    "wal_sender_timeout": "10s",
    "log_line_prefix": "%m [%p] %d ",
}


CLIENT_BIN = Path("/usr/lib/postgresql/15/bin")


def bin_dir():
    """Of the servers: those of another version where PG_BIN says so (see servers/fetch_postgres.sh)."""
    return Path(os.environ.get("PG_BIN", CLIENT_BIN))


class Database:
    """One database of a server; each call uses a connection of its own unless `session` is used."""

    kind, Error = "postgres", psycopg2.Error
    user, password = "postgres", "postgres-secret"

    def __init__(self, server, name):
        self.server, self.name = server, name

    @property
    def jdbc_url(self):
        return f"jdbc:postgresql://127.0.0.1:{self.server.port}/{self.name}"

    @staticmethod
    def lost(error):
        """The server is away, or was."""
        return isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError))

    @staticmethod
    def conflict(error):
        """Another transaction was in the way; a new attempt may succeed."""
        return isinstance(error, (psycopg2.errors.DeadlockDetected, psycopg2.errors.UniqueViolation))

    def connect(self, autocommit=True, **options):
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.server.port, user="postgres", dbname=self.name, connect_timeout=10, **options)
        connection.autocommit = autocommit
        return connection

    @contextlib.contextmanager
    def session(self, **options):
        connection = self.connect(**options)
        try:
            with connection.cursor() as cursor:
                yield cursor
            if not connection.autocommit:
                connection.commit()
        finally:
            connection.close()

    def execute(self, sql, args=None):
        with self.session() as cursor:
            cursor.execute(sql, args)

    def query(self, sql, args=None):
        with self.session() as cursor:
            cursor.execute(sql, args)
            return cursor.fetchall()

    def value(self, sql, args=None):
        rows = self.query(sql, args)
        return rows[0][0] if rows else None

    def psql(self, *arguments, check=True):
        """Runs psql as a person would; returns its standard error."""
        command = [str(CLIENT_BIN / "psql"), "-X", "-q", "-h", "127.0.0.1", "-p", str(self.server.port),
                   "-U", "postgres", "-d", self.name, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr}")
        return done.stderr

    def drop(self):
        """Drops the database with the replication slots that still hold it."""
        slots = [row[0] for row in self.server.query(
            "SELECT slot_name FROM pg_replication_slots WHERE database = %s", (self.name,))]
        for slot in slots:
            self.server.drop_slot(slot)
        self.server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


class Postgres:
    """Starts with `start()`; the methods without a database work in `postgres`."""

    def __init__(self, settings=None, directory=None, outlives=False):
        self.bin = bin_dir()
        self.settings = {**DEFAULTS, **(settings or {})}
        self.port = free_port()
        self.directory = Path(directory or tempfile.mkdtemp(prefix="tidewire-pg-"))
        self.data, self.log = self.directory / "data", self.directory / "server.log"
        self.process, self._frozen, self._outlives = None, [], outlives
        # The server refuses to run as root.
        self._user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}

    def start(self):
        if not self.data.exists():
            self._initialise()
        options = [item for key, value in self.settings.items() for item in ("-c", f"{key}={value}")]
        for attempt in range(50):
            self.process = spawn([str(self.bin / "postgres"), "-D", str(self.data), "-p", str(self.port),
                                  "-k", str(self.directory), *options],
                                 self.log, at_death=signal.SIGQUIT, outlives=self._outlives, cwd=self.directory,
                                 **self._user)
            if self._wait_ready():
                return self
            # After a kill the old children may still hold the shared memory for a moment.
            time.sleep(0.2)
        raise RuntimeError(f"PostgreSQL does not start; end of its log:\n{self.log_tail()}")

    def _initialise(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._user:
            entry = pwd.getpwnam("postgres")
            os.chown(self.directory, entry.pw_uid, entry.pw_gid)
        subprocess.run([str(self.bin / "initdb"), "-D", str(self.data), "-A", "trust", "-U", "postgres", "-E", "UTF8",
                        "--locale=C.UTF-8", "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd=self.directory,
                       **self._user)

    def _wait_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                self.database("postgres").connect().close()
                return True
            except psycopg2.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL does not answer; end of its log:\n{self.log_tail()}")

    def log_tail(self, lines=20):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _end(self, signum, timeout=60):
        if self.process is None:
            return
        self.thaw()
        if self.process.poll() is None:
            self.process.send_signal(signum)
            self.process.wait(timeout)
        self.process = None

    def stop(self):
        """Fast shutdown: sessions are ended, a checkpoint is written."""
        self._end(signal.SIGINT)

    def crash(self):
        """Immediate shutdown, as after a power cut: recovery runs at the next start."""
        self._end(signal.SIGQUIT)

    def restart(self, crash=False):
        self.crash() if crash else self.stop()
        return self.start()

    def freeze(self):
        """Stops all of the server's processes in their tracks; connections stay open and unanswered."""
        self._frozen = [self.process.pid, *children(self.process.pid)]
        for pid in self._frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in self._frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._frozen = []

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    def database(self, name):
        return Database(self, name)

    def create_database(self, name):
        self.execute(f'CREATE DATABASE "{name}"')
        return self.database(name)

    def execute(self, sql, args=None):
        self.database("postgres").execute(sql, args)

    def query(self, sql, args=None):
        return self.database("postgres").query(sql, args)

    def value(self, sql, args=None):
        return self.database("postgres").value(sql, args)

    # Replication slots.
    def slot(self, name):
        """A dictionary of the slot's columns, or None."""
        with self.database("postgres").session() as cursor:
            cursor.execute("SELECT * FROM pg_replication_slots WHERE slot_name = %s", (name,))
            row = cursor.fetchone()
            return dict(zip((column.name for column in cursor.description), row)) if row else None

    def slot_is_streaming(self, name):
        return bool(self.query(
            "SELECT 1 FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid "
            "WHERE s.slot_name = %s AND r.state IN ('catchup', 'streaming')", (name,)))

    def wait_streaming(self, name, timeout=60):
        wait_until(lambda: self.slot_is_streaming(name), timeout, f"slot {name} streams: {self.slot(name)}")

    def drop_slot(self, name):
        def gone():
            self.query("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
                       "WHERE slot_name = %s AND active", (name,))
            try:
                self.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                           "WHERE slot_name = %s", (name,))
            except psycopg2.errors.ObjectInUse:
                return False
            return True
        wait_until(gone, 20, f"slot {name} is dropped")

    def lsn(self):
        return lsn_number(self.value("SELECT pg_current_wal_lsn()::text"))


def lsn_number(text):
    """'16/B374D848' as a number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) | int(low, 16)
