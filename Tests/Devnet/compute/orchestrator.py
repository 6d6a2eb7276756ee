"""One orchestrator: its parts, wired."""

from __future__ import annotations

from dataclasses import dataclass, field

from .agent import Agent
from .calls import Calls
from .faults import Faults
from .node import Node
from .options import Options
from .scheduler import Scheduler
from .store import Store


@dataclass
class Pause:
    """Down-time: every call is answered with 503, or its connection is reset."""

    active: bool = False
    drop: bool = False


@dataclass
class Orchestrator:
    """Everything that the request handlers share."""

    node: Node | None
    agent: Agent
    store: Store
    scheduler: Scheduler
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    pause: Pause = field(default_factory=Pause)


def build(options: Options) -> Orchestrator:
    """A fresh orchestrator. Call it inside a running event loop."""
    agent = Agent(None)
    if options.has_node:
        agent.node = Node(agent.node_id, options)
    return Orchestrator(agent.node, agent, Store(agent.node_id), Scheduler(agent.node, options))
