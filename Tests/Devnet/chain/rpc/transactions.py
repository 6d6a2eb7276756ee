"""Sending transactions and asking for them."""

from __future__ import annotations

from typing import Any

from ..decoding import decode_transaction
from ..model import Transaction
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
        place = self._node.view.mined(transaction_hash)
        if place is not None:
            block, index = place
            return shapes.transaction(block.transactions[index], place)
        waiting = self._node.pool.get(transaction_hash) or self._mined_elsewhere(transaction_hash)
        return None if waiting is None else shapes.transaction(waiting, None)

    def _mined_elsewhere(self, transaction_hash: bytes) -> Transaction | None:
        """A transaction in a canonical block that this node has not seen: to it, the transaction still waits."""
        ledger = self._node.ledger
        places = ledger.places(transaction_hash)
        return next((block.transactions[index] for block, index in places if ledger.is_canonical(block)), None)

    def receipt(self, transaction_hash: bytes) -> Any:
        place, view = self._node.view.mined(transaction_hash), self._node.view
        if place is None or (view.manners.deferred and place[0] is view.head):
            return None
        return shapes.receipt(*place)

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
