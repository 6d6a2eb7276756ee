"""Prints, as JSON, what the reference contract costs on a fresh chain.

`gas_request_615`: an account asks with a spec of 615 bytes.
`gas_fulfill_64`: a relayer answers with 64 bytes of stdout, and the client, `abi/ExampleClient.vy`, stores them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eth_utils import keccak

from artifacts import load_artifact
from chain.accounts import INITIAL_BALANCE, development_accounts
from chain.evm import Genesis
from chain.node import Node
from chain.rpc.dispatch import Dispatcher
from client import Client

FEE = 10**15
CALLBACK_GAS = 300_000
CANCEL_AFTER = 100


def local_client() -> Client:
    """A client of a chain in this process."""
    balances = {each.address_bytes: INITIAL_BALANCE for each in development_accounts()}
    dispatcher = Dispatcher(Node(Genesis(balances=balances)))

    def rpc(method: str, params: Sequence[Any]) -> Any:
        return dispatcher.call(method, list(params))

    return Client(rpc)


def measure() -> dict[str, int]:
    client = local_client()
    owner, relayer, requester = development_accounts()[:3]
    artifact = load_artifact("JobBridge")
    bridge, _ = client.deploy(owner.private_key, artifact.abi, artifact.bytecode, FEE, CALLBACK_GAS, CANCEL_AFTER)
    bridge.send(owner.private_key, "setRelayer", relayer.address, True)
    example = load_artifact("ExampleClient")
    asking, _ = client.deploy(requester.private_key, example.abi, example.bytecode, bridge.address)

    # The first request of all also pays for the counter's storage; the second is what a request costs.
    bridge.send(requester.private_key, "requestJob", "x" * 615, 1, value=FEE)
    request = bridge.send(requester.private_key, "requestJob", "x" * 615, 1, value=FEE)

    asked = asking.send(requester.private_key, "ask", "x" * 615, 1, value=FEE)["logs"][0]
    request_hash = keccak(
        bytes.fromhex("".join(part[2:] for part in (asked["address"], *asked["topics"], asked["data"])))
    )
    job_id = int(asked["topics"][1], 16)
    answer = bridge.send(relayer.private_key, "fulfill", job_id, request_hash, 1, "y" * 64)
    if (
        not bridge.events(answer, "BacalhauJobFulfilled")[0]["callbackSucceeded"]
        or asking.call("answers", job_id) != "y" * 64
    ):
        raise RuntimeError("the client did not store the answer")
    return {"gas_request_615": int(request["gasUsed"], 16), "gas_fulfill_64": int(answer["gasUsed"], 16)}


if __name__ == "__main__":
    print(json.dumps(measure()))
