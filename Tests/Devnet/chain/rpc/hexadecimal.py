"""Hex as geth reads it (its hexutil), with its complaints as `ValueError`."""

from __future__ import annotations

import re
from typing import Any

HEX = re.compile(r"[0-9a-fA-F]*\Z")


def digits(value: str) -> str:
    """What follows the prefix."""
    if value == "":
        raise ValueError("empty hex string")
    if value[:2] not in ("0x", "0X"):
        raise ValueError("hex string without 0x prefix")
    return value[2:]


def quantity(value: str, bits: int) -> int:
    """A number without leading zeros, of at most that many bits."""
    found = digits(value)
    if found == "":
        raise ValueError('hex string "0x"')
    if not HEX.match(found):
        raise ValueError("invalid hex string")
    if len(found) > 1 and found[0] == "0":
        raise ValueError("hex number with leading zero digits")
    number = int(found, 16)
    if number >= 1 << bits:
        raise ValueError(f"hex number > {bits} bits")
    return number


def from_hex(value: str) -> bytes:
    """Bytes: an even number of digits."""
    found = digits(value)
    if len(found) % 2:
        raise ValueError("hex string of odd length")
    if not HEX.match(found):
        raise ValueError("invalid hex string")
    return bytes.fromhex(found)


def kind(value: Any) -> str:
    """What Go's JSON decoder calls a value it did not expect."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    kinds: dict[type, str] = {str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")
