"""What geth was asked and how it answered, asked again of our chain.

The recorded keys, nonces and contract are used, so that transaction hashes, logs and gas are compared by value. The
fields that another chain cannot share are in `recordings.OTHER_VALUES`; everything else that differs is in
`KNOWN_DIFFERENCES`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from eth_abi import encode
from eth_account import Account

from chain.server import Server
from client import Client
from conftest import LocalChain, local_chain
from recordings import describe, differences, form, steps, without_numbers

# Steps that do not answer as recorded, each with its reason. "form": only the form of the result is compared.
# "numbers": the error's text is compared without its numbers.
KNOWN_DIFFERENCES: dict[str, tuple[str, str]] = {
    "eth_syncing": ("skip", "recorded on a node that waited for its consensus side; a node that follows says false"),
    "web3_clientVersion": ("form", "we do not pretend to be geth"),
    "eth_gasPrice": ("form", "the base fee hangs on the gas of earlier blocks"),
    "eth_feeHistory": ("form", "the base fee hangs on the gas of earlier blocks"),
    "eth_getBalance": ("form", "what the deployment cost hangs on its init code, which was not recorded"),
    "eth_estimateGas: no balance": ("numbers", "the block's gas limit is in the text, and ours does not move"),
    "eth_sendRawTransaction: insufficient funds": ("numbers", "the balance is in the text: what the base fee took"),
}

MINED_AFTER = {"eth_getTransactionCount: with a gap", "eth_sendRawTransaction: will revert on chain"}

KEYS = ["0x%064x" % (0xA11CE + index) for index in range(4)]
CODE = bytes.fromhex(
    next(
        step["response"]["body"]["result"]
        for step in steps("chain")
        if step["request"]["body"]["method"] == "eth_getCode"
    )[2:]
)
PROBE = "0xcf75462c9e7fff4eeb0c50185087a0fb9a056d2b"


def deployment(code: bytes) -> bytes:
    """Init code that returns `code`: PUSH2 length, DUP1, PUSH1 13, PUSH0, CODECOPY, PUSH0, RETURN."""
    start = bytes.fromhex(f"61{len(code):04x}80600a5f395ff3")
    assert len(start) == 10
    return start + code


@dataclass
class Replay:
    """One chain like the recorded one, served over HTTP, and what was found different."""

    chain: LocalChain
    port: int
    session: aiohttp.ClientSession
    hashes: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    def mine(self) -> None:
        self.chain.rpc("devnet_mine", 1)

    async def ask(self, step: dict[str, Any]) -> None:
        """Asks what a step asked and notes each difference of the answer."""
        request = step["request"]
        body = request.get("bodyText")
        if body is None and "body" in request:
            body = json.dumps(rebuilt(request["body"]))
            for recorded, ours in self.hashes.items():
                body = body.replace(recorded, ours)
        async with self.session.request(
            request["method"], f"http://127.0.0.1:{self.port}/", data=body, headers=request.get("headers")
        ) as response:
            text = await response.text()
            name = describe(step)
            if response.status != step["response"]["status"]:
                self.found.append(f"{name}: status {response.status}, recorded {step['response']['status']}")
            for header, recorded in step["response"]["headers"].items():
                if response.headers.get(header, "").split(";")[0] != recorded.split(";")[0]:
                    self.found.append(f"{name}: {header} is {response.headers.get(header)}")
        recorded = step["response"]["body"]
        ours = text if isinstance(recorded, str) else json.loads(text)
        self.found += [f"{name}{difference}" for difference in self.compare(name, recorded, ours)]

    def compare(self, name: str, recorded: Any, ours: Any) -> list[str]:
        kind, _ = KNOWN_DIFFERENCES.get(name, ("value", ""))
        if kind == "skip":
            return []
        if kind == "form":
            return list(form_differences(recorded["result"], ours["result"]))
        if kind == "numbers":
            recorded, ours = (
                {**answer, "error": {**answer["error"], "message": without_numbers(answer["error"]["message"])}}
                for answer in (recorded, ours)
            )
        return list(differences(recorded, ours))


def form_differences(recorded: Any, ours: Any) -> list[str]:
    if isinstance(recorded, dict):
        found = [] if recorded.keys() == ours.keys() else [f": keys {sorted(ours)}, recorded {sorted(recorded)}"]
        return found + [
            f".{key}: {len(ours[key])} entries"
            for key in recorded
            if isinstance(recorded[key], list) and len(ours[key]) != len(recorded[key])
        ]
    return [] if form(recorded) == form(ours) else [f": {ours!r}, recorded {recorded!r}"]


def rebuilt(body: Any) -> Any:
    """A request whose long transaction the recording cut, signed again."""
    if not isinstance(body, dict) or body["method"] != "eth_sendRawTransaction" or "…" not in body["params"][0]:
        return body
    raw = {"02f9": long_transaction(b"\0" * 60_000, to=None), "02fa": long_transaction(b"\1" * 140_000, to=PROBE)}
    found = raw[body["params"][0][2:6]]
    assert found.startswith(body["params"][0].split("…")[0])
    return {**body, "params": [found]}


def long_transaction(data: bytes, to: str | None) -> str:
    transaction = {
        "type": 2, "chainId": 1337, "nonce": 1, "data": data, "gas": 20_000_000, "value": 0,
        "maxPriorityFeePerGas": 10**9, "maxFeePerGas": 3 * 10**9,
    }  # fmt: skip
    if to is not None:
        transaction["to"] = bytes.fromhex(to[2:])
    return "0x" + bytes(Account.from_key(KEYS[1]).sign_transaction(transaction).raw_transaction).hex()


def replayed(play: Callable[[Replay], Awaitable[None]]) -> list[str]:
    """Serves a chain in which the recorded contract is deployed, plays, and answers with the differences."""
    addresses = [Account.from_key(key).address for key in KEYS]
    chain = local_chain(
        chain_id=1337,
        timestamp=0x65000000,
        balances={bytes.fromhex(address[2:]): 10**22 for address in addresses},
    )
    chain.rpc("devnet_setInterval", None)
    send(chain, KEYS[0], None, deployment(CODE), nonce=0, gas=2_000_000)
    chain.rpc("devnet_mine", 1)
    assert chain.rpc("eth_getCode", PROBE, "latest") == "0x" + CODE.hex()

    async def run() -> list[str]:
        server = Server(chain.dispatcher)
        port = await server.start()
        async with aiohttp.ClientSession() as session:
            replay = Replay(chain, port, session)
            await play(replay)
        await server.stop()
        return replay.found

    return asyncio.run(run())


def send(chain: LocalChain, key: str, to: str | None, data: bytes, nonce: int, gas: int = 1_000_000) -> str:
    return Client(chain.client.rpc).send(key, to, data, gas=gas, nonce=nonce, maxFeePerGas=3 * 10**9)


def signed(chain: LocalChain, key: str, to: str, data: bytes, nonce: int) -> str:
    return Client(chain.client.rpc).sign(key, to, data, gas=1_000_000, nonce=nonce, maxFeePerGas=3 * 10**9)


def request_twice() -> bytes:
    """The recorded transaction's input: two requests in one transaction."""
    transaction = next(s for s in steps("logs") if describe(s) == "eth_getTransactionByHash")
    return bytes.fromhex(transaction["response"]["body"]["result"]["input"][2:])


@pytest.mark.parametrize("case", ["protocol", "chain"])
def test_reads(case: str) -> None:
    async def play(replay: Replay) -> None:
        for step in steps(case):
            await replay.ask(step)

    # The deployment's own gas and hash cannot be those of the recording.
    expected = [] if case == "protocol" else ["eth_getBlockByNumber.result.transactions[0]"]
    assert [each for each in replayed(play) if not any(each.startswith(start) for start in expected)] == []


def test_logs_and_frames() -> None:
    async def play(replay: Replay) -> None:
        frames = next(step["frames"] for step in steps("logs") if "frames" in step)
        async with replay.session.ws_connect(f"ws://127.0.0.1:{replay.port}/") as socket:
            await replay_frames(replay, socket, frames)
        note_hash(replay, steps("logs"), 2)
        for step in steps("logs"):
            if "request" in step:
                await replay.ask(step)

    assert replayed(play) == []


async def replay_frames(replay: Replay, socket: aiohttp.ClientWebSocketResponse, frames: list[Any]) -> None:
    """Subscribes as recorded, mines the recorded transaction and compares each frame in its order."""
    subscriptions: dict[str, str] = {}
    mined = False
    for frame in frames:
        if "sent" in frame:
            await socket.send_json(frame["sent"])
            continue
        if "method" in frame["got"] and not mined:
            send(replay.chain, KEYS[0], PROBE, request_twice(), nonce=1)
            replay.mine()
            mined = True
        ours = await socket.receive_json(timeout=10)
        if "result" in frame["got"]:
            subscriptions[frame["got"]["result"]] = ours["result"]
            assert form(ours["result"]) == form(frame["got"]["result"])
            continue
        assert ours["params"]["subscription"] == subscriptions[frame["got"]["params"]["subscription"]]
        replay.found += [f"frame{each}" for each in differences(frame["got"], ours)]


def note_hash(replay: Replay, recorded: list[dict[str, Any]], number: int) -> None:
    """Remembers our hash of a block whose recorded hash is asked for."""
    receipt = next(step for step in recorded if describe(step) == "eth_getTransactionReceipt")
    theirs = receipt["response"]["body"]["result"]["blockHash"]
    replay.hashes[theirs] = replay.chain.rpc("eth_getBlockByNumber", hex(number), False)["hash"]


def test_a_reorg() -> None:
    """Branch A is mined, its rival B replaces it, and the orphaned transaction is mined in the end."""
    recorded = steps("reorg")
    switch = next(
        index for index, step in enumerate(recorded) if step.get("note", "").startswith("WebSocket frames of the")
    )
    branch_a, frames, after = recorded[1:switch], recorded[switch]["frames"], recorded[switch + 1 :]

    async def play(replay: Replay) -> None:
        send(replay.chain, KEYS[0], PROBE, request_twice(), nonce=1)
        replay.mine()
        for step in steps("send"):
            await replay.ask(step)
            if describe(step) in MINED_AFTER:
                replay.mine()
        only_a = send(replay.chain, KEYS[0], PROBE, request("only on A", 0), nonce=2)
        replay.mine()
        on_both = send(replay.chain, KEYS[2], PROBE, request("on both", 2), nonce=1)
        replay.mine()
        for step in branch_a:
            await replay.ask(step)
        replay.hashes[orphan_hash(branch_a)] = block_hash(replay, 5)
        only_b = signed(replay.chain, KEYS[3], PROBE, request("only on B", 1), nonce=0)
        async with replay.session.ws_connect(f"ws://127.0.0.1:{replay.port}/") as socket:
            names = await subscribed(socket, [frame["got"] for frame in frames])
            done = replay.chain.rpc("devnet_reorg", {"depth": 2, "transactions": [[only_b], [on_both]]})
            assert replay.hashes[orphan_hash(branch_a)] == done["orphaned"][0]
            for frame in frames:
                ours = await socket.receive_json(timeout=10)
                assert ours["params"]["subscription"] == names[frame["got"]["params"]["subscription"]]
                replay.found += [f"frame{each}" for each in differences(frame["got"], ours)]
        for step in after:
            await replay.ask(step)
        assert replay.chain.rpc("eth_getTransactionByHash", only_a)["blockHash"] is None
        replay.mine()
        replay.chain.rpc("devnet_setFinality", {"safe": 2, "finalized": 3})
        for step in steps("finality"):
            await replay.ask(step)

    assert replayed(play) == []


def request(text: str, kind: int) -> bytes:
    return bytes.fromhex("43a46cc8") + encode(["string", "uint8"], [text, kind])


def orphan_hash(branch: list[dict[str, Any]]) -> str:
    return branch[0]["response"]["body"]["result"][0]["blockHash"]


def block_hash(replay: Replay, number: int) -> str:
    return replay.chain.rpc("eth_getBlockByNumber", hex(number), False)["hash"]


async def subscribed(socket: aiohttp.ClientWebSocketResponse, frames: list[Any]) -> dict[str, str]:
    """Subscribes to all that the frames hold; our name for each recorded one."""
    names = {}
    for frame in frames:
        name, result = frame["params"]["subscription"], frame["params"]["result"]
        if name not in names:
            kind = "newPendingTransactions" if isinstance(result, str) else "logs" if "topics" in result else "newHeads"
            await socket.send_json(
                {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": [kind, {}][: 1 + (kind == "logs")]}
            )
            names[name] = (await socket.receive_json(timeout=10))["result"]
    return names


def test_calls_that_revert() -> None:
    async def play(replay: Replay) -> None:
        send(replay.chain, KEYS[0], PROBE, request_twice(), nonce=1)
        replay.mine()
        note_hash(replay, steps("logs"), 2)
        for step in steps("calls"):
            await replay.ask(step)

    assert replayed(play) == []


def test_refusals_of_transactions() -> None:
    async def play(replay: Replay) -> None:
        send(replay.chain, KEYS[0], PROBE, request_twice(), nonce=1)
        replay.mine()
        for step in steps("send"):
            await replay.ask(step)
            if describe(step) in MINED_AFTER:
                replay.mine()

    assert replayed(play) == []
