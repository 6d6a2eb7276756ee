"""What jobs cost the orchestrator in calls, and what one who asks for very much costs those who ask for little."""

from __future__ import annotations

import json
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from eth_utils import keccak

import jobs
from artifacts import load_artifact
from client import Client, Contract, HttpRpc
from compile_contracts import TEST_CONTRACTS, compile_contract
from demo import FULFILLED, STDOUT, Relayer
from devnet import REQUESTER, Devnet, parser, start

SHORT_JOBS = 40
LONG_JOBS = 20
LONG_SECONDS = 25
OTHERS = 10
FLOOD = 1_000
AT_ONCE = 50
PATIENCE = 120.0

Running = Callable[[Devnet, Path], AbstractContextManager[Relayer]]


class Asking:
    """A devnet's contract, and those who ask it."""

    def __init__(self, devnet: Devnet) -> None:
        self.devnet = devnet
        self.rpc = HttpRpc(devnet.rpc)
        self.client = Client(self.rpc)
        self.bridge = Contract(self.client, devnet.contract, load_artifact("JobBridge").abi)
        self.key = devnet.accounts[REQUESTER]["privateKey"]
        self.fee = self.bridge.call("fee")
        self.genesis = bytes.fromhex(self.rpc("eth_getBlockByNumber", ["0x0", False])["hash"][2:])

    def ask(self, spec: str) -> dict[str, Any]:
        return self.bridge.send(self.key, "requestJob", spec, STDOUT, value=self.fee)

    def somebody(self) -> Contract:
        """A contract that asks, and is a requester of its own."""
        batcher = compile_contract(TEST_CONTRACTS / "Batcher.vy")
        return self.client.deploy(self.key, batcher.abi, batcher.bytecode)[0]

    def ask_as(self, who: Contract, spec: str, times: int) -> dict[str, Any]:
        return who.send(
            self.key, "many", self.bridge.address, times, spec, STDOUT, value=self.fee * times, gas=15_000_000
        )

    def job_ids(self, receipt: dict[str, Any]) -> list[int]:
        return [event["jobId"] for event in self.bridge.events(receipt, "BacalhauJobRequested")]

    def job_name(self, log: dict[str, Any]) -> str:
        """The name of the first job of a request, as design and README have it."""
        said = bytes.fromhex(log["address"][2:]) + b"".join(bytes.fromhex(topic[2:]) for topic in log["topics"])
        request = keccak(said + bytes.fromhex(log["data"][2:]))
        return "lilypad-" + keccak(self.genesis + request).hex()[:40]

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.devnet.bacalhau}/devnet/stats", timeout=30) as answer:
            return json.load(answer)

    def calls(self) -> int:
        """Of the API for jobs."""
        return sum(count for kind, count in self.stats()["calls"].items() if kind.split()[1].startswith("jobs"))

    def wait(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError("what was waited for did not happen")
            time.sleep(0.05)


def measure_calls(running: Running) -> dict[str, float]:
    """Calls for a job of 100 ms, from the first look-up to the result, and in 5 s for one that runs for long."""
    devnet = start(parser().parse_args([]))
    try:
        with tempfile.TemporaryDirectory() as folder, running(devnet, Path(folder)):
            asking = Asking(devnet)
            # With what the node itself takes: 100 ms.
            short, long = jobs.spec("sleep", "60"), jobs.spec("sleep", "120000")
            asking.ask(short)
            asking.wait(lambda: asking.bridge.call("job", 1)[2] == FULFILLED)
            before = asking.calls()
            for _ in range(SHORT_JOBS):
                job = asking.job_ids(asking.ask(short))[0]
                asking.wait(lambda job=job: asking.bridge.call("job", job)[2] == FULFILLED)
            per_short_job = (asking.calls() - before) / SHORT_JOBS
            for _ in range(LONG_JOBS // 5):
                asking.ask_as(asking.somebody(), long, 5)
            # Until they are looked at as seldom as they will be.
            time.sleep(LONG_SECONDS)
            before = asking.calls()
            time.sleep(LONG_SECONDS)
            per_long_job = (asking.calls() - before) / LONG_JOBS / (LONG_SECONDS / 5)
    finally:
        devnet.stop()
    return {"calls_per_short_job": per_short_job, "calls_per_long_job_5s": per_long_job}


def measure_flood(running: Running) -> dict[str, float]:
    """From the head with a request to its submission, of ten who ask once: alone, and while one asks 1,000 times."""
    return {"flood_put_vs_alone": _slowest(running, FLOOD) / _slowest(running, 0)}


def _slowest(running: Running, flood: int) -> float:
    devnet = start(parser().parse_args([]))
    try:
        with tempfile.TemporaryDirectory() as folder, running(devnet, Path(folder)):
            asking = Asking(devnet)
            others = [asking.somebody() for _ in range(OTHERS)]
            # Of the worst kind: each holds its place for as long as it can.
            flooder, worst = asking.somebody(), jobs.spec("sleep", "120000")
            for _ in range(flood // AT_ONCE):
                asking.ask_as(flooder, worst, AT_ONCE)
            receipts = [asking.ask_as(other, jobs.spec("hello"), 1) for other in others]
            asked: dict[str, int] = {}
            for receipt in receipts:
                log = next(each for each in receipt["logs"] if each["address"].lower() == asking.bridge.address.lower())
                asked[asking.job_name(log)] = int(receipt["blockNumber"], 16)

            def submitted() -> dict[str, int]:
                return {put["name"]: put["monotonic_ns"] for put in asking.stats()["puts"] if put["name"] in asked}

            asking.wait(lambda: len(submitted()) == OTHERS)
            heads = {each["number"]: each["monotonicNs"] for each in asking.rpc("devnet_heads", [0])}
            times = sorted(at - heads[asked[name]] for name, at in submitted().items())
            # The 95th percentile of ten is the last one.
            return times[-1] / 1e6
    finally:
        devnet.stop()
