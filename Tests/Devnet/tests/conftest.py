"""Shared fixtures. Servers take random ports, and end with the test that started them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DEVNET = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(DEVNET))
sys.path.insert(0, str(DEVNET / "tests"))

from chain.accounts import INITIAL_BALANCE, development_accounts  # noqa: E402
from chain.errors import RpcError  # noqa: E402
from chain.evm import Genesis  # noqa: E402
from chain.node import Node  # noqa: E402
from chain.rpc.dispatch import Dispatcher  # noqa: E402
from client import CallFailed, Client  # noqa: E402


@dataclass
class LocalChain:
    """A chain in this process, asked without a network."""

    node: Node
    dispatcher: Dispatcher
    client: Client

    def rpc(self, method: str, *params: Any) -> Any:
        return self.client.rpc(method, params)


def local_chain(**genesis: Any) -> LocalChain:
    balances = {each.address_bytes: INITIAL_BALANCE for each in development_accounts()}
    return _asked_here(Node(Genesis(**({"balances": balances} | genesis))))


def sibling(chain: LocalChain) -> LocalChain:
    """Another node of the same chain."""
    return _asked_here(chain.node.sibling())


def _asked_here(node: Node) -> LocalChain:
    dispatcher = Dispatcher(node)

    def rpc(method: str, params: Sequence[Any]) -> Any:
        try:
            return dispatcher.call(method, list(params))
        except RpcError as error:
            raise CallFailed(error.as_json()) from error

    return LocalChain(node, dispatcher, Client(rpc))


@pytest.fixture
def chain() -> LocalChain:
    """A chain of its own, in this process, that mines with each transaction."""
    return local_chain()


@dataclass
class Server:
    """A server process and the line it said when it was ready."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]


StartServer = Callable[..., Server]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    """Starts `python -m <module> …` in the devnet's folder; everything started ends with the test."""
    yield from _servers()


@pytest.fixture(scope="module")
def served_chain() -> Iterator[dict[str, Any]]:
    """The ready line of a chain that the tests of a module share, because a start takes a second."""
    servers = _servers()
    yield next(servers)("chain").ready
    servers.close()


def _servers() -> Generator[StartServer, None, None]:
    started: list[subprocess.Popen[str]] = []

    def start(module: str, *options: str) -> Server:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=DEVNET,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return Server(process, json.loads(process.stdout.readline()))

    try:
        yield start
    finally:
        for process in started:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture
def bridge(chain: LocalChain) -> Any:
    """A bridge on a chain of its own."""
    from bridge import Bridge

    return Bridge.deployed(chain)
