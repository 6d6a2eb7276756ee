"""What was asked and when blocks left."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import Any

from ..model import Block

_KEPT_HEADS = 20_000


class Statistics:
    """Calls by kind of connection and method; open WebSockets; when each block became the head."""

    def __init__(self) -> None:
        self.calls: dict[str, Counter[str]] = {"http": Counter(), "ws": Counter()}
        self.websockets = 0
        self._heads: deque[tuple[int, int]] = deque(maxlen=_KEPT_HEADS)

    def count(self, connection: str, method: str) -> None:
        self.calls[connection][method] += 1

    def head(self, block: Block) -> None:
        self._heads.append((block.number, time.monotonic_ns()))

    def heads(self, first: int) -> list[dict[str, int]]:
        """The clock is CLOCK_MONOTONIC, which all processes of a machine share, in nanoseconds."""
        return [{"number": number, "monotonicNs": when} for number, when in self._heads if number >= first]

    def as_json(self) -> dict[str, Any]:
        return {kind: dict(calls) for kind, calls in self.calls.items()} | {"websockets": self.websockets}
