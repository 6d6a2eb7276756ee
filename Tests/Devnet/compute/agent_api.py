"""The endpoints that tell about the server and its nodes."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .orchestrator import Orchestrator
from .responses import json_answer


class AgentHandlers:
    """Handlers of `/api/v1/agent` and the node list."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._agent = orchestrator.agent

    def routes(self) -> list[web.RouteDef]:
        redirects = {"/": "version", "/version": "version", "/livez": "alive"}
        return [
            web.get("/api/v1/agent/alive", self.alive),
            web.get("/api/v1/agent/version", self.version),
            web.get("/api/v1/agent/node", self.node),
            web.get("/api/v1/agent/authconfig", self.authconfig),
            web.get("/api/v1/orchestrator/nodes", self.nodes),
            *(web.get(path, _redirect(target)) for path, target in redirects.items()),
        ]

    async def alive(self, request: web.Request) -> web.Response:
        return json_answer(request, {"Status": "OK"})

    async def version(self, request: web.Request) -> web.Response:
        return json_answer(request, self._agent.version)

    async def node(self, request: web.Request) -> web.Response:
        return json_answer(request, self._agent.node_info())

    async def authconfig(self, request: web.Request) -> web.Response:
        return json_answer(request, {"Version": "1.0.0", "Config": {}})

    async def nodes(self, request: web.Request) -> web.Response:
        return json_answer(request, self._agent.node_list())


def _redirect(target: str) -> Any:
    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently(f"/api/v1/agent/{target}")

    return redirect
