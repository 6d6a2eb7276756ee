"""The test controls, in the namespace `devnet_`."""

from __future__ import annotations

from typing import Any

from ..node import Node
from . import params, shapes
from .faults import Fault, Faults, fault
from .method import Method, Methods, Param
from .statistics import Statistics
from .subscriptions import Subscriptions


class Controls:
    """What a test may do to the chain and to its connections."""

    def __init__(self, node: Node, faults: Faults, statistics: Statistics) -> None:
        self._node, self._faults, self._statistics = node, faults, statistics

    def mine(self, count: int, null_rounds: int) -> str:
        """Mines that many blocks, the first after so many null rounds; answers with the head's number."""
        self._node.miner.null_rounds = null_rounds
        for _ in range(count):
            self._node.miner.mine()
        return shapes.quantity(self._node.ledger.head.number)

    def set_interval(self, seconds: float | None) -> bool:
        """0: a block with each transaction; seconds between blocks; null: blocks on demand only."""
        self._node.pace.set_interval(seconds)
        return True

    def set_base_fee(self, wei: int | None) -> bool:
        """Fixes the base fee of all blocks to come; null returns to EIP-1559."""
        self._node.miner.fixed_base_fee = wei
        self._node.pace.pool_changed()
        return True

    def fund(self, address: bytes, wei: int) -> str:
        """Adds wei to an account, in a block of its own; answers with its balance."""
        self._node.miner.mine(credit=(address, wei))
        return shapes.quantity(self._node.state_after(self._node.ledger.head).get_balance(address))

    def fail_next(self, method: str, count: int, what: Fault) -> bool:
        self._faults.fail_next(method, count, what)
        return True

    def delay_next(self, method: str, count: int, milliseconds: float) -> bool:
        self._faults.delay_next(method, count, milliseconds / 1000)
        return True


def methods(node: Node, faults: Faults, statistics: Statistics, subscriptions: Subscriptions) -> Methods:
    controls = Controls(node, faults, statistics)
    method, count = Param(params.text), Param(params.count)
    return {
        "devnet_mine": Method(controls.mine, (Param(params.count, 1), Param(params.count, 0))),
        "devnet_setInterval": Method(controls.set_interval, (Param(_seconds, None),)),
        "devnet_setBaseFee": Method(controls.set_base_fee, (Param(params.wei, None),)),
        "devnet_fund": Method(controls.fund, (Param(params.address), Param(params.wei))),
        "devnet_failNext": Method(controls.fail_next, (method, count, Param(fault))),
        "devnet_delayNext": Method(controls.delay_next, (method, count, Param(_seconds))),
        "devnet_closeWebSockets": Method(subscriptions.close_all),
        "devnet_stats": Method(statistics.as_json),
        "devnet_heads": Method(statistics.heads, (Param(params.count, 0),)),
    }


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError("a number, not negative")
    return value
