"""The filter of `eth_getLogs` and of a subscription to logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..ledger import LogMatcher
from . import hexadecimal, params

_MAX_TOPICS = 4
_MAX_ADDRESSES = 1_000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What `eth_getLogs` asks for; None for a bound that was not given."""

    matcher: LogMatcher
    block_hash: bytes | None = None
    first: params.BlockReference | None = None
    last: params.BlockReference | None = None


def log_filter(value: Any) -> LogFilter:
    if not isinstance(value, dict):
        raise ValueError(f"json: cannot unmarshal {hexadecimal.kind(value)} into Go value of type filters.input")
    first, last = value.get("fromBlock"), value.get("toBlock")
    matcher = LogMatcher(_addresses(value.get("address")), _topics(value.get("topics")))
    if value.get("blockHash") is not None:
        if first is not None or last is not None:
            raise ValueError("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
        return LogFilter(matcher, block_hash=params.hash32(value["blockHash"]))
    return LogFilter(
        matcher,
        first=None if first is None else params.block_number(first),
        last=None if last is None else params.block_number(last),
    )


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
        raise ValueError(f"json: cannot unmarshal {hexadecimal.kind(value)} into Go value of type []interface {{}}")
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
        decoded = hexadecimal.from_hex(value)
    except ValueError as error:
        raise ValueError(f"{start}{error}") from error
    if len(decoded) != length:
        raise ValueError(f"{start}hex has invalid length {len(decoded)} after decoding; expected {length} for {kind}")
    return decoded
