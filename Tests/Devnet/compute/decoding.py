"""A submission's JSON, read with the types of Bacalhau's Go structs: keys match in any case, wrong types are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import gojson
from .errors import APIError, bad_request, echo_error


@dataclass(frozen=True)
class Scalar:
    """A leaf; `go` is the Go type that an error names."""

    go: str
    python: type


@dataclass(frozen=True)
class ListOf:
    go: str
    element: Shape


@dataclass(frozen=True)
class MapOf:
    go: str
    element: Shape


@dataclass(frozen=True)
class Anything:
    """A value kept as it is."""


@dataclass(frozen=True)
class Struct:
    go: str
    fields: dict[str, Shape] = field(hash=False)


Shape = Scalar | ListOf | MapOf | Anything | Struct

TEXT = Scalar("string", str)
INT = Scalar("int", int)
INT64 = Scalar("int64", int)
BOOL = Scalar("bool", bool)
TEXTS = ListOf("[]string", TEXT)
TEXT_MAP = MapOf("map[string]string", TEXT)
SPEC = Struct("models.SpecConfig", {"Type": TEXT, "Params": MapOf("map[string]interface {}", Anything())})
INPUT = Struct("models.InputSource", {"Source": SPEC, "Alias": TEXT, "Target": TEXT})
RESULT_PATH = Struct("models.ResultPath", {"Name": TEXT, "Path": TEXT})
RESOURCES = Struct("models.ResourcesConfig", {"CPU": TEXT, "Memory": TEXT, "Disk": TEXT, "GPU": TEXT})
PORT = Struct("models.PortMapping", {"Name": TEXT, "Static": INT, "Target": INT, "HostNetwork": TEXT})
NETWORK = Struct(
    "models.NetworkConfig", {"Type": TEXT, "Domains": TEXTS, "Ports": ListOf("[]*models.PortMapping", PORT)}
)
TIMEOUTS = Struct("models.TimeoutConfig", {"ExecutionTimeout": INT64, "QueueTimeout": INT64, "TotalTimeout": INT64})
TASK = Struct(
    "models.Task",
    {
        "Name": TEXT,
        "Engine": SPEC,
        "Publisher": SPEC,
        "Env": TEXT_MAP,
        "Meta": TEXT_MAP,
        "InputSources": ListOf("[]*models.InputSource", INPUT),
        "ResultPaths": ListOf("[]*models.ResultPath", RESULT_PATH),
        "Resources": RESOURCES,
        "Network": NETWORK,
        "Timeouts": TIMEOUTS,
    },
)
CONSTRAINT = Struct("models.LabelSelectorRequirement", {"Key": TEXT, "Operator": TEXT, "Values": TEXTS})
JOB = Struct(
    "models.job",
    {
        "ID": TEXT,
        "Name": TEXT,
        "Namespace": TEXT,
        "Type": TEXT,
        "Priority": INT,
        "Count": INT,
        "Constraints": ListOf("[]*models.LabelSelectorRequirement", CONSTRAINT),
        "Meta": TEXT_MAP,
        "Labels": TEXT_MAP,
        "Tasks": ListOf("[]*models.Task", TASK),
    },
)
REQUEST = Struct("apimodels.PutJobRequest", {"Job": JOB, "Force": BOOL})
STOP = Struct("apimodels.StopJobRequest", {"reason": TEXT})

NETWORK_TYPES = {name.lower(): name for name in ("Default", "None", "Host", "Full", "HTTP", "Bridge")}


class _Mismatch(Exception):
    def __init__(self, path: list[str | int], names: list[str], found: str, wanted: str) -> None:
        super().__init__(found)
        self.path, self.names, self.found, self.wanted = path, names, found, wanted


def decode(body: bytes, shape: Struct) -> dict[str, Any]:
    """The body as a dictionary with the struct's own key spellings; an empty body or `null` gives {}."""
    if not body:
        return {}
    value, text = gojson.loads(body)
    try:
        decoded = _read(value, shape, [], [])
    except _Mismatch as mismatch:
        raise _type_error(mismatch, text, shape) from None
    return decoded or {}


def _read(value: Any, shape: Shape, path: list[str | int], names: list[str]) -> Any:
    if value is None or isinstance(shape, Anything):
        return value
    if isinstance(shape, Struct):
        return _read_struct(value, shape, path, names)
    if isinstance(shape, MapOf):
        _expect(value, dict, shape.go, path, names)
        return {k: _blank(_read(v, shape.element, [*path, k], names), shape.element) for k, v in value.items()}
    if isinstance(shape, ListOf):
        _expect(value, list, shape.go, path, names)
        return [_read(v, shape.element, [*path, i], names) for i, v in enumerate(value)]
    _expect(value, shape.python, shape.go, path, names)
    return value


def _read_struct(value: Any, shape: Struct, path: list[str | int], names: list[str]) -> dict[str, Any]:
    _expect(value, dict, shape.go, path, names)
    spelled = {name.lower(): name for name in shape.fields}
    decoded: dict[str, Any] = {}
    for key, item in value.items():
        name = spelled.get(key.lower())
        if name is None or item is None:
            continue
        below = [*names, name, "alias"] if name == "Job" and _is_object(item) else [*names, name]
        decoded[name] = _read(item, shape.fields[name], [*path, key], below)
    if shape is NETWORK:
        decoded["Type"] = _network_type(decoded.get("Type", "Default"))
    return decoded


def _blank(value: Any, shape: Shape) -> Any:
    return "" if value is None and shape is TEXT else value


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _network_type(name: str) -> str:
    known = NETWORK_TYPES.get(name.strip().lower())
    if known is None:
        raise echo_error(f"models.Network: unknown type '{name}'")
    return known


def _expect(value: Any, wanted: type, go: str, path: list[str | int], names: list[str]) -> None:
    if isinstance(value, wanted) and not (wanted is int and _is_no_go_int(value)):
        return
    raise _Mismatch(path, names, _kind(value, wanted), go)


def _is_no_go_int(value: Any) -> bool:
    return isinstance(value, bool) or not -(2**63) <= value < 2**63


def _kind(value: Any, wanted: type) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return f"number {value}" if wanted is int else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _type_error(mismatch: _Mismatch, text: str, shape: Struct) -> APIError:
    start = 0
    path = mismatch.path
    if path and isinstance(path[0], str) and path[0].lower() == "job":
        start, _ = gojson.offset_of(text, path[:1])
        path = path[1:]
    _, end = gojson.offset_of(text, path, start)
    offset = len(text[start:end].encode())
    name = ".".join(mismatch.names)
    target = f"Go struct field {shape.go.removeprefix('apimodels.')}.{name}" if name else "Go value"
    cause = f"json: cannot unmarshal {mismatch.found} into {target} of type {mismatch.wanted}"
    return bad_request(
        f"code=400, message=Unmarshal type error: expected={mismatch.wanted}, got={mismatch.found}, "
        f"field={name}, offset={offset}, internal={cause}"
    )
