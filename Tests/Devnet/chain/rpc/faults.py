"""Failures and delays on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import RpcError

FOREVER = -1
ANY = "*"


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class HttpFailure(Exception):
    """The whole HTTP request is to be answered with this status; a WebSocket is closed instead."""

    def __init__(self, status: int, retry_after: int | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}


@dataclass(slots=True)
class Fault:
    """What goes wrong with a call. With `after` the call is carried out first, and only its answer is lost."""

    error: RpcError | None = None
    status: int | None = None
    retry_after: int | None = None
    after: bool = False

    def strike(self) -> None:
        if self.error is not None:
            raise self.error
        if self.status is not None:
            raise HttpFailure(self.status, self.retry_after)
        raise Dropped


@dataclass(slots=True)
class _Planned:
    left: int
    fault: Fault | None = None
    delay: float = 0.0


class Faults:
    """What the next calls of a method meet; `*` stands for every method. The test controls are never hit."""

    def __init__(self) -> None:
        self._failures: dict[str, _Planned] = {}
        self._delays: dict[str, _Planned] = {}

    def fail_next(self, method: str, count: int, fault: Fault) -> None:
        """Plans failures; a count of 0 takes them back, -1 goes on until then."""
        _plan(self._failures, method, _Planned(count, fault=fault))

    def delay_next(self, method: str, count: int, seconds: float) -> None:
        _plan(self._delays, method, _Planned(count, delay=seconds))

    def take_fault(self, method: str) -> Fault | None:
        planned = _take(self._failures, method)
        return None if planned is None else planned.fault

    def take_delay(self, method: str) -> float:
        planned = _take(self._delays, method)
        return 0.0 if planned is None else planned.delay


def fault(value: Any) -> Fault:
    """Reads `{code, message, data?}`, `{http: status, retryAfter?}` or `{drop: true}`, each with `after` or not."""
    if not isinstance(value, dict):
        raise ValueError("a fault is an object: {code, message}, {http: status} or {drop: true}")
    after = bool(value.get("after", False))
    if "http" in value:
        return Fault(status=int(value["http"]), retry_after=value.get("retryAfter"), after=after)
    if value.get("drop"):
        return Fault(after=after)
    if "code" in value and "message" in value:
        return Fault(error=RpcError(value["message"], value["code"], value.get("data")), after=after)
    raise ValueError("a fault is an object: {code, message}, {http: status} or {drop: true}")


def _plan(plans: dict[str, _Planned], method: str, planned: _Planned) -> None:
    if planned.left == 0:
        plans.pop(method, None)
    else:
        plans[method] = planned


def _take(plans: dict[str, _Planned], method: str) -> _Planned | None:
    key = method if method in plans else ANY
    planned = plans.get(key)
    if planned is None or method.startswith("devnet_"):
        return None
    if planned.left != FOREVER:
        planned.left -= 1
        if planned.left == 0:
            del plans[key]
    return planned
