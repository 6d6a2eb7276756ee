"""Transactions, logs and blocks, as the pool, the ledger and the methods see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Transaction:
    """A signed transaction. Where it was mined is the ledger's to say: a reorg can mine it again elsewhere."""

    raw: bytes
    signed: Any  # py-evm's own transaction
    hash: bytes
    sender: bytes
    type: int
    arrival: int = 0

    @property
    def nonce(self) -> int:
        return self.signed.nonce

    @property
    def gas(self) -> int:
        return self.signed.gas

    @property
    def fee_cap(self) -> int:
        """The most it pays for a unit of gas; the gas price of an old transaction."""
        return self.signed.max_fee_per_gas

    @property
    def tip_cap(self) -> int:
        return self.signed.max_priority_fee_per_gas

    @property
    def cost(self) -> int:
        """The balance that its sender must have."""
        return self.gas * self.fee_cap + self.signed.value

    def price(self, base_fee: int) -> int:
        """What it pays for a unit of gas in a block of that base fee."""
        return min(self.fee_cap, base_fee + self.tip_cap)


@dataclass(slots=True, eq=False)
class Log:
    """A log; `index` counts within the block, `transaction_index` is its transaction's place there."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    transaction: Transaction
    transaction_index: int
    index: int


@dataclass(slots=True, eq=False)
class Block:
    """A sealed block with what its transactions did."""

    header: Any  # py-evm's own header
    transactions: list[Transaction] = field(default_factory=list)
    receipts: list[Any] = field(default_factory=list)
    gas_used: list[int] = field(default_factory=list)
    created: list[bytes | None] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)
    size: int = 0
    hash: bytes = b""

    @property
    def number(self) -> int:
        return self.header.block_number

    @property
    def base_fee(self) -> int:
        return self.header.base_fee_per_gas

    @property
    def timestamp(self) -> int:
        return self.header.timestamp
