"""Jobs, executions and history items, and how the API shows them."""

from __future__ import annotations

import copy
import time
import uuid
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

JOB_TERMINAL = ("Completed", "Failed", "Stopped")


class Compute(IntEnum):
    """An execution's state as the orchestrator knows it (numbers of 1.6 and later)."""

    NEW = 1
    ASK_FOR_BID = 2
    ASK_FOR_BID_ACCEPTED = 3
    ASK_FOR_BID_REJECTED = 4
    BID_ACCEPTED = 5
    COMPLETED = 9
    FAILED = 10
    CANCELLED = 11


class Desired(IntEnum):
    """What the orchestrator wants of an execution."""

    PENDING = 0
    RUNNING = 1
    STOPPED = 2


EXECUTION_TERMINAL = (Compute.ASK_FOR_BID_REJECTED, Compute.COMPLETED, Compute.FAILED, Compute.CANCELLED)


def timestamp(nanoseconds: int) -> str:
    """RFC 3339 in UTC with nanoseconds, trailing zeros dropped."""
    seconds, rest = divmod(nanoseconds, 10**9)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + fraction + "Z"


def state_view(state: int | str, message: str) -> dict[str, Any]:
    """A state object; an empty message is left out."""
    return {"StateType": state, "Message": message} if message else {"StateType": state}


@dataclass(frozen=True)
class RunOutput:
    """What the API shows of a program's output; all zero unless the execution completed."""

    stdout: str = ""
    stdout_truncated: bool = False
    stderr: str = ""
    stderr_truncated: bool = False
    exit_code: int = 0

    def view(self) -> dict[str, Any]:
        return {
            "Stdout": self.stdout,
            "StdoutTruncated": self.stdout_truncated,
            "stderr": self.stderr,
            "StderrTruncated": self.stderr_truncated,
            "ExitCode": self.exit_code,
            "ErrorMsg": "",
        }


@dataclass
class Execution:
    """One attempt at a job on one node. `job_view` is the job as it was when the attempt was planned."""

    namespace: str
    job_id: str
    job_version: int
    node_id: str
    evaluation_id: str
    job_view: dict[str, Any]
    partition: int = 0
    id: str = field(default_factory=lambda: f"e-{uuid.uuid4()}")
    state: Compute = Compute.NEW
    message: str = ""
    desired: Desired = Desired.PENDING
    desired_message: str = ""
    published: dict[str, Any] = field(default_factory=lambda: {"Type": ""})
    output: RunOutput = RunOutput()
    revision: int = 1
    created: int = field(default_factory=time.time_ns)
    modified: int = field(default_factory=time.time_ns)

    @property
    def is_terminal(self) -> bool:
        return self.state in EXECUTION_TERMINAL

    def move(self, state: Compute, message: str | None, desired: Desired, desired_message: str) -> None:
        """Changes both states; a message of None leaves the old one, as states merge field by field."""
        self.state, self.desired, self.desired_message = state, desired, desired_message
        if message is not None:
            self.message = message
        self.revision += 1
        self.modified = time.time_ns()

    def view(self) -> dict[str, Any]:
        return {
            "ID": self.id,
            "Namespace": self.namespace,
            "EvalID": self.evaluation_id,
            "Name": "",
            "NodeID": self.node_id,
            "JobID": self.job_id,
            "Job": self.job_view,
            "JobVersion": self.job_version,
            "AllocatedResources": {"Tasks": {}},
            "DesiredState": state_view(int(self.desired), self.desired_message),
            "ComputeState": state_view(int(self.state), self.message),
            "PublishedResult": self.published,
            "RunOutput": self.output.view(),
            "PreviousExecution": "",
            "NextExecution": "",
            "FollowupEvalID": "",
            **({"PartitionIndex": self.partition} if self.partition else {}),
            "Revision": self.revision,
            "CreateTime": self.created,
            "ModifyTime": self.modified,
        }


@dataclass
class Job:
    """A stored job: its normalised spec, its state, and everything that happened to it."""

    spec: dict[str, Any]
    server_meta: dict[str, str]
    id: str = field(default_factory=lambda: f"j-{uuid.uuid4()}")
    state: str = "Pending"
    message: str = ""
    version: int = 1
    revision: int = 1
    created: int = field(default_factory=time.time_ns)
    modified: int = field(default_factory=time.time_ns)
    executions: list[Execution] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    earlier: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.spec["Name"])

    @property
    def namespace(self) -> str:
        return str(self.spec["Namespace"])

    @property
    def task(self) -> dict[str, Any]:
        task: dict[str, Any] = self.spec["Tasks"][0]
        return task

    @property
    def is_terminal(self) -> bool:
        return self.state in JOB_TERMINAL

    def move(self, state: str, message: str = "") -> None:
        self.state, self.message = state, message
        self.revision += 1
        self.modified = time.time_ns()

    def update(self, spec: dict[str, Any]) -> None:
        """Takes a new spec under the same name and id: next version, pending again; the creation time stays."""
        self.earlier.append(copy.deepcopy(self.view()))
        self.spec = spec
        self.version += 1
        self.move("Pending", "Job update requested by user")

    def attempts(self) -> list[Execution]:
        """The executions of the current version, oldest first."""
        return [execution for execution in self.executions if execution.job_version == self.version]

    def missing_partitions(self) -> list[int]:
        """The partitions that neither run nor have run to their end."""
        taken = {
            execution.partition
            for execution in self.attempts()
            if not execution.is_terminal or execution.state == Compute.COMPLETED
        }
        return [partition for partition in range(self._partitions) if partition not in taken]

    def is_done(self) -> bool:
        """Whether each partition has run to its end."""
        done = {execution.partition for execution in self.attempts() if execution.state == Compute.COMPLETED}
        return len(done) >= self._partitions

    @property
    def _partitions(self) -> int:
        return int(self.spec["Count"] or 1)

    def note(
        self, topic: str, message: str, execution: Execution | None = None, details: dict[str, str] | None = None
    ) -> None:
        """Adds a history item, of the execution if one is given, else of the job."""
        now = time.time_ns()
        event: dict[str, Any] = {"Message": message, "Topic": topic, "Timestamp": timestamp(now)}
        if details:
            event["Details"] = details
        item: dict[str, Any] = {
            "SeqNum": len(self.history) + 1,
            "Type": "ExecutionLevel" if execution else "JobLevel",
            "JobID": self.id,
            "JobVersion": execution.job_version if execution else self.version,
        }
        if execution:
            item["ExecutionID"] = execution.id
        self.history.append({**item, "Event": event, "Time": timestamp(now)})

    def view(self) -> dict[str, Any]:
        spec = self.spec
        return {
            "ID": self.id,
            "Name": self.name,
            "Namespace": self.namespace,
            "Type": spec["Type"],
            "Priority": spec["Priority"],
            "Count": spec["Count"],
            "Constraints": spec["Constraints"],
            "Meta": {**self.server_meta, **spec["Meta"]},
            "Labels": spec["Labels"],
            "Tasks": spec["Tasks"],
            "State": state_view(self.state, self.message),
            "Version": self.version,
            "Revision": self.revision,
            "CreateTime": self.created,
            "ModifyTime": self.modified,
        }
