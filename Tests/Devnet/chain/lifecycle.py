"""When a server ends: at SIGTERM, at Ctrl-C, or when nobody holds its standard input any more."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys


async def until_stopped(watch_stdin: bool = True) -> None:
    """Waits for a signal or for the end of standard input, whichever comes first."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if watch_stdin:
        _watch_stdin(loop, stopped)
    await stopped.wait()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    descriptor = sys.stdin.fileno()

    def readable() -> None:
        try:
            ended = os.read(descriptor, 4096) == b""
        except BlockingIOError:
            return
        except OSError:
            ended = True
        if ended:
            loop.remove_reader(descriptor)
            stopped.set()

    # A pipe or a terminal can be watched; a file or /dev/null cannot, and then only a signal ends the server.
    with contextlib.suppress(OSError):
        loop.add_reader(descriptor, readable)
