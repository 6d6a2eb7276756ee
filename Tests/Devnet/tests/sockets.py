"""A connection in this process that keeps what it was notified of."""

from __future__ import annotations

from typing import Any

from conftest import LocalChain


class Socket:
    """Subscribes at a node and collects the frames, each with the kind of its subscription."""

    def __init__(self, chain: LocalChain) -> None:
        self._dispatcher = chain.dispatcher
        self._frames: list[tuple[str, Any]] = []
        self._names: dict[str, str] = {}

    def __call__(self, notification: dict[str, Any]) -> None:
        params = notification["params"]
        self._frames.append((self._names[params["subscription"]], params["result"]))

    def subscribe(self, kind: str, *options: Any) -> None:
        self._names[self._dispatcher.call("eth_subscribe", [kind, *options], self)] = kind

    def take(self) -> list[tuple[str, Any]]:
        """What came since the last time."""
        taken, self._frames = self._frames, []
        return taken
