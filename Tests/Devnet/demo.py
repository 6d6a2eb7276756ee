"""The whole way on this machine: a contract asks, a relayer runs the jobs, the contract has the answers.

Starts a chain, a compute node and the built relayer, sends seven requests in six transactions, shows how they go on,
and reads the answers back from the chain. Ends with 0 if each request was answered as it should be.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from artifacts import load_artifact
from client import Client, Contract, HttpRpc
from compile_contracts import TEST_CONTRACTS, compile_contract
from devnet import RELAYER, REQUESTER, Devnet, parser, start
from processes import FOLDER

ROOT = FOLDER.parents[1]
BINARY = ROOT / ".build" / "debug" / "lilypad-relayer"
SPECS = FOLDER / "fixtures" / "specs"
PATIENCE = 50.0
CID, STDOUT, STDERR, EXIT_CODE = range(4)
REQUESTED, FULFILLED, FAILED, CANCELLED = 1, 2, 3, 4
STATES = {0: "unknown", REQUESTED: "waiting", FULFILLED: "fulfilled", FAILED: "failed", CANCELLED: "cancelled"}


@dataclass(slots=True)
class Request:
    """One of the seven, and how it stands."""

    title: str
    job_id: int
    block: int
    expected: int = FULFILLED
    state: int = REQUESTED
    answer: str = ""
    seconds: float = 0.0

    @property
    def line(self) -> str:
        text = " ".join(self.answer.split())
        shown = text if len(text) <= 60 else text[:59] + "…"
        took = f"{self.seconds:5.1f} s" if self.state != REQUESTED else " " * 7
        return f"  request {self.job_id}  {self.title:<30} {STATES[self.state]:<10} {took}  {shown}".rstrip()


@dataclass(slots=True)
class Screen:
    """A line a request: written over on a terminal, written once elsewhere."""

    terminal: bool = field(default_factory=lambda: sys.stdout.isatty())
    drawn: int = 0
    said: set[tuple[int, int]] = field(default_factory=set)

    def draw(self, requests: list[Request]) -> None:
        if self.terminal:
            if self.drawn:
                sys.stdout.write(f"\x1b[{self.drawn}F")
            for request in requests:
                sys.stdout.write("\x1b[K" + request.line + "\n")
            self.drawn = len(requests)
        else:
            for request in requests:
                if (request.job_id, request.state) not in self.said:
                    self.said.add((request.job_id, request.state))
                    print(request.line)
        sys.stdout.flush()


class Relayer:
    """The built program, with settings of its own in a folder of its own."""

    def __init__(self, binary: Path, devnet: Devnet, folder: Path) -> None:
        settings = folder / "relayer.yaml"
        settings.write_text(
            f"chain:\n  id: {devnet.chain_id}\n  rpc:\n    - url: {devnet.rpc}\n      ws: {devnet.ws}\n"
            f"  startBlock: 0\n  confirmations:\n    settle: 1\n"
            f'contracts:\n  - address: "{devnet.contract}"\nbacalhau:\n  api: {devnet.bacalhau}\n'
        )
        self.log = folder / "relayer.log"
        key = {"LILYPAD_ACCOUNT__KEY": devnet.accounts[RELAYER]["privateKey"]}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [binary, "run", "--config", settings],
                stdin=subprocess.DEVNULL,
                stderr=log,
                env=os.environ | key,
                start_new_session=True,
            )

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def wait_until_ready(self) -> None:
        end = time.monotonic() + PATIENCE
        while b'"ready"' not in self.log.read_bytes():
            if self.has_ended or time.monotonic() > end:
                raise RuntimeError("the relayer did not get ready:\n" + self.log.read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(12)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def spec(name: str) -> str:
    return (SPECS / f"{name}.json").read_text().strip()


def send(client: Client, bridge: Contract, key: str) -> list[Request]:
    """Seven requests in six transactions."""
    fee = bridge.call("fee")
    requests: list[Request] = []

    def note(receipt: dict, titles: list[str], expected: int = FULFILLED) -> None:
        block = int(receipt["blockNumber"], 16)
        for event, title in zip(bridge.events(receipt, "BacalhauJobRequested"), titles, strict=True):
            requests.append(Request(title, event["jobId"], block, expected))

    def ask(title: str, name: str, result_type: int, expected: int = FULFILLED) -> None:
        note(bridge.send(key, "requestJob", spec(name), result_type, value=fee), [title], expected)

    ask("CID of the result", "file", CID)
    ask("stdout", "hello", STDOUT)
    ask("stderr", "stderr", STDERR)
    ask("exit code", "exit", EXIT_CODE)
    artifact = compile_contract(TEST_CONTRACTS / "Batcher.vy")
    batcher, _ = client.deploy(key, artifact.abi, artifact.bytecode)
    receipt = batcher.send(
        key, "each", bridge.address, [spec("hello"), spec("greet")], [STDOUT, STDOUT], value=2 * fee
    )
    note(receipt, ["stdout, two in a transaction", "stdout, two in a transaction"])
    ask("a program that traps", "trap", STDOUT, FAILED)
    return requests


def look(client: Client, bridge: Contract, requests: list[Request], started: float) -> None:
    """Asks the contract how each open request stands, and reads the answer from its event."""
    for request in requests:
        if request.state != REQUESTED:
            continue
        state = bridge.call("job", request.job_id)[2]
        if state == REQUESTED:
            continue
        logs = client.rpc(
            "eth_getLogs",
            [{"address": bridge.address, "fromBlock": hex(request.block), "toBlock": "latest"}],
        )
        receipt = {"logs": logs}
        for name, key in (("BacalhauJobFulfilled", "result"), ("BacalhauJobFailed", "reason")):
            for event in bridge.events(receipt, name):
                if event["jobId"] == request.job_id:
                    request.answer = event[key]
        request.state, request.seconds = state, time.monotonic() - started


def run(binary: Path, folder: Path) -> int:
    print("starting a chain and a compute node, deploying the contract …", flush=True)
    devnet = start(parser().parse_args([]))
    try:
        rpc = HttpRpc(devnet.rpc)
        client = Client(rpc)
        bridge = Contract(client, devnet.contract, load_artifact("JobBridge").abi)
        print(f"  Ethereum  {devnet.rpc}\n  Bacalhau  {devnet.bacalhau}\n  contract  {devnet.contract}")
        print("starting the relayer …", flush=True)
        relayer = Relayer(binary, devnet, folder)
        try:
            relayer.wait_until_ready()
            print("seven requests in six transactions:", flush=True)
            requests = send(client, bridge, devnet.accounts[REQUESTER]["privateKey"])
            follow(client, bridge, requests, relayer)
        finally:
            relayer.stop()
        return verdict(requests)
    finally:
        devnet.stop()


def follow(client: Client, bridge: Contract, requests: list[Request], relayer: Relayer) -> None:
    started = time.monotonic()
    screen = Screen()
    screen.draw(requests)
    while any(request.state == REQUESTED for request in requests) and time.monotonic() - started < PATIENCE:
        if relayer.has_ended:
            raise RuntimeError("the relayer ended by itself:\n" + relayer.log.read_text())
        time.sleep(0.1)
        look(client, bridge, requests, started)
        screen.draw(requests)


def verdict(requests: list[Request]) -> int:
    states = [request.state for request in requests]
    lost = sum(state not in (FULFILLED, FAILED) for state in states)
    counts = f"{states.count(FULFILLED)} fulfilled, {states.count(FAILED)} failed on chain, {lost} lost"
    wrong = [request for request in requests if request.state != request.expected]
    for request in wrong:
        print(f"request {request.job_id} should be {STATES[request.expected]} and is {STATES[request.state]}", file=sys.stderr)
    print(f"demo: {len(requests)} requests, {counts}", flush=True)
    return 1 if wrong else 0


def main() -> int:
    options = argparse.ArgumentParser(prog="demo.py", description=__doc__.splitlines()[0])
    options.add_argument("--binary", type=Path, default=BINARY, help="the relayer to run")
    binary: Path = options.parse_args().binary
    if not binary.exists():
        print(f"demo: {binary} is not built: run `make demo`", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="lilypad-demo-") as folder:
        try:
            return run(binary, Path(folder))
        except KeyboardInterrupt:
            print("\ndemo: stopped", file=sys.stderr)
        except RuntimeError as failure:
            print(f"demo: {failure}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
