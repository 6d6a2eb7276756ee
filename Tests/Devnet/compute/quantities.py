"""Sizes, CPU shares and durations, as Bacalhau reads and prints them."""

from __future__ import annotations

import re

_CPU = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(m?)")
_SIZE = re.compile(r"\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*")
_DECIMAL = {"": 1, "b": 1, "k": 1000, "kb": 1000, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9}
_LARGER = {"t": 10**12, "tb": 10**12, "p": 10**15, "pb": 10**15, "e": 10**18, "eb": 10**18}
_BINARY = {
    unit: 1 << shift
    for letter, shift in zip("kmgtpe", range(10, 70, 10), strict=True)
    for unit in (f"{letter}i", f"{letter}ib")
}
_UNITS = {**_DECIMAL, **_LARGER, **_BINARY}


def cpu(text: str) -> float | None:
    """Cores of a Kubernetes quantity (`100m`, `0.5`); None when it is none."""
    match = _CPU.fullmatch(text.strip())
    if match is None:
        return None
    return float(match[1]) / (1000 if match[2] else 1)


def size(text: str) -> int | None:
    """Bytes of a size (`512mb`, `1GiB`, `1000`); None when it is none."""
    match = _SIZE.fullmatch(text.lower())
    if match is None or match[2] not in _UNITS:
        return None
    return int(float(match[1].replace(",", "")) * _UNITS[match[2]])


def gpu(text: str) -> int | None:
    """A whole number of GPUs; None when it is none."""
    return int(text) if text.strip().isdigit() else None


def human_bytes(count: int) -> str:
    """Bytes with three digits at most, powers of 1000 (`20 GB`)."""
    if count < 10:
        return f"{count} B"
    value, units = float(count), ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    value = int(value * 10 + 0.5) / 10
    return f"{value:.1f} {units[0]}" if value < 10 else f"{value:.0f} {units[0]}"


def duration(seconds: int) -> str:
    """Whole seconds as Go prints a duration (`1h0m5s`)."""
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return f"{sign}{hours}h{minutes}m{rest}s"
    return f"{sign}{minutes}m{rest}s" if minutes else f"{sign}{rest}s"
