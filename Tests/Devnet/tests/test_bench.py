"""The benchmark says what it says it does: its keys, its targets, and its instruments that need no build."""

from __future__ import annotations

import json
import time
import urllib.request
from datetime import UTC, datetime

import pytest
from web3 import Web3

import bench
from artifacts import load_artifact
from processes import Server


def test_each_target_is_of_a_key_that_is_measured() -> None:
    assert set(bench.TARGETS) <= set(bench.KEYS)
    assert len(set(bench.KEYS)) == len(bench.KEYS) == 57


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("decode_vs_web3py", 50, "reached"),
        ("decode_vs_web3py", 49.9, "MISSED"),
        ("idle_rss_mb", 30, "reached"),
        ("idle_rss_mb", 30.1, "MISSED"),
    ],
)
def test_says_whether_a_target_is_reached(key: str, value: float, said: str) -> None:
    assert bench.row(key, value).endswith(said)


def test_says_nothing_of_a_target_where_there_is_none() -> None:
    assert bench.row("keccak_mb_s", 350).split() == ["keccak_mb_s", "350"]


def test_refuses_a_part_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["hashin"]) == 2
    assert "no part hashin: hashing, logs" in capsys.readouterr().err


def test_writes_what_was_measured_in_the_order_of_the_keys() -> None:
    assert bench.as_text({"gas_fulfill_64": 1.23456, "keccak_mb_s": 350}) == (
        '{\n  "keccak_mb_s": 350,\n  "gas_fulfill_64": 1.235\n}\n'
    )


def test_reads_from_the_log_when_requests_were_in_the_store() -> None:
    now = time.time_ns() // 1_000_000
    moments = [now - 5_000, now]
    log = "".join(
        json.dumps({"time": datetime.fromtimestamp(moment / 1e3, UTC).isoformat(), "message": message}) + "\n"
        for moment, message in [(moments[0], "requests found"), (moments[0], "ready"), (moments[1], "requests found")]
    )

    times = bench.stored_times("no line of ours\n" + log)

    assert times[1] - times[0] == 5_000_000_000
    assert abs(times[1] - time.monotonic_ns()) < 60_000_000_000


def test_a_spread_is_of_milliseconds() -> None:
    took = bench.milliseconds([0, 1_000_000], [2_000_000, 5_000_000])

    assert bench.spread("seen", took) == {"seen_ms_p50": 4.0, "seen_ms_p95": 4.0}


def test_says_that_there_are_no_simulations(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "SIMULATOR", "no-such-product")

    assert bench.measure_simulation() == {}
    assert "skipped, there is no no-such-product" in capsys.readouterr().out


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]

    assert (bench.percentile(values, 0.5), bench.percentile(values, 0.95)) == (51.0, 96.0)
    assert bench.percentile([7.0], 0.95) == 7.0


def test_the_canned_node_answers_with_logs_that_decode() -> None:
    node = Server("bench_logs")
    try:
        ready = node.wait_until_ready()
        web3 = Web3(Web3.HTTPProvider(ready["rpc"]))
        contract = web3.eth.contract(Web3.to_checksum_address(ready["contract"]), abi=load_artifact("JobBridge").abi)
        found = contract.events.BacalhauJobRequested().get_logs(from_block=3, to_block=5)
        call = {"jsonrpc": "2.0", "id": 7, "method": "eth_getLogs", "params": [{"fromBlock": "0x3", "toBlock": "0x5"}]}
        request = urllib.request.Request(ready["rpc"], json.dumps(call).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            same = json.load(answer)
    finally:
        node.stop()

    assert [event["args"]["jobId"] for event in found] == [3, 4, 5]
    assert {len(event["args"]["spec"]) for event in found} == {615}
    assert same["id"] == 7
    assert len(same["result"]) == 3
