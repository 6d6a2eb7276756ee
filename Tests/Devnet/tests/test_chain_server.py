"""The chain as a process: its line, its end, WebSockets, and the test controls."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from client import CallFailed, Client, HttpRpc
from conftest import StartServer


def rpc_of(ready: dict[str, Any]) -> HttpRpc:
    return HttpRpc(ready["rpc"])


def transfer(ready: dict[str, Any], rpc: HttpRpc) -> str:
    sender, receiver = ready["accounts"][:2]
    return Client(rpc).send(sender["privateKey"], receiver["address"], value=1, gas=21_000)


def test_says_where_it_is(start_server: StartServer) -> None:
    ready = start_server("chain", "--chain-id", "4242").ready
    rpc = rpc_of(ready)
    assert ready.keys() == {"ready", "rpc", "ws", "nodes", "chainId", "genesis", "accounts"}
    assert ready["nodes"] == [{"rpc": ready["rpc"], "ws": ready["ws"]}]
    assert (ready["chainId"], rpc("eth_chainId", [])) == (4242, "0x1092")
    assert rpc("eth_getBlockByNumber", ["0x0", False])["hash"] == ready["genesis"]
    for account in ready["accounts"]:
        assert rpc("eth_getBalance", [account["address"], "latest"]) == hex(10_000 * 10**18)


def test_no_two_chains_share_a_genesis(start_server: StartServer) -> None:
    assert start_server("chain").ready["genesis"] != start_server("chain").ready["genesis"]


def test_ends_with_its_input(start_server: StartServer) -> None:
    server = start_server("chain")
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(60) == 0


def test_ends_at_sigterm_with_a_socket_open(start_server: StartServer) -> None:
    server = start_server("chain")

    async def run() -> aiohttp.WSMessage:
        async with aiohttp.ClientSession() as session, session.ws_connect(server.ready["ws"]) as socket:
            server.process.send_signal(signal.SIGTERM)
            return await socket.receive(timeout=10)

    assert asyncio.run(run()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert server.process.wait(60) == 0


def test_mines_at_an_interval(start_server: StartServer) -> None:
    async def until_three_heads(socket: aiohttp.ClientWebSocketResponse) -> list[int]:
        await subscribe(socket, "newHeads")
        frames = [await socket.receive_json(timeout=10) for _ in range(3)]
        return [int(frame["params"]["result"]["number"], 16) for frame in frames]

    ready = start_server("chain", "--block-time", "0.05").ready
    numbers = with_socket(ready, until_three_heads)
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_mines_only_when_asked(start_server: StartServer) -> None:
    ready = start_server("chain", "--no-mining").ready
    rpc = rpc_of(ready)
    sent = transfer(ready, rpc)
    assert rpc("eth_getTransactionReceipt", [sent]) is None
    assert rpc("devnet_mine", [3]) == "0x3"
    assert rpc("eth_getTransactionReceipt", [sent])["blockNumber"] == "0x1"
    assert rpc("devnet_setInterval", [0]) is True
    assert rpc("eth_getTransactionReceipt", [transfer(ready, rpc)])["blockNumber"] == "0x4"


def test_tags_point_behind_the_head_where_asked(start_server: StartServer) -> None:
    rpc = rpc_of(start_server("chain", "--safe-depth", "2", "--finalized-depth", "4").ready)
    rpc("devnet_mine", [3])
    found = [rpc("eth_getBlockByNumber", [tag, False])["number"] for tag in ("safe", "finalized")]
    assert found == ["0x1", "0x0"]
    assert rpc("eth_getLogs", [{"fromBlock": "finalized", "toBlock": "safe"}]) == []


def test_funds_an_account(served_chain: dict[str, Any]) -> None:
    rpc = rpc_of(served_chain)
    address = "0x" + "77" * 20
    assert rpc("devnet_fund", [address, 5]) == "0x5"
    assert rpc("devnet_fund", [address, hex(10**24)]) == hex(10**24 + 5)
    assert rpc("eth_getBalance", [address, "latest"]) == hex(10**24 + 5)


def test_fails_the_next_calls_of_a_method(served_chain: dict[str, Any]) -> None:
    rpc = rpc_of(served_chain)
    rpc("devnet_failNext", ["eth_blockNumber", 2, {"code": -32005, "message": "limit exceeded"}])
    for _ in range(2):
        with pytest.raises(CallFailed, match="limit exceeded") as failure:
            rpc("eth_blockNumber", [])
        assert failure.value.code == -32005
    assert rpc("eth_blockNumber", []).startswith("0x")


def test_fails_every_method_until_told_to_stop(served_chain: dict[str, Any]) -> None:
    rpc = rpc_of(served_chain)
    rpc("devnet_failNext", ["*", -1, {"code": -32000, "message": "down"}])
    for method in ("eth_blockNumber", "eth_chainId", "eth_blockNumber"):
        with pytest.raises(CallFailed, match="down"):
            rpc(method, [])
    rpc("devnet_failNext", ["*", 0, {"drop": True}])
    assert rpc("eth_blockNumber", []).startswith("0x")


def test_answers_with_an_http_status(served_chain: dict[str, Any]) -> None:
    rpc_of(served_chain)("devnet_failNext", ["eth_chainId", 1, {"http": 503}])
    connection = http.client.HTTPConnection("127.0.0.1", int(served_chain["rpc"].rsplit(":", 1)[1]), timeout=10)
    body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
    statuses = []
    for _ in range(2):
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [503, 200]


def test_drops_a_connection_before_or_after_the_call(served_chain: dict[str, Any]) -> None:
    rpc = rpc_of(served_chain)
    for after, mined in ((False, 0), (True, 1)):
        before = int(rpc("eth_blockNumber", []), 16)
        rpc("devnet_failNext", ["eth_sendRawTransaction", 1, {"drop": True, "after": after}])
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            transfer(served_chain, rpc_of(served_chain))
        assert int(rpc("eth_blockNumber", []), 16) - before == mined


def test_delays_one_call_and_no_other(served_chain: dict[str, Any]) -> None:
    async def ask(socket: aiohttp.ClientWebSocketResponse) -> None:
        for identifier, method in enumerate(("eth_chainId", "eth_blockNumber")):
            await socket.send_json({"jsonrpc": "2.0", "id": identifier, "method": method})

    async def first(socket: aiohttp.ClientWebSocketResponse) -> int:
        await ask(socket)
        identifier: int = (await socket.receive_json(timeout=10))["id"]
        return identifier

    async def order(socket: aiohttp.ClientWebSocketResponse) -> list[int]:
        await ask(socket)
        return [(await socket.receive_json(timeout=10))["id"] for _ in range(2)]

    # Longer than any machine takes for the other call; the delay ends with the socket.
    rpc_of(served_chain)("devnet_delayNext", ["eth_chainId", 1, 60_000])
    assert with_socket(served_chain, first) == 1
    assert with_socket(served_chain, order) == [0, 1]

    # A delayed call is answered in the end.
    rpc_of(served_chain)("devnet_delayNext", ["eth_chainId", 1, 300])
    assert sorted(with_socket(served_chain, order)) == [0, 1]


def test_counts_calls_by_connection(served_chain: dict[str, Any]) -> None:
    async def ask(socket: aiohttp.ClientWebSocketResponse) -> None:
        await subscribe(socket, "newHeads")
        await subscribe(socket, "logs")

    rpc = rpc_of(served_chain)
    before = rpc("devnet_stats", [])
    rpc("eth_gasPrice", [])
    rpc("eth_gasPrice", [])
    with_socket(served_chain, ask)
    found = rpc("devnet_stats", [])
    asked = found["http"]["eth_gasPrice"] - before["http"].get("eth_gasPrice", 0)
    subscribed = found["ws"]["eth_subscribe"] - before["ws"].get("eth_subscribe", 0)
    assert (asked, subscribed) == (2, 2)


def test_a_closed_socket_gets_nothing_more(served_chain: dict[str, Any]) -> None:
    async def closed(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMsgType:
        await subscribe(socket, "newHeads")
        loop = asyncio.get_running_loop()
        assert await loop.run_in_executor(None, rpc_of(served_chain), "devnet_closeWebSockets", []) == 1
        return (await socket.receive(timeout=10)).type

    assert with_socket(served_chain, closed) in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    transfer(served_chain, rpc_of(served_chain))


def test_a_subscription_ends_when_told_to(served_chain: dict[str, Any]) -> None:
    async def run(socket: aiohttp.ClientWebSocketResponse) -> None:
        identifier = await subscribe(socket, "newHeads")
        frame = await ask(socket, "devnet_mine", 1)
        answer = await socket.receive_json(timeout=10)
        assert frame["params"]["subscription"] == identifier
        assert frame["params"]["result"]["number"] == answer["result"]
        assert (await ask(socket, "eth_unsubscribe", identifier))["result"] is True
        assert (await ask(socket, "eth_unsubscribe", identifier))["error"]["message"] == "subscription not found"
        assert int((await ask(socket, "devnet_mine", 1))["result"], 16) == int(answer["result"], 16) + 1
        assert (await ask(socket, "eth_subscribe", "syncing"))["error"]["code"] == -32601

    with_socket(served_chain, run)


def test_a_head_is_timed_before_its_frame_arrives(served_chain: dict[str, Any]) -> None:
    async def run(socket: aiohttp.ClientWebSocketResponse) -> None:
        await subscribe(socket, "newHeads")
        before = time.monotonic_ns()
        await socket.send_json({"jsonrpc": "2.0", "id": 1, "method": "devnet_mine", "params": []})
        frame, answer = [await socket.receive_json(timeout=10) for _ in range(2)]
        after = time.monotonic_ns()
        assert frame["params"]["result"]["number"] == answer["result"]
        number = int(answer["result"], 16)
        (found,) = (await ask(socket, "devnet_heads", number))["result"]
        assert found["number"] == number and before < found["monotonicNs"] < after

    with_socket(served_chain, run)


@pytest.mark.parametrize(
    ("request_body", "answer"),
    [
        ('{"jsonrpc":"2.0","method":"eth_chainId"}', ""),
        ('[{"jsonrpc":"2.0","method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_nothing"}]', ""),
        ('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":null}', {"result": "0x7a69"}),
        ('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', {"error": (-32602, "non-array args")}),
        ('{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', {"error": (-32600, "invalid request")}),
        ("7", {"error": (-32600, "invalid request")}),
    ],
)
def test_single_requests_and_notifications(served_chain: dict[str, Any], request_body: str, answer: Any) -> None:
    text = post(served_chain, request_body)
    if answer == "":
        assert text == ""
        return
    found = json.loads(text)
    if "error" in answer:
        assert (found["error"]["code"], found["error"]["message"]) == answer["error"]
    else:
        assert found["result"] == answer["result"]


def test_a_batch_has_a_limit(served_chain: dict[str, Any]) -> None:
    one = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
    assert len(json.loads(post(served_chain, "[" + ",".join([one] * 1_000) + "]"))) == 1_000
    (refused,) = json.loads(post(served_chain, "[" + ",".join([one] * 1_001) + "]"))
    assert refused["error"] == {"code": -32600, "message": "batch too large"}


def post(ready: dict[str, Any], body: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", int(ready["rpc"].rsplit(":", 1)[1]), timeout=10)
    connection.request("POST", "/", body, {"Content-Type": "application/json"})
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_subscriptions_need_a_socket(served_chain: dict[str, Any]) -> None:
    with pytest.raises(CallFailed, match="notifications not supported") as failure:
        rpc_of(served_chain)("eth_subscribe", ["newHeads"])
    assert failure.value.code == -32001


def with_socket(ready: dict[str, Any], use: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with aiohttp.ClientSession() as session, session.ws_connect(ready["ws"]) as socket:
            return await use(socket)

    return asyncio.run(run())


async def ask(socket: aiohttp.ClientWebSocketResponse, method: str, *params: Any) -> Any:
    await socket.send_json({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
    return await socket.receive_json(timeout=10)


async def subscribe(socket: aiohttp.ClientWebSocketResponse, kind: str) -> str:
    return (await ask(socket, "eth_subscribe", kind))["result"]
