"""JSON-RPC 2.0 as geth speaks it: single requests, batches, notifications, errors."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson

from ..errors import INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, RpcError
from ..node import Node
from . import blocks, controls, fees, identity, logs, reorgs, state, transactions, views
from .faults import Faults, HttpFailure
from .method import Methods
from .statistics import Statistics
from .subscriptions import UNSUPPORTED, Push, Subscriptions

MAX_BATCH = 1_000

_log = logging.getLogger("chain.rpc")


class Dispatcher:
    """Answers the bytes of a request with the bytes of a response."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.faults = Faults()
        self.statistics = Statistics()
        self.subscriptions = Subscriptions(node.ledger, node.view)
        # Frames leave before the pool is put in order, and a head's time is that just before its frames.
        node.ledger.on_head.insert(0, self.subscriptions.on_head)
        node.ledger.on_head.insert(0, self.statistics.head)
        node.pool.on_transaction.append(self.subscriptions.on_transaction)
        self._methods: Methods = {
            **identity.methods(node),
            **blocks.methods(node),
            **state.methods(node),
            **logs.methods(node),
            **transactions.methods(node),
            **fees.methods(node),
            **controls.methods(node, self.faults, self.statistics, self.subscriptions),
            **reorgs.methods(node),
            **views.methods(node, self.subscriptions),
        }

    def check_is_up(self) -> None:
        """Raises `HttpFailure` while the node is down; the test controls are answered all the same."""
        seconds = self._node.view.manners.retry_after
        if seconds is not None:
            raise HttpFailure(503, retry_after=seconds)

    async def respond(self, body: bytes | str, push: Push | None = None) -> bytes | None:
        """The response, or None where nothing is to be answered. `push` is what a WebSocket is notified with.

        Raises `Dropped` and `HttpFailure` where a test asked for them.
        """
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError:
            return orjson.dumps(_error(None, RpcError("parse error", PARSE_ERROR)))
        if not isinstance(message, list):
            answer = await self._answer(message, push)
            return None if answer is None else orjson.dumps(answer)
        if not message:
            return orjson.dumps(_error(None, RpcError("empty batch", INVALID_REQUEST)))
        if len(message) > MAX_BATCH:
            return orjson.dumps([_error(_identifier(message[0]), RpcError("batch too large", INVALID_REQUEST))])
        answers = [await self._answer(each, push) for each in message]
        kept = [answer for answer in answers if answer is not None]
        return orjson.dumps(kept) if kept else None

    async def _answer(self, message: Any, push: Push | None) -> dict[str, Any] | None:
        identifier = _identifier(message)
        if (
            not isinstance(message, dict)
            or message.get("jsonrpc") != "2.0"
            or not isinstance(message.get("method"), str)
        ):
            return _error(identifier, RpcError("invalid request", INVALID_REQUEST))
        try:
            result = await self._perform(message["method"], message.get("params"), push)
        except RpcError as error:
            return None if "id" not in message else _error(identifier, error)
        return None if "id" not in message else {"jsonrpc": "2.0", "id": identifier, "result": result}

    async def _perform(self, name: str, arguments: Any, push: Push | None) -> Any:
        self.statistics.count("http" if push is None else "ws", name)
        if not name.startswith("devnet_"):
            self.check_is_up()
        delay = self.faults.take_delay(name)
        if delay:
            await asyncio.sleep(delay)
        fault = self.faults.take_fault(name)
        if fault is not None and not fault.after:
            fault.strike()
        result = self.call(name, arguments, push)
        if fault is not None:
            fault.strike()
        return result

    def call(self, name: str, arguments: Any, push: Push | None = None) -> Any:
        """Performs one method at once, past faults and counting; raises `RpcError`."""
        if name in ("eth_subscribe", "eth_unsubscribe"):
            if push is None:
                raise UNSUPPORTED
            act = self.subscriptions.subscribe if name == "eth_subscribe" else self.subscriptions.unsubscribe
            return act(arguments, push)
        method = self._methods.get(name)
        if method is None:
            raise RpcError(f"the method {name} does not exist/is not available", METHOD_NOT_FOUND)
        try:
            return method(arguments)
        except RpcError:
            raise
        except Exception as error:
            _log.exception("%s failed", name)
            raise RpcError(f"method handler crashed: {error}", INTERNAL_ERROR) from error


def _identifier(message: Any) -> Any:
    identifier = message.get("id") if isinstance(message, dict) else None
    return identifier if isinstance(identifier, str | int | float) else None


def _error(identifier: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identifier, "error": error.as_json()}
