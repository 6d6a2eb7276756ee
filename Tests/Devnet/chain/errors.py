"""The one error that a method answers with."""

from __future__ import annotations

SERVER_ERROR = -32000
REVERTED = 3
NULL_ROUND = 12
# What Lotus answers with where it has no better code.
LOTUS_ERROR = 1
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603


class RpcError(Exception):
    """A JSON-RPC error object: code, message and, for reverts, the revert data in hex."""

    def __init__(self, message: str, code: int = SERVER_ERROR, data: str | int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, object]:
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error
