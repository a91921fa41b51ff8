"""MariaDB and MySQL servers of the test's own: temporary directory, free port, 127.0.0.1 only, binlog on."""
import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pymysql
from pymysql.constants import CLIENT, CR, ER

from support.process import free_port, spawn
from support.wait import wait_until

FETCH = Path(__file__).with_name("servers") / "fetch_debian_packages.sh"
# Prepared data directories, one a version; beside the fetched programs.
TEMPLATES = Path(os.environ.get("TMPDIR", "/tmp")) / "tidewire-servers"

DEFAULTS = {
    "bind_address": "127.0.0.1",
    "skip_name_resolve": "ON",
    "character_set_server": "utf8mb4",
    "default_time_zone": "+00:00",
    "local_infile": "ON",
    "log_bin": "binlog",
    "server_id": 1,
    "binlog_row_image": "FULL",
    "max_connections": 300,
    "innodb_buffer_pool_size": "64M",
    # The machine does not lose power in a test; a killed server's writes stay with the kernel.
    "innodb_flush_log_at_trx_commit": 2,
    "sync_binlog": 0,
}
PASSWORD = "mysql-secret"
# What a source needs of the whole server.
SOURCE_RIGHTS = "SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT"
# A statement a line.
ADMINISTRATOR = "CREATE USER IF NOT EXISTS root@127.0.0.1;\nGRANT ALL PRIVILEGES ON *.* TO root@127.0.0.1 WITH GRANT OPTION;\n"

_LOST = {CR.CR_CONNECTION_ERROR, CR.CR_CONN_HOST_ERROR, CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST,
         ER.SERVER_SHUTDOWN, ER.CON_COUNT_ERROR, 1927}  # 1927: MariaDB's ER_CONNECTION_KILLED.
_CONFLICTS = {ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT, ER.DUP_ENTRY}


class MysqlDatabase:
    """One database of a server, with a user of the same name for connectors. Each call uses a connection of its own
    unless `session` is used; these are the administrator's."""

    Error = pymysql.MySQLError

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.user, self.password = name[:32], PASSWORD  # 32: what MySQL takes.

    @property
    def kind(self):
        return self.server.kind

    @property
    def jdbc_url(self):
        return f"jdbc:{self.kind}://127.0.0.1:{self.server.port}/{self.name}"

    @staticmethod
    def lost(error):
        """The server is away, or was."""
        return isinstance(error, pymysql.InterfaceError) or bool(error.args) and error.args[0] in _LOST

    @staticmethod
    def conflict(error):
        """Another transaction was in the way; a new attempt may succeed."""
        return bool(error.args) and error.args[0] in _CONFLICTS

    def connect(self, autocommit=True, **options):
        options = {"user": "root", "database": self.name, "charset": "utf8mb4", "connect_timeout": 10, **options}
        return pymysql.connect(host="127.0.0.1", port=self.server.port, autocommit=autocommit,
                               client_flag=CLIENT.MULTI_STATEMENTS, local_infile=True, **options)

    @contextlib.contextmanager
    def session(self, **options):
        connection = self.connect(**options)
        try:
            with connection.cursor() as cursor:
                yield cursor
            if not connection.get_autocommit():
                connection.commit()
        finally:
            connection.close()

    def execute(self, sql, args=None):
        self.query(sql, args)

    def query(self, sql, args=None):
        """The rows of the last of the statements."""
        with self.session() as cursor:
            cursor.execute(sql, args)
            rows = cursor.fetchall()
            while cursor.nextset():
                rows = cursor.fetchall()
            return list(rows)

    def value(self, sql, args=None):
        rows = self.query(sql, args)
        return rows[0][0] if rows else None

    def client(self, script, check=True):
        """Runs a file of statements through `mariadb --force`, as a person would; returns its standard error."""
        command = ["mariadb", "--no-defaults", "--force", "--default-character-set=utf8mb4", "-h", "127.0.0.1", "-P",
                   str(self.server.port), "-u", "root", self.name]
        with open(script, "rb") as statements:
            done = subprocess.run(command, stdin=statements, capture_output=True, text=True)
        if check and (done.returncode != 0 or "ERROR" in done.stderr):
            raise RuntimeError(f"mariadb: {done.stderr}")
        return done.stderr

    def is_streaming(self):
        """Whether somebody reads the binlog as this database's user."""
        return bool(self.server.dumps(self.user))

    def wait_streaming(self, timeout=60):
        wait_until(self.is_streaming, timeout, lambda: f"{self.user} reads the binlog: {self.server.dumps()}")

    def drop(self):
        """Drops database and user, with the connections that still use them."""
        self.server.execute(f"DROP USER IF EXISTS {quoted(self.user)}@'%'")
        self.server.kill_connections(user=self.user)
        self.server.kill_connections(database=self.name)
        self.server.execute(f"DROP DATABASE IF EXISTS {quoted(self.name)}")


class MysqlServer:
    """What MariaDB and MySQL have in common. Starts with `start()`; the methods without a database work in `mysql`."""

    kind = None
    settings_of_kind = {}
    # By version: the Debian suite and the package whose program it is; None: the machine's own.
    versions = {}
    program = None

    def __init__(self, version=None, settings=None, directory=None, outlives=False, env=None):
        """`settings` are options of the server, with _ between words; True stands for one without a value (skip_log_bin),
        None leaves a default out."""
        self.version = version or next(iter(self.versions))
        settings = {**DEFAULTS, **self.settings_of_kind, **(settings or {})}
        self.settings = {name: value for name, value in settings.items() if value is not None}
        self.env = env or {}
        self.port = free_port()
        self.directory = Path(directory or tempfile.mkdtemp(prefix=f"tidewire-{self.kind}-"))
        self.data, self.log = self.directory / "data", self.directory / "server.log"
        self.process, self._outlives = None, outlives
        self._run, self._base = self._programs()

    def _programs(self):
        """The start of a command line that ends with the server's path, and the directory that this is relative to."""
        suite_and_package = self.versions[self.version]
        if suite_and_package is None:
            return [shutil.which(self.program, path=os.defpath + ":/usr/sbin")], Path("/usr")
        fetched = subprocess.run([FETCH, *suite_and_package], stdout=subprocess.PIPE, text=True)
        if fetched.returncode != 0:
            raise RuntimeError(f"{self.kind} {self.version} is not to be had: see above")
        root = fetched.stdout.strip()
        return [str(FETCH), "--run", root, f"usr/sbin/{self.program}"], Path(root) / "usr"

    def _share(self):
        """The messages, character sets and scripts of this version."""
        return next(folder for folder in (self._base / "share/mysql", self._base / "share/mariadb") if folder.exists())

    def _command(self, data, *options):
        share = self._share()
        return [*self._run, "--no-defaults", f"--user={pwd.getpwuid(os.getuid()).pw_name}", f"--basedir={self._base}",
                f"--lc-messages-dir={share}", f"--character-sets-dir={share}/charsets",
                f"--plugin-dir={self._base}/lib/mysql/plugin", f"--datadir={data}", *map(str, options)]

    def _template(self):
        """A data directory as a new server has it, made once a version and copied from then on."""
        version = subprocess.run([*self._run, "--no-defaults", "--version"], stdout=subprocess.PIPE, check=True).stdout
        name = f"template-{self.kind}-{self.version}-{hashlib.sha256(version).hexdigest()[:12]}"
        template = TEMPLATES / name
        TEMPLATES.mkdir(parents=True, exist_ok=True)
        # Tests run side by side: the first makes it, the others wait.
        with open(TEMPLATES / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                part = TEMPLATES / f"{name}.part"
                shutil.rmtree(part, ignore_errors=True)
                self._initialise(part)
                part.rename(template)
        return template

    def _initialise(self, data):
        raise NotImplementedError

    def start(self):
        if not self.data.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-r", "--reflink=auto", self._template(), self.data], check=True)
        options = ["--" + name.replace("_", "-") + ("" if value is True else f"={value}")
                   for name, value in self.settings.items()]
        for attempt in range(20):
            self.process = spawn(
                self._command(self.data, f"--port={self.port}", f"--socket={self.directory}/mysql.sock",
                              f"--pid-file={self.directory}/server.pid", f"--tmpdir={self.directory}", *options),
                self.log, at_death=signal.SIGKILL, outlives=self._outlives, cwd=self.directory,
                env={**os.environ, **self.env})
            if self._wait_ready():
                return self
            time.sleep(0.2)  # A killed predecessor may hold its files for a moment.
        raise RuntimeError(f"{self.kind} does not start; end of its log:\n{self.log_tail()}")

    def _wait_ready(self):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                self.database("mysql").connect().close()
                return True
            except pymysql.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.kind} does not answer; end of its log:\n{self.log_tail()}")

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
        """Orderly shutdown: sessions are ended, a new binlog file begins at the next start."""
        self._end(signal.SIGTERM)

    def crash(self):
        """As by kill -9: recovery runs at the next start."""
        self._end(signal.SIGKILL)

    def restart(self, crash=False):
        self.crash() if crash else self.stop()
        return self.start()

    def freeze(self):
        """Stops the server in its tracks; connections stay open and unanswered."""
        self.process.send_signal(signal.SIGSTOP)
        # The signal takes its time until it has reached the last thread.
        threads = Path(f"/proc/{self.process.pid}/task")
        wait_until(lambda: all((thread / "stat").read_text().rpartition(")")[2].split()[0] == "T"
                               for thread in threads.iterdir()), 10, "the server stands still", interval=0.005)

    def thaw(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)

    def remove(self):
        self.crash()  # Nobody reads the files again.
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    def database(self, name):
        return MysqlDatabase(self, name)

    def create_database(self, name):
        """With a user of that name who may do all in it, and what a source needs of the server."""
        database = self.database(name)
        self.execute(f"CREATE DATABASE {quoted(name)}")
        self.create_user(database.user, SOURCE_RIGHTS)
        self.execute(f"GRANT ALL PRIVILEGES ON {quoted(name)}.* TO {quoted(database.user)}@'%'")
        return database

    def create_user(self, name, rights="USAGE", on="*.*", password=PASSWORD, require=""):
        """`require` is a clause such as 'REQUIRE SSL'."""
        self.execute(f"CREATE USER {quoted(name)}@'%' IDENTIFIED BY '{password}' {require}; "
                     f"GRANT {rights} ON {on} TO {quoted(name)}@'%'")

    def execute(self, sql, args=None):
        self.database("mysql").execute(sql, args)

    def query(self, sql, args=None):
        return self.database("mysql").query(sql, args)

    def value(self, sql, args=None):
        return self.database("mysql").value(sql, args)

    # Connections.
    def connections(self):
        """Dictionaries of SHOW FULL PROCESSLIST's columns."""
        with self.database("mysql").session() as cursor:
            cursor.execute("SHOW FULL PROCESSLIST")
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def kill_connections(self, **by):
        """Those of a user or in a database."""
        columns = {"user": "User", "database": "db"}

        def gone():
            found = [each["Id"] for each in self.connections()
                     if all(each[columns[name]] == value for name, value in by.items())]
            for number in found:
                with contextlib.suppress(pymysql.MySQLError):  # It has ended by itself.
                    self.execute(f"KILL {number}")
            return not found
        wait_until(gone, 20, f"the connections with {by} have ended")

    def dumps(self, user=None):
        """The connections that read the binlog."""
        return [each for each in self.connections()
                if each["Command"].startswith("Binlog Dump") and user in (None, each["User"])]

    # The binlog.
    def binlog_position(self):
        """(file, position) where the next event will be."""
        row = self.query(self.show_position)[0]
        return row[0], int(row[1])

    def binlogs(self):
        return [row[0] for row in self.query("SHOW BINARY LOGS")]

    def rotate(self):
        """Begins a new file; its name."""
        self.execute("FLUSH BINARY LOGS")
        return self.binlogs()[-1]

    def purge(self, first_kept=None):
        """Deletes all files before `first_kept`, by default all but the newest."""
        first_kept = first_kept or self.rotate()

        def gone():  # MariaDB keeps a file until InnoDB no longer needs it for recovery, and says nothing.
            self.execute("PURGE BINARY LOGS TO %s", (first_kept,))
            return self.binlogs()[0] == first_kept
        wait_until(gone, 20, lambda: f"{first_kept} is the first binlog: {self.binlogs()}")


class MariaDb(MysqlServer):
    kind, program = "mariadb", "mariadbd"
    versions = {"10.11": None, "10.5": ("bullseye", "mariadb-server-core-10.5"), "11.8": ("trixie", "mariadb-server-core")}
    settings_of_kind = {
        "binlog_format": "ROW",  # The default is MIXED.
        "collation_server": "utf8mb4_general_ci",
        "innodb_log_file_size": "32M",
        # PURGE works with no replica connected, too. `loose`: not known to 10.5.
        "loose_slave_connections_needed_for_purge": 0,
    }
    show_position = "SHOW MASTER STATUS"

    def _initialise(self, data):
        """What mariadb-install-db does, without its search for programs."""
        (data / "mysql").mkdir(parents=True)
        sql = "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n"
        for name in ("system_tables", "performance_tables", "system_tables_data"):
            # mariadb_….sql or, up to 10.11, mysql_….sql.
            sql += next(self._share().glob(f"m*_{name}.sql")).read_text()
        sql += "FLUSH PRIVILEGES;\n" + ADMINISTRATOR
        done = subprocess.run(
            self._command(data, "--bootstrap", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M",
                          "--max-allowed-packet=8M", "--net-buffer-length=16K"),
            input=sql, capture_output=True, text=True)
        if done.returncode != 0 or re.search(r"^ERROR", done.stderr, re.M):
            raise RuntimeError(f"mariadbd --bootstrap: {done.stderr[-2000:]}")

    def gtid(self):
        """Of the last transaction in the binlog, for each domain."""
        return self.value("SELECT @@global.gtid_binlog_pos")


class Mysql(MysqlServer):
    kind, program = "mysql", "mysqld"
    versions = {"9": ("sid", "mysql-server-core")}
    settings_of_kind = {
        "mysqlx": "OFF",
        "secure_file_priv": "",  # Debian's is a directory that only its packages make.
        "performance_schema": "OFF",
        "innodb_redo_log_capacity": "32M",
    }
    show_position = "SHOW BINARY LOG STATUS"

    def _initialise(self, data):
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(ADMINISTRATOR)
            file.flush()
            done = subprocess.run(self._command(data, "--initialize-insecure", "--innodb-redo-log-capacity=32M",
                                                f"--init-file={file.name}"),
                                  capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"mysqld --initialize-insecure: {done.stderr[-2000:]}")
        (data / "auto.cnf").unlink()  # The server's identity: each copy makes its own.

    def gtid(self):
        """All transactions so far."""
        return self.value("SELECT @@global.gtid_executed").replace("\n", "")


def quoted(name):
    return "`%s`" % name.replace("`", "``")
