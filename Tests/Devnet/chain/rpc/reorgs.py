"""`devnet_reorg`: a rival branch on demand."""

from __future__ import annotations

from typing import Any

from ..decoding import decode_transaction
from ..errors import INVALID_PARAMS, RpcError
from ..model import Transaction
from ..node import Node
from ..reorg import Rival, reorganise
from . import params, shapes
from .method import Method, Methods, Param
from .options import boolean, listed, number, options

_HASH_DIGITS = 66


def _planned(value: Any) -> bytes | Transaction:
    """The hash of an orphaned transaction, or a signed transaction that only the new branch has."""
    if isinstance(value, str) and len(value) == _HASH_DIGITS:
        return params.hash32(value)
    try:
        return decode_transaction(params.data(value))
    except RpcError as error:
        raise ValueError(error.message) from error


_READERS = {
    "depth": number(1),
    "blocks": number(1),
    "keep": boolean,
    "drop": listed(params.hash32),
    "transactions": listed(listed(_planned)),
}


def _rival(value: Any) -> Rival:
    """Reads `{depth, blocks?, keep?, drop?, transactions?}`."""
    given = options(value, _READERS)
    if "depth" not in given:
        raise ValueError("depth is missing")
    plan = given.get("transactions")
    return Rival(
        depth=given["depth"],
        blocks=given.get("blocks", given["depth"] + 1),
        keep=given.get("keep", True),
        drop=frozenset(given.get("drop", ())),
        plan=plan,
    )


def methods(node: Node) -> Methods:
    def reorg(rival: Rival) -> dict[str, Any]:
        """Answers with the hashes of the orphaned and of the new blocks, each oldest first."""
        if rival.plan is not None and len(rival.plan) > rival.blocks:
            raise RpcError("transactions for more blocks than there will be", INVALID_PARAMS)
        orphaned, branch = reorganise(node.ledger, node.pool, node.miner, rival)
        return {
            "orphaned": [shapes.data(block.hash) for block in orphaned],
            "blocks": [shapes.data(block.hash) for block in branch],
        }

    return {"devnet_reorg": Method(reorg, (Param(_rival),))}
