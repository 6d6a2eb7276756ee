"""Who answers."""

from __future__ import annotations

import platform

from eth_utils import keccak

from ..node import Node
from . import params, shapes
from .method import Method, Methods, Param

VERSION = f"LilypadDevnet/v0.1.0/py-evm/python{platform.python_version()}"


def methods(node: Node) -> Methods:
    def chain_id() -> int:
        claimed = node.view.manners.chain_id
        return node.evm.chain_id if claimed is None else claimed

    return {
        "web3_clientVersion": Method(lambda: VERSION),
        "web3_sha3": Method(lambda content: shapes.data(keccak(content)), (Param(params.data),)),
        "net_version": Method(lambda: str(chain_id())),
        "net_listening": Method(lambda: True),
        "net_peerCount": Method(lambda: "0x0"),
        "eth_chainId": Method(lambda: shapes.quantity(chain_id())),
        "eth_syncing": Method(lambda: False),
        "eth_accounts": Method(lambda: []),
    }
