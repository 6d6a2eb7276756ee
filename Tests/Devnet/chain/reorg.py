"""A reorg: the last blocks make room for a rival branch on the same parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import INVALID_PARAMS, RpcError
from .ledger import Ledger
from .mempool import Mempool
from .miner import Miner
from .model import Block, Transaction


@dataclass(frozen=True, slots=True)
class Rival:
    """What is wanted: how many blocks go, how many come, and what becomes of the orphaned transactions.

    `plan` names the transactions of the new blocks, block by block, by their hash or whole; blocks beyond it are empty.
    Without a plan the pool decides.
    """

    depth: int
    blocks: int
    keep: bool = True
    drop: frozenset[bytes] = frozenset()
    plan: Sequence[Sequence[bytes | Transaction]] | None = None


def reorganise(ledger: Ledger, pool: Mempool, miner: Miner, rival: Rival) -> tuple[list[Block], list[Block]]:
    """Builds the branch, switches to it, and answers with the orphaned and the new blocks, each oldest first."""
    orphaned, parent = _orphans(ledger, rival.depth)
    gone = [each for block in orphaned for each in block.transactions]
    kept = [each for each in gone if rival.keep and each.hash not in rival.drop]
    plan = None if rival.plan is None else _resolved(rival, {each.hash: each for each in gone})
    if plan is None:
        pool.restore(kept)
    branch: list[Block] = []
    for index in range(rival.blocks):
        chosen = None if plan is None else plan[index] if index < len(plan) else ()
        branch.append(miner.build(branch[-1] if branch else parent, transactions=chosen))
    pool.restore(kept)
    ledger.switch(parent, branch)
    pool.announce(kept)
    return orphaned, branch


def _orphans(ledger: Ledger, depth: int) -> tuple[list[Block], Block]:
    blocks = [ledger.head]
    while len(blocks) <= depth:
        if blocks[-1].number == 0:
            raise RpcError("a reorg cannot replace genesis", INVALID_PARAMS)
        blocks.append(ledger.parent(blocks[-1]))
    return blocks[-2::-1], blocks[-1]


def _resolved(rival: Rival, gone: dict[bytes, Transaction]) -> list[list[Transaction]]:
    """The plan with each hash replaced by the orphaned transaction that it names."""
    assert rival.plan is not None
    try:
        return [[gone[each] if isinstance(each, bytes) else each for each in block] for block in rival.plan]
    except KeyError as unknown:
        raise RpcError(f"0x{unknown.args[0].hex()} is not in a block that goes", INVALID_PARAMS) from unknown
