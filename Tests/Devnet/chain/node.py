"""The parts of a node put together."""

from __future__ import annotations

from typing import Any

from .evm import Evm, Genesis
from .execution import Executor
from .ledger import Ledger
from .mempool import Mempool
from .miner import Miner
from .model import Block
from .pace import INSTANT, Pace


class Node:
    """One chain with its pool, its miner and its state.

    `safe_depth` and `finalized_depth` are how many blocks behind the head those tags point; None: there are no such
    blocks yet, as on a node whose consensus side has not spoken.
    """

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
        self.safe_depth = safe_depth
        self.finalized_depth = finalized_depth
        self._warm: tuple[Block, Any] | None = None
        self.ledger.on_block.append(lambda _: self.pool.settle())

    def state_after(self, block: Block) -> Any:
        """The state after a block, to read; the head's is kept."""
        if self._warm is not None and self._warm[0] is block:
            return self._warm[1]
        state = self.evm.vm(block.header).state
        if block is self.ledger.head:
            self._warm = (block, state)
        return state
