"""Connector configurations as people have them for real Debezium and Confluent."""
import zlib

CONVERTERS = {
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
}


def postgres_source(database, prefix="t", slot=None, **more):
    """Debezium's PostgreSQL source for `database`. Keyword arguments: properties with _ for each dot, or a dict `also`."""
    also = more.pop("also", {})
    return {
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "database.hostname": "127.0.0.1",
        "database.port": str(database.server.port),
        "database.user": database.user,
        "database.password": database.password,
        "database.dbname": database.name,
        "plugin.name": "pgoutput",
        "topic.prefix": prefix,
        "slot.name": slot or slot_name(database, prefix),
        **CONVERTERS, **_dotted(more), **also,
    }


def slot_name(database, prefix="t"):
    return f"{database.name}_{prefix}"


def mariadb_source(database, prefix="t", **more):
    """Debezium's MariaDB source for `database`, logged in as the database's own user."""
    return _binlog_source("io.debezium.connector.mariadb.MariaDbConnector", database, prefix, **more)


def mysql_source(database, prefix="t", **more):
    """Debezium's MySQL source; it reads MariaDB, too."""
    return _binlog_source("io.debezium.connector.mysql.MySqlConnector", database, prefix, **more)


def _binlog_source(connector_class, database, prefix, **more):
    also = more.pop("also", {})
    return {
        "connector.class": connector_class,
        "database.hostname": "127.0.0.1",
        "database.port": str(database.server.port),
        "database.user": database.user,
        "database.password": database.password,
        "database.server.id": str(server_id(database, prefix)),
        "database.include.list": database.name,
        "topic.prefix": prefix,
        "schema.history.internal.kafka.bootstrap.servers": "localhost:9092",
        "schema.history.internal.kafka.topic": history_topic(database, prefix),
        **CONVERTERS, **_dotted(more), **also,
    }


def history_topic(database, prefix="t"):
    return f"history.{database.name}.{prefix}"


def server_id(database, prefix="t"):
    """As a replica of its server each connector has a number of its own, and the same one after a restart."""
    return 10_000 + zlib.crc32(f"{database.name} {prefix}".encode()) % 1_000_000_000


def source(database, prefix="t", **more):
    """The source connector for the kind of server that the database lies on."""
    make = {"postgres": postgres_source, "mariadb": mariadb_source, "mysql": mysql_source}[database.kind]
    return make(database, prefix, **more)


def _route_to_table_name(prefix):
    return {
        "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.route.regex": prefix + r"\.([^.]+)\.(.+)",
        "transforms.route.replacement": "$2",
    }


def confluent_sink(database, prefix="t", **more):
    """Confluent's JDBC sink: flat rows, so the events are unwrapped; topic t.schema.table becomes table `table`."""
    also = more.pop("also", {})
    return {
        "connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector",
        "topics.regex": prefix + r"\..*",
        "connection.url": database.jdbc_url,
        "connection.user": database.user,
        "connection.password": database.password,
        "insert.mode": "upsert",
        "pk.mode": "record_key",
        "delete.enabled": "true",
        "auto.create": "true",
        "auto.evolve": "true",
        "transforms": "unwrap,route",
        "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
        **_route_to_table_name(prefix), **CONVERTERS, **_dotted(more), **also,
    }


def debezium_sink(database, prefix="t", **more):
    """Debezium's JDBC sink: takes envelopes."""
    also = more.pop("also", {})
    return {
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "topics.regex": prefix + r"\..*",
        "connection.url": database.jdbc_url,
        "connection.username": database.user,
        "connection.password": database.password,
        "insert.mode": "upsert",
        "primary.key.mode": "record_key",
        "delete.enabled": "true",
        "truncate.enabled": "true",
        "schema.evolution": "basic",
        "transforms": "route",
        **_route_to_table_name(prefix), **CONVERTERS, **_dotted(more), **also,
    }


def _dotted(properties):
    return {name.replace("_", "."): str(value) for name, value in properties.items()}
