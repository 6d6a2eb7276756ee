"""The server: one address for the API, one for the controls, which stays open while the API refuses connections."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from . import middleware
from .agent_api import AgentHandlers
from .api import JobHandlers
from .controls import Controls
from .options import Options
from .orchestrator import Orchestrator, build
from .published import PublishedHandlers

HOST = "127.0.0.1"
_IDLE_SECONDS = 20.0


class Server:
    """A running orchestrator on loopback."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.orchestrator: Orchestrator = build(options)
        self._runner = web.AppRunner(
            _application(self.orchestrator, Controls(self.orchestrator, self._refuse)),
            access_log=None,
            keepalive_timeout=_IDLE_SECONDS,
            shutdown_timeout=0.1,
        )
        self._site: web.TCPSite | None = None
        self.api_port = 0
        self.control_port = 0

    async def start(self) -> None:
        await self._runner.setup()
        self.api_port = await self._listen(self._options.port)
        control = web.TCPSite(self._runner, HOST, 0)
        await control.start()
        self.control_port = _port(control)

    async def stop(self) -> None:
        self.orchestrator.scheduler.close()
        await self._runner.cleanup()

    async def _listen(self, port: int) -> int:
        self._site = web.TCPSite(self._runner, HOST, port, backlog=1024, reuse_address=True)
        await self._site.start()
        return _port(self._site)

    async def _refuse(self, refusing: bool) -> None:
        if refusing and self._site is not None:
            await self._site.stop()
            self._site = None
            self._cut_idle_connections()
        elif not refusing and self._site is None:
            await self._listen(self.api_port)

    def _cut_idle_connections(self) -> None:
        server: Any = self._runner.server
        for connection in server.connections:
            transport = connection.transport
            idle = connection._current_request is None
            if idle and transport is not None and transport.get_extra_info("sockname")[1] == self.api_port:
                transport.abort()


def _application(orchestrator: Orchestrator, controls: Controls) -> web.Application:
    application = web.Application(
        middlewares=[middleware.for_orchestrator(orchestrator)], client_max_size=middleware.MAX_BODY
    )
    for handlers in (
        JobHandlers(orchestrator),
        AgentHandlers(orchestrator),
        PublishedHandlers(orchestrator),
        controls,
    ):
        application.add_routes(handlers.routes())
    return application


def _port(site: web.TCPSite) -> int:
    server: Any = site._server
    return int(server.sockets[0].getsockname()[1])
