"""Sending transactions and asking for them."""

from __future__ import annotations

from typing import Any

from ..decoding import decode_transaction
from ..node import Node
from . import params, shapes
from .method import Method, Methods, Param


class Transactions:
    """The methods about transactions in the pool and in blocks."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def send(self, raw: bytes) -> str:
        """Takes a transaction; in instant mode its block is there before the answer is."""
        transaction = decode_transaction(raw)
        self._node.pool.add(transaction)
        self._node.pace.pool_changed()
        return shapes.data(transaction.hash)

    def by_hash(self, transaction_hash: bytes) -> Any:
        found = self._node.ledger.mined(transaction_hash) or self._node.pool.get(transaction_hash)
        return None if found is None else shapes.transaction(found)

    def receipt(self, transaction_hash: bytes) -> Any:
        found = self._node.ledger.mined(transaction_hash)
        return None if found is None or found.block is None else shapes.receipt(found.block, found.index)

    def status(self) -> dict[str, str]:
        pending, queued = self._node.pool.counts()
        return {"pending": shapes.quantity(pending), "queued": shapes.quantity(queued)}


def methods(node: Node) -> Methods:
    transactions = Transactions(node)
    by_hash = (Param(params.hash32),)
    return {
        "eth_sendRawTransaction": Method(transactions.send, (Param(params.data),)),
        "eth_getTransactionByHash": Method(transactions.by_hash, by_hash),
        "eth_getTransactionReceipt": Method(transactions.receipt, by_hash),
        "txpool_status": Method(transactions.status),
    }
