"""Raw bytes to a transaction with its sender, refused in geth's words."""

from __future__ import annotations

from typing import Any

import rlp
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_utils import keccak

from .errors import RpcError
from .model import Transaction

BUILDER = PragueTransactionBuilder

# The types that the pool takes: legacy, access list, dynamic fee.
_NAMES = {0: "types.LegacyTx", 1: "types.AccessListTx", 2: "types.DynamicFeeTx"}
_FIELDS = {0: 9, 1: 11, 2: 12}


def decode_transaction(raw: bytes) -> Transaction:
    """Decodes and recovers the sender; raises `RpcError` for whatever is no transaction of types 0 to 2."""
    kind = _type_of(raw)
    _check_fields(kind, raw if kind == 0 else raw[1:])
    try:
        signed: Any = BUILDER.decode(raw)
        digest = keccak(raw)
    except (rlp.exceptions.RLPException, ValueError, TypeError) as error:
        raise RpcError(f"rlp: {error}") from error
    try:
        sender = signed.sender
    except Exception as error:  # eth_keys has several of its own
        raise RpcError("invalid sender: invalid transaction v, r, s values") from error
    return Transaction(raw, signed, digest, sender, kind)


def _type_of(raw: bytes) -> int:
    if raw and raw[0] >= 0xC0:
        return 0
    if len(raw) <= 1:
        raise RpcError("typed transaction too short")
    if raw[0] not in _NAMES or raw[0] == 0:
        raise RpcError("transaction type not supported")
    return raw[0]


def _check_fields(kind: int, payload: bytes) -> None:
    try:
        fields = rlp.decode(payload)
    except rlp.exceptions.RLPException as error:
        raise RpcError(f"rlp: {error}") from error
    if not isinstance(fields, list):
        raise RpcError(f"rlp: expected input list for {_NAMES[kind]}")
    if len(fields) < _FIELDS[kind]:
        raise RpcError(f"rlp: too few elements for {_NAMES[kind]}")
    if len(fields) > _FIELDS[kind]:
        raise RpcError(f"rlp: input list has too many elements for {_NAMES[kind]}")
