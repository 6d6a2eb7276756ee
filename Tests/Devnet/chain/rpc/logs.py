"""`eth_getLogs`."""

from __future__ import annotations

from typing import Any

from ..errors import INVALID_PARAMS, LOTUS_ERROR, RpcError
from ..node import Node
from . import filters, shapes
from .blocks import Blocks
from .filters import LogFilter
from .method import Method, Methods, Param
from .params import LATEST, BlockReference

_TOO_LARGE = "invalid epoch range: range between to and from blocks is too large (maximum: {})"
_DEFERRED = "events for the requested block are not yet available"


class Logs:
    """Finds logs by range or by block hash."""

    def __init__(self, node: Node) -> None:
        self._node, self._blocks = node, Blocks(node)

    def find(self, wanted: LogFilter) -> list[Any]:
        if wanted.block_hash is not None:
            return self._in_block(wanted.block_hash, wanted)
        first, last = self._bound(wanted.first), self._bound(wanted.last)
        self._check_manners(first, last)
        if first > last:
            raise RpcError("invalid block range params", INVALID_PARAMS)
        if last > self._node.view.head.number:
            raise RpcError("block range extends beyond current head block", INVALID_PARAMS)
        return [shapes.log(block, log) for block, log in self._node.view.logs(first, last, wanted.matcher)]

    def _in_block(self, block_hash: bytes, wanted: LogFilter) -> list[Any]:
        block = self._node.view.by_hash(block_hash)
        if block is None:
            raise RpcError("unknown block")
        view = self._node.view
        if view.manners.deferred and block is view.head:
            raise RpcError(_DEFERRED, LOTUS_ERROR)
        return [shapes.log(block, log) for log in block.logs if wanted.matcher(log) and view.has_logs(block)]

    def _check_manners(self, first: int, last: int) -> None:
        """Refuses what the node is told to refuse, in Lotus' words."""
        manners, head = self._node.view.manners, self._node.view.head.number
        if manners.lookback is not None and first < head - manners.lookback:
            raise RpcError("bad tipset height: lookbacks of more than 24h0m0s are disallowed", LOTUS_ERROR)
        if manners.max_range is not None and last - first > manners.max_range:
            raise RpcError(_TOO_LARGE.format(manners.max_range), LOTUS_ERROR)
        if manners.deferred and last >= head:
            raise RpcError(_DEFERRED, LOTUS_ERROR)

    def _bound(self, reference: BlockReference | None) -> int:
        if reference is not None and reference.tag == "pending":
            raise RpcError("pending logs are not supported", INVALID_PARAMS)
        return self._blocks.number(reference or LATEST, missing="{} header not found")


def methods(node: Node) -> Methods:
    return {"eth_getLogs": Method(Logs(node).find, (Param(filters.log_filter),))}
