"""The canned node's chain holds together, and the floor stores what it should."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_abi import decode
from eth_utils import keccak

import bench_catch_up as bench
from client import CallFailed, HttpRpc

SCHEMA = """
CREATE TABLE contract (id INTEGER PRIMARY KEY, address, start_block, next_block, second_block);
CREATE TABLE request (id INTEGER PRIMARY KEY, hash_key, hash, contract_id, job_id, requester, party, spec, result_type,
  damage, block_number, block_hash, transaction_hash, log_index, state, wake_at, observed_at, changed_at);
CREATE TABLE audit (id INTEGER PRIMARY KEY, request_id, at, from_state, to_state, event, detail);
"""
FIELDS = (
    ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"),
    ("difficulty", "number", "gasLimit", "gasUsed", "timestamp"),
    ("extraData", "mixHash", "nonce"),
    ("baseFeePerGas",),
    ("withdrawalsRoot",),
)
NUMBERS = {*FIELDS[1], *FIELDS[3]}


@pytest.fixture(scope="module")
def chain() -> Iterator[dict[str, Any]]:
    with bench.canned_node() as chain:
        yield chain


@pytest.fixture(scope="module")
def rpc(chain: dict[str, Any]) -> Iterator[HttpRpc]:
    rpc = HttpRpc(chain["rpc"])
    yield rpc
    rpc.close()


def block(rpc: HttpRpc, reference: int | str) -> Any:
    return rpc("eth_getBlockByNumber", [reference if isinstance(reference, str) else hex(reference), False])


def raw(name: str, text: str) -> bytes:
    if name not in NUMBERS:
        return bytes.fromhex(text[2:])
    value = int(text, 16)
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def hash_of(header: dict[str, Any]) -> str:
    return "0x" + keccak(rlp.encode([raw(name, header[name]) for group in FIELDS for name in group])).hex()


def bloom_of(logs: list[Any]) -> str:
    bits = 0
    for log in logs:
        for value in (log["address"], *log["topics"]):
            digest = keccak(hexstr=value)
            for at in (0, 2, 4):
                bits |= 1 << (int.from_bytes(digest[at : at + 2], "big") & 2047)
    return f"0x{bits:0512x}"


def logs(rpc: HttpRpc, chain: dict[str, Any], first: int, last: int) -> list[Any]:
    return rpc("eth_getLogs", [{"address": chain["contract"], "fromBlock": hex(first), "toBlock": hex(last)}])


@pytest.mark.parametrize("number", [0, 1, 127, 999_999, 1_000_000, 1_000_001, 1_000_002, 1_040_000])
def test_a_block_is_what_its_hash_says(rpc: HttpRpc, number: int) -> None:
    header = block(rpc, number)
    assert int(header["number"], 16) == number
    assert hash_of(header) == header["hash"]
    assert header["parentHash"] == (block(rpc, number - 1)["hash"] if number else "0x" + "00" * 32)
    assert rpc("eth_getBlockByHash", [header["hash"], False]) == header


def test_the_head(rpc: HttpRpc, chain: dict[str, Any]) -> None:
    head = block(rpc, chain["head"])
    assert [block(rpc, tag) for tag in ("latest", "safe", "finalized")] == [head] * 3
    assert block(rpc, chain["head"] + 1) is None
    assert (rpc("eth_blockNumber", []), rpc("eth_chainId", [])) == (hex(chain["head"]), hex(chain["chainId"]))
    assert rpc("eth_getCode", [chain["contract"], "latest"]) != "0x"
    with pytest.raises(CallFailed, match="beyond current head"):
        logs(rpc, chain, 1, chain["head"] + 1)


def test_each_log_is_where_its_block_says(rpc: HttpRpc, chain: dict[str, Any]) -> None:
    first = chain["emptyBlocks"] + 1
    found = logs(rpc, chain, first, first + 1_999)
    assert len(found) == 5_000
    for job in (1, 5, 6, 5_000):
        log = found[job - 1]
        header = block(rpc, int(log["blockNumber"], 16))
        assert (int(log["blockNumber"], 16), int(log["logIndex"], 16)) == bench.place(chain, job)
        assert log["blockHash"] == header["hash"]
        assert log["transactionHash"] == header["transactions"][int(log["logIndex"], 16)]
        assert int(log["topics"][1], 16) == job
        assert header["logsBloom"] == bloom_of(rpc("eth_getLogs", [{"blockHash": header["hash"]}]))
        spec, kind = decode(["string", "uint8"], bytes.fromhex(log["data"][2:]))
        assert (len(spec), kind, json.loads(spec)["Engine"]) == (300, 1, "docker")
    last = logs(rpc, chain, chain["head"] - 1, chain["head"])
    assert int(last[-1]["topics"][1], 16) == chain["logs"]
    assert logs(rpc, chain, 0, chain["emptyBlocks"]) == []


def test_gives_no_more_logs_than_a_provider(rpc: HttpRpc, chain: dict[str, Any]) -> None:
    first = chain["emptyBlocks"] + 1
    with pytest.raises(CallFailed, match="query returned more than 5000 results"):
        logs(rpc, chain, first, first + 2_000)


def test_answers_a_batch_in_order(chain: dict[str, Any]) -> None:
    first = chain["emptyBlocks"] + 1
    question = {"fromBlock": hex(first), "toBlock": hex(first)}
    batch = [
        {"jsonrpc": "2.0", "id": "a", "method": "eth_getLogs", "params": [question]},
        {"jsonrpc": "2.0", "params": [hex(first), False], "method": "eth_getBlockByNumber", "id": 2},
        {"jsonrpc": "2.0", "id": 3, "method": "eth_nothing"},
        {"jsonrpc": "2.0", "id": 4, "method": "eth_getLogs", "params": [question]},
    ]
    with urllib.request.urlopen(chain["rpc"], json.dumps(batch).encode(), timeout=30) as answer:
        found = json.load(answer)
    assert [each["id"] for each in found] == ["a", 2, 3, 4]
    assert {log["blockHash"] for log in found[0]["result"]} == {found[1]["result"]["hash"]}
    assert (len(found[0]["result"]), found[0]["result"]) == (5, found[3]["result"])
    assert found[2]["error"]["code"] == -32601


def test_counts_calls(rpc: HttpRpc) -> None:
    before = bench.calls(rpc)
    rpc("eth_chainId", [])
    assert bench.calls(rpc) == before + 1


def test_the_floor_stores_a_row_for_each_log(chain: dict[str, Any], tmp_path: Path) -> None:
    program = bench.build("floor", "-lcurl", "-lsqlite3")
    assert bench.floor_seconds(program, tmp_path, chain, SCHEMA) > 0


def test_finds_what_is_missing_and_what_is_double(chain: dict[str, Any], tmp_path: Path) -> None:
    database = bench.sqlite3.connect(tmp_path / "requests.sqlite")
    database.execute("CREATE TABLE request (hash BLOB, job_id BLOB, block_number, log_index, spec)")
    rows = [
        (b"%d" % job, job.to_bytes(32, "big"), *bench.place(chain, job), b"x" * 300)
        for job in range(1, chain["logs"] + 1)
    ]
    rows[7] = (*rows[7][:2], 5, 0, rows[7][4])
    database.executemany("INSERT INTO request VALUES (?, ?, ?, ?, ?)", [*rows[1:], rows[20]])
    database.commit()
    database.close()
    assert bench.check(tmp_path / "requests.sqlite", chain) == (2, 1)
