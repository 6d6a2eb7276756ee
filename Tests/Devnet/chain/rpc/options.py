"""The objects that the test controls take: each key with its own reading, unknown keys refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Read = Callable[[Any], Any]


def options(value: Any, readers: Mapping[str, Read]) -> dict[str, Any]:
    """The given keys with their values read; raises `ValueError` for anything else."""
    if not isinstance(value, dict):
        raise ValueError("an object is wanted")
    found = {}
    for key, content in value.items():
        if key not in readers:
            raise ValueError(f"no {key!r}: {', '.join(readers)}")
        try:
            found[key] = readers[key](content)
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from error
    return found


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def number(least: int = 0) -> Read:
    """A whole number."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"a whole number from {least}")
        return value

    return read


def nullable(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def listed(read: Read) -> Read:
    """A list of what `read` reads."""

    def read_all(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError("a list is wanted")
        return [read(each) for each in value]

    return read_all


def one_of(*words: str) -> Read:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(" or ".join(words))
        return value

    return read
