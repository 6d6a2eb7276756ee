"""The chain as one of its nodes sees it: late, on a branch that the others left, or with logs still missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .ledger import Ledger, LogMatcher, Place
from .model import Block, Log

ALL = -1


@dataclass(slots=True)
class Manners:
    """How a node differs from an honest one that is up to date.

    lag            how many blocks its head is behind
    hide_logs      of how many of its newest blocks it has not indexed the logs; ALL: of every block
    retry_after    it is down: every answer is status 503 with these seconds; None: it is up
    chain_id       the chain id that it claims
    null_rounds    numbers of which it says that no block has them
    null_rounds_as how it answers for a number that no block has: "error" as Lotus does, "null", "previous"
    max_range      how many blocks apart the ends of a range may be
    lookback       how many blocks behind the head a range may begin
    deferred       the logs and receipts of its head are not available yet: execution comes a block later
    """

    lag: int = 0
    hide_logs: int = 0
    retry_after: int | None = None
    chain_id: int | None = None
    null_rounds: frozenset[int] = frozenset()
    null_rounds_as: str = "error"
    max_range: int | None = None
    lookback: int | None = None
    deferred: bool = False


class View:
    """What a node knows of the ledger. `tip` pins it to a block and that block's ancestors; None: the ledger's head."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.manners = Manners()
        self.tip: Block | None = None

    @property
    def head(self) -> Block:
        block = self.tip or self._ledger.head
        for _ in range(self.manners.lag):
            block = self._ledger.parent(block)
        return block

    def at(self, number: int) -> Block | None:
        """The block of that number; None beyond the head and for a null round."""
        block = self.head
        if not 0 <= number <= block.number:
            return None
        while block.number > number and not self._ledger.is_canonical(block):
            block = self._ledger.parent(block)
        if block.number >= number and self._ledger.is_canonical(block):
            return self._ledger.at(number)
        return block if block.number == number else None

    def is_null_round(self, number: int) -> bool:
        return 0 <= number <= self.head.number and (number in self.manners.null_rounds or self.at(number) is None)

    def at_or_before(self, number: int) -> Block | None:
        """The last block up to that number, null rounds left out; None beyond the head."""
        if number > self.head.number:
            return None
        while self.is_null_round(number):
            number -= 1
        return self.at(number)

    def by_hash(self, block_hash: bytes) -> Block | None:
        """A block of this node's chain, or one that was orphaned."""
        block = self._ledger.by_hash(block_hash)
        if block is None or self.is_canonical(block):
            return block
        is_ahead = self._ledger.is_canonical(block) or block.number > self.head.number
        return None if is_ahead else block

    def is_canonical(self, block: Block) -> bool:
        return self.at(block.number) is block

    def mined(self, transaction_hash: bytes) -> Place | None:
        places = self._ledger.places(transaction_hash)
        return next((place for place in places if self.is_canonical(place[0])), None)

    def logs(self, first: int, last: int, matches: LogMatcher) -> Iterator[tuple[Block, Log]]:
        """The matching logs of the blocks `first` to `last`, both included, without those not indexed yet."""
        for number in range(max(0, first), min(last, self.head.number) + 1):
            block = self.at(number)
            if block is not None and self.has_logs(block):
                yield from ((block, log) for log in block.logs if matches(log))

    def has_logs(self, block: Block) -> bool:
        """Whether the block's logs are indexed."""
        hidden = self.manners.hide_logs
        return hidden != ALL and block.number <= self.head.number - hidden
