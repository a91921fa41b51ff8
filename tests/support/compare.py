"""Row by row, column by column: is the target's table equal to the source's? Values are compared as column::text."""
from collections import Counter


def columns_of(database, table, of_type=""):
    """Names in their order; of one type only, if it is named."""
    schema, name = split(table)
    return [row[0] for row in database.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = format('%%I.%%I', %s::text, %s::text)::regclass "
        "AND attnum > 0 AND NOT attisdropped AND %s IN ('', atttypid::regtype::text) ORDER BY attnum",
        (schema, name, of_type))]


def split(table):
    """'t' or 'schema.t' as (schema, name); further dots belong to the name."""
    schema, dot, name = table.partition(".")
    return (schema, name) if dot else ("public", table)


def quoted(table):
    return ".".join('"%s"' % part.replace('"', '""') for part in split(table))


def text_of(column, is_xml):
    """column::text. Of xml it is what the server gives out: no reader, native replication included, gets a declaration
    that says nothing (<?xml version="1.0"?>), though the cast shows it."""
    name = '"%s"' % column.replace('"', '""')
    return f"CASE WHEN {name} IS NOT NULL THEN format('%s', {name}) END" if is_xml else f"{name}::text"


def rows_of(database, table, columns):
    """A multiset of the rows as tuples of text."""
    xml = columns_of(database, table, "xml")
    selected = ", ".join(text_of(column, column in xml) for column in columns) or "1"
    rows = Counter()
    with database.session(autocommit=False) as cursor:
        cursor.execute("SET extra_float_digits = 1; SET timezone = 'UTC'")
        stream = cursor.connection.cursor("rows")
        stream.itersize = 20000
        stream.execute(f"SELECT {selected} FROM {quoted(table)}")
        for row in stream:
            rows[row] += 1
        stream.close()
    return rows


def table_differences(source, target, table, target_table=None, limit=10, columns=None):
    """Sentences that name the first `limit` differing rows; empty: equal."""
    target_table = target_table or table
    columns = columns or columns_of(source, table)
    missing_columns = set(columns) - set(columns_of(target, target_table))
    if missing_columns:
        return [f"{target_table} lacks the columns {sorted(missing_columns)}"]
    expected, actual = rows_of(source, table, columns), rows_of(target, target_table, columns)
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
