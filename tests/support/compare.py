"""Row by row, column by column: is the target's table equal to the source's? Either may lie in PostgreSQL, MariaDB or
MySQL. Values are compared as text: PostgreSQL's own between two PostgreSQL servers, else the forms of `canonical`."""
from collections import Counter

import pymysql.cursors

from support import canonical


def split(database, table):
    """'t' or 'schema.t' as (schema, name), with MySQL's database for a schema; further dots belong to the name."""
    schema, dot, name = table.partition(".")
    return (schema, name) if dot else ("public" if database.kind == "postgres" else database.name, table)


def quoted(database, *names):
    quote = '"' if database.kind == "postgres" else "`"
    return ".".join(quote + name.replace(quote, quote * 2) + quote for name in names)


def columns_of(database, table):
    """{name: type} in their order, or None where there is no such table. Domains are their base types."""
    if database.kind == "postgres":
        sql = ("SELECT attname, format_type(CASE typtype WHEN 'd' THEN typbasetype ELSE t.oid END, NULL) "
               "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
               "LEFT JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped "
               "LEFT JOIN pg_type t ON t.oid = atttypid WHERE nspname = %s AND relname = %s ORDER BY attnum")
    else:
        sql = ("SELECT column_name, data_type FROM information_schema.columns "
               "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position")
    rows = database.query(sql, split(database, table))
    return {name: type_name for name, type_name in rows if name is not None} if rows else None


def rows_of(database, table, readings):
    """A multiset of the rows as tuples of text; `readings` as `canonical.reading` makes them."""
    selected = ", ".join(expression for expression, _ in readings) or "1"
    sql = f"SELECT {selected} FROM {quoted(database, *split(database, table))}"
    changes = [(i, change) for i, (_, change) in enumerate(readings) if change]
    rows = Counter()
    for row in (_postgres_rows if database.kind == "postgres" else _mysql_rows)(database, sql):
        if changes:
            row = list(row)
            for i, change in changes:
                if row[i] is not None:
                    row[i] = change(row[i])
            row = tuple(row)
        rows[row] += 1
    return rows


def _postgres_rows(database, sql):
    with database.session(autocommit=False) as cursor:
        cursor.execute("SET extra_float_digits = 1; SET timezone = 'UTC'")
        stream = cursor.connection.cursor("rows")
        stream.itersize = 20000
        stream.execute(sql)
        yield from stream
        stream.close()


def _mysql_rows(database, sql):
    # Without converters each value is the server's text.
    with database.session(conv={}, cursorclass=pymysql.cursors.SSCursor) as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(sql)
        yield from cursor


def table_differences(source, target, table, target_table=None, limit=10, columns=None):
    """Sentences that name the first `limit` differing rows; empty: equal."""
    target_table = target_table or table
    source_types, target_types = columns_of(source, table), columns_of(target, target_table)
    for name, types in ((table, source_types), (target_table, target_types)):
        if types is None:
            return [f"there is no table {name}"]
    columns = columns or list(source_types)
    missing_columns = set(columns) - set(target_types)
    if missing_columns:
        return [f"{target_table} lacks the columns {sorted(missing_columns)}"]
    forms = [canonical.form_of((source.kind, source_types[c]), (target.kind, target_types[c])) for c in columns]

    def read(database, name, types):
        return rows_of(database, name, [canonical.reading(database.kind, types[column], form, quoted(database, column))
                                        for column, form in zip(columns, forms)])
    expected, actual = read(source, table, source_types), read(target, target_table, target_types)
    if expected == actual:
        return []
    found = [f"{table}: {sum(expected.values())} rows at the source, {sum(actual.values())} at the target"]
    for what, rows in (("only at the source", expected - actual), ("only at the target", actual - expected)):
        found += [f"{table}: {what} (× {n}): {shorten(columns, row)}" for row, n in sorted(rows.items(), key=str)[:limit]]
    return found


def shorten(columns, row, width=60):
    return ", ".join(f"{c}={v if v is None or len(v) <= width else v[:width] + '…'}" for c, v in zip(columns, row))


def compare_tables(source, target, tables, **kwargs):
    """All differences of several tables; each item 'table' or ('source table', 'target table')."""
    found = []
    for table in tables:
        pair = table if isinstance(table, tuple) else (table, table)
        found += table_differences(source, target, *pair, **kwargs)
    return found
