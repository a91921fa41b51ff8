"""A source database, a target database and the two connectors between them."""
from support import connectors
from support.compare import compare_tables
from support.wait import Timeout, wait_until


class Replication:
    def __init__(self, worker, source, target, prefix="t"):
        self.worker, self.source, self.target, self.prefix = worker, source, target, prefix
        self.source_name, self.sink_name = f"{source.name}-{prefix}-source", f"{target.name}-{prefix}-sink"
        self.slot = connectors.slot_name(source, prefix)  # Of a PostgreSQL source.

    def ddl(self, sql):
        """The same tables on both sides."""
        self.source.execute(sql)
        self.target.execute(sql)

    def start_source(self, wait_streaming=True, **properties):
        if self.source.kind == "postgres":
            properties.setdefault("publication_name", f"pub_{self.prefix}")
        self.worker.create(self.source_name, connectors.source(self.source, self.prefix, **properties))
        if wait_streaming:
            self.wait_streaming()
        return self

    def wait_streaming(self):
        if self.source.kind == "postgres":
            self.source.server.wait_streaming(self.slot)
        else:
            self.source.wait_streaming()

    def start_sink(self, kind=connectors.debezium_sink, **properties):
        self.worker.create(self.sink_name, kind(self.target, self.prefix, **properties))
        return self

    def start(self, kind=connectors.debezium_sink, source=None, sink=None):
        return self.start_source(**(source or {})).start_sink(kind, **(sink or {}))

    def assert_equal(self, *tables, timeout=30, columns=None):
        """Waits until the tables are equal; says which rows differ when they do not become so."""
        last = [[]]

        def equal():
            try:
                last[0] = compare_tables(self.source, self.target, tables, columns=columns)
            except Exception as error:  # A table that the sink has yet to make, a server that restarts.
                last[0] = [str(error)]
            return not last[0]
        try:
            wait_until(equal, timeout, "source and target are equal", interval=0.2)
        except Timeout as timed_out:
            raise AssertionError("\n".join([str(timed_out), *last[0],
                                            f"source: {self.worker.states(self.source_name)}",
                                            f"sink: {self.worker.states(self.sink_name)}",
                                            self.worker.log_tail()])) from None

    def mark(self):
        """Waits until all that the source has committed so far is at the target (a row in a table of its own)."""
        for database in (self.source, self.target):
            database.execute("CREATE TABLE IF NOT EXISTS tide_mark (id bigint PRIMARY KEY)")
        number = 1 + (self.source.value("SELECT max(id) FROM tide_mark") or 0)
        self.source.execute("INSERT INTO tide_mark VALUES (%s)", (number,))
        wait_until(lambda: self.target.query("SELECT 1 FROM tide_mark WHERE id = %s", (number,)), 60,
                   lambda: f"mark {number} is at the target\n{self.worker.log_tail()}", interval=0.01)
