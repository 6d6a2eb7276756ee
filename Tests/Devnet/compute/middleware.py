"""What every call passes: counting, down-time, ordered faults, the server's own rules for requests, headers, errors."""

from __future__ import annotations

import asyncio
import re
import secrets
import string

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from . import errors
from .errors import APIError
from .faults import Fault
from .orchestrator import Orchestrator
from .responses import error_answer, json_answer, reset_connection

MAX_BODY = 10_000_000
BODY = web.RequestKey("body", bytes)
JOB_NAME = web.RequestKey("job_name", str)
_REFUSED_EARLY = web.RequestKey("refused_early", bool)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?")
_LETTERS = string.ascii_letters


def for_orchestrator(orchestrator: Orchestrator) -> Middleware:
    """The one middleware of the application."""

    @web.middleware
    async def pass_through(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/devnet/"):
            return await handler(request)
        entry = orchestrator.calls.arrived(request.method, request.path)
        if orchestrator.pause.active:
            return _paused(request, orchestrator.pause.drop)
        response = await _with_faults(orchestrator, request, handler)
        if entry is not None:
            entry["name"], entry["status"] = request.get(JOB_NAME, ""), response.status
        _add_headers(orchestrator, request, response)
        return response

    return pass_through


def _paused(request: web.Request, drop: bool) -> web.Response:
    return reset_connection(request) if drop else web.Response(status=503, text="Server Timeout!")


async def _with_faults(orchestrator: Orchestrator, request: web.Request, handler: Handler) -> web.StreamResponse:
    delay = orchestrator.faults.take(request.method, request.path, delays=True)
    failure = orchestrator.faults.take(request.method, request.path, delays=False)
    await _wait(delay, after=False)
    if failure is not None and not failure.after:
        await request.read()
        return _failed(request, failure)
    response = await _answer(orchestrator, request, handler)
    await _wait(delay, after=True)
    return response if failure is None else _failed(request, failure)


async def _wait(delay: Fault | None, after: bool) -> None:
    if delay is not None and delay.after == after:
        await asyncio.sleep(delay.delay or 0)


def _failed(request: web.Request, fault: Fault) -> web.Response:
    if fault.drop:
        return reset_connection(request)
    kind = "application/json" if fault.body.startswith("{") else "text/plain"
    return web.Response(status=fault.status, text=fault.body, content_type=kind)


async def _answer(orchestrator: Orchestrator, request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        request[BODY] = await _framed_body(request)
        outdated = _outdated_client(orchestrator, request)
        if outdated is not None:
            return outdated
        if request[BODY] and request.content_type != "application/json":
            raise errors.unsupported_media_type()
        return await handler(request)
    except APIError as error:
        return error_answer(request, error)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return error_answer(request, errors.unknown_path())
    except web.HTTPRequestEntityTooLarge:
        return error_answer(request, errors.body_too_large())
    except web.HTTPMovedPermanently as redirect:
        return web.Response(status=301, headers={"Location": str(redirect.location)})


async def _framed_body(request: web.Request) -> bytes:
    """The body, unless its framing is refused, which happens before anything else looks at the request."""
    request[_REFUSED_EARLY] = True
    if (request.content_length or 0) > MAX_BODY:
        raise errors.body_too_large()
    body = await request.read()
    if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
        raise errors.chunked_body()
    request[_REFUSED_EARLY] = False
    return body


def _outdated_client(orchestrator: Orchestrator, request: web.Request) -> web.Response | None:
    sent = request.headers.get("X-Bacalhau-Git-Version")
    if sent is None:
        return None
    match = _VERSION.fullmatch(sent)
    if match is None:
        return json_answer(request, {"Error": "Invalid Semantic Version"}, 400)
    if tuple(int(part) for part in match.groups()) >= (1, 4, 0):
        return None
    answer = {
        "Error": "Client version is outdated. Update your client",
        "MinVersion": "1.4.0",
        "ClientVersion": sent.removeprefix("v"),
        "ServerVersion": orchestrator.agent.version["GitVersion"].removeprefix("v"),
    }
    return json_answer(request, answer, 403)


def _add_headers(orchestrator: Orchestrator, request: web.Request, response: web.StreamResponse) -> None:
    random = "".join(secrets.choice(_LETTERS) for _ in range(32))
    response.headers["X-Request-ID"] = request.headers.get("X-Request-ID") or random
    if request.get(_REFUSED_EARLY, False):
        return
    version = orchestrator.agent.version
    for header, key in (
        ("Git-Version", "GitVersion"),
        ("Git-Commit", "GitCommit"),
        ("Build-Date", "BuildDate"),
        ("Build-OS", "GOOS"),
        ("Arch", "GOARCH"),
    ):
        response.headers[f"X-Bacalhau-{header}"] = version[key]
