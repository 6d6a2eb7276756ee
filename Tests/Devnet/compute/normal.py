"""A job in the form the server stores: defaults filled in, empty keys dropped, one task."""

from __future__ import annotations

from typing import Any

from .errors import internal

RESERVED = "bacalhau.org/"


def normalise(job: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The stored form without ID, state, version and times, and the warnings that the answer carries.

    A WASM engine in its old form, with the module as an object, is refused as the recorded server does.
    """
    warnings = []
    if job.get("ID"):
        warnings.append(f"job ID is ignored when submitting a {job['Type']} job")
    tasks = job["Tasks"]
    if len(tasks) > 1:
        warnings.append("only one task is supported per job")
    return {
        "Name": job["Name"] if job.get("Name", "").strip() else job.get("ID", ""),
        "Namespace": job.get("Namespace") or "default",
        "Type": job["Type"],
        "Priority": job.get("Priority", 0),
        "Count": _count(job),
        "Constraints": [_constraint(item) for item in job.get("Constraints") or []],
        "Meta": {k: v for k, v in (job.get("Meta") or {}).items() if not k.startswith(RESERVED)},
        "Labels": job.get("Labels") or {},
        "Tasks": [_task(tasks[0])],
    }, warnings


def _count(job: dict[str, Any]) -> int:
    if job["Type"] in ("ops", "daemon"):
        return 0
    count: int = job.get("Count", 1)
    return count


def _constraint(item: dict[str, Any]) -> dict[str, Any]:
    constraint = {"Key": item.get("Key", ""), "Operator": item.get("Operator", "")}
    return {**constraint, "Values": item["Values"]} if item.get("Values") else constraint


def _task(task: dict[str, Any]) -> dict[str, Any]:
    optional = {key: task[key] for key in ("Env", "Meta") if task.get(key)}
    inputs = [_input(source) for source in task.get("InputSources") or []]
    results = [{"Name": path["Name"], "Path": path["Path"]} for path in task.get("ResultPaths") or []]
    return {
        "Name": task["Name"],
        "Engine": _engine(task["Engine"]),
        "Publisher": _spec(task.get("Publisher") or {}),
        **optional,
        **({"InputSources": inputs} if inputs else {}),
        **({"ResultPaths": results} if results else {}),
        "Resources": _resources(task.get("Resources") or {}),
        "Network": _network(task.get("Network") or {}),
        "Timeouts": {key: value for key, value in (task.get("Timeouts") or {}).items() if value},
    }


def _engine(engine: dict[str, Any]) -> dict[str, Any]:
    params = engine.get("Params") or {}
    if engine["Type"].lower() == "wasm" and not isinstance(params.get("EntryModule", ""), str):
        raise internal()
    return _spec(engine)


def _spec(spec: dict[str, Any]) -> dict[str, Any]:
    kind = {"Type": spec.get("Type", "")}
    return {**kind, "Params": spec["Params"]} if spec.get("Params") else kind


def _input(source: dict[str, Any]) -> dict[str, Any]:
    return {"Source": _spec(source["Source"]), "Alias": source.get("Alias", ""), "Target": source["Target"]}


def _resources(resources: dict[str, str]) -> dict[str, str]:
    filled = {"CPU": resources.get("CPU") or "500m", "Memory": resources.get("Memory") or "512Mb"}
    extra = {key: resources[key] for key in ("Disk", "GPU") if resources.get(key)}
    return {key: value.strip().lower() for key, value in {**filled, **extra}.items()}


def _network(network: dict[str, Any]) -> dict[str, Any]:
    extra = {key: network[key] for key in ("Domains", "Ports") if network.get(key)}
    return {"Type": network.get("Type", "Default"), **extra}
