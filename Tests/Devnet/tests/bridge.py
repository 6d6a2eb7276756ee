"""A bridge on a chain of its own, with the actors that use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from artifacts import Artifact, load_artifact
from chain.accounts import Account, development_accounts
from client import CallFailed, Client, Contract
from compile_contracts import TEST_CONTRACTS, compile_contract
from conftest import LocalChain

FEE = 10**15
CALLBACK_GAS = 300_000
CANCEL_AFTER = 5

NONE, REQUESTED, FULFILLED, FAILED, CANCELLED = range(5)

OWNER, RELAYER, REQUESTER, STRANGER, SINK = development_accounts()[:5]

JOB_FIELDS = ("requester", "resultType", "state", "requestHash", "requestedAt", "paid")


@cache
def contract_for_tests(name: str) -> Artifact:
    """A contract of `contracts/`, compiled once in a run."""
    return compile_contract(TEST_CONTRACTS / f"{name}.vy")


def deploy(client: Client, artifact: Artifact, *arguments: Any, key: str = OWNER.private_key) -> Contract:
    contract, _ = client.deploy(key, artifact.abi, artifact.bytecode, *arguments)
    return contract


def hash_of(log: dict[str, Any]) -> bytes:
    """The identity of a request: keccak-256 over its log's address, topics and data."""
    return keccak(bytes.fromhex("".join(part[2:] for part in (log["address"], *log["topics"], log["data"]))))


@dataclass
class Bridge:
    """A deployed bridge with one relayer."""

    chain: LocalChain
    contract: Contract
    hashes: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def deployed(cls, chain: LocalChain, fee: int = FEE, callback_gas: int = CALLBACK_GAS) -> Bridge:
        contract = deploy(chain.client, load_artifact("JobBridge"), fee, callback_gas, CANCEL_AFTER)
        contract.send(OWNER.private_key, "setRelayer", RELAYER.address, True)
        return cls(chain, contract)

    def request(self, spec: str | bytes = "{}", kind: int = 1, value: int = FEE) -> int:
        """Asks from an account; the job's id."""
        content = spec.encode() if isinstance(spec, str) else spec
        data = keccak(text="requestJob(string,uint8)")[:4] + encode(["bytes", "uint8"], [content, kind])
        receipt = self.chain.client.receipt(
            self.chain.client.send(REQUESTER.private_key, self.contract.address, data, value, 3_000_000)
        )
        return self.note(receipt)

    def request_by(self, client: Contract, spec: str = "{}", kind: int = 1, value: int = FEE) -> int:
        """Asks through a client contract; the job's id."""
        return self.note(client.send(REQUESTER.private_key, "ask", spec, kind, value=value))

    def note(self, receipt: dict[str, Any]) -> int:
        """Remembers the hash of the last request in a receipt."""
        log = [each for each in receipt["logs"] if each["address"] == self.contract.address.lower()][-1]
        job_id = int(log["topics"][1], 16)
        self.hashes[job_id] = hash_of(log)
        return job_id

    def job(self, job_id: int) -> dict[str, Any]:
        return dict(zip(JOB_FIELDS, self.contract.call("job", job_id), strict=True))

    def fulfill(self, job_id: int, result: str = "42", kind: int = 1, gas: int = 2_000_000) -> dict[str, Any]:
        return self.contract.send(RELAYER.private_key, "fulfill", job_id, self.hashes[job_id], kind, result, gas=gas)

    def fail(self, job_id: int, reason: str = "no reason", gas: int = 2_000_000) -> dict[str, Any]:
        return self.contract.send(RELAYER.private_key, "fail", job_id, self.hashes[job_id], reason, gas=gas)

    def refusal(self, name: str, *arguments: Any, by: Account, value: int = 0) -> str:
        """The reason with which a call would revert."""
        try:
            self.chain.rpc(
                "eth_call",
                {
                    "from": by.address,
                    "to": self.contract.address,
                    "data": "0x" + self.contract.encode(name, *arguments).hex(),
                    "value": hex(value),
                },
                "latest",
            )
        except CallFailed as failure:
            return failure.message.removeprefix("execution reverted: ")
        raise AssertionError(f"{name} would not revert")

    def balance(self, address: str | None = None) -> int:
        return int(self.chain.rpc("eth_getBalance", address or self.contract.address, "latest"), 16)

    def wait(self, blocks: int) -> None:
        self.chain.rpc("devnet_mine", blocks)
