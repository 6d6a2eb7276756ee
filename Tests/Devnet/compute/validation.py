"""What a submission must fulfil: the checks of the API layer, then those of the job store."""

from __future__ import annotations

import re
from typing import Any

from . import quantities
from .errors import APIError, bad_request

_TYPES = ("batch", "ops", "service", "daemon")
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def check_request(job: dict[str, Any] | None) -> None:
    """The API layer's checks of a decoded job; all problems in one 400, a line each."""
    if job is None:
        raise bad_request("empty/nil job")
    problems = [*_job_problems(job), *_task_list_problems(job)]
    if problems:
        raise bad_request("\n".join(problems))


def _job_problems(job: dict[str, Any]) -> list[str]:
    problems = []
    kind, count = job.get("Type", ""), job.get("Count")
    if not kind:
        problems.append("missing job type")
    elif kind not in _TYPES:
        problems.append(f'invalid job type: "{kind}"')
    if count is not None and count < 0:
        problems.append("job count must be >= 0")
    if kind in ("ops", "daemon") and count is not None and count > 1:
        problems.append(f"{kind} jobs cannot specify count > 1 as they run on all matching nodes")
    return problems


def _task_list_problems(job: dict[str, Any]) -> list[str]:
    tasks = job.get("Tasks") or []
    if not tasks:
        return ["missing job tasks"]
    problems = []
    for task in tasks:
        found = _task_problems(task or {})
        if found:
            problems.append(f"task {(task or {}).get('Name', '')} validation failed: " + "\n".join(found))
    return problems


def _task_problems(task: dict[str, Any]) -> list[str]:
    problems = []
    if not task.get("Name", "").strip():
        problems.append("missing task name")
    problems += _prefixed("invalid engine: ", _spec_problems(task.get("Engine")))
    problems += _prefixed("invalid timeouts: ", _timeout_problems(task.get("Timeouts") or {}))
    problems += _prefixed("invalid resources: ", _resource_problems(task.get("Resources") or {}))
    problems += _input_problems(task.get("InputSources") or [])
    problems += _result_problems(task.get("ResultPaths") or [])
    problems += _prefixed("invalid network: ", _network_problems(task.get("Network") or {}))
    problems += _env_problems(task.get("Env") or {})
    return problems


def _prefixed(prefix: str, problems: list[str]) -> list[str]:
    return [prefix + "\n".join(problems)] if problems else []


def _spec_problems(spec: dict[str, Any] | None) -> list[str]:
    if spec is None:
        return ["nil spec config"]
    return [] if spec.get("Type", "").strip() else ["missing spec type"]


def _timeout_problems(timeouts: dict[str, int]) -> list[str]:
    return [
        f"invalid {name} timeout value: {quantities.duration(timeouts[key])}"
        for name, key in (("execution", "ExecutionTimeout"), ("queue", "QueueTimeout"), ("total", "TotalTimeout"))
        if timeouts.get(key, 0) < 0
    ]


def _resource_problems(resources: dict[str, str]) -> list[str]:
    readers = (
        ("CPU", "CPU", quantities.cpu),
        ("memory", "Memory", quantities.size),
        ("disk", "Disk", quantities.size),
        ("GPU", "GPU", quantities.gpu),
    )
    return [
        f"invalid {name} value: {resources[key]}"
        for name, key, read in readers
        if resources.get(key) and read(resources[key]) is None
    ]


def _input_problems(inputs: list[dict[str, Any]]) -> list[str]:
    problems = []
    aliases: set[str] = set()
    targets: set[str] = set()
    for source in inputs:
        target, alias = source.get("Target", ""), source.get("Alias", "")
        if not target:
            problems.append("invalid input sources: input source is missing a target")
        problems += _prefixed("invalid input sources: invalid input source: ", _spec_problems(source.get("Source")))
        if alias and alias in aliases:
            problems.append(f"input source with alias '{alias}' already exists")
        if target and target in targets:
            problems.append(f"input source with target '{target}' already exists")
        aliases.add(alias)
        targets.add(target)
    return problems


def _result_problems(results: list[dict[str, Any]]) -> list[str]:
    problems = []
    names: set[str] = set()
    paths: set[str] = set()
    for result in results:
        name, path = result.get("Name", ""), result.get("Path", "")
        if not path:
            problems.append("invalid output: missing path")
        elif not path.startswith("/"):
            problems.append(f"invalid output: result path `{path}` must be absolute")
        if not name:
            problems.append("invalid output: missing name")
        if name and name in names:
            problems.append(f"result path with name '{name}' already exists")
        if path and path in paths:
            problems.append(f"result path '{path}' already exists")
        names.add(name)
        paths.add(path)
    return problems


def _network_problems(network: dict[str, Any]) -> list[str]:
    if network.get("Domains") and network.get("Type") != "HTTP":
        return ["domains can only be set for HTTP network mode"]
    return []


def _env_problems(env: dict[str, str]) -> list[str]:
    return [problem for name, value in env.items() if (problem := _env_problem(name, value))]


def _env_problem(name: str, value: str) -> str | None:
    subject = f"environment variable '{name}'"
    if name != name.upper():
        return f"{subject} must be uppercase"
    if name.startswith("BACALHAU_"):
        return f"{subject} cannot start with BACALHAU_"
    if not _ENV_NAME.fullmatch(name):
        return f"{subject} must start with a letter and contain only letters, numbers, and underscores"
    return f"{subject} cannot have empty value" if not value else None


def check_stored(job: dict[str, Any]) -> None:
    """The job store's checks of a normalised job."""
    for task in job["Tasks"]:
        problem = _stored_problem(task)
        if problem:
            raise APIError(400, f"task {task['Name']} validation failed: {problem}", "BadRequest", "JobStore")


def _stored_problem(task: dict[str, Any]) -> str | None:
    if task.get("ResultPaths") and not task["Publisher"]["Type"]:
        return "publisher must be set if result paths are set"
    execution, queue, total = (
        task["Timeouts"].get(key, 0) for key in ("ExecutionTimeout", "QueueTimeout", "TotalTimeout")
    )
    if total > 0 and execution + queue > total:
        shown = quantities.duration
        return (
            f"task timeouts validation failed: execution timeout {shown(execution)} and queue timeout {shown(queue)} "
            f"should be less than total timeout {shown(total)}"
        )
    return None
