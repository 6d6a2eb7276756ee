"""Stand-in servers for tests, each on a loop and a thread of its own."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from compute.options import Options  # noqa: E402
from compute.server import Server  # noqa: E402
from standin import Client, Start  # noqa: E402


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers by their options, each on a loop of its own; all end with the test."""
    running: list[tuple[asyncio.AbstractEventLoop, threading.Thread, Server]] = []

    def begin(**options: Any) -> Client:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(_started(Options(**options)), loop).result(10)
        running.append((loop, thread, server))
        return Client(server)

    yield begin
    for loop, thread, server in running:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _started(options: Options) -> Server:
    server = Server(options)
    await server.start()
    return server


@pytest.fixture
def client(start: Start) -> Client:
    """A server with the ipfs publisher."""
    return start(publisher="ipfs")
