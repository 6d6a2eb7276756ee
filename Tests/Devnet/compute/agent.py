"""What the server says of itself and of its nodes."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from .node import Node
from .records import timestamp


def _recorded_version() -> dict[str, str]:
    return {
        "Major": "1",
        "Minor": "9",
        "GitVersion": "v1.9.3",
        "GitCommit": "a" * 40,
        "BuildDate": "1970-01-01T00:00:00Z",
        "GOOS": "linux",
        "GOARCH": "amd64",
    }


@dataclass
class Agent:
    """The server's identity. `version` may be changed while it runs."""

    nodes: list[Node] = field(default_factory=list)
    node_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    version: dict[str, str] = field(default_factory=_recorded_version)
    since: int = field(default_factory=time.time_ns)

    def node_info(self) -> dict[str, Any]:
        """The server itself, which is the first compute node too; without one it is the requester alone."""
        return self._info(self.node_id, self.nodes[0] if self.nodes else None)

    def _info(self, node_id: str, node: Node | None) -> dict[str, Any]:
        return {
            "NodeID": node_id,
            "NodeType": "Requester" if node is None else "Compute",
            "Labels": {"name": node_id, "os_arch": "amd64", "os_type": "linux"},
            "SupportedProtocols": ["bprotocol/v2", "ncl/v1"],
            "ComputeNodeInfo": _no_compute() if node is None else _compute(node),
            "BacalhauVersion": self.version,
        }

    def node_list(self) -> dict[str, Any]:
        """The answer of the node list."""
        connection = {
            "Status": "CONNECTED",
            "LastHeartbeat": timestamp(time.time_ns()),
            "ConnectedSince": timestamp(self.since),
            "DisconnectedSince": "0001-01-01T00:00:00Z",
        }
        state = {"Membership": "APPROVED", "Connection": "CONNECTED", "ConnectionState": connection}
        infos = [self.node_info(), *(self._info(node.id, node) for node in self.nodes[1:])]
        return {"NextToken": "", "Nodes": [{"Info": info, **state} for info in infos]}


def _compute(node: Node) -> dict[str, Any]:
    return {
        "ExecutionEngines": node.engines,
        "Publishers": node.publishers,
        "StorageSources": node.sources,
        "MaxCapacity": node.room.maximum.view(),
        "QueueCapacity": {},
        "AvailableCapacity": node.room.available.view(),
        "MaxJobRequirements": node.room.maximum.view(),
        "RunningExecutions": node.room.running,
        "EnqueuedExecutions": node.room.waiting,
        "address": "",
    }


def _no_compute() -> dict[str, Any]:
    lists: dict[str, Any] = dict.fromkeys(("ExecutionEngines", "Publishers", "StorageSources"))
    capacities = ("MaxCapacity", "QueueCapacity", "AvailableCapacity", "MaxJobRequirements")
    sizes: dict[str, Any] = {key: {} for key in capacities}
    return {**lists, **sizes, "RunningExecutions": 0, "EnqueuedExecutions": 0, "address": ""}
