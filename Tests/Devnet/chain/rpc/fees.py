"""What a transaction should pay."""

from __future__ import annotations

from typing import Any

from ..errors import RpcError
from ..model import Block
from ..node import Node
from . import params, shapes
from .blocks import Blocks
from .method import Method, Methods, Param
from .params import BlockReference

# What geth's oracle suggests on a quiet chain.
SUGGESTED_TIP = 10**9
_MAX_BLOCKS = 1_024


class Fees:
    """The fee oracle of one node."""

    def __init__(self, node: Node) -> None:
        self._node, self._blocks = node, Blocks(node)

    def gas_price(self) -> str:
        return shapes.quantity(self._node.view.head.base_fee + SUGGESTED_TIP)

    def history(self, count: int, newest: BlockReference, percentiles: list[float]) -> dict[str, Any]:
        _check_percentiles(percentiles)
        last = self._blocks.number(newest)
        view = self._node.view
        head = view.head.number
        if last > head:
            raise RpcError(f"request beyond head block: requested {last}, head {head}")
        first = max(0, last - min(count, _MAX_BLOCKS) + 1)
        blocks = [block for number in range(first, last + 1) if (block := view.at_or_before(number)) is not None]
        after = view.at_or_before(last + 1)
        next_fee = self._node.miner.next_base_fee(view.head) if after is None else after.base_fee
        history: dict[str, Any] = {"oldestBlock": shapes.quantity(first)}
        if percentiles:
            history["reward"] = [_rewards(block, percentiles) for block in blocks]
        return history | {
            "baseFeePerGas": [shapes.quantity(fee) for fee in (*(block.base_fee for block in blocks), next_fee)],
            "gasUsedRatio": [block.header.gas_used / block.header.gas_limit for block in blocks],
            "baseFeePerBlobGas": ["0x1"] * (len(blocks) + 1),
            "blobGasUsedRatio": [0] * len(blocks),
        }


def _check_percentiles(percentiles: list[float]) -> None:
    for index, each in enumerate(percentiles):
        if not 0 <= each <= 100:
            raise RpcError(f"invalid reward percentile: {each:f}")
        if index and each <= percentiles[index - 1]:
            raise RpcError(f"invalid reward percentile: #{index - 1}:{percentiles[index - 1]:f} >= #{index}:{each:f}")


def _rewards(block: Block, percentiles: list[float]) -> list[str]:
    """The tips at those percentiles of the block's gas."""
    if not block.transactions:
        return ["0x0"] * len(percentiles)
    tips = sorted(
        (each.price(block.base_fee) - block.base_fee, gas)
        for each, gas in zip(block.transactions, block.gas_used, strict=True)
    )
    rewards, index, covered = [], 0, tips[0][1]
    for percentile in percentiles:
        while covered < block.header.gas_used * percentile / 100 and index < len(tips) - 1:
            index += 1
            covered += tips[index][1]
        rewards.append(shapes.quantity(tips[index][0]))
    return rewards


def _percentiles(value: Any) -> list[float]:
    if not isinstance(value, list) or any(
        isinstance(each, bool) or not isinstance(each, int | float) for each in value
    ):
        raise ValueError("json: cannot unmarshal into Go value of type []float64")
    return value


def methods(node: Node) -> Methods:
    fees = Fees(node)
    history = (Param(params.count), Param(params.block_number), Param(_percentiles, []))
    return {
        "eth_gasPrice": Method(fees.gas_price),
        "eth_maxPriorityFeePerGas": Method(lambda: shapes.quantity(SUGGESTED_TIP)),
        "eth_blobBaseFee": Method(lambda: "0x1"),
        "eth_feeHistory": Method(fees.history, history),
    }
