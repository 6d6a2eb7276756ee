"""When blocks come: with each transaction, every so many seconds, or only when asked for."""

from __future__ import annotations

import asyncio

from .miner import Miner

INSTANT = 0.0


class Pace:
    """Drives a miner. `interval` is 0 for a block with each transaction, seconds, or None for blocks on demand."""

    def __init__(self, miner: Miner, interval: float | None) -> None:
        self._miner = miner
        self._timer: asyncio.TimerHandle | None = None
        self._next = 0.0
        self.interval = interval

    def start(self) -> None:
        """Begins to tick, where there is an interval; needs a running event loop."""
        self.set_interval(self.interval)

    def set_interval(self, interval: float | None) -> None:
        self.stop()
        self.interval = interval
        if interval == INSTANT:
            self.pool_changed()
        elif interval is not None:
            self._next = asyncio.get_running_loop().time()
            self._schedule(interval)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def pool_changed(self) -> None:
        """Mines at once, in instant mode, whatever can be mined."""
        if self.interval == INSTANT:
            while self._miner.has_work() and self._miner.mine().transactions:
                pass

    def _schedule(self, interval: float) -> None:
        loop = asyncio.get_running_loop()
        # From the planned time, not from now, so that blocks do not drift; but never a burst after a pause.
        self._next = max(self._next + interval, loop.time())
        self._timer = loop.call_at(self._next, self._tick, interval)

    def _tick(self, interval: float) -> None:
        self._schedule(interval)
        self._miner.mine()
