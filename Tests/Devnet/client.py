"""A small Ethereum client: enough to deploy contracts, send transactions and read answers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from eth_abi import decode, encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak, to_checksum_address

Rpc = Callable[[str, Sequence[Any]], Any]

GWEI = 10**9


class CallFailed(Exception):
    """A JSON-RPC error as a server answered it."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data: str | None = error.get("data")


class HttpRpc:
    """JSON-RPC over one kept HTTP connection."""

    def __init__(self, url: str, timeout: float = 60) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=timeout)

    def __call__(self, method: str, params: Sequence[Any]) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(self._connection.getresponse().read())
        if "error" in answer:
            raise CallFailed(answer["error"])
        return answer["result"]

    def close(self) -> None:
        self._connection.close()


@dataclass(slots=True)
class Client:
    """Signs and sends for any account whose key it is given."""

    rpc: Rpc

    def send(
        self,
        key: str,
        to: str | None,
        data: bytes = b"",
        value: int = 0,
        gas: int | None = None,
        **fields: int,
    ) -> str:
        """Sends a transaction and answers with its hash; gas is estimated where none is given."""
        signed = self.sign(key, to, data, value, gas, **fields)
        return self.rpc("eth_sendRawTransaction", [signed])

    def sign(
        self, key: str, to: str | None, data: bytes = b"", value: int = 0, gas: int | None = None, **fields: int
    ) -> str:
        account: LocalAccount = Account.from_key(key)
        call = {"from": account.address, "data": "0x" + data.hex(), "value": hex(value)}
        if to is not None:
            call["to"] = to
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": int(self.rpc("eth_chainId", []), 16),
            "data": data,
            "value": value,
            "gas": gas or int(self.rpc("eth_estimateGas", [call]), 16),
            "maxPriorityFeePerGas": GWEI,
            "maxFeePerGas": 10 * GWEI,
            **fields,
        }
        if "nonce" not in fields:
            transaction["nonce"] = int(self.rpc("eth_getTransactionCount", [account.address, "pending"]), 16)
        if to is not None:
            transaction["to"] = to_checksum_address(to)
        return "0x" + bytes(account.sign_transaction(transaction).raw_transaction).hex()

    def receipt(self, transaction_hash: str) -> dict[str, Any]:
        """The receipt of a mined transaction; an error where there is none or the transaction failed."""
        receipt = self.rpc("eth_getTransactionReceipt", [transaction_hash])
        if receipt is None:
            raise RuntimeError(f"{transaction_hash} is not mined")
        if receipt["status"] != "0x1":
            raise RuntimeError(f"{transaction_hash} reverted")
        return receipt

    def deploy(
        self, key: str, abi: list[dict[str, Any]], bytecode: str, *arguments: Any, value: int = 0
    ) -> tuple[Contract, dict[str, Any]]:
        """Deploys a contract, in a chain that mines at once; the contract and its receipt."""
        types = next(
            ([each["type"] for each in entry["inputs"]] for entry in abi if entry["type"] == "constructor"), []
        )
        code = bytes.fromhex(bytecode.removeprefix("0x")) + encode(types, arguments)
        receipt = self.receipt(self.send(key, None, code, value))
        return Contract(self, receipt["contractAddress"], abi), receipt


@dataclass(slots=True)
class Contract:
    """A deployed contract and its ABI."""

    client: Client
    address: str
    abi: list[dict[str, Any]]

    @property
    def checksummed(self) -> str:
        return to_checksum_address(self.address)

    def encode(self, name: str, *arguments: Any) -> bytes:
        entry = self._entry("function", name)
        return _selector(entry) + encode([_type(each) for each in entry["inputs"]], arguments)

    def call(self, name: str, *arguments: Any, sender: str | None = None, gas: int | None = None) -> Any:
        """The output of a view, or of a call that is only tried; a single one bare."""
        transaction: dict[str, Any] = {"to": self.address, "data": "0x" + self.encode(name, *arguments).hex()}
        if sender is not None:
            transaction["from"] = sender
        if gas is not None:
            transaction["gas"] = hex(gas)
        output = bytes.fromhex(self.client.rpc("eth_call", [transaction, "latest"])[2:])
        outputs = [_type(each) for each in self._entry("function", name)["outputs"]]
        values = decode(outputs, output)
        return values[0] if len(values) == 1 else values

    def send(self, key: str, name: str, *arguments: Any, value: int = 0, gas: int | None = None) -> dict[str, Any]:
        """Sends and answers with the receipt, in a chain that mines at once."""
        data = self.encode(name, *arguments)
        return self.client.receipt(self.client.send(key, self.address, data, value, gas))

    def events(self, receipt: dict[str, Any], name: str) -> list[dict[str, Any]]:
        """The decoded events of that name that this contract emitted in a transaction."""
        entry = self._entry("event", name)
        topic = "0x" + keccak(text=_signature(entry)).hex()
        return [
            _decode_event(entry, log)
            for log in receipt["logs"]
            if log["address"] == self.address.lower() and log["topics"][0] == topic
        ]

    def _entry(self, kind: str, name: str) -> dict[str, Any]:
        return next(entry for entry in self.abi if entry["type"] == kind and entry["name"] == name)


def _type(field: dict[str, Any]) -> str:
    if not field["type"].startswith("tuple"):
        return field["type"]
    return "(" + ",".join(_type(each) for each in field["components"]) + ")" + field["type"].removeprefix("tuple")


def _signature(entry: dict[str, Any]) -> str:
    return f"{entry['name']}({','.join(_type(each) for each in entry['inputs'])})"


def _selector(entry: dict[str, Any]) -> bytes:
    return keccak(text=_signature(entry))[:4]


def _decode_event(entry: dict[str, Any], log: dict[str, Any]) -> dict[str, Any]:
    indexed = [each for each in entry["inputs"] if each["indexed"]]
    others = [each for each in entry["inputs"] if not each["indexed"]]
    values = {
        field["name"]: decode([field["type"]], bytes.fromhex(topic[2:]))[0]
        for field, topic in zip(indexed, log["topics"][1:], strict=True)
    }
    decoded = decode([_type(each) for each in others], bytes.fromhex(log["data"][2:]))
    return values | {field["name"]: value for field, value in zip(others, decoded, strict=True)}
