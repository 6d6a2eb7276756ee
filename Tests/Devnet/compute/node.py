"""The compute node: what it offers, what fits, and the runs themselves."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from . import inputs, output, quantities, unixfs
from .capacity import Resources
from .inputs import InputError
from .labels import Requirement
from .options import Options
from .records import Execution, Job, RunOutput
from .room import Room
from .unixfs import Blocks, Tree
from .wasm import Interrupted, Outcome, Program, ProgramError, Slot
from .workspace import Workspace

WEDGING_BYTES = 1 << 20


class ExecutionError(Exception):
    """An execution that failed on the node; the text is its message."""


@dataclass(frozen=True)
class Lie:
    """What a node says that its programs wrote to stdout, in place of what they did: lost output, where it is empty."""

    stdout: bytes
    in_output: bool
    in_files: bool


class Node:
    """One compute node. `blocks` is where it publishes."""

    def __init__(self, node_id: str, options: Options, blocks: Blocks) -> None:
        ipfs = options.publisher == "ipfs"
        self.id = node_id
        self.options = options
        self.engines = list(options.engines)
        self.publishers = ["noop", "ipfs", "s3managed"] if ipfs else ["s3managed", "noop"]
        self.sources = ["ipfs", "urldownload", "inline"] if ipfs else ["urldownload", "inline"]
        self.labels = {"name": node_id, "os_arch": "amd64", "os_type": "linux"}
        self.room = Room(Resources(options.cpu, options.memory, options.disk))
        self.blocks = blocks
        self.wedged = False
        self.lie: Lie | None = None
        self._slots = [Slot()]
        self._slots_made = len(self._slots)
        self._slot_free = asyncio.Condition()
        self._threads = ThreadPoolExecutor(options.slots, thread_name_prefix="slot")
        self._programs: dict[str, tuple[Slot, Program]] = {}

    def refusal(self, job: Job, constraints: list[Requirement]) -> str | None:
        """Why this node cannot take the job (None: it can), in the order in which the scheduler looks."""
        task = job.task
        sources = [source["Source"]["Type"] for source in task.get("InputSources", [])]
        return (
            _lacks(self.engines, [task["Engine"]["Type"]])
            or _lacks([*self.publishers, ""], [task["Publisher"]["Type"]], self.publishers)
            or _lacks(self.sources, sources)
            or self._unmatched(constraints)
            or self._busy(task)
        )

    def _unmatched(self, constraints: list[Requirement]) -> str | None:
        if all(requirement.matches(self.labels) for requirement in constraints):
            return None
        labels = " ".join(f"{key}:{value}" for key, value in self.labels.items())
        wanted = " ".join(str(requirement) for requirement in constraints)
        return f"labels map[{labels}] don't match required selectors [{wanted}]"

    def _busy(self, task: dict[str, Any]) -> str | None:
        room = self.room.available if self.options.exact_capacity else self.room.maximum
        return None if Resources.of_task(task).fits(room) else busy_text(room)

    async def measure(self, job: Job) -> dict[str, bytes | Tree]:
        """Reads the inputs; raises ExecutionError."""
        found: dict[str, bytes | Tree] = {}
        for source in job.task.get("InputSources", []):
            try:
                found[source["Target"]] = inputs.read(source["Source"], self.blocks)
            except InputError as error:
                if error.slow:
                    await asyncio.sleep(self.options.input_retry)
                raise ExecutionError(str(error)) from None
        return found

    async def run(
        self, job: Job, execution: Execution, found: dict[str, bytes | Tree]
    ) -> tuple[RunOutput, dict[str, Any]]:
        """Runs the program and publishes; raises ExecutionError. Ends early when `stop` is called."""
        task = job.task
        limit = task["Timeouts"].get("ExecutionTimeout") or task["Timeouts"].get("TotalTimeout") or 0
        results = [path["Name"] for path in task.get("ResultPaths", [])]
        try:
            with Workspace(found, results) as workspace:
                program = _program(job, execution, found, workspace.root)
                outcome = await self._run_program(execution, program, limit)
                told, written = self._told(outcome)
                shown = output.summary(told, outcome.stderr, outcome.exit_code)
                return shown, self._publish(task, replace(outcome, stdout=written), workspace)
        except (ProgramError, OSError, ValueError) as error:
            raise ExecutionError(str(error)) from None
        except Interrupted:
            raise ExecutionError(f"Execution timed out after {quantities.duration(limit)}") from None

    def _told(self, outcome: Outcome) -> tuple[list[bytes], list[bytes]]:
        """What stdout is said to have been, and what of it is published."""
        if self.lie is None:
            return outcome.stdout, outcome.stdout
        lie = [self.lie.stdout] if self.lie.stdout else []
        return (lie if self.lie.in_output else outcome.stdout), (lie if self.lie.in_files else outcome.stdout)

    async def _run_program(self, execution: Execution, program: Program, limit: int) -> Outcome:
        loop = asyncio.get_running_loop()
        slot = await self._take_slot()
        self._programs[execution.id] = (slot, program)
        timer = loop.call_later(limit, slot.stop, program) if limit else None
        try:
            return await loop.run_in_executor(self._threads, slot.run, program)
        finally:
            if timer is not None:
                timer.cancel()
            del self._programs[execution.id]
            async with self._slot_free:
                self._slots.append(slot)
                self._slot_free.notify()

    async def _take_slot(self) -> Slot:
        """The slot that was used last, so that its cache is warm; a new one while there may be more."""
        if not self._slots and self._slots_made < self.options.slots:
            self._slots_made += 1
            return Slot()
        async with self._slot_free:
            await self._slot_free.wait_for(lambda: self._slots)
            return self._slots.pop()

    def stop(self, execution: Execution) -> None:
        """Ends the execution's program if it runs."""
        running = self._programs.get(execution.id)
        if running is not None:
            slot, program = running
            slot.stop(program)

    def stop_all(self) -> None:
        for slot, program in list(self._programs.values()):
            slot.stop(program)

    def _publish(self, task: dict[str, Any], outcome: Outcome, workspace: Workspace) -> dict[str, Any]:
        if task["Publisher"]["Type"].lower() != "ipfs":
            return {"Type": ""}
        tree: Tree = {
            **workspace.results(),
            "stdout": output.published(outcome.stdout),
            "stderr": output.published(outcome.stderr),
            "exitCode": str(outcome.exit_code).encode(),
        }
        root = unixfs.add_tree(tree, self.blocks)
        return {"Type": "ipfs", "Params": {"CID": unixfs.cid_text(root.multihash)}}


def busy_text(room: Resources) -> str:
    """The reason of a node that has no room for a job now, or never will."""
    return f"node busy with available capacity {room}"


def _lacks(offered: list[str], wanted: list[str], shown: list[str] | None = None) -> str | None:
    for kind in wanted:
        if kind.lower() not in offered:
            return f"does not support {kind}, only {', '.join(offered if shown is None else shown)}"
    return None


def _engine_params(params: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """Path of the module, name of the function to call, arguments."""
    name, entrypoint, arguments = params.get("EntryModule"), params.get("Entrypoint"), params.get("Parameters")
    texts = [name or "", entrypoint or "", *(arguments if isinstance(arguments, list) else [])]
    if not isinstance(arguments or [], list) or not all(isinstance(text, str) for text in texts):
        raise ExecutionError("failed to decode wasm engine params: expected strings")
    return texts[0], texts[1], tuple(texts[2:])


def _entry_module(entry: bytes | Tree | None) -> bytes | None:
    """The module itself, or the only one of a folder."""
    if not isinstance(entry, dict):
        return entry
    modules = [content for name, content in entry.items() if name.endswith(".wasm")]
    only = modules[0] if len(modules) == 1 else None
    return only if isinstance(only, bytes) else None


def _program(job: Job, execution: Execution, found: dict[str, bytes | Tree], root: str) -> Program:
    task = job.task
    if task["Engine"]["Type"].lower() != "wasm":
        raise ExecutionError(f"no executor for {task['Engine']['Type']} here")
    params = task["Engine"].get("Params", {})
    name, entrypoint, arguments = _engine_params(params)
    module = _entry_module(found.get(name) or found.get("/" + name.lstrip("/")))
    if module is None:
        raise ExecutionError(f"failed to load entry module {name}: file does not exist")
    environment = {
        "BACALHAU_EXECUTION_ID": execution.id,
        "BACALHAU_JOB_ID": job.id,
        "BACALHAU_JOB_TYPE": job.spec["Type"],
        "BACALHAU_PARTITION_COUNT": str(job.spec["Count"]),
        "BACALHAU_PARTITION_INDEX": str(execution.partition),
    }
    return Program(
        module,
        name,
        entrypoint,
        arguments,
        {**task.get("Env", {}), **environment},
        Resources.of_task(task).memory,
        root,
    )
