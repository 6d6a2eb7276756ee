"""py-evm behind a narrow door: a genesis, the state after a block, headers, transactions applied to a block."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rlp
from eth.chains.base import Chain as PyEvmChain
from eth.consensus.applier import ConsensusApplier
from eth.consensus.noproof import NoProofConsensus
from eth.db.atomic import AtomicDB
from eth.vm.forks.prague import PragueVM

from .model import Block


@dataclass(frozen=True, slots=True)
class Genesis:
    """How a chain begins. Without a time it begins now, with random extra data: no two chains share a genesis hash."""

    chain_id: int = 31337
    balances: Mapping[bytes, int] | None = None
    gas_limit: int = 30_000_000
    base_fee: int = 10**9
    timestamp: int | None = None


class Evm:
    """The state database and the rules (Prague)."""

    def __init__(self, genesis: Genesis) -> None:
        self.chain_id = genesis.chain_id
        self.gas_limit = genesis.gas_limit
        self._db = AtomicDB()
        self._chain = _chain_class(genesis.chain_id).from_genesis(self._db, _header(genesis), _accounts(genesis))
        header = self._chain.get_canonical_head()
        self.genesis_block = Block(header=header, hash=header.hash, size=len(rlp.encode(header)) + 3)

    def vm(self, header: Any) -> Any:
        """A virtual machine whose state is that of `header`'s state root and whose block context is `header`'s."""
        return self._chain.get_vm(header)

    def next_header(self, parent: Block, timestamp: int, base_fee: int | None = None) -> Any:
        """The header of a block on `parent`; its base fee follows EIP-1559 unless one is given."""
        header = self._chain.create_header_from_parent(
            parent.header,
            timestamp=timestamp,
            gas_limit=self.gas_limit,
            mix_hash=os.urandom(32),
            parent_beacon_block_root=b"\0" * 32,
        )
        return header if base_fee is None else header.copy(base_fee_per_gas=base_fee)

    def remember(self, header: Any) -> None:
        """Makes a sealed header known to the BLOCKHASH instruction and as a parent."""
        self._db[header.hash] = rlp.encode(header)


def _chain_class(identifier: int) -> type[Any]:
    forks = ConsensusApplier(NoProofConsensus).amend_vm_configuration(((0, PragueVM),))

    class DevnetChain(PyEvmChain):
        chain_id = identifier
        vm_configuration = forks

    return DevnetChain


def _header(genesis: Genesis) -> dict[str, Any]:
    return {
        "coinbase": b"\0" * 20,
        "difficulty": 0,
        "extra_data": b"" if genesis.timestamp is not None else os.urandom(32),
        "gas_limit": genesis.gas_limit,
        "mix_hash": b"\0" * 32,
        "nonce": b"\0" * 8,
        "timestamp": int(time.time()) if genesis.timestamp is None else genesis.timestamp,
        "base_fee_per_gas": genesis.base_fee,
    }


def _accounts(genesis: Genesis) -> dict[bytes, dict[str, Any]]:
    return {
        address: {"balance": balance, "nonce": 0, "code": b"", "storage": {}}
        for address, balance in (genesis.balances or {}).items()
    }
