"""Measures the relayer as it is released: prints a table and writes `.build/bench.json`, a number for each key.

Ratios are taken in one run on one machine; absolute times depend on the machine.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from web3 import Web3

import bench_catch_up
from artifacts import load_artifact
from client import Client, Contract, HttpRpc
from demo import FULFILLED, STDOUT, Relayer, spec
from devnet import REQUESTER, Devnet, parser, start
from processes import FOLDER, Server

ROOT = FOLDER.parents[1]
BINARY = ROOT / ".build" / "dist" / "lilypad-relayer"
SCRATCH = ROOT / ".build" / "bench"
SAMPLES = 60
IDLE_SECONDS = 60

KEYS = (
    "keccak_mb_s",
    "sign_per_s",
    "decode_logs_per_s",
    "decode_vs_web3py",
    "ingest_rows_per_s",
    "log_to_put_ms_p50",
    "log_to_put_ms_p95",
    "log_to_mined_ms_p50",
    "log_to_mined_ms_p95",
    "settled_per_s",
    "idle_rss_mb",
    "rss_after_100k_mb",
    *bench_catch_up.KEYS,
    "cold_start_ms",
    "binary_mb",
    "rpc_calls_per_idle_minute",
    "gas_request_615",
    "gas_fulfill_64",
)

# What is to be reached now: the key, the bound, and whether the value must not be below it.
TARGETS = {
    "decode_vs_web3py": (50, True),
    "log_to_put_ms_p50": (15, False),
    "idle_rss_mb": (30, False),
    "binary_mb": (20, False),
    "catch_up_rss_mb": (150, False),
    "catch_up_missing": (0, False),
    "catch_up_double": (0, False),
    "ingest_vs_floor": (1.6, False),
    "cold_start_ms": (150, False),
    "gas_request_615": (120_000, False),
    "gas_fulfill_64": (90_000, False),
}


def build_tool() -> Path:
    command = ["swift", "build", "-c", "release", "--product", "relayer-bench", "--scratch-path", str(SCRATCH)]
    subprocess.run([*command, "--quiet"], cwd=ROOT, check=True)
    folder = subprocess.run([*command, "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return Path(folder.stdout.strip()) / "relayer-bench"


def numbers(tool: Path, *arguments: str) -> dict[str, float]:
    output = subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def measure_logs(tool: Path) -> dict[str, float]:
    node = Server("bench_logs")
    try:
        ready = node.wait_until_ready()
        url, contract = ready["rpc"], ready["contract"]
        ours = numbers(tool, "decode", url, contract)
        theirs = web3_seconds(url, contract, int(ours["decoded"]))
        ingest = numbers(tool, "ingest", url, contract, "10000")
        # In ranges as the relayer reads them.
        large = numbers(tool, "ingest", url, contract, "100000", "2000")
    finally:
        node.stop()
    return {
        "decode_logs_per_s": ours["decoded"] / ours["decode_s"],
        "decode_vs_web3py": theirs / ours["decode_s"],
        "ingest_rows_per_s": ingest["ingested"] / ingest["ingest_s"],
        "rss_after_100k_mb": large["rss_mb"],
    }


def web3_seconds(url: str, contract: str, count: int) -> float:
    """What web3.py needs for the same logs of the same node, decoded; the best of three."""
    web3 = Web3(Web3.HTTPProvider(url, request_kwargs={"timeout": 120}))
    event = web3.eth.contract(Web3.to_checksum_address(contract), abi=load_artifact("JobBridge").abi).events
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        found = event.BacalhauJobRequested().get_logs(from_block=0, to_block=9_999)
        best = min(best, time.perf_counter() - began)
        assert len(found) == count
    return best


@contextmanager
def running(devnet: Devnet, folder: Path) -> Iterator[Relayer]:
    relayer = Relayer(BINARY, devnet, folder)
    try:
        relayer.wait_until_ready()
        yield relayer
    finally:
        relayer.stop()


@contextmanager
def devnet_up(*options: str) -> Iterator[Devnet]:
    devnet = start(parser().parse_args(list(options)))
    try:
        yield devnet
    finally:
        devnet.stop()


def percentile(values: list[float], fraction: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def measure_latency() -> dict[str, float]:
    """From the head with the request to the PUT, and to the head with the answer, one request after the other."""
    with devnet_up() as devnet, tempfile.TemporaryDirectory() as folder, running(devnet, Path(folder)):
        rpc = HttpRpc(devnet.rpc)
        bridge = Contract(Client(rpc), devnet.contract, load_artifact("JobBridge").abi)
        key = devnet.accounts[REQUESTER]["privateKey"]
        fee = bridge.call("fee")
        blocks: list[tuple[int, int]] = []
        for _ in range(SAMPLES + 2):
            receipt = bridge.send(key, "requestJob", spec("hello"), STDOUT, value=fee)
            asked = int(receipt["blockNumber"], 16)
            # The next block is the answer's: nobody else sends. Asked rarely, and for what costs the node nothing.
            while int(rpc("eth_blockNumber", []), 16) == asked:
                time.sleep(0.01)
            job = bridge.events(receipt, "BacalhauJobRequested")[0]["jobId"]
            assert bridge.call("job", job)[2] == FULFILLED
            blocks.append((asked, asked + 1))
        heads = {each["number"]: each["monotonicNs"] for each in rpc("devnet_heads", [0])}
        puts = put_times(devnet.bacalhau)
    # The first ones warm both servers up.
    asked = [heads[request] for request, _ in blocks][2:]
    mined = [heads[answer] for _, answer in blocks][2:]
    to_put = [(put - head) / 1e6 for head, put in zip(asked, puts[2:], strict=True)]
    to_mined = [(answer - head) / 1e6 for head, answer in zip(asked, mined, strict=True)]
    return {
        "log_to_put_ms_p50": percentile(to_put, 0.5),
        "log_to_put_ms_p95": percentile(to_put, 0.95),
        "log_to_mined_ms_p50": percentile(to_mined, 0.5),
        "log_to_mined_ms_p95": percentile(to_mined, 0.95),
    }


def put_times(api: str) -> list[int]:
    with urllib.request.urlopen(f"{api}/devnet/stats", timeout=30) as answer:
        return [put["monotonic_ns"] for put in json.load(answer)["puts"]]


def resident_megabytes(relayer: Relayer) -> float:
    for line in Path(f"/proc/{relayer.process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the relayer has gone")


def measure_idle() -> dict[str, float]:
    """A minute of blocks every 12 s and nothing to do."""
    options = ("--block-time", "12")
    with (
        devnet_up(*options) as devnet,
        tempfile.TemporaryDirectory() as folder,
        running(devnet, Path(folder)) as relayer,
    ):
        rpc = HttpRpc(devnet.rpc)
        time.sleep(5)
        before = calls(rpc)
        time.sleep(IDLE_SECONDS)
        made = calls(rpc) - before
        return {"idle_rss_mb": resident_megabytes(relayer), "rpc_calls_per_idle_minute": made * 60 / IDLE_SECONDS}


def calls(rpc: HttpRpc) -> int:
    """Calls of the relayer: all but this program's own."""
    stats = rpc("devnet_stats", [])
    kinds = [kind for kind in stats.values() if isinstance(kind, dict)]
    return sum(count for kind in kinds for method, count in kind.items() if not method.startswith("devnet_"))


def measure_start() -> dict[str, float]:
    times = []
    with devnet_up() as devnet:
        for _ in range(9):
            with tempfile.TemporaryDirectory() as folder:
                began = time.perf_counter()
                relayer = Relayer(BINARY, devnet, Path(folder))
                try:
                    while b'"ready"' not in relayer.log.read_bytes():
                        time.sleep(0.001)
                    times.append((time.perf_counter() - began) * 1_000)
                finally:
                    relayer.stop()
    return {"cold_start_ms": statistics.median(times)}


def measure_gas() -> dict[str, float]:
    command = [sys.executable, str(FOLDER / "measure_gas.py")]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure_settling(tool: Path) -> dict[str, float]:
    settle = numbers(tool, "settle")
    return {"settled_per_s": settle["settled"] / settle["settle_s"]}


# Each part alone: `bench.py latency start`. Ratios are only taken within one.
PARTS: dict[str, Callable[[Path], dict[str, float]]] = {
    "hashing": lambda tool: numbers(tool, "keccak") | numbers(tool, "sign"),
    "logs": measure_logs,
    "catch-up": lambda _: bench_catch_up.measure(BINARY),
    "settling": measure_settling,
    "latency": lambda _: measure_latency(),
    "start": lambda _: measure_start(),
    "binary": lambda _: {"binary_mb": BINARY.stat().st_size / 1e6},
    "gas": lambda _: measure_gas(),
    "idle": lambda _: measure_idle(),
}


def row(key: str, value: float) -> str:
    shown = f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
    if key not in TARGETS:
        return f"  {key:<28} {shown:>14}"
    bound, is_minimum = TARGETS[key]
    reached = value >= bound if is_minimum else value <= bound
    aim = f"{'at least' if is_minimum else 'at most'} {bound:,}"
    return f"  {key:<28} {shown:>14}   {aim}: {'reached' if reached else 'MISSED'}"


def main(arguments: list[str]) -> int:
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        print(f"bench: no part {unknown[0]}: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if not BINARY.exists():
        print(f"bench: {BINARY} is missing: run `make bench`", file=sys.stderr)
        return 1
    tool = build_tool()
    results: dict[str, float] = {}
    for name in arguments or PARTS:
        part = PARTS[name](tool)
        results |= part
        for key, value in part.items():
            print(row(key, value), flush=True)
    if arguments:
        return 0
    target = ROOT / ".build" / "bench.json"
    target.write_text(json.dumps({key: round(results[key], 3) for key in KEYS}, indent=2) + "\n")
    print(f"written to {os.path.relpath(target, ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
