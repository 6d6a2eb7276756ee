"""What a server is started with."""

from __future__ import annotations

from dataclasses import dataclass

_RECORDED_MEMORY = 20221211443
_RECORDED_DISK = 198449201152


@dataclass(frozen=True)
class Options:
    """One orchestrator with its nodes. Times are in seconds, sizes in bytes.

    - `publisher`: `none` or `ipfs`; `engines`: what the node offers; `nodes`: how many, 0 for an orchestrator alone
    - `exact_capacity`: judge a job by what is free now. Otherwise a job that fits the empty node is taken and waits
      there, as between two heartbeats of a real node.
    - `step`: pause before each change of state, for a server as slow as a real one (0.01 gives about 50 ms a job)
    - `queue_backoff`: pause between two looks for a node when a job has a QueueTimeout
    - `input_retry`: how long a node tries an unreachable URL
    """

    port: int = 0
    publisher: str = "none"
    engines: tuple[str, ...] = ("wasm",)
    nodes: int = 1
    cpu: float = 1.6
    memory: int = _RECORDED_MEMORY
    disk: int = _RECORDED_DISK
    exact_capacity: bool = False
    step: float = 0.0
    queue_backoff: float = 60.0
    input_retry: float = 3.0
    slots: int = 16
