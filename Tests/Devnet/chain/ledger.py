"""The canonical blocks, what is in them, and where their logs are."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .model import Block, Log, Transaction


@dataclass(frozen=True, slots=True)
class LogMatcher:
    """Addresses and topics as `eth_getLogs` takes them; an empty set and None match everything."""

    addresses: frozenset[bytes] = frozenset()
    topics: tuple[frozenset[bytes] | None, ...] = ()

    def __call__(self, log: Log) -> bool:
        if self.addresses and log.address not in self.addresses:
            return False
        if len(self.topics) > len(log.topics):
            return False
        return all(wanted is None or topic in wanted for wanted, topic in zip(self.topics, log.topics, strict=False))


class Ledger:
    """Blocks by number and hash, mined transactions by hash, logs in order."""

    def __init__(self, genesis: Block) -> None:
        self.blocks = [genesis]
        self._by_hash = {genesis.hash: genesis}
        self._mined: dict[bytes, Transaction] = {}
        self._logs: list[tuple[Block, Log]] = []
        self._log_numbers: list[int] = []
        self.on_block: list[Callable[[Block], None]] = []

    @property
    def head(self) -> Block:
        return self.blocks[-1]

    def at(self, number: int) -> Block | None:
        return self.blocks[number] if 0 <= number < len(self.blocks) else None

    def by_hash(self, block_hash: bytes) -> Block | None:
        return self._by_hash.get(block_hash)

    def is_canonical(self, block: Block) -> bool:
        return self.at(block.number) is block

    def mined(self, transaction_hash: bytes) -> Transaction | None:
        return self._mined.get(transaction_hash)

    def append(self, block: Block) -> None:
        """Makes `block` the head and tells everybody who listens."""
        self.blocks.append(block)
        self._by_hash[block.hash] = block
        for index, transaction in enumerate(block.transactions):
            transaction.block, transaction.index = block, index
            self._mined[transaction.hash] = transaction
        for log in block.logs:
            self._logs.append((block, log))
            self._log_numbers.append(block.number)
        for listener in self.on_block:
            listener(block)

    def logs(self, first: int, last: int, matches: LogMatcher) -> Iterator[tuple[Block, Log]]:
        """The matching logs of the blocks `first` to `last`, both included."""
        start = bisect.bisect_left(self._log_numbers, first)
        end = bisect.bisect_right(self._log_numbers, last)
        return ((block, log) for block, log in self._logs[start:end] if matches(log))
