"""`devnet_view` and `devnet_setFinality`: how the node that is asked differs from the others."""

from __future__ import annotations

from typing import Any

from ..errors import INVALID_PARAMS, RpcError
from ..finality import TAGS
from ..node import Node
from ..view import ALL
from .method import Method, Methods, Param
from .options import boolean, listed, nullable, number, one_of, options
from .subscriptions import Subscriptions

_RETRY_SECONDS = 1


def _hidden(value: Any) -> int:
    """True: all; false and null: none; a number: so many of the newest blocks."""
    if value is None or isinstance(value, bool):
        return ALL if value else 0
    return number()(value)


def _down(value: Any) -> int | None:
    """True, or the seconds to say in Retry-After; false and null: up again."""
    if value is None or isinstance(value, bool):
        return _RETRY_SECONDS if value else None
    return number()(value)


# What a call names, which manner it sets, and how it is read.
_MANNERS = {
    "lag": ("lag", number()),
    "hideLogs": ("hide_logs", _hidden),
    "down": ("retry_after", _down),
    "chainId": ("chain_id", nullable(number())),
    "nullRounds": ("null_rounds", lambda value: frozenset(listed(number())(value))),
    "nullRoundsAs": ("null_rounds_as", one_of("error", "null", "previous")),
    "maxRange": ("max_range", nullable(number())),
    "lookback": ("lookback", nullable(number())),
    "deferred": ("deferred", boolean),
}
_VIEW = {"branch": nullable(one_of("old", "stay"))} | {key: read for key, (_, read) in _MANNERS.items()}
_FINALITY = {"safe": nullable(number()), "finalized": nullable(number()), "frozen": boolean}


class Views:
    """What a test may do to one node alone."""

    def __init__(self, node: Node, subscriptions: Subscriptions) -> None:
        self._node, self._subscriptions = node, subscriptions

    def change(self, given: dict[str, Any]) -> bool:
        """Changes what is named and leaves the rest; the node's subscribers hear what follows from it."""
        view = self._node.view
        if "branch" in given:
            self._choose_branch(given["branch"])
        for key, value in given.items():
            if key in _MANNERS:
                setattr(view.manners, _MANNERS[key][0], value)
        if view.manners.retry_after is not None:
            self._subscriptions.close_all()
        self._subscriptions.on_head()
        return True

    def set_finality(self, given: dict[str, Any]) -> bool:
        """Sets depths first, then freezes or thaws both tags."""
        for name in TAGS:
            if name in given:
                self._node.tags[name].depth = given[name]
                self._node.tags[name].frozen = None
        if "frozen" in given:
            for tag in self._node.tags.values():
                tag.freeze(self._node.view, given["frozen"])
        return True

    def _choose_branch(self, name: str | None) -> None:
        ledger, view = self._node.ledger, self._node.view
        if name == "old" and ledger.orphaned is None:
            raise RpcError("there was no reorg", INVALID_PARAMS)
        view.tip = {None: None, "old": ledger.orphaned, "stay": view.tip or ledger.head}[name]


def methods(node: Node, subscriptions: Subscriptions) -> Methods:
    views = Views(node, subscriptions)
    return {
        "devnet_view": Method(views.change, (Param(lambda value: options(value, _VIEW)),)),
        "devnet_setFinality": Method(views.set_finality, (Param(lambda value: options(value, _FINALITY)),)),
    }
