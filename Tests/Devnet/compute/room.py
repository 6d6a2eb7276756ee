"""Who may use a node's resources, and who waits for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from .capacity import Resources


class Room:
    """A node's resources, handed out in the order of asking."""

    def __init__(self, maximum: Resources) -> None:
        self.maximum = maximum
        self.available = maximum
        self.running = 0
        self._queue: deque[tuple[Resources, asyncio.Future[None]]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @contextlib.asynccontextmanager
    async def taken(self, asked: Resources) -> AsyncIterator[None]:
        """Holds the resources inside of the block; waits for them before it."""
        admitted = asyncio.get_running_loop().create_future()
        self._queue.append((asked, admitted))
        self._admit()
        try:
            await admitted
            yield
        finally:
            self._leave(asked, admitted)

    def _admit(self) -> None:
        while self._queue and self._queue[0][0].fits(self.available):
            asked, admitted = self._queue.popleft()
            self.available -= asked
            self.running += 1
            if not admitted.done():
                admitted.set_result(None)

    def _leave(self, asked: Resources, admitted: asyncio.Future[None]) -> None:
        if (asked, admitted) in self._queue:
            self._queue.remove((asked, admitted))
        else:
            self.available += asked
            self.running -= 1
        self._admit()
