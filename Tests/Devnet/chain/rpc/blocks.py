"""Which block is meant, and reading it."""

from __future__ import annotations

from typing import Any

from ..errors import NULL_ROUND, RpcError
from ..model import Block
from ..node import Node
from . import params, shapes
from .method import Method, Methods, Param
from .params import BlockReference


class Blocks:
    """Resolves block references against a node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def number(self, reference: BlockReference, missing: str = "{} block not found") -> int:
        """The number meant by a tag or a number, whether there is such a block or not; pending counts as latest."""
        view = self._node.view
        if reference.number is not None:
            return reference.number
        if reference.tag == "earliest":
            return 0
        if reference.tag in self._node.tags:
            number = self._node.tags[reference.tag].number(view)
            if number is None:
                raise RpcError(missing.format(reference.tag))
            return number
        return view.head.number

    def state_block(self, reference: BlockReference) -> Block:
        """The block whose state a call reads."""
        if reference.hash is None:
            # Over a null round: the state has not changed since the block before it.
            found = self._node.view.at_or_before(self.number(reference))
            if found is None:
                raise RpcError("header not found")
            return found
        found = self._node.view.by_hash(reference.hash)
        if found is None:
            raise RpcError("header for hash not found")
        if reference.require_canonical and not self._node.view.is_canonical(found):
            raise RpcError("hash is not currently canonical")
        return found

    def by_number(self, reference: BlockReference, full: bool) -> Any:
        if reference.tag == "pending":
            head, miner = self._node.view.head, self._node.miner
            return shapes.pending_block(
                self._node.evm.next_header(head, head.timestamp + 1, miner.fixed_base_fee).copy(
                    state_root=head.header.state_root
                )
            )
        found = self._by_number(self.number(reference))
        return None if found is None else shapes.block(found, full)

    def by_hash(self, block_hash: bytes, full: bool) -> Any:
        found = self._node.view.by_hash(block_hash)
        return None if found is None else shapes.block(found, full)

    def receipts(self, reference: BlockReference) -> Any:
        if reference.hash is None:
            found = self._by_number(self.number(reference))
        else:
            found = self._node.view.by_hash(reference.hash)
        return None if found is None else [shapes.receipt(found, index) for index in range(len(found.transactions))]

    def _by_number(self, number: int) -> Block | None:
        """A null round has no block: an error in Lotus' words, null or the block before, as the node's manners are."""
        view = self._node.view
        if not view.is_null_round(number) or view.manners.null_rounds_as == "previous":
            return view.at_or_before(number)
        if view.manners.null_rounds_as == "null":
            return None
        raise RpcError(f"requested epoch was a null round ({number})", NULL_ROUND, number)


def methods(node: Node) -> Methods:
    blocks = Blocks(node)
    full = Param(params.boolean)
    return {
        "eth_blockNumber": Method(lambda: shapes.quantity(node.view.head.number)),
        "eth_getBlockByNumber": Method(blocks.by_number, (Param(params.block_number), full)),
        "eth_getBlockByHash": Method(blocks.by_hash, (Param(params.hash32), full)),
        "eth_getBlockReceipts": Method(blocks.receipts, (Param(params.block),)),
    }
