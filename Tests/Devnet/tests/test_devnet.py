"""The whole devnet as a command."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time

import pytest

from artifacts import load_artifact
from client import Client, Contract, HttpRpc
from conftest import DEVNET


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(DEVNET / "devnet.py"), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def is_refused(url: str) -> bool:
    """Whether nobody listens there any more, within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            HttpRpc(url, timeout=1)("eth_chainId", [])
        except ConnectionError:
            return True
        except TimeoutError:
            pass
        time.sleep(0.05)
    return False


def test_starts_deploys_and_ends_with_its_input() -> None:
    process = start(
        "--json", "--exit-on-stdin-eof", "--fee", "5", "--cancel-after", "7", "--block-time", "0.2", "--nodes", "2"
    )
    assert process.stdout is not None and process.stdin is not None
    try:
        found = json.loads(process.stdout.readline())
        roles = {"contract", "relayer", "requester", "deployer"}
        assert found.keys() == {"rpc", "ws", "nodes", "bacalhau", "chainId"} | roles
        assert len(found["nodes"]) == 2 and HttpRpc(found["nodes"][1]["rpc"])("eth_chainId", []) == "0x7a69"
        bridge = Contract(Client(HttpRpc(found["rpc"])), found["contract"], load_artifact("JobBridge").abi)
        assert bridge.call("isRelayer", found["relayer"]["address"]) is True
        assert bridge.call("owner") == found["deployer"]["address"].lower()
        assert [bridge.call(name) for name in ("fee", "callbackGas", "cancelAfter")] == [5, 300_000, 7]
    finally:
        process.stdin.close()
        assert process.wait(60) == 0
        process.stdout.close()
    assert is_refused(found["rpc"])


def test_nothing_is_left_when_it_is_killed() -> None:
    process = start("--json", "--exit-on-stdin-eof")
    assert process.stdout is not None and process.stdin is not None
    found = json.loads(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert is_refused(found["rpc"])


def test_says_why_it_does_not_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        options = ["--port", str(taken.getsockname()[1])]
        ended = subprocess.run(
            [sys.executable, str(DEVNET / "devnet.py"), *options], capture_output=True, text=True, timeout=60
        )
    assert ended.returncode == 1
    assert "cannot listen on port" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize("module", ["chain", "compute"])
def test_runs_one_server_alone(module: str) -> None:
    process = start(module)
    assert process.stdout is not None and process.stdin is not None
    try:
        assert json.loads(process.stdout.readline())["ready"] is True
    finally:
        process.stdin.close()
        assert process.wait(60) == 0
        process.stdout.close()
