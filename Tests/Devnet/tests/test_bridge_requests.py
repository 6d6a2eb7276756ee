"""Asking: what `requestJob` takes, stores and emits."""

import pytest

from bridge import FEE, REQUESTED, REQUESTER, Bridge


def test_counts_from_one(bridge: Bridge) -> None:
    assert [bridge.request() for _ in range(3)] == [1, 2, 3]
    assert bridge.contract.call("jobCount") == 3


def test_stores_what_was_asked(bridge: Bridge) -> None:
    job_id = bridge.request("spec", kind=3, value=FEE + 7)
    block = int(bridge.chain.rpc("eth_blockNumber"), 16)
    assert bridge.job(job_id) == {
        "requester": REQUESTER.address.lower(),
        "resultType": 3,
        "state": REQUESTED,
        "requestHash": bridge.hashes[job_id],
        "requestedAt": block,
        "paid": FEE + 7,
    }


@pytest.mark.parametrize("length", [0, 1, 17, 31, 32, 33, 615, 8191, 8192])
def test_stores_the_hash_of_its_own_log(bridge: Bridge, length: int) -> None:
    job_id = bridge.request(b"x" * length)
    assert bridge.job(job_id)["requestHash"] == bridge.hashes[job_id]


def test_takes_bytes_that_are_no_text(bridge: Bridge) -> None:
    job_id = bridge.request(b"\xff\xfe\x00{")
    assert bridge.job(job_id)["requestHash"] == bridge.hashes[job_id]


def test_refuses_less_than_the_fee(bridge: Bridge) -> None:
    assert bridge.refusal("requestJob", "{}", 1, by=REQUESTER, value=FEE - 1) == "fee too low"


def test_refuses_an_unknown_result_type(bridge: Bridge) -> None:
    assert bridge.refusal("requestJob", "{}", 4, by=REQUESTER, value=FEE) == "unknown result type"


def test_refuses_a_spec_that_is_too_long(bridge: Bridge) -> None:
    assert bridge.refusal("requestJob", "x" * 8193, 1, by=REQUESTER, value=FEE) == "execution reverted"


def test_knows_nothing_of_jobs_never_asked(bridge: Bridge) -> None:
    assert set(bridge.job(7).values()) == {"0x" + "0" * 40, 0, b"\0" * 32}


def test_takes_no_money_without_a_request(bridge: Bridge) -> None:
    with pytest.raises(RuntimeError, match="reverted"):
        client = bridge.chain.client
        client.receipt(client.send(REQUESTER.private_key, bridge.contract.address, value=1, gas=100_000))
