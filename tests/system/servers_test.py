"""The test servers themselves, and what compares their tables."""
import os
import struct
import subprocess

import pymysql
import pytest
from pymysql.constants import COMMAND

from support.certificates import certificate
from support.compare import compare_tables
from support.mysql_server import MariaDb

SERVERS = ["mariadb_server", "old_mariadb_server", "new_mariadb_server", "mysql_server"]


@pytest.fixture
def server(request):
    return request.getfixturevalue(request.param)


def each_server(test):
    """The collection does not see fixtures that are asked for by name, so their markers are set here."""
    marks = {"mysql_server": pytest.mark.mysql, "old_mariadb_server": pytest.mark.other_mariadb,
             "new_mariadb_server": pytest.mark.other_mariadb}
    return pytest.mark.parametrize("server", [pytest.param(name, marks=marks.get(name, ())) for name in SERVERS],
                                   indirect=True)(test)


@pytest.fixture
def database(server):
    database = server.create_database(f"servers_{os.getpid()}")
    yield database
    database.drop()


@each_server
def test_a_server_answers_and_logs_whole_rows(server, database):
    assert ("MariaDB" in server.value("SELECT version()")) == (server.kind == "mariadb")
    assert server.query("SELECT @@binlog_format, @@binlog_row_image, @@log_bin, @@time_zone")[0] == (
        "ROW", "FULL", 1, "+00:00")
    database.execute("CREATE TABLE t (id int PRIMARY KEY, v varchar(10))")
    before, gtid = server.binlog_position(), server.gtid()
    database.execute("INSERT INTO t VALUES (%s, %s)", (1, "ä😀"))
    assert server.binlog_position() > before and server.gtid() != gtid
    assert database.query("SELECT * FROM t") == [(1, "ä😀")]


@each_server
def test_binlogs_rotate_and_are_purged(server, database):
    first = server.binlogs()[-1]
    second = server.rotate()
    assert second > first
    server.purge(second)
    assert server.binlogs() == [second]


def begin_to_read(database):
    """A connection that reads the binlog, as a replica does."""
    connection = database.connect(user=database.user, password=database.password)
    with connection.cursor() as cursor:
        cursor.execute("SET @master_binlog_checksum = 'CRC32', @source_binlog_checksum = 'CRC32'")
    file, position = database.server.binlog_position()
    connection._execute_command(COMMAND.COM_BINLOG_DUMP, struct.pack("<IHI", position, 0, 77) + file.encode())
    return connection


@each_server
def test_a_reader_of_the_binlog_is_seen_by_its_user(server, database):
    assert not database.is_streaming()
    connection = begin_to_read(database)
    database.wait_streaming(timeout=20)
    server.kill_connections(user=database.user)
    assert not database.is_streaming()
    connection._force_close()


def test_statements_behind_an_error_are_run(mariadb, tmp_path):
    script = tmp_path / "script.sql"
    script.write_text("CREATE TABLE t (id int);\nSELECT nothing;\nINSERT INTO t VALUES (1);\n")
    assert "nothing" in mariadb.client(script, check=False)
    assert mariadb.value("SELECT count(*) FROM t") == 1
    with pytest.raises(RuntimeError, match="nothing"):
        mariadb.client(script)


def test_errors_of_any_of_several_statements_are_raised(mariadb):
    with pytest.raises(pymysql.ProgrammingError, match="nothing"):
        mariadb.execute("CREATE TABLE t (id int); SELECT * FROM nothing; CREATE TABLE u (id int)")


@pytest.fixture
def own_server():
    with MariaDb() as server:
        yield server


def test_what_was_committed_outlives_a_crash(own_server):
    database = own_server.create_database("d")
    database.execute("CREATE TABLE t (id int PRIMARY KEY)")
    with database.session(autocommit=False) as cursor:
        for i in range(200):
            cursor.execute("INSERT INTO t VALUES (%s)", (i,))
            cursor.connection.commit()
    position = own_server.binlog_position()
    own_server.restart(crash=True)
    assert database.value("SELECT count(*) FROM t") == 200
    assert own_server.binlog_position() > position


def test_a_frozen_server_goes_on_when_it_is_thawed(own_server):
    with own_server.database("mysql").session(read_timeout=1) as cursor:
        own_server.freeze()
        with pytest.raises(pymysql.OperationalError) as error:
            cursor.execute("SELECT 1")
        assert own_server.database("mysql").lost(error.value)
    own_server.thaw()
    assert own_server.value("SELECT 1") == 1


def test_users_have_only_the_rights_that_were_given(own_server):
    database = own_server.create_database("d")
    own_server.create_user("reader", "SELECT", "d.*")
    database.execute("CREATE TABLE t (id int PRIMARY KEY)")
    with database.session(user="reader", password=database.password) as cursor:
        cursor.execute("SELECT * FROM t")
        with pytest.raises(pymysql.OperationalError, match="denied"):
            cursor.execute("INSERT INTO t VALUES (1)")


def test_a_server_with_a_certificate_of_an_own_authority(tmp_path):
    certificate(tmp_path, "ca", "own authority")
    certificate(tmp_path, "server", "db.example", "ca", "DNS:localhost")
    files = {f"ssl_{name}": tmp_path / file for name, file in (("ca", "ca.crt"), ("cert", "server.crt"), ("key", "server.key"))}
    with MariaDb(settings=files) as server:
        server.create_user("careful", require="REQUIRE SSL")
        client = ["mariadb", "--no-defaults", "-h", "localhost", "--protocol=tcp", "-P", str(server.port), "-u", "careful",
                  "-pmysql-secret", "-e", "SELECT 1"]
        assert subprocess.run([*client, "--skip-ssl"], capture_output=True).returncode != 0
        done = subprocess.run([*client, f"--ssl-ca={files['ssl_ca']}", "--ssl-verify-server-cert"], capture_output=True)
        assert done.returncode == 0, done.stderr


# By column: type and value at PostgreSQL, type and value at MariaDB and MySQL, and another value there.
EQUALS = {
    "i": ("int", "7", "bigint unsigned", "7", "8"),
    "b": ("boolean", "true", "tinyint(1)", "1", "0"),
    "n": ("numeric(12,4)", "1.5", "decimal(12,2)", "1.50", "1.51"),
    "f": ("real", "0.1", "float", "0.1", "0.1000001"),
    "fd": ("double precision", "0.10000000149011612", "float", "0.1", "0.2"),
    "d": ("double precision", "1e-300", "double", "1e-300", "1.0000000000000002e-300"),
    "bit": ("bit(9)", "B'101000001'", "bit(9)", "b'101000001'", "b'101000000'"),
    "c": ("char(5)", "'ab'", "varchar(5)", "'ab'", "'aB'"),
    "t": ("text", "'漢字 😀'", "varchar(20)", "'漢字 😀'", "'漢字'"),
    "x": ("bytea", "'\\x00ff'", "varbinary(4)", "x'00ff'", "x'00fe'"),
    "dt": ("timestamp", "'2024-02-29 12:34:56.5'", "datetime(3)", "'2024-02-29 12:34:56.500'", "'2024-02-29 12:34:56.501'"),
    "ts": ("timestamptz", "'2024-02-29 14:34:56+02'", "timestamp(6)", "'2024-02-29 12:34:56'", "'2024-02-29 12:34:56.000001'"),
    "da": ("date", "'2024-02-29'", "date", "'2024-02-29'", "'2024-03-01'"),
    "ti": ("time", "'12:34:56'", "time(3)", "'12:34:56.000'", "'12:34:56.001'"),
    "j": ("jsonb", "'{\"a\": [1.0, 2], \"b\": null}'", "json", "'{\"b\":null,\"a\":[1.0,2]}'", "'{\"b\":null,\"a\":[2,1.0]}'"),
    "u": ("uuid", "'123E4567-e89b-12d3-a456-426614174000'", "char(36)", "'123e4567-e89b-12d3-a456-426614174000'",
          "'123e4567-e89b-12d3-a456-426614174001'"),
    "z": ("text", "NULL", "text", "NULL", "''"),
}


@pytest.mark.parametrize("other", ["mariadb", pytest.param("mysql", marks=pytest.mark.mysql)])
def test_equal_values_of_different_servers_compare_as_equal_and_each_other_value_is_found(target, other, request):
    other = request.getfixturevalue(other)
    types = ", ".join(f"{name} {of[0]}" for name, of in EQUALS.items())
    target.execute(f"CREATE TABLE t ({types}); INSERT INTO t VALUES ({', '.join(of[1] for of in EQUALS.values())})")
    types = ", ".join(f"{name} {of[2]} NULL" for name, of in EQUALS.items())
    other.execute(f"CREATE TABLE t ({types}); INSERT INTO t VALUES ({', '.join(of[3] for of in EQUALS.values())})")
    assert compare_tables(other, target, ["t"]) == compare_tables(target, other, ["t"]) == []
    for name, (*_, value, different) in EQUALS.items():
        other.execute(f"UPDATE t SET {name} = {different}")
        found = compare_tables(other, target, ["t"])
        assert len(found) == 3 and f"{name}=" in found[1], (name, found)
        other.execute(f"UPDATE t SET {name} = {value}")
    other.execute("INSERT INTO t SELECT * FROM t")
    assert "2 rows at the source, 1 at the target" in compare_tables(other, target, ["t"])[0]


def test_tables_of_mariadb_and_mysql_are_compared_byte_by_byte(mariadb, mysql):
    ddl = ("CREATE TABLE t (id int PRIMARY KEY, f float, b bit(64), x blob, g geometry, y year, e enum('a','b'), ti time(6), "
           "c varchar(10) COLLATE utf8mb4_bin)")
    row = "(1, 1e-45, b'1', x'00ff', ST_GeomFromText('POINT(1 2)', 3857), 2020, 'b', '-838:59:58.5', 'ä')"
    for database in (mariadb, mysql):
        database.execute(f"{ddl}; INSERT INTO t VALUES {row}")
    assert compare_tables(mariadb, mysql, ["t"]) == []
    for name, value in (("f", "2.8e-45"), ("b", "b'11'"), ("x", "x'00fe'"), ("y", "2021"), ("e", "'a'"), ("c", "'Ä'"),
                        ("ti", "'-838:59:58.500001'"), ("g", "ST_GeomFromText('POINT(1 2)')"), ("f", "NULL")):
        mysql.execute(f"UPDATE t SET {name} = {value}")
        assert len(compare_tables(mariadb, mysql, ["t"])) == 3, name
        mysql.execute(f"DELETE FROM t; INSERT INTO t VALUES {row}")


def test_missing_tables_and_columns_are_named(mariadb, target):
    mariadb.execute("CREATE TABLE t (id int, v int)")
    assert compare_tables(mariadb, target, ["t"]) == ["there is no table t"]
    target.execute("CREATE TABLE t (id int)")
    assert compare_tables(mariadb, target, ["t"]) == ["t lacks the columns ['v']"]
    assert compare_tables(mariadb, target, [(f"{mariadb.name}.t", "public.t")]) == ["public.t lacks the columns ['v']"]
