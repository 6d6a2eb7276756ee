"""`python -m compute`: the ready line, and every way to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from standin import DEVNET, JOBS

import jobs

Process = subprocess.Popen[str]


@pytest.fixture(name="launch")
def launch_fixture() -> Iterator[Any]:
    started: list[Process] = []

    def launch(*arguments: str, stdin: Any = subprocess.PIPE) -> Process:
        process = subprocess.Popen(
            [sys.executable, "-m", "compute", "--port", "0", *arguments],
            env={**os.environ, "PYTHONPATH": str(DEVNET)},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield launch
    for process in started:
        process.kill()
        process.wait(60)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def ready(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def submit(api: str, job: dict[str, Any]) -> None:
    body = json.dumps({"Job": job}).encode()
    request = urllib.request.Request(api + JOBS, body, {"Content-Type": "application/json"}, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()


def test_ready_line_is_all_of_stdout(launch: Any) -> None:
    process = launch("--publisher", "ipfs")
    line = ready(process)
    assert line["ready"] is True
    assert get(line["api"] + "/api/v1/agent/alive") == {"Status": "OK"}
    assert "puts" in get(line["control"] + "/devnet/stats")
    output, _ = process.communicate(timeout=60)
    assert (output, process.returncode) == ("", 0)


def test_end_of_stdin_ends_it(launch: Any) -> None:
    process = launch()
    ready(process)
    process.stdin.close()
    assert process.wait(60) == 0


def test_signal_ends_it(launch: Any) -> None:
    process = launch()
    ready(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_runs_without_a_stdin_to_watch(launch: Any) -> None:
    process = launch(stdin=subprocess.DEVNULL)
    assert get(ready(process)["api"] + "/api/v1/agent/alive") == {"Status": "OK"}


def test_endless_job_does_not_hold_it(launch: Any) -> None:
    process = launch()
    api = ready(process)["api"]
    submit(api, jobs.job("spin", "spin", "600"))
    while get(f"{api}{JOBS}/spin?namespace=lilypad")["Job"]["State"]["StateType"] != "Running":
        pass
    process.stdin.close()
    assert process.wait(60) == 0


def test_options_reach_the_node(launch: Any) -> None:
    api = ready(launch("--publisher", "ipfs", "--engines", "wasm,docker", "--cpu", "3"))["api"]
    compute = get(api + "/api/v1/agent/node")["ComputeNodeInfo"]
    assert compute["ExecutionEngines"] == ["wasm", "docker"]
    assert "ipfs" in compute["Publishers"]
    assert compute["MaxCapacity"]["CPU"] == 3
    assert get(ready(launch("--no-nodes"))["api"] + "/api/v1/agent/node")["NodeType"] == "Requester"


def test_unknown_option_is_refused(launch: Any) -> None:
    assert launch("--nonsense").wait(60) == 2
