"""The files of examples/, posted as a person posts them."""
import json
import subprocess
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def post_with_curl(worker, file):
    """(lines of the answer's head, its body)"""
    done = subprocess.run(
        ["curl", "-sS", "-i", "-X", "POST", "-H", "Accept:application/json", "-H", "Content-Type:application/json",
         f"localhost:{worker.port}/connectors/", "--data", f"@{file}"], capture_output=True, text=True, check=True)
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    return head.splitlines(), json.loads(body)


def post_and_wait(worker, file):
    """Posts a connector that has to be accepted; what the answer says of it."""
    head, body = post_with_curl(worker, file)
    assert head[0].split()[1] == "201", (head, body)
    assert f"/connectors/{body['name']}" in next(line for line in head if line.lower().startswith("location:"))
    worker.wait_running(body["name"])
    return body


def changed(file, folder, properties):
    """A copy of the connector's file with other properties."""
    document = json.loads(file.read_text())
    document["config"].update(properties)
    copy = folder / file.name
    copy.write_text(json.dumps(document))
    return copy
