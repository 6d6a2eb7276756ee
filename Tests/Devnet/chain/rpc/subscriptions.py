"""`eth_subscribe`: heads, logs and pending transactions, pushed to the connections that asked."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import INVALID_PARAMS, METHOD_NOT_FOUND, RpcError
from ..ledger import Ledger, LogMatcher
from ..model import Block, Transaction
from ..view import View
from . import filters, shapes

Push = Callable[[dict[str, Any]], None]

KINDS = ("newHeads", "logs", "newPendingTransactions")
UNSUPPORTED = RpcError("notifications not supported", -32001)


@dataclass(frozen=True, slots=True)
class _Subscription:
    kind: str
    push: Push
    matcher: LogMatcher


class Subscriptions:
    """All subscriptions of a node. What they hear is what changed in its view of the ledger."""

    def __init__(self, ledger: Ledger, view: View) -> None:
        self._ledger, self._view = ledger, view
        self._told = view.head
        self._active: dict[str, _Subscription] = {}
        self._connections: dict[Push, Callable[[], None]] = {}

    def subscribe(self, arguments: Any, push: Push) -> str:
        if not isinstance(arguments, list) or not arguments or not isinstance(arguments[0], str):
            raise RpcError("expected subscription name as first argument", INVALID_PARAMS)
        kind = arguments[0]
        if kind not in KINDS:
            raise RpcError(f'no "{kind}" subscription in eth namespace', METHOD_NOT_FOUND)
        try:
            wanted = filters.log_filter(arguments[1]) if kind == "logs" and len(arguments) > 1 else None
        except ValueError as error:
            raise RpcError(f"invalid argument 1: {error}", INVALID_PARAMS) from error
        identifier = hex(secrets.randbits(128) | 1 << 127)
        self._active[identifier] = _Subscription(kind, push, wanted.matcher if wanted else LogMatcher())
        return identifier

    def unsubscribe(self, arguments: Any, push: Push) -> bool:
        identifier = str(arguments[0]) if isinstance(arguments, list) and arguments else ""
        found = self._active.get(identifier)
        if found is None or found.push is not push:
            raise RpcError("subscription not found")
        del self._active[identifier]
        return True

    def connect(self, push: Push, close: Callable[[], None]) -> None:
        """A connection that can be notified, and how to cut it off."""
        self._connections[push] = close

    def close_all(self) -> int:
        """Cuts every connection off; how many there were."""
        closing = list(self._connections.values())
        for close in closing:
            close()
        return len(closing)

    def disconnect(self, push: Push) -> None:
        """Ends the subscriptions of a connection that is gone."""
        self._connections.pop(push, None)
        self._active = {key: each for key, each in self._active.items() if each.push is not push}

    def on_head(self, _: Block | None = None) -> None:
        """Sends what a new head brought: removed logs, new logs, and one frame for the head, in geth's order."""
        head = self._view.head
        removed, added = self._between(self._told, head)
        self._told = head
        if not added:  # nothing new, or a node that fell back: it says so to nobody
            return
        for identifier, each in self._of("logs"):
            for is_removed, block in (*((True, block) for block in removed), *((False, block) for block in added)):
                for log in filter(each.matcher, block.logs):
                    _notify(identifier, each, shapes.log(block, log, is_removed))
        for identifier, each in self._of("newHeads"):
            _notify(identifier, each, shapes.head(head))

    def _between(self, old: Block, new: Block) -> tuple[list[Block], list[Block]]:
        """The blocks that go and those that come, each oldest first."""
        removed, added = [], []
        while old is not new:
            if old.number >= new.number:
                removed.append(old)
                old = self._ledger.parent(old)
            else:
                added.append(new)
                new = self._ledger.parent(new)
        return removed[::-1], added[::-1]

    def on_transaction(self, transaction: Transaction) -> None:
        """Sends the hash of a transaction that the pool took."""
        for identifier, each in self._of("newPendingTransactions"):
            _notify(identifier, each, shapes.data(transaction.hash))

    def _of(self, kind: str) -> list[tuple[str, _Subscription]]:
        return [(identifier, each) for identifier, each in self._active.items() if each.kind == kind]


def _notify(identifier: str, subscription: _Subscription, result: Any) -> None:
    subscription.push(
        {
            "jsonrpc": "2.0",
            "method": "eth_subscription",
            "params": {"subscription": identifier, "result": result},
        }
    )
