"""Answers as Bacalhau's server frames them."""

from __future__ import annotations

import socket
import struct
from typing import Any

from aiohttp import web

from . import gojson
from .errors import APIError

_CHUNKED_ABOVE = 2048


def json_answer(request: web.Request, value: Any, status: int = 200) -> web.Response:
    """JSON, indented when the query has `pretty`; beyond 2 KiB it goes out chunked, as Go's server does."""
    body = gojson.dumps(value, pretty="pretty" in request.query)
    response = web.Response(body=body, status=status, content_type="application/json")
    if len(body) > _CHUNKED_ABOVE:
        response.enable_chunked_encoding()
    return response


def error_answer(request: web.Request, error: APIError) -> web.Response:
    """An error body; its RequestID is only what the client sent."""
    response = json_answer(request, error.body(request.headers.get("X-Request-ID", "")), error.status)
    if error.status == 413:
        response.force_close()
    return response


def reset_connection(request: web.Request) -> web.Response:
    """Cuts the connection with a TCP reset; what it returns is never seen."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
