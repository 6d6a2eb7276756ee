"""Parameters, checked and refused in the words of geth's decoders. Each parser raises `ValueError` with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..execution import Call
from . import hexadecimal

TAGS = ("latest", "pending", "earliest", "safe", "finalized")


@dataclass(frozen=True, slots=True)
class BlockReference:
    """A block by tag, number or hash (EIP-1898); exactly one is set."""

    tag: str | None = None
    number: int | None = None
    hash: bytes | None = None
    require_canonical: bool = False


LATEST = BlockReference(tag="latest")


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"json: cannot unmarshal {hexadecimal.kind(value)} into Go value of type bool")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"json: cannot unmarshal {hexadecimal.kind(value)} into Go value of type string")
    return value


def quantity(value: Any, bits: int = 256, name: str = "*hexutil.Big") -> int:
    """A hex number without leading zeros."""
    if not isinstance(value, str):
        raise ValueError(f"json: cannot unmarshal non-string into Go value of type {name}")
    return hexadecimal.quantity(value, bits)


def count(value: Any) -> int:
    """A number in hex or decimal, as `eth_feeHistory` takes it, and a plain number for the test controls."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() else quantity(value, 64, "hexutil.Uint64")


def wei(value: Any) -> int:
    """An amount in hex, in decimal digits or as a plain number (which JSON here carries up to 64 bits)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() else quantity(value)


def data(value: Any, name: str = "hexutil.Bytes") -> bytes:
    """Bytes in hex."""
    if not isinstance(value, str):
        raise ValueError(f"json: cannot unmarshal non-string into Go value of type {name}")
    if value == "":
        return b""
    try:
        return hexadecimal.from_hex(value)
    except ValueError as error:
        raise ValueError(f"json: cannot unmarshal {error} into Go value of type {name}") from error


def fixed(value: Any, length: int, name: str) -> bytes:
    """Bytes in hex of exactly that length."""
    decoded = data(value, name)
    if len(decoded) != length:
        digits = len(value) - 2 if value else 0
        raise ValueError(f"hex string has length {digits}, want {2 * length} for {name}")
    return decoded


def address(value: Any) -> bytes:
    return fixed(value, 20, "common.Address")


def hash32(value: Any) -> bytes:
    return fixed(value, 32, "common.Hash")


def slot(value: Any) -> int:
    """A storage key: hex of up to 32 bytes, leading zeros allowed."""
    digits = hexadecimal.digits(text(value))
    if not hexadecimal.HEX.match(digits) or len(digits) > 64:
        raise ValueError("unable to decode storage key: hex string invalid")
    return int(digits or "0", 16)


def block_number(value: Any) -> BlockReference:
    """A tag or a number."""
    if not isinstance(value, str):
        raise ValueError("hex string without 0x prefix")
    if value in TAGS:
        return BlockReference(tag=value)
    number = hexadecimal.quantity(value, 64)
    if number > 2**63 - 1:
        raise ValueError("block number larger than int64")
    return BlockReference(number=number)


def block(value: Any) -> BlockReference:
    """A tag, a number, a hash, or an object of EIP-1898."""
    if isinstance(value, str) and len(value) == 66:
        return BlockReference(hash=hash32(value))
    if not isinstance(value, dict):
        return block_number(value)
    if value.get("blockHash") is not None and value.get("blockNumber") is not None:
        raise ValueError("cannot specify both BlockHash and BlockNumber, choose one or the other")
    if value.get("blockHash") is not None:
        return BlockReference(
            hash=hash32(value["blockHash"]), require_canonical=bool(value.get("requireCanonical", False))
        )
    if value.get("blockNumber") is not None:
        return block_number(value["blockNumber"])
    raise ValueError("invalid arguments; neither block nor hash specified")


def call(value: Any) -> Call:
    """The transaction object of `eth_call` and `eth_estimateGas`."""
    if not isinstance(value, dict):
        raise ValueError(
            f"json: cannot unmarshal {hexadecimal.kind(value)} into Go value of type ethapi.TransactionArgs"
        )
    old, new = value.get("data"), value.get("input")
    if old is not None and new is not None and data(old) != data(new):
        raise ValueError(
            'both "data" and "input" are set and not equal. Please use "input" to pass transaction call data'
        )
    price = _optional(value, "gasPrice")
    fee_cap, tip_cap = _optional(value, "maxFeePerGas"), _optional(value, "maxPriorityFeePerGas")
    if price is not None and (fee_cap is not None or tip_cap is not None):
        raise ValueError("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
    return Call(
        sender=b"\0" * 20 if value.get("from") is None else address(value["from"]),
        to=b"" if value.get("to") is None else address(value["to"]),
        data=data(new if new is not None else old or ""),
        value=_optional(value, "value") or 0,
        gas=_optional(value, "gas"),
        fee_cap=fee_cap if price is None else price,
        tip_cap=tip_cap if price is None else price,
    )


def _optional(fields: dict[str, Any], key: str) -> int | None:
    return None if fields.get(key) is None else quantity(fields[key])
