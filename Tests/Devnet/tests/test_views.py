"""Several nodes of one chain: one may lag, lie, fall silent or speak as Filecoin's do, and the others do not change."""

from __future__ import annotations

import http.client
from typing import Any

import pytest

from bridge import FEE, REQUESTER, Bridge
from client import CallFailed, HttpRpc
from conftest import LocalChain, StartServer, sibling
from sockets import Socket

TOPIC = "0x3dae992765f79f435d3e35f031e83c46858735dc3d51e8a240e18b602f872561"
CALLS = (
    ("eth_blockNumber",),
    ("eth_getBlockByNumber", "latest", False),
    ("eth_chainId",),
    ("eth_getLogs", {"fromBlock": "0x0"}),
)


def said(chain: LocalChain) -> list[Any]:
    return [chain.rpc(method, *params) for method, *params in CALLS]


def request(bridge: Bridge) -> dict[str, Any]:
    return bridge.contract.send(REQUESTER.private_key, "requestJob", "{}", 1, value=FEE)


def number_of(chain: LocalChain) -> int:
    return int(chain.rpc("eth_blockNumber"), 16)


def at(chain: LocalChain, number: int) -> Any:
    return chain.rpc("eth_getBlockByNumber", hex(number), False)


def logs(chain: LocalChain, first: int, last: int | str = "latest") -> list[Any]:
    return chain.rpc("eth_getLogs", {"fromBlock": hex(first), "toBlock": last if isinstance(last, str) else hex(last)})


def requests(chain: LocalChain) -> list[Any]:
    """The logs of requests, without those of the bridge's setup."""
    return chain.rpc("eth_getLogs", {"topics": [TOPIC], "fromBlock": "0x0"})


@pytest.fixture
def other(bridge: Bridge) -> LocalChain:
    """A second node of the bridge's chain."""
    return sibling(bridge.chain)


def test_honest_nodes_say_the_same(bridge: Bridge, other: LocalChain) -> None:
    request(bridge)
    assert said(other) == said(bridge.chain)
    bridge.chain.rpc("devnet_reorg", {"depth": 1})
    assert said(other) == said(bridge.chain)


def test_a_node_that_lags_knows_nothing_newer(bridge: Bridge, other: LocalChain) -> None:
    receipt = request(bridge)
    mined, transaction = int(receipt["blockNumber"], 16), receipt["transactionHash"]
    other.rpc("devnet_view", {"lag": 1})
    assert number_of(other) == number_of(bridge.chain) - 1
    assert at(other, mined) is None
    assert other.rpc("eth_getBlockByHash", receipt["blockHash"], False) is None
    assert other.rpc("eth_getTransactionReceipt", transaction) is None
    assert other.rpc("eth_getTransactionByHash", transaction)["blockHash"] is None
    assert requests(other) == []
    with pytest.raises(CallFailed, match="beyond current head"):
        logs(other, 0, mined)
    with pytest.raises(CallFailed, match="unknown block"):
        other.rpc("eth_getLogs", {"blockHash": receipt["blockHash"]})
    bridge.chain.rpc("devnet_mine", 1)
    assert at(other, mined)["hash"] == receipt["blockHash"] and number_of(other) == mined


def test_a_call_reads_the_state_that_a_late_node_has(bridge: Bridge, other: LocalChain) -> None:
    call = {"to": bridge.contract.address, "data": "0x" + bridge.contract.encode("job", 1).hex()}
    request(bridge)
    other.rpc("devnet_view", {"lag": 1})
    assert REQUESTER.address[2:].lower() in bridge.chain.rpc("eth_call", call, "latest")
    assert REQUESTER.address[2:].lower() not in other.rpc("eth_call", call, "latest")


def test_a_head_that_goes_backwards_is_told_to_no_subscriber(bridge: Bridge, other: LocalChain) -> None:
    socket = Socket(other)
    socket.subscribe("newHeads")
    bridge.chain.rpc("devnet_mine", 3)
    assert len(socket.take()) == 3
    before = number_of(other)
    other.rpc("devnet_view", {"lag": 2})
    assert (number_of(other), socket.take()) == (before - 2, [])
    other.rpc("devnet_view", {"lag": 0})
    assert [int(head["number"], 16) for _, head in socket.take()] == [before]


def test_a_late_node_announces_its_own_head(bridge: Bridge, other: LocalChain) -> None:
    other.rpc("devnet_view", {"lag": 2})
    socket = Socket(other)
    socket.subscribe("newHeads")
    socket.subscribe("logs")
    receipt = request(bridge)
    assert [kind for kind, _ in socket.take()] == ["newHeads"]
    bridge.chain.rpc("devnet_mine", 2)
    frames = socket.take()
    assert [kind for kind, _ in frames] == ["newHeads", "logs", "newHeads"]
    assert frames[1][1] == receipt["logs"][0]


@pytest.mark.parametrize(("hidden", "seen"), [(1, 1), (2, 0), (True, 0), (0, 2), (False, 2), (None, 2)])
def test_logs_that_are_not_indexed_yet(bridge: Bridge, other: LocalChain, hidden: Any, seen: int) -> None:
    receipts = [request(bridge), request(bridge)]
    other.rpc("devnet_view", {"hideLogs": hidden})
    assert requests(other) == [log for each in receipts[:seen] for log in each["logs"]]
    by_hash = [other.rpc("eth_getLogs", {"blockHash": each["blockHash"]}) for each in receipts]
    assert [len(each) for each in by_hash] == [1 if index < seen else 0 for index in range(2)]
    # The block itself shows that its logs are missing, as on a real node whose index is late.
    assert int(at(other, int(receipts[1]["blockNumber"], 16))["logsBloom"], 16) != 0
    assert other.rpc("eth_getTransactionReceipt", receipts[1]["transactionHash"]) == receipts[1]


def test_a_node_left_behind_on_the_old_branch(bridge: Bridge, other: LocalChain) -> None:
    receipt = request(bridge)
    other.rpc("devnet_view", {"branch": "stay"})
    before = said(other)
    done = bridge.chain.rpc("devnet_reorg", {"depth": 1, "keep": False})
    bridge.chain.rpc("devnet_mine", 3)
    assert said(other) == before
    assert at(other, int(receipt["blockNumber"], 16))["hash"] == done["orphaned"][0]
    assert other.rpc("eth_getTransactionReceipt", receipt["transactionHash"])["blockHash"] == receipt["blockHash"]
    assert requests(bridge.chain) == []
    socket = Socket(other)
    socket.subscribe("logs")
    other.rpc("devnet_view", {"branch": None})
    assert socket.take() == [("logs", receipt["logs"][0] | {"removed": True})]
    assert said(other) == said(bridge.chain)


def test_a_node_goes_back_to_the_old_branch(bridge: Bridge, other: LocalChain) -> None:
    receipt = request(bridge)
    bridge.chain.rpc("devnet_reorg", {"depth": 1, "keep": False})
    other.rpc("devnet_view", {"branch": "old"})
    assert requests(other) == receipt["logs"]
    with pytest.raises(CallFailed, match="unknown block"):  # it never saw the branch that the others follow
        other.rpc("eth_getLogs", {"blockHash": bridge.chain.rpc("eth_getBlockByNumber", "latest", False)["hash"]})


def test_a_node_of_another_chain(bridge: Bridge, other: LocalChain) -> None:
    other.rpc("devnet_view", {"chainId": 5})
    assert (other.rpc("eth_chainId"), other.rpc("net_version")) == ("0x5", "5")
    assert bridge.chain.rpc("eth_chainId") == "0x7a69"
    other.rpc("devnet_view", {"chainId": None})
    assert other.rpc("eth_chainId") == "0x7a69"


@pytest.mark.parametrize("manner", ["error", "null", "previous"])
def test_a_null_round(bridge: Bridge, other: LocalChain, manner: str) -> None:
    """A number that no block has: the next block's parent is the one before it."""
    before = number_of(bridge.chain)
    assert bridge.chain.rpc("devnet_mine", 1, 2) == hex(before + 3)
    other.rpc("devnet_view", {"nullRoundsAs": manner})
    assert at(other, before + 3)["parentHash"] == at(other, before)["hash"]
    for number in (before + 1, before + 2):
        if manner == "error":
            with pytest.raises(CallFailed, match="null round") as failure:
                at(other, number)
            assert failure.value.code == 12
        else:
            assert at(other, number) == (None if manner == "null" else at(other, before))
    assert requests(other) == []
    receipt = request(bridge)
    assert requests(other) == receipt["logs"]
    assert other.rpc("eth_getBalance", REQUESTER.address, hex(before + 1)) == other.rpc(
        "eth_getBalance", REQUESTER.address, hex(before)
    )


def test_a_node_that_denies_a_block(bridge: Bridge, other: LocalChain) -> None:
    denied = number_of(bridge.chain)
    other.rpc("devnet_view", {"nullRounds": [denied], "nullRoundsAs": "null"})
    assert at(other, denied) is None and at(bridge.chain, denied) is not None


def test_ranges_and_look_back_have_limits(bridge: Bridge, other: LocalChain) -> None:
    bridge.chain.rpc("devnet_mine", 10)
    head = number_of(other)
    other.rpc("devnet_view", {"maxRange": 3, "lookback": 5})
    assert logs(other, head - 5, head - 2) == logs(other, head - 3) == []
    with pytest.raises(CallFailed, match=r"range between to and from blocks is too large \(maximum: 3\)"):
        logs(other, head - 4)
    with pytest.raises(CallFailed, match="lookbacks of more than"):
        logs(other, head - 6, head - 6)
    other.rpc("devnet_view", {"maxRange": None, "lookback": None})
    assert logs(other, 0) == logs(bridge.chain, 0)


def test_execution_comes_a_block_later(bridge: Bridge, other: LocalChain) -> None:
    other.rpc("devnet_view", {"deferred": True})
    receipt = request(bridge)
    mined = int(receipt["blockNumber"], 16)
    for question in ({"fromBlock": hex(mined)}, {"blockHash": receipt["blockHash"]}):
        with pytest.raises(CallFailed, match="not yet available"):
            other.rpc("eth_getLogs", question)
    assert other.rpc("eth_getTransactionReceipt", receipt["transactionHash"]) is None
    assert logs(other, mined - 1, mined - 1) == []
    bridge.chain.rpc("devnet_mine", 1)
    assert logs(other, mined, mined) == receipt["logs"]
    assert other.rpc("eth_getTransactionReceipt", receipt["transactionHash"]) == receipt


def test_finality_follows_stops_and_goes_on(bridge: Bridge, other: LocalChain) -> None:
    chain = bridge.chain
    chain.rpc("devnet_mine", 10)
    for tag in ("safe", "finalized"):
        with pytest.raises(CallFailed, match=f"{tag} block not found"):
            chain.rpc("eth_getBlockByNumber", tag, False)
    chain.rpc("devnet_setFinality", {"safe": 2, "finalized": 4})
    head = number_of(chain)
    assert tags(chain) == (head - 2, head - 4)
    chain.rpc("devnet_setFinality", {"frozen": True})
    chain.rpc("devnet_mine", 3)
    assert tags(chain) == (head - 2, head - 4)
    with pytest.raises(CallFailed, match="safe block not found"):  # the other node's are its own
        tags(other)
    chain.rpc("devnet_setFinality", {"frozen": False})
    assert tags(chain) == (head + 1, head - 1)
    chain.rpc("devnet_setFinality", {"finalized": None})
    with pytest.raises(CallFailed, match="finalized block not found"):
        tags(chain)


def tags(chain: LocalChain) -> tuple[int, ...]:
    blocks = [chain.rpc("eth_getBlockByNumber", tag, False) for tag in ("safe", "finalized")]
    return tuple(int(block["number"], 16) for block in blocks)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"lag": -1}, "lag: a whole number from 0"),
        ({"lag": True}, "lag: a whole number from 0"),
        ({"lags": 1}, "no 'lags'"),
        ({"branch": "old"}, "there was no reorg"),
        ({"branch": "new"}, "branch: old or stay"),
        ({"nullRoundsAs": "nothing"}, "nullRoundsAs: error or null or previous"),
        ("down", "an object is wanted"),
    ],
)
def test_refuses_what_it_does_not_know(bridge: Bridge, wish: Any, words: str) -> None:
    before = said(bridge.chain)
    with pytest.raises(CallFailed, match=words):
        bridge.chain.rpc("devnet_view", wish)
    assert said(bridge.chain) == before


def test_each_node_has_a_port_and_may_be_down_alone(start_server: StartServer) -> None:
    nodes = start_server("chain", "--nodes", "3").ready["nodes"]
    assert len({node["rpc"] for node in nodes}) == 3
    first, second, third = (HttpRpc(node["rpc"]) for node in nodes)
    assert first("devnet_mine", [2]) == second("eth_blockNumber", []) == third("eth_blockNumber", []) == "0x2"
    second("devnet_view", [{"down": 7}])
    assert status(nodes[1]["rpc"]) == (503, "7")
    assert upgrade_status(nodes[1]["ws"]) == 503
    assert third("eth_blockNumber", []) == "0x2"
    second("devnet_view", [{"down": False}])
    assert second("eth_blockNumber", []) == "0x2"


def status(url: str, headers: dict[str, str] | None = None, method: str = "POST") -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":", 1)[1]), timeout=10)
    body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' if method == "POST" else None
    connection.request(method, "/", body, headers or {"Content-Type": "application/json"})
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Retry-After")


def upgrade_status(url: str) -> int:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    return status(url, headers, "GET")[0]


def test_a_node_that_goes_down_cuts_its_sockets_off(chain: LocalChain) -> None:
    other = sibling(chain)
    closed: list[str] = []
    for each, name in ((chain, "first"), (other, "second")):
        each.dispatcher.subscriptions.connect(Socket(each), lambda name=name: closed.append(name))
    other.rpc("devnet_view", {"down": True})
    assert closed == ["second"]
