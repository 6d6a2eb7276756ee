"""From a submitted job to its end: placing, trying again, timing out, stopping."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
import uuid
from collections.abc import Coroutine

from . import errors, gojson, labels, quantities
from .capacity import Resources
from .node import WEDGING_BYTES, ExecutionError, Node, busy_text
from .options import Options
from .records import Compute, Desired, Execution, Job

_STOP_TEXT = "Execution stop requested because job has been stopped"
_ATTEMPTS_PER_NODE = 2
_log = logging.getLogger("compute.scheduler")


class Scheduler:
    """Runs the evaluations of one orchestrator. `busy_jobs` jobs to come find every node busy."""

    def __init__(self, nodes: list[Node], options: Options) -> None:
        self._nodes = nodes
        self._options = options
        self._tasks: set[asyncio.Task[None]] = set()
        self.busy_jobs = 0

    def submitted(self, job: Job) -> str:
        """Starts work on the job's current version and cancels what earlier versions still run; the evaluation's id."""
        evaluation = str(uuid.uuid4())
        for execution in job.executions:
            if execution.job_version != job.version and not execution.is_terminal:
                self._cancel(job, execution)
        self._start(self._evaluate(job, job.version, evaluation))
        return evaluation

    def stop(self, job: Job, reason: str) -> str:
        """Stops a job at once, its executions a moment later; the evaluation's id, empty when it was stopped before."""
        if job.state == "Stopped":
            return ""
        if job.state == "Completed":
            raise errors.cannot_stop_completed()
        if job.state == "Failed":
            raise errors.cannot_stop_failed(job.id)
        job.move("Stopped", reason)
        job.note("State Update", reason or "Stopped", details={"NewState": "Stopped"})
        self._start(self._cancel_all(job))
        return str(uuid.uuid4())

    def close(self) -> None:
        """Ends everything that runs."""
        for task in self._tasks:
            task.cancel()
        for node in self._nodes:
            node.stop_all()

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("an evaluation broke", exc_info=task.exception())

    async def _evaluate(self, job: Job, version: int, evaluation: str) -> None:
        constraints = labels.constraints(job.spec["Constraints"])
        await self._step()
        if not all(requirement.is_valid for requirement in constraints):
            return
        if job.spec["Count"] == 0 and job.spec["Type"] not in ("ops", "daemon"):
            self._complete(job)
            return
        busy = self.busy_jobs > 0
        self.busy_jobs -= busy
        running: set[asyncio.Task[None]] = set()
        while self._is_current(job, version):
            missing = job.missing_partitions()
            suitable, reasons = self._sorted_nodes(job, constraints, busy)
            if missing and self._is_overdue(job):
                self._time_out(job, evaluation, suitable)
            elif len(suitable) < len(missing):
                await self._unplaced(job, version, len(missing), len(suitable), reasons)
                busy = False
            else:
                # Each missing partition goes to a node of its own.
                for partition, node in zip(missing, suitable, strict=False):
                    execution = self._plan(job, evaluation, node, partition)
                    running.add(self._start(self._attempt(job, version, execution, node)))
                if not running:
                    return
                _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)

    def _sorted_nodes(
        self, job: Job, constraints: list[labels.Requirement], busy: bool
    ) -> tuple[list[Node], list[str]]:
        """Nodes that may run the job, those first that have not yet; and why the others may not."""
        suitable: list[Node] = []
        reasons = []
        tries = {node.id: sum(execution.node_id == node.id for execution in job.attempts()) for node in self._nodes}
        for node in self._nodes:
            refusal = node.refusal(job, constraints)
            if refusal is None and busy:
                refusal = busy_text(dataclasses.replace(node.room.maximum, cpu=0.0))
            if refusal is None and tries[node.id] >= _ATTEMPTS_PER_NODE:
                refusal = "job already executed on this node more than once"
            if refusal is None:
                suitable.append(node)
            else:
                reasons.append(f"\n• Node {node.id[:8]}: {refusal}")
        return sorted(suitable, key=lambda node: tries[node.id]), reasons

    async def _unplaced(self, job: Job, version: int, wanted: int, suitable: int, reasons: list[str]) -> None:
        counts = f"requested: {wanted}, available: {len(self._nodes)}, suitable: {suitable}."
        text = f"not enough nodes to run job. {counts}" + "".join(reasons)
        if self._may_queue(job):
            if job.state != "Queued":
                job.move("Queued", f"Job queued. {text}")
                job.note("State Update", job.message, details={"NewState": "Queued"})
            await asyncio.sleep(self._options.queue_backoff)
            if self._is_current(job, version) and not self._may_queue(job):
                self._fail(job, text, wanted, suitable)
            return
        await self._step()
        if self._is_current(job, version):
            self._fail(job, text, wanted, suitable)

    def _may_queue(self, job: Job) -> bool:
        queue = job.task["Timeouts"].get("QueueTimeout", 0)
        return bool(queue > 0 and time.time_ns() < job.created + queue * 10**9)

    async def _attempt(self, job: Job, version: int, execution: Execution, node: Node) -> None:
        """One execution to its end; the job's, where it was the last one missing."""
        if node.wedged or len(gojson.dumps(job.view())) > WEDGING_BYTES:
            node.wedged = True
            return
        try:
            found = await node.measure(job)
            await self._step()
            if execution.is_terminal:
                return
            execution.move(Compute.ASK_FOR_BID_ACCEPTED, None, Desired.PENDING, "")
            async with node.room.taken(Resources.of_task(job.task)):
                await self._step()
                if execution.is_terminal:
                    return
                self._running(job, execution)
                output, published = await node.run(job, execution, found)
        except ExecutionError as error:
            self._attempt_failed(job, execution, str(error))
            return
        except Exception as error:
            _log.exception("execution %s broke the node", execution.id)
            self._attempt_failed(job, execution, f"{type(error).__name__}: {error}")
            return
        if execution.is_terminal:
            return
        execution.output, execution.published = output, published
        execution.move(Compute.COMPLETED, None, Desired.STOPPED, "execution completed")
        job.note("Execution", "Completed successfully", execution)
        await self._step()
        if self._is_current(job, version) and job.is_done():
            self._complete(job)

    def _plan(self, job: Job, evaluation: str, node: Node, partition: int) -> Execution:
        execution = Execution(job.namespace, job.id, job.version, node.id, evaluation, job.view(), partition)
        job.executions.append(execution)
        job.note("Scheduling", f"Requested execution on {node.id[:8]}", execution, {"NodeID": node.id})
        return execution

    def _running(self, job: Job, execution: Execution) -> None:
        execution.move(Compute.BID_ACCEPTED, "Running", Desired.RUNNING, "Running")
        if job.state != "Running":
            job.move("Running")
            job.note("State Update", "Running", details={"NewState": "Running"})
        job.note("Execution", "Running", execution)

    def _attempt_failed(self, job: Job, execution: Execution, message: str) -> None:
        if execution.is_terminal:
            return
        execution.move(Compute.FAILED, message, Desired.STOPPED, "execution failed")
        job.note("Running Execution", message, execution, {"IsError": "true"})

    def _is_current(self, job: Job, version: int) -> bool:
        return job.version == version and not job.is_terminal

    def _is_overdue(self, job: Job) -> bool:
        total = job.task["Timeouts"].get("TotalTimeout", 0)
        return bool(total > 0 and time.time_ns() >= job.created + total * 10**9)

    def _time_out(self, job: Job, evaluation: str, suitable: list[Node]) -> None:
        """Fails an overdue job. As on a real server one more execution is planned, and cancelled before it runs."""
        if suitable:
            execution = self._plan(job, evaluation, suitable[0], job.missing_partitions()[0])
            execution.move(Compute.ASK_FOR_BID_ACCEPTED, None, Desired.PENDING, "")
        self._cancel_open(job)
        total = quantities.duration(job.task["Timeouts"]["TotalTimeout"])
        text = f"Job timed out. Job took longer than {total}"
        job.move("Failed", text)
        job.note("Scheduling", text, details={"IsError": "true"})

    def _fail(self, job: Job, text: str, wanted: int, suitable: int) -> None:
        self._cancel_open(job)
        job.move("Failed", text)
        nodes = {
            "NodesAvailable": str(len(self._nodes)),
            "NodesRequested": str(wanted),
            "NodesSuitable": str(suitable),
        }
        job.note("Scheduling", text, details={"IsError": "true", **nodes})

    def _complete(self, job: Job) -> None:
        job.move("Completed")
        job.note("State Update", "Completed", details={"NewState": "Completed"})

    async def _cancel_all(self, job: Job) -> None:
        await self._step()
        self._cancel_open(job)

    def _cancel_open(self, job: Job) -> None:
        for execution in job.executions:
            if not execution.is_terminal:
                self._cancel(job, execution)

    def _cancel(self, job: Job, execution: Execution) -> None:
        execution.move(Compute.CANCELLED, _STOP_TEXT, Desired.STOPPED, _STOP_TEXT)
        job.note("Scheduling", _STOP_TEXT, execution)
        for node in self._nodes:
            node.stop(execution)

    async def _step(self) -> None:
        await asyncio.sleep(self._options.step)
