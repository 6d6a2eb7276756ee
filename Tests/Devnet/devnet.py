"""A chain, a compute node and the reference contract on this machine, for dapp authors and for tests.

`devnet.py` starts everything, deploys `abi/JobBridge.vy`, authorises a relayer and says where all is, until Ctrl-C.
`devnet.py chain …` and `devnet.py compute …` run one server alone, with the options of `python -m chain` and
`python -m compute`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

from artifacts import load_artifact
from chain.lifecycle import until_stopped
from client import Client, HttpRpc
from processes import FOLDER, Server

# Which development account plays which part.
DEPLOYER, RELAYER, REQUESTER = range(3)
WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Devnet:
    """What runs, and where."""

    servers: tuple[Server, ...]
    rpc: str
    ws: str
    bacalhau: str
    nodes: list[dict[str, str]]
    chain_id: int
    contract: str
    accounts: list[dict[str, str]]

    def as_json(self) -> dict[str, Any]:
        return {
            "rpc": self.rpc,
            "ws": self.ws,
            "nodes": self.nodes,
            "bacalhau": self.bacalhau,
            "contract": self.contract,
            "relayer": self.accounts[RELAYER],
            "requester": self.accounts[REQUESTER],
            "deployer": self.accounts[DEPLOYER],
            "chainId": self.chain_id,
        }

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()


def start(options: argparse.Namespace) -> Devnet:
    """Starts both servers at once, then deploys; whatever fails, nothing is left running."""
    chain_options = ["--port", str(options.port), "--chain-id", str(options.chain_id), "--nodes", str(options.nodes)]
    for name in ("safe_depth", "finalized_depth"):
        if getattr(options, name) is not None:
            chain_options += ["--" + name.replace("_", "-"), str(getattr(options, name))]
    servers = (
        Server("chain", *chain_options),
        Server("compute", "--port", str(options.bacalhau_port), "--publisher", "ipfs"),
    )
    try:
        chain, compute = (server.wait_until_ready() for server in servers)
        rpc = HttpRpc(chain["rpc"])
        contract = deploy(Client(rpc), chain["accounts"], options)
        if options.block_time:
            rpc("devnet_setInterval", [options.block_time])
        rpc.close()
    except BaseException:
        for server in servers:
            server.stop()
        raise
    return Devnet(
        servers,
        rpc=chain["rpc"],
        ws=chain["ws"],
        bacalhau=compute["api"],
        nodes=chain["nodes"],
        chain_id=chain["chainId"],
        contract=contract,
        accounts=chain["accounts"],
    )


def deploy(client: Client, accounts: list[dict[str, str]], options: argparse.Namespace) -> str:
    """Deploys the reference contract and authorises the relayer; the contract's address, with its checksum."""
    key = accounts[DEPLOYER]["privateKey"]
    artifact = load_artifact("JobBridge")
    bridge, _ = client.deploy(
        key, artifact.abi, artifact.bytecode, options.fee, options.callback_gas, options.cancel_after
    )
    bridge.send(key, "setRelayer", accounts[RELAYER]["address"], True)
    return bridge.checksummed


def summary(devnet: Devnet, options: argparse.Namespace) -> str:
    """What a dapp author needs to go on."""
    roles = {DEPLOYER: "owns the contract", RELAYER: "relayer", REQUESTER: "asks"}
    accounts = "\n".join(
        f"  {account['address']}  {account['privateKey']}  {roles.get(index, '')}".rstrip()
        for index, account in enumerate(devnet.accounts)
    )
    relayer, asking = (devnet.accounts[index]["privateKey"] for index in (RELAYER, REQUESTER))
    nodes = "\n             ".join(f"{node['rpc']}   {node['ws']}" for node in devnet.nodes)
    blocks = f"every {options.block_time:g} s" if options.block_time else "with each transaction"
    return f"""
The devnet is up (chain id {devnet.chain_id}, a block {blocks}).

  Ethereum   {nodes}
  Bacalhau   {devnet.bacalhau}
  contract   {devnet.contract}   abi/JobBridge.json
             fee {options.fee} wei, callback {options.callback_gas} gas, cancel after {options.cancel_after} blocks

Accounts, 10,000 ether each. Everybody knows these keys: never use them anywhere else.
{accounts}

Next, where SPEC is a file such as those in Tests/Devnet/fixtures/specs:
  umask 077
  echo {relayer} > relayer.key
  echo {asking} > my.key
  lilypad-relayer config init --contract {devnet.contract} \\
    --rpc {devnet.rpc} --ws {devnet.ws} --bacalhau {devnet.bacalhau} --key-file relayer.key
  lilypad-relayer run
  lilypad-relayer request SPEC --key-file my.key
Or deploy abi/ExampleClient.vy and ask from there.

Ctrl-C stops everything; the next start is a new chain.
"""


async def watch(devnet: Devnet, exit_on_stdin_eof: bool) -> int:
    """Waits for the end; 1 where a server ended by itself."""
    stopped = asyncio.create_task(until_stopped(watch_stdin=exit_on_stdin_eof))
    while not stopped.done():
        await asyncio.wait({stopped}, timeout=WATCH_SECONDS)
        ended = next((server for server in devnet.servers if server.has_ended), None)
        if ended is not None and not stopped.done():
            print(f"devnet: {ended.module} ended by itself", file=sys.stderr)
            stopped.cancel()
            return 1
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="devnet.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--json", action="store_true", help="say where all is on one line of JSON")
    options.add_argument("--exit-on-stdin-eof", action="store_true", help="stop when standard input ends")
    options.add_argument("--port", type=int, default=0, help="of the chain; 0 lets the system choose")
    options.add_argument("--bacalhau-port", type=int, default=0, help="of the compute node; 0 lets the system choose")
    options.add_argument("--chain-id", type=int, default=31337)
    options.add_argument("--block-time", type=float, default=0, help="seconds; 0 is a block with each transaction")
    options.add_argument("--safe-depth", type=int, help="blocks that the tag safe is behind the head")
    options.add_argument("--finalized-depth", type=int, help="the same for finalized")
    options.add_argument("--nodes", type=int, default=1, help="how many nodes of the chain, each on a port of its own")
    options.add_argument("--fee", type=int, default=10**15, help="wei that a request must bring")
    options.add_argument("--callback-gas", type=int, default=300_000, help="gas that a client's callback gets")
    options.add_argument("--cancel-after", type=int, default=100, help="blocks until a request may be cancelled")
    return options


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] in ("chain", "compute"):
        os.chdir(FOLDER)
        os.execv(sys.executable, [sys.executable, "-m", *arguments])
    options = parser().parse_args(arguments)
    try:
        devnet = start(options)
    except RuntimeError as failure:
        print(f"devnet: {failure}", file=sys.stderr)
        return 1
    try:
        print(json.dumps(devnet.as_json()) if options.json else summary(devnet, options), flush=True)
        return asyncio.run(watch(devnet, options.exit_on_stdin_eof))
    finally:
        devnet.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
