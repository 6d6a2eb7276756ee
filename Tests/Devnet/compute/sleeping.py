"""WASI's `poll_oneoff`: a sleep that can be ended from outside, which wasmtime's own cannot."""

from __future__ import annotations

import struct
import threading
import time
from dataclasses import dataclass

_SUBSCRIPTION = struct.Struct("<QB7xI4xQQH6x")
_EVENT = struct.Struct("<QHB21x")
_CLOCK, _REALTIME, _ABSOLUTE = 0, 0, 1
SUBSCRIPTION_BYTES = _SUBSCRIPTION.size
EVENT_BYTES = _EVENT.size
_MOST = 1024


@dataclass(frozen=True)
class Subscription:
    """What a guest waits for: a clock, with the seconds left, or a file, which is always ready."""

    user_data: int
    kind: int
    seconds: float

    @property
    def event(self) -> bytes:
        return _EVENT.pack(self.user_data, 0, self.kind)


def subscriptions(raw: bytes) -> list[Subscription]:
    """The subscriptions of a call, 48 bytes each."""
    return [_subscription(raw[at : at + SUBSCRIPTION_BYTES]) for at in range(0, len(raw), SUBSCRIPTION_BYTES)]


def is_too_many(count: int) -> bool:
    """Whether a call asks for none or for more than anybody needs."""
    return not 0 < count <= _MOST


def wait(waited_for: list[Subscription], interrupt: threading.Event) -> bytes:
    """Waits for the first of them, or for the interrupt; the events of all that are due then."""
    shortest = min(subscription.seconds for subscription in waited_for)
    if shortest > 0:
        interrupt.wait(min(shortest, threading.TIMEOUT_MAX))
    return b"".join(each.event for each in waited_for if each.seconds <= max(shortest, 0))


def _subscription(raw: bytes) -> Subscription:
    user_data, kind, clock, timeout, _, flags = _SUBSCRIPTION.unpack(raw)
    if kind != _CLOCK:
        return Subscription(user_data, kind, 0)
    if flags & _ABSOLUTE:
        timeout -= time.time_ns() if clock == _REALTIME else time.monotonic_ns()
    return Subscription(user_data, kind, timeout / 1e9)
