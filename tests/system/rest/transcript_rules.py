"""How answers of this worker are compared with those recorded from Kafka Connect 4.1.1 with Debezium 3.5, and the table
of every deliberate difference with its reason. docs/rest-api.md says the same for people."""
import re

# Names of versions and places: theirs and ours differ by nature.
IGNORED = {"version", "commit", "kafka_cluster_id", "documentation", "last_modified"}
# Objects without an order of their own: maps of properties, offsets, connectors by name.
UNORDERED = {"config", "offset", "partition"}
ONE_OF = re.compile(r"(must be one of:? )(.+)$")


def same_text(text):
    """Enumerations come in the order of a Java hash set there."""
    return ONE_OF.sub(lambda m: m[1] + ", ".join(sorted(m[2].split(", "))), text)


def differences(expected, actual, path="", ordered=True):
    """Yields one line for each difference; `path` names the place."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _object_differences(expected, actual, path, ordered)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{path}: {len(expected)} items are recorded, {len(actual)} came: {actual}"
        for i, (one, other) in enumerate(zip(expected, actual)):
            yield from differences(one, other, f"{path}[{i}]", ordered)
    elif isinstance(expected, str) and isinstance(actual, str):
        if same_text(expected) != same_text(actual):
            yield f"{path}: recorded {expected!r}, came {actual!r}"
    elif expected != actual or type(expected) is not type(actual):
        yield f"{path}: recorded {expected!r}, came {actual!r}"


def _object_differences(expected, actual, path, ordered):
    for key in expected.keys() | actual.keys():
        if key in IGNORED:
            continue
        if key not in actual:
            yield f"{path}.{key}: is missing"
        elif key not in expected:
            yield f"{path}.{key}: is not in the recorded answer: {actual[key]!r}"
        else:
            yield from differences(expected[key], actual[key], f"{path}.{key}", key not in UNORDERED)
    if ordered and "connector.class" not in expected:
        common = [key for key in expected if key in actual]
        came = [key for key in actual if key in expected]
        if common != came:
            yield f"{path}: members are recorded in the order {common}, came as {came}"


class Same:
    """The recorded answer, after `adapt` has changed a copy of it where ours is meant to differ."""

    def __init__(self, reason, adapt=None, adapt_actual=None):
        self.reason, self.adapt, self.adapt_actual = reason, adapt, adapt_actual

    def compare(self, expected_status, expected, status, actual):
        if expected_status != status:
            yield f"status: recorded {expected_status}, came {status}: {actual}"
            return
        if self.adapt:
            expected = self.adapt(expected)
        if self.adapt_actual:
            actual = self.adapt_actual(actual)
        yield from differences(expected, actual)


class Instead:
    """Another status, with a message that holds `text`."""

    def __init__(self, status, text, reason):
        self.status, self.text, self.reason = status, text, reason

    def compare(self, _expected_status, _expected, status, actual):
        if status != self.status:
            yield f"status: expected {self.status} ({self.reason}), came {status}: {actual}"
        elif status >= 400 and (actual.get("error_code") != status or self.text not in actual["message"]):
            yield f"expected a message with {self.text!r}, came {actual}"


class Shape:
    """Only what `check` looks at; it returns a complaint or nothing."""

    def __init__(self, reason, check):
        self.reason, self.check = reason, check

    def compare(self, expected_status, expected, status, actual):
        if expected_status != status:
            yield f"status: recorded {expected_status}, came {status}: {actual}"
            return
        complaint = self.check(expected, actual)
        if complaint:
            yield complaint


# Adaptations.

def _plugins(expected, actual):
    known = {(one["class"], one["type"]) for one in expected}
    order = [(one["class"], one["type"]) for one in expected]
    ours = [(one["class"], one["type"]) for one in actual if (one["class"], one["type"]) in known]
    if ours != sorted(ours, key=order.index):
        return f"the classes come in another order: {ours}"
    needed = {("io.debezium.connector.postgresql.PostgresConnector", "source"),
              ("io.debezium.connector.jdbc.JdbcSinkConnector", "sink")}
    if not needed <= set(ours):
        return f"missing: {needed - set(ours)}"
    return next((f"wrong members: {one}" for one in actual if list(one) != ["class", "type", "version"]), None)


def _without_tasks(expected):
    """Tasks that start a moment after the recorded answer are in ours already."""
    return {**expected, "tasks": None}


def _ignore_tasks(actual):
    return {**actual, "tasks": None}


def _offset_keys(answer):
    """Positions are those of another server: only their names count. Ours may hold more than the recorded one did."""
    def names(offset):
        return sorted(name for name in offset if name != "lsn_commit" and not name.startswith("tidewire_"))
    return {"offsets": sorted((sorted(one["partition"].items()), names(one["offset"])) for one in answer["offsets"])}


def _first_class_error(expected, actual):
    if "database \"nodb\" does not exist" not in actual["message"]:
        return f"the message does not name the database: {actual}"
    return None


def validation_complaints(expected, actual):
    """Line by line; see VALIDATION for what is not compared."""
    if list(actual) not in (["name", "error_count", "groups", "configs"],
                            ["name", "error_count", "groups", "configs", "warnings"]):
        return f"wrong members: {list(actual)}"
    lines = list(differences(expected["groups"], actual["groups"], "groups"))
    lines += differences(expected["name"], actual["name"], "name")
    ours = {one["definition"]["name"]: one for one in actual["configs"]}
    names = [one["definition"]["name"] for one in expected["configs"] if "(" not in one["definition"]["name"]]
    came = [name for name in ours if name in names]
    if _places(came) != _places(names):
        lines.append(f"configs: missing or in another order: {sorted(set(names) - set(came)) or came}")
    errors = 0
    for one in expected["configs"]:
        mine = ours.get(one["definition"]["name"])
        if mine is not None:
            errors += len(mine["value"]["errors"])
            lines += _one_config(one, mine)
    if actual["error_count"] != sum(len(one["value"]["errors"]) for one in actual["configs"]):
        lines.append("error_count is not the number of errors")
    return "\n".join(lines) or None


def _places(names):
    """The order, but of a transform's own properties only which there are."""
    prefixes = ["transforms.u." if name.startswith("transforms.u.") else name for name in names]
    return list(dict.fromkeys(prefixes)), sorted(names)


def _one_config(expected, actual):
    name = expected["definition"]["name"]
    for key in ("definition", "value"):
        if list(expected[key]) != list(actual[key]):
            yield f"{name}.{key}: members are {list(actual[key])}"
    own_of_transform = name.startswith("transforms.")
    for key, value in expected["definition"].items():
        version = name.endswith(".plugin.version") and key == "default_value"
        if key not in IGNORED and key != "display_name" and not version and not (own_of_transform and key in ("order", "width")):
            yield from differences(value, actual["definition"][key], f"{name}.{key}")
    wanted, came = expected["value"]["errors"], actual["value"]["errors"]
    once = list(dict.fromkeys(wanted))
    if any(text.startswith("Error while validating connector config") for text in once):
        if not came:
            yield f"{name}: the connection's failure is not reported"
    else:
        yield from differences(once, came, f"{name}.errors")
    recommended = set(expected["value"]["recommended_values"])
    if recommended and not name.endswith("version") and not set(actual["value"]["recommended_values"]) & recommended:
        yield f"{name}: recommends {actual['value']['recommended_values']}"


CLIENT_FAULT = "the client's mistake: 400, where the recorded worker answers 500"
NO_FILE_CONNECTOR = "there is no FileStreamSource here; the class is refused at once"
FASTER = "the task runs already when the recorded one is still being made"
SAVED_AT_ONCE = "offsets are committed with the events, not once a minute: they are there already"
POSITIONS = "another server's positions: compared by their names, of which ours has more (lsn_commit, tidewire_…)"
LOGGERS = "loggers are named after this program's rooms, not after Java classes"
VALIDATION = ("titles, documentation and the layout of transforms are ours; values of a connector's own properties are shown (the recorded connector answers null); "
              "each complaint comes once; recommended classes are those that exist here; every property is visible; "
              "properties with a pattern for a name are not listed; the database client's own words differ")
NO_CLASS = "names the classes in the form of this program; 400 in every request that names an unknown class"

# By the number of the line in rest-transcript.jsonl, from 0.
TABLE = {
    4: Shape("only connectors that exist here", _plugins),
    5: Shape("only plugins that exist here", _plugins),
    7: Shape(VALIDATION, validation_complaints),
    8: Shape(VALIDATION, validation_complaints),
    9: Shape(VALIDATION, validation_complaints),
    11: Instead(400, "NoSuch", f"{CLIENT_FAULT}; {NO_CLASS}"),
    12: Shape(VALIDATION, validation_complaints),
    13: Shape(VALIDATION, validation_complaints),
    14: Instead(400, "not valid JSON", CLIENT_FAULT),
    15: Instead(400, "no body", CLIENT_FAULT),
    16: Instead(400, "must be", CLIENT_FAULT),
    18: Instead(400, "'config' is missing", CLIENT_FAULT),
    21: Instead(400, "no.such.Class", NO_CLASS),
    24: Instead(400, 'Unrecognized field "bogus"', CLIENT_FAULT),
    27: Same(FASTER, _without_tasks, _ignore_tasks),
    62: Shape(SAVED_AT_ONCE, lambda _e, a: None if [one["partition"] for one in a["offsets"]] == [{"server": "rest"}]
              else f"came {a}"),
    69: Same("restarted before the answer is written: the state is RESTARTING or RUNNING already",
             lambda e: {**e, "connector": None, "tasks": None}, lambda a: {**a, "connector": None, "tasks": None}),
    76: Same(POSITIONS, _offset_keys, _offset_keys),
    81: Same(POSITIONS, _offset_keys, _offset_keys),
    89: Same(f"{POSITIONS}; in the order of their partitions", _offset_keys, _offset_keys),
    87: Instead(400, "not valid JSON", CLIENT_FAULT),
    102: Shape("the recorded worker still had an offset of an earlier run, which its new slot could not serve; this one "
               "starts empty and runs", lambda _e, a: None if a["tasks"][0]["state"] == "RUNNING" else f"came {a}"),
    104: Shape("a slot in use is waited for, and the status says so in `trace`",
               lambda _e, a: None if a["connector"]["state"] == "RUNNING" else f"came {a}"),
    107: Instead(400, "RUNNING, PAUSED or STOPPED", CLIENT_FAULT),
    108: Shape("the database client's own words", _first_class_error),
    109: Shape("the regular expression library's own words",
               lambda e, a: None if a["message"].startswith(e["message"].split("Unclosed")[0]) else f"came {a}"),
    112: Shape(SAVED_AT_ONCE, lambda _e, a: None if "offsets" in a else f"came {a}"),
    115: Same("the number of events differs", _offset_keys, _offset_keys),
    121: Instead(400, "FileStreamSource", NO_FILE_CONNECTOR),
    122: Instead(404, "failing", NO_FILE_CONNECTOR),
    123: Instead(400, "FileStreamSource", NO_FILE_CONNECTOR),
    124: Instead(404, "failing", NO_FILE_CONNECTOR),
    125: Instead(404, "failing", NO_FILE_CONNECTOR),
    126: Instead(404, "failing", NO_FILE_CONNECTOR),
    127: Shape(LOGGERS, lambda _e, a: None if "root" in a and all(list(one) == ["level", "last_modified"]
                                                                 for one in a.values()) else f"came {a}"),
    128: Instead(404, "Logger io.debezium not found.", LOGGERS),
    129: Shape(LOGGERS, lambda _e, a: None if a == ["io.debezium"] else f"came {a}"),
    135: Same("in alphabetical order; there is no FileStreamSource", lambda e: sorted(set(e) - {"failing"}), sorted),
    138: Instead(404, "Connector a/b not found", "a name may hold a slash and is reached by its encoded form"),
    148: Instead(404, "Connector failing not found", NO_FILE_CONNECTOR),
}
