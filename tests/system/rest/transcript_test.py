"""Replays 150 requests that were sent to a real Kafka Connect worker, in their order, against a worker here. Every answer is
equal to the recorded one, or stands in the table of transcript_rules.py with its reason."""
import http.client
import json
import time
from pathlib import Path

import pytest

from support.worker import Worker
from transcript_rules import TABLE, Same

LINES = (Path(__file__).parents[1] / "rest-transcript.jsonl").read_text().splitlines()
COUNT = len(LINES)
PATIENCE_S = 15
EQUAL = Same("equal")
# What happened in the recorded session between two requests, by the number of the request that follows.
INSERT_BEFORE = {43: 2, 76: 3, 115: 4}


class Replay:
    """Sends the requests and keeps, for each, what differs."""

    def __init__(self, worker, source, target, directory):
        self.worker, self.source, self.target, self.directory = worker, source, target, directory
        self.complaints, self.recorded_offset, self.real_offset = {}, None, None

    def run(self):
        for number in range(COUNT):
            if number in INSERT_BEFORE:
                self.source.execute("INSERT INTO rest_t VALUES (%s, 'x')", (INSERT_BEFORE[number],))
            self.complaints[number] = self._one(number)

    def _line(self, number):
        text = (LINES[number].replace("55432", str(self.source.port)).replace("55433", str(self.target.port))
                .replace("58083", str(self.worker.port)).replace("$RIG_HOME", str(self.directory)))
        line = json.loads(text)
        if number > 81:
            line = json.loads(json.dumps(line).replace(json.dumps(self.recorded_offset), json.dumps(self.real_offset)))
        return line

    def _one(self, number):
        line, rule = self._line(number), TABLE.get(number, EQUAL)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            status, headers, body = self._send(line)
            found = [*rule.compare(line["status"], line["response_body"], status, body), *self._headers(line, headers, status)]
            # What a request before it began may not have ended yet.
            if not found or line["method"] != "GET" or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        if number == 81 and not found:
            self.recorded_offset, self.real_offset = (one["offsets"][0]["offset"] for one in (line["response_body"], body))
        return found

    def _headers(self, line, headers, status):
        for name, value in line["response_headers"].items():
            if status != line["status"] or name == "Content-Type":
                continue
            came = headers.get(name, "")
            if set(came.split(",")) != set(value.split(",")):
                yield f"header {name}: recorded {value}, came {came}"

    def _send(self, line):
        body = line["request_body"]
        data = None if body is None else body if isinstance(body, str) else json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.worker.port, timeout=60)
        try:
            connection.request(line["method"], line["path"], data and data.encode(), line["request_headers"])
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return answer.status, dict(answer.getheaders()), json.loads(text) if text else ""


@pytest.fixture(scope="module")
def complaints(source_server, target_server, tmp_path_factory):
    source_server.execute("DROP TABLE IF EXISTS rest_t")
    source_server.execute("CREATE TABLE rest_t (id integer PRIMARY KEY, v text)")
    source_server.execute("INSERT INTO rest_t VALUES (1, 'x')")
    try:
        with Worker() as worker:
            replay = Replay(worker, source_server, target_server, tmp_path_factory.mktemp("rig"))
            replay.run()
            yield replay.complaints
    finally:
        for (slot,) in source_server.query("SELECT slot_name FROM pg_replication_slots WHERE slot_name LIKE 'rest_slot%'"):
            source_server.drop_slot(slot)
        for (name,) in source_server.query("SELECT pubname FROM pg_publication WHERE pubname LIKE 'rest_pub%'"):
            source_server.execute(f"DROP PUBLICATION {name}")
        source_server.execute("DROP TABLE rest_t")


def name_of(number):
    line = json.loads(LINES[number])
    return f"{number}-{line['method']} {line['path']}"


@pytest.mark.parametrize("number", range(COUNT), ids=name_of)
def test_answers_as_the_recorded_worker(complaints, number):
    found = complaints[number]
    assert not found, "\n".join(found)


def test_every_difference_has_a_reason():
    assert all(rule.reason for rule in TABLE.values())
    assert set(TABLE) <= set(range(COUNT))
