"""The parts of a node put together."""

from __future__ import annotations

import copy
from typing import Any

from .evm import Evm, Genesis
from .execution import Executor
from .finality import TAGS, Tag
from .ledger import Ledger
from .mempool import Mempool
from .miner import Miner
from .model import Block
from .pace import INSTANT, Pace
from .view import View


class Node:
    """A node of a chain. Ledger, pool and miner are shared with its siblings; the view and the tags are its own."""

    def __init__(
        self,
        genesis: Genesis,
        interval: float | None = INSTANT,
        safe_depth: int | None = None,
        finalized_depth: int | None = None,
    ) -> None:
        self.evm = Evm(genesis)
        self.ledger = Ledger(self.evm.genesis_block)
        self.pool = Mempool(genesis.chain_id, genesis.gas_limit, lambda: self.state_after(self.ledger.head))
        self.miner = Miner(self.evm, self.ledger, self.pool)
        self.executor = Executor(self.evm)
        self.pace = Pace(self.miner, interval)
        self.view = View(self.ledger)
        self.tags = dict(zip(TAGS, (Tag(safe_depth), Tag(finalized_depth)), strict=True))
        self._warm: tuple[Block, Any] | None = None
        self.ledger.on_head.append(lambda _: self.pool.settle())

    def sibling(self) -> Node:
        """Another node of the same chain, honest and up to date."""
        other = copy.copy(self)
        other.view = View(self.ledger)
        other.tags = {name: Tag(tag.depth) for name, tag in self.tags.items()}
        return other

    def state_after(self, block: Block) -> Any:
        """The state after a block, to read; that of the ledger's head is kept."""
        if self._warm is not None and self._warm[0] is block:
            return self._warm[1]
        state = self.evm.vm(block.header).state
        if block is self.ledger.head:
            self._warm = (block, state)
        return state
