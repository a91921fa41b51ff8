"""The golden runs with MariaDB and MySQL: servers as they were for the recordings, and what to do in one run."""
import json
import re
import tempfile
import time
from pathlib import Path

from support.mysql_server import SOURCE_RIGHTS, MariaDb, Mysql
from support.wait import wait_until

REFERENCE = Path(__file__).resolve().parent / "ref"
RUNS = {
    "mariadb": ["default", "noschemas", "strings", "double-hex", "isostring", "unwrap", "unwrap-rewrite", "txmeta",
                "mysql-connector-default"],
    "mysql": ["default", "txmeta"],
}
# What MariaDB's scripts were without when a run was recorded: values of 100 kB, where most runs have 10 kB; columns of type
# UUID, which the MySQL connector does not know.
SMALL = {"REPEAT('0123456789', 10000)": "REPEAT('0123456789', 1000)"}
NO_UUID = {", u UUID)": ")", ", '123e4567-e89b-12d3-a456-426614174000')": ")", ", '00000000-0000-0000-0000-000000000000')": ")"}
CHANGED_SCRIPTS = {"default": {}, "mysql-connector-default": NO_UUID}
# The metadata make table map events longer, so positions differ without; values do not.
SETTINGS = {"binlog_row_metadata": "FULL"}
USER = "golden"


def mariadb():
    """Not started yet."""
    return MariaDb(settings=SETTINGS)


def mysql():
    return Mysql(settings=SETTINGS)


def play(database, name, run):
    """Runs one of the scripts, of which no statement may fail."""
    sql = (REFERENCE / database.kind / name).read_text()
    for text, other in CHANGED_SCRIPTS.get(run, SMALL).items():
        sql = sql.replace(text, other)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(sql)
        file.flush()
        database.client(file.name)


def wait_streaming(server, worker, run):
    """The snapshot's view lies behind a connector that reads the binlog: all changes from then on are streamed."""
    def streams():
        states = worker.states(run)
        assert "FAILED" not in states, f"{run} failed: {json.dumps(worker.status(run), indent=1)}"
        return server.dumps(USER)
    wait_until(streams, 60, lambda: f"the connector streams: {worker.status(run)}\n{worker.log_tail()}")


def record(server, worker, run):
    """The events of one run, as `tidewire consume` gives them."""
    config = json.loads((REFERENCE / server.kind / f"{run}.meta.json").read_text())["connector"]
    config = {key: str(value) for key, value in config.items()}
    config.update({"database.hostname": "127.0.0.1", "database.port": str(server.port), "database.user": USER})
    prefix = config["topic.prefix"]
    administration = server.database("mysql")
    administration.execute(f"DROP USER IF EXISTS {USER}")
    server.create_user(USER, SOURCE_RIGHTS, password=config["database.password"])
    play(administration, "01-schema.sql", run)
    worker.create(run, config)
    try:
        wait_streaming(server, worker, run)
        play(administration, "02-changes.sql", run)
        wait_until(lambda: worker.consume(re.escape(f"{prefix}.g.end_t")), 60,
                   lambda: f"the end marker arrives\n{worker.status(run)}\n{worker.log_tail()}", interval=0.3)
        if "heartbeat.interval.ms" in config:
            time.sleep(int(config["heartbeat.interval.ms"]) / 1000 + 0.2)
        history = config["schema.history.internal.kafka.topic"]
        return worker.consume(rf"{re.escape(prefix)}(\..*)?|{re.escape(history)}|__debezium-heartbeat.*")
    finally:
        worker.exchange("DELETE", f"/connectors/{run}")
        server.kill_connections(user=USER)
