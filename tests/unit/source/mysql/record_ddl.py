#!/usr/bin/python3
"""Runs the paragraphs of SQL files on a MySQL or MariaDB server, and writes what its binlog and SHOW CREATE TABLE say.

    record_ddl.py SOCKET data/ddl_both.sql data/ddl_mariadb.sql > data/ddl_mariadb.jsonl

The server is fresh, logs rows, and has a root without a password. Each line of the output is one QUERY event: its text, its
database, the session's modes, and the tables that differ behind it (null: gone). The first line names the server.
Statements that the server refuses are left out and told on stderr.
"""
import json
import re
import sys

import pymysql

SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")


def paragraphs(path):
    text = open(path, encoding="utf-8").read()
    for part in text.split("\n\n"):
        part = part.strip("\n")
        if part and not part.startswith("-- "):
            yield part


class Recorder:
    def __init__(self, socket):
        self.connection = pymysql.connect(unix_socket=socket, user="root", charset="utf8mb4", autocommit=True)
        self.looker = pymysql.connect(unix_socket=socket, user="root", charset="utf8mb4", autocommit=True)
        self.run(self.looker, "SET sql_mode = ''")
        self.tables = {}
        self.file, self.position = self.end_of_binlog()

    @staticmethod
    def run(connection, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def end_of_binlog(self):
        try:
            row = self.run(self.looker, "SHOW BINARY LOG STATUS")[0]
        except pymysql.err.MySQLError:
            row = self.run(self.looker, "SHOW MASTER STATUS")[0]
        return row[0], row[1]

    def new_events(self):
        """(database, text) of the QUERY events since the last call."""
        found = []
        for row in self.run(self.looker, f"SHOW BINLOG EVENTS IN '{self.file}' FROM {self.position}"):
            if row[2] != "Query":
                continue
            text = row[5]
            if text in ("BEGIN", "COMMIT"):
                continue
            # How the server shows the event's database, and what MySQL adds behind it.
            used = re.match(r"use `((?:[^`]|``)*)`; ", text)
            database = used.group(1).replace("``", "`") if used else ""
            text = text[used.end():] if used else text
            found.append((database, re.sub(r" /\* xid=\d+ \*/$", "", text)))
        self.file, self.position = self.end_of_binlog()
        return found

    def changed_tables(self):
        now = {}
        rows = self.run(self.looker, "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
                                     "WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1, 2")
        for schema, table in rows:
            if schema in SYSTEM:
                continue
            quoted = ".".join("`" + part.replace("`", "``") + "`" for part in (schema, table))
            now[f"{schema}.{table}"] = self.run(self.looker, f"SHOW CREATE TABLE {quoted}")[0][1]
        changed = {name: text for name, text in now.items() if self.tables.get(name) != text}
        changed.update({name: None for name in self.tables if name not in now})
        self.tables = now
        return changed

    def modes(self):
        mode, explicit, server, database = self.run(
            self.connection, "SELECT @@sql_mode, @@explicit_defaults_for_timestamp, @@collation_server, @@collation_database")[0]
        kept = [word for word in ("ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "REAL_AS_FLOAT") if word in mode.split(",")]
        return {"mode": kept, "explicit": bool(explicit), "server": server, "of_database": database}

    def play(self, statement):
        modes = self.modes()
        try:
            self.run(self.connection, statement)
        except pymysql.err.MySQLError as error:
            print(f"{error}: {statement}", file=sys.stderr)
            return
        events = self.new_events()
        for number, (database, text) in enumerate(events, 1):
            line = {"sql": text, "database": database, **modes}
            line["tables"] = self.changed_tables() if number == len(events) else {}
            print(json.dumps(line, ensure_ascii=False))
        if not events and (changed := self.changed_tables()):
            print(f"no event, but {list(changed)} changed: {statement}", file=sys.stderr)


def main():
    recorder = Recorder(sys.argv[1])
    version = recorder.run(recorder.connection, "SELECT VERSION()")[0][0]
    major, minor, patch = (int(part) for part in re.match(r"(\d+)\.(\d+)\.(\d+)", version).groups())
    print(json.dumps({"mariadb": "MariaDB" in version, "version": major * 10000 + minor * 100 + patch}))
    for path in sys.argv[2:]:
        for statement in paragraphs(path):
            recorder.play(statement)


if __name__ == "__main__":
    main()
