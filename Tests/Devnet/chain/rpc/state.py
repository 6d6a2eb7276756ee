"""Reading accounts, and calling contracts."""

from __future__ import annotations

from typing import Any

from ..execution import Call
from ..node import Node
from . import params, shapes
from .blocks import Blocks
from .method import Method, Methods, Param
from .params import LATEST, BlockReference


class State:
    """The methods that read the state after a block."""

    def __init__(self, node: Node) -> None:
        self._node, self._blocks = node, Blocks(node)

    def balance(self, address: bytes, reference: BlockReference) -> str:
        return shapes.quantity(self._after(reference).get_balance(address))

    def code(self, address: bytes, reference: BlockReference) -> str:
        return shapes.data(self._after(reference).get_code(address))

    def storage(self, address: bytes, slot: int, reference: BlockReference) -> str:
        return shapes.data(self._after(reference).get_storage(address, slot).to_bytes(32, "big"))

    def transaction_count(self, address: bytes, reference: BlockReference) -> str:
        if reference.tag == "pending":
            return shapes.quantity(self._node.pool.pending_nonce(address))
        return shapes.quantity(self._after(reference).get_nonce(address))

    def call(self, call: Call, reference: BlockReference) -> str:
        return shapes.data(self._node.executor.call(call, self._blocks.state_block(reference)))

    def estimate(self, call: Call, reference: BlockReference) -> str:
        return shapes.quantity(self._node.executor.estimate(call, self._blocks.state_block(reference)))

    def _after(self, reference: BlockReference) -> Any:
        return self._node.state_after(self._blocks.state_block(reference))


def methods(node: Node) -> Methods:
    state = State(node)
    address, block, call = Param(params.address), Param(params.block), Param(params.call)
    return {
        "eth_getBalance": Method(state.balance, (address, block)),
        "eth_getCode": Method(state.code, (address, block)),
        "eth_getStorageAt": Method(state.storage, (address, Param(params.slot), block)),
        "eth_getTransactionCount": Method(state.transaction_count, (address, block)),
        "eth_call": Method(state.call, (call, Param(params.block, LATEST))),
        "eth_estimateGas": Method(state.estimate, (call, Param(params.block, LATEST))),
    }
