"""The switches of `/devnet`, for tests: faults, delays, busy nodes, versions, down-time, counts."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from . import dagread, faults
from .node import Lie, Node
from .orchestrator import Orchestrator
from .unixfs import Symlink, cid_multihash

Refuse = Callable[[bool], Awaitable[None]]


class Controls:
    """Handlers of `/devnet`. `refuse` closes (True) or opens (False) the API's listening socket."""

    def __init__(self, orchestrator: Orchestrator, refuse: Refuse) -> None:
        self._orchestrator = orchestrator
        self._refuse = refuse

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/devnet/fail-next", self.fail_next),
            web.post("/devnet/delay-next", self.delay_next),
            web.post("/devnet/clear", self.clear),
            web.post("/devnet/busy", self.busy),
            web.post("/devnet/wedge", self.wedge),
            web.post("/devnet/lie", self.lie),
            web.post("/devnet/version", self.version),
            web.post("/devnet/pause", self.pause),
            web.post("/devnet/resume", self.resume),
            web.get("/devnet/stats", self.stats),
            web.get("/devnet/published/{cid}", self.published),
        ]

    async def fail_next(self, request: web.Request) -> web.Response:
        """Fails `count` calls of `method` below `path-prefix`: `status` with `body`, or `drop`; `after` it acted."""
        self._orchestrator.faults.waiting.append(faults.failure(await _order(request)))
        return _done()

    async def delay_next(self, request: web.Request) -> web.Response:
        """Delays the next `count` calls of `method` below `path-prefix` by `ms`, before they act or `after`."""
        self._orchestrator.faults.waiting.append(faults.delay(await _order(request)))
        return _done()

    async def clear(self, request: web.Request) -> web.Response:
        """Forgets faults and delays that still wait, and busy nodes."""
        self._orchestrator.faults.waiting.clear()
        self._orchestrator.scheduler.busy_jobs = 0
        return _done()

    async def busy(self, request: web.Request) -> web.Response:
        """The next `count` jobs fail with no execution: the node is busy."""
        self._orchestrator.scheduler.busy_jobs = int((await _order(request)).get("count", 1))
        return _done()

    async def wedge(self, request: web.Request) -> web.Response:
        """Nodes (or `node`) take executions and never answer, until `{"on":false}`; what they took stays pending."""
        order = await _order(request)
        for node in self._ordered(order):
            node.wedged = bool(order.get("on", True))
        return _done()

    async def lie(self, request: web.Request) -> web.Response:
        """A node's programs give `stdout` (empty: lost) from now on, `in` run output, files or both; null ends it."""
        order = await _order(request)
        text, place = order.get("stdout"), order.get("in", "both")
        for node in self._ordered(order):
            node.lie = None if text is None else Lie(str(text).encode(), place != "files", place != "output")
        return _done()

    def _ordered(self, order: dict[str, Any]) -> list[Node]:
        """The `node` of an order, by its number from 0; without one, all."""
        nodes = self._orchestrator.nodes
        return [nodes[int(order["node"])]] if "node" in order else nodes

    async def version(self, request: web.Request) -> web.Response:
        """Takes over the keys of `agent/version` that the body has, and answers as that version in headers too."""
        self._orchestrator.agent.version.update({key: str(value) for key, value in (await _order(request)).items()})
        return _done()

    async def pause(self, request: web.Request) -> web.Response:
        """Down-time: 503 by default, `{"mode":"drop"}` resets each connection, `{"mode":"refuse"}` stops listening.

        After `refuse` only the control address hears `resume`.
        """
        mode = (await _order(request)).get("mode", "503")
        self._orchestrator.pause.active, self._orchestrator.pause.drop = True, mode in ("drop", "refuse")
        if mode == "refuse":
            await self._refuse(True)
        response = _done()
        response.force_close()
        return response

    async def resume(self, request: web.Request) -> web.Response:
        self._orchestrator.pause.active = False
        await self._refuse(False)
        return _done()

    async def stats(self, request: web.Request) -> web.Response:
        """Calls by method and kind, submissions with the time they came, jobs by name."""
        calls, jobs = self._orchestrator.calls, self._orchestrator.store.all()
        by_name = {
            job.name: {
                "id": job.id,
                "namespace": job.namespace,
                "version": job.version,
                "state": job.state,
                "executions": len(job.executions),
            }
            for job in jobs
        }
        answer = {"calls": dict(sorted(calls.counts.items())), "puts": calls.submissions, "jobs": by_name}
        return web.json_response(answer)

    async def published(self, request: web.Request) -> web.Response:
        """The tree of a published CID: files as text (latin-1, byte by byte), directories as objects."""
        multihash = cid_multihash(request.match_info["cid"])
        blocks = self._orchestrator.blocks
        if multihash is None or multihash not in blocks.by_hash:
            return web.json_response({"error": "not published here"}, status=404)
        return web.json_response(_shown(dagread.read(blocks, multihash)))


def _shown(entry: Any) -> Any:
    if isinstance(entry, dict):
        return {name: _shown(child) for name, child in entry.items()}
    return (entry.target if isinstance(entry, Symlink) else entry).decode("latin-1")


async def _order(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    try:
        order = json.loads(body or b"{}")
    except ValueError:
        raise web.HTTPBadRequest(text="the body is no JSON") from None
    if not isinstance(order, dict):
        raise web.HTTPBadRequest(text="the body is no JSON object")
    return order


def _done() -> web.Response:
    return web.json_response({"ok": True})
