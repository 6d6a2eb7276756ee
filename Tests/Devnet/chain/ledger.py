"""All blocks, those of the canonical chain in order, and where each transaction was mined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .model import Block, Log

# A block and the index of a transaction in it.
Place = tuple[Block, int]


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
    """Blocks by number and by hash; what a reorg orphaned stays known by its hash."""

    def __init__(self, genesis: Block) -> None:
        # By number; None is a null round, a number that no block has.
        self._canonical: list[Block | None] = [genesis]
        self._by_hash = {genesis.hash: genesis}
        self._places: dict[bytes, list[Place]] = {}
        # The head that the last reorg took away.
        self.orphaned: Block | None = None
        self.on_head: list[Callable[[Block], None]] = []

    @property
    def head(self) -> Block:
        block = self._canonical[-1]
        assert block is not None
        return block

    def at(self, number: int) -> Block | None:
        return self._canonical[number] if 0 <= number < len(self._canonical) else None

    def by_hash(self, block_hash: bytes) -> Block | None:
        return self._by_hash.get(block_hash)

    def parent(self, block: Block) -> Block:
        """The block before; genesis is its own."""
        return self._by_hash.get(block.header.parent_hash, block)

    def is_canonical(self, block: Block) -> bool:
        return self.at(block.number) is block

    def places(self, transaction_hash: bytes) -> Sequence[Place]:
        """Every block that holds the transaction, orphaned ones too."""
        return self._places.get(transaction_hash, ())

    def append(self, block: Block) -> None:
        """Makes `block` the head and tells everybody who listens."""
        self.switch(self.head, [block])

    def switch(self, parent: Block, branch: Sequence[Block]) -> None:
        """Replaces whatever follows `parent` by `branch`; listeners hear of its last block alone, as geth's do."""
        if parent is not self.head:
            self.orphaned = self.head
        del self._canonical[parent.number + 1 :]
        for block in branch:
            self._canonical += [None] * (block.number - len(self._canonical))
            self._canonical.append(block)
            self._by_hash[block.hash] = block
            for index, transaction in enumerate(block.transactions):
                self._places.setdefault(transaction.hash, []).append((block, index))
        for listener in self.on_head:
            listener(self.head)
