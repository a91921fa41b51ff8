"""Connector configurations as people have them for real Debezium and Confluent."""

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
        "database.user": "postgres",
        "database.password": "postgres-secret",
        "database.dbname": database.name,
        "plugin.name": "pgoutput",
        "topic.prefix": prefix,
        "slot.name": slot or slot_name(database, prefix),
        **CONVERTERS, **_dotted(more), **also,
    }


def slot_name(database, prefix="t"):
    return f"{database.name}_{prefix}"


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
        "connection.url": f"jdbc:postgresql://127.0.0.1:{database.server.port}/{database.name}",
        "connection.user": "postgres",
        "connection.password": "postgres-secret",
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
        "connection.url": f"jdbc:postgresql://127.0.0.1:{database.server.port}/{database.name}",
        "connection.username": "postgres",
        "connection.password": "postgres-secret",
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
