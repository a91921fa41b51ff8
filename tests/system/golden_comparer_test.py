"""What compare_golden.py takes for equal in recordings from MariaDB and MySQL, and what it finds."""
import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
REFERENCE = GOLDEN / "ref"
RUNS = sorted(str(file.relative_to(REFERENCE).with_suffix("")) for server in ("mariadb", "mysql")
              for file in (REFERENCE / server).glob("*.jsonl"))
DAY_MS = 86_400_000
GTIDS = r"(0-1-|[0-9a-f-]{36}:(1-)?)\d+"


class Recording:
    """The records of a run with parsed keys and values; `of` finds one to change."""

    def __init__(self, run):
        lines = [json.loads(line) for line in (REFERENCE / f"{run}.jsonl").read_text().splitlines()]
        self.schemas = [json.loads(text) for text in lines[0].get("$schemas", [])]
        self.records = lines[1:] if self.schemas else lines
        for record in self.records:
            for side in ("key", "value"):
                record[side] = self._parsed(record[side])

    def _parsed(self, data):
        if isinstance(data, dict):
            return {"schema": copy.deepcopy(self.schemas[data["$schema"]]), "payload": json.loads(data["payload"])}
        return None if data is None else json.loads(data)

    def of(self, topic, number=0, **fields):
        """The n-th record of the topic whose payload has these values."""
        return [record for record in self.records if re.fullmatch(topic, record["topic"])
                and fields.items() <= {name: value for name, value in (payload(record) or {}).items()
                                       if name in fields}.items()][number]

    def write(self, file):
        file.write_text("".join(json.dumps(record) + "\n" for record in self.records))


def payload(record):
    value = record["value"]
    return value["payload"] if isinstance(value, dict) and "schema" in value else value


def walk(value, change):
    """change(member's name, value) replaces numbers and texts, wherever they are."""
    if isinstance(value, dict):
        return {name: walk(item, change) if isinstance(item, (dict, list)) else change(name, item)
                for name, item in value.items()}
    return [walk(item, change) if isinstance(item, (dict, list)) else item for item in value] \
        if isinstance(value, list) else value


def recorded_again(recording):
    """A day later, on a server that has seen other things before."""
    def change(name, value):
        if value in (None, 0):
            return value
        if name in ("gtid", "gtids", "id") and re.fullmatch(GTIDS, str(value)):
            return re.sub(r"\d+$", lambda last: str(int(last[0]) + 90_000), value)
        moved = {"pos": 1234, "ts_ms": DAY_MS, "ts_us": DAY_MS * 1000, "ts_ns": DAY_MS * 1_000_000, "ts_sec": DAY_MS // 1000}
        if name == "file":
            return "other.000017"
        return value + moved[name] if name in moved and isinstance(value, int) else value
    for record in recording.records:
        for side in ("key", "value"):
            record[side] = walk(record[side], change)
    return recording


def compare(run, recording, tmp_path):
    """(whether equal, what was said)"""
    file = tmp_path / "actual.jsonl"
    recording.write(file)
    done = subprocess.run([sys.executable, str(GOLDEN / "compare_golden.py"), str(REFERENCE / f"{run}.jsonl"), str(file)],
                          capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode == 0, done.stdout


@pytest.mark.parametrize("run", RUNS)
def test_the_same_run_on_another_day_is_equal(run, tmp_path):
    equal, said = compare(run, recorded_again(Recording(run)), tmp_path)
    assert equal, said


def a_value(r):
    payload(r.of(r".*\.nums", op="u"))["after"]["i"] = 8


def a_null(r):
    payload(r.of(r".*\.nums", op="u"))["after"]["i"] = None


def an_operation(r):
    payload(r.of(r".*\.pk2", op="u"))["op"] = "c"


def a_key(r):
    r.of(r".*\.pk2", op="u")["key"]["payload"]["a"] = 2


def a_type_in_the_schema(r):
    r.of(r".*\.pk2", op="u")["value"]["schema"]["fields"][1]["fields"][1]["type"] = "int64"


def a_header(r):
    r.of(r".*\.pk2", op="d")["headers"][0][1] = '{"a":1,"b":"k"}'


def the_snapshot_mark(r):
    payload(r.of(r".*\.pk2", op="r"))["source"]["snapshot"] = "true"


def a_missing_record(r):
    r.records.remove(r.of(r".*\.nums", op="u"))


def a_missing_tombstone(r):
    r.records.remove(next(record for record in r.records if record["value"] is None))


def a_doubled_record(r):
    r.records.append({**r.of(r".*\.end_t"), "offset": 99})


def two_records_in_the_other_order(r):
    a, b = r.of(r".*\.nopk", 1, op="c"), r.of(r".*\.nopk", 2, op="c")
    a["offset"], b["offset"] = b["offset"], a["offset"]


def a_position_that_falls(r):
    payload(r.of(r".*\.nums", op="u"))["source"]["pos"] = 4


def the_position_of_the_transaction_instead_of_the_event(r):
    events = [record for record in r.records if record["topic"].endswith(".pk2") and record["value"]]
    last = payload(events[-1])["source"]
    before = payload(events[-2])["source"]
    last["pos"] = before["pos"]


def two_positions_in_one_event(r):
    payload(r.of(r".*\.nopk", 2, op="c"))["source"]["pos"] += 1


def a_row_number(r):
    payload(r.of(r".*\.nopk", 2, op="c"))["source"]["row"] = 0


def two_gtids_in_one_transaction(r):
    payload(r.of(r".*\.nopk", 2, op="c"))["source"]["gtid"] = "0-1-999999"


def one_gtid_for_two_transactions(r):
    first, second = r.of(r".*\.nums", op="u"), r.of(r".*\.pk2", op="u")
    payload(second)["source"]["gtid"] = payload(first)["source"]["gtid"]


def no_gtid(r):
    payload(r.of(r".*\.nums", op="u"))["source"]["gtid"] = None


def no_server_id(r):
    payload(r.of(r".*\.nums", op="u"))["source"]["server_id"] = 0


def a_fraction_in_a_binlog_timestamp(r):
    source = payload(r.of(r".*\.nums", op="u"))["source"]
    source.update({"ts_ms": source["ts_ms"] + 1, "ts_us": source["ts_us"] + 1000, "ts_ns": source["ts_ns"] + 1_000_000})


def clocks_that_disagree(r):
    payload(r.of(r".*\.nums", op="u"))["ts_us"] += 5000


def a_statement_in_the_schema_change_topic(r):
    payload(r.of("gm_default", 50))["ddl"] += " "


def a_column_in_the_schema_change_topic(r):
    record = r.of("gm_default", databaseName="g", ddl="ALTER TABLE ddl MODIFY COLUMN a BIGINT UNSIGNED")
    payload(record)["tableChanges"][0]["table"]["columns"][1]["jdbcType"] += 1


def a_missing_schema_change(r):
    r.records.remove(r.of("gm_default", 50))


def a_statement_in_the_history(r):
    r.of("hist_gm_default", 50)["value"]["ddl"] += " "


def a_column_in_the_history(r):
    record = r.of("hist_gm_default", ddl="ALTER TABLE ddl MODIFY COLUMN a BIGINT UNSIGNED")
    record["value"]["tableChanges"][0]["table"]["columns"][1]["typeName"] = "BIGINT"


def a_history_position_behind_its_statement(r):
    later = r.of("hist_gm_default", ddl="RENAME TABLE ddl TO ddl_renamed")["value"]["position"]
    earlier = r.of("hist_gm_default", ddl="ALTER TABLE ddl MODIFY COLUMN a BIGINT UNSIGNED")["value"]["position"]
    earlier["pos"] = later["pos"]


def a_history_gtid_of_its_own_statement(r):
    record = r.of("hist_gm_default", ddl="RENAME TABLE ddl TO ddl_renamed")
    record["value"]["position"]["gtids"] = "0-1-101010"


def a_member_of_a_history_position(r):
    del r.of("hist_gm_default")["value"]["position"]["snapshot"]


def a_missing_history_record(r):
    r.records.remove(r.of("hist_gm_default", 50))


MUTATIONS = [a_value, a_null, an_operation, a_key, a_type_in_the_schema, a_header, the_snapshot_mark, a_missing_record,
             a_missing_tombstone, a_doubled_record, two_records_in_the_other_order, a_position_that_falls,
             the_position_of_the_transaction_instead_of_the_event, two_positions_in_one_event, a_row_number,
             two_gtids_in_one_transaction, one_gtid_for_two_transactions, no_gtid, no_server_id,
             a_fraction_in_a_binlog_timestamp, clocks_that_disagree, a_statement_in_the_schema_change_topic,
             a_column_in_the_schema_change_topic, a_missing_schema_change, a_statement_in_the_history,
             a_column_in_the_history, a_history_position_behind_its_statement, a_history_gtid_of_its_own_statement,
             a_member_of_a_history_position, a_missing_history_record]


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_difference_is_found(mutate, tmp_path):
    recording = Recording("mariadb/default")
    mutate(recording)
    equal, said = compare("mariadb/default", recording, tmp_path)
    assert not equal, said


def test_a_transaction_that_is_counted_otherwise_is_found(tmp_path):
    recording = Recording("mariadb/txmeta")
    payload(recording.of(r".*\.transaction", status="END", event_count=3))["event_count"] = 2
    assert not compare("mariadb/txmeta", recording, tmp_path)[0]
