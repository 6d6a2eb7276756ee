"""`eth_getLogs`."""

from __future__ import annotations

from typing import Any

from ..errors import INVALID_PARAMS, RpcError
from ..node import Node
from . import filters, shapes
from .blocks import Blocks
from .filters import LogFilter
from .method import Method, Methods, Param
from .params import LATEST, BlockReference


class Logs:
    """Finds logs by range or by block hash."""

    def __init__(self, node: Node) -> None:
        self._node, self._blocks = node, Blocks(node)

    def find(self, wanted: LogFilter) -> list[Any]:
        if wanted.block_hash is not None:
            return self._in_block(wanted.block_hash, wanted)
        first, last = self._bound(wanted.first), self._bound(wanted.last)
        if first > last:
            raise RpcError("invalid block range params", INVALID_PARAMS)
        if last > self._node.ledger.head.number:
            raise RpcError("block range extends beyond current head block", INVALID_PARAMS)
        return [shapes.log(block, log) for block, log in self._node.ledger.logs(first, last, wanted.matcher)]

    def _in_block(self, block_hash: bytes, wanted: LogFilter) -> list[Any]:
        block = self._node.ledger.by_hash(block_hash)
        if block is None:
            raise RpcError("unknown block")
        return [shapes.log(block, log) for log in block.logs if wanted.matcher(log)]

    def _bound(self, reference: BlockReference | None) -> int:
        if reference is not None and reference.tag == "pending":
            raise RpcError("pending logs are not supported", INVALID_PARAMS)
        return self._blocks.number(reference or LATEST, missing="{} header not found")


def methods(node: Node) -> Methods:
    return {"eth_getLogs": Method(Logs(node).find, (Param(filters.log_filter),))}
