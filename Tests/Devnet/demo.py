"""The whole way on this machine: a contract asks, a relayer runs the jobs, the contract has the answers.

Starts a chain, a compute node and the built relayer, sends seven requests in six transactions, shows how they go on,
and reads the answers back from the chain. Ends with 0 if each request was answered as it should be.
"""

from __future__ import annotations

import argparse
import ctypes
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from artifacts import load_artifact
from client import CallFailed, Client, Contract, HttpRpc
from compile_contracts import TEST_CONTRACTS, compile_contract
from devnet import RELAYER, REQUESTER, Devnet, parser, start
from processes import FOLDER

ROOT = FOLDER.parents[1]
BINARY = ROOT / ".build" / "debug" / "lilypad-relayer"
SPECS = FOLDER / "fixtures" / "specs"
# Seconds for all of it, from the start of the chain on.
PATIENCE = 300.0
READY_SECONDS = 30.0
LOG_LINES = 20
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CID, STDOUT, STDERR, EXIT_CODE = range(4)
REQUESTED, FULFILLED, FAILED, CANCELLED = 1, 2, 3, 4
# The CID of the tree that the job `file` publishes: its files, its output and its exit code.
TREE = "QmScRDegZ5qrH9HJMLDUKQAkmPKvbvMhJx6MimzetSYjT3"
STATES = {0: "unknown", REQUESTED: "waiting", FULFILLED: "fulfilled", FAILED: "failed", CANCELLED: "cancelled"}


@dataclass(slots=True)
class Request:
    """One of the seven: what must come back for it, and how it stands; seconds from its block to its answer's."""

    title: str
    job_id: int
    block: int
    expected: int
    pattern: str
    state: int = REQUESTED
    answer: str = ""
    seconds: float = 0.0

    @property
    def line(self) -> str:
        took = f"{self.seconds:5.1f} s" if self.state != REQUESTED else " " * 7
        text = " ".join(self.answer.split())
        return f"  request {self.job_id}  {self.title:<21} {STATES[self.state]:<10} {took}  {text}".rstrip()

    @property
    def problem(self) -> str | None:
        if self.state != self.expected:
            return f"should be {STATES[self.expected]} and is {STATES[self.state]}"
        if not re.fullmatch(self.pattern, self.answer, re.DOTALL):
            return f"has another answer than it should have: {self.answer!r}"
        return None


@dataclass(slots=True)
class Screen:
    """A line a request: written over on a terminal, written once elsewhere."""

    terminal: bool = field(default_factory=lambda: sys.stdout.isatty())
    drawn: int = 0
    said: set[tuple[int, int]] = field(default_factory=set)

    def draw(self, requests: list[Request]) -> None:
        # A line that wraps would not be written over.
        width = shutil.get_terminal_size().columns - 1 if self.terminal else 120
        if self.terminal and self.drawn:
            sys.stdout.write(f"\x1b[{self.drawn}F")
        for request in requests:
            line = request.line if len(request.line) <= width else request.line[: width - 1] + "…"
            if self.terminal:
                sys.stdout.write("\x1b[K" + line + "\n")
            elif (request.job_id, request.state) not in self.said:
                self.said.add((request.job_id, request.state))
                print(line)
        self.drawn = len(requests)
        sys.stdout.flush()


class Relayer:
    """The built program, with settings of its own in a folder of its own. It does not outlive this process."""

    def __init__(self, binary: Path, devnet: Devnet, folder: Path, *, web_socket: bool = True) -> None:
        settings = folder / "relayer.yaml"
        ws = f"      ws: {devnet.ws}\n" if web_socket else ""
        settings.write_text(
            f"chain:\n  id: {devnet.chain_id}\n  rpc:\n    - url: {devnet.rpc}\n{ws}"
            f"  startBlock: 0\n  confirmations:\n    settle: 1\n"
            f'contracts:\n  - address: "{devnet.contract}"\nbacalhau:\n  api: {devnet.bacalhau}\n'
            f"log:\n  format: json\n"
        )
        self.log = folder / "relayer.log"
        # What the person at this terminal has set for a relayer is not meant for this one.
        others = {name: value for name, value in os.environ.items() if not name.startswith("LILYPAD_")}
        key = {"LILYPAD_ACCOUNT__KEY": devnet.accounts[RELAYER]["privateKey"]}
        libc = ctypes.CDLL(None)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [binary, "run", "--config", settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=others | key,
                start_new_session=True,  # Ctrl-C in the terminal is for the demo, which then stops it
                preexec_fn=lambda: libc.prctl(1, signal.SIGTERM),  # PR_SET_PDEATHSIG, for when the demo is killed
            )

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES:])

    def wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while b'"ready"' not in self.log.read_bytes():
            if self.has_ended or time.monotonic() > end:
                raise RuntimeError("the relayer did not get ready:\n" + self.last_words)
            time.sleep(0.05)

    def stop(self) -> int:
        """Ends it as an operator does; its exit status."""
        self._process.terminate()
        try:
            return self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def spec(name: str) -> str:
    return (SPECS / f"{name}.json").read_text().strip()


@dataclass(slots=True)
class Demo:
    """The requests, and the contract that is asked how they stand."""

    client: Client
    bridge: Contract
    batcher: Contract
    key: str
    relayer: Relayer
    end: float
    requests: list[Request] = field(default_factory=list)
    screen: Screen = field(default_factory=Screen)

    def send(self) -> None:
        """Seven requests in six transactions."""
        self.ask("CID of the result", "file", CID, TREE)
        self.ask("stdout", "hello", STDOUT, "hello\n")
        self.ask("stderr", "stderr", STDERR, "oops\n")
        self.ask("exit code", "exit", EXIT_CODE, "3")
        specs = [spec("hello"), spec("greet")]
        paid = 2 * self.bridge.call("fee")
        both = self.batcher.send(self.key, "each", self.bridge.address, specs, [STDOUT, STDOUT], value=paid)
        self.note(both, "stdout, two together", FULFILLED, "hello\n", "hello world\n")
        self.ask("a program that traps", "trap", STDOUT, ".*unreachable.*", expected=FAILED)

    def ask(self, title: str, name: str, result_type: int, pattern: str, expected: int = FULFILLED) -> None:
        receipt = self.bridge.send(self.key, "requestJob", spec(name), result_type, value=self.bridge.call("fee"))
        self.note(receipt, title, expected, pattern)

    def note(self, receipt: dict, title: str, expected: int, *patterns: str) -> None:
        block = int(receipt["blockNumber"], 16)
        for event, pattern in zip(self.bridge.events(receipt, "BacalhauJobRequested"), patterns, strict=True):
            self.requests.append(Request(title, event["jobId"], block, expected, pattern))
        self.look()

    def follow(self) -> None:
        """Looks until every request has its answer, or the time is over."""
        while self.look() and time.monotonic() < self.end:
            if self.relayer.has_ended:
                raise RuntimeError("the relayer ended by itself:\n" + self.relayer.last_words)
            time.sleep(0.05)

    def look(self) -> bool:
        """Asks the contract how each open request stands, and draws it; whether any is still open."""
        for request in self.requests:
            if request.state == REQUESTED:
                state = self.bridge.call("job", request.job_id)[2]
                if state in (FULFILLED, FAILED):
                    self.read_answer(request)
                request.state = state
        self.screen.draw(self.requests)
        return any(request.state == REQUESTED for request in self.requests)

    def read_answer(self, request: Request) -> None:
        """Takes it from the event that settled the request."""
        span = {"address": self.bridge.address, "fromBlock": hex(request.block), "toBlock": "latest"}
        mined = {head["number"]: head["monotonicNs"] for head in self.client.rpc("devnet_heads", [request.block])}
        for log in self.client.rpc("eth_getLogs", [span]):
            for name, text in (("BacalhauJobFulfilled", "result"), ("BacalhauJobFailed", "reason")):
                for event in self.bridge.events({"logs": [log]}, name):
                    if event["jobId"] == request.job_id:
                        request.answer = event[text]
                        request.seconds = (mined[int(log["blockNumber"], 16)] - mined[request.block]) / 1e9


@contextmanager
def stopping(stop: Callable[[], object]) -> Iterator[None]:
    """Stops what was started, however it ends; a second Ctrl-C does not leave it behind."""
    try:
        yield
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        stop()


def run(binary: Path, folder: Path) -> int:
    end = time.monotonic() + PATIENCE
    print("starting a chain and a compute node, deploying the contract …", flush=True)
    devnet = start(parser().parse_args([]))
    with stopping(devnet.stop):
        client, key = Client(HttpRpc(devnet.rpc)), devnet.accounts[REQUESTER]["privateKey"]
        bridge = Contract(client, devnet.contract, load_artifact("JobBridge").abi)
        artifact = compile_contract(TEST_CONTRACTS / "Batcher.vy")
        batcher, _ = client.deploy(key, artifact.abi, artifact.bytecode)
        print(f"  Ethereum  {devnet.rpc}\n  Bacalhau  {devnet.bacalhau}\n  contract  {devnet.contract}")
        print("starting the relayer …", flush=True)
        relayer = Relayer(binary, devnet, folder)
        with stopping(relayer.stop):
            relayer.wait_until_ready()
            print("seven requests in six transactions:", flush=True)
            demo = Demo(client, bridge, batcher, key, relayer, end)
            demo.send()
            demo.follow()
            if relayer.stop() != 0:
                raise RuntimeError("the relayer did not end as it should when it was told to:\n" + relayer.last_words)
        if bridge.call("jobCount") != len(demo.requests):
            raise RuntimeError("the contract has other requests than were sent")
        return verdict(demo.requests, relayer)


def verdict(requests: list[Request], relayer: Relayer | None = None) -> int:
    """Says what is wrong, and the last line; the exit status."""
    states = [request.state for request in requests]
    lost = sum(state not in (FULFILLED, FAILED) for state in states)
    problems = [f"request {request.job_id} {request.problem}" for request in requests if request.problem]
    for problem in problems:
        print(f"demo: {problem}", file=sys.stderr)
    if problems and relayer is not None:
        print("the relayer's last words:", relayer.last_words, sep="\n", file=sys.stderr)
    counts = f"{states.count(FULFILLED)} fulfilled, {states.count(FAILED)} failed on chain, {lost} lost"
    print(f"demo: {len(requests)} requests, {counts}", flush=True)
    return 1 if problems else 0


def interrupted(*_: object) -> None:
    """SIGTERM and a closed terminal end it as Ctrl-C does: whatever was started is stopped."""
    raise KeyboardInterrupt


def main() -> int:
    options = argparse.ArgumentParser(prog="demo.py", description=__doc__.splitlines()[0])
    options.add_argument("--binary", type=Path, default=BINARY, help="the relayer to run")
    binary: Path = options.parse_args().binary
    if not binary.exists():
        print(f"demo: {binary} is not built: run `make demo`", file=sys.stderr)
        return 1
    for number in ENDINGS:
        signal.signal(number, interrupted)
    try:
        with tempfile.TemporaryDirectory(prefix="lilypad-demo-") as folder:
            return run(binary.resolve(), Path(folder))
    except KeyboardInterrupt:
        print("\ndemo: stopped", file=sys.stderr)
    except (RuntimeError, CallFailed, OSError, http.client.HTTPException) as failure:
        print(f"demo: {failure or type(failure).__name__}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
