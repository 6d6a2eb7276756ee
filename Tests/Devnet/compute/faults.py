"""Faults that a test orders: calls that fail, are cut off or come late, before or after their effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import gojson


@dataclass
class Fault:
    """What happens to the next `count` calls of a method below a path prefix (both empty: any call).

    `drop` resets the connection, else `status` and `body` are the answer; `after` lets the call take effect first.
    """

    method: str = ""
    path_prefix: str = ""
    count: int = 1
    status: int = 503
    body: str = ""
    drop: bool = False
    after: bool = False
    delay: float | None = None

    def takes(self, method: str, path: str) -> bool:
        return self.count > 0 and self.method in ("", method) and path.startswith(self.path_prefix)


@dataclass
class Faults:
    """The faults that wait, in the order they were asked for."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, method: str, path: str, delays: bool) -> Fault | None:
        """The first fault for this call, used up by one; `delays` asks for delays, else for failures."""
        for fault in self.waiting:
            if (fault.delay is not None) == delays and fault.takes(method, path):
                fault.count -= 1
                self.waiting = [other for other in self.waiting if other.count > 0]
                return fault
        return None


def failure(order: dict[str, Any]) -> Fault:
    """The fault of a `fail-next` body."""
    body = order.get("body", "")
    return Fault(
        str(order.get("method", "")).upper(),
        str(order.get("path-prefix", "")),
        int(order.get("count", 1)),
        int(order.get("status", 503)),
        body if isinstance(body, str) else _compact(body),
        bool(order.get("drop", False)),
        bool(order.get("after", False)),
    )


def delay(order: dict[str, Any]) -> Fault:
    """The fault of a `delay-next` body: `seconds` or `ms`."""
    seconds = float(order.get("seconds", float(order.get("ms", 0)) / 1000))
    after = bool(order.get("after", False))
    method, prefix = str(order.get("method", "")).upper(), str(order.get("path-prefix", ""))
    return Fault(method, prefix, int(order.get("count", 1)), after=after, delay=seconds)


def _compact(value: Any) -> str:
    return gojson.dumps(value).decode()
