"""How fast the relayer reads a chain that was there before it, and what that costs beside the least that it can cost.

A canned node (`Tests/Benchmarks/canned`) serves 1,000,000 empty blocks and then 40,000 with 100,000 logs, each with a
spec of 300 bytes. The built program follows all of it into an empty database, then once more from the first block with
logs on. The floor (`Tests/Benchmarks/floor`) downloads the answers of the second run, inserts as many rows of the same
form under the same indices, and does nothing else. CPU seconds are the relayer's and the floor's alone.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chain.accounts import development_accounts
from client import HttpRpc
from processes import FOLDER, STOP_SECONDS, Server

ROOT = FOLDER.parents[1]
SOURCES = ROOT / "Tests" / "Benchmarks"
BUILT = ROOT / ".build" / "bench-c"
BINARY = ROOT / ".build" / "dist" / "lilypad-relayer"
WINDOW = 2_000
SPEC_BYTES = 300
POLL_SECONDS = 0.02
PATIENCE = 300.0
ROUNDS = 3

KEYS = (
    "catch_up_blocks_per_s",
    "catch_up_logs_per_s",
    "catch_up_s",
    "catch_up_cpu_s",
    "catch_up_calls",
    "catch_up_rss_mb",
    "catch_up_missing",
    "catch_up_double",
    "ingest_cpu_s",
    "floor_cpu_s",
    "ingest_vs_floor",
)


def build(name: str, *libraries: str) -> Path:
    """Compiles the C program in the folder of this name."""
    BUILT.mkdir(parents=True, exist_ok=True)
    program = BUILT / name
    files = sorted((SOURCES / name).glob("*.c"))
    options = ["-O3", "-Wall", "-Wextra", "-Werror", "-pthread"]
    subprocess.run([shutil.which("cc") or "clang", *options, "-o", program, *files, *libraries], check=True)
    return program


@contextmanager
def canned_node() -> Iterator[dict[str, Any]]:
    """The chain's place and size while it is served."""
    process = subprocess.Popen([build("canned")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(STOP_SECONDS)
        process.stdout.close()


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the relayer took. `blocks_s` until the last empty block was read, `logs_s` from then on."""

    blocks_s: float
    logs_s: float
    cpu_s: float
    rss_mb: float
    calls: int
    database: Path


class Following:
    """The built program while it follows, with settings and a database of its own."""

    def __init__(self, binary: Path, folder: Path, chain: dict[str, Any], bacalhau: str, first: int) -> None:
        self.database = folder / "relayer.sqlite"
        settings = folder / "relayer.yaml"
        # Nothing is deep enough to be run: what is measured is reading alone.
        settings.write_text(
            f"chain:\n  id: {chain['chainId']}\n  rpc:\n    - url: {chain['rpc']}\n  startBlock: {first}\n"
            f"  maxBlockRange: {WINDOW}\n  confirmations:\n    start: 100000\n    settle: 100000\n"
            f'contracts:\n  - address: "{chain["contract"]}"\nbacalhau:\n  api: {bacalhau}\nlog:\n  format: json\n'
        )
        others = {name: value for name, value in os.environ.items() if not name.startswith("LILYPAD_")}
        libc = ctypes.CDLL(None)
        self._log = folder / "relayer.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [binary, "run", "--config", settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=others | {"LILYPAD_ACCOUNT__KEY": development_accounts()[1].private_key},
                preexec_fn=lambda: libc.prctl(1, signal.SIGTERM),  # PR_SET_PDEATHSIG, for when this program is killed
            )

    def wait_for(self, block: int) -> float:
        """Waits until all blocks below this one have been read; the time then."""
        end = time.monotonic() + PATIENCE
        while self._next_block() < block:
            if self._process.poll() is not None or time.monotonic() > end:
                words = self._log.read_text(errors="replace").splitlines()[-20:]
                raise RuntimeError("\n".join(["the relayer did not get there:", *words]))
            time.sleep(POLL_SECONDS)
        return time.monotonic()

    def _next_block(self) -> int:
        if not self.database.exists():
            return 0
        try:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
                return database.execute("SELECT min(next_block) FROM contract").fetchone()[0] or 0
        except sqlite3.OperationalError:  # it is being made
            return 0

    def stop(self) -> tuple[float, float]:
        """Ends it; its CPU seconds, and the most memory that it had, in MB."""
        if self._process.returncode is not None:
            return 0, 0
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
        self._process.terminate()
        _, code, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(code)
        return used.ru_utime + used.ru_stime, most / 1024


def follow(binary: Path, folder: Path, chain: dict[str, Any], bacalhau: str, first: int) -> Run:
    """Follows from a block to the head."""
    folder.mkdir()
    rpc = HttpRpc(chain["rpc"])
    before = calls(rpc)
    began = time.monotonic()
    following = Following(binary, folder, chain, bacalhau, first)
    try:
        middle = following.wait_for(chain["emptyBlocks"] + 1)
        end = following.wait_for(chain["head"] + 1)
    finally:
        cpu, memory = following.stop()
    made = calls(rpc) - before
    rpc.close()
    return Run(middle - began, end - middle, cpu, memory, made, following.database)


def calls(rpc: HttpRpc) -> int:
    return sum(rpc("canned_stats", []).values())


def place(chain: dict[str, Any], job: int) -> tuple[int, int]:
    """The block and the index of a job's log."""
    pair, index = divmod(job - 1, chain["logsInBlock"])
    return chain["emptyBlocks"] + 2 * pair + 1, index


def check(path: Path, chain: dict[str, Any]) -> tuple[int, int]:
    """How many requests are missing or not where they should be, and how many there are twice."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT job_id, block_number, log_index, length(spec) FROM request").fetchall()
        hashes = database.execute("SELECT count(DISTINCT hash) FROM request").fetchone()[0]
    found = [(int.from_bytes(job, "big"), block, index) for job, block, index, size in rows if size == SPEC_BYTES]
    wanted = {(job, *place(chain, job)) for job in range(1, chain["logs"] + 1)}
    return len(wanted - set(found)), len(rows) - min(hashes, len(set(found)))


def schema(path: Path) -> str:
    """The tables and indices as the relayer has made them."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        return ";\n".join(sql for (sql,) in rows)


def floor_seconds(program: Path, folder: Path, chain: dict[str, Any], tables: str) -> float:
    """The floor's CPU seconds for the blocks with logs."""
    database = folder / "floor.sqlite"
    numbers = [str(each) for each in (chain["emptyBlocks"] + 1, chain["head"], WINDOW, SPEC_BYTES)]
    output = subprocess.run(
        [program, chain["rpc"], chain["contract"], database, *numbers],
        input=tables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    database.unlink()
    found = dict(line.split() for line in output.splitlines())
    if int(found["rows"]) != chain["logs"]:
        raise RuntimeError(f"the floor has {found['rows']} rows and not {chain['logs']}")
    return float(found["cpu_s"])


def measure(binary: Path = BINARY, rounds: int = ROUNDS) -> dict[str, float]:
    """The numbers of `KEYS`. The CPU seconds of both programs are the least of their rounds, which alternate."""
    least = build("floor", "-lcurl", "-lsqlite3")
    compute = Server("compute", "--publisher", "ipfs")
    try:
        bacalhau = compute.wait_until_ready()["api"]
        with canned_node() as chain, tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            whole = follow(binary, folder / "whole", chain, bacalhau, first=1)
            missing, double = check(whole.database, chain)
            tables = schema(whole.database)
            ours, floor = [], []
            for each in range(rounds):
                run = follow(binary, folder / str(each), chain, bacalhau, first=chain["emptyBlocks"] + 1)
                ours.append(run.cpu_s)
                floor.append(floor_seconds(least, folder, chain, tables))
                shutil.rmtree(folder / str(each))
    finally:
        compute.stop()
    values = (
        chain["emptyBlocks"] / whole.blocks_s,
        chain["logs"] / whole.logs_s,
        whole.blocks_s + whole.logs_s,
        whole.cpu_s,
        whole.calls,
        whole.rss_mb,
        missing,
        double,
        min(ours),
        min(floor),
        min(ours) / min(floor),
    )
    return dict(zip(KEYS, values, strict=True))


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--binary", type=Path, default=BINARY, help="the program that is measured")
    options.add_argument("--rounds", type=int, default=ROUNDS, help="how often it is compared with the floor")
    given = options.parse_args(arguments)
    for name, value in measure(given.binary.resolve(), given.rounds).items():
        print(f"  {name:<28} {value:>14,.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
