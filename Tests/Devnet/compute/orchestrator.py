"""One orchestrator: its parts, wired."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from .agent import Agent
from .calls import Calls
from .faults import Faults
from .node import Node
from .options import Options
from .scheduler import Scheduler
from .store import Store
from .unixfs import Blocks


@dataclass
class Pause:
    """Down-time: every call is answered with 503, or its connection is reset."""

    active: bool = False
    drop: bool = False


@dataclass
class Orchestrator:
    """Everything that the request handlers share. `blocks` is what the nodes have published, all to one IPFS."""

    nodes: list[Node]
    blocks: Blocks
    agent: Agent
    store: Store
    scheduler: Scheduler
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    pause: Pause = field(default_factory=Pause)


def build(options: Options) -> Orchestrator:
    """A fresh orchestrator. Call it inside a running event loop."""
    agent, blocks = Agent(), Blocks()
    # The first is the server itself, as where one process is both.
    ids = [agent.node_id, *(str(uuid.uuid4()) for _ in range(options.nodes - 1))]
    agent.nodes = [Node(node_id, options, blocks) for node_id in ids[: options.nodes]]
    return Orchestrator(agent.nodes, blocks, agent, Store(agent.node_id), Scheduler(agent.nodes, options))
