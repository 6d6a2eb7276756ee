"""Stand-in servers for tests, and a small client. The fixtures are imported by the modules that use them."""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DEVNET = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(DEVNET))

from compute.options import Options  # noqa: E402
from compute.server import HOST, Server  # noqa: E402

JOBS = "/api/v1/orchestrator/jobs"
TERMINAL = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True)
class Answer:
    """A response: JSON body where it parses, else text; header names in lower case."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""


class Client:
    """Calls one server; each call on a fresh connection."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        chunked: bool = False,
        control: bool = False,
    ) -> Answer:
        port = self.server.control_port if control else self.server.api_port
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        sent = dict(headers or {})
        if body is not None:
            raw = json.dumps(body, separators=(",", ":")).encode()
            sent.setdefault("Content-Type", "application/json")
        try:
            if chunked:
                connection.request(method, path, body=iter([raw or b""]), headers=sent, encode_chunked=True)
            else:
                connection.request(method, path, body=raw, headers=sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        kept = {key.lower(): value for key, value in response.getheaders()}
        text = content.decode(errors="replace")
        try:
            return Answer(response.status, json.loads(text), kept, content)
        except ValueError:
            return Answer(response.status, text, kept, content)

    def control(self, name: str, **order: Any) -> Answer:
        return self.call("POST", f"/devnet/{name}", order, control=True)

    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = self.call("GET", "/devnet/stats", control=True).body
        return stats

    def wait(self, key: str, namespace: str = "lilypad", states: tuple[str, ...] = TERMINAL, limit: float = 30) -> Any:
        """Polls until the job is in one of the states; the job."""
        deadline = time.monotonic() + limit
        while True:
            job = self.call("GET", f"{JOBS}/{key}?namespace={namespace}").body["Job"]
            if job["State"]["StateType"] in states or time.monotonic() > deadline:
                return job
            time.sleep(0.005)

    def executions(self, key: str, namespace: str = "lilypad") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.call("GET", f"{JOBS}/{key}/executions?namespace={namespace}").body["Items"]
        return items

    def run(self, job: dict[str, Any], states: tuple[str, ...] = TERMINAL) -> tuple[Any, list[dict[str, Any]]]:
        """Submits, waits for the end; the job and its executions."""
        answer = self.call("PUT", JOBS, {"Job": job})
        assert answer.status == 200, answer.body
        ended = self.wait(answer.body["JobID"], states=states)
        return ended, self.executions(answer.body["JobID"])


Start = Callable[..., Client]


@pytest.fixture(name="start")
def start_fixture() -> Iterator[Start]:
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


@pytest.fixture(name="client")
def client_fixture(start: Start) -> Client:
    """A server with the ipfs publisher."""
    return start(publisher="ipfs")
