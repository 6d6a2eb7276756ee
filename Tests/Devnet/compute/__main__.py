"""`python -m compute`: runs the server until stdin ends or SIGTERM comes."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys

from .options import Options
from .server import HOST, Server


def options_from(arguments: list[str]) -> Options:
    """The command line; unknown options end the process with status 2."""
    default = Options()
    parser = argparse.ArgumentParser(prog="compute", description="A stand-in for a Bacalhau 1.9.3 orchestrator.")
    parser.add_argument("--port", type=int, default=0, help="port of the API on loopback; 0 lets the system choose")
    parser.add_argument("--publisher", choices=("none", "ipfs"), default="none", help="what the node can publish to")
    parser.add_argument("--engines", default="wasm", help="engines the node offers, comma separated")
    parser.add_argument("--no-nodes", action="store_true", help="an orchestrator without a compute node")
    parser.add_argument("--nodes", type=int, default=default.nodes, help="compute nodes")
    parser.add_argument("--cpu", type=float, default=default.cpu, help="cores of each node")
    parser.add_argument("--exact-capacity", action="store_true", help="refuse a job that does not fit at this moment")
    parser.add_argument("--step-ms", type=float, default=0, help="pause before each change of state")
    parser.add_argument("--queue-backoff", type=float, default=default.queue_backoff, help="seconds between two looks")
    parser.add_argument("--input-retry", type=float, default=default.input_retry, help="seconds to try an input URL")
    parsed = parser.parse_args(arguments)
    return Options(
        port=parsed.port,
        publisher=parsed.publisher,
        engines=tuple(engine for engine in parsed.engines.split(",") if engine),
        nodes=0 if parsed.no_nodes else parsed.nodes,
        cpu=parsed.cpu,
        exact_capacity=parsed.exact_capacity,
        step=parsed.step_ms / 1000,
        queue_backoff=parsed.queue_backoff,
        input_retry=parsed.input_retry,
    )


async def serve(options: Options) -> None:
    """Starts the server, says on stdout where it is, and waits for the end."""
    ended = await _end()
    server = Server(options)
    await server.start()
    ready = {
        "ready": True,
        "api": f"http://{HOST}:{server.api_port}",
        "control": f"http://{HOST}:{server.control_port}",
    }
    print(json.dumps(ready, separators=(",", ":")), flush=True)
    await ended.wait()
    await server.stop()


async def _end() -> asyncio.Event:
    """Set once a signal has come or stdin has ended."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    # A terminal or a pipe can be watched; a file or /dev/null cannot, and then only a signal ends the server.
    with contextlib.suppress(OSError, ValueError):
        await loop.connect_read_pipe(lambda: _EndOfInput(ended), sys.stdin)
    return ended


class _EndOfInput(asyncio.Protocol):
    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended

    def connection_lost(self, error: Exception | None) -> None:
        self._ended.set()


def main() -> None:
    """Runs and leaves at once at the end: a guest that sleeps in a host call must not hold the process."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="compute: %(levelname)s %(message)s")
    asyncio.run(serve(options_from(sys.argv[1:])))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
