"""HTTP and WebSocket on one port of the loopback interface."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from .rpc.dispatch import Dispatcher
from .rpc.faults import Dropped, HttpFailure
from .rpc.subscriptions import Push

MAX_BODY = 5 * 1024 * 1024
MAX_FRAME = 32 * 1024 * 1024
# A reader that lets so many notifications pile up is cut off, as geth does.
MAX_QUEUED = 20_000
_JSON = "application/json"


class Server:
    """Serves a dispatcher until it is stopped."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()

    async def start(self, port: int = 0) -> int:
        """Listens; answers with the port, chosen by the system when 0 was asked for."""
        application = web.Application(client_max_size=2 * MAX_BODY)
        application.add_routes([web.post("/", self._post), web.get("/", self._get), web.options("/", _preflight)])
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024).start()
        return self._runner.addresses[0][1]

    async def stop(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _post(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != _JSON:
            return web.Response(status=415, text="invalid content type, only application/json is supported\n")
        if (request.content_length or 0) > MAX_BODY:
            return web.Response(status=413, text=f"content length too large ({request.content_length}>{MAX_BODY})\n")
        try:
            answer = await self._dispatcher.respond(await request.read())
        except HttpFailure as failure:
            return _refusal(failure)
        except Dropped:
            _abort(request)
            return web.Response(status=500)
        return web.Response(body=answer or b"", content_type=_JSON, headers=_CORS)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return web.Response()
        try:
            self._dispatcher.check_is_up()
        except HttpFailure as failure:
            return _refusal(failure)
        socket = web.WebSocketResponse(max_msg_size=MAX_FRAME, compress=False)
        try:
            await socket.prepare(request)
        except ConnectionResetError:  # the client has gone again
            return socket
        self._sockets.add(socket)
        self._dispatcher.statistics.websockets += 1
        try:
            await _Connection(self._dispatcher, socket, request).run()
        finally:
            self._dispatcher.statistics.websockets -= 1
            self._sockets.discard(socket)
        return socket


class _Connection:
    """One WebSocket: answers and notifications."""

    def __init__(self, dispatcher: Dispatcher, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._dispatcher, self._socket, self._request = dispatcher, socket, request
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._push: Push = self._notify

    async def run(self) -> None:
        tasks = {asyncio.create_task(self._send())}
        self._dispatcher.subscriptions.connect(self._push, lambda: _abort(self._request))
        try:
            async for message in self._socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    # A task each, so that a delayed answer does not hold up the next; undelayed ones stay in order.
                    task = asyncio.create_task(self._answer(message.data))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
        finally:
            self._dispatcher.subscriptions.disconnect(self._push)
            for task in tasks:
                task.cancel()

    async def _answer(self, body: bytes | str) -> None:
        try:
            answer = await self._dispatcher.respond(body, self._push)
        except (Dropped, HttpFailure):
            _abort(self._request)
            return
        if answer is not None:
            self._outgoing.put_nowait(answer)

    def _notify(self, notification: dict[str, Any]) -> None:
        if self._outgoing.qsize() >= MAX_QUEUED:
            _abort(self._request)
        else:
            self._outgoing.put_nowait(orjson.dumps(notification))

    async def _send(self) -> None:
        while True:
            frame = await self._outgoing.get()
            try:
                await self._socket.send_str(frame.decode())
            except ConnectionError:
                return


# A page of a dapp may talk to the chain from a browser.
_CORS = {"Access-Control-Allow-Origin": "*", "Vary": "Origin"}


def _refusal(failure: HttpFailure) -> web.Response:
    return web.Response(status=failure.status, text=f"{failure.status}\n", headers=failure.headers)


async def _preflight(_: web.Request) -> web.Response:
    return web.Response(headers=_CORS | {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "*"})


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
