"""The contracts that tests use to make trouble: batches, damaged logs, floods."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi import encode

from bridge import (
    CALLBACK_GAS,
    CANCEL_AFTER,
    FAILED,
    FEE,
    OWNER,
    RELAYER,
    REQUESTER,
    Bridge,
    contract_for_tests,
    deploy,
    hash_of,
)
from conftest import LocalChain

TOPIC = "0x3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561"


@pytest.fixture
def malformed(chain: LocalChain) -> Bridge:
    contract = deploy(chain.client, contract_for_tests("MalformedBridge"), FEE, CALLBACK_GAS, CANCEL_AFTER)
    contract.send(OWNER.private_key, "setRelayer", RELAYER.address, True)
    return Bridge(chain, contract)


@pytest.mark.parametrize("count", [2, 50])
def test_a_batch_asks_many_in_one_transaction(bridge: Bridge, count: int) -> None:
    batcher = deploy(bridge.chain.client, contract_for_tests("Batcher"))
    receipt = batcher.send(
        REQUESTER.private_key, "many", bridge.contract.address, count, "x" * 300, 2, value=count * FEE, gas=25_000_000
    )
    events = bridge.contract.events(receipt, "BacalhauJobRequested")
    assert [event["jobId"] for event in events] == list(range(1, count + 1))
    assert bridge.balance() == count * FEE


def test_a_batch_may_differ(bridge: Bridge) -> None:
    batcher = deploy(bridge.chain.client, contract_for_tests("Batcher"))
    receipt = batcher.send(
        REQUESTER.private_key, "each", bridge.contract.address, ["a", "b"], [1, 3], value=2 * FEE, gas=2_000_000
    )
    events = bridge.contract.events(receipt, "BacalhauJobRequested")
    assert [(event["spec"], event["resultType"]) for event in events] == [("a", 1), ("b", 3)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1" * 31,
        encode(["uint256", "uint256"], [2**256 - 1, 1]),
        encode(["uint256", "uint256", "uint256"], [64, 1, 2**256 - 1]),
        encode(["bytes", "uint8"], [b"\xff\xfe", 1]),
    ],
    ids=["empty", "cut", "offset", "length", "no UTF-8"],
)
def test_a_damaged_request_is_a_job_that_can_be_failed(malformed: Bridge, data: bytes) -> None:
    receipt = malformed.contract.send(REQUESTER.private_key, "requestRaw", data, 1)
    (log,) = receipt["logs"]
    assert (log["topics"][0], log["data"]) == (TOPIC, "0x" + data.hex())
    malformed.hashes[1] = hash_of(log)
    assert malformed.job(1)["requestHash"] == malformed.hashes[1]
    malformed.fail(1, "unreadable")
    assert malformed.job(1)["state"] == FAILED


def test_the_malformed_bridge_is_a_bridge(malformed: Bridge) -> None:
    malformed.contract.send(REQUESTER.private_key, "requestRaw", b"", 1)
    job_id = malformed.request("{}")
    assert job_id == 2
    assert malformed.contract.events(malformed.fulfill(job_id, "yes"), "BacalhauJobFulfilled")[0]["result"] == "yes"


@pytest.mark.parametrize("topics", [1, 2, 3, 4])
def test_logs_of_any_topics(malformed: Bridge, topics: int) -> None:
    words: list[Any] = [bytes.fromhex(TOPIC[2:]), *(bytes([each]) * 32 for each in range(1, topics))]
    argument = words[0] if topics == 1 else words
    receipt = malformed.contract.send(REQUESTER.private_key, f"log{topics}", argument, b"data")
    assert receipt["logs"][0]["topics"] == ["0x" + word.hex() for word in words]


def test_a_flood_is_numbered(malformed: Bridge) -> None:
    data = encode(["string", "uint8"], ["{}", 1])
    for first in (1, 1_001):
        receipt = malformed.contract.send(REQUESTER.private_key, "flood", 1_000, data, gas=25_000_000)
        assert [int(log["topics"][1], 16) for log in receipt["logs"]] == list(range(first, first + 1_000))
        assert int(receipt["gasUsed"], 16) < 4_000 * 1_000
    assert len(malformed.chain.rpc("eth_getLogs", {"fromBlock": "0x0", "topics": [TOPIC]})) == 2_000
