"""Parameters, checked and refused in the words of geth's decoders. Each parser raises `ValueError` with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..execution import Call
from ..ledger import LogMatcher

_HEX = re.compile(r"[0-9a-fA-F]*\Z")
_MAX_TOPICS = 4
_MAX_ADDRESSES = 1_000
TAGS = ("latest", "pending", "earliest", "safe", "finalized")


@dataclass(frozen=True, slots=True)
class BlockReference:
    """A block by tag, number or hash (EIP-1898); exactly one is set."""

    tag: str | None = None
    number: int | None = None
    hash: bytes | None = None
    require_canonical: bool = False


LATEST = BlockReference(tag="latest")


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What `eth_getLogs` asks for; None for a bound that was not given."""

    matcher: LogMatcher
    block_hash: bytes | None = None
    first: BlockReference | None = None
    last: BlockReference | None = None


def any_value(value: Any) -> Any:
    return value


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"json: cannot unmarshal {_kind(value)} into Go value of type bool")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"json: cannot unmarshal {_kind(value)} into Go value of type string")
    return value


def quantity(value: Any, bits: int = 256, name: str = "*hexutil.Big") -> int:
    """A hex number without leading zeros."""
    if not isinstance(value, str):
        raise ValueError(f"json: cannot unmarshal non-string into Go value of type {name}")
    return _quantity(value, bits)


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
        return _bytes(value)
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
    digits = _digits(text(value))
    if not _HEX.match(digits) or len(digits) > 64:
        raise ValueError("unable to decode storage key: hex string invalid")
    return int(digits or "0", 16)


def block_number(value: Any) -> BlockReference:
    """A tag or a number."""
    if not isinstance(value, str):
        raise ValueError("hex string without 0x prefix")
    if value in TAGS:
        return BlockReference(tag=value)
    number = _quantity(value, 64)
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


def log_filter(value: Any) -> LogFilter:
    if not isinstance(value, dict):
        raise ValueError(f"json: cannot unmarshal {_kind(value)} into Go value of type filters.input")
    first, last = value.get("fromBlock"), value.get("toBlock")
    matcher = LogMatcher(_addresses(value.get("address")), _topics(value.get("topics")))
    if value.get("blockHash") is not None:
        if first is not None or last is not None:
            raise ValueError("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
        return LogFilter(matcher, block_hash=hash32(value["blockHash"]))
    return LogFilter(
        matcher,
        first=None if first is None else block_number(first),
        last=None if last is None else block_number(last),
    )


def call(value: Any) -> Call:
    """The transaction object of `eth_call` and `eth_estimateGas`."""
    if not isinstance(value, dict):
        raise ValueError(f"json: cannot unmarshal {_kind(value)} into Go value of type ethapi.TransactionArgs")
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


def _addresses(value: Any) -> frozenset[bytes]:
    if value is None:
        return frozenset()
    if isinstance(value, str):
        return frozenset((_filter_bytes(value, 20, "address", "invalid address"),))
    if not isinstance(value, list):
        raise ValueError("invalid addresses in query")
    if len(value) > _MAX_ADDRESSES:
        raise ValueError("exceed max addresses")
    found = []
    for index, each in enumerate(value):
        if not isinstance(each, str):
            raise ValueError(f"non-string address at index {index}")
        found.append(_filter_bytes(each, 20, "address", f"invalid address at index {index}"))
    return frozenset(found)


def _topics(value: Any) -> tuple[frozenset[bytes] | None, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError(
            f"json: cannot unmarshal {_kind(value)} into Go struct field input.topics of type []interface {{}}"
        )
    if len(value) > _MAX_TOPICS:
        raise ValueError("exceed max topics")
    return tuple(_topic(each) for each in value)


def _topic(value: Any) -> frozenset[bytes] | None:
    if value is None:
        return None
    if isinstance(value, str):
        return frozenset((_filter_bytes(value, 32, "topic"),))
    if not isinstance(value, list) or any(not isinstance(each, str | None) for each in value):
        raise ValueError("invalid topic(s)")
    if not value or None in value:
        return None
    return frozenset(_filter_bytes(each, 32, "topic") for each in value)


def _filter_bytes(value: str, length: int, kind: str, prefix: str = "") -> bytes:
    start = f"{prefix}: " if prefix else ""
    try:
        decoded = _bytes(value)
    except ValueError as error:
        raise ValueError(f"{start}{error}") from error
    if len(decoded) != length:
        raise ValueError(f"{start}hex has invalid length {len(decoded)} after decoding; expected {length} for {kind}")
    return decoded


def _digits(value: str) -> str:
    if value == "":
        raise ValueError("empty hex string")
    if value[:2] not in ("0x", "0X"):
        raise ValueError("hex string without 0x prefix")
    return value[2:]


def _quantity(value: str, bits: int) -> int:
    digits = _digits(value)
    if digits == "":
        raise ValueError('hex string "0x"')
    if not _HEX.match(digits):
        raise ValueError("invalid hex string")
    if len(digits) > 1 and digits[0] == "0":
        raise ValueError("hex number with leading zero digits")
    number = int(digits, 16)
    if number >= 1 << bits:
        raise ValueError(f"hex number > {bits} bits")
    return number


def _bytes(value: str) -> bytes:
    digits = _digits(value)
    if len(digits) % 2:
        raise ValueError("hex string of odd length")
    if not _HEX.match(digits):
        raise ValueError("invalid hex string")
    return bytes.fromhex(digits)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    kinds: dict[type, str] = {str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")
