"""The worker process: started, stopped and killed as in life, and its REST API."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

from support.process import cpu_seconds, free_port, memory_mb, spawn
from support.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]


def binary():
    return str(Path(os.environ.get("TIDEWIRE_BINARY", ROOT / "build/release/tidewire")).absolute())


class RestError(AssertionError):
    def __init__(self, status, body):
        super().__init__(f"HTTP {status}: {body}")
        self.status, self.body = status, body


class Worker:
    def __init__(self, directory=None, properties=None, env=None, port=None, outlives=False):
        self.port = port or free_port()
        self.directory = Path(directory or tempfile.mkdtemp(prefix="tidewire-worker-"))
        self.data, self.log = self.directory / "data", self.directory / "worker.log"
        self.url = f"http://127.0.0.1:{self.port}"
        self.properties = {"listeners": f"HTTP://127.0.0.1:{self.port}", "tidewire.data.dir": str(self.data),
                           **(properties or {})}
        self.env = env or {}
        self.process, self.ready_ms, self._outlives = None, None, outlives

    # The process.
    def launch(self, env=None):
        """Starts the process without waiting for its API; `env` counts for this start only."""
        self.directory.mkdir(parents=True, exist_ok=True)
        file = self.directory / "worker.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in self.properties.items()))
        self.process = spawn([binary(), "worker", str(file)], self.log, outlives=self._outlives,
                             env={**os.environ, **self.env, **(env or {})}, cwd=self.directory)
        return self

    def start(self, env=None, timeout=30):
        began = time.monotonic()
        self.launch(env)
        wait_until(lambda: self.answers() or self._died(), timeout,
                   lambda: f"the worker answers; its log ends with\n{self.log_tail()}", interval=0.002)
        self.ready_ms = (time.monotonic() - began) * 1000
        return self

    def _died(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the worker ended with status {self.process.returncode}; its log ends with\n"
                                 f"{self.log_tail()}")
        return False

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, timeout=30):
        """SIGTERM; returns the seconds it took. A worker that does not end with status 0 is an error."""
        began = time.monotonic()
        self.process.terminate()
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the worker did not stop within {timeout} s; its log ends with\n{self.log_tail()}")
        assert status == 0, f"the worker ended with status {status}; its log ends with\n{self.log_tail()}"
        return time.monotonic() - began

    def kill(self):
        if self.running():
            self.process.send_signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def remove(self):
        self.kill()
        # A worker that a sanitizer ended may have been started again by the test.
        reported = re.search(r"(?:Sanitizer|runtime error): .*", self.log_text())
        assert not reported, f"{reported[0]}; {self.log}"
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self, lines=30):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def memory_mb(self, field="VmRSS"):
        return memory_mb(self.process.pid, field)

    # The REST API.
    def exchange(self, method, path, body=None, timeout=30):
        """(status, parsed body or text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            data = None if body is None else body if isinstance(body, (bytes, str)) else json.dumps(body)
            connection.request(method, path, data, {"Accept": "application/json", "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text) if text else None
        except ValueError:
            return answer.status, text

    def request(self, method, path, body=None, timeout=30):
        status, answer = self.exchange(method, path, body, timeout)
        if status >= 400:
            raise RestError(status, answer)
        return answer

    def get(self, path):
        return self.request("GET", path)

    def answers(self):
        try:
            return self.exchange("GET", "/", timeout=2)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def create(self, name, config, wait=True):
        self.request("POST", "/connectors", {"name": name, "config": config})
        if wait:
            self.wait_running(name)

    def status(self, name):
        return self.get(f"/connectors/{name}/status")

    def states(self, name):
        """The connector's state and those of its tasks."""
        status, answer = self.exchange("GET", f"/connectors/{name}/status")
        if status != 200:
            return [str(status)]
        return [answer["connector"]["state"], *(task["state"] for task in answer["tasks"])]

    def wait_running(self, name, timeout=30):
        def running():
            states = self.states(name)
            assert "FAILED" not in states, f"{name} failed: {json.dumps(self.status(name), indent=1)}"
            return len(states) > 1 and set(states) == {"RUNNING"}
        wait_until(running, timeout, lambda: f"{name} runs: {self.states(name)}\n{self.log_tail()}")

    def wait_state(self, name, state, timeout=30):
        wait_until(lambda: state in self.states(name), timeout, lambda: f"{name} is {state}: {self.states(name)}")

    def put(self, path, body=None):
        return self.request("PUT", path, body)

    def delete(self, name):
        self.request("DELETE", f"/connectors/{name}")

    def offsets(self, name):
        return self.get(f"/connectors/{name}/offsets")["offsets"]

    def metrics(self):
        """{'name{label="x",…}': value} of GET /metrics."""
        found = {}
        for line in self.get("/metrics").splitlines():
            if line and not line.startswith("#"):
                series, _, value = line.rpartition(" ")
                found[series] = float(value)
        return found

    # The command line.
    def cli(self, *arguments, check=True, timeout=120, env=None):
        done = subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, **(env or {})}, cwd=self.directory)
        if check and done.returncode != 0:
            raise AssertionError(f"tidewire {' '.join(map(str, arguments))}: status {done.returncode}\n{done.stderr}")
        return done

    def location(self):
        """The options by which the looking commands find this worker, or its directory when it is stopped."""
        return ["--bootstrap-server", f"127.0.0.1:{self.port}"] if self.running() else ["--data-dir", str(self.data)]

    def consume(self, topics_regex=".*", *options):
        """All records of the topics as dictionaries: topic, partition, offset, timestamp, headers, key, value."""
        out = self.cli("consume", *self.location(), "--topics-regex", topics_regex, "--from-beginning",
                       "--format", "jsonl", *options).stdout
        return [json.loads(line) for line in out.splitlines() if line]

    def topics(self):
        return sorted(self.cli("topics", *self.location(), "--list").stdout.split())


def quote(text):
    return urllib.parse.quote(text, safe="")
