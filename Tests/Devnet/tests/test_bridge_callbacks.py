"""Callbacks: what a hostile client can do to a settlement, which is nothing; and the guard, to the unit of gas."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from eth_abi import encode
from eth_utils import keccak

from bridge import (
    CALLBACK_GAS,
    FAILED,
    FEE,
    FULFILLED,
    OWNER,
    RELAYER,
    REQUESTED,
    REQUESTER,
    Bridge,
    contract_for_tests,
    deploy,
)
from client import CallFailed, Contract
from conftest import LocalChain

GOOD, REVERTS, BURNS, RETURNS_30_KB, REVERTS_WITH_30_KB, ASKS_AGAIN, CANCELS, WITHDRAWS = range(8)
KEEPS_GAS = 10

# What a settlement costs beyond the callback: the transaction itself, calldata, the log, storage.
OVERHEAD = 70_000


def hostile_client(bridge: Bridge, behaviour: int) -> Contract:
    client = deploy(bridge.chain.client, contract_for_tests("HostileClient"), bridge.contract.address)
    client.send(OWNER.private_key, "behave", behaviour)
    return client


@pytest.mark.parametrize(
    ("behaviour", "succeeds"),
    [
        (GOOD, True),
        (REVERTS, False),
        (BURNS, False),
        (RETURNS_30_KB, True),
        (REVERTS_WITH_30_KB, False),
        (CANCELS, False),
        (WITHDRAWS, False),
    ],
)
def test_no_client_blocks_a_result(bridge: Bridge, behaviour: int, succeeds: bool) -> None:
    job_id = bridge.request_by(hostile_client(bridge, behaviour))
    receipt = bridge.fulfill(job_id, "r" * 64)
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["callbackSucceeded"] is succeeds
    assert bridge.job(job_id)["state"] == FULFILLED
    assert bridge.job(job_id)["paid"] == FEE
    assert int(receipt["gasUsed"], 16) <= CALLBACK_GAS + OVERHEAD


@pytest.mark.parametrize(
    ("behaviour", "succeeds", "left"),
    [
        (GOOD, True, FEE),
        (REVERTS, False, FEE),
        (BURNS, False, FEE),
        (RETURNS_30_KB, True, FEE),
        (REVERTS_WITH_30_KB, False, FEE),
        (CANCELS, False, FEE),
        (WITHDRAWS, True, 0),  # its own money, and the state is set before the call
    ],
)
def test_no_client_blocks_a_failure(bridge: Bridge, behaviour: int, succeeds: bool, left: int) -> None:
    client = hostile_client(bridge, behaviour)
    job_id = bridge.request_by(client)
    receipt = bridge.fail(job_id, "r" * 64)
    assert bridge.contract.events(receipt, "BacalhauJobFailed")[0]["callbackSucceeded"] is succeeds
    assert bridge.job(job_id)["state"] == FAILED
    assert (bridge.job(job_id)["paid"], bridge.balance(client.address)) == (left, FEE - left)
    assert int(receipt["gasUsed"], 16) <= CALLBACK_GAS + OVERHEAD


def test_a_callback_may_ask_again(bridge: Bridge) -> None:
    client = hostile_client(bridge, ASKS_AGAIN)
    job_id = bridge.request_by(client)
    client.client.receipt(client.client.send(OWNER.private_key, client.address, value=FEE))
    receipt = bridge.fulfill(job_id)
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["callbackSucceeded"] is True
    asked = bridge.contract.events(receipt, "BacalhauJobRequested")
    assert [(event["jobId"], event["requester"]) for event in asked] == [(job_id + 1, client.address)]
    assert bridge.note({"logs": receipt["logs"][:1]}) == job_id + 1
    assert bridge.job(job_id)["state"] == FULFILLED
    assert (bridge.job(job_id + 1)["state"], bridge.job(job_id + 1)["requestHash"]) == (
        REQUESTED,
        bridge.hashes[job_id + 1],
    )


def megabyte_client(bridge: Bridge) -> str:
    """Deploys a contract that asks while it is made and answers every call with a megabyte of zeros; its address."""
    call = keccak(text="requestJob(string,uint8)")[:4] + encode(["string", "uint8"], ["{}", 1])
    runtime = bytes.fromhex("621000005ff3")  # PUSH3 0x100000, PUSH0, RETURN
    address = bridge.contract.address[2:]
    size = 59
    code = bytes.fromhex(
        f"61{len(call):04x}61{size:04x}5f39"  # CODECOPY(0, size, len)
        f"5f5f61{len(call):04x}5f3473{address}5af150"  # POP(CALL(gas, bridge, callvalue, 0, len, 0, 0))
        f"65{runtime.hex()}5f52"  # MSTORE(0, runtime)
        "6006601af3"  # RETURN(26, 6)
    )
    init = code.ljust(size, b"\0") + call
    client = bridge.chain.client
    receipt = client.receipt(client.send(REQUESTER.private_key, None, init, FEE))
    bridge.note(receipt)
    return receipt["contractAddress"]


def test_a_returned_megabyte_is_not_copied(chain: LocalChain) -> None:
    bridge = Bridge.deployed(chain, callback_gas=3_000_000)
    address = megabyte_client(bridge)
    assert bridge.job(1)["requester"] == address
    receipt = bridge.fulfill(1, gas=5_000_000)
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["callbackSucceeded"] is True
    assert 2_000_000 < int(receipt["gasUsed"], 16) < 3_000_000 + OVERHEAD


def settles(bridge: Bridge, data: bytes) -> Callable[[int], str | None]:
    """A function from a gas limit to the reason why a settlement of that limit would revert."""

    def reason(limit: int) -> str | None:
        call = {
            "from": RELAYER.address, "to": bridge.contract.address, "data": "0x" + data.hex(), "gas": hex(limit),
        }  # fmt: skip
        try:
            bridge.chain.rpc("eth_call", call, "latest")
        except CallFailed as failure:
            return failure.message
        return None

    return reason


def least_limit(reason: Callable[[int], str | None], callback_gas: int = CALLBACK_GAS) -> int:
    low, high = 21_000, callback_gas + 500_000
    assert reason(high) is None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reason(middle) is None else (middle, high)
    return high


@pytest.mark.parametrize(
    ("behaviour", "length"),
    [
        (GOOD, 0),
        (GOOD, 1),
        (GOOD, 33),
        (GOOD, 2_048),
        (GOOD, 8_191),
        (GOOD, 8_192),
        (BURNS, 0),
        (BURNS, 2_048),
        (BURNS, 8_192),
    ],
)
def test_guard_is_exact_for_results(bridge: Bridge, behaviour: int, length: int) -> None:
    job_id = bridge.request_by(hostile_client(bridge, behaviour))
    data = bridge.contract.encode("fulfill", job_id, bridge.hashes[job_id], 1, "r" * length)
    limit = check_guard(bridge, job_id, data, "BacalhauJobFulfilled", succeeds=behaviour == GOOD)
    assert limit <= ceiling(data, length)


@pytest.mark.parametrize(("behaviour", "length"), [(GOOD, 0), (GOOD, 33), (GOOD, 1_024), (BURNS, 1_024)])
def test_guard_is_exact_for_reasons(bridge: Bridge, behaviour: int, length: int) -> None:
    job_id = bridge.request_by(hostile_client(bridge, behaviour))
    data = bridge.contract.encode("fail", job_id, bridge.hashes[job_id], "r" * length)
    limit = check_guard(bridge, job_id, data, "BacalhauJobFailed", succeeds=behaviour == GOOD)
    assert limit <= ceiling(data, length)


def ceiling(data: bytes, length: int) -> int:
    """The most gas that the relayer signs for, with the numbers of its own binding."""
    binding = Path(__file__).parents[3] / "Sources/RelayCore/Binding/ReferenceBinding.swift"
    numbers = re.search(r"gas: Gas\(base: ([0-9_]+), perByte: ([0-9_]+)\)", binding.read_text())
    assert numbers is not None
    base, per_byte = (int(number.replace("_", "")) for number in numbers.groups())
    floor = 21_000 + 10 * sum(1 if byte == 0 else 4 for byte in data)
    return max(base + per_byte * length + CALLBACK_GAS + CALLBACK_GAS // 63 + 1, floor)


def check_guard(bridge: Bridge, job_id: int, data: bytes, event: str, succeeds: bool) -> int:
    """One unit below the least limit that goes through the guard refuses; at it the settlement is mined rightly.

    Returns that limit.
    """
    reason = settles(bridge, data)
    limit = least_limit(reason)
    for below in (1, 2, 50, 500):
        assert reason(limit - below) == "execution reverted: gas too low for the callback"
    for below in range(1_000, limit - 21_000, 20_011):
        assert reason(limit - below) is not None
    for above in (1, 20_000):
        assert reason(limit + above) is None
    client = bridge.chain.client
    receipt = client.receipt(client.send(RELAYER.private_key, bridge.contract.address, data, gas=limit))
    assert bridge.contract.events(receipt, event)[0]["callbackSucceeded"] is succeeds
    assert bridge.job(job_id)["state"] in (FULFILLED, FAILED)
    return limit


@pytest.mark.parametrize("callback_gas", [100_000, 300_000, 3_000_000])
def test_guard_gives_the_client_its_gas_to_the_unit(chain: LocalChain, callback_gas: int) -> None:
    bridge = Bridge.deployed(chain, callback_gas=callback_gas)
    client = hostile_client(bridge, KEEPS_GAS)
    given = []
    for more in (0, 0, 1_000_000):  # the first keeps into fresh storage
        job_id = bridge.request_by(client)
        data = bridge.contract.encode("fulfill", job_id, bridge.hashes[job_id], 1, "r" * 64)
        limit = least_limit(settles(bridge, data), callback_gas) + more
        bridge.chain.client.receipt(
            bridge.chain.client.send(RELAYER.private_key, bridge.contract.address, data, gas=limit)
        )
        given.append(client.call("last"))
    # Read after the client's own start, hence a little less than the cap; but always the same.
    assert callback_gas - 10_000 < given[0] == given[1] == given[2] < callback_gas


@pytest.mark.parametrize("length", [0, 8_192])
@pytest.mark.parametrize("callback_gas", [0, 1, 63, 64, 30_000])
def test_guard_keeps_enough_for_the_log_whatever_the_cap(chain: LocalChain, callback_gas: int, length: int) -> None:
    bridge = Bridge.deployed(chain, callback_gas=callback_gas)
    job_id = bridge.request_by(hostile_client(bridge, BURNS))
    # Of zeros, because the calldata floor (EIP-7623) of other bytes alone would be above the guard.
    data = bridge.contract.encode("fulfill", job_id, bridge.hashes[job_id], 1, "\0" * length)
    reason = settles(bridge, data)
    limit = least_limit(reason)
    assert reason(limit - 1) == "execution reverted: gas too low for the callback"
    client = bridge.chain.client
    receipt = client.receipt(client.send(RELAYER.private_key, bridge.contract.address, data, gas=limit))
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["callbackSucceeded"] is False
    assert int(receipt["gasUsed"], 16) >= callback_gas


def test_an_account_needs_no_gas_for_a_callback(bridge: Bridge) -> None:
    job_id = bridge.request()
    receipt = bridge.fulfill(job_id, gas=70_000)
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["callbackSucceeded"] is False
