"""A reorg beyond the recorded one: what becomes of transactions, logs, numbers and subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from bridge import FEE, REQUESTER, STRANGER, Bridge
from client import CallFailed
from conftest import LocalChain
from sockets import Socket

TOPIC = "0x3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561"
RIVAL = "0x" + "22" * 20


def asked(bridge: Bridge, text: str) -> dict[str, Any]:
    return bridge.contract.send(REQUESTER.private_key, "requestJob", text, 1, value=FEE)


def logs(chain: LocalChain, first: int = 0) -> list[dict[str, Any]]:
    return chain.rpc("eth_getLogs", {"topics": [TOPIC], "fromBlock": hex(first)})


def test_mines_orphaned_transactions_again(bridge: Bridge) -> None:
    chain = bridge.chain
    receipts = [asked(bridge, text) for text in ("one", "two")]
    done = chain.rpc("devnet_reorg", {"depth": 2})
    first, *others = (chain.rpc("eth_getBlockByHash", each, False) for each in done["blocks"])
    assert first["transactions"] == [each["transactionHash"] for each in receipts]
    assert [each["transactions"] for each in others] == [[], []]
    assert done["orphaned"] == [each["blockHash"] for each in receipts]
    again = [chain.rpc("eth_getTransactionReceipt", each["transactionHash"]) for each in receipts]
    assert [each["blockHash"] for each in again] == [first["hash"]] * 2
    assert [log["logIndex"] for each in again for log in each["logs"]] == ["0x0", "0x1"]
    assert [log["blockHash"] for log in logs(chain)] == [first["hash"]] * 2
    # The orphaned block still says of itself what it said before.
    assert chain.rpc("eth_getLogs", {"blockHash": receipts[1]["blockHash"]}) == receipts[1]["logs"]


def test_the_state_is_that_of_the_new_branch(bridge: Bridge) -> None:
    chain = bridge.chain
    asked(bridge, "one")
    assert bridge.contract.call("job", 1)[0] == REQUESTER.address.lower()
    chain.rpc("devnet_reorg", {"depth": 1, "keep": False})
    assert bridge.contract.call("job", 1)[0] == "0x" + "00" * 20
    assert logs(chain) == []
    assert asked(bridge, "one")["logs"][0]["topics"][1] == f"0x{1:064x}"


def test_drops_what_it_is_told_to(bridge: Bridge) -> None:
    chain = bridge.chain
    one = asked(bridge, "one")["transactionHash"]
    other = chain.client.send(STRANGER.private_key, RIVAL, value=7)
    chain.rpc("devnet_reorg", {"depth": 2, "drop": [one]})
    assert chain.rpc("eth_getTransactionByHash", one) is None
    assert chain.rpc("eth_getTransactionReceipt", other)["status"] == "0x1"
    chain.rpc("devnet_reorg", {"depth": 3, "keep": False})
    assert chain.rpc("eth_getTransactionByHash", other) is None
    assert chain.rpc("eth_getBalance", RIVAL, "latest") == "0x0"
    assert chain.rpc("txpool_status") == {"pending": "0x0", "queued": "0x0"}


def test_an_orphaned_transaction_waits_where_the_plan_leaves_it_out(bridge: Bridge) -> None:
    chain = bridge.chain
    mine = asked(bridge, "mine")
    call = bridge.contract.encode("requestJob", "theirs", 1)
    theirs = chain.client.sign(STRANGER.private_key, bridge.contract.address, call, FEE, gas=500_000)
    chain.rpc("devnet_reorg", {"depth": 1, "transactions": [[theirs]]})
    taken = logs(chain)
    assert [log["topics"][1:] for log in taken] == [[f"0x{1:064x}", "0x" + STRANGER.address[2:].lower().zfill(64)]]
    assert chain.rpc("eth_getTransactionByHash", mine["transactionHash"])["blockNumber"] is None
    assert chain.rpc("eth_getTransactionReceipt", mine["transactionHash"]) is None
    chain.rpc("devnet_mine", 1)
    later = chain.rpc("eth_getTransactionReceipt", mine["transactionHash"])["logs"][0]
    assert later["topics"][1] == f"0x{2:064x}"


def test_subscribers_hear_removed_logs_first_and_one_head(bridge: Bridge) -> None:
    chain = bridge.chain
    socket = Socket(chain)
    receipts = [asked(bridge, text) for text in ("one", "two")]
    for kind, options in (("newHeads", ()), ("logs", ({"address": bridge.contract.address},))):
        socket.subscribe(kind, *options)
    done = chain.rpc("devnet_reorg", {"depth": 2, "blocks": 4})
    kinds, results = zip(*socket.take(), strict=True)
    assert kinds == ("logs",) * 4 + ("newHeads",)
    assert list(results[:2]) == [log | {"removed": True} for each in receipts for log in each["logs"]]
    assert list(results[2:4]) == logs(chain)
    assert results[4]["hash"] == done["blocks"][-1] == chain.rpc("eth_getBlockByNumber", "latest", False)["hash"]


def test_a_filtered_subscription_hears_of_its_own_logs_alone(bridge: Bridge) -> None:
    socket = Socket(bridge.chain)
    socket.subscribe("logs", {"address": RIVAL})
    socket.subscribe("logs", {"topics": [[TOPIC], None, "0x" + STRANGER.address[2:].lower().zfill(64)]})
    asked(bridge, "one")
    bridge.chain.rpc("devnet_reorg", {"depth": 1})
    assert socket.take() == []
    socket.subscribe("logs", {"topics": [None, f"0x{2:064x}"]})
    assert [result for _, result in (asked(bridge, "two"), socket.take())[1]] == logs(bridge.chain)[1:]


def test_a_shorter_branch_takes_the_head_back(bridge: Bridge) -> None:
    chain = bridge.chain
    chain.rpc("devnet_mine", 3)
    before = int(chain.rpc("eth_blockNumber"), 16)
    chain.rpc("devnet_reorg", {"depth": 3, "blocks": 1})
    assert int(chain.rpc("eth_blockNumber"), 16) == before - 2
    assert chain.rpc("eth_getBlockByNumber", hex(before), False) is None


def test_a_call_may_insist_on_a_canonical_block(bridge: Bridge) -> None:
    chain = bridge.chain
    orphan = asked(bridge, "one")["blockHash"]
    chain.rpc("devnet_reorg", {"depth": 1, "keep": False})
    call = {"to": bridge.contract.address, "data": "0x" + bridge.contract.encode("job", 1).hex()}
    assert REQUESTER.address[2:].lower() in chain.rpc("eth_call", call, {"blockHash": orphan})
    with pytest.raises(CallFailed, match="hash is not currently canonical"):
        chain.rpc("eth_call", call, {"blockHash": orphan, "requireCanonical": True})


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({}, "depth is missing"),
        ({"depth": 0}, "depth: a whole number from 1"),
        ({"depth": 99}, "cannot replace genesis"),
        ({"depth": 1, "keeps": True}, "no 'keeps'"),
        ({"depth": 1, "blocks": 1, "transactions": [[], []]}, "more blocks than there will be"),
        ({"depth": 1, "transactions": [["0x" + "77" * 32]]}, "is not in a block that goes"),
    ],
)
def test_refuses_what_cannot_be_done(bridge: Bridge, wish: dict[str, Any], said: str) -> None:
    head = bridge.chain.rpc("eth_getBlockByNumber", "latest", False)
    with pytest.raises(CallFailed, match=said):
        bridge.chain.rpc("devnet_reorg", wish)
    assert bridge.chain.rpc("eth_getBlockByNumber", "latest", False) == head


def test_a_planned_transaction_that_cannot_be_executed_changes_nothing(bridge: Bridge) -> None:
    chain = bridge.chain
    sent = asked(bridge, "one")["transactionHash"]
    raw = chain.client.sign(STRANGER.private_key, RIVAL, value=1, gas=21_000, nonce=9)
    with pytest.raises(CallFailed, match="cannot be mined there"):
        chain.rpc("devnet_reorg", {"depth": 1, "transactions": [[raw]]})
    assert chain.rpc("eth_getTransactionReceipt", sent)["status"] == "0x1"
    assert chain.rpc("txpool_status") == {"pending": "0x0", "queued": "0x0"}
