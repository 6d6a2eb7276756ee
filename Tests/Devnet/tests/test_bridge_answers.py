"""Answering: `fulfill` and `fail`, and who may when."""

import pytest

from artifacts import load_artifact
from bridge import CANCEL_AFTER, FAILED, FULFILLED, RELAYER, REQUESTER, STRANGER, Bridge, deploy
from client import CallFailed


def test_fulfilling_says_so(bridge: Bridge) -> None:
    job_id = bridge.request()
    event = bridge.contract.events(bridge.fulfill(job_id, "forty-two"), "BacalhauJobFulfilled")[0]
    assert event == {
        "jobId": job_id,
        "requester": REQUESTER.address.lower(),
        "resultType": 1,
        "result": "forty-two",
        "callbackSucceeded": False,
    }
    assert bridge.job(job_id)["state"] == FULFILLED


def test_failing_says_so(bridge: Bridge) -> None:
    job_id = bridge.request()
    event = bridge.contract.events(bridge.fail(job_id, "no such engine"), "BacalhauJobFailed")[0]
    assert event == {
        "jobId": job_id,
        "requester": REQUESTER.address.lower(),
        "reason": "no such engine",
        "callbackSucceeded": False,
    }
    assert bridge.job(job_id)["state"] == FAILED


def test_longest_answers_arrive(bridge: Bridge) -> None:
    job_id = bridge.request()
    receipt = bridge.fulfill(job_id, "r" * 8192)
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["result"] == "r" * 8192
    job_id = bridge.request()
    receipt = bridge.fail(job_id, "r" * 1024)
    assert bridge.contract.events(receipt, "BacalhauJobFailed")[0]["reason"] == "r" * 1024


def test_refuses_answers_beyond_the_bound(bridge: Bridge) -> None:
    job_id = bridge.request()
    request_hash = bridge.hashes[job_id]
    assert bridge.refusal("fulfill", job_id, request_hash, 1, "r" * 8193, by=RELAYER) == "execution reverted"
    assert bridge.refusal("fail", job_id, request_hash, "r" * 1025, by=RELAYER) == "execution reverted"


def test_refuses_whoever_is_no_relayer(bridge: Bridge) -> None:
    job_id = bridge.request()
    assert bridge.refusal("fulfill", job_id, bridge.hashes[job_id], 1, "", by=STRANGER) == "not a relayer"
    assert bridge.refusal("fail", job_id, bridge.hashes[job_id], "", by=STRANGER) == "not a relayer"


def test_refuses_another_request(bridge: Bridge) -> None:
    job_id = bridge.request()
    assert bridge.refusal("fulfill", job_id, b"\1" * 32, 1, "", by=RELAYER) == "another request"
    assert bridge.refusal("fail", job_id, b"\1" * 32, "", by=RELAYER) == "another request"


def test_refuses_another_result_type(bridge: Bridge) -> None:
    job_id = bridge.request(kind=1)
    assert bridge.refusal("fulfill", job_id, bridge.hashes[job_id], 2, "", by=RELAYER) == "another result type"


def test_refuses_an_unknown_job(bridge: Bridge) -> None:
    assert bridge.refusal("fulfill", 1, b"\0" * 32, 0, "", by=RELAYER) == "not open"
    assert bridge.refusal("fail", 2**256 - 1, b"\0" * 32, "", by=RELAYER) == "not open"


@pytest.mark.parametrize("ended_by", ["fulfill", "fail", "cancel"])
def test_refuses_a_second_answer(bridge: Bridge, ended_by: str) -> None:
    job_id = bridge.request()
    if ended_by == "cancel":
        bridge.wait(CANCEL_AFTER)
        bridge.contract.send(REQUESTER.private_key, "cancel", job_id)
    else:
        getattr(bridge, ended_by)(job_id)
    assert bridge.refusal("fulfill", job_id, bridge.hashes[job_id], 1, "", by=RELAYER) == "not open"
    assert bridge.refusal("fail", job_id, bridge.hashes[job_id], "", by=RELAYER) == "not open"
    assert bridge.refusal("cancel", job_id, by=REQUESTER) == "not open"


def test_example_client_keeps_the_answer(bridge: Bridge) -> None:
    example = deploy(bridge.chain.client, load_artifact("ExampleClient"), bridge.contract.address)
    job_id = bridge.request_by(example)
    assert example.call("answers", job_id) == "pending"
    receipt = bridge.fulfill(job_id, "x" * 64)
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["callbackSucceeded"] is True
    assert example.call("answers", job_id) == "x" * 64


def test_example_client_keeps_the_beginning_of_a_long_answer(bridge: Bridge) -> None:
    example = deploy(bridge.chain.client, load_artifact("ExampleClient"), bridge.contract.address)
    job_id = bridge.request_by(example)
    receipt = bridge.fulfill(job_id, "x" * 8192)
    assert bridge.contract.events(receipt, "BacalhauJobFulfilled")[0]["callbackSucceeded"] is True
    assert example.call("answers", job_id) == "x" * 256


def test_example_client_keeps_the_reason_and_takes_the_fee_back(bridge: Bridge) -> None:
    example = deploy(bridge.chain.client, load_artifact("ExampleClient"), bridge.contract.address)
    job_id = bridge.request_by(example)
    receipt = bridge.fail(job_id, "trapped")
    assert bridge.contract.events(receipt, "BacalhauJobFailed")[0]["callbackSucceeded"] is True
    assert (example.call("answers", job_id), example.call("failures", job_id)) == ("", "trapped")
    example.send(STRANGER.private_key, "takeBack", job_id)
    assert bridge.balance() == 0


def test_example_client_listens_to_the_bridge_only(bridge: Bridge) -> None:
    example = deploy(bridge.chain.client, load_artifact("ExampleClient"), bridge.contract.address)
    job_id = bridge.request_by(example)
    for name, arguments in (("bacalhauJobFulfilled", (job_id, 1, "lie")), ("bacalhauJobFailed", (job_id, "lie"))):
        with pytest.raises(CallFailed, match="only the bridge"):
            example.call(name, *arguments, sender=STRANGER.address)
