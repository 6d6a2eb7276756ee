"""A count of what clients asked, for tests and measurements."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Calls:
    """Calls by method and kind of path, and when each submission came in."""

    counts: Counter[str] = field(default_factory=Counter)
    submissions: list[dict[str, Any]] = field(default_factory=list)

    def arrived(self, method: str, path: str) -> dict[str, Any] | None:
        """Counts a call; for a submission its entry, in which the job's name is noted later."""
        kind = path_kind(path)
        self.counts[f"{method} {kind}"] += 1
        if kind != "jobs" or method not in ("PUT", "POST"):
            return None
        entry = {"wall_ns": time.time_ns(), "monotonic_ns": time.monotonic_ns(), "name": "", "status": 0}
        self.submissions.append(entry)
        return entry


def path_kind(path: str) -> str:
    """A path without its particulars: `jobs`, `jobs/{id}`, `jobs/{id}/results`, `agent/alive`, `nodes` or `other`."""
    parts = path.removeprefix("/api/v1/").split("/")
    match parts:
        case ["orchestrator", "jobs"]:
            return "jobs"
        case ["orchestrator", "jobs", _]:
            return "jobs/{id}"
        case ["orchestrator", "jobs", _, last]:
            return "jobs/{id}/" + last
        case ["orchestrator", "nodes"]:
            return "nodes"
        case ["agent", last]:
            return "agent/" + last
        case _:
            return "other"
