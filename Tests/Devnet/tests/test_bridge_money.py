"""Cancelling, withdrawing, and that no wei is lost or paid twice."""

import random
from typing import Any

import pytest

from bridge import (
    CANCEL_AFTER,
    CANCELLED,
    FAILED,
    FEE,
    FULFILLED,
    OWNER,
    RELAYER,
    REQUESTED,
    REQUESTER,
    SINK,
    STRANGER,
    Bridge,
    contract_for_tests,
    deploy,
)
from chain.accounts import Account


def test_cancels_exactly_when_the_blocks_have_passed(bridge: Bridge) -> None:
    job_id = bridge.request()
    bridge.wait(CANCEL_AFTER - 1)
    assert bridge.refusal("cancel", job_id, by=REQUESTER) == "too early"  # a call runs in the head's own block
    receipt = bridge.contract.send(REQUESTER.private_key, "cancel", job_id, gas=200_000)
    assert int(receipt["blockNumber"], 16) == bridge.job(job_id)["requestedAt"] + CANCEL_AFTER
    event = bridge.contract.events(receipt, "BacalhauJobCancelled")[0]
    assert event == {"jobId": job_id, "requester": REQUESTER.address.lower()}
    assert bridge.job(job_id)["state"] == CANCELLED


def test_only_the_requester_cancels(bridge: Bridge) -> None:
    job_id = bridge.request()
    bridge.wait(CANCEL_AFTER)
    assert bridge.refusal("cancel", job_id, by=STRANGER) == "not the requester"
    assert bridge.refusal("cancel", 9, by=STRANGER) == "not the requester"


@pytest.mark.parametrize("end", ["fail", "cancel"])
def test_requester_withdraws_once(bridge: Bridge, end: str) -> None:
    job_id = bridge.request(value=FEE + 5)
    bridge.wait(CANCEL_AFTER)
    if end == "fail":
        bridge.fail(job_id)
    else:
        bridge.contract.send(REQUESTER.private_key, "cancel", job_id)
    assert bridge.refusal("withdraw", job_id, SINK.address, by=STRANGER) == "not the requester"
    before = bridge.balance(SINK.address)
    bridge.contract.send(REQUESTER.private_key, "withdraw", job_id, SINK.address)
    assert bridge.balance(SINK.address) - before == FEE + 5
    assert bridge.refusal("withdraw", job_id, SINK.address, by=REQUESTER) == "nothing left"
    assert bridge.job(job_id)["paid"] == 0


def test_nothing_is_withdrawn_from_open_or_fulfilled_jobs(bridge: Bridge) -> None:
    job_id = bridge.request()
    assert bridge.refusal("withdraw", job_id, SINK.address, by=REQUESTER) == "not refundable"
    bridge.fulfill(job_id)
    assert bridge.refusal("withdraw", job_id, SINK.address, by=REQUESTER) == "not refundable"


def test_owner_withdraws_fulfilled_jobs_once(bridge: Bridge) -> None:
    jobs = [bridge.request(value=FEE + each) for each in range(3)]
    for job_id in jobs:
        bridge.fulfill(job_id)
    assert bridge.refusal("withdrawFulfilled", jobs, SINK.address, by=STRANGER) == "not the owner"
    before = bridge.balance(SINK.address)
    bridge.contract.send(OWNER.private_key, "withdrawFulfilled", jobs + jobs, SINK.address)
    bridge.contract.send(OWNER.private_key, "withdrawFulfilled", jobs, SINK.address)
    assert bridge.balance(SINK.address) - before == 3 * FEE + 3
    assert bridge.balance() == 0


@pytest.mark.parametrize("end", ["open", "failed", "cancelled", "unknown"])
def test_owner_touches_no_other_job(bridge: Bridge, end: str) -> None:
    fulfilled, other = bridge.request(), bridge.request()
    bridge.fulfill(fulfilled)
    if end == "failed":
        bridge.fail(other)
    if end == "cancelled":
        bridge.wait(CANCEL_AFTER)
        bridge.contract.send(REQUESTER.private_key, "cancel", other)
    other = 99 if end == "unknown" else other
    assert bridge.refusal("withdrawFulfilled", [fulfilled, other], SINK.address, by=OWNER) == "not fulfilled"


def test_takes_256_jobs_at_once(bridge: Bridge) -> None:
    bridge.contract.send(OWNER.private_key, "setFee", 0)
    job_id = bridge.request(value=0)
    bridge.fulfill(job_id)
    assert bridge.refusal("withdrawFulfilled", [job_id] * 257, SINK.address, by=OWNER) == "execution reverted"
    bridge.contract.send(OWNER.private_key, "withdrawFulfilled", [job_id] * 256, SINK.address)


def test_a_receiver_that_comes_back_is_paid_once(bridge: Bridge) -> None:
    hostile = deploy(bridge.chain.client, contract_for_tests("HostileClient"), bridge.contract.address)
    jobs = [bridge.request_by(hostile) for _ in range(2)]
    for job_id in reversed(jobs):
        bridge.fail(job_id)
    hostile.send(OWNER.private_key, "behave", 8)
    assert hostile.call("last") == jobs[0]
    hostile.send(OWNER.private_key, "withdraw", jobs[0], hostile.address, gas=1_000_000)
    assert hostile.call("reentered") is False
    assert (bridge.balance(hostile.address), bridge.balance()) == (FEE, FEE)


def test_a_receiver_that_refuses_loses_nothing(bridge: Bridge) -> None:
    hostile = deploy(bridge.chain.client, contract_for_tests("HostileClient"), bridge.contract.address)
    job_id = bridge.request_by(hostile)
    bridge.fail(job_id)
    hostile.send(OWNER.private_key, "behave", 9)
    with pytest.raises(RuntimeError, match="reverted"):
        hostile.send(OWNER.private_key, "withdraw", job_id, hostile.address, gas=1_000_000)
    assert bridge.job(job_id)["paid"] == FEE
    hostile.send(OWNER.private_key, "withdraw", job_id, SINK.address, gas=1_000_000)
    assert bridge.balance() == 0


def test_fee_is_for_later_jobs(bridge: Bridge) -> None:
    assert bridge.refusal("setFee", 1, by=STRANGER) == "not the owner"
    old = bridge.request()
    bridge.contract.send(OWNER.private_key, "setFee", 2 * FEE)
    assert bridge.contract.call("fee") == 2 * FEE
    assert bridge.refusal("requestJob", "{}", 1, by=REQUESTER, value=FEE) == "fee too low"
    bridge.fulfill(old)


def test_relayers_come_and_go(bridge: Bridge) -> None:
    assert bridge.refusal("setRelayer", STRANGER.address, True, by=STRANGER) == "not the owner"
    assert bridge.contract.call("isRelayer", RELAYER.address) is True
    bridge.contract.send(OWNER.private_key, "setRelayer", RELAYER.address, False)
    job_id = bridge.request()
    assert bridge.refusal("fulfill", job_id, bridge.hashes[job_id], 1, "", by=RELAYER) == "not a relayer"


def test_ownership_takes_two_steps(bridge: Bridge) -> None:
    assert bridge.refusal("transferOwnership", STRANGER.address, by=STRANGER) == "not the owner"
    bridge.contract.send(OWNER.private_key, "transferOwnership", STRANGER.address)
    assert bridge.contract.call("owner") == OWNER.address.lower()
    assert bridge.contract.call("pendingOwner") == STRANGER.address.lower()
    assert bridge.refusal("acceptOwnership", by=RELAYER) == "not the pending owner"
    bridge.contract.send(STRANGER.private_key, "acceptOwnership")
    assert bridge.contract.call("owner") == STRANGER.address.lower()
    assert bridge.refusal("setFee", 1, by=OWNER) == "not the owner"
    assert bridge.refusal("acceptOwnership", by=STRANGER) == "not the pending owner"


@pytest.mark.parametrize("seed", range(6))
def test_money_adds_up_whatever_happens(bridge: Bridge, seed: int) -> None:
    """Random calls by random actors, allowed or not, against a model: states agree, and no wei is out of place."""
    rng = random.Random(seed)
    model: dict[int, dict[str, int]] = {}
    sink = bridge.balance(SINK.address)
    paid_out = 0
    for _ in range(60):
        action = rng.choice(
            ["request", "request", "fulfill", "fail", "cancel", "withdraw", "withdrawFulfilled", "mine"]
        )
        job_id = rng.randint(1, len(model) + 1)
        job = model.get(job_id, {"state": 0, "paid": 0, "block": 0})
        next_block = int(bridge.chain.rpc("eth_blockNumber"), 16) + 1
        if action == "request":
            value = FEE + rng.randint(0, 3)
            assert bridge.request(value=value) == len(model) + 1
            model[len(model) + 1] = {"state": REQUESTED, "paid": value, "block": next_block}
        elif action in ("fulfill", "fail"):
            allowed = job["state"] == REQUESTED
            assert attempt(bridge, action, job_id) == allowed
            if allowed:
                job["state"] = FULFILLED if action == "fulfill" else FAILED
        elif action == "cancel":
            allowed = job["state"] == REQUESTED and next_block >= job["block"] + CANCEL_AFTER
            assert tried(bridge, REQUESTER, "cancel", job_id) == allowed
            if allowed:
                job["state"] = CANCELLED
        elif action == "withdraw":
            allowed = job["state"] in (FAILED, CANCELLED) and job["paid"] > 0
            assert tried(bridge, REQUESTER, "withdraw", job_id, SINK.address) == allowed
            if allowed:
                paid_out, job["paid"] = paid_out + job["paid"], 0
        elif action == "withdrawFulfilled":
            allowed = job["state"] == FULFILLED
            assert tried(bridge, OWNER, "withdrawFulfilled", [job_id, job_id], SINK.address) == allowed
            if allowed:
                paid_out, job["paid"] = paid_out + job["paid"], 0
        else:
            bridge.wait(rng.randint(1, CANCEL_AFTER))
        assert bridge.balance() == sum(each["paid"] for each in model.values())
        assert bridge.balance(SINK.address) - sink == paid_out
    for job_id, job in model.items():
        assert (bridge.job(job_id)["state"], bridge.job(job_id)["paid"]) == (job["state"], job["paid"])


def attempt(bridge: Bridge, action: str, job_id: int) -> bool:
    """Whether an answer was taken."""
    request_hash = bridge.hashes.get(job_id, b"\0" * 32)
    arguments = (1, "result") if action == "fulfill" else ("reason",)
    return tried(bridge, RELAYER, action, job_id, request_hash, *arguments)


def tried(bridge: Bridge, account: Account, name: str, *arguments: Any) -> bool:
    try:
        bridge.contract.send(account.private_key, name, *arguments, gas=600_000)
    except RuntimeError:
        return False
    return True
