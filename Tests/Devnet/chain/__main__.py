"""`python -m chain`: a chain that says on one line of standard output where it listens."""

from __future__ import annotations

import argparse
import json
import logging
import sys

import uvloop

from .accounts import INITIAL_BALANCE, development_accounts
from .evm import Genesis
from .lifecycle import until_stopped
from .node import Node
from .pace import INSTANT
from .rpc.dispatch import Dispatcher
from .server import Server


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m chain", description="A local Ethereum chain for tests.")
    options.add_argument("--port", type=int, default=0, help="0: chosen by the system")
    options.add_argument("--chain-id", type=int, default=31337)
    options.add_argument(
        "--block-time", type=float, default=INSTANT, metavar="SECONDS", help="0: a block with each transaction"
    )
    options.add_argument("--no-mining", action="store_true", help="blocks only when devnet_mine asks for them")
    options.add_argument("--safe-depth", type=int, metavar="BLOCKS", help="where the tag safe points behind the head")
    options.add_argument("--finalized-depth", type=int, metavar="BLOCKS", help="the same for finalized")
    options.add_argument("--nodes", type=int, default=1, help="how many nodes of the chain, each on a port of its own")
    options.add_argument("--ignore-stdin", action="store_true", help="do not exit when standard input ends")
    return options


async def run(options: argparse.Namespace) -> None:
    accounts = development_accounts()
    genesis = Genesis(options.chain_id, {each.address_bytes: INITIAL_BALANCE for each in accounts})
    interval = None if options.no_mining else options.block_time
    node = Node(genesis, interval, options.safe_depth, options.finalized_depth)
    nodes = [node, *(node.sibling() for _ in range(1, options.nodes))]
    servers = [Server(Dispatcher(each)) for each in nodes]
    ports = [await server.start(0 if index else options.port) for index, server in enumerate(servers)]
    node.pace.start()
    urls = [{"rpc": f"http://127.0.0.1:{port}", "ws": f"ws://127.0.0.1:{port}"} for port in ports]
    ready = {
        "ready": True,
        **urls[0],
        "nodes": urls,
        "chainId": options.chain_id,
        "genesis": "0x" + node.ledger.head.hash.hex(),
        "accounts": [account.as_json() for account in accounts],
    }
    print(json.dumps(ready), flush=True)
    await until_stopped(watch_stdin=not options.ignore_stdin)
    node.pace.stop()
    for server in servers:
        await server.stop()


def main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    options = parser().parse_args()
    try:
        uvloop.run(run(options))
    except OSError as failure:
        sys.exit(f"chain: cannot listen on port {options.port}: {failure}")


if __name__ == "__main__":
    main()
