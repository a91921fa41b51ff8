"""A form of text in which values of two columns can be compared, whatever servers they lie on.

Each column type belongs to a family; `form_of` chooses a form for a pair of columns, `reading` says how a server is asked
for it and what is done to its answer. Between two PostgreSQL servers it is the server's own text."""
import json
import struct
from decimal import Context, Decimal, InvalidOperation

FAMILIES = {
    "postgres": {
        "smallint": "number", "integer": "number", "bigint": "number", "oid": "number", "numeric": "number",
        "boolean": "boolean", "bit": "bits", "bit varying": "bits", "real": "float", "double precision": "double",
        "character": "char", "bytea": "binary", "date": "date", "time without time zone": "time",
        "time with time zone": "time", "timestamp without time zone": "datetime", "timestamp with time zone": "datetime",
        "json": "json", "jsonb": "json", "uuid": "uuid", "xml": "xml",
    },
    "mysql": {
        "tinyint": "number", "smallint": "number", "mediumint": "number", "int": "number", "bigint": "number",
        "year": "number", "decimal": "number", "bit": "bits", "float": "float", "double": "double", "char": "char",
        "binary": "binary", "varbinary": "binary", "tinyblob": "binary", "blob": "binary", "mediumblob": "binary",
        "longblob": "binary", "vector": "binary", "date": "date", "time": "time", "datetime": "datetime",
        "timestamp": "datetime", "json": "json", "uuid": "uuid", "geometry": "geometry", "point": "geometry",
        "linestring": "geometry", "polygon": "geometry", "multipoint": "geometry", "multilinestring": "geometry",
        "multipolygon": "geometry", "geometrycollection": "geometry", "geomcollection": "geometry",
    },
}
FAMILIES["mariadb"] = FAMILIES["mysql"]
# The first set that holds the families of both columns names the form; what is in none is compared as text.
_FORMS = [
    ({"number", "boolean", "bits"}, "number"),
    ({"number", "boolean", "bits", "double"}, "double"),
    ({"number", "boolean", "bits", "double", "float"}, "float"),
    ({"text", "char"}, "char"),
    ({"text", "char", "json"}, "json"),
    ({"text", "char", "uuid"}, "uuid"),
    ({"date"}, "text"),
    ({"date", "datetime"}, "datetime"),
    ({"time"}, "time"),
    ({"binary"}, "binary"),
    ({"geometry"}, "geometry"),
]


def family_of(kind, type_name):
    return FAMILIES[kind].get(type_name, "text")


def form_of(source, target):
    """Of two (kind, type name)."""
    if source[0] == target[0] == "postgres":
        return "own"
    families = {family_of(*source), family_of(*target)}
    return next((form for members, form in _FORMS if families <= members), "text")


def reading(kind, type_name, form, column):
    """(SQL expression of the quoted column, function for its text or None)."""
    family = family_of(kind, type_name)
    expression = (_postgres if kind == "postgres" else _mysql)(family, form, column)
    if form in ("number", "double", "float") and family == "bits" and kind == "postgres":
        return expression, lambda text: _NORMAL[form](str(int(text, 2)))
    return expression, _NORMAL.get(form)


def _postgres(family, form, column):
    if family == "xml":
        # What the server gives out: no reader, native replication included, gets a declaration that says nothing
        # (<?xml version="1.0"?>), though the cast shows it.
        return f"CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END"
    if form == "own":
        return f"{column}::text"
    if family == "boolean" and form in ("number", "double", "float"):
        return f"{column}::int::text"
    if family == "float":
        return f"{column}::float8::text"  # A float's own text has fewer digits.
    if form == "binary":
        return f"encode({column}, 'hex')"
    return f"{column}::text"


def _mysql(family, form, column):
    if family == "bits":
        return f"CAST({column} AS UNSIGNED)"
    if family == "float":
        return f"CAST({column} AS DOUBLE)"  # A float's own text has six digits.
    if family in ("binary", "geometry"):
        return f"LOWER(HEX({column}))"
    return f"CAST({column} AS CHAR)" if family == "json" else column


# All digits count: the default context has 28.
_DIGITS = Context(prec=2000)


def _number(text):
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return format(value.normalize(_DIGITS), "f") if value.is_finite() and value else "0" if value == 0 else text


def _float(text):
    try:
        return repr(struct.unpack("f", struct.pack("f", float(text)))[0])
    except OverflowError:
        return text


def _fraction(text):
    """Without the zeros that only some types show."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _datetime(text):
    text = _fraction(text.removesuffix("+00"))
    return text + " 00:00:00" if len(text) == len("2024-02-29") else text


def _json(text):
    try:
        value = json.loads(text, parse_int=_number, parse_float=_number)
    except ValueError:
        return text
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


_NORMAL = {
    "number": _number, "double": lambda text: repr(float(text) + 0.0), "float": _float,
    "char": lambda text: text.rstrip(" "), "json": _json, "uuid": str.lower, "datetime": _datetime,
    "time": lambda text: _fraction(text.removesuffix("+00")),
}
